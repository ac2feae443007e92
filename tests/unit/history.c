/* history: changes glow for a second, and are stepped through. The clock is given by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer_state.h"

static void a_change_glows_and_fades_in_a_second(void **state)
{
    (void)state;
    static const struct {
        uint64_t at;
        int glow;
    } rows[] = {{5000, 2}, {5499, 2}, {5500, 1}, {5999, 1}, {6000, 0}, {9999, 0}};
    struct view v;
    view_open(&v, SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        assert_int_equal(v.s.window.glow[i], 0); /* the first look is no change */
    }
    assert_false(tick(&v, 5000));
    v.bytes[20] = 23;
    assert_true(take(&v));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tick(&v, rows[i].at);
        assert_int_equal(v.s.window.glow[20], rows[i].glow);
        assert_int_equal(v.s.window.glow[19] + v.s.window.glow[21], 0);
    }
    assert_false(take(&v));
    view_close(&v);
}

static void in_a_stream_of_changes_fading_waits_for_the_next_frame(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    take(&v);
    assert_int_equal(history_fading(&v.s.history), 250);
    tick(&v, 1450);
    v.bytes[30] = 1;
    take(&v);
    assert_false(tick(&v, 1500));
    assert_int_equal(v.s.window.glow[20], GRID_GLOW_MAX);
    assert_int_equal(history_fading(&v.s.history), HISTORY_STREAM_MS);
    tick(&v, 1540);
    v.bytes[31] = 1;
    assert_true(take(&v)); /* it came */
    assert_int_equal(v.s.window.glow[20], 1);
    assert_int_equal(v.s.window.glow[30], GRID_GLOW_MAX);
    tick(&v, 1960);
    v.bytes[32] = 1;
    take(&v);
    assert_false(tick(&v, 2050));
    assert_true(tick(&v, 2000 + HISTORY_STREAM_MS)); /* it did not */
    assert_int_equal(v.s.window.glow[20], 0);
    view_close(&v);
}

static void a_tick_says_whether_the_picture_changed(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    take(&v);
    assert_false(tick(&v, 1001));
    assert_false(tick(&v, 1250)); /* fades that can't be seen cost no frame */
    assert_true(tick(&v, 1500));
    assert_true(tick(&v, 2000));
    assert_false(tick(&v, 3000));
    view_close(&v);
}

static void a_new_change_restarts_the_glow(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    take(&v);
    tick(&v, 1900);
    assert_int_equal(v.s.window.glow[20], 1);
    v.bytes[20] = 24;
    take(&v);
    tick(&v, 1901);
    assert_int_equal(v.s.window.glow[20], GRID_GLOW_MAX);
    view_close(&v);
}

static void news_name_the_field_and_both_values(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    assert_string_equal(v.s.history.news, "");
    v.bytes[20] = 23;
    take(&v);
    assert_string_equal(v.s.history.news, "num: 22 -> 23");
    v.bytes[19] = 0xff; /* padding */
    v.bytes[700] = 0x1b;
    take(&v);
    assert_string_equal(v.s.history.news, "0x0013 (padding): 00 -> ff   0x02bc: 00 -> 1b");
    v.bytes[0] = 0x1b; /* an escape in a text stays harmless */
    take(&v);
    assert_string_equal(v.s.history.news, "intro: \"PI is defined as: \" -> \"\\033I is defined as: \"");
    view_close(&v);
}

static void news_leave_out_a_bell_that_rings_for_other_changes(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    struct layout rung = layout_of("shmlab layout 1\nint num\nshm_bell bell\n");
    layout_fit(&rung, SIZE);
    state_set_layout(&v.s, &rung, "rung");
    v.s.history.rings = true;
    memset(v.bytes, 0, SIZE);
    take(&v);
    v.bytes[0] = v.bytes[4] = 1;
    take(&v);
    assert_string_equal(v.s.history.news, "num: 0 -> 1");
    v.bytes[4] = 2;
    take(&v);
    assert_string_equal(v.s.history.news, "bell: 1 ring -> 2 rings");
    v.bytes[0] = v.bytes[4] = v.bytes[9] = 3;
    take(&v);
    assert_string_equal(v.s.history.news, "num: 1 -> 3   0x0009: 00 -> 03");
    v.s.history.rings = false; /* nobody sleeps on it: a field like any other */
    v.bytes[0] = v.bytes[4] = 4;
    take(&v);
    assert_string_equal(v.s.history.news, "num: 3 -> 4   bell: 3 rings -> 4 rings");
    state_set_layout(&v.s, &v.layout, "struct message");
    layout_free(&rung);
    view_close(&v);
}

