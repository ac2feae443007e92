/* keys: they move the cursor and flip what is flipped; prompts take lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer_state.h"

static void keys_move_the_cursor(void **state)
{
    (void)state;
    static const struct {
        size_t from;
        int key;
        size_t to;
    } rows[] = {
        {5, 'h', 4},
        {0, 'h', 0},
        {5, PRESS_CURSOR_LEFT, 4},
        {5, 'l', 6},
        {1023, 'l', 1023},
        {5, PRESS_CURSOR_RIGHT, 6},
        {20, 'k', 4},
        {4, 'k', 4},
        {20, PRESS_CURSOR_UP, 4},
        {4, 'j', 20},
        {1010, 'j', 1010},
        {4, PRESS_CURSOR_DOWN, 20},
        {1007, 'j', 1023},
        {1008, 'j', 1008},
        {200, 2, 72},
        {100, 2, 0},
        {200, PRESS_PAGE_UP, 72},
        {200, 6, 328},
        {1000, 6, 1023},
        {200, PRESS_PAGE_DOWN, 328},
        {37, '0', 32},
        {37, '$', 47},
        {37, '^', 32},
        {37, 'g', 0},
        {37, 'G', 1023},
        {37, PRESS_FIRST, 0},
        {37, PRESS_LAST, 1023},
        {0, '\t', 20},
        {20, '\t', 24},
        {48, '\t', 48},
        {1000, '\t', 1000},
        {1000, PRESS_BACK_TAB, 48},
        {20, PRESS_BACK_TAB, 0},
        {0, PRESS_BACK_TAB, 0},
        {22, PRESS_BACK_TAB, 20},
        {37, 'x', 37},
        {37, PRESS_NONE, 37},
    };
    struct view v;
    view_open(&v, SIZE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        go(&v, rows[i].from);
        press(&v, rows[i].key);
        if (v.s.cursor.at != rows[i].to) {
            fail_msg("key 0x%x from %zu leads to %zu", (unsigned)rows[i].key, rows[i].from, v.s.cursor.at);
        }
    }
    view_close(&v);
}

static void the_last_row_may_be_short(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, 100); /* 6 rows and 4 bytes */
    go(&v, 98);
    press(&v, '$');
    assert_int_equal(v.s.cursor.at, 99);
    go(&v, 83);
    press(&v, 'j');
    assert_int_equal(v.s.cursor.at, 99);
    go(&v, 84); /* nothing stands below it */
    press(&v, 'j');
    assert_int_equal(v.s.cursor.at, 84);
    view_close(&v);
    view_open(&v, 10); /* less than a row */
    press(&v, 'j');
    press(&v, 'k');
    assert_int_equal(v.s.cursor.at, 0);
    view_close(&v);
}

static void keys_move_over_squeezed_rows(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE); /* the message in rows 0x00 to 0x30, then zeros; 8 rows are shown */
    v.bytes[0x203] = 7;
    take(&v);
    tick(&v, 9000);
    press(&v, 'z');
    static const struct {
        size_t from;
        int key;
        size_t to;
    } rows[] = {
        {0x35, 'j', 0x45},  {0x45, 'j', 0x205}, {0x205, 'j', 0x215}, {0x215, 'j', 0x215}, {0x205, 'k', 0x1f5},
        {0x1f5, 'k', 0x35}, {0x45, 'k', 0x35},  {0x100, 'l', 0x101}, {0x100, 'h', 0xff},  {0x3f0, 'k', 0x200},
        {0x05, 6, 0x3ff},   {0x3ff, 2, 0},      {0x203, '0', 0x200}, {0, 'G', 0x3ff},     {0x100, '$', 0x10f},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        go(&v, rows[i].from);
        press(&v, rows[i].key);
        if (v.s.cursor.at != rows[i].to) {
            fail_msg("key 0x%x from 0x%zx leads to 0x%zx", (unsigned)rows[i].key, rows[i].from, v.s.cursor.at);
        }
        assert_int_equal(v.s.cursor.top, 0); /* seven lines: all are seen */
    }
    go(&v, 0x2f0);
    v.bytes[0x2f5] = 1; /* a row that is set comes into sight at once */
    take(&v);
    struct squeeze lines = cursor_lines(&v.s.cursor, &v.s.window);
    assert_int_equal(squeeze_line(&lines, 0x2f5).rows, 1);
    assert_int_equal(squeeze_line(&lines, 0x300).offset, 0x300);
    press(&v, 'z');
    assert_int_equal(v.s.cursor.top, 0x280);
    view_close(&v);
}

