/* find: where `:` goes, and what `/` finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer_state.h"

static void goto_takes_offsets_steps_and_fields(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t to; /* SIZE_MAX: refused, with a message */
    } rows[] = {
        {"0x20", 32},          {"32", 32},         {"010", 10},
        {"+8", 108},           {"-8", 92},         {"+0x10", 116},
        {"-1000", 0},          {"+9999", 1023},    {"-9223372036854775808", 0},
        {"ratio", 40},         {"num", 20},        {"1023", 1023},
        {"0x3ff", 1023},       {"1024", SIZE_MAX}, {"0xffffffffffffffffff", SIZE_MAX},
        {"nothing", SIZE_MAX}, {"12z", SIZE_MAX},  {"+", SIZE_MAX},
        {"0x", SIZE_MAX},      {"", SIZE_MAX},     {"numb", SIZE_MAX},
    };
    struct view v;
    view_open(&v, SIZE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        go(&v, 100);
        bool went = find_goto(&v.s.cursor, &v.s.window, rows[i].text);
        size_t wanted = rows[i].to == SIZE_MAX ? 100 : rows[i].to;
        if (v.s.cursor.at != wanted || went != (rows[i].to != SIZE_MAX)) {
            fail_msg("':%s' leads to %zu", rows[i].text, v.s.cursor.at);
        }
        if (!went) {
            assert_true(v.s.cursor.message[0] != '\0');
        }
    }
    view_close(&v);
}

static void a_field_past_the_end_is_reported(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, 44); /* farewell starts at 48 */
    assert_false(find_goto(&v.s.cursor, &v.s.window, "farewell"));
    assert_non_null(strstr(v.s.cursor.message, "past the segment's end"));
    cursor_next_field(&v.s.cursor, &v.s.window, 1);
    go(&v, 40);
    cursor_next_field(&v.s.cursor, &v.s.window, 1);
    assert_int_equal(v.s.cursor.at, 40);
    view_close(&v);
}

static void find_looks_for_fields_bytes_and_text(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    memcpy(v.bytes + 600, "goodbye", 7);
    memcpy(v.bytes + 1020, "\x16\x00\x00\x00", 4);
    take(&v);
    assert_true(state_find(&v.s, "goodbye", 1));
    assert_int_equal(v.s.cursor.at, 48);
    assert_true(state_find(&v.s, "goodbye", 1));
    assert_int_equal(v.s.cursor.at, 600);
    assert_null(strstr(v.s.cursor.message, "around"));
    assert_true(state_find(&v.s, "goodbye", 1));
    assert_int_equal(v.s.cursor.at, 48);
    assert_non_null(strstr(v.s.cursor.message, "around the end"));
    assert_true(state_find(&v.s, "goodbye", -1));
    assert_int_equal(v.s.cursor.at, 600);
    assert_true(state_find(&v.s, "0x16000000", 1));
    assert_int_equal(v.s.cursor.at, 1020);
    assert_true(state_find(&v.s, "0x16 00 00 00", 1));
    assert_int_equal(v.s.cursor.at, 20);
    assert_true(state_find(&v.s, "ratio", 1));
    assert_int_equal(v.s.cursor.at, 40);
    assert_false(state_find(&v.s, "nowhere", 1));
    assert_non_null(strstr(v.s.cursor.message, "not found: nowhere"));
    assert_int_equal(v.s.cursor.at, 40);
    assert_false(state_find(&v.s, "", 1));
    view_close(&v);
}

static const char shop_text[] = "shmlab layout 1\nstruct shop {\nstruct head headOfAll {\nint magic\nint[6] seen\n}\n"
                                "struct slot slots[1000] {\nint seq\nchar[4] text\n}\ndouble lastValue\n}\n";

static void shop_open(struct view *v)
{
    view_open(v, SIZE);
    layout_free(&v->layout);
    v->layout = layout_of(shop_text);
    state_resize(&v->s, 8040);
    state_set_layout(&v->s, &v->layout, "struct shop");
    uint8_t *bytes = calloc(8040, 1);
    assert_non_null(bytes);
    memcpy(bytes + 28 + 8 * 700, "\x39\x05\0\0abcd", 8);
    memcpy(bytes + 8032, &(double){2.5}, 8);
    take_from(v, 0, bytes, 8040);
    free(bytes);
}

