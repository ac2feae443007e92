/* Snapshot: whole ones only, beside a writer who writes all the time; and an honest answer where there are none.
 *
 * SHMLAB_SNAPSHOTS=10000000 takes as many (a minute or so); without it, 200,000. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "layout/sync_fields.h"
#include "layout/text.h"
#include "shm_seqlock.h"
#include "viewer/snapshot.h"

#define SIZE 1024
#define WORDS (SIZE / 4 - 1)
#define WRITE_NS 10000 /* from one write to the next: 100,000 a second */

struct board {
    uint32_t words[WORDS]; /* all the same in a whole snapshot */
    shm_seqlock sequence;
};

struct place {
    int id;
    struct board *board;
    struct source source;
    struct layout layout;
    struct snapshot s;
    pid_t writer;
};

static int place_open(void **state)
{
    static const char text[] = "shmlab layout 1\nuint32_t words[255]\nshm_seqlock sequence\n";
    struct place *p = calloc(1, sizeof *p);
    *state = p;
    p->id = shmget(IPC_PRIVATE, SIZE, 0600);
    p->board = shmat(p->id, NULL, 0);
    struct source_spec spec = {.kind = &source_segment, .name = {.by = SEGMENT_BY_ID, .id = p->id}};
    if (p->board == (void *)-1 || source_open(&p->source, &spec) != 0 || source_size(&p->source) != SIZE ||
        layout_text_read(text, strlen(text), &p->layout, NULL) != 0) {
        return 1;
    }
    snapshot_start(&p->s, &p->layout, SIZE);
    return p->s.counter != offsetof(struct board, sequence);
}

static int place_close(void **state)
{
    struct place *p = *state;
    if (p->writer > 0) {
        kill(p->writer, SIGKILL);
        waitpid(p->writer, NULL, 0);
    }
    source_close(&p->source);
    layout_free(&p->layout);
    shmctl(p->id, IPC_RMID, NULL);
    shmdt(p->board);
    free(p);
    return 0;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Another process, as in life. */
static void write_all_the_time(struct place *p)
{
    p->writer = fork();
    assert_true(p->writer >= 0);
    if (p->writer > 0) {
        return;
    }
    struct board *b = p->board;
    int64_t next = now_ns();
    for (uint32_t n = 1;; n++) {
        SHM_SEQLOCK_BEGIN(&b->sequence);
        for (size_t i = 0; i < WORDS; i++) {
            __atomic_store_n(&b->words[i], n, __ATOMIC_RELAXED);
        }
        SHM_SEQLOCK_END(&b->sequence);
        for (next += WRITE_NS; now_ns() < next;) {
            ;
        }
        next = now_ns() - next > 100000000 ? now_ns() : next; /* it didn't run for a while */
    }
}

static bool torn(const uint32_t *words, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (words[i] != words[0]) {
            return true;
        }
    }
    return false;
}

