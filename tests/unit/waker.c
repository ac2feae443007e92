/* Waker: it wakes at a ring and at nothing else, lets go before the memory does, and leaves no thread behind. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cmocka.h>

#include "shm_bell.h"
#include "waker.h"

#define LONG_MS 10000 /* what must come comes before that */
#define SHORT_MS 60   /* what must not come has not come until then */

/* A segment with a bell at its start, attached twice: to write, and to look at. */
struct place {
    int id;
    shm_bell *bell;
    const shm_bell *seen;
    struct waker w;
};

static int place_open(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->w = WAKER_CLOSED;
    p->id = shmget(IPC_PRIVATE, 4096, 0600);
    p->bell = shmat(p->id, NULL, 0);
    p->seen = shmat(p->id, NULL, SHM_RDONLY);
    *state = p;
    return p->bell == (void *)-1 || p->seen == (void *)-1 || waker_open(&p->w) != 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    waker_close(&p->w);
    shmctl(p->id, IPC_RMID, NULL);
    shmdt(p->bell);
    shmdt(p->seen);
    free(p);
    return 0;
}

static bool told(struct place *p, int ms)
{
    struct pollfd fd = {.fd = waker_fd(&p->w), .events = POLLIN};
    return poll(&fd, 1, ms) == 1;
}

/* Until our thread is inside FUTEX_WAIT, as the kernel says. */
static void await_sleep(void)
{
    for (int i = 0; i < LONG_MS; i++, usleep(1000)) {
        DIR *tasks = opendir("/proc/self/task");
        for (struct dirent *d; (d = readdir(tasks)) != NULL;) {
            char path[300];
            snprintf(path, sizeof path, "/proc/self/task/%s/syscall", d->d_name);
            FILE *f = atoi(d->d_name) != getpid() ? fopen(path, "r") : NULL;
            long number = -1, at, what = -1;
            int got = f != NULL ? fscanf(f, "%ld %lx %lx", &number, (unsigned long *)&at, (unsigned long *)&what) : 0;
            if (f != NULL) {
                fclose(f);
            }
            if (got == 3 && number == SYS_futex && what == FUTEX_WAIT) {
                closedir(tasks);
                return;
            }
        }
        closedir(tasks);
    }
    fail_msg("the thread does not sleep on the bell");
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

static void wakes_at_a_ring_through_a_readonly_attachment(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 3; i++) {
        waker_watch(&p->w, p->seen, shm_bell_rings(p->seen));
        assert_false(told(p, SHORT_MS));
        await_sleep();
        SHM_BELL_RING(p->bell);
        assert_true(told(p, LONG_MS));
        assert_true(waker_rang(&p->w));
        assert_false(waker_rang(&p->w));
        assert_false(told(p, 0));
    }
}

static void a_ring_before_the_watch_is_not_missed(void **state)
{
    struct place *p = *state;
    uint32_t seen = shm_bell_rings(p->seen);
    SHM_BELL_RING(p->bell);
    waker_watch(&p->w, p->seen, seen);
    assert_true(told(p, LONG_MS));
}

static void rings_between_two_watches_cost_nothing(void **state)
{
    struct place *p = *state;
    waker_watch(&p->w, p->seen, shm_bell_rings(p->seen));
    SHM_BELL_RING(p->bell);
    assert_true(told(p, LONG_MS));
    waker_rang(&p->w);
    for (int i = 0; i < 1000; i++) {
        SHM_BELL_RING(p->bell);
    }
    assert_false(told(p, SHORT_MS));
}

static void a_wake_that_is_no_ring_tells_nothing(void **state)
{
    struct place *p = *state;
    struct waker other;
    waker_watch(&p->w, p->seen, 0);
    assert_int_equal(waker_open(&other), 0);
    for (int i = 0; i < 20; i++) {
        waker_watch(&other, p->seen, 0);
        waker_rest(&other); /* wakes all who sleep there */
    }
    waker_close(&other);
    assert_false(told(p, SHORT_MS));
    SHM_BELL_RING(p->bell);
    assert_true(told(p, LONG_MS));
}

