/* model: keys move a cursor that never leaves the segment, changes glow for a second, prompts take lines. The clock is
 * given by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/find.h"
#include "viewer/keys.h"
#include "pictures.h"

#define SIZE 1024

struct view {
    struct layout layout;
    struct model m;
    uint8_t bytes[SIZE];
};

/* A segment of `size` bytes that starts with the message, seen at 1000 ms, 16 bytes a row and 8 rows. */
static void view_open(struct view *v, size_t size)
{
    memset(v, 0, sizeof *v);
    v->layout = layout_of(MESSAGE_TEXT);
    layout_fit(&v->layout, size);
    message_bytes(v->bytes);
    model_init(&v->m);
    assert_int_equal(model_resize(&v->m, size), 0);
    assert_int_equal(model_set_layout(&v->m, &v->layout, "struct message"), 0);
    model_shape(&v->m, 16, 8);
    model_tick(&v->m, 1000);
    model_take(&v->m, 0, v->bytes, size);
}

static void view_close(struct view *v)
{
    model_free(&v->m);
    layout_free(&v->layout);
}

/* 64 cells of the picture, without a cursor. */
static void cells_from(const struct model *m, size_t first, struct grid_cell cells[64])
{
    const struct grid_input in = model_grid(m, SIZE_MAX);
    grid_cells(&in, first, cells, 64);
}

static void type(struct model *m, const char *text)
{
    for (; *text != '\0'; text++) {
        keys_press(m, (unsigned char)*text);
    }
}

static void enter(struct model *m, const char *text)
{
    type(m, text);
    keys_press(m, PRESS_RETURN);
}

/* ---- moving ---- */

static void keys_move_the_cursor(void **state)
{
    (void)state;
    static const struct {
        size_t from;
        int key;
        size_t to;
    } rows[] = {
        {5, 'h', 4},      {0, 'h', 0},       {5, PRESS_CURSOR_LEFT, 4},
        {5, 'l', 6},      {1023, 'l', 1023}, {5, PRESS_CURSOR_RIGHT, 6},
        {20, 'k', 4},     {4, 'k', 4},       {20, PRESS_CURSOR_UP, 4},
        {4, 'j', 20},     {1010, 'j', 1010}, {4, PRESS_CURSOR_DOWN, 20},
        {1007, 'j', 1023}, {1008, 'j', 1008},
        {200, 2, 72},     {100, 2, 0},       {200, PRESS_PAGE_UP, 72},
        {200, 6, 328},    {1000, 6, 1023},   {200, PRESS_PAGE_DOWN, 328},
        {37, '0', 32},    {37, '$', 47},     {37, '^', 32},
        {37, 'g', 0},     {37, 'G', 1023},   {37, PRESS_FIRST, 0}, {37, PRESS_LAST, 1023},
        {0, '\t', 20},    {20, '\t', 24},    {48, '\t', 48},       {1000, '\t', 1000},
        {1000, PRESS_BACK_TAB, 48}, {20, PRESS_BACK_TAB, 0}, {0, PRESS_BACK_TAB, 0}, {22, PRESS_BACK_TAB, 20},
        {37, 'x', 37},    {37, PRESS_NONE, 37},
    };
    struct view v;
    view_open(&v, SIZE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_go(&v.m, rows[i].from);
        keys_press(&v.m, rows[i].key);
        if (v.m.cursor != rows[i].to) {
            fail_msg("key 0x%x from %zu leads to %zu", (unsigned)rows[i].key, rows[i].from, v.m.cursor);
        }
    }
    view_close(&v);
}

static void the_last_row_may_be_short(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, 100); /* 6 rows and 4 bytes */
    model_go(&v.m, 98);
    keys_press(&v.m, '$');
    assert_int_equal(v.m.cursor, 99);
    model_go(&v.m, 83);
    keys_press(&v.m, 'j');
    assert_int_equal(v.m.cursor, 99);
    model_go(&v.m, 84); /* nothing stands below it */
    keys_press(&v.m, 'j');
    assert_int_equal(v.m.cursor, 84);
    view_close(&v);
    view_open(&v, 10); /* less than a row */
    keys_press(&v.m, 'j');
    keys_press(&v.m, 'k');
    assert_int_equal(v.m.cursor, 0);
    view_close(&v);
}

