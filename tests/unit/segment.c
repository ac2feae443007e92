/* segment: keys, creating, attaching and removing. The tests call shmget, shmat and shmctl to play other programs. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "segment.h"

#define NOBODY 65534

/* What one test works with: a private key, and a child to kill afterwards. */
struct place {
    key_t key;
    pid_t child; /* 0: none */
    char file[64];
};

static int place_open(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    int id, fd;

    do {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        p->key = (key_t)(0x5e000000u | (((unsigned)now.tv_nsec ^ (unsigned)getpid() << 12) & 0xffffffu));
    } while (segment_find(p->key, &id) == 0);
    strcpy(p->file, "/tmp/unit-segment.XXXXXX");
    fd = mkstemp(p->file);
    if (fd < 0) {
        return -1;
    }
    close(fd);
    *state = p;
    return 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    int id;

    if (p->child > 0) {
        kill(p->child, SIGKILL);
        waitpid(p->child, NULL, 0);
    }
    if (segment_find(p->key, &id) == 0) {
        shmctl(id, IPC_RMID, NULL);
    }
    unlink(p->file);
    free(p);
    return 0;
}

/* Creates a segment in a child, which then exits or, if waits is true, stays until place_close. Returns the id. */
static int make_in_child(struct place *p, size_t size, bool stays)
{
    int from_child[2], id = -1;

    assert_return_code(pipe(from_child), errno);
    p->child = fork();
    if (p->child == 0) {
        id = shmget(p->key, size, IPC_CREAT | IPC_EXCL | 0600);
        if (write(from_child[1], &id, sizeof id) != (ssize_t)sizeof id) {
            _exit(1);
        }
        while (stays) {
            pause();
        }
        _exit(0);
    }
    close(from_child[1]);
    assert_int_equal(read(from_child[0], &id, sizeof id), sizeof id);
    close(from_child[0]);
    assert_true(id >= 0);
    if (!stays) {
        waitpid(p->child, NULL, 0);
        p->child = 0;
    }
    return id;
}

/* Runs f in a child, as user nobody if we are root. Returns its result, or -1 if a signal killed it. */
static int run_as_nobody(int (*f)(struct place *), struct place *p)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        _exit(geteuid() == 0 && setuid(NOBODY) != 0 ? 99 : f(p));
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- keys ---- */

static void the_default_path_is_the_programs_folder(void **state)
{
    char path[4096], exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    (void)state;
    exe[n] = '\0';
    *strrchr(exe, '/') = '\0';
    assert_int_equal(segment_default_path(path, sizeof path), 0);
    assert_string_equal(path, exe);
    assert_int_equal(segment_default_path(path, 4), -ENAMETOOLONG);
}

static void a_key_consists_of_proj_device_and_16_bits_of_the_inode(void **state)
{
    struct place *p = *state;
    struct stat st;
    key_t key = 0;

    stat(p->file, &st);
    assert_int_equal(segment_key_from_path(p->file, 0x0f, &key), 0);
    assert_int_equal((uint32_t)key, 0x0f000000u | ((uint32_t)st.st_dev & 0xff) << 16 | ((uint32_t)st.st_ino & 0xffff));
}

static void a_missing_path_gives_no_key(void **state)
{
    key_t key = 4711;

    (void)state;
    assert_int_equal(segment_key_from_path("/nonexistent/file", 15, &key), -ENOENT);
    assert_int_equal(segment_key_from_path("", 15, &key), -ENOENT);
    assert_int_equal(key, 4711);
}

static void the_low_8_bits_of_proj_must_not_be_0(void **state)
{
    struct place *p = *state;
    key_t key = 4711;

    assert_int_equal(segment_key_from_path(p->file, 0, &key), -EINVAL);
    assert_int_equal(segment_key_from_path(p->file, 256, &key), -EINVAL);
    assert_int_equal(key, 4711);
}

static void a_replaced_file_has_another_key(void **state)
{
    struct place *p = *state;
    key_t before = 0, after = 0;
    char other[80];

    assert_int_equal(segment_key_from_path(p->file, 15, &before), 0);
    snprintf(other, sizeof other, "%s.new", p->file);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_return_code(rename(other, p->file), errno);
    assert_int_equal(segment_key_from_path(p->file, 15, &after), 0);
    assert_int_not_equal(before, after);
}

static void the_default_name_is_the_kits_own(void **state)
{
    struct segment_name name = SEGMENT_NAME_DEFAULT;
    char path[4096];
    key_t key = 0, expected = 0;

    (void)state;
    segment_default_path(path, sizeof path);
    assert_int_equal(segment_key_from_path(path, SEGMENT_PROJ, &expected), 0);
    assert_int_equal(segment_name_key(&name, &key), 0);
    assert_int_equal(key, expected);
    name.by = SEGMENT_BY_ID;
    assert_int_equal(segment_name_key(&name, &key), -EINVAL);
}

