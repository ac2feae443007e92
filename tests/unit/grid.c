/* grid: which role, marks and colour each byte gets; and that it is a pure function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid.h"
#include "pictures.h"
#include "theme.h"

#define SIZE 64

/* A segment of SIZE bytes with a layout over it. */
struct picture {
    struct layout layout;
    uint8_t bytes[SIZE], glow[SIZE];
    struct grid_input in;
    struct grid_cell cells[SIZE + 16];
};

static void picture_open(struct picture *p, const char *layout)
{
    memset(p, 0, sizeof *p);
    p->layout = layout_of(layout);
    p->in = (struct grid_input){
        .layout = &p->layout, .segment_size = SIZE, .bytes = p->bytes, .readable = SIZE, .cursor = SIZE_MAX};
}

static void picture_take(struct picture *p)
{
    memset(p->cells, 0x5a, sizeof p->cells);
    grid_fill(&p->in, p->cells, SIZE + 16);
}

static void picture_close(struct picture *p)
{
    layout_free(&p->layout);
}

static void message_open(struct picture *p)
{
    picture_open(p, MESSAGE_TEXT);
    message_bytes(p->bytes);
}

/* One letter for each byte's role. */
static void assert_roles(const struct picture *p, const char *expected)
{
    char roles[SIZE + 17] = "";
    for (size_t i = 0; i < SIZE + 16; i++) {
        roles[i] = "fpt-x?"[p->cells[i].role];
    }
    assert_string_equal(roles, expected);
}

static void assert_marked(const struct picture *p, unsigned mark, size_t first, size_t end)
{
    for (size_t i = 0; i < SIZE + 16; i++) {
        bool marked = (p->cells[i].marks & mark) != 0, wanted = i >= first && i < end;
        if (marked != wanted) {
            fail_msg("byte %zu is %smarked with %u", i, marked ? "" : "not ", mark);
        }
    }
}

static void each_byte_has_its_role(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    picture_take(&p);
    assert_roles(&p, "fffffffffffffffffffpfffffpppffffffppppppffffffffffffffff--------xxxxxxxxxxxxxxxx");
    picture_close(&p);
    picture_open(&p, "shmlab layout 1\nstruct p {\ndouble d\nchar c\n}\n");
    picture_take(&p);
    assert_roles(&p, "fffffffffttttttt------------------------------------------------xxxxxxxxxxxxxxxx");
    picture_close(&p);
}

static void without_a_layout_all_is_free(void **state)
{
    (void)state;
    struct picture p;
    memset(&p, 0, sizeof p);
    p.in =
        (struct grid_input){.layout = &p.layout, .segment_size = SIZE, .bytes = p.bytes, .readable = SIZE, .cursor = 3};
    picture_take(&p);
    assert_roles(&p, "----------------------------------------------------------------xxxxxxxxxxxxxxxx");
    assert_marked(&p, GRID_SELECTED, 3, 4);
    assert_marked(&p, GRID_FOCUS, 0, 0);
    assert_int_equal(p.cells[0].leaf, LAYOUT_NO_LEAF);
    assert_false(p.cells[0].starts);
}

static void what_cannot_be_read_is_not_shown(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    p.in.readable = 21;
    p.bytes[26] = 7;
    picture_take(&p);
    assert_roles(&p, "fffffffffffffffffffpf???????????????????????????????????????????xxxxxxxxxxxxxxxx");
    assert_int_equal(p.cells[20].byte, 22);
    assert_int_equal(p.cells[26].byte, 0);
    assert_marked(&p, GRID_STALE, 0, 0);
    p.in.bytes = NULL;
    picture_take(&p);
    assert_roles(&p, "????????????????????????????????????????????????????????????????xxxxxxxxxxxxxxxx");
    picture_close(&p);
}

/* m at 6 is misaligned, but n has its first two bytes: the rest, at 8, is at a good address. */
static void misalignment_is_shown_at_the_field_s_address_and_nowhere_else(void **state)
{
    (void)state;
    struct picture p;
    picture_open(&p, "shmlab layout 1\nstruct bad {\n4 int n\n6 int m\n}\n");
    picture_take(&p);
    assert_marked(&p, GRID_MISALIGNED, 8, 10);
    assert_true(p.cells[8].starts && p.cells[8].resumes && theme_mark_of(&p.cells[8]) == NULL);
    picture_close(&p);
    picture_open(&p, "shmlab layout 1\nstruct bad {\n13 short s\n}\n");
    picture_take(&p);
    assert_false(p.cells[13].resumes);
    assert_int_equal(theme_mark_of(&p.cells[13])->mark, GRID_MISALIGNED);
    assert_null(theme_mark_of(&p.cells[14]));
    picture_close(&p);
}

