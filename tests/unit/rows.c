/* rows: lines fit their room, tell the bytes that they show, and columns lead back to bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures.h"
#include "rows.h"

static bool power_of_2(int n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

static void lines_fit_their_room_and_use_it(void **state)
{
    (void)state;
    static const int wishes[] = {0, 1, 2, 4, 8, 16, 32, 64};
    static const size_t sizes[] = {0, 1, 1024, 65536, 65537, (size_t)1 << 32};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t w = 0; w < sizeof wishes / sizeof *wishes; w++) {
            for (int cols = 1; cols <= 400; cols++) {
                struct rows_shape shape = rows_fit(cols, wishes[w], 16, sizes[s]);
                int most = wishes[w] > 0 ? wishes[w] : 16;
                assert_true(power_of_2(shape.width) && shape.width <= most);
                bool fits = rows_columns(&shape) <= cols;
                assert_true(fits || (shape.width == 1 && !shape.characters));
                struct rows_shape wider = shape;
                wider.characters = true;
                wider.width *= 2;
                if (wider.width <= most) {
                    assert_true(rows_columns(&wider) > cols);
                }
                wider.width = shape.width;
                assert_true(shape.characters || rows_columns(&wider) > cols);
            }
        }
    }
}

static void offsets_have_room_for_the_last_byte(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        int digits;
    } rows[] = {{0, 4}, {1, 4}, {0x10000, 4}, {0x10001, 5}, {0x100000, 5}, {0x100001, 6}, {SIZE_MAX, 16}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(rows_fit(80, 0, 16, rows[i].size).digits, rows[i].digits);
    }
}

static void a_column_leads_back_to_its_byte(void **state)
{
    (void)state;
    for (int width = 1; width <= 64; width *= 2) {
        for (int characters = 0; characters < 2; characters++) {
            const struct rows_shape shape = {.width = width, .digits = 4, .characters = characters};
            int found = 0;
            for (int i = 0; i < width; i++) {
                int hex = rows_hex_column(&shape, i);
                assert_int_equal(rows_byte_at(&shape, hex), i);
                assert_int_equal(rows_byte_at(&shape, hex + 1), i);
                assert_true(hex + 1 < rows_columns(&shape));
                if (characters) {
                    assert_int_equal(rows_byte_at(&shape, rows_character_column(&shape, i)), i);
                    assert_true(rows_character_column(&shape, i) < rows_columns(&shape));
                }
            }
            for (int x = -3; x < rows_columns(&shape) + 3; x++) {
                found += rows_byte_at(&shape, x) >= 0;
            }
            assert_int_equal(found, width * (characters ? 3 : 2)); /* and nothing else leads to one */
        }
    }
}

/* Draws 64 bytes with the message's layout. The caller frees the text. */
static char *drawn(const struct theme *t, size_t cursor, const uint8_t bytes[64], struct rows_shape shape)
{
    struct layout l = layout_of(MESSAGE_TEXT);
    struct grid_cell cells[64];
    struct canvas c;
    char *text = NULL;
    size_t size;
    const struct grid_input in = {.layout = &l, .segment_size = 60, .bytes = bytes, .readable = 60, .cursor = cursor};
    grid_fill(&in, cells, 64);
    assert_int_equal(canvas_init(&c, 1 + 64 / shape.width, 90, t->utf8), 0);
    rows_header(&c, 0, 0, t, &shape, cursor);
    rows_draw(&c, 1, 0, t, &shape, 0, cells, 64);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    canvas_text(&c, out);
    fclose(out);
    canvas_free(&c);
    layout_free(&l);
    return text;
}

