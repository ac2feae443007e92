/* attachment: lines of /proc/PID/maps, processes that have a segment or a file mapped, and when a scan is due. */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspect/attachment.h"
#include "inspect/mapping.h"

/* ---- lines ---- */

static int parse(const char *line, struct mapping *m)
{
    return mapping_parse(line, strlen(line), m);
}

static void a_line_of_a_segment_is_parsed(void **state)
{
    struct mapping m;

    (void)state;
    assert_int_equal(parse("7f9add11c000-7f9add11d000 r--s 00001000 fe:1a 2162700                    "
                           "/SYSV00000000 (deleted)",
                           &m),
                     0);
    assert_int_equal(m.start, 0x7f9add11c000);
    assert_int_equal(m.end, 0x7f9add11d000);
    assert_int_equal(m.offset, 0x1000);
    assert_string_equal(m.rights, "r--");
    assert_true(m.shared);
    assert_int_equal(m.device, makedev(0xfe, 0x1a));
    assert_int_equal(m.inode, 2162700);
    assert_string_equal(m.name, "/SYSV00000000 (deleted)");
}

static void a_line_without_a_name_is_parsed(void **state)
{
    struct mapping m;

    (void)state;
    assert_int_equal(parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 ", &m), 0);
    assert_int_equal(m.start, 0xffffffffff600000);
    assert_string_equal(m.rights, "--x");
    assert_false(m.shared);
    assert_int_equal(m.inode, 0);
    assert_string_equal(m.name, "");
}

static void a_name_may_contain_blanks_and_is_truncated(void **state)
{
    char line[1024] = "1000-2000 rw-s 00000000 00:01 5 /a b  c";
    struct mapping m;

    (void)state;
    assert_int_equal(parse(line, &m), 0);
    assert_string_equal(m.name, "/a b  c");
    memset(line + strlen(line), 'x', 500);
    assert_int_equal(parse(line, &m), 0);
    assert_int_equal(strlen(m.name), MAPPING_NAME_MAX - 1);
}

static void a_malformed_line_is_refused(void **state)
{
    static const char *const lines[] = {"",
                                        "1000",
                                        "1000-2000",
                                        "1000-2000 rw-s",
                                        "1000-2000 rw-s0 00 00:01 5 ",
                                        "g000-2000 rw-s 00 00:01 5 ",
                                        "1000-2000 rw-s 00 0001 5 ",
                                        "1000-2000 rw-s 00 00:01 5",
                                        "1000-2000 rw-s 00 00:01 f "};
    struct mapping m;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(parse(lines[i], &m), -EINVAL);
    }
}

/* ---- processes ---- */

struct segment_here {
    int id;
    void *base;
    struct attachment_object what;
    struct attachments found;
    pid_t child;
};

static int here_open(void **state)
{
    struct segment_here *s = calloc(1, sizeof *s);
    s->id = shmget(IPC_PRIVATE, 5000, 0600 | IPC_CREAT);
    s->base = shmat(s->id, NULL, 0);
    shmctl(s->id, IPC_RMID, NULL); /* it is freed with its last process, however the test ends */
    *state = s;
    return s->base == (void *)-1;
}

static int here_close(void **state)
{
    struct segment_here *s = *state;
    if (s->child > 0) {
        kill(s->child, SIGKILL);
        waitpid(s->child, NULL, 0);
    }
    attachments_free(&s->found);
    shmdt(s->base);
    free(s);
    return 0;
}

static unsigned long nattch(int id)
{
    struct shmid_ds ds;
    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    return ds.shm_nattch;
}

static void own_attachments_are_found_each_at_its_address(void **state)
{
    struct segment_here *s = *state;
    void *again = shmat(s->id, NULL, SHM_RDONLY);

    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, 2);
    assert_int_equal(s->found.found, nattch(s->id));
    assert_int_equal(s->found.processes, 1);
    for (size_t i = 0; i < 2; i++) {
        const struct attachment *one = &s->found.list[i];
        assert_int_equal(one->pid, getpid());
        assert_true(one->shared);
        assert_int_equal(one->size, 8192);
        assert_int_equal(one->offset, 0);
        assert_true(one->address == (uintptr_t)s->base || one->address == (uintptr_t)again);
        assert_string_equal(one->rights, one->address == (uintptr_t)again ? "r--" : "rw-");
    }
    assert_true(s->found.list[0].address < s->found.list[1].address);
    shmdt(again);
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, 1);
}

static void without_an_address_the_device_is_the_same(void **state)
{
    struct segment_here *s = *state;
    struct attachment_object other;

    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    assert_int_equal(attachment_of_segment(s->id, NULL, &other), 0);
    assert_int_equal(other.device, s->what.device);
    assert_int_equal(other.inode, s->id);
}