static void padding_is_marked_as_that_of_the_next_field(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    picture_take(&p);
    size_t num = layout_leaf_find(&p.layout, "num"), ratio = layout_leaf_find(&p.layout, "ratio");
    assert_int_equal(p.cells[19].leaf, num);
    assert_int_equal(p.cells[19].colour, p.cells[20].colour);
    assert_int_equal(p.cells[19].family, GRID_INTEGER);
    for (size_t i = 34; i < 40; i++) {
        assert_int_equal(p.cells[i].leaf, ratio);
        assert_int_equal(p.cells[i].colour, p.cells[40].colour);
        assert_int_equal(p.cells[i].family, GRID_REAL);
    }
    picture_close(&p);
}

static void stale_padding_is_a_finding(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    p.bytes[26] = 0xee;
    p.bytes[60] = 0xee; /* free: nobody's business */
    picture_take(&p);
    assert_marked(&p, GRID_STALE, 26, 27);
    picture_close(&p);
    picture_open(&p, "shmlab layout 1\nstruct p {\ndouble d\nchar c\n}\n");
    p.bytes[9] = 1;
    picture_take(&p);
    assert_marked(&p, GRID_STALE, 9, 10);
    picture_close(&p);
}

static void the_cursor_selects_a_byte_and_focuses_its_field(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    p.in.cursor = 21;
    picture_take(&p);
    assert_marked(&p, GRID_SELECTED, 21, 22);
    assert_marked(&p, GRID_FOCUS, 19, 24); /* num with the padding that it made */
    p.in.cursor = 29;
    picture_take(&p);
    assert_marked(&p, GRID_SELECTED, 29, 30);
    assert_marked(&p, GRID_FOCUS, 25, 32);
    p.in.cursor = 60;
    picture_take(&p);
    assert_marked(&p, GRID_SELECTED, 60, 61);
    assert_marked(&p, GRID_FOCUS, 0, 0);
    p.in.cursor = SIZE; /* past the end nothing can be selected */
    picture_take(&p);
    assert_marked(&p, GRID_SELECTED | GRID_FOCUS, 0, 0);
    picture_close(&p);
}

static void a_change_glows_in_its_byte_alone(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    p.in.glow = p.glow;
    p.glow[20] = 3;
    picture_take(&p);
    assert_marked(&p, GRID_CHANGED, 20, 21);
    assert_int_equal(p.cells[20].glow, 3);
    assert_int_equal(p.cells[21].glow, 0);
    p.glow[20] = 1;
    picture_take(&p);
    assert_int_equal(p.cells[20].glow, 1);
    p.in.glow = NULL;
    picture_take(&p);
    assert_marked(&p, GRID_CHANGED, 0, 0);
    picture_close(&p);
}

static void a_byte_that_was_not_expected_is_marked(void **state)
{
    (void)state;
    struct picture p;
    uint8_t expected[SIZE];
    message_open(&p);
    memcpy(expected, p.bytes, SIZE);
    expected[20] = 21;
    expected[63] = 1;
    p.in.expected = expected;
    p.in.expected_size = 63; /* the last byte is nobody's expectation */
    picture_take(&p);
    assert_marked(&p, GRID_DIFFERS, 20, 21);
    picture_close(&p);
}

static void overlap_and_misalignment_are_marked(void **state)
{
    (void)state;
    struct picture p;
    picture_open(&p, "shmlab layout 1\nint a\n2 int b\n8 int c\n");
    picture_take(&p);
    assert_marked(&p, GRID_OVERLAP, 2, 4);
    assert_marked(&p, GRID_MISALIGNED, 4, 6); /* what shows of b */
    picture_close(&p);
    picture_open(&p, "shmlab layout 1\nstruct m (packed) {\nchar c\ndouble d\nint i\n}\n");
    picture_take(&p);
    assert_marked(&p, GRID_OVERLAP, 0, 0);
    assert_marked(&p, GRID_MISALIGNED, 1, 13);
    picture_close(&p);
    /* A union's members share their bytes on purpose. */
    picture_open(&p, "shmlab layout 1\nunion u {\nint i\ndouble d\n}\n");
    picture_take(&p);
    assert_marked(&p, GRID_OVERLAP | GRID_MISALIGNED, 0, 0);
    picture_close(&p);
}

