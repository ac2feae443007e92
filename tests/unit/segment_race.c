/* segment, while another process does something between two of its calls. The linker puts our shmat and shmctl before the
 * kernel's (--wrap, see ld(1)): each calls what a test has set, once, as if the other process came just then. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "segment.h"

#define SIZE 1000

void *__real_shmat(int id, const void *at, int flags);
int __real_shmctl(int id, int command, struct shmid_ds *ds);
void *__wrap_shmat(int id, const void *at, int flags);
int __wrap_shmctl(int id, int command, struct shmid_ds *ds);

static struct {
    void (*before_shmat)(int id), (*after_shmat)(int id), (*before_stat)(int id), (*before_remove)(int id);
    key_t key;
    int made; /* the other's own segment; -1 */
} other;

static void call(void (**what)(int id), int id)
{
    void (*now)(int) = *what;
    *what = NULL;
    if (now != NULL) {
        now(id);
    }
}

void *__wrap_shmat(int id, const void *at, int flags)
{
    call(&other.before_shmat, id);
    void *base = __real_shmat(id, at, flags);
    call(&other.after_shmat, id);
    return base;
}

int __wrap_shmctl(int id, int command, struct shmid_ds *ds)
{
    if (command == IPC_STAT) {
        call(&other.before_stat, id);
    } else if (command == IPC_RMID) {
        call(&other.before_remove, id);
    }
    return __real_shmctl(id, command, ds);
}

/* ---- what the other process does ---- */

static void removes(int id)
{
    __real_shmctl(id, IPC_RMID, NULL);
}

static void opens_to_all(int id)
{
    struct shmid_ds ds;
    __real_shmctl(id, IPC_STAT, &ds);
    ds.shm_perm.mode = 0666;
    __real_shmctl(id, IPC_SET, &ds);
}

static void gives_to_another_user(int id)
{
    struct shmid_ds ds;
    __real_shmctl(id, IPC_STAT, &ds);
    ds.shm_perm.uid = 12345;
    __real_shmctl(id, IPC_SET, &ds);
}

/* It takes the segment over, and makes its own. */
static void is_faster(int id)
{
    __real_shmctl(id, IPC_RMID, NULL);
    other.made = shmget(other.key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
}

/* ---- tests ---- */

static int begin(void **state)
{
    int id;
    (void)state;
    do {
        other.key = (key_t)(0x5f000000 | (random() & 0xffffff));
    } while (segment_find(other.key, &id) == 0);
    other.made = -1;
    return 0;
}

static int end(void **state)
{
    int id;
    (void)state;
    other.before_shmat = other.after_shmat = other.before_stat = other.before_remove = NULL;
    if (segment_find(other.key, &id) == 0) {
        __real_shmctl(id, IPC_RMID, NULL);
    }
    return 0;
}

static bool there(void)
{
    int id;
    return segment_find(other.key, &id) == 0;
}

static int create(struct segment *s, struct segment_report *report)
{
    return segment_create(s, other.key, SIZE, 0600, report);
}

/* The segment of a process that has ended. */
static int left_by_the_dead(void)
{
    int id = shmget(other.key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    pid_t child;
    assert_true(id >= 0);
    __real_shmctl(id, IPC_RMID, NULL);
    child = fork();
    if (child == 0) {
        _exit(shmget(other.key, SIZE, IPC_CREAT | IPC_EXCL | 0600) < 0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(segment_find(other.key, &id), 0);
    return id;
}

/* Have we a segment attached? */
static bool attached(void)
{
    char line[512];
    bool any = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        any = any || strstr(line, "/SYSV") != NULL;
    }
    fclose(maps);
    return any;
}

static void what_others_changed_meanwhile_is_not_taken_for_ours(void **state)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    (void)state;
    other.after_shmat = opens_to_all;
    assert_int_equal(create(&s, &report), -ESTALE);
    assert_false(there());
    other.after_shmat = removes;
    assert_int_equal(create(&s, &report), -ESTALE);
    assert_false(there());
    other.before_shmat = removes;
    assert_int_equal(create(&s, &report), -ESTALE);
    assert_false(there());
    assert_null(s.base);
    assert_false(attached());
    if (geteuid() == 0) {
        other.after_shmat = gives_to_another_user;
        assert_int_equal(create(&s, &report), -ESTALE);
        assert_false(there());
    }
}

static void a_segment_that_changes_while_it_is_attached_is_let_go(void **state)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_stat st;
    int id = shmget(other.key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    (void)state;
    other.after_shmat = opens_to_all;
    assert_int_equal(segment_attach(&s, id, &st), -ESTALE);
    if (geteuid() == 0) {
        other.after_shmat = gives_to_another_user;
        assert_int_equal(segment_attach(&s, id, &st), -ESTALE);
    }
    assert_null(s.base);
    assert_int_equal(segment_stat(id, &st), 0);
    assert_int_equal(st.attached, 0);
    assert_int_equal(segment_attach(&s, id, &st), 0);
    segment_detach(&s);
}

static void what_disappears_before_it_is_judged_is_no_obstacle(void **state)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    int old = left_by_the_dead();
    (void)state;
    other.before_stat = removes;
    assert_int_equal(create(&s, &report), 0);
    assert_int_equal(report.finding, SEGMENT_NEW);
    assert_int_not_equal(s.id, old);
    segment_detach(&s);
}

static void what_loses_its_key_before_it_is_judged_is_no_obstacle(void **state)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    int old = left_by_the_dead();
    void *base = __real_shmat(old, NULL, 0); /* so it stays, without its key */
    (void)state;
    other.before_stat = removes;
    assert_int_equal(create(&s, &report), 0);
    assert_int_equal(report.finding, SEGMENT_NEW);
    segment_detach(&s);
    shmdt(base);
}

static void a_faster_servers_segment_is_never_removed(void **state)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    (void)state;
    left_by_the_dead();
    other.before_remove = is_faster;
    assert_int_equal(create(&s, &report), -EEXIST);
    assert_int_equal(report.finding, SEGMENT_REFUSED);
    assert_int_equal(report.why, SEGMENT_CREATOR_ALIVE);
    assert_int_equal(report.found.id, other.made);
    assert_true(there());
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_others_changed_meanwhile_is_not_taken_for_ours),
        TEST(a_segment_that_changes_while_it_is_attached_is_let_go),
        TEST(what_disappears_before_it_is_judged_is_no_obstacle),
        TEST(what_loses_its_key_before_it_is_judged_is_no_obstacle),
        TEST(a_faster_servers_segment_is_never_removed),
    };
    srandom((unsigned)getpid());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
