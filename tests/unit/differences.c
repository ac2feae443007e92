/* Differences: runs, their first bytes, what is missing, and more runs than are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "differences.h"

static void equal_bytes_make_none(void **state)
{
    (void)state;
    struct differences d = {.expected_size = 3, .size = 3};
    differences_add(&d, (const uint8_t *)"abc", (const uint8_t *)"abc", 3);
    assert_false(differences_any(&d));
    assert_int_equal(d.compared, 3);
    assert_int_equal(d.run_count, 0);
}

static void a_run_goes_on_in_the_next_piece(void **state)
{
    (void)state;
    struct differences d = {.expected_size = 7, .size = 7};
    differences_add(&d, (const uint8_t *)"axx", (const uint8_t *)"abb", 3);
    differences_add(&d, (const uint8_t *)"xbxx", (const uint8_t *)"abbb", 4);
    assert_int_equal(d.bytes, 5);
    assert_int_equal(d.run_count, 2);
    assert_int_equal(d.runs[0].offset, 1);
    assert_int_equal(d.runs[0].size, 3);
    assert_memory_equal(d.runs[0].actual, "bba", 3);
    assert_memory_equal(d.runs[0].expected, "xxx", 3);
    assert_int_equal(d.runs[1].offset, 5);
    assert_int_equal(d.runs[1].size, 2);
}

static void the_first_byte_can_differ(void **state)
{
    (void)state;
    struct differences d = {.expected_size = 1, .size = 1};
    differences_add(&d, (const uint8_t *)"a", (const uint8_t *)"b", 1);
    assert_int_equal(d.run_count, 1);
    assert_int_equal(d.runs[0].offset, 0);
    assert_true(differences_any(&d));
}

static void another_length_differs(void **state)
{
    (void)state;
    struct differences shorter = {.expected_size = 2, .size = 3}, longer = {.expected_size = 3, .size = 2};
    differences_add(&shorter, (const uint8_t *)"ab", (const uint8_t *)"ab", 2);
    differences_add(&longer, (const uint8_t *)"ab", (const uint8_t *)"ab", 2);
    assert_true(differences_any(&shorter));
    assert_int_equal(differences_bytes(&shorter), 0);
    assert_true(differences_any(&longer));
    assert_int_equal(differences_bytes(&longer), 1);
}

static void long_runs_and_many_are_counted(void **state)
{
    (void)state;
    uint8_t zeros[4 * DIFFERENCES_MAX] = {0}, ones[sizeof zeros];
    memset(ones, 1, sizeof ones);
    struct differences one = {.expected_size = sizeof zeros, .size = sizeof zeros}, many = one;
    differences_add(&one, zeros, ones, sizeof zeros);
    assert_int_equal(one.run_count, 1);
    assert_int_equal(one.runs[0].size, sizeof zeros);
    for (size_t i = 0; i < sizeof ones; i += 2) {
        ones[i] = 0;
    }
    differences_add(&many, zeros, ones, sizeof zeros);
    assert_int_equal(many.run_count, 2 * DIFFERENCES_MAX);
    assert_int_equal(many.bytes, 2 * DIFFERENCES_MAX);
    assert_int_equal(many.runs[DIFFERENCES_MAX - 1].offset, 2 * DIFFERENCES_MAX - 1);
    assert_int_equal(many.runs[DIFFERENCES_MAX - 1].size, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_bytes_make_none),          cmocka_unit_test(a_run_goes_on_in_the_next_piece),
        cmocka_unit_test(the_first_byte_can_differ),      cmocka_unit_test(another_length_differs),
        cmocka_unit_test(long_runs_and_many_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