static void steps_of_any_size_stay_inside(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    assert_true(model_move(&v.m, PTRDIFF_MAX));
    assert_int_equal(v.m.cursor, 1023);
    assert_false(model_move(&v.m, PTRDIFF_MAX));
    assert_true(model_move(&v.m, PTRDIFF_MIN));
    assert_int_equal(v.m.cursor, 0);
    model_go(&v.m, SIZE_MAX);
    assert_int_equal(v.m.cursor, 1023);
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
                model_shape(&v.m, 1 << random_below(&random, 7), 1 + (int)random_below(&random, 20));
            }
            keys_press(&v.m, keys[random_below(&random, sizeof keys / sizeof *keys)]);
            size_t width = (size_t)v.m.width, shown = width * (size_t)v.m.rows;
            assert_true(v.m.cursor < v.m.size);
            assert_true(v.m.top % width == 0);
            assert_true(v.m.cursor >= v.m.top && v.m.cursor < v.m.top + shown);
            /* no empty rows while there are bytes to fill them */
            assert_true(v.m.top == 0 || v.m.top + shown < v.m.size + width);
        }
        view_close(&v);
    }
}

static void keys_move_over_squeezed_rows(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE); /* the message in rows 0x00 to 0x30, then zeros; 8 rows are shown */
    v.bytes[0x203] = 7;
    model_take(&v.m, 0, v.bytes, SIZE);
    model_tick(&v.m, 9000);
    keys_press(&v.m, 'z');
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
        model_go(&v.m, rows[i].from);
        keys_press(&v.m, rows[i].key);
        if (v.m.cursor != rows[i].to) {
            fail_msg("key 0x%x from 0x%zx leads to 0x%zx", (unsigned)rows[i].key, rows[i].from, v.m.cursor);
        }
        assert_int_equal(v.m.top, 0); /* seven lines: all are seen */
    }
    model_go(&v.m, 0x2f0);
    v.bytes[0x2f5] = 1; /* a row that is set comes into sight at once */
    model_take(&v.m, 0, v.bytes, SIZE);
    struct squeeze lines = model_lines(&v.m);
    assert_int_equal(squeeze_line(&lines, 0x2f5).rows, 1);
    assert_int_equal(squeeze_line(&lines, 0x300).offset, 0x300);
    keys_press(&v.m, 'z');
    assert_int_equal(v.m.top, 0x280);
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
    assert_int_equal(model_resize(&v.m, size), 0);
    keys_press(&v.m, 'z');
    for (int direction = 1; direction >= -1; direction -= 2) {
        size_t presses = 0, before = SIZE_MAX, set = 0;
        for (; v.m.cursor != before; presses++) {
            before = v.m.cursor;
            for (int twice = 0; twice < 2; twice++) {
                size_t first, count;
                model_shape(&v.m, 16, 8);
                model_want(&v.m, &first, &count);
                model_take(&v.m, first, bytes + first, count);
            }
            assert_non_null(model_at(&v.m, v.m.cursor, 1));
            struct squeeze lines = model_lines(&v.m);
            struct squeeze_line line = squeeze_line(&lines, v.m.top), at = squeeze_line(&lines, v.m.cursor);
            for (int i = 0; i < 8 && line.offset != at.offset; i++) {
                squeeze_next(&lines, &line);
            }
            assert_int_equal(line.offset, at.offset); /* in sight */
            size_t row = v.m.cursor - v.m.cursor % 16;
            for (size_t i = row; i < row + 16 && i < size; i++) {
                set += bytes[i];
            }
            keys_press(&v.m, direction > 0 ? 'j' : 'k');
            assert_true(presses < 2000);
        }
        assert_int_equal(set, (size - 777 + 54320) / 54321); /* none was passed over */
    }
    free(bytes);
    view_close(&v);
}

static void a_smaller_screen_and_back_shows_the_same(void **state)
{
    (void)state;
    uint64_t random = 2;
    struct view v;
    view_open(&v, SIZE);
    for (int i = 0; i < 500; i++) {
        model_shape(&v.m, 16, 10);
        model_go(&v.m, random_below(&random, SIZE));
        size_t top = v.m.top;
        model_shape(&v.m, 4, 4);
        model_shape(&v.m, 32, 1 + (int)random_below(&random, 40));
        model_shape(&v.m, 16, 10);
        assert_int_equal(v.m.top, top);
    }
    view_close(&v);
}

static void an_empty_segment_takes_every_key(void **state)
{
    (void)state;
    struct model m;
    for (int never_sized = 0; never_sized < 2; never_sized++) {
        model_init(&m);
        if (!never_sized) {
            assert_int_equal(model_resize(&m, 0), 0);
        }
        for (size_t i = 0; i < key_row_count; i++) {
            for (size_t k = 0; k < 3; k++) {
                keys_press(&m, key_rows[i].keys[k]);
                m.prompt = 0;
                m.help = false;
            }
        }
        assert_int_equal(m.cursor, 0);
        assert_false(find_goto(&m, "0"));
        assert_false(find_start(&m, "x", 1));
        assert_false(find_start(&m, "0x00", -1));
        model_move(&m, 5);
        model_move(&m, -5);
        assert_false(model_tick(&m, 77));
        assert_int_equal(m.cursor, 0);
        assert_int_equal(m.top, 0);
        model_free(&m);
    }
}

