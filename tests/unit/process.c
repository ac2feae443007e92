/* process: well-formed and malformed lines of /proc/PID/stat, and real processes. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"

#define REST " 1 10 10 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 3 0 4711 1000 100 184467 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0\n"

static void a_line_is_parsed(void **state)
{
    struct process p;

    (void)state;
    assert_int_equal(process_parse("4121 (shm-server) S" REST, &p), 0);
    assert_int_equal(p.pid, 4121);
    assert_string_equal(p.name, "shm-server");
    assert_int_equal(p.state, 'S');
    assert_int_equal(p.threads, 3);
    assert_int_equal(p.start, 4711);
}

static void a_name_may_look_like_the_rest_of_the_line(void **state)
{
    struct process p;

    (void)state;
    assert_int_equal(process_parse("7 (a) Z 1 (b\n) R" REST, &p), 0);
    assert_string_equal(p.name, "a) Z 1 (b\n");
    assert_int_equal(p.state, 'R');
    assert_int_equal(process_parse("7 () R" REST, &p), 0);
    assert_string_equal(p.name, "");
}

static void a_long_name_is_truncated(void **state)
{
    char line[512] = "7 (";
    struct process p;

    (void)state;
    memset(line + 3, 'x', 200);
    strcpy(line + 203, ") R" REST);
    assert_int_equal(process_parse(line, &p), 0);
    assert_int_equal(strlen(p.name), PROCESS_NAME_MAX - 1);
}

static void a_malformed_line_is_refused(void **state)
{
    static const char *const lines[] = {"", "7", "7 (a", "7 a) S" REST, "7 (a) S 1 2 3", ")7( S" REST, "x (a) S" REST};
    struct process p;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(process_parse(lines[i], &p), -EINVAL);
    }
}

static void a_zombie_has_ended_unless_other_threads_run(void **state)
{
    struct process p = {.state = 'Z', .threads = 1};

    (void)state;
    assert_true(process_has_ended(&p));
    p.threads = 2;
    assert_false(process_has_ended(&p));
    p = (struct process){.state = 'X', .threads = 0};
    assert_true(process_has_ended(&p));
    p = (struct process){.state = 'T', .threads = 1};
    assert_false(process_has_ended(&p));
}

static void a_child_started_just_now(void **state)
{
    struct process p;
    time_t started = 0, now = time(NULL);

    (void)state;
    assert_true(process_proc_is_ours());
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(process_read(child, &p), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(p.pid, child);
    assert_int_equal(p.threads, 1);
    assert_int_equal(process_start_time(&p, &started), 0);
    assert_in_range(started, now - 1, now + 2);
    assert_int_equal(process_read(child, &p), -ESRCH);
}

static void a_pid_that_is_not_positive_is_refused(void **state)
{
    struct process p;

    (void)state;
    assert_int_equal(process_read(0, &p), -EINVAL);
    assert_int_equal(process_read(-1, &p), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_parsed),
        cmocka_unit_test(a_name_may_look_like_the_rest_of_the_line),
        cmocka_unit_test(a_long_name_is_truncated),
        cmocka_unit_test(a_malformed_line_is_refused),
        cmocka_unit_test(a_zombie_has_ended_unless_other_threads_run),
        cmocka_unit_test(a_child_started_just_now),
        cmocka_unit_test(a_pid_that_is_not_positive_is_refused),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
