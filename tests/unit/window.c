/* window: of a large segment some bytes are held, about the rows that are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer_state.h"

static void a_large_segment_is_held_in_a_window(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    struct view v;
    struct grid_cell cells[64];
    size_t first, count;
    view_open(&v, 64);
    state_resize(&v.s, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i >> 8 ^ i);
    }
    for (size_t cursor = 0; cursor < sizeof bytes; cursor += 4099) {
        go(&v, cursor);
        state_want(&v.s, &first, &count);
        assert_true(count == WINDOW_BYTES && first <= v.s.cursor.top && first + count <= sizeof bytes);
        take_from(&v, first, bytes + first, count);
        cells_from(&v, v.s.cursor.top, cells);
        for (size_t i = 0; i < 64; i++) {
            assert_int_equal(cells[i].byte, bytes[v.s.cursor.top + i]);
            assert_int_equal(cells[i].marks & GRID_CHANGED, 0);
        }
        size_t again_first, again_count; /* it stays where it is while that will do */
        state_want(&v.s, &again_first, &again_count);
        assert_true(again_first == first && again_count == count);
    }
    assert_null(window_at(&v.s.window, 0, 1));
    cells_from(&v, 0, cells);
    assert_int_equal(cells[0].role, GRID_UNREADABLE);
    view_close(&v);
}

/* The window moves with the view: a byte that changed just before still glows in it, and fades. */
static void a_window_that_moves_takes_the_glow_along(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    struct view v;
    struct grid_cell cells[64];
    size_t first, count;
    view_open(&v, 64);
    state_resize(&v.s, sizeof bytes);
    shape(&v, 16, 4);
    go(&v, 20000);
    tick(&v, 1000);
    state_want(&v.s, &first, &count);
    take_from(&v, first, bytes + first, count);
    bytes[25000] = 1;
    take_from(&v, first, bytes + first, count);
    size_t before = first;
    go(&v, 30000);
    state_want(&v.s, &first, &count);
    assert_true(first > before && first <= 25000 && first + count > 25000);
    take_from(&v, first, bytes + first, count);
    cells_from(&v, 24960, cells);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(cells[i].marks & GRID_CHANGED, i == 40 ? GRID_CHANGED : 0);
    }
    assert_true(tick(&v, 3000));
    cells_from(&v, 24960, cells);
    assert_int_equal(cells[40].marks & GRID_CHANGED, 0);
    view_close(&v);
}

/* Four printable bytes without a layout are a word, also for a row that shows its end alone. */
static void a_string_that_began_in_the_row_before_is_one(void **state)
{
    (void)state;
    struct view v;
    struct grid_cell cells[64];
    struct layout none = {.count = 0};
    view_open(&v, 64);
    state_set_layout(&v.s, &none, "");
    memset(v.bytes, 0, 64);
    memcpy(v.bytes + 13, "word", 4);
    take(&v);
    cells_from(&v, 16, cells);
    assert_int_equal(cells[0].byte, 'd');
    assert_true(cells[0].text);
    assert_false(cells[1].text);
    view_close(&v);
}

static void titles_become_printable(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    state_set_layout(&v.s, &v.layout, "a\033]0;x\007b");
    assert_string_equal(v.s.window.layout_title, "a\\x1b]0;x\\ab");
    view_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_segment_is_held_in_a_window),
        cmocka_unit_test(a_window_that_moves_takes_the_glow_along),
        cmocka_unit_test(a_string_that_began_in_the_row_before_is_one),
        cmocka_unit_test(titles_become_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