static void a_smaller_segment_pulls_the_cursor_in(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    model_go(&v.m, 1000);
    assert_int_equal(model_resize(&v.m, 64), 0);
    assert_int_equal(v.m.cursor, 63);
    assert_int_equal(v.m.top, 0);
    view_close(&v);
}

/* ---- going and finding ---- */

static void goto_takes_offsets_steps_and_fields(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t to; /* SIZE_MAX: refused, with a message */
    } rows[] = {
        {"0x20", 32}, {"32", 32}, {"010", 10}, {"+8", 108}, {"-8", 92}, {"+0x10", 116}, {"-1000", 0}, {"+9999", 1023},
        {"-9223372036854775808", 0}, {"ratio", 40}, {"num", 20}, {"1023", 1023}, {"0x3ff", 1023},
        {"1024", SIZE_MAX}, {"0xffffffffffffffffff", SIZE_MAX}, {"nothing", SIZE_MAX}, {"12z", SIZE_MAX},
        {"+", SIZE_MAX}, {"0x", SIZE_MAX}, {"", SIZE_MAX}, {"numb", SIZE_MAX},
    };
    struct view v;
    view_open(&v, SIZE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_go(&v.m, 100);
        bool went = find_goto(&v.m, rows[i].text);
        size_t wanted = rows[i].to == SIZE_MAX ? 100 : rows[i].to;
        if (v.m.cursor != wanted || went != (rows[i].to != SIZE_MAX)) {
            fail_msg("':%s' leads to %zu", rows[i].text, v.m.cursor);
        }
        if (!went) {
            assert_true(v.m.message[0] != '\0');
        }
    }
    view_close(&v);
}

static void a_field_past_the_end_is_told(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, 44); /* farewell starts at 48 */
    assert_false(find_goto(&v.m, "farewell"));
    assert_non_null(strstr(v.m.message, "past the segment's end"));
    model_next_field(&v.m, 1);
    model_go(&v.m, 40);
    model_next_field(&v.m, 1);
    assert_int_equal(v.m.cursor, 40);
    view_close(&v);
}

static void find_looks_for_fields_bytes_and_text(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    memcpy(v.bytes + 600, "goodbye", 7);
    memcpy(v.bytes + 1020, "\x16\x00\x00\x00", 4);
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_true(find_start(&v.m, "goodbye", 1));
    assert_int_equal(v.m.cursor, 48);
    assert_true(find_start(&v.m, "goodbye", 1));
    assert_int_equal(v.m.cursor, 600);
    assert_null(strstr(v.m.message, "around"));
    assert_true(find_start(&v.m, "goodbye", 1));
    assert_int_equal(v.m.cursor, 48);
    assert_non_null(strstr(v.m.message, "around the end"));
    assert_true(find_start(&v.m, "goodbye", -1));
    assert_int_equal(v.m.cursor, 600);
    assert_true(find_start(&v.m, "0x16000000", 1));
    assert_int_equal(v.m.cursor, 1020);
    assert_true(find_start(&v.m, "0x16 00 00 00", 1));
    assert_int_equal(v.m.cursor, 20);
    assert_true(find_start(&v.m, "ratio", 1));
    assert_int_equal(v.m.cursor, 40);
    assert_false(find_start(&v.m, "nowhere", 1));
    assert_non_null(strstr(v.m.message, "not found: nowhere"));
    assert_int_equal(v.m.cursor, 40);
    assert_false(find_start(&v.m, "", 1));
    view_close(&v);
}

/* ---- names, numbers, large segments ---- */

static const char shop_text[] = "shmlab layout 1\nstruct shop {\nstruct head headOfAll {\nint magic\nint[6] seen\n}\n"
                                "struct slot slots[1000] {\nint seq\nchar[4] text\n}\ndouble lastValue\n}\n";