/* The number of segments that this process created. */
static int count_own(void)
{
    char line[512];
    FILE *f = fopen("/proc/sysvipc/shm", "r");
    long creator;
    int n = 0;

    while (fgets(line, sizeof line, f) != NULL) {
        n += sscanf(line, "%*d %*d %*o %*u %ld", &creator) == 1 && creator == getpid();
    }
    fclose(f);
    return n;
}

static void finding_key_0_creates_no_segment(void **state)
{
    int id = 4711;

    (void)state;
    assert_int_equal(segment_find(IPC_PRIVATE, &id), -EINVAL);
    assert_int_equal(id, 4711);
    assert_int_equal(count_own(), 0);
}

static void an_unused_key_is_not_found(void **state)
{
    struct place *p = *state;
    int id = 4711;

    assert_int_equal(segment_find(p->key, &id), -ENOENT);
    assert_int_equal(id, 4711);
}

/* ---- create ---- */

static void a_new_segment_has_what_was_asked_for(void **state)
{
    struct place *p = *state;
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    struct shmid_ds ds;
    int id;
    static const char zeros[SEGMENT_SIZE];

    assert_int_equal(segment_create(&s, p->key, SEGMENT_SIZE, 0640, &report), 0);
    assert_int_equal(report.finding, SEGMENT_NEW);
    assert_memory_equal(s.base, zeros, sizeof zeros);
    id = s.id;
    shmctl(id, IPC_STAT, &ds);
    assert_int_equal(ds.shm_segsz, SEGMENT_SIZE);
    assert_int_equal(ds.shm_perm.mode & 0777, 0640);
    assert_int_equal(ds.shm_cpid, getpid());
    assert_int_equal(ds.shm_nattch, 1);
    assert_int_equal(count_own(), 1);
    assert_int_equal(segment_detach(&s), 0);
    assert_int_equal(segment_remove(id), 0);
    assert_int_equal(count_own(), 0);
}

static void an_invalid_key_or_size_is_refused(void **state)
{
    struct place *p = *state;
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;

    assert_int_equal(segment_create(&s, 0, SEGMENT_SIZE, 0600, &report), -EINVAL);
    assert_int_equal(segment_create(&s, -1, SEGMENT_SIZE, 0600, &report), -EINVAL);
    assert_int_equal(segment_create(&s, p->key, 0, 0600, &report), -EINVAL);
    assert_int_equal(s.id, -1);
}

static void expect_refusal(struct place *p, int id, enum segment_refusal why)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    struct shmid_ds before, after;

    shmctl(id, IPC_STAT, &before);
    assert_int_equal(segment_create(&s, p->key, SEGMENT_SIZE, 0600, &report), -EEXIST);
    assert_int_equal(report.finding, SEGMENT_REFUSED);
    assert_int_equal(report.why, why);
    assert_int_equal(report.found.id, id);
    assert_int_equal(s.id, -1);
    assert_null(s.base);
    assert_return_code(shmctl(id, IPC_STAT, &after), errno);
    assert_memory_equal(&before, &after, sizeof before);
}

static void a_living_creators_segment_is_refused(void **state)
{
    struct place *p = *state;
    expect_refusal(p, make_in_child(p, SEGMENT_SIZE, true), SEGMENT_CREATOR_ALIVE);
}

static void a_larger_segment_is_refused(void **state)
{
    struct place *p = *state;
    expect_refusal(p, make_in_child(p, SEGMENT_SIZE * 2, false), SEGMENT_OTHER_SIZE);
}

static void a_smaller_segment_is_refused(void **state)
{
    struct place *p = *state;
    expect_refusal(p, make_in_child(p, SEGMENT_SIZE - 1, false), SEGMENT_OTHER_SIZE);
}

static void an_attached_segment_is_refused(void **state)
{
    struct place *p = *state;
    int id = make_in_child(p, SEGMENT_SIZE, false);
    void *base = shmat(id, NULL, SHM_RDONLY);

    expect_refusal(p, id, SEGMENT_STILL_ATTACHED);
    shmdt(base);
}

static void another_users_segment_is_refused(void **state)
{
    struct place *p = *state;
    struct shmid_ds ds;

    if (geteuid() != 0) {
        print_message("# skip needs root\n");
        skip();
    }
    int id = make_in_child(p, SEGMENT_SIZE, false);
    shmctl(id, IPC_STAT, &ds);
    ds.shm_perm.uid = NOBODY;
    shmctl(id, IPC_SET, &ds);
    expect_refusal(p, id, SEGMENT_OTHER_OWNER);
}

