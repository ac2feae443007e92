/* recording: every state comes back byte for byte, whatever changed and wherever the window went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures.h"
#include "viewer/recording.h"

static void look(struct recording *r, uint64_t at, size_t base, const void *bytes, size_t count, int expected)
{
    assert_int_equal(recording_add(r, at, base, bytes, count), expected);
}

static void state_is(const struct recording *r, uint64_t number, size_t base, const void *bytes, size_t count)
{
    struct recording_state state;
    assert_int_equal(recording_state(r, number, &state), 0);
    assert_int_equal(state.base, base);
    assert_int_equal(state.count, count);
    assert_memory_equal(state.bytes, bytes, count);
    free(state.bytes);
}

static void each_state_is_kept(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    look(&r, 10, 0, "hello", 5, 0);
    look(&r, 20, 0, "hello", 5, 0);
    look(&r, 30, 0, "jello", 5, 1);
    look(&r, 40, 0, "jelly", 5, 1);
    assert_int_equal(r.newest, 2);
    assert_int_equal(recording_oldest(&r), 0);
    state_is(&r, 0, 0, "hello", 5);
    state_is(&r, 1, 0, "jello", 5);
    state_is(&r, 2, 0, "jelly", 5);
    assert_int_equal(recording_time(&r, 0), 10);
    assert_int_equal(recording_time(&r, 1), 30);
    assert_int_equal(recording_time(&r, 2), 40);
    struct recording_state none;
    assert_int_equal(recording_state(&r, 3, &none), -2); /* ENOENT */
    recording_free(&r);
}

static void going_forward_sees_a_window_that_went_away_and_came_back(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    struct recording_state forward;
    look(&r, 1, 0, "abcdefgh", 8, 0);
    look(&r, 2, 4, "efgh", 4, 0);
    look(&r, 3, 0, "ABcdefgh", 8, 0); /* what changed before it came back is no change */
    look(&r, 4, 0, "ABcdefgH", 8, 1);
    assert_int_equal(recording_state(&r, 0, &forward), 0);
    assert_int_equal(recording_forward(&r, 1, &forward), 0);
    assert_memory_equal(forward.bytes, "ABcdefgH", 8);
    free(forward.bytes);
    recording_free(&r);
}

static void a_change_is_taken_as_its_new_bytes(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    const struct recording_run runs[] = {{1, 2, (const uint8_t *)"EL"}, {4, 1, (const uint8_t *)"O"}};
    look(&r, 10, 0, "hello", 5, 0);
    assert_int_equal(recording_change(&r, 20, runs, 2), 0);
    recording_keep(&r);
    assert_int_equal(recording_change(&r, 30, runs + 1, 1), 0);
    state_is(&r, 0, 0, "hello", 5);
    state_is(&r, 1, 0, "hELlO", 5);
    assert_true(recording_touches(&r, 1, 2, 1) && !recording_touches(&r, 1, 3, 1) && !recording_touches(&r, 2, 0, 5));
    static const uint64_t times[][2] = {{0, 0}, {10, 0}, {19, 0}, {20, 1}, {29, 1}, {30, 2}, {99, 2}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_int_equal(recording_at(&r, times[i][0]), times[i][1]);
    }
    recording_free(&r);
}

static void runs_tell_what_changed(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    struct recording_run run;
    uint8_t a[64] = {0}, b[64] = {0};
    b[3] = 1;
    b[5] = 7;
    b[63] = 0xff;
    look(&r, 1, 100, a, 64, 0);
    look(&r, 2, 100, b, 64, 1);
    size_t cursor = 0;
    assert_true(recording_run_next(&r, 1, &cursor, &run));
    assert_int_equal(run.offset, 103);
    assert_int_equal(run.count, 3);
    assert_memory_equal(run.change, "\1\0\7", 3);
    assert_true(recording_run_next(&r, 1, &cursor, &run));
    assert_int_equal(run.offset, 163);
    assert_int_equal(run.count, 1);
    assert_false(recording_run_next(&r, 1, &cursor, &run));
    cursor = 0;
    assert_false(recording_run_next(&r, 0, &cursor, &run)); /* the first look is no change */
    recording_free(&r);
}

static void find_goes_to_the_nearest_change_of_these_bytes(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    uint8_t bytes[16] = {0};
    static const size_t changed[] = {2, 9, 2, 5, 9}; /* by change 1 to 5 */
    look(&r, 0, 0, bytes, 16, 0);
    for (size_t i = 0; i < 5; i++) {
        bytes[changed[i]]++;
        look(&r, i + 1, 0, bytes, 16, 1);
    }
    assert_int_equal(recording_find(&r, 5, -1, 2, 1), 3);
    assert_int_equal(recording_find(&r, 3, -1, 2, 1), 3);
    assert_int_equal(recording_find(&r, 2, -1, 2, 1), 1);
    assert_int_equal(recording_find(&r, 0, -1, 2, 1), 0);
    assert_int_equal(recording_find(&r, 0, 1, 8, 4), 2);
    assert_int_equal(recording_find(&r, 2, 1, 8, 4), 5);
    assert_int_equal(recording_find(&r, 5, 1, 8, 4), 0);
    assert_int_equal(recording_find(&r, 5, -1, 3, 2), 0); /* between the bytes of one run, and next to others */
    recording_free(&r);
}