/* Starts a child that runs `act` and then waits to be killed. Returns when act is done. */
static void child_start(struct segment_here *s, void (*act)(struct segment_here *))
{
    int ready[2];
    char one;

    assert_int_equal(pipe(ready), 0);
    s->child = fork();
    if (s->child == 0) {
        act(s);
        if (write(ready[1], "", 1) == 1) {
            pause();
        }
        _exit(0);
    }
    assert_int_equal(read(ready[0], &one, 1), 1);
    close(ready[0]);
    close(ready[1]);
}

static void take_a_name(struct segment_here *s)
{
    (void)s;
    prctl(PR_SET_NAME, "a\033[2J\nb");
}

static void a_child_that_inherited_it_is_found_with_its_name(void **state)
{
    struct segment_here *s = *state;

    child_start(s, take_a_name);
    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, 2);
    assert_int_equal(s->found.processes, 2);
    const struct attachment *one = &s->found.list[s->found.list[0].pid == s->child ? 0 : 1];
    assert_int_equal(one->pid, s->child);
    assert_int_equal(one->address, (uintptr_t)s->base);
    assert_string_equal(one->name, "a\033[2J\nb");
}

/* A file in the kernel's tmpfs may have a shmid as its inode number. Then only the name shows that it is no segment. */
static void a_file_whose_inode_is_a_shmid_does_not_count(void **state)
{
    struct segment_here *s = *state;
    struct stat st;
    int fd = memfd_create("SYSV00000000", 0);

    assert_int_equal(ftruncate(fd, 4096), 0);
    void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(mapped != MAP_FAILED);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(attachment_of_segment((int)st.st_ino, NULL, &s->what), 0);
    assert_int_equal(s->what.device, st.st_dev);
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, 0);
    s->what.segment = false;
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, 1);
    assert_int_equal(s->found.list[0].address, (uintptr_t)mapped);
    assert_string_equal(s->found.list[0].rights, "r--");
    munmap(mapped, 4096);
    close(fd);
}

static void attachments_beyond_the_list_are_counted(void **state)
{
    struct segment_here *s = *state;
    enum { MANY = ATTACHMENTS_MAX + 10 };
    static void *bases[MANY];

    for (size_t i = 0; i < MANY; i++) {
        bases[i] = shmat(s->id, NULL, SHM_RDONLY);
    }
    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    assert_int_equal(attachments_scan(&s->found, &s->what), 0);
    assert_int_equal(s->found.count, ATTACHMENTS_MAX);
    assert_int_equal(s->found.found, MANY + 1);
    assert_int_equal(s->found.processes, 1);
    for (size_t i = 0; i < MANY; i++) {
        shmdt(bases[i]);
    }
}

static void the_missing_ones_are_the_difference(void **state)
{
    (void)state;
    assert_int_equal(attachments_missing(&(struct attachments){.found = 2}, 5), 3);
    assert_int_equal(attachments_missing(&(struct attachments){.found = 5}, 5), 0);
    assert_int_equal(attachments_missing(&(struct attachments){.found = 6}, 5), 0); /* one detached during the scan */
}

static void the_end_of_a_process_is_noticed_without_nattch(void **state)
{
    struct segment_here *s = *state;
    struct attachment_watch w = {.scanned = false};

    child_start(s, take_a_name);
    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    attachment_watch_start(&w, &s->what);
    assert_true(attachment_watch_tick(&w, NULL, 1000));
    assert_int_equal(w.now.count, 2);
    w.cost_us = 0;
    assert_false(attachment_watch_due(&w, NULL, 1600));
    kill(s->child, SIGKILL);
    siginfo_t ended;
    assert_int_equal(waitid(P_PID, (id_t)s->child, &ended, WEXITED | WNOWAIT), 0); /* a zombie */
    assert_false(attachment_watch_due(&w, NULL, 1700));                            /* not checked at each frame */
    assert_true(attachment_watch_due(&w, NULL, 2100));
    attachment_watch_free(&w);
}

/* ---- when a scan is due ---- */

static struct attachment_watch scanned(const struct segment_stat *st, uint64_t at, uint64_t cost_us)
{
    return (struct attachment_watch){.scanned = true, .seen = *st, .scanned_at = at, .cost_us = cost_us};
}