static void assert_starts(const struct picture *p, const char *expected)
{
    char starts[SIZE + 1] = "";
    for (size_t i = 0; i < strlen(expected); i++) {
        assert_false(p->cells[i].starts && p->cells[i].element);
        starts[i] = p->cells[i].starts ? '|' : p->cells[i].element ? ':' : '.';
    }
    assert_string_equal(starts, expected);
}

static void fields_and_elements_mark_their_start(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    picture_take(&p);
    assert_starts(&p, "|..................||...||..|...|||.....|.......|.......");
    picture_close(&p);
    picture_open(&p, "shmlab layout 1\nstruct a {\nchar tag\nshort[3] s\nchar[4] text\n"
                     "struct e x[2] {\nchar c\nint n\n}\n}\n");
    picture_take(&p);
    assert_starts(&p, "||"
                      "|.:.:."
                      "|..."
                      "||..|..."
                      "||..|..."
                      "........");
    picture_close(&p);
}

/* Without what lies between the members. */
static bool same_cell(const struct grid_cell *a, const struct grid_cell *b)
{
    return a->byte == b->byte && a->role == b->role && a->marks == b->marks && a->family == b->family &&
           a->colour == b->colour && a->glow == b->glow && a->starts == b->starts && a->element == b->element &&
           a->leaf == b->leaf && a->text == b->text;
}

static void a_window_may_start_in_the_middle_of_a_field(void **state)
{
    (void)state;
    struct picture p;
    struct grid_cell window[8];
    message_open(&p);
    p.in.cursor = 21;
    picture_take(&p);
    p.in.first = 18;
    p.in.bytes = p.bytes + 18;
    p.in.readable = SIZE - 18;
    grid_fill(&p.in, window, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(same_cell(&window[i], &p.cells[18 + i]));
    }
    assert_false(window[0].starts); /* intro started long before */
    assert_true(window[1].starts && window[1].role == GRID_PADDING);
    assert_true(window[2].starts && window[2].role == GRID_FIELD);
    picture_close(&p);
}

static void cells_on_both_sides_of_a_window_are_unreadable(void **state)
{
    (void)state;
    struct picture p;
    struct grid_cell cells[56];
    message_open(&p);
    p.in.cursor = 50;
    picture_take(&p);
    p.in.first = 10;
    p.in.bytes = p.bytes + 10;
    p.in.readable = 30;
    grid_cells(&p.in, 4, cells, 56);
    for (size_t i = 0; i < 56; i++) {
        bool known = 4 + i >= 10 && 4 + i < 40;
        assert_true(known ? same_cell(&cells[i], &p.cells[4 + i]) : cells[i].role == GRID_UNREADABLE);
        assert_true((cells[i].marks & GRID_SELECTED) == (4 + i == 50 ? GRID_SELECTED : 0));
    }
    grid_cells(&p.in, 20, cells, 8); /* all of them are known */
    for (size_t i = 0; i < 8; i++) {
        assert_true(same_cell(&cells[i], &p.cells[20 + i]));
    }
    picture_close(&p);
}