/* Of a large segment the window goes along, and each byte is reached. */
static void a_large_segment_is_gone_through_squeezed(void **state)
{
    (void)state;
    const size_t size = 1000003;
    struct view v;
    uint8_t *bytes = calloc(size, 1);
    assert_non_null(bytes);
    for (size_t at = 777; at < size; at += 54321) {
        bytes[at] = 1;
    }
    view_open(&v, SIZE);
    state_resize(&v.s, size);
    press(&v, 'z');
    for (int direction = 1; direction >= -1; direction -= 2) {
        size_t presses = 0, before = SIZE_MAX, set = 0;
        for (; v.s.cursor.at != before; presses++) {
            before = v.s.cursor.at;
            for (int twice = 0; twice < 2; twice++) {
                size_t first, count;
                shape(&v, 16, 8);
                state_want(&v.s, &first, &count);
                take_from(&v, first, bytes + first, count);
            }
            assert_non_null(window_at(&v.s.window, v.s.cursor.at, 1));
            struct squeeze lines = cursor_lines(&v.s.cursor, &v.s.window);
            struct squeeze_line line = squeeze_line(&lines, v.s.cursor.top), at = squeeze_line(&lines, v.s.cursor.at);
            for (int i = 0; i < 8 && line.offset != at.offset; i++) {
                squeeze_next(&lines, &line);
            }
            assert_int_equal(line.offset, at.offset); /* in sight */
            size_t row = v.s.cursor.at - v.s.cursor.at % 16;
            for (size_t i = row; i < row + 16 && i < size; i++) {
                set += bytes[i];
            }
            press(&v, direction > 0 ? 'j' : 'k');
            assert_true(presses < 2000);
        }
        assert_int_equal(set, (size - 777 + 54320) / 54321); /* none was passed over */
    }
    free(bytes);
    view_close(&v);
}

static void an_empty_segment_takes_every_key(void **state)
{
    (void)state;
    struct view v;
    for (int never_sized = 0; never_sized < 2; never_sized++) {
        state_init(&v.s);
        if (!never_sized) {
            state_resize(&v.s, 0);
        }
        for (size_t i = 0; i < key_row_count; i++) {
            for (size_t k = 0; k < 3; k++) {
                press(&v, key_rows[i].keys[k]);
                v.s.cursor.prompt = 0;
                v.s.list = LIST_NONE;
            }
        }
        assert_int_equal(v.s.cursor.at, 0);
        assert_false(find_goto(&v.s.cursor, &v.s.window, "0"));
        assert_false(state_find(&v.s, "x", 1));
        assert_false(state_find(&v.s, "0x00", -1));
        cursor_move(&v.s.cursor, &v.s.window, 5);
        cursor_move(&v.s.cursor, &v.s.window, -5);
        assert_false(tick(&v, 77));
        assert_int_equal(v.s.cursor.at, 0);
        assert_int_equal(v.s.cursor.top, 0);
        state_free(&v.s);
    }
}

static void a_prompt_takes_a_line(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    type(&v, ":0x2");
    assert_int_equal(v.s.cursor.prompt, ':');
    assert_int_equal(v.s.cursor.at, 0);
    enter(&v, "0");
    assert_int_equal(v.s.cursor.prompt, 0);
    assert_int_equal(v.s.cursor.at, 32);
    type(&v, ":9q");
    press(&v, PRESS_RUBOUT);
    assert_string_equal(v.s.cursor.typed, "9");
    assert_int_equal(v.s.request, REQUEST_NONE); /* q was a character here */
    press(&v, PRESS_ESCAPE);
    assert_int_equal(v.s.cursor.prompt, 0);
    assert_int_equal(v.s.cursor.at, 32);
    type(&v, ":");
    assert_string_equal(v.s.cursor.typed, "");
    press(&v, PRESS_RUBOUT); /* of nothing: leaves the prompt */
    assert_int_equal(v.s.cursor.prompt, 0);
    view_close(&v);
}

