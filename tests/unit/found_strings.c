/* found strings: words among bytes without a layout: found as strings(1) finds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "found_strings.h"

static struct grid_input input_of(const char *bytes, size_t count)
{
    return (struct grid_input){.segment_size = count, .bytes = (const uint8_t *)bytes, .readable = count};
}

static void assert_run(bool found, const struct text_run *run, size_t offset, size_t size)
{
    assert_true(found);
    assert_int_equal(run->offset, offset);
    assert_int_equal(run->size, size);
}

static void runs_of_four_printable_characters_count_blanks_alone_do_not(void **state)
{
    (void)state;
    static const char bytes[] = "abc\0abcd\0     \0 x  \x7f\x80wxyz~\x1f";
    const struct grid_input in = input_of(bytes, sizeof bytes - 1);
    struct text_run run;
    assert_run(found_strings_next(&in, 0, &run), &run, 4, 4);
    assert_run(found_strings_next(&in, 4, &run), &run, 4, 4);
    assert_run(found_strings_next(&in, 5, &run), &run, 15, 4); /* from the midst of one: the next */
    assert_run(found_strings_next(&in, 19, &run), &run, 21, 5);
    assert_false(found_strings_next(&in, 22, &run));
    assert_false(found_strings_next(&in, 4000, &run));
    assert_run(found_strings_previous(&in, 21, &run), &run, 15, 4);
    assert_run(found_strings_previous(&in, 22, &run), &run, 21, 5);
    assert_false(found_strings_previous(&in, 4, &run));
}

static void bytes_that_are_not_known_have_none(void **state)
{
    (void)state;
    struct grid_input in = input_of(NULL, 64);
    struct text_run run;
    assert_false(found_strings_next(&in, 0, &run));
    in = input_of("abcdefgh", 8);
    in.first = 100;
    in.segment_size = 4000;
    assert_run(found_strings_next(&in, 0, &run), &run, 100, 8);
    assert_false(found_strings_next(&in, 108, &run));
}

static void assert_list(const struct grid_input *in, size_t top, size_t rows, size_t first, size_t above)
{
    struct found_strings_list list;
    assert_run(found_strings_list(in, top, rows, &list), &list.first, first, 4);
    assert_int_equal(list.total, 10);
    assert_int_equal(list.above, above);
}

static void the_list_follows_the_grid_and_leaves_no_row_empty(void **state)
{
    (void)state;
    char bytes[1024] = "";
    const struct grid_input in = input_of(bytes, sizeof bytes);
    struct found_strings_list list;
    for (size_t i = 0; i < 10; i++) {
        memcpy(bytes + 100 * i, "text", 4);
    }
    assert_list(&in, 0, 4, 0, 0);
    assert_list(&in, 304, 4, 400, 4); /* cuts none: the one at 300 is of no row that is shown but its end is at 304 */
    assert_list(&in, 288, 4, 300, 3);
    assert_list(&in, 1008, 4, 600, 6);
    assert_list(&in, 1008, 20, 0, 0);
    memset(bytes, 0, sizeof bytes);
    assert_false(found_strings_list(&in, 0, 4, &list));
    assert_int_equal(list.total, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_four_printable_characters_count_blanks_alone_do_not),
        cmocka_unit_test(bytes_that_are_not_known_have_none),
        cmocka_unit_test(the_list_follows_the_grid_and_leaves_no_row_empty),
    };
    return cmocka_run_group_tests_name("found strings", tests, NULL, NULL);
}
