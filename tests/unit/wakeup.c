/* Wakeup: the sleeper wakes in time, at the terminal, at a signal and at a ring, misses none of them, and leaves no thread
 * behind. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shm_bell.h"
#include "viewer/wakeup.h"

#define LONG_US 10000000 /* what must come comes before that */
#define SHORT_US 60000   /* what must not come has not come until then */

/* A terminal, which is a pipe here, and a segment with a bell at its start, attached to write, and to look at. */
struct place {
    int id, keys[2];
    shm_bell *bell;
    const shm_bell *seen;
    struct wakeup e;
    pthread_t other;
    bool others;
};

static volatile sig_atomic_t signalled;

static void on_signal(int signal)
{
    (void)signal;
    signalled = 1;
}

static uint64_t in_us(uint64_t us)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000 + us;
}

static int place_open(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    sigset_t ours, before;
    p->e = WAKEUP_CLOSED;
    p->id = shmget(IPC_PRIVATE, 4096, 0600);
    p->bell = shmat(p->id, NULL, 0);
    p->seen = shmat(p->id, NULL, SHM_RDONLY);
    shmctl(p->id, IPC_RMID, NULL); /* it goes with this process, also if the test is killed */
    *state = p;
    signal(SIGUSR1, on_signal);
    signalled = 0;
    sigemptyset(&ours);
    sigaddset(&ours, SIGUSR1);
    sigprocmask(SIG_BLOCK, &ours, &before);
    sigdelset(&before, SIGUSR1);
    return p->bell == (void *)-1 || p->seen == (void *)-1 || pipe(p->keys) != 0 ||
           wakeup_open(&p->e, p->keys[0], &before) != 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    if (p->others) {
        pthread_join(p->other, NULL);
    }
    wakeup_close(&p->e);
    shmdt(p->bell);
    shmdt(p->seen);
    close(p->keys[0]);
    close(p->keys[1]);
    free(p);
    return 0;
}

/* Until this process's first thread sleeps on a futex, as the kernel says. */
static void await_sleep(void)
{
    long number = -1;
    for (int i = 0; i < LONG_US / 1000 && number != SYS_futex; i++, usleep(1000)) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)getpid());
        FILE *f = fopen(path, "r");
        number = -1;
        if (f != NULL && fscanf(f, "%ld", &number) != 1) {
            number = -1;
        }
        if (f != NULL) {
            fclose(f);
        }
    }
}

static void *ring(void *context)
{
    struct place *p = context;
    await_sleep();
    SHM_BELL_RING(p->bell);
    return NULL;
}

static void *type(void *context)
{
    struct place *p = context;
    await_sleep();
    ssize_t ignored = write(p->keys[1], "x", 1);
    (void)ignored;
    return NULL;
}

static void *send(void *context)
{
    (void)context;
    await_sleep();
    kill(getpid(), SIGUSR1);
    return NULL;
}

static void meanwhile(struct place *p, void *(*does)(void *))
{
    p->others = pthread_create(&p->other, NULL, does, p) == 0;
    assert_true(p->others);
}

static void done(struct place *p)
{
    pthread_join(p->other, NULL);
    p->others = false;
}

static size_t entries(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    while (readdir(d) != NULL) {
        n++;
    }
    closedir(d);
    return n;
}

static void sleeps_until_the_time_and_not_at_all_where_it_is_over(void **state)
{
    struct place *p = *state;
    uint64_t until = in_us(SHORT_US);
    assert_int_equal(wakeup_sleep(&p->e, NULL, 0, until), WAKEUP_TIME);
    assert_true(in_us(0) >= until);
    until = in_us(SHORT_US);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, shm_bell_rings(p->seen), until), WAKEUP_TIME);
    assert_true(in_us(0) >= until);
    assert_int_equal(wakeup_sleep(&p->e, NULL, 0, 1), WAKEUP_TIME);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, shm_bell_rings(p->seen), 1), WAKEUP_TIME);
}

static void wakes_at_a_ring_through_a_readonly_attachment(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 3; i++) {
        meanwhile(p, ring);
        assert_int_equal(wakeup_sleep(&p->e, p->seen, shm_bell_rings(p->seen), in_us(LONG_US)), WAKEUP_BELL);
        done(p);
    }
}

static void a_ring_before_the_sleep_is_not_missed(void **state)
{
    struct place *p = *state;
    uint32_t seen = shm_bell_rings(p->seen);
    SHM_BELL_RING(p->bell);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, seen, in_us(LONG_US)), WAKEUP_BELL);
}

static void hears_the_terminal_in_either_sleep(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 4; i++) {
        char key;
        meanwhile(p, type);
        assert_int_equal(wakeup_sleep(&p->e, i % 2 ? p->seen : NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
        done(p);
        /* Not dealt with yet: it stays so. */
        assert_int_equal(wakeup_sleep(&p->e, i % 2 ? p->seen : NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
        assert_int_equal(read(p->keys[0], &key, 1), 1);
        wakeup_watch(&p->e);
        assert_int_equal(wakeup_sleep(&p->e, i % 2 ? p->seen : NULL, 0, in_us(SHORT_US)), WAKEUP_TIME);
    }
    assert_false(atomic_load(&p->e.gone));
}

static void hears_a_signal_whose_handler_has_run(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 4; i++) {
        signalled = 0;
        meanwhile(p, send);
        assert_int_equal(wakeup_sleep(&p->e, i % 2 ? p->seen : NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
        assert_true(signalled);
        done(p);
        wakeup_watch(&p->e);
    }
}

static void what_comes_while_nobody_sleeps_is_heard_then(void **state)
{
    struct place *p = *state;
    kill(getpid(), SIGUSR1);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, 0, in_us(LONG_US)), WAKEUP_INPUT);
    assert_int_equal(write(p->keys[1], "x", 1), 1);
    wakeup_watch(&p->e);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, 0, in_us(LONG_US)), WAKEUP_INPUT);
}