static void paths_lead_to_fields_and_to_what_holds_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t to;
        const char *selected; /* the path of the table's row */
    } rows[] = {
        {"slots[3].text", 56, "slots[3].text"},
        {"slots[999]", 8020, "slots[999]"},
        {"slots", 28, "slots"},
        {"headOfAll.seen[5]", 24, "headOfAll.seen[5]"},
        {"headOfAll.seen", 4, "headOfAll.seen"},
        {"lastValue", 8032, "lastValue"},
        {"headOfAll", 0, "headOfAll"},
    };
    struct view v;
    struct field_row row;
    char path[64];
    shop_open(&v);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(find_goto(&v.s.cursor, &v.s.window, rows[i].text));
        assert_int_equal(v.s.cursor.at, rows[i].to);
        assert_true(fields_selected(&v.s.cursor.fields, v.s.cursor.at, &row));
        fields_path(&v.s.cursor.fields, &row, path, sizeof path);
        assert_string_equal(path, rows[i].selected);
    }
    static const struct {
        const char *text, *said;
    } wrong[] = {
        {"slots[1000]", "slots has 1000 elements: [0] to [999]"},
        {"slots[-1]", "slots has 1000 elements"},
        {"headOfAll.seen[6]", "headOfAll.seen has 6 elements"},
        {"value", "no field is called value; there is lastValue"},
        {"3ff", "hex offsets begin with 0x: 0x3ff"},
        {"9000", "the segment ends at 0x1f68 (8040)"},
        {"slots[3].nothing", "neither a field nor an offset"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(find_goto(&v.s.cursor, &v.s.window, wrong[i].text));
        if (strstr(v.s.cursor.message, wrong[i].said) == NULL) {
            fail_msg(":%s says '%s'", wrong[i].text, v.s.cursor.message);
        }
    }
    view_close(&v);
}

/* Types /TEXT and says where it led and what was said. */
static void assert_finds(struct view *v, const char *text, int direction, size_t to, const char *said)
{
    state_find(&v->s, text, direction);
    if (v->s.cursor.at != to || strstr(v->s.cursor.message, said) == NULL) {
        fail_msg("/%s leads to %zu and says '%s'", text, v->s.cursor.at, v->s.cursor.message);
    }
}

static void names_are_found_by_a_part_of_them(void **state)
{
    (void)state;
    struct view v;
    shop_open(&v);
    assert_finds(&v, "seq", 1, 28, "found field slots[0].seq");
    assert_finds(&v, "seq", 1, 36, "found field slots[1].seq");
    assert_finds(&v, "ex", 1, 40, "found field slots[1].text");
    assert_finds(&v, "seq", -1, 36, "slots[1].seq");
    assert_finds(&v, "seq", -1, 28, "slots[0].seq");
    assert_finds(&v, "seq", -1, 8020, "slots[999].seq (around the end)");
    assert_finds(&v, "value", 1, 8032, "found field lastValue"); /* all lower case: any case */
    assert_finds(&v, "slots", 1, 28, "around the end");
    assert_finds(&v, "Seq", 1, 28, "not found: Seq (characters)");
    assert_finds(&v, "headofall", 1, 0, "headOfAll");
    assert_finds(&v, "magic", 1, 0, "found field headOfAll.magic");
    assert_finds(&v, "slots[500].text", 1, 4032, "");
    view_close(&v);
}

static void numbers_and_bytes_say_their_order(void **state)
{
    (void)state;
    struct view v;
    shop_open(&v);
    assert_finds(&v, "=1337", 1, 5628, "found as an integer of 4 bytes, little endian");
    assert_finds(&v, "=0x539", 1, 5628, "around the end");
    assert_finds(&v, "=2.5", 1, 8032, "found as a double of 8 bytes, little endian");
    assert_finds(&v, "39 05", 1, 5628, "found bytes in memory order");
    assert_finds(&v, "=99999999999", 1, 5628, "not found: =99999999999 (as an integer of 8 bytes, little endian)");
    press(&v, 'e');
    assert_finds(&v, "=1337", 1, 5628, "not found: =1337 (as an integer of 4 bytes, big endian)");
    assert_finds(&v, "0x053", 1, 5628, "bytes are pairs of hex digits");
    assert_finds(&v, "=abc", 1, 5628, "no number");
    assert_finds(&v, "\"abcd", 1, 5632, "found characters");
    assert_finds(&v, "abcd", 1, 5632, "found characters (around the end)");
    view_close(&v);
}

/* The source's part: gives the bytes that are asked for until the search ends. */
static size_t serve_search(struct view *v, const uint8_t *bytes, size_t size)
{
    size_t steps = 0;
    for (; v->s.find.busy; steps++) {
        size_t first, count;
        find_want(&v->s.find, v->s.window.size, &first, &count);
        assert_true(count <= FIND_STEP + CURSOR_TYPED_MAX && first < size && first + count <= size);
        find_take(&v->s.find, &v->s.cursor, &v->s.window, bytes + first, count);
        assert_true(steps < 10000);
    }
    return steps;
}

