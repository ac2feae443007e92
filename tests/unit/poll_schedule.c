/* Poll schedule: looks lie on their grid however long one takes; with a bell there are few, and it is answered at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "viewer/poll_schedule.h"

#define MS ((uint64_t)1000)
#define START (1000000 * MS) /* a computer that has been up for a while */
#define PERIOD ((uint64_t)33333)

static const int word = 7;

/* After its first look, at START. */
static struct poll_schedule polling(void)
{
    struct poll_schedule p;
    poll_schedule_init(&p, 30);
    assert_int_equal(p.period, PERIOD);
    assert_true(poll_schedule_status_due(&p, START));
    poll_schedule_plan(&p, START, -1, true);
    assert_int_equal(p.next, START + PERIOD);
    return p;
}

static struct poll_schedule with_a_bell(void)
{
    struct poll_schedule p = polling();
    p.address = &word;
    poll_schedule_plan(&p, START, -1, true);
    return p;
}

static void a_slow_look_delays_no_other(void **state)
{
    (void)state;
    struct poll_schedule p = polling();
    /* Woken a little late, and drawn for 5 ms: the next look is where it would have been. */
    poll_schedule_plan(&p, START + PERIOD + 5 * MS, -1, true);
    assert_int_equal(p.next, START + 2 * PERIOD);
    /* A key came before it: it stays. */
    poll_schedule_plan(&p, START + PERIOD + 20 * MS, -1, true);
    assert_int_equal(p.next, START + 2 * PERIOD);
    /* Longer than a period: the next place on the grid that lies ahead, and none is made up for. */
    poll_schedule_plan(&p, START + 5 * PERIOD + 1, -1, true);
    assert_int_equal(p.next, START + 6 * PERIOD);
    /* After a long stop: from now on. */
    poll_schedule_plan(&p, START * 2, -1, true);
    assert_int_equal(p.next, START * 2 + PERIOD);
}

static void the_segment_is_checked_now_and_then(void **state)
{
    (void)state;
    struct poll_schedule p = polling();
    assert_false(poll_schedule_status_due(&p, START + POLL_SCHEDULE_STATUS_MS * MS - 1));
    assert_true(poll_schedule_status_due(&p, START + POLL_SCHEDULE_STATUS_MS * MS));
    assert_false(poll_schedule_status_due(&p, START + POLL_SCHEDULE_STATUS_MS * MS + 1));
}

static void with_a_bell_it_wakes_for_the_segment_and_for_what_fades(void **state)
{
    (void)state;
    struct poll_schedule p = with_a_bell();
    assert_int_equal(p.next, START + POLL_SCHEDULE_BELL_STATUS_MS * MS);
    assert_false(poll_schedule_status_due(&p, START + POLL_SCHEDULE_BELL_STATUS_MS * MS - 1));
    assert_true(poll_schedule_status_due(&p, START + POLL_SCHEDULE_BELL_STATUS_MS * MS));
    p = with_a_bell();
    poll_schedule_plan(&p, START, 250, true);
    assert_int_equal(p.next, START + 250 * MS);
    poll_schedule_plan(&p, START, 250, false);
    assert_int_equal(p.next, START + PERIOD);
}

static void a_bell_that_rings_all_the_time_leaves_a_gap(void **state)
{
    (void)state;
    struct poll_schedule p = with_a_bell();
    assert_false(poll_schedule_rang(&p, START + 1));
    assert_true(poll_schedule_rang(&p, START + 2));
    assert_int_equal(p.next, START + 1 + POLL_SCHEDULE_GAP_MS * MS);
    assert_true(poll_schedule_rang(&p, START + 2 + POLL_SCHEDULE_GAP_MS * MS)); /* the one before was drawn just now */
    assert_int_equal(p.next, START + 1 + 2 * POLL_SCHEDULE_GAP_MS * MS);
    assert_false(poll_schedule_rang(&p, START + 1 + 3 * POLL_SCHEDULE_GAP_MS * MS));
}

/* A mark fades at most every 250 ms: did that delay a ring, 4 of 100 would be seen up to 10 ms late. */
static void a_look_for_another_reason_delays_no_ring(void **state)
{
    (void)state;
    static _Alignas(4) uint8_t rings[4] = {3};
    const struct source source = {.mapped = rings, .size = sizeof rings};
    struct poll_schedule p = with_a_bell();
    p.bell = 0;
    assert_false(poll_schedule_rang(&p, START));
    poll_schedule_read_bell(&p, &source); /* its frame */
    assert_int_equal(p.seen, 3);
    poll_schedule_plan(&p, START, 100, true);
    assert_int_equal(p.next, START + 100 * MS);
    poll_schedule_read_bell(&p, &source); /* its mark fades */
    poll_schedule_plan(&p, p.next, -1, true);
    assert_false(poll_schedule_rang(&p, START + 100 * MS + 1));
}

static void who_leaves_the_memory_polls(void **state)
{
    (void)state;
    struct poll_schedule p = with_a_bell();
    poll_schedule_drop_bell(&p);
    assert_null(p.address);
    poll_schedule_plan(&p, START, -1, true);
    assert_int_equal(p.next, START + PERIOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_look_delays_no_other),
        cmocka_unit_test(the_segment_is_checked_now_and_then),
        cmocka_unit_test(with_a_bell_it_wakes_for_the_segment_and_for_what_fades),
        cmocka_unit_test(a_bell_that_rings_all_the_time_leaves_a_gap),
        cmocka_unit_test(a_look_for_another_reason_delays_no_ring),
        cmocka_unit_test(who_leaves_the_memory_polls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