static void shop_open(struct view *v)
{
    view_open(v, SIZE);
    layout_free(&v->layout);
    v->layout = layout_of(shop_text);
    assert_int_equal(model_resize(&v->m, 8040), 0);
    assert_int_equal(model_set_layout(&v->m, &v->layout, "struct shop"), 0);
    uint8_t *bytes = calloc(8040, 1);
    assert_non_null(bytes);
    memcpy(bytes + 28 + 8 * 700, "\x39\x05\0\0abcd", 8);
    memcpy(bytes + 8032, &(double){2.5}, 8);
    model_take(&v->m, 0, bytes, 8040);
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
        {"slots[3].text", 56, "slots[3].text"}, {"slots[999]", 8020, "slots[999]"}, {"slots", 28, "slots"},
        {"headOfAll.seen[5]", 24, "headOfAll.seen[5]"}, {"headOfAll.seen", 4, "headOfAll.seen"},
        {"lastValue", 8032, "lastValue"}, {"headOfAll", 0, "headOfAll"},
    };
    struct view v;
    struct field_row row;
    char path[64];
    shop_open(&v);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(find_goto(&v.m, rows[i].text));
        assert_int_equal(v.m.cursor, rows[i].to);
        assert_true(fields_selected(&v.m.fields, v.m.cursor, &row));
        fields_path(&v.m.fields, &row, path, sizeof path);
        assert_string_equal(path, rows[i].selected);
    }
    static const struct {
        const char *text, *said;
    } wrong[] = {
        {"slots[1000]", "slots has 1000 elements: [0] to [999]"}, {"slots[-1]", "slots has 1000 elements"},
        {"headOfAll.seen[6]", "headOfAll.seen has 6 elements"}, {"value", "no field is called value; there is lastValue"},
        {"3ff", "hex offsets begin with 0x: 0x3ff"}, {"9000", "the segment ends at 0x1f68 (8040)"},
        {"slots[3].nothing", "no field"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(find_goto(&v.m, wrong[i].text));
        if (strstr(v.m.message, wrong[i].said) == NULL) {
            fail_msg(":%s says '%s'", wrong[i].text, v.m.message);
        }
    }
    view_close(&v);
}