static void lets_go_before_the_memory_does(void **state)
{
    struct place *p = *state;
    const shm_bell *seen = p->seen;
    struct shmid_ds st;
    waker_watch(&p->w, seen, 0);
    await_sleep();
    assert_int_equal(shmctl(p->id, IPC_RMID, NULL), 0); /* removed while it sleeps */
    assert_false(told(p, SHORT_MS));
    SHM_BELL_RING(p->bell); /* and yet it rings */
    assert_true(told(p, LONG_MS));
    waker_watch(&p->w, seen, shm_bell_rings(seen));
    await_sleep();
    waker_rest(&p->w);
    assert_int_equal(shmdt(seen), 0);
    assert_int_equal(shmctl(p->id, IPC_STAT, &st), 0);
    assert_int_equal(st.shm_nattch, 1);
    assert_false(told(p, 0));
    /* A new one at another place, as after a remake. */
    int id = shmget(IPC_PRIVATE, 4096, 0600);
    shm_bell *again = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    waker_watch(&p->w, again, 0);
    SHM_BELL_RING(again);
    assert_true(told(p, LONG_MS));
    waker_rest(&p->w);
    shmdt(again);
    p->seen = shmat(p->id, NULL, SHM_RDONLY);
}

static void may_be_asked_to_rest_at_any_moment(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 3000; i++) {
        waker_watch(&p->w, p->seen, shm_bell_rings(p->seen));
        for (volatile int wait = 0; wait < i % 64 * 16; wait++) {
            ;
        }
        if (i % 3 == 0) {
            SHM_BELL_RING(p->bell);
        }
        waker_rest(&p->w);
        assert_false(told(p, 0));
    }
}

static void a_bell_that_cannot_be_slept_on_is_told(void **state)
{
    struct place *p = *state;
    waker_watch(&p->w, (const char *)p->seen + 1, 0); /* misaligned */
    assert_true(told(p, LONG_MS));
    assert_true(waker_failed(&p->w));
    waker_watch(&p->w, p->seen, 0); /* it stays so until it rests */
    waker_rest(&p->w);
    assert_false(waker_failed(&p->w));
    waker_watch(&p->w, NULL, 0);
    assert_false(told(p, SHORT_MS));
}

static void the_thread_takes_no_signal_and_goes(void **state)
{
    struct place *p = *state;
    char path[300], line[256];
    unsigned long long blocked = 0;
    size_t found = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *d; (d = readdir(tasks)) != NULL;) {
        snprintf(path, sizeof path, "/proc/self/task/%s/status", d->d_name);
        FILE *f = atoi(d->d_name) > 0 && atoi(d->d_name) != getpid() ? fopen(path, "r") : NULL;
        while (f != NULL && fgets(line, sizeof line, f) != NULL) {
            /* All but SIGKILL, SIGSTOP and the two that the C library keeps. */
            found += sscanf(line, "SigBlk: %llx", &blocked) == 1 &&
                     (blocked | 1ull << 8 | 1ull << 18 | 3ull << 31) == UINT64_MAX;
        }
        if (f != NULL) {
            fclose(f);
        }
    }
    closedir(tasks);
    assert_true(found >= 1); /* a sanitizer has a thread of its own */

    size_t threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
    waker_watch(&p->w, p->seen, 0);
    waker_close(&p->w);
    waker_close(&p->w);
    assert_int_equal(entries("/proc/self/task"), threads - 1);
    assert_int_equal(entries("/proc/self/fd"), files - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wakes_at_a_ring_through_a_readonly_attachment),
        TEST(a_ring_before_the_watch_is_not_missed),
        TEST(rings_between_two_watches_cost_nothing),
        TEST(a_wake_that_is_no_ring_tells_nothing),
        TEST(lets_go_before_the_memory_does),
        TEST(may_be_asked_to_rest_at_any_moment),
        TEST(a_bell_that_cannot_be_slept_on_is_told),
        TEST(the_thread_takes_no_signal_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