static void a_field_past_the_end_is_out_of_reach(void **state)
{
    (void)state;
    struct picture p;
    message_open(&p);
    p.in.segment_size = p.in.readable = 44; /* in the midst of ratio */
    p.in.cursor = 43;
    picture_take(&p);
    assert_roles(&p, "fffffffffffffffffffpfffffpppffffffppppppffffxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    assert_marked(&p, GRID_FOCUS, 34, 44);
    picture_close(&p);
}

/* ---- many layouts ---- */

struct big {
    struct layout layout;
    char *text;
    size_t size;
    uint8_t *bytes, *glow;
    struct grid_cell *cells;
    struct grid_input in;
};

static void big_open(struct big *b, uint64_t *random, bool unions)
{
    random_layout(random, unions, &b->layout, &b->text);
    b->size = layout_size(&b->layout) + random_below(random, 20);
    b->bytes = calloc(b->size + 1, 1);
    b->glow = calloc(b->size + 1, 1);
    b->cells = calloc(b->size + 1, sizeof *b->cells);
    assert_true(b->bytes != NULL && b->glow != NULL && b->cells != NULL);
    for (size_t i = 0; i < b->size; i++) {
        b->bytes[i] = (uint8_t)random_below(random, 4);
        b->glow[i] = (uint8_t)(random_below(random, 8) / 5);
    }
    b->in = (struct grid_input){.layout = &b->layout,
                                .segment_size = b->size,
                                .bytes = b->bytes,
                                .readable = b->size,
                                .glow = b->glow,
                                .cursor = random_below(random, (unsigned)b->size)};
    grid_fill(&b->in, b->cells, b->size);
}

static void big_close(struct big *b)
{
    layout_free(&b->layout);
    free(b->text);
    free(b->bytes);
    free(b->glow);
    free(b->cells);
}

/* So neighbours of one kind differ by the bar. */
static void a_colour_says_the_kind_and_each_field_starts_with_a_bar(void **state)
{
    (void)state;
    uint64_t random = 1;
    size_t neighbours = 0;
    for (int i = 0; i < 500; i++) {
        struct big b;
        big_open(&b, &random, i % 2 == 1);
        for (size_t at = 0; at < b.size; at++) {
            const struct grid_cell *now = &b.cells[at], *before = at > 0 ? now - 1 : NULL;
            struct layout_leaf leaf;
            if (now->role != GRID_FIELD) {
                continue;
            }
            assert_true(layout_leaf_get(&b.layout, now->leaf, &leaf));
            assert_int_equal(now->family, grid_family(leaf.node));
            assert_int_equal(now->colour, grid_colour(NULL, grid_family(leaf.node)));
            bool other = before == NULL || before->role != GRID_FIELD || before->leaf != now->leaf;
            assert_int_equal(now->starts, other);
            neighbours += other && before != NULL && before->role == GRID_FIELD && before->colour == now->colour;
        }
        big_close(&b);
    }
    assert_true(neighbours > 100);
}

static void each_kind_has_its_own_colour(void **state)
{
    (void)state;
    for (unsigned one = 0; one < GRID_FAMILIES; one++) {
        for (unsigned two = 0; two < one; two++) {
            assert_int_not_equal(grid_colour(NULL, (enum grid_family)one), grid_colour(NULL, (enum grid_family)two));
        }
    }
}

static void padding_looks_like_its_field_everywhere(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int i = 0; i < 300; i++) {
        struct big b;
        big_open(&b, &random, false);
        for (size_t at = 0; at < b.size; at++) {
            struct layout_leaf leaf;
            if (b.cells[at].role != GRID_PADDING && b.cells[at].role != GRID_TAIL) {
                continue;
            }
            assert_true(layout_leaf_get(&b.layout, b.cells[at].leaf, &leaf));
            assert_int_equal(b.cells[at].colour, b.cells[leaf.offset].colour);
            assert_int_equal(b.cells[at].family, grid_family(leaf.node));
        }
        big_close(&b);
    }
}

static void a_window_is_a_slice_of_the_whole(void **state)
{
    (void)state;
    uint64_t random = 4;
    for (int i = 0; i < 1000; i++) {
        struct big b;
        big_open(&b, &random, true);
        size_t first = random_below(&random, (unsigned)b.size);
        size_t count = 1 + random_below(&random, (unsigned)(b.size - first));
        struct grid_input in = b.in;
        struct grid_cell *cells = calloc(count, sizeof *cells);
        assert_non_null(cells);
        in.first = first;
        in.bytes += first;
        in.glow += first;
        in.readable -= first;
        in.before = first;
        uint8_t *bytes_before = malloc(b.size);
        assert_non_null(bytes_before);
        memcpy(bytes_before, b.bytes, b.size);
        for (int twice = 0; twice < 2; twice++) {
            grid_fill(&in, cells, count);
            for (size_t k = 0; k < count; k++) {
                if (!same_cell(&cells[k], &b.cells[first + k])) {
                    fail_msg("byte %zu of the window from %zu on:\n%s", k, first, b.text);
                }
            }
        }
        assert_memory_equal(b.bytes, bytes_before, b.size);
        free(bytes_before);
        free(cells);
        big_close(&b);
    }
}