/* Types /TEXT and says where it led and what was said. */
static void assert_finds(struct view *v, const char *text, int direction, size_t to, const char *said)
{
    find_start(&v->m, text, direction);
    if (v->m.cursor != to || strstr(v->m.message, said) == NULL) {
        fail_msg("/%s leads to %zu and says '%s'", text, v->m.cursor, v->m.message);
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
    keys_press(&v.m, 'e');
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
    for (; v->m.find.busy; steps++) {
        size_t first, count;
        find_want(&v->m, &first, &count);
        assert_true(count <= FIND_STEP + MODEL_PROMPT_MAX && first < size && first + count <= size);
        find_take(&v->m, bytes + first, count);
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
    assert_int_equal(model_resize(&v.m, size), 0);
    memcpy(bytes + FIND_STEP - 2, "needle", 6); /* over the edge of a step */
    memcpy(bytes + size - 6, "needle", 6);
    for (size_t first, count, round = 0; round < 2; round++) {
        model_want(&v.m, &first, &count);
        model_take(&v.m, first, bytes + first, count);
    }
    assert_false(find_start(&v.m, "needle", 1));
    assert_true(v.m.find.busy);
    serve_search(&v, bytes, size);
    assert_int_equal(v.m.cursor, FIND_STEP - 2);
    find_start(&v.m, "needle", 1); /* the next one lies too far for one request */
    assert_true(serve_search(&v, bytes, size) <= FIND_MOST / FIND_STEP + 1);
    assert_int_equal(v.m.cursor, FIND_STEP - 2);
    assert_non_null(strstr(v.m.message, "n looks on from there"));
    find_start(&v.m, "needle", 1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.m.cursor, size - 6);
    find_start(&v.m, "needle", 1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.m.cursor, FIND_STEP - 2);
    assert_non_null(strstr(v.m.message, "around the end"));
    find_start(&v.m, "needle", -1);
    serve_search(&v, bytes, size);
    assert_int_equal(v.m.cursor, size - 6);
    find_start(&v.m, "needle", 1);
    keys_press(&v.m, 'q'); /* any key stops it, and does nothing else */
    assert_false(v.m.find.busy || v.m.quit);
    assert_non_null(strstr(v.m.message, "stopped at 0x"));
    find_start(&v.m, "nowhere", 1);
    serve_search(&v, bytes, size);
    find_start(&v.m, "nowhere", 1);
    serve_search(&v, bytes, size);
    assert_non_null(strstr(v.m.message, "not found: nowhere"));
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
        model_take(&v.m, 0, v.bytes, size);
        size_t cursor = random_below(&random, (unsigned)size), wanted = cursor;
        int direction = random_below(&random, 2) == 0 ? 1 : -1;
        model_go(&v.m, cursor);
        for (size_t k = 1; k <= size; k++) {
            size_t at = (cursor + (direction > 0 ? k : size - k)) % size;
            if (at + n <= size && memcmp(v.bytes + at, text + 1, n) == 0) {
                wanted = at;
                break;
            }
        }
        find_start(&v.m, text, direction);
        if (v.m.cursor != wanted) {
            fail_msg("%.*s: %s by %d from %zu leads to %zu, not %zu", (int)size, v.bytes, text, direction, cursor,
                     v.m.cursor, wanted);
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
    find_start(&v.m, text, 1); /* more bytes than a prompt holds: nothing breaks */
    memset(text, 'x', sizeof text - 1);
    assert_false(find_start(&v.m, text, 1));
    assert_false(find_goto(&v.m, text));
    view_close(&v);
}

/* ---- prompts ---- */

static void a_prompt_takes_a_line(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    type(&v.m, ":0x2");
    assert_int_equal(v.m.prompt, ':');
    assert_int_equal(v.m.cursor, 0);
    enter(&v.m, "0");
    assert_int_equal(v.m.prompt, 0);
    assert_int_equal(v.m.cursor, 32);
    type(&v.m, ":9q");
    keys_press(&v.m, PRESS_RUBOUT);
    assert_string_equal(v.m.typed, "9");
    assert_false(v.m.quit); /* q was a character here */
    keys_press(&v.m, PRESS_ESCAPE);
    assert_int_equal(v.m.prompt, 0);
    assert_int_equal(v.m.cursor, 32);
    type(&v.m, ":");
    assert_string_equal(v.m.typed, "");
    keys_press(&v.m, PRESS_RUBOUT); /* of nothing: leaves the prompt */
    assert_int_equal(v.m.prompt, 0);
    view_close(&v);
}

static void a_prompt_takes_no_more_than_it_holds(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    type(&v.m, "/");
    for (int i = 0; i < 300; i++) {
        keys_press(&v.m, 'a' + i % 26);
    }
    assert_int_equal(strlen(v.m.typed), MODEL_PROMPT_MAX - 1);
    keys_press(&v.m, 7);
    keys_press(&v.m, 0xe9);
    keys_press(&v.m, PRESS_CURSOR_UP);
    assert_int_equal(strlen(v.m.typed), MODEL_PROMPT_MAX - 1);
    keys_press(&v.m, PRESS_RETURN);
    assert_int_equal(v.m.prompt, 0);
    assert_non_null(strstr(v.m.message, "not found"));
    view_close(&v);
}

static void n_repeats_the_last_search(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[100] = v.bytes[200] = v.bytes[300] = 'Z';
    model_take(&v.m, 0, v.bytes, SIZE);
    enter(&v.m, "/Z");
    assert_int_equal(v.m.cursor, 100);
    keys_press(&v.m, 'n');
    keys_press(&v.m, 'n');
    assert_int_equal(v.m.cursor, 300);
    keys_press(&v.m, 'N');
    assert_int_equal(v.m.cursor, 200);
    enter(&v.m, "/"); /* an empty line looks for the same again */
    assert_int_equal(v.m.cursor, 300);
    view_close(&v);
    view_open(&v, SIZE);
    keys_press(&v.m, 'n');
    assert_int_equal(v.m.cursor, 0);
    assert_true(v.m.message[0] != '\0');
    view_close(&v);
}

static void switches_switch(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    keys_press(&v.m, 'e');
    assert_true(v.m.big_endian);
    keys_press(&v.m, 'e');
    assert_false(v.m.big_endian);
    static const int widths[] = {32, 64, 8, 16, 32};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        keys_press(&v.m, 'w');
        assert_int_equal(v.m.want_width, widths[i]);
    }
    keys_press(&v.m, 'L');
    assert_int_equal(v.m.next_layout, 1);
    keys_press(&v.m, '?');
    assert_true(v.m.help);
    keys_press(&v.m, 'j');
    assert_true(v.m.help && v.m.help_top == 1);
    keys_press(&v.m, 'x');
    assert_false(v.m.help);
    keys_press(&v.m, '?');
    assert_int_equal(v.m.help_top, 0);
    keys_press(&v.m, 'q'); /* closes the help, not the viewer */
    assert_false(v.m.help || v.m.quit);
    keys_press(&v.m, 'q');
    assert_true(v.m.quit);
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

/* ---- time ---- */

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
        assert_int_equal(v.m.glow[i], 0); /* the first look is no change */
    }
    assert_false(model_tick(&v.m, 5000));
    v.bytes[20] = 23;
    assert_true(model_take(&v.m, 0, v.bytes, SIZE));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_tick(&v.m, rows[i].at);
        assert_int_equal(v.m.glow[20], rows[i].glow);
        assert_int_equal(v.m.glow[19] + v.m.glow[21], 0);
    }
    assert_false(model_take(&v.m, 0, v.bytes, SIZE));
    view_close(&v);
}

static void a_tick_says_whether_the_picture_changed(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_false(model_tick(&v.m, 1001));
    assert_false(model_tick(&v.m, 1250)); /* fades that can't be seen cost no frame */
    assert_true(model_tick(&v.m, 1500));
    assert_true(model_tick(&v.m, 2000));
    assert_false(model_tick(&v.m, 3000));
    view_close(&v);
}