static void a_prompt_takes_no_more_than_it_holds(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    type(&v, "/");
    for (int i = 0; i < 300; i++) {
        press(&v, 'a' + i % 26);
    }
    assert_int_equal(strlen(v.s.cursor.typed), CURSOR_TYPED_MAX - 1);
    press(&v, 7);
    press(&v, 0xe9);
    press(&v, PRESS_CURSOR_UP);
    assert_int_equal(strlen(v.s.cursor.typed), CURSOR_TYPED_MAX - 1);
    press(&v, PRESS_RETURN);
    assert_int_equal(v.s.cursor.prompt, 0);
    assert_non_null(strstr(v.s.cursor.message, "not found"));
    view_close(&v);
}

static void n_repeats_the_last_search(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[100] = v.bytes[200] = v.bytes[300] = 'Z';
    take(&v);
    enter(&v, "/Z");
    assert_int_equal(v.s.cursor.at, 100);
    press(&v, 'n');
    press(&v, 'n');
    assert_int_equal(v.s.cursor.at, 300);
    press(&v, 'N');
    assert_int_equal(v.s.cursor.at, 200);
    enter(&v, "/"); /* an empty line looks for the same again */
    assert_int_equal(v.s.cursor.at, 300);
    view_close(&v);
    view_open(&v, SIZE);
    press(&v, 'n');
    assert_int_equal(v.s.cursor.at, 0);
    assert_true(v.s.cursor.message[0] != '\0');
    view_close(&v);
}

static void switches_switch(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    press(&v, 'e');
    assert_true(v.s.cursor.big_endian);
    press(&v, 'e');
    assert_false(v.s.cursor.big_endian);
    static const int widths[] = {32, 64, 8, 16, 32};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        press(&v, 'w');
        assert_int_equal(v.s.cursor.want_width, widths[i]);
    }
    press(&v, 'L');
    assert_int_equal(v.s.request, REQUEST_LAYOUT);
    v.s.request = REQUEST_NONE;
    press(&v, '?');
    assert_int_equal(v.s.list, LIST_HELP);
    press(&v, 'j');
    assert_true(v.s.list == LIST_HELP && v.s.list_top == 1);
    press(&v, 'x');
    assert_int_equal(v.s.list, LIST_NONE);
    press(&v, '?');
    assert_int_equal(v.s.list_top, 0);
    press(&v, 'q'); /* closes the help, not the viewer */
    assert_true(v.s.list == LIST_NONE && v.s.request == REQUEST_NONE);
    press(&v, 'q');
    assert_int_equal(v.s.request, REQUEST_QUIT);
    view_close(&v);
}

static void every_key_has_its_help_and_none_has_two_meanings(void **state)
{
    (void)state;
    for (size_t i = 0; i < key_row_count; i++) {
        bool told_above = i > 0 && key_rows[i].label[0] == '\0' && key_rows[i].help[0] == '\0';
        assert_true(key_rows[i].run != NULL);
        assert_true(strlen(key_rows[i].label) <= 11 && strlen(key_rows[i].help) <= 28); /* half of 80 columns */
        assert_true(told_above || (key_rows[i].label[0] != '\0' && key_rows[i].help[0] != '\0'));
        for (size_t k = 0; k < 3; k++) {
            for (size_t other = i + 1; other < key_row_count && key_rows[i].keys[k] != 0; other++) {
                for (size_t o = 0; o < 3; o++) {
                    assert_true(key_rows[other].keys[o] != key_rows[i].keys[k]);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_move_the_cursor),
        cmocka_unit_test(the_last_row_may_be_short),
        cmocka_unit_test(keys_move_over_squeezed_rows),
        cmocka_unit_test(a_large_segment_is_gone_through_squeezed),
        cmocka_unit_test(an_empty_segment_takes_every_key),
        cmocka_unit_test(a_prompt_takes_a_line),
        cmocka_unit_test(a_prompt_takes_no_more_than_it_holds),
        cmocka_unit_test(n_repeats_the_last_search),
        cmocka_unit_test(switches_switch),
        cmocka_unit_test(every_key_has_its_help_and_none_has_two_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