static void expect_takeover(struct place *p, int old)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    struct shmid_ds ds;

    assert_int_equal(segment_create(&s, p->key, SEGMENT_SIZE, 0600, &report), 0);
    assert_int_equal(report.finding, SEGMENT_TAKEN_OVER);
    assert_int_equal(report.found.id, old);
    assert_int_not_equal(s.id, old);
    assert_int_equal(shmctl(old, IPC_STAT, &ds), -1);
    assert_return_code(shmctl(s.id, IPC_STAT, &ds), errno);
    assert_int_equal(ds.shm_cpid, getpid());
    assert_int_equal(segment_remove(s.id), 0);
    assert_int_equal(segment_detach(&s), 0);
}

static void a_dead_creators_segment_is_taken_over(void **state)
{
    struct place *p = *state;
    expect_takeover(p, make_in_child(p, SEGMENT_SIZE, false));
}

static void a_zombie_creators_segment_is_taken_over(void **state)
{
    struct place *p = *state;
    siginfo_t info;

    int id = make_in_child(p, SEGMENT_SIZE, true);
    kill(p->child, SIGKILL);
    waitid(P_PID, (id_t)p->child, &info, WEXITED | WNOWAIT); /* leaves it a zombie */
    expect_takeover(p, id);
}

static void *sleep_on(void *unused)
{
    (void)unused;
    for (;;) {
        pause();
    }
    return NULL;
}

/* The first thread ends, so /proc shows the process as a zombie, but another thread still runs. */
static void a_creator_that_only_looks_like_a_zombie_is_alive(void **state)
{
    struct place *p = *state;
    int from_child[2], id = -1;

    assert_return_code(pipe(from_child), errno);
    p->child = fork();
    if (p->child == 0) {
        pthread_t thread;
        id = shmget(p->key, SEGMENT_SIZE, IPC_CREAT | IPC_EXCL | 0600);
        pthread_create(&thread, NULL, sleep_on, NULL);
        if (write(from_child[1], &id, sizeof id) != (ssize_t)sizeof id) {
            _exit(1);
        }
        pthread_exit(NULL);
    }
    assert_int_equal(read(from_child[0], &id, sizeof id), sizeof id);
    close(from_child[0]);
    close(from_child[1]);

    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", p->child);
    for (int i = 0; i < 2000 && strstr(line, ") Z ") == NULL; i++) {
        FILE *f = fopen(path, "r");
        line[fread(line, 1, sizeof line - 1, f)] = '\0';
        fclose(f);
        usleep(1000);
    }
    assert_non_null(strstr(line, ") Z "));
    expect_refusal(p, id, SEGMENT_CREATOR_ALIVE);
}

static int create_without_right_to_attach(struct place *p)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    int id;

    if (segment_create(&s, p->key, SEGMENT_SIZE, 0400, &report) != -EACCES) {
        return 1;
    }
    return segment_find(p->key, &id) == -ENOENT && s.id == -1 ? 0 : 2;
}

static void a_failure_midway_leaves_no_segment(void **state)
{
    assert_int_equal(run_as_nobody(create_without_right_to_attach, *state), 0);
}

/* ---- the creator ---- */

static void a_later_process_with_its_pid_is_not_the_creator(void **state)
{
    (void)state;
    struct segment_stat st = {.creator_pid = getpid(), .change_time = time(NULL)};
    assert_int_equal(segment_creator_state(&st), SEGMENT_CREATOR_RUNS);

    /* A process that started within 2 seconds of the change may be the creator, because times are rounded. */
    st.change_time = time(NULL) - 1000;
    assert_int_equal(segment_creator_state(&st), SEGMENT_CREATOR_DEAD);
}

static void a_creator_in_another_pid_namespace_is_unknown(void **state)
{
    struct segment_stat st = {.creator_pid = 0,
                              .change_time = time(NULL),
                              .owner = geteuid(),
                              .creator_owner = geteuid(),
                              .size = SEGMENT_SIZE};
    enum segment_refusal why;

    (void)state;
    assert_int_equal(segment_creator_state(&st), SEGMENT_CREATOR_UNKNOWN);
    assert_false(segment_may_take_over(&st, SEGMENT_SIZE, &why));
    assert_int_equal(why, SEGMENT_CREATOR_NOT_KNOWN);
}

/* ---- stat, attach ---- */

static int stat_of_the_unreadable(struct place *p)
{
    struct segment_stat st;
    struct segment s = SEGMENT_EMPTY;
    int id = shmget(p->key, 777, IPC_CREAT | IPC_EXCL | 0200), rc = 0;

    if (segment_stat(id, &st) != 0) {
        rc = 1;
    } else if (st.readable || st.id != id || st.key != p->key || st.size != 777 || st.mode != 0200) {
        rc = 2;
    } else if (st.owner != geteuid() || st.creator_owner != geteuid() || st.group != getegid() || st.attached != 0) {
        rc = 3;
    } else if (st.creator_pid != getpid() || st.removed || st.change_time < time(NULL) - 5 || st.attach_time != 0) {
        rc = 4;
    } else if (segment_attach(&s, id, &st) != -EACCES || s.base != NULL) {
        rc = 5;
    }
    shmctl(id, IPC_RMID, NULL);
    return rc;
}