/* Else two fields of one kind would run together where both have marks. */
static void a_sign_in_the_place_of_a_bar_is_told_from_others(void **state)
{
    (void)state;
    for (int colour = 0; colour < 2; colour++) {
        const struct theme t = {.colour = colour == 1};
        for (size_t i = 0; i < theme_mark_count; i++) {
            struct grid_cell cell = {.role = GRID_FIELD, .marks = (uint8_t)theme_marks[i].mark, .glow = 1, .colour = 6};
            struct style inside, start;
            theme_lead(&t, &cell, &inside);
            cell.starts = true;
            const char *sign = theme_lead(&t, &cell, &start);
            bool once = theme_marks[i].mark == GRID_SELECTED || theme_marks[i].mark == GRID_MISALIGNED;
            assert_string_equal(sign, theme_sign(&t, theme_marks[i].sign));
            assert_true(once || ((start.attr ^ inside.attr) & STYLE_REVERSE) != 0);
            assert_int_equal(start.colour, inside.colour);
        }
    }
}

static void lines_show_offset_bytes_edges_and_characters(void **state)
{
    (void)state;
    const struct theme ascii = {.colour = false};
    const struct rows_shape shape = {.width = 16, .digits = 4, .characters = true};
    uint8_t bytes[64] = {0};
    message_bytes(bytes);
    bytes[25] = 1; /* stale */
    char *text = drawn(&ascii, 20, bytes, shape);
    assert_string_equal(text, "       0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f\n"
                              "0000=|50 49 20 69 73 20 64 65  66 69 6e 65 64 20 61 73  PI is defined as\n"
                              "0010  3a 20 00~00[16]00 00 00 |2f!01~00~00|07 00 00 00  : ....../.......\n"
                              "0020 |3d|3d~00~00~00~00~00~00 |49 92 24 49 92 24 09 40  ==......I.$I.$.@\n"
                              "0030 |67 6f 6f 64 62 79 65 00  00 00 00 00              goodbye.....\n");
    free(text);
}

static void every_byte_is_shown_in_hex_and_as_a_harmless_character(void **state)
{
    (void)state;
    const struct theme utf8 = {.utf8 = true};
    const struct rows_shape shape = {.width = 8, .digits = 4, .characters = true};
    for (int start = 0; start < 256; start += 32) {
        uint8_t bytes[64];
        for (int i = 0; i < 64; i++) {
            bytes[i] = (uint8_t)(start + i);
        }
        char *text = drawn(&utf8, SIZE_MAX, bytes, shape), *line = text;
        for (int i = 0; i < 60; i++) {
            char hex[3];
            if (i % 8 == 0) {
                line = strchr(line, '\n') + 1;
            }
            snprintf(hex, sizeof hex, "%02x", bytes[i]);
            assert_non_null(strstr(line, hex));
        }
        for (const char *at = text; *at != '\0'; at++) {
            assert_true((unsigned char)*at >= 0x20 || *at == '\n');
            assert_true(*at != 0x7f);
        }
        free(text);
    }
}

static void cache_lines_and_pages_have_their_edges(void **state)
{
    (void)state;
    const struct theme ascii = {.colour = false};
    struct grid_cell cells[8 * 64];
    memset(cells, 0, sizeof cells);
    for (int width = 8; width <= 64; width *= 2) {
        const struct rows_shape shape = {.width = width, .digits = 5};
        size_t rows = 512 / (size_t)width;
        struct canvas c;
        assert_int_equal(canvas_init(&c, (int)rows, 300, false), 0);
        rows_draw(&c, 0, 0, &ascii, &shape, 0x10f00, cells, 512);
        for (size_t row = 0; row < rows; row++) {
            size_t offset = 0x10f00 + row * (size_t)width;
            char wanted[] = {offset == 0x11000 ? '=' : offset % 64 == 0 ? '-' : ' ', '\0'};
            assert_string_equal(canvas_at(&c, (int)row, 5)->text, wanted);
        }
        canvas_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_fit_their_room_and_use_it),
        cmocka_unit_test(offsets_have_room_for_the_last_byte),
        cmocka_unit_test(a_column_leads_back_to_its_byte),
        cmocka_unit_test(a_sign_in_the_place_of_a_bar_is_told_from_others),
        cmocka_unit_test(lines_show_offset_bytes_edges_and_characters),
        cmocka_unit_test(cache_lines_and_pages_have_their_edges),
        cmocka_unit_test(every_byte_is_shown_in_hex_and_as_a_harmless_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