static void in_a_stream_of_changes_fading_waits_for_the_next_frame(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_int_equal(model_fading(&v.m), 250);
    model_tick(&v.m, 1450);
    v.bytes[30] = 1;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_false(model_tick(&v.m, 1500));
    assert_int_equal(v.m.glow[20], GRID_GLOW_MAX);
    assert_int_equal(model_fading(&v.m), MODEL_STREAM_MS);
    model_tick(&v.m, 1540);
    v.bytes[31] = 1;
    assert_true(model_take(&v.m, 0, v.bytes, SIZE)); /* it came */
    assert_int_equal(v.m.glow[20], 1);
    assert_int_equal(v.m.glow[30], GRID_GLOW_MAX);
    model_tick(&v.m, 1960);
    v.bytes[32] = 1;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_false(model_tick(&v.m, 2050));
    assert_true(model_tick(&v.m, 2000 + MODEL_STREAM_MS)); /* it did not */
    assert_int_equal(v.m.glow[20], 0);
    view_close(&v);
}

static void a_new_change_starts_the_glow_anew(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 23;
    model_take(&v.m, 0, v.bytes, SIZE);
    model_tick(&v.m, 1900);
    assert_int_equal(v.m.glow[20], 1);
    v.bytes[20] = 24;
    model_take(&v.m, 0, v.bytes, SIZE);
    model_tick(&v.m, 1901);
    assert_int_equal(v.m.glow[20], GRID_GLOW_MAX);
    view_close(&v);
}

static void news_tell_the_field_and_both_values(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    assert_string_equal(v.m.news.text, "");
    v.bytes[20] = 23;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "num: 22 -> 23");
    v.bytes[19] = 0xff; /* padding */
    v.bytes[700] = 0x1b;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "0x0013 (padding): 00 -> ff   0x02bc: 00 -> 1b");
    v.bytes[0] = 0x1b; /* an escape in a text stays harmless */
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "intro: \"PI is defined as: \" -> \"\\033I is defined as: \"");
    view_close(&v);
}

static void news_leave_a_bell_out_that_only_tells_of_others(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    struct layout rung = layout_of("shmlab layout 1\nint num\nshm_bell bell\n");
    layout_fit(&rung, SIZE);
    assert_int_equal(model_set_layout(&v.m, &rung, "rung"), 0);
    v.m.rings = true;
    memset(v.bytes, 0, SIZE);
    model_take(&v.m, 0, v.bytes, SIZE);
    v.bytes[0] = v.bytes[4] = 1;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "num: 0 -> 1");
    v.bytes[4] = 2;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "bell: 1 ring -> 2 rings");
    v.bytes[0] = v.bytes[4] = v.bytes[9] = 3;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "num: 1 -> 3   0x0009: 00 -> 03");
    v.m.rings = false; /* nobody sleeps on it: a field like any other */
    v.bytes[0] = v.bytes[4] = 4;
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_string_equal(v.m.news.text, "num: 3 -> 4   bell: 3 rings -> 4 rings");
    assert_int_equal(model_set_layout(&v.m, &v.layout, "struct message"), 0);
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
        model_take(&v.m, 0, v.bytes, SIZE);
        assert_true(strlen(v.m.news.text) < sizeof v.m.news.text);
        for (const char *at = v.m.news.text; *at != '\0'; at++) {
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
    keys_press(&v.m, ' ');
    v.bytes[20] = 99;
    assert_false(model_take(&v.m, 0, v.bytes, SIZE));
    assert_int_equal(v.m.bytes[20], 22);
    keys_press(&v.m, ' '); /* what came meanwhile was recorded, and is shown at once */
    assert_int_equal(v.m.bytes[20], 99);
    assert_false(v.m.frozen);
    assert_int_equal(v.m.glow[20], GRID_GLOW_MAX);
    view_close(&v);
}

/* num becomes 23, 24, ... at 1000, 1100, ... ms; slash changes with every third. */
static void ten_changes(struct view *v)
{
    for (int i = 0; i < 10; i++) {
        v->bytes[20] = (uint8_t)(23 + i);
        v->bytes[24] = (uint8_t)(i % 3 == 2 ? 'a' + i : v->bytes[24]);
        model_tick(&v->m, 1000 + (uint64_t)i * 100);
        model_take(&v->m, 0, v->bytes, SIZE);
    }
    model_tick(&v->m, 5000);
}

static void steps_show_exactly_the_bytes_of_then(void **state)
{
    (void)state;
    struct view v;
    char when[96];
    view_open(&v, SIZE);
    ten_changes(&v);
    model_when(&v.m, when, sizeof when);
    assert_string_equal(when, "");
    for (int i = 8; i >= 0; i--) { /* the first [ shows the picture before the last change */
        keys_press(&v.m, '[');
        assert_true(v.m.frozen);
        assert_int_equal(v.m.bytes[20], 23 + i);
        assert_int_equal(v.m.glow[20], GRID_GLOW_MAX);
        assert_int_equal(v.m.glow[24], i % 3 == 2 ? GRID_GLOW_MAX : 0);
    }
    assert_string_equal(v.m.news.text, "num: 22 -> 23");
    model_when(&v.m, when, sizeof when);
    assert_string_equal(when, "4 s ago, 9 changes back");
    keys_press(&v.m, '[');
    assert_int_equal(v.m.bytes[20], 22);
    assert_string_equal(v.m.news.text, "");
    keys_press(&v.m, '[');
    assert_string_equal(v.m.message, "this is what was seen first");
    v.bytes[20] = 99; /* the world goes on */
    model_take(&v.m, 0, v.bytes, SIZE);
    assert_int_equal(v.m.bytes[20], 22);
    keys_press(&v.m, ']');
    assert_int_equal(v.m.bytes[20], 23);
    keys_press(&v.m, '.');
    assert_false(v.m.frozen);
    assert_int_equal(v.m.bytes[20], 99);
    view_close(&v);
}