static void a_signal_is_taken_also_while_there_is_something_to_read(void **state)
{
    struct place *p = *state;
    assert_int_equal(write(p->keys[1], "x", 1), 1);
    assert_int_equal(wakeup_sleep(&p->e, NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
    kill(getpid(), SIGUSR1);
    wakeup_watch(&p->e); /* and nobody has read */
    for (int i = 0; i < 3 && !signalled; i++) {
        assert_int_equal(wakeup_sleep(&p->e, NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
        wakeup_watch(&p->e);
    }
    assert_true(signalled);
}

static void a_terminal_that_is_gone_is_told(void **state)
{
    struct place *p = *state;
    close(p->keys[1]);
    p->keys[1] = -1;
    assert_int_equal(wakeup_sleep(&p->e, NULL, 0, in_us(LONG_US)), WAKEUP_INPUT);
    assert_true(atomic_load(&p->e.gone));
}

static void *type_on(void *context)
{
    struct place *p = context;
    for (int i = 0; i < 2000; i++) {
        ssize_t ignored = write(p->keys[1], "x", 1);
        (void)ignored;
        for (volatile int wait = 0; wait < i % 64 * 64; wait++) {
            ;
        }
    }
    return NULL;
}

static void no_key_is_missed_at_any_moment(void **state)
{
    struct place *p = *state;
    char keys[64];
    meanwhile(p, type_on);
    for (ssize_t got = 0; got < 2000;) {
        enum wakeup_woken woken = wakeup_sleep(&p->e, p->seen, 0, in_us(LONG_US));
        assert_int_equal(woken, WAKEUP_INPUT);
        ssize_t n = read(p->keys[0], keys, sizeof keys);
        assert_true(n > 0);
        got += n;
        wakeup_watch(&p->e);
    }
    done(p);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, 0, in_us(SHORT_US)), WAKEUP_TIME);
}

static void a_bell_that_cannot_be_slept_on_is_told(void **state)
{
    struct place *p = *state;
    assert_int_equal(wakeup_sleep(&p->e, (const char *)p->seen + 1, 0, in_us(LONG_US)),
                     WAKEUP_REFUSED);                                                           /* misaligned */
    assert_int_equal(wakeup_sleep(&p->e, (const void *)16, 0, in_us(LONG_US)), WAKEUP_REFUSED); /* not mapped */
}

static void the_thread_goes(void **state)
{
    struct place *p = *state;
    size_t threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
    wakeup_close(&p->e);
    wakeup_close(&p->e);
    assert_int_equal(entries("/proc/self/task"), threads - 1);
    assert_int_equal(entries("/proc/self/fd"), files - 1);
    /* Also where it waits for somebody to deal with what it pending. */
    sigset_t none;
    sigemptyset(&none);
    assert_int_equal(write(p->keys[1], "x", 1), 1);
    assert_int_equal(wakeup_open(&p->e, p->keys[0], &none), 0);
    assert_int_equal(wakeup_sleep(&p->e, p->seen, 0, in_us(LONG_US)), WAKEUP_INPUT);
    wakeup_close(&p->e);
    assert_int_equal(entries("/proc/self/task"), threads - 1);
}

/* "qq": the second key comes while the first one closes. */
static void it_closes_also_while_a_key_comes(void **state)
{
    struct place *p = *state;
    sigset_t none;
    sigemptyset(&none);
    wakeup_close(&p->e);
    alarm(60); /* a thread that waits for ever ends the test */
    for (int i = 0; i < 2000; i++) {
        char key;
        assert_int_equal(wakeup_open(&p->e, p->keys[0], &none), 0);
        struct timespec moment = {.tv_nsec = i % 50 * 1000};
        nanosleep(&moment, NULL);
        assert_int_equal(write(p->keys[1], "q", 1), 1);
        for (volatile int k = 0; k < i % 97 * 40; k++) {
        }
        wakeup_close(&p->e);
        assert_int_equal(read(p->keys[0], &key, 1), 1);
    }
    alarm(0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sleeps_until_the_time_and_not_at_all_where_it_is_over),
        TEST(wakes_at_a_ring_through_a_readonly_attachment),
        TEST(a_ring_before_the_sleep_is_not_missed),
        TEST(hears_the_terminal_in_either_sleep),
        TEST(hears_a_signal_whose_handler_has_run),
        TEST(what_comes_while_nobody_sleeps_is_heard_then),
        TEST(a_signal_is_taken_also_while_there_is_something_to_read),
        TEST(a_terminal_that_is_gone_is_told),
        TEST(no_key_is_missed_at_any_moment),
        TEST(a_bell_that_cannot_be_slept_on_is_told),
        TEST(the_thread_goes),
        TEST(it_closes_also_while_a_key_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
