/* DWARF hits: a search finds what a loop over all bytes finds, wherever it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "dwarf_hits.h"

#define NAME "point"
#define REFERENCE 0x01020304u /* of NAME in .debug_str, so that bytes of it are found in the noise */

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Bytes of few values, so that parts of needles stand everywhere, and whole ones at some places. */
static void fill(unsigned char *bytes, size_t size, uint32_t seed)
{
    static const unsigned char some[] = {1, 2, 3, 4, 'p', 'o', 'i', 'n', 't', 0};
    static const unsigned char reference[] = {4, 3, 2, 1};
    for (size_t i = 0; i < size; i++) {
        bytes[i] = some[random_next(&seed) % sizeof some];
    }
    for (size_t i = 0; i < size / 64; i++) {
        size_t at = random_next(&seed) % size;
        bool full = random_next(&seed) % 2 != 0;
        size_t n = full ? sizeof NAME : sizeof reference;
        if (size - at >= n) {
            memcpy(bytes + at, full ? (const unsigned char *)NAME : reference, n);
        }
    }
}

/* What stands at `from` or after, and before `end`, is what is found, in order; of a unit whose bytes are those from
 * `base` on, as after raw_unit_peek. */
static void compare(const struct raw_file *file, const struct dwarf_needles *needles, bool in_full, size_t base,
                    size_t from, size_t end)
{
    const struct raw_unit unit = {.file = file, .bytes = file->info.at + base, .base = base, .end = file->info.size};
    static const unsigned char reference[] = {4, 3, 2, 1};
    const unsigned char *wanted = in_full ? (const unsigned char *)NAME : reference;
    size_t n = in_full ? sizeof NAME : sizeof reference, found = 0;
    struct dwarf_hits hits = {.at = NULL};
    assert_int_equal(dwarf_hits_find(&unit, needles, in_full, from, end, &hits), 1);
    for (size_t at = from; at < end && at + n <= file->info.size; at++) {
        if (memcmp(file->info.at + at, wanted, n) == 0) {
            assert_true(found < hits.count);
            assert_int_equal(hits.at[found++], at);
        }
    }
    assert_int_equal(found, hits.count);
    dwarf_hits_free(&hits);
}

static void finds_all_and_nothing_else(void **state)
{
    (void)state;
    static const size_t sizes[] = {6, 7, 63, 64, 65, 70, 127, 128, 129, 200, 1000, 131071, 131072, 131080, 300000};
    unsigned char *strings = calloc(1, REFERENCE + sizeof NAME);
    assert_non_null(strings);
    memcpy(strings + REFERENCE, NAME, sizeof NAME);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *info = malloc(sizes[i]); /* of its very size: a sanitizer sees a byte too many */
        assert_non_null(info);
        fill(info, sizes[i], (uint32_t)i + 1);
        struct raw_file file = {
            .little_endian = true, .info = {info, sizes[i]}, .str = {strings, REFERENCE + sizeof NAME}};
        struct dwarf_needles needles;
        assert_true(dwarf_needles_make(&file, NAME, NULL, &needles));
        assert_int_equal(needles.count, 1);
        for (int way = 0; way < 4; way++) {
            bool in_full = way % 2 != 0;
            if (way == 2) { /* as on a processor without wide registers */
                needles.name.wide = needles.references[0].wide = false;
            }
            compare(&file, &needles, in_full, 0, 0, sizes[i]);
            compare(&file, &needles, in_full, 0, sizes[i] / 3, sizes[i] - sizes[i] / 3);
            compare(&file, &needles, in_full, sizes[i] / 4, sizes[i] / 3, sizes[i]);
        }
        free(info);
    }
    free(strings);
}

static void a_name_that_is_a_tail_of_many_needs_to_be_known(void **state)
{
    (void)state;
    static const unsigned char tails[] = "a_point\0b_point\0c_point\0d_point\0e_point";
    static const unsigned char info[64];
    struct raw_file file = {.little_endian = true, .info = {info, sizeof info}, .str = {tails, sizeof tails}};
    struct dwarf_needles needles;
    assert_false(dwarf_needles_make(&file, NAME, NULL, &needles));
    assert_true(dwarf_needles_make(&file, NAME, (const char *)tails + 10, &needles));
    assert_int_equal(needles.count, 1);
    assert_int_equal(needles.references[0].bytes[0], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_and_nothing_else),
        cmocka_unit_test(a_name_that_is_a_tail_of_many_needs_to_be_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