static void steps_by_field_skip_other_changes(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    ten_changes(&v);
    model_go(&v.m, 24); /* slash */
    keys_press(&v.m, '{');
    assert_int_equal(v.m.bytes[20], 31); /* its last change itself */
    assert_string_equal(v.m.news.text, "num: 30 -> 31   slash: 'f' -> 'i'");
    keys_press(&v.m, '{');
    assert_int_equal(v.m.bytes[20], 28);
    keys_press(&v.m, '{');
    assert_int_equal(v.m.bytes[20], 25);
    keys_press(&v.m, '{');
    assert_int_equal(v.m.bytes[20], 25);
    assert_string_equal(v.m.message, "slash did not change before");
    keys_press(&v.m, '}');
    assert_int_equal(v.m.bytes[20], 28);
    keys_press(&v.m, '}');
    keys_press(&v.m, '}');
    assert_string_equal(v.m.message, "slash did not change after");
    model_go(&v.m, 700);
    keys_press(&v.m, '{');
    assert_string_equal(v.m.message, "the byte at 0x02bc did not change before");
    view_close(&v);
}

static void a_mark_tells_all_that_changed_since(void **state)
{
    (void)state;
    struct grid_cell cells[64];
    struct view v;
    view_open(&v, SIZE);
    ten_changes(&v);
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[20].marks & GRID_SINCE, 0);
    keys_press(&v.m, 'r');
    v.bytes[32] = '!';
    model_take(&v.m, 0, v.bytes, SIZE);
    model_tick(&v.m, 5001);
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[32].marks, GRID_CHANGED); /* the first level hides the second while it glows */
    model_tick(&v.m, 9000);
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[32].marks, GRID_SINCE);
    assert_int_equal(cells[20].marks, 0);
    keys_press(&v.m, '[');
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[32].marks, 0); /* then, it had not changed yet */
    keys_press(&v.m, '.');
    keys_press(&v.m, 'R');
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[32].marks, 0);
    view_close(&v);
}

static void a_large_segment_is_held_in_a_window(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    struct view v;
    struct grid_cell cells[64];
    size_t first, count;
    view_open(&v, 64);
    assert_int_equal(model_resize(&v.m, sizeof bytes), 0);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i >> 8 ^ i);
    }
    for (size_t cursor = 0; cursor < sizeof bytes; cursor += 4099) {
        model_go(&v.m, cursor);
        model_want(&v.m, &first, &count);
        assert_true(count == MODEL_WINDOW && first <= v.m.top && first + count <= sizeof bytes);
        model_take(&v.m, first, bytes + first, count);
        cells_from(&v.m, v.m.top, cells);
        for (size_t i = 0; i < 64; i++) {
            assert_int_equal(cells[i].byte, bytes[v.m.top + i]);
            assert_int_equal(cells[i].marks & GRID_CHANGED, 0);
        }
        size_t again_first, again_count; /* it stays where it is while that will do */
        model_want(&v.m, &again_first, &again_count);
        assert_true(again_first == first && again_count == count);
    }
    assert_null(model_at(&v.m, 0, 1));
    cells_from(&v.m, 0, cells);
    assert_int_equal(cells[0].role, GRID_UNREADABLE);
    view_close(&v);
}

/* Four printable bytes without a layout are a word, also for a row that shows its end alone. */
static void a_word_that_began_in_the_row_before_is_one(void **state)
{
    (void)state;
    struct view v;
    struct grid_cell cells[64];
    struct layout none = {.count = 0};
    view_open(&v, 64);
    assert_int_equal(model_set_layout(&v.m, &none, ""), 0);
    memset(v.bytes, 0, 64);
    memcpy(v.bytes + 13, "word", 4);
    model_take(&v.m, 0, v.bytes, 64);
    cells_from(&v.m, 16, cells);
    assert_int_equal(cells[0].byte, 'd');
    assert_true(cells[0].text);
    assert_false(cells[1].text);
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
    model_resize(&v.m, sizeof bytes);
    model_want(&v.m, &first, &count);
    model_take(&v.m, first, bytes + first, count);
    bytes[5] = 1;
    model_take(&v.m, first, bytes + first, count);
    model_go(&v.m, 500000);
    model_want(&v.m, &first, &count);
    model_take(&v.m, first, bytes + first, count);
    bytes[500000] = 2;
    model_take(&v.m, first, bytes + first, count);
    keys_press(&v.m, '[');
    assert_int_equal(v.m.cursor, 5);
    assert_int_equal(*model_at(&v.m, 5, 1), 1);
    assert_null(model_at(&v.m, 500000, 1));
    keys_press(&v.m, ']');
    assert_int_equal(v.m.cursor, 500000);
    assert_int_equal(*model_at(&v.m, 500000, 1), 2);
    view_close(&v);
}