static void all_bytes_may_change_at_once(void **state)
{
    (void)state;
    uint64_t random = 3;
    struct view v;
    view_open(&v, SIZE);
    for (int i = 0; i < 100; i++) {
        for (size_t k = 0; k < SIZE; k++) {
            v.bytes[k] = (uint8_t)random_next(&random);
        }
        take(&v);
        assert_true(strlen(v.s.history.news) < sizeof v.s.history.news);
        for (const char *at = v.s.history.news; *at != '\0'; at++) {
            assert_true(*at >= ' ' && *at < 0x7f);
        }
    }
    view_close(&v);
}

static void frozen_bytes_stay(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    press(&v, ' ');
    v.bytes[20] = 99;
    assert_false(take(&v));
    assert_int_equal(v.s.window.bytes[20], 22);
    press(&v, ' '); /* what came meanwhile was recorded, and is shown at once */
    assert_int_equal(v.s.window.bytes[20], 99);
    assert_false(v.s.history.frozen);
    assert_int_equal(v.s.window.glow[20], GRID_GLOW_MAX);
    view_close(&v);
}

/* num becomes 23, 24, ... at 1000, 1100, ... ms; slash changes with every third. */
static void ten_changes(struct view *v)
{
    for (int i = 0; i < 10; i++) {
        v->bytes[20] = (uint8_t)(23 + i);
        v->bytes[24] = (uint8_t)(i % 3 == 2 ? 'a' + i : v->bytes[24]);
        tick(v, 1000 + (uint64_t)i * 100);
        take(v);
    }
    tick(v, 5000);
}

static void steps_show_exactly_the_bytes_of_then(void **state)
{
    (void)state;
    struct view v;
    char when[96];
    view_open(&v, SIZE);
    ten_changes(&v);
    history_when(&v.s.history, when, sizeof when);
    assert_string_equal(when, "");
    for (int i = 8; i >= 0; i--) { /* the first [ shows the picture before the last change */
        press(&v, '[');
        assert_true(v.s.history.frozen);
        assert_int_equal(v.s.window.bytes[20], 23 + i);
        assert_int_equal(v.s.window.glow[20], GRID_GLOW_MAX);
        assert_int_equal(v.s.window.glow[24], i % 3 == 2 ? GRID_GLOW_MAX : 0);
    }
    assert_string_equal(v.s.history.news, "num: 22 -> 23");
    history_when(&v.s.history, when, sizeof when);
    assert_string_equal(when, "4 s ago, 9 changes back");
    press(&v, '[');
    assert_int_equal(v.s.window.bytes[20], 22);
    assert_string_equal(v.s.history.news, "");
    press(&v, '[');
    assert_string_equal(v.s.cursor.message, "this is what was seen first");
    v.bytes[20] = 99; /* the world goes on */
    take(&v);
    assert_int_equal(v.s.window.bytes[20], 22);
    press(&v, ']');
    assert_int_equal(v.s.window.bytes[20], 23);
    press(&v, '.');
    assert_false(v.s.history.frozen);
    assert_int_equal(v.s.window.bytes[20], 99);
    view_close(&v);
}

/* Only the age changes on a frozen screen: when it does, and not before, the screen must be drawn again. */
static void the_age_of_a_frozen_picture_grows(void **state)
{
    (void)state;
    static const struct {
        uint64_t ms; /* after the change */
        const char *wanted;
    } ages[] = {{0, "0 s"},
                {999, "0 s"},
                {1000, "1 s"},
                {59999, "59 s"},
                {60000, "1 min 00 s"},
                {61000, "1 min 01 s"},
                {3599000, "59 min 59 s"},
                {3600000, "1 h 00 min"},
                {3659999, "1 h 00 min"},
                {3660000, "1 h 01 min"}};
    struct view v;
    view_open(&v, SIZE);
    tick(&v, 2000);
    v.bytes[20] = 23;
    take(&v);
    assert_false(tick(&v, 2000));
    press(&v, ' ');
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        char when[96], wanted[96];
        bool second = (2000 + ages[i].ms) / 1000 != v.s.history.now / 1000;
        assert_int_equal(tick(&v, 2000 + ages[i].ms), second);
        assert_int_equal(history_fading(&v.s.history), 1000 - ages[i].ms % 1000);
        history_when(&v.s.history, when, sizeof when);
        snprintf(wanted, sizeof wanted, "%s ago, the newest change", ages[i].wanted);
        assert_string_equal(when, wanted);
    }
    press(&v, '.');
    tick(&v, 9000000);
    assert_false(tick(&v, 9001000)); /* live, nothing is told */
    view_close(&v);
}