static void no_snapshot_is_torn(void **state)
{
    struct place *p = *state;
    const char *wanted = getenv("SHMLAB_SNAPSHOTS");
    long most = wanted != NULL ? atol(wanted) : 200000;
    uint32_t copy[SIZE / 4];
    size_t failed = 0, bad = 0;
    write_all_the_time(p);
    uint32_t first = p->board->words[0];
    int64_t start = now_ns();
    for (long i = 0; i < most; i++) {
        /* All of it; or a window that the counter lies outside of. */
        size_t count = i % 2 == 0 ? SIZE : SIZE / 2;
        size_t n = snapshot_take(&p->s, &p->source, 0, 0, (uint8_t *)copy, count);
        failed += n == 0;
        bad += n > 0 && torn(copy, n == SIZE ? WORDS : n / 4);
        bad += n == SIZE && (copy[WORDS] & 1) != 0;
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    print_message("%ld snapshots in %.1f s beside %.0f writes a second: %zu torn, %zu not to be had\n", most, seconds,
                  (p->board->words[0] - first) / seconds, bad, failed);
    assert_int_equal(bad, 0);
    assert_true(failed * 10 <= (size_t)most); /* a busy machine may stop the writer in the middle */
    assert_true(p->board->words[0] - first > 0);
}

static void without_a_counter_bytes_are_taken_as_they_are(void **state)
{
    struct place *p = *state;
    struct layout none;
    uint8_t copy[SIZE];
    layout_init(&none);
    snapshot_start(&p->s, &none, SIZE);
    SHM_SEQLOCK_BEGIN(&p->board->sequence);
    assert_int_equal(snapshot_take(&p->s, &p->source, 0, 0, copy, SIZE), SIZE);
    assert_int_equal(p->s.state, SNAPSHOT_UNGUARDED);
    assert_string_equal(snapshot_line(&p->s), "");
}

static void a_write_under_way_is_waited_for_but_not_for_ever(void **state)
{
    struct place *p = *state;
    uint8_t copy[SIZE];
    assert_int_equal(snapshot_take(&p->s, &p->source, 5000, 0, copy, SIZE), SIZE);
    assert_int_equal(p->s.state, SNAPSHOT_WHOLE);
    SHM_SEQLOCK_BEGIN(&p->board->sequence);
    int64_t start = now_ns();
    assert_int_equal(snapshot_take(&p->s, &p->source, 5000, 0, copy, SIZE), 0);
    assert_true(now_ns() - start < 1000000000); /* a busy machine's bound; it takes 2 ms at most */
    assert_int_equal(p->s.state, SNAPSHOT_TOO_FAST);
    assert_string_not_equal(snapshot_line(&p->s), "");
    assert_int_equal(snapshot_take(&p->s, &p->source, 5000 + SNAPSHOT_ABANDONED_MS - 1, 0, copy, SIZE), 0);
    assert_int_equal(snapshot_take(&p->s, &p->source, 5000 + SNAPSHOT_ABANDONED_MS, 0, copy, SIZE), SIZE);
    assert_int_equal(p->s.state, SNAPSHOT_ABANDONED);
    SHM_SEQLOCK_END(&p->board->sequence);
    assert_int_equal(snapshot_take(&p->s, &p->source, 9000, 0, copy, SIZE), SIZE);
    assert_int_equal(p->s.state, SNAPSHOT_WHOLE);
    assert_string_equal(snapshot_line(&p->s), "");
    SHM_SEQLOCK_BEGIN(&p->board->sequence); /* another write: its own second */
    assert_int_equal(snapshot_take(&p->s, &p->source, 9000, 0, copy, SIZE), 0);
    assert_int_equal(p->s.state, SNAPSHOT_TOO_FAST);
}

static volatile int stop;

/* One write after another, as far as a reader can see: odd at each look. */
static void *write_on(void *sequence)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        __atomic_fetch_add((shm_seqlock *)sequence, 2, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void a_writer_that_never_rests_is_too_fast_and_not_gone(void **state)
{
    struct place *p = *state;
    uint8_t copy[SIZE];
    pthread_t thread;
    uint64_t now = 0;
    bool too_fast = false;
    stop = 0;
    SHM_SEQLOCK_BEGIN(&p->board->sequence);
    assert_int_equal(pthread_create(&thread, NULL, write_on, &p->board->sequence), 0);
    for (int i = 0; i < 100 && !too_fast; i++, now += SNAPSHOT_ABANDONED_MS) { /* a busy machine may stop the writer */
        snapshot_take(&p->s, &p->source, now, 0, copy, SIZE);
        too_fast = i > 0 && p->s.state == SNAPSHOT_TOO_FAST;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    assert_true(too_fast);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_snapshot_is_torn),
        TEST(without_a_counter_bytes_are_taken_as_they_are),
        TEST(a_write_under_way_is_waited_for_but_not_for_ever),
        TEST(a_writer_that_never_rests_is_too_fast_and_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