static void another_segment_is_not_frozen(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    keys_press(&v.m, ' ');
    assert_int_equal(model_resize(&v.m, SIZE), 0);
    /* Of the frozen picture nothing is left: to stay frozen would show zeros that nobody wrote. */
    assert_true(model_take(&v.m, 0, v.bytes, SIZE));
    assert_int_equal(v.m.bytes[20], 22);
    assert_false(v.m.frozen);
    view_close(&v);
}

static void another_segment_has_no_changes_yet(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    v.bytes[20] = 99;
    model_take(&v.m, 0, v.bytes, SIZE);
    model_tick(&v.m, 1001);
    assert_int_equal(model_resize(&v.m, 512), 0);
    assert_string_equal(v.m.news.text, "");
    model_take(&v.m, 0, v.bytes, SIZE); /* more than it holds */
    model_tick(&v.m, 1002);
    for (size_t i = 0; i < 512; i++) {
        assert_int_equal(v.m.glow[i], 0);
    }
    assert_string_equal(v.m.news.text, "");
    view_close(&v);
}

static void titles_become_printable(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, SIZE);
    assert_int_equal(model_set_layout(&v.m, &v.layout, "a\033]0;x\007b"), 0);
    assert_string_equal(v.m.layout_title, "a\\x1b]0;x\\ab");
    view_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_move_the_cursor),
        cmocka_unit_test(the_last_row_may_be_short),
        cmocka_unit_test(steps_of_any_size_stay_inside),
        cmocka_unit_test(the_cursor_is_always_in_sight),
        cmocka_unit_test(keys_move_over_squeezed_rows),
        cmocka_unit_test(a_large_segment_is_gone_through_squeezed),
        cmocka_unit_test(a_smaller_screen_and_back_shows_the_same),
        cmocka_unit_test(an_empty_segment_takes_every_key),
        cmocka_unit_test(a_smaller_segment_pulls_the_cursor_in),
        cmocka_unit_test(goto_takes_offsets_steps_and_fields),
        cmocka_unit_test(a_field_past_the_end_is_told),
        cmocka_unit_test(find_looks_for_fields_bytes_and_text),
        cmocka_unit_test(paths_lead_to_fields_and_to_what_holds_them),
        cmocka_unit_test(names_are_found_by_a_part_of_them),
        cmocka_unit_test(numbers_and_bytes_say_their_order),
        cmocka_unit_test(a_large_segment_is_searched_in_steps),
        cmocka_unit_test(every_search_ends_where_a_plain_loop_ends),
        cmocka_unit_test(a_long_wish_finds_nothing),
        cmocka_unit_test(a_prompt_takes_a_line),
        cmocka_unit_test(a_prompt_takes_no_more_than_it_holds),
        cmocka_unit_test(n_repeats_the_last_search),
        cmocka_unit_test(switches_switch),
        cmocka_unit_test(every_key_has_its_help_and_none_has_two_meanings),
        cmocka_unit_test(a_change_glows_and_fades_in_a_second),
        cmocka_unit_test(in_a_stream_of_changes_fading_waits_for_the_next_frame),
        cmocka_unit_test(a_tick_says_whether_the_picture_changed),
        cmocka_unit_test(a_new_change_starts_the_glow_anew),
        cmocka_unit_test(news_tell_the_field_and_both_values),
        cmocka_unit_test(news_leave_a_bell_out_that_only_tells_of_others),
        cmocka_unit_test(all_bytes_may_change_at_once),
        cmocka_unit_test(frozen_bytes_stay),
        cmocka_unit_test(steps_show_exactly_the_bytes_of_then),
        cmocka_unit_test(steps_by_field_skip_other_changes),
        cmocka_unit_test(a_mark_tells_all_that_changed_since),
        cmocka_unit_test(a_large_segment_is_held_in_a_window),
        cmocka_unit_test(a_word_that_began_in_the_row_before_is_one),
        cmocka_unit_test(a_step_goes_where_the_change_was),
        cmocka_unit_test(another_segment_is_not_frozen),
        cmocka_unit_test(another_segment_has_no_changes_yet),
        cmocka_unit_test(titles_become_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
