/* cursor: it never leaves the segment, and is always in sight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer_state.h"

static void steps_of_any_size_stay_inside(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    assert_true(cursor_move(&v.s.cursor, &v.s.window, PTRDIFF_MAX));
    assert_int_equal(v.s.cursor.at, 1023);
    assert_false(cursor_move(&v.s.cursor, &v.s.window, PTRDIFF_MAX));
    assert_true(cursor_move(&v.s.cursor, &v.s.window, PTRDIFF_MIN));
    assert_int_equal(v.s.cursor.at, 0);
    go(&v, SIZE_MAX);
    assert_int_equal(v.s.cursor.at, 1023);
    view_close(&v);
}

static void the_cursor_is_always_in_sight(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 200; i++) {
        struct view v;
        view_open(&v, 1 + random_below(&random, SIZE));
        for (int k = 0; k < 50; k++) {
            static const int keys[] = {'j', 'k', 'h', 'l', 'g', 'G', 6, 2, '\t', PRESS_BACK_TAB, '$', '0'};
            if (random_below(&random, 5) == 0) {
                shape(&v, 1 << random_below(&random, 7), 1 + (int)random_below(&random, 20));
            }
            press(&v, keys[random_below(&random, sizeof keys / sizeof *keys)]);
            size_t width = (size_t)v.s.cursor.width, shown = width * (size_t)v.s.cursor.rows;
            assert_true(v.s.cursor.at < v.s.window.size);
            assert_true(v.s.cursor.top % width == 0);
            assert_true(v.s.cursor.at >= v.s.cursor.top && v.s.cursor.at < v.s.cursor.top + shown);
            /* no empty rows while there are bytes to fill them */
            assert_true(v.s.cursor.top == 0 || v.s.cursor.top + shown < v.s.window.size + width);
        }
        view_close(&v);
    }
}

static void a_smaller_screen_and_back_shows_the_same(void **state)
{
    (void)state;
    uint64_t random = 2;
    struct view v;
    view_open(&v, SIZE);
    for (int i = 0; i < 500; i++) {
        shape(&v, 16, 10);
        go(&v, random_below(&random, SIZE));
        size_t top = v.s.cursor.top;
        shape(&v, 4, 4);
        shape(&v, 32, 1 + (int)random_below(&random, 40));
        shape(&v, 16, 10);
        assert_int_equal(v.s.cursor.top, top);
    }
    view_close(&v);
}

static void a_smaller_segment_pulls_the_cursor_in(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    go(&v, 1000);
    state_resize(&v.s, 64);
    assert_int_equal(v.s.cursor.at, 63);
    assert_int_equal(v.s.cursor.top, 0);
    view_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_any_size_stay_inside),
        cmocka_unit_test(the_cursor_is_always_in_sight),
        cmocka_unit_test(a_smaller_screen_and_back_shows_the_same),
        cmocka_unit_test(a_smaller_segment_pulls_the_cursor_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