static void a_window_that_moves_is_no_change(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    look(&r, 1, 0, "abcd", 4, 0);
    look(&r, 2, 2, "cdef", 4, 0);
    assert_int_equal(r.newest, 0);
    state_is(&r, 0, 0, "abcd", 4);
    look(&r, 3, 2, "cdeF", 4, 1);
    state_is(&r, 0, 0, "abcd", 4);
    state_is(&r, 1, 2, "cdeF", 4);
    look(&r, 4, 0, "abcD", 4, 1); /* moved, and a byte that both windows hold is another now */
    state_is(&r, 1, 2, "cdeF", 4);
    state_is(&r, 2, 0, "abcD", 4);
    recording_free(&r);
}

#define STATES 400

/* Random looks at a segment, through windows that move; each state is kept beside and compared. */
static void any_history_comes_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t random = seed;
        static uint8_t segment[4096], kept[STATES + 1][600];
        size_t bases[STATES + 1], counts[STATES + 1], base = 0, count = 256;
        struct recording r = {.live = NULL};
        memset(segment, 0, sizeof segment);
        look(&r, 0, base, segment, count, 0);
        while (true) {
            memcpy(kept[r.newest], r.live, count);
            bases[r.newest] = base;
            counts[r.newest] = count;
            if (r.newest == STATES) {
                break;
            }
            uint64_t before = r.newest;
            while (r.newest == before) {
                bool moves = random_below(&random, 10) == 0;
                base = moves ? random_below(&random, 3000) : base;
                count = moves ? 1 + random_below(&random, 600) : count;
                for (unsigned i = random_below(&random, 20); i > 0; i--) {
                    segment[random_below(&random, sizeof segment)] = (uint8_t)random_next(&random);
                }
                recording_add(&r, 1, base, segment + base, count);
            }
        }
        for (uint64_t n = 0; n <= STATES; n++) {
            state_is(&r, n, bases[n], kept[n], counts[n]);
        }
        struct recording_state forward;
        assert_int_equal(recording_state(&r, 0, &forward), 0);
        for (uint64_t n = 1; n <= STATES; n++) {
            assert_int_equal(recording_forward(&r, n, &forward), 0);
            assert_true(forward.base == bases[n] && forward.count == counts[n]);
            assert_memory_equal(forward.bytes, kept[n], counts[n]);
        }
        free(forward.bytes);
        recording_free(&r);
    }
}

static void ten_thousand_are_kept_and_memory_is_bounded(void **state)
{
    (void)state;
    static uint8_t bytes[16 << 10];
    struct recording r = {.live = NULL};
    for (uint64_t i = 0; i <= RECORDING_KEPT + 500; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            bytes[k]++; /* the worst: all of a window changes, each time */
        }
        recording_add(&r, i, 0, bytes, sizeof bytes);
    }
    assert_int_equal(r.newest, RECORDING_KEPT + 500);
    assert_int_equal(recording_oldest(&r), 500);
    assert_true(r.bytes <= (RECORDING_KEPT + 1) * (sizeof bytes + 16));
    memset(bytes, (uint8_t)(500 + 1), sizeof bytes);
    state_is(&r, 500, 0, bytes, sizeof bytes);
    recording_free(&r);
}

static void small_changes_are_kept_far_beyond(void **state)
{
    (void)state;
    uint32_t counter = 0;
    struct recording r = {.live = NULL};
    for (; counter <= RECORDING_MOST + 100; counter++) {
        recording_add(&r, counter, 0, (const uint8_t *)&counter, sizeof counter);
    }
    assert_int_equal(r.newest - recording_oldest(&r), RECORDING_MOST - 1);
    assert_true(r.bytes <= RECORDING_BYTES);
    recording_free(&r);
}

static void forgotten_is_as_new(void **state)
{
    (void)state;
    struct recording r = {.live = NULL};
    look(&r, 1, 0, "abcd", 4, 0);
    look(&r, 2, 0, "abce", 4, 1);
    recording_free(&r);
    assert_int_equal(r.bytes, 0);
    look(&r, 3, 0, "xyz", 3, 0);
    assert_int_equal(r.newest, 0);
    state_is(&r, 0, 0, "xyz", 3);
    recording_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_is_kept),
        cmocka_unit_test(going_forward_sees_a_window_that_went_away_and_came_back),
        cmocka_unit_test(a_change_is_taken_as_its_new_bytes),
        cmocka_unit_test(runs_tell_what_changed),
        cmocka_unit_test(find_goes_to_the_nearest_change_of_these_bytes),
        cmocka_unit_test(a_window_that_moves_is_no_change),
        cmocka_unit_test(any_history_comes_back),
        cmocka_unit_test(ten_thousand_are_kept_and_memory_is_bounded),
        cmocka_unit_test(small_changes_are_kept_far_beyond),
        cmocka_unit_test(forgotten_is_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