static void a_scan_is_due_when_ipc_stat_changes(void **state)
{
    struct segment_stat st = {.id = 7, .attached = 2, .last_pid = 9, .attach_time = 100, .detach_time = 50};
    struct segment_stat other[5] = {st, st, st, st, st};
    struct attachment_watch w = {.scanned = false};

    (void)state;
    assert_true(attachment_watch_due(&w, &st, 0));
    w = scanned(&st, 5000, 2000);
    assert_false(attachment_watch_due(&w, &st, 6000));
    other[0].attached = 3;
    other[1].last_pid = 10;
    other[2].attach_time = 101;
    other[3].detach_time = 101;
    other[4].id = 8;
    for (size_t i = 0; i < 5; i++) {
        assert_true(attachment_watch_due(&w, &other[i], 6000));
        assert_false(attachment_watch_due(&w, &other[i], 5099)); /* not for each of many changes */
    }
    other[0].mode = 0666;
    other[0].attached = 2;
    assert_false(attachment_watch_due(&w, &other[0], 6000));
}

static void an_expensive_scan_is_made_less_often(void **state)
{
    struct segment_stat st = {.id = 7, .attached = 2}, more = {.id = 7, .attached = 3};
    struct attachment_watch w = scanned(&st, 0, 100000); /* 0.1 s of a processor */

    (void)state;
    assert_false(attachment_watch_due(&w, &more, 4999)); /* 2 % */
    assert_true(attachment_watch_due(&w, &more, 5000));
    assert_false(attachment_watch_due(&w, NULL, 199999)); /* 0.05 % */
    assert_true(attachment_watch_due(&w, NULL, 200000));
}

static void one_more_scan_finds_changes_within_the_same_second(void **state)
{
    struct segment_here *s = *state;
    struct segment_stat st;
    struct attachment_watch w = {.scanned = false};

    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    attachment_watch_start(&w, &s->what);
    assert_int_equal(segment_stat(s->id, &st), 0);
    assert_true(attachment_watch_tick(&w, &st, 10000));
    assert_int_equal(w.now.count, 1);
    w.cost_us = 0;
    assert_false(attachment_watch_due(&w, &st, 11100)); /* we attached last, so no change is hidden */
    st.last_pid = 1;
    attachment_watch_free(&w);
    attachment_watch_start(&w, &s->what);
    assert_true(attachment_watch_tick(&w, &st, 10000));
    w.cost_us = 0;
    assert_false(attachment_watch_due(&w, &st, 11099));
    assert_true(attachment_watch_due(&w, &st, 11100));
    assert_false(attachment_watch_tick(&w, &st, 11200)); /* the extra scan was made above; nothing is new */
    assert_false(attachment_watch_due(&w, &st, 15000));
    w.cost_us = 0;
    assert_true(attachment_watch_due(&w, &st, 1000000)); /* now and then, without any change */
    attachment_watch_free(&w);
}

static void attaching_and_detaching_are_noticed(void **state)
{
    struct segment_here *s = *state;
    struct segment_stat st;
    struct attachment_watch w = {.scanned = false};

    assert_int_equal(attachment_of_segment(s->id, s->base, &s->what), 0);
    attachment_watch_start(&w, &s->what);
    assert_int_equal(segment_stat(s->id, &st), 0);
    assert_true(attachment_watch_tick(&w, &st, 10000));
    void *again = shmat(s->id, NULL, 0);
    assert_int_equal(segment_stat(s->id, &st), 0);
    assert_true(attachment_watch_tick(&w, &st, 20000));
    assert_int_equal(w.now.count, 2);
    shmdt(again);
    assert_int_equal(segment_stat(s->id, &st), 0);
    assert_true(attachment_watch_tick(&w, &st, 30000));
    assert_int_equal(w.now.count, 1);
    attachment_watch_free(&w);
}

#define WITH_SEGMENT(f) cmocka_unit_test_setup_teardown(f, here_open, here_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_a_segment_is_parsed),
        cmocka_unit_test(a_line_without_a_name_is_parsed),
        cmocka_unit_test(a_name_may_contain_blanks_and_is_truncated),
        cmocka_unit_test(a_malformed_line_is_refused),
        WITH_SEGMENT(own_attachments_are_found_each_at_its_address),
        WITH_SEGMENT(without_an_address_the_device_is_the_same),
        WITH_SEGMENT(a_child_that_inherited_it_is_found_with_its_name),
        WITH_SEGMENT(a_file_whose_inode_is_a_shmid_does_not_count),
        WITH_SEGMENT(attachments_beyond_the_list_are_counted),
        cmocka_unit_test(the_missing_ones_are_the_difference),
        WITH_SEGMENT(the_end_of_a_process_is_noticed_without_nattch),
        cmocka_unit_test(a_scan_is_due_when_ipc_stat_changes),
        cmocka_unit_test(an_expensive_scan_is_made_less_often),
        WITH_SEGMENT(one_more_scan_finds_changes_within_the_same_second),
        WITH_SEGMENT(attaching_and_detaching_are_noticed),
    };
    return cmocka_run_group_tests_name("attachment", tests, NULL, NULL);
}