/* ---- words ---- */

/* One letter for each byte: T where it reads as text. */
static void assert_texts(const struct grid_input *in, const char *wanted)
{
    struct grid_cell cells[SIZE];
    char got[SIZE + 1] = "";
    size_t count = strlen(wanted);
    grid_fill(in, cells, count);
    for (size_t i = 0; i < count; i++) {
        got[i] = cells[i].text ? 'T' : '-';
        assert_true(!cells[i].text || cells[i].colour == grid_colour(NULL, GRID_TEXT));
    }
    assert_string_equal(got, wanted);
}

static void strings_in_free_bytes_are_marked(void **state)
{
    (void)state;
    struct picture p;
    picture_open(&p, "shmlab layout 1\nstruct r {\nchar[4] name\nint n\n}\n");
    memcpy(p.bytes,
           "abcdefghijk\0abc\0\x7f"
           "a~ z\x80    ",
           26);
    assert_texts(&p.in, "-----------------TTTT---------");
    memcpy(p.bytes + 8, "ijkl", 4); /* its 8 bytes before are fields' */
    assert_texts(&p.in, "--------TTTTTTT--TTTT---------");
    p.in.readable = 11;
    assert_texts(&p.in, "-----------------");
    p.in.readable = SIZE;
    p.in.segment_size = 20;
    assert_texts(&p.in, "--------TTTTTTT---------------");
    picture_close(&p);
}

static void strings_continue_past_the_edges_of_the_window(void **state)
{
    (void)state;
    static const struct layout none;
    uint8_t bytes[32] = "\0\0hello there\0\0wordswordswords";
    for (size_t first = 0; first < 12; first++) {
        for (size_t count = 1; first + count <= 20; count++) {
            struct grid_input in = {.layout = &none,
                                    .segment_size = 32,
                                    .first = first,
                                    .bytes = bytes + first,
                                    .readable = 32 - first,
                                    .before = first,
                                    .cursor = SIZE_MAX};
            char wanted[33] = "--TTTTTTTTTTT--TTTTTTTTTTTTTTT--";
            wanted[first + count] = '\0';
            assert_texts(&in, wanted + first);
        }
    }
    struct grid_input in = {
        .layout = &none, .segment_size = 32, .first = 11, .bytes = bytes + 11, .readable = 21, .cursor = SIZE_MAX};
    assert_texts(&in, "----TTTT"); /* what can't be read tells nothing */
    in.readable = 6;
    assert_texts(&in, "--------");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_in_free_bytes_are_marked),
        cmocka_unit_test(strings_continue_past_the_edges_of_the_window),
        cmocka_unit_test(each_byte_has_its_role),
        cmocka_unit_test(without_a_layout_all_is_free),
        cmocka_unit_test(what_cannot_be_read_is_not_shown),
        cmocka_unit_test(misalignment_is_shown_at_the_field_s_address_and_nowhere_else),
        cmocka_unit_test(padding_is_marked_as_that_of_the_next_field),
        cmocka_unit_test(stale_padding_is_a_finding),
        cmocka_unit_test(the_cursor_selects_a_byte_and_focuses_its_field),
        cmocka_unit_test(a_change_glows_in_its_byte_alone),
        cmocka_unit_test(a_byte_that_was_not_expected_is_marked),
        cmocka_unit_test(overlap_and_misalignment_are_marked),
        cmocka_unit_test(fields_and_elements_mark_their_start),
        cmocka_unit_test(cells_on_both_sides_of_a_window_are_unreadable),
        cmocka_unit_test(a_window_may_start_in_the_middle_of_a_field),
        cmocka_unit_test(a_field_past_the_end_is_out_of_reach),
        cmocka_unit_test(a_colour_says_the_kind_and_each_field_starts_with_a_bar),
        cmocka_unit_test(each_kind_has_its_own_colour),
        cmocka_unit_test(padding_looks_like_its_field_everywhere),
        cmocka_unit_test(a_window_is_a_slice_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
