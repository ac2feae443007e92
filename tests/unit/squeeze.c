/* squeeze: lines over random rows of zeros, held to a listing made row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures.h"
#include "squeeze.h"

#define SIZE_MOST 400

struct rows_seen {
    struct squeeze s;
    uint8_t bytes[SIZE_MOST], keep[SIZE_MOST];
    struct squeeze_line lines[SIZE_MOST];
    size_t count;
};

static bool zero_row(const struct squeeze *s, size_t row)
{
    for (size_t at = row; at < row + s->width && at < s->size; at++) {
        bool known = at >= s->base && at < s->base + s->count;
        if (!known || s->bytes[at - s->base] != 0 || s->keep[at - s->base] != 0) {
            return false;
        }
    }
    return true;
}

static void list_lines(struct rows_seen *r)
{
    r->count = 0;
    for (size_t row = 0; row < r->s.size; row += r->s.width) {
        struct squeeze_line *last = r->count > 0 ? &r->lines[r->count - 1] : NULL;
        bool joins = r->s.on && last != NULL && zero_row(&r->s, row) && zero_row(&r->s, last->offset);
        if (joins) {
            last->rows++;
        } else {
            r->lines[r->count++] = (struct squeeze_line){row, 1};
        }
    }
}

static void random_rows(struct rows_seen *r, uint64_t *random)
{
    memset(r, 0, sizeof *r);
    size_t size = 1 + random_below(random, SIZE_MOST), width = (size_t)1 << random_below(random, 5);
    size_t base = random_below(random, 3) == 0 ? random_below(random, (unsigned)size) : 0;
    size_t count = random_below(random, 3) == 0 ? random_below(random, (unsigned)(size - base + 1)) : size - base;
    r->s = (struct squeeze){.on = random_below(random, 5) > 0,
                            .size = size,
                            .width = width,
                            .base = base,
                            .count = count,
                            .bytes = r->bytes,
                            .keep = r->keep};
    for (unsigned i = random_below(random, 12); i > 0 && count > 0; i--) {
        r->bytes[random_below(random, (unsigned)count)] = 1;
    }
    for (unsigned i = random_below(random, 3); i > 0 && count > 0; i--) {
        r->keep[random_below(random, (unsigned)count)] = 1;
    }
    list_lines(r);
}

static bool same_line(struct squeeze_line a, struct squeeze_line b)
{
    return a.offset == b.offset && a.rows == b.rows;
}

static void lines_are_those_of_the_rows(void **state)
{
    (void)state;
    uint64_t random = 21;
    for (int i = 0; i < 3000; i++) {
        struct rows_seen r;
        random_rows(&r, &random);
        size_t k = 0;
        for (size_t offset = 0; offset < r.s.size; offset++) {
            k += k + 1 < r.count && offset >= r.lines[k + 1].offset;
            assert_true(same_line(squeeze_line(&r.s, offset), r.lines[k]));
        }
        struct squeeze_line line = r.lines[0];
        for (k = 1; k <= r.count; k++) {
            assert_int_equal(squeeze_next(&r.s, &line), k < r.count);
            assert_true(same_line(line, r.lines[k < r.count ? k : k - 1]));
        }
        for (k = r.count; k-- > 0;) {
            assert_true(same_line(line, r.lines[k]));
            assert_int_equal(squeeze_previous(&r.s, &line), k > 0);
        }
    }
}

static size_t line_number(const struct rows_seen *r, size_t offset)
{
    size_t k = 0;
    while (k + 1 < r->count && r->lines[k + 1].offset <= offset) {
        k++;
    }
    return k;
}

static void the_cursor_is_in_sight_and_no_line_empty(void **state)
{
    (void)state;
    uint64_t random = 22;
    for (int i = 0; i < 20000; i++) {
        struct rows_seen r;
        random_rows(&r, &random);
        size_t rows = 1 + random_below(&random, 20), cursor = random_below(&random, (unsigned)r.s.size);
        size_t before = random_below(&random, (unsigned)r.s.size + 40);
        size_t top = squeeze_top(&r.s, before, cursor, rows);
        size_t first = line_number(&r, top), at = line_number(&r, cursor);
        assert_int_equal(r.lines[first].offset, top);
        assert_true(at >= first && at - first < rows);
        bool known = !r.s.on || first == 0 || squeeze_known(&r.s, r.lines[first - 1].offset);
        assert_true(first == 0 || r.count - first >= rows || !known);
        /* and it moves no farther than it must */
        size_t old = line_number(&r, before < r.s.size ? before : r.s.size - 1);
        bool stays = at >= old && at - old < rows && (old == 0 || r.count - old >= rows);
        assert_true(!stays || first == old);
        assert_int_equal(squeeze_top(&r.s, top, cursor, rows), top);
    }
}

static void a_row_that_is_set_splits_the_run_at_once(void **state)
{
    (void)state;
    uint8_t bytes[256] = {0}, keep[256] = {0};
    struct squeeze s = {.on = true, .size = 256, .width = 16, .count = 256, .bytes = bytes, .keep = keep};
    assert_true(same_line(squeeze_line(&s, 77), (struct squeeze_line){0, 16}));
    bytes[100] = 1;
    assert_true(same_line(squeeze_line(&s, 77), (struct squeeze_line){0, 6}));
    assert_true(same_line(squeeze_line(&s, 100), (struct squeeze_line){96, 1}));
    assert_true(same_line(squeeze_line(&s, 255), (struct squeeze_line){112, 9}));
    bytes[100] = 0;
    keep[99] = 3; /* it became zero just now: that is to be seen */
    assert_true(same_line(squeeze_line(&s, 100), (struct squeeze_line){96, 1}));
    s.on = false;
    assert_true(same_line(squeeze_line(&s, 77), (struct squeeze_line){64, 1}));
    s.size = 0;
    assert_int_equal(squeeze_top(&s, 5, 5, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_the_rows),
        cmocka_unit_test(the_cursor_is_in_sight_and_no_line_empty),
        cmocka_unit_test(a_row_that_is_set_splits_the_run_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
