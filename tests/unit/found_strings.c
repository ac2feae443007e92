/* texts: words among bytes without a layout: found as strings(1) finds them, in the model's window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "found_strings.h"

static void model_of(struct model *m, const char *bytes, size_t count)
{
    model_init(m);
    assert_int_equal(model_resize(m, count), 0);
    model_shape(m, 16, 4);
    model_take(m, 0, (const uint8_t *)bytes, count);
}

static void assert_run(bool found, const struct text_run *run, size_t offset, size_t size)
{
    assert_true(found);
    assert_int_equal(run->offset, offset);
    assert_int_equal(run->size, size);
}

static void runs_of_four_printable_characters_count_blanks_alone_do_not(void **state)
{
    static const char bytes[] = "abc\0abcd\0     \0 x  \x7f\x80wxyz~\x1f";
    struct text_run run;
    struct model m;

    (void)state;
    model_of(&m, bytes, sizeof bytes - 1);
    assert_run(found_strings_next(&m, 0, &run), &run, 4, 4);
    assert_run(found_strings_next(&m, 4, &run), &run, 4, 4);
    assert_run(found_strings_next(&m, 5, &run), &run, 15, 4); /* from the midst of one: the next */
    assert_run(found_strings_next(&m, 19, &run), &run, 21, 5);
    assert_false(found_strings_next(&m, 22, &run));
    assert_false(found_strings_next(&m, 4000, &run));
    assert_run(found_strings_previous(&m, 21, &run), &run, 15, 4);
    assert_run(found_strings_previous(&m, 22, &run), &run, 21, 5);
    assert_false(found_strings_previous(&m, 4, &run));
    model_free(&m);
}

static void the_list_follows_the_grid_and_leaves_no_row_empty(void **state)
{
    char bytes[1024] = "";
    struct text_run run;
    struct model m;
    size_t total, index;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        memcpy(bytes + 100 * i, "text", 4);
    model_of(&m, bytes, sizeof bytes);
    assert_run(found_strings_top(&m, 4, &run, &total, &index), &run, 0, 4);
    assert_int_equal(total, 10);
    assert_int_equal(index, 0);
    m.top = 304; /* cuts none: the one at 300 is of no row that is shown but its end is at 304 */
    assert_run(found_strings_top(&m, 4, &run, &total, &index), &run, 400, 4);
    assert_int_equal(index, 4);
    m.top = 288;
    assert_run(found_strings_top(&m, 4, &run, &total, &index), &run, 300, 4);
    m.top = 1008;
    assert_run(found_strings_top(&m, 4, &run, &total, &index), &run, 600, 4);
    assert_run(found_strings_top(&m, 20, &run, &total, &index), &run, 0, 4);
    memset(bytes, 0, sizeof bytes);
    model_take(&m, 0, (const uint8_t *)bytes, sizeof bytes);
    assert_false(found_strings_top(&m, 4, &run, &total, &index));
    assert_int_equal(total, 0);
    model_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_four_printable_characters_count_blanks_alone_do_not),
        cmocka_unit_test(the_list_follows_the_grid_and_leaves_no_row_empty),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