static void a_large_segment_is_searched_in_steps(void **state)
{
    (void)state;
    const size_t size = (size_t)80 << 20;
    struct view v;
    uint8_t *bytes = calloc(size, 1);
    assert_non_null(bytes);
    view_open(&v, SIZE);
    state_resize(&v.s, size);
    memcpy(bytes + FIND_STEP - 2, "needle", 6); /* over the edge of a step */
    memcpy(bytes + size - 6, "needle", 6);
    for (size_t first, count, round = 0; round < 2; round++) {
        state_want(&v.s, &first, &count);
        take_from(&v, first, bytes + first, count);
    }
    assert_false(state_find(&v.s, "needle", 1));
    assert_true(v.s.find.busy);
    serve_search(&v, bytes, size);
    assert_int_equal(v.s.cursor.at, FIND_STEP - 2);
    state_find(&v.s, "needle", 1); /* the next one lies too far for one request */
    assert_true(serve_search(&v, bytes, size) <= FIND_MOST / FIND_STEP + 1);
    assert_int_equal(v.s.cursor.at, FIND_STEP - 2);
    assert_non_null(strstr(v.s.cursor.message, "n continues from there"));
    state_find(&v.s, "needle", 1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.s.cursor.at, size - 6);
    state_find(&v.s, "needle", 1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.s.cursor.at, FIND_STEP - 2);
    assert_non_null(strstr(v.s.cursor.message, "around the end"));
    state_find(&v.s, "needle", -1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.s.cursor.at, size - 6);
    state_find(&v.s, "needle", 1);
    press(&v, 'q'); /* any key stops it, and does nothing else */
    assert_false(v.s.find.busy || v.s.request == REQUEST_QUIT);
    assert_non_null(strstr(v.s.cursor.message, "stopped at 0x"));
    state_find(&v.s, "nowhere", 1);
    serve_search(&v, bytes, size);
    state_find(&v.s, "nowhere", 1);
    serve_search(&v, bytes, size);
    assert_non_null(strstr(v.s.cursor.message, "not found: nowhere"));
    free(bytes);
    view_close(&v);
}

static void of_a_large_segment_only_what_is_live_is_searched(void **state)
{
    (void)state;
    const size_t size = 100 * WINDOW_BYTES;
    struct view v;
    size_t first, count;
    uint8_t *bytes = calloc(size, 1);
    assert_non_null(bytes);
    view_open(&v, SIZE);
    state_resize(&v.s, size);
    memcpy(bytes + 500, "needle", 6);
    state_want(&v.s, &first, &count);
    take_from(&v, first, bytes + first, count);
    press(&v, ' ');
    assert_false(state_find(&v.s, "needle", 1));
    assert_false(v.s.find.busy);
    assert_int_equal(v.s.cursor.at, 0);
    assert_non_null(strstr(v.s.cursor.message, "only live bytes can be searched"));
    press(&v, ' ');
    state_find(&v.s, "needle", 1);
    assert_true(v.s.find.busy);
    serve_search(&v, bytes, size);
    assert_int_equal(v.s.cursor.at, 500);
    free(bytes);
    view_close(&v);
}

/* Forth and back, the place is the one that a plain loop over all places finds. */
static void every_search_ends_where_a_plain_loop_ends(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (int i = 0; i < 3000; i++) {
        struct view v;
        size_t size = 1 + random_below(&random, 40), n = 1 + random_below(&random, 3);
        char text[8] = "\"";
        view_open(&v, size);
        for (size_t k = 0; k < size; k++) {
            v.bytes[k] = (uint8_t)('a' + random_below(&random, 2));
        }
        for (size_t k = 0; k < n; k++) {
            text[1 + k] = (char)('a' + random_below(&random, 2));
        }
        take(&v);
        size_t cursor = random_below(&random, (unsigned)size), wanted = cursor;
        int direction = random_below(&random, 2) == 0 ? 1 : -1;
        go(&v, cursor);
        for (size_t k = 1; k <= size; k++) {
            size_t at = (cursor + (direction > 0 ? k : size - k)) % size;
            if (at + n <= size && memcmp(v.bytes + at, text + 1, n) == 0) {
                wanted = at;
                break;
            }
        }
        state_find(&v.s, text, direction);
        if (v.s.cursor.at != wanted) {
            fail_msg("%.*s: %s by %d from %zu leads to %zu, not %zu", (int)size, v.bytes, text, direction, cursor,
                     v.s.cursor.at, wanted);
        }
        view_close(&v);
    }
}

static void a_long_wish_finds_nothing(void **state)
{
    (void)state;
    struct view v;
    char text[400] = "0x";
    view_open(&v, SIZE);
    memset(text + 2, '0', 300);
    state_find(&v.s, text, 1); /* more bytes than a prompt holds: nothing breaks */
    memset(text, 'x', sizeof text - 1);
    assert_false(state_find(&v.s, text, 1));
    assert_false(find_goto(&v.s.cursor, &v.s.window, text));
    view_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goto_takes_offsets_steps_and_fields),
        cmocka_unit_test(a_field_past_the_end_is_reported),
        cmocka_unit_test(find_looks_for_fields_bytes_and_text),
        cmocka_unit_test(paths_lead_to_fields_and_to_what_holds_them),
        cmocka_unit_test(names_are_found_by_a_part_of_them),
        cmocka_unit_test(numbers_and_bytes_say_their_order),
        cmocka_unit_test(a_large_segment_is_searched_in_steps),
        cmocka_unit_test(of_a_large_segment_only_what_is_live_is_searched),
        cmocka_unit_test(every_search_ends_where_a_plain_loop_ends),
        cmocka_unit_test(a_long_wish_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