static void an_unreadable_segment_is_read_from_proc(void **state)
{
    assert_int_equal(run_as_nobody(stat_of_the_unreadable, *state), 0);
}

static void attaching_is_read_only_and_nattch_is_that_of_the_others(void **state)
{
    struct place *p = *state;
    struct segment s = SEGMENT_EMPTY;
    struct segment_stat st;
    int status;

    int id = make_in_child(p, SEGMENT_SIZE, false);
    assert_int_equal(segment_attach(&s, id, &st), 0);
    assert_int_equal(st.attached, 0);
    assert_true(s.readonly);
    assert_int_equal(s.size, SEGMENT_SIZE);
    pid_t writer = fork();
    if (writer == 0) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer may have installed a handler */
        *(volatile char *)s.base = 1;
        _exit(0);
    }
    waitpid(writer, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_int_equal(segment_detach(&s), 0);
    assert_null(s.base);
    assert_int_equal(s.id, -1);
    assert_int_equal(segment_detach(&s), 0);
    segment_stat(id, &st);
    assert_int_equal(st.attached, 0);
}

static void a_removed_but_attached_segment_is_marked_and_frees_its_key(void **state)
{
    struct place *p = *state;
    struct segment old = SEGMENT_EMPTY, new = SEGMENT_EMPTY;
    struct segment_stat st;
    struct segment_report report;
    int id;

    assert_int_equal(segment_create(&old, p->key, SEGMENT_SIZE, 0600, &report), 0);
    assert_int_equal(segment_remove(old.id), 0);
    assert_int_equal(segment_stat(old.id, &st), 0);
    assert_true(st.removed);
    assert_int_equal(st.key, IPC_PRIVATE);
    assert_int_equal(segment_find(p->key, &id), -ENOENT);

    assert_int_equal(segment_create(&new, p->key, SEGMENT_SIZE, 0600, &report), 0);
    assert_int_equal(report.finding, SEGMENT_NEW);
    assert_int_not_equal(new.id, old.id);
    *(char *)new.base = 'n';
    assert_int_equal(*(char *)old.base, 0);
    assert_int_equal(segment_remove(new.id), 0);
    segment_detach(&new);
    segment_detach(&old);
}

static void a_segment_that_is_gone_gives_an_error(void **state)
{
    struct place *p = *state;
    struct segment s = SEGMENT_EMPTY;
    struct segment_stat st;

    int id = make_in_child(p, SEGMENT_SIZE, false);
    shmctl(id, IPC_RMID, NULL);
    int rc = segment_stat(id, &st);
    assert_true(rc == -EINVAL || rc == -EIDRM);
    rc = segment_attach(&s, id, &st);
    assert_true(rc == -EINVAL || rc == -EIDRM);
    rc = segment_remove(id);
    assert_true(rc == -EINVAL || rc == -EIDRM);
    assert_null(s.base);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_default_path_is_the_programs_folder),
        TEST(a_key_consists_of_proj_device_and_16_bits_of_the_inode),
        TEST(a_missing_path_gives_no_key),
        TEST(the_low_8_bits_of_proj_must_not_be_0),
        TEST(a_replaced_file_has_another_key),
        TEST(the_default_name_is_the_kits_own),
        TEST(finding_key_0_creates_no_segment),
        TEST(an_unused_key_is_not_found),
        TEST(a_new_segment_has_what_was_asked_for),
        TEST(an_invalid_key_or_size_is_refused),
        TEST(a_living_creators_segment_is_refused),
        TEST(a_larger_segment_is_refused),
        TEST(a_smaller_segment_is_refused),
        TEST(an_attached_segment_is_refused),
        TEST(another_users_segment_is_refused),
        TEST(a_dead_creators_segment_is_taken_over),
        TEST(a_zombie_creators_segment_is_taken_over),
        TEST(a_creator_that_only_looks_like_a_zombie_is_alive),
        TEST(a_failure_midway_leaves_no_segment),
        TEST(a_later_process_with_its_pid_is_not_the_creator),
        TEST(a_creator_in_another_pid_namespace_is_unknown),
        TEST(an_unreadable_segment_is_read_from_proc),
        TEST(attaching_is_read_only_and_nattch_is_that_of_the_others),
        TEST(a_removed_but_attached_segment_is_marked_and_frees_its_key),
        TEST(a_segment_that_is_gone_gives_an_error),
    };
    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