static void steps_by_field_skip_other_changes(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    ten_changes(&v);
    go(&v, 24); /* slash */
    press(&v, '{');
    assert_int_equal(v.s.window.bytes[20], 31); /* its last change itself */
    assert_string_equal(v.s.history.news, "num: 30 -> 31   slash: 'f' -> 'i'");
    press(&v, '{');
    assert_int_equal(v.s.window.bytes[20], 28);
    press(&v, '{');
    assert_int_equal(v.s.window.bytes[20], 25);
    press(&v, '{');
    assert_int_equal(v.s.window.bytes[20], 25);
    assert_string_equal(v.s.cursor.message, "slash did not change before");
    press(&v, '}');
    assert_int_equal(v.s.window.bytes[20], 28);
    press(&v, '}');
    press(&v, '}');
    assert_string_equal(v.s.cursor.message, "slash did not change after");
    go(&v, 700);
    press(&v, '{');
    assert_string_equal(v.s.cursor.message, "the byte at 0x02bc did not change before");
    view_close(&v);
}

static void a_mark_shows_all_changes_since(void **state)
{
    (void)state;
    struct grid_cell cells[64];
    struct view v;
    view_open(&v, SIZE);
    ten_changes(&v);
    cells_from(&v, 0, cells);
    assert_int_equal(cells[20].marks & GRID_SINCE, 0);
    press(&v, 'r');
    v.bytes[32] = '!';
    take(&v);
    tick(&v, 5001);
    cells_from(&v, 0, cells);
    assert_int_equal(cells[32].marks, GRID_CHANGED); /* the first level hides the second while it glows */
    tick(&v, 9000);
    cells_from(&v, 0, cells);
    assert_int_equal(cells[32].marks, GRID_SINCE);
    assert_int_equal(cells[20].marks, 0);
    press(&v, '[');
    cells_from(&v, 0, cells);
    assert_int_equal(cells[32].marks, 0); /* then, it had not changed yet */
    press(&v, '.');
    press(&v, 'R');
    cells_from(&v, 0, cells);
    assert_int_equal(cells[32].marks, 0);
    view_close(&v);
}

/* A step back over a window that moved shows the window of then, where the change is. */
static void a_step_goes_where_the_change_was(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    struct view v;
    size_t first, count;
    view_open(&v, 64);
    state_resize(&v.s, sizeof bytes);
    state_want(&v.s, &first, &count);
    take_from(&v, first, bytes + first, count);
    bytes[5] = 1;
    take_from(&v, first, bytes + first, count);
    go(&v, 500000);
    state_want(&v.s, &first, &count);
    take_from(&v, first, bytes + first, count);
    bytes[500000] = 2;
    take_from(&v, first, bytes + first, count);
    press(&v, '[');
    assert_int_equal(v.s.cursor.at, 5);
    assert_int_equal(*window_at(&v.s.window, 5, 1), 1);
    assert_null(window_at(&v.s.window, 500000, 1));
    press(&v, ']');
    assert_int_equal(v.s.cursor.at, 500000);
    assert_int_equal(*window_at(&v.s.window, 500000, 1), 2);
    view_close(&v);
}

static void another_segment_is_not_frozen(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    press(&v, ' ');
    state_resize(&v.s, SIZE);
    /* Of the frozen picture nothing is left: to stay frozen would show zeros that nobody wrote. */
    assert_true(take(&v));
    assert_int_equal(v.s.window.bytes[20], 22);
    assert_false(v.s.history.frozen);
    view_close(&v);
}

static void another_segment_has_no_changes_yet(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 99;
    take(&v);
    tick(&v, 1001);
    state_resize(&v.s, 512);
    assert_string_equal(v.s.history.news, "");
    take(&v); /* more than it holds */
    tick(&v, 1002);
    for (size_t i = 0; i < 512; i++) {
        assert_int_equal(v.s.window.glow[i], 0);
    }
    assert_string_equal(v.s.history.news, "");
    view_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_glows_and_fades_in_a_second),
        cmocka_unit_test(in_a_stream_of_changes_fading_waits_for_the_next_frame),
        cmocka_unit_test(a_tick_says_whether_the_picture_changed),
        cmocka_unit_test(a_new_change_restarts_the_glow),
        cmocka_unit_test(news_name_the_field_and_both_values),
        cmocka_unit_test(news_leave_out_a_bell_that_rings_for_other_changes),
        cmocka_unit_test(all_bytes_may_change_at_once),
        cmocka_unit_test(frozen_bytes_stay),
        cmocka_unit_test(steps_show_exactly_the_bytes_of_then),
        cmocka_unit_test(the_age_of_a_frozen_picture_grows),
        cmocka_unit_test(steps_by_field_skip_other_changes),
        cmocka_unit_test(a_mark_shows_all_changes_since),
        cmocka_unit_test(a_step_goes_where_the_change_was),
        cmocka_unit_test(another_segment_is_not_frozen),
        cmocka_unit_test(another_segment_has_no_changes_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
