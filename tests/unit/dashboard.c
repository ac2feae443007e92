/* dashboard: at every size of the screen all parts stand inside it and beside each other, and drawing is harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures.h"
#include "viewer/dashboard.h"

static const char nested[] = "shmlab layout 1\nstruct r {\nchar[19] intro\n"
                             "struct slot slots[300] {\nchar tag\nint n\n}\ndouble d\n}\n";

struct view {
    struct layout layout;
    struct state s;
    struct source source;
    uint8_t *bytes;
};

static void view_open(struct view *v, const char *layout, size_t size)
{
    memset(v, 0, sizeof *v);
    v->layout = layout != NULL ? layout_of(layout) : (struct layout){.count = 0};
    state_init(&v->s);
    state_resize(&v->s, size);
    state_set_layout(&v->s, &v->layout, "struct x, from a program with a name");
    v->bytes = calloc(size + 64, 1);
    assert_non_null(v->bytes);
    message_bytes(v->bytes);
    cursor_shape(&v->s.cursor, &v->s.window, 16, 10);
    history_tick(&v->s.history, &v->s.window, 1000);
    history_take(&v->s.history, &v->s.window, 0, v->bytes, size);
    v->source = (struct source){.spec.kind = &source_segment,
                                .state = SOURCE_LIVE,
                                .attached_before = true,
                                .key = 0x0f20074e,
                                .creator_runs = true,
                                .creator_name = "shm-server",
                                .owner = "somebody"};
    v->source.stat = (struct segment_stat){.id = 98332, .mode = 0600, .attached = 2, .creator_pid = 4121};
}

static void view_close(struct view *v)
{
    state_free(&v->s);
    layout_free(&v->layout);
    free(v->bytes);
}

/* ---- planning ---- */

static bool inside(struct rect r, int rows, int cols)
{
    return r.row >= 0 && r.col >= 0 && r.cols >= 0 && r.row + r.rows <= rows && r.col + r.cols <= cols;
}

static bool apart(struct rect a, struct rect b)
{
    return a.row + a.rows <= b.row || b.row + b.rows <= a.row || a.col + a.cols <= b.col || b.col + b.cols <= a.col;
}

static void assert_plan(const struct state *s, int rows, int cols)
{
    struct dashboard d = dashboard_plan(s, rows, cols);
    const struct rect lines[] = {
        {0, 0, 1, cols},                       /* title */
        {rows - 1, 0, rows > 1 ? 1 : 0, cols}, /* status */
        {d.divider, 0, d.divider >= 0 ? 1 : 0, d.divider_cols},
        {d.inspector_rule, d.wall_col + 1, d.inspector_rule >= 0 ? 1 : 0, cols - d.wall_col - 1},
        {d.map_rule, d.wall_col + 1, d.map_rule >= 0 ? 1 : 0, cols - d.wall_col - 1},
        {d.wall_row, d.wall_col, d.wall_rows, 1},
        {d.grid.row - 1, d.grid.col, d.header ? 1 : 0, d.grid.cols},
        {d.attached_rule, d.attached.col, d.attached_rule >= 0 ? 1 : 0, d.attached.cols},
        d.grid,
        d.fields,
        d.inspector,
        d.map,
        d.attached,
    };
    const size_t count = sizeof lines / sizeof *lines;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].rows < 0) {
            fail_msg("%dx%d: part %zu has %d rows", cols, rows, i, lines[i].rows);
        }
        if (lines[i].rows > 0 && !inside(lines[i], rows, cols)) {
            fail_msg("%dx%d: part %zu stands outside", cols, rows, i);
        }
        for (size_t k = i + 1; k < count; k++) {
            if (lines[i].rows > 0 && lines[k].rows > 0 && !apart(lines[i], lines[k])) {
                fail_msg("%dx%d: parts %zu and %zu overlap", cols, rows, i, k);
            }
        }
    }
    /* From 20x6 on bytes are seen. */
    assert_true(rows < 6 || cols < 20 || s->window.size == 0 || d.grid.rows >= 2);
}

static void all_parts_are_inside_and_apart(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 56, 1024, (size_t)1 << 20};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int l = 0; l < 2; l++) {
            struct view v;
            view_open(&v, l == 0 ? MESSAGE_TEXT : nested, sizes[s]);
            for (int want = 0; want <= 64; want += 32) {
                v.s.cursor.want_width = want;
                v.s.attached_known = want != 32;
                for (int rows = 1; rows <= 200; rows += rows < 70 ? 1 : 7) {
                    for (int cols = 1; cols <= 500; cols += cols < 140 ? 2 : 11) {
                        assert_plan(&v.s, rows, cols);
                    }
                }
            }
            view_close(&v);
        }
    }
}

static void below_a_small_segment_no_row_is_left_empty(void **state)
{
    (void)state;
    static const int rows[] = {11, 24, 60};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct view v;
        view_open(&v, MESSAGE_TEXT, 56);
        struct dashboard d = dashboard_plan(&v.s, rows[i], 80);
        assert_int_equal(d.shape.width, 16);
        assert_int_equal(d.grid.rows, 4);
        assert_int_equal(d.divider, d.grid.row + 4);
        assert_int_equal(d.fields.row + d.fields.rows, rows[i] - 1);
        view_close(&v);
    }
}

/* ---- drawing ---- */

static char *drawn(struct view *v, const struct theme *t, int rows, int cols)
{
    struct canvas c;
    char *text = NULL;
    size_t size;
    assert_int_equal(canvas_init(&c, rows, cols, t->utf8), 0);
    struct dashboard d = dashboard_plan(&v->s, rows, cols);
    cursor_shape(&v->s.cursor, &v->s.window, d.shape.width, d.grid.rows);
    dashboard_draw(&c, t, &d, &v->s, &v->source);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    (t->colour ? canvas_ansi : canvas_text)(&c, out);
    fclose(out);
    canvas_free(&c);
    return text;
}

static const struct theme themes[] = {
    {.colour = false, .utf8 = false, .braille = false},
    {.colour = true, .utf8 = true, .braille = true},
    {.colour = true, .utf8 = false, .braille = false},
};

static void assert_harmless(const char *text, const struct theme *t)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool escape = t->colour && at[0] == '\033' && at[1] == '[';
        if (!escape && *at != '\n' && (*at < 0x20 || *at == 0x7f || (*at > 0x7f && !t->utf8))) {
            fail_msg("byte %02x came out", *at);
        }
    }
}

static void draw_everywhere(struct view *v, uint64_t *random)
{
    static const struct {
        int rows, cols;
    } sizes[] = {{24, 80}, {30, 100}, {60, 200}, {6, 20}, {1, 1}, {2, 2}, {200, 500}, {3, 500}, {200, 3}};
    for (size_t i = 0; i < 18; i++) {
        const struct theme *t = &themes[i % 3];
        bool random_size = i >= sizeof sizes / sizeof *sizes;
        int rows = random_size ? 1 + (int)random_below(random, 70) : sizes[i].rows;
        int cols = random_size ? 1 + (int)random_below(random, 210) : sizes[i].cols;
        v->s.list = i % 7 == 0 ? LIST_HELP : LIST_NONE;
        v->s.list_top = i;
        v->s.cursor.prompt = i % 5 == 0 ? ':' : 0;
        memset(v->s.cursor.typed, 'x', i);
        v->s.cursor.typed[i] = '\0';
        v->s.history.frozen = i % 4 == 0;
        v->s.cursor.want_width = i % 3 == 0 ? 1 << random_below(random, 7) : 0;
        cursor_go(&v->s.cursor, &v->s.window, random_below(random, (unsigned)v->s.window.size + 3));
        char *text = drawn(v, t, rows, cols);
        assert_harmless(text, t);
        free(text);
    }
}

static void any_picture_draws_at_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 44, 1024, 20000};
    uint64_t random = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int l = 0; l < 3; l++) {
            struct view v;
            view_open(&v, l == 0 ? NULL : l == 1 ? MESSAGE_TEXT : nested, sizes[s]);
            for (size_t i = 0; i < sizes[s]; i++) {
                v.bytes[i] = (uint8_t)random_next(&random);
            }
            history_take(&v.s.history, &v.s.window, 0, v.bytes, sizes[s]);
            history_tick(&v.s.history, &v.s.window, 1100);
            draw_everywhere(&v, &random);
            view_close(&v);
        }
    }
}

/* The map of 1 GiB: rows are told in M, and only what the window holds is looked at. */
static void a_map_of_a_gibibyte_shows_where_its_rows_start(void **state)
{
    (void)state;
    static const struct theme plain = {.utf8 = false};
    struct view v;
    size_t first, count;
    view_open(&v, NULL, 1024);
    state_resize(&v.s, (size_t)1 << 30);
    cursor_go(&v.s.cursor, &v.s.window, (size_t)300 << 20);
    state_want(&v.s, &first, &count);
    uint8_t *bytes = calloc(count, 1);
    history_take(&v.s.history, &v.s.window, first, bytes, count);
    free(bytes);
    char *text = drawn(&v, &plain, 30, 100);
    static const char *const rows[] = {"|   0", "|256M", "|512M", "|768M"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_non_null(strstr(text, rows[i]));
    }
    assert_non_null(strstr(text, "12c00000=[00]"));
    free(text);
    view_close(&v);
}

static void every_state_of_a_source_draws(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (int s = SOURCE_LIVE; s <= SOURCE_GONE; s++) {
        for (int size = 0; size <= 1024; size += 1024) {
            struct view v;
            view_open(&v, MESSAGE_TEXT, (size_t)size);
            v.source.state = (enum source_state)s;
            memset(v.source.line, 'w', sizeof v.source.line - 1);
            memset(v.source.creator_name, 'n', sizeof v.source.creator_name - 1);
            memset(v.source.owner, 'o', sizeof v.source.owner - 1);
            v.source.creator_runs = s % 2 == 0;
            v.source.attached_before = s % 3 == 0;
            draw_everywhere(&v, &random);
            view_close(&v);
        }
    }
}

static void random_layouts_draw(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int i = 0; i < 25; i++) {
        struct view v;
        struct layout l;
        char *text;
        random_layout(&random, true, &l, &text);
        view_open(&v, text, layout_size(&l) > 9 ? layout_size(&l) - random_below(&random, 9) : 64);
        draw_everywhere(&v, &random);
        view_close(&v);
        layout_free(&l);
        free(text);
    }
}

static void a_screen_says_what_is_where(void **state)
{
    (void)state;
    struct view v;
    view_open(&v, MESSAGE_TEXT, 1024);
    cursor_go(&v.s.cursor, &v.s.window, 21);
    char *text = drawn(&v, &themes[0], 24, 80);
    static const char *const wanted[] = {
        " shm-view key 0x0f20074e  id 98332  1024 bytes  somebody 600  nattch 2",
        "live",
        "0010  3a 20 00~00|16[00]00 00 |2f~00~00~00|07 00 00 00  : ....../.......",
        "num: int, byte 2 of 4 = 22",
        ">num",
        "ratio",
        "\"goodbye\"",
        "byte 00",
        "? help  q quit",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (strstr(text, wanted[i]) == NULL) {
            fail_msg("'%s' is not in\n%s", wanted[i], text);
        }
    }
    free(text);
    view_close(&v);
}

static void the_message_is_whole_at_every_size_from_80x24_on(void **state)
{
    (void)state;
    static const int sizes[][2] = {{24, 80}, {30, 100}, {30, 120}, {30, 132}, {40, 140}, {50, 160}, {60, 200}};
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        struct view v;
        const int *size = sizes[i / 2];
        view_open(&v, MESSAGE_TEXT, i % 2 == 0 ? 1024 : 56);
        v.s.attached_known = true;
        char *text = drawn(&v, &(struct theme){.utf8 = true}, size[0], size[1]);
        bool whole = strstr(text, "\"PI is defined as: \"") != NULL && strstr(text, "3.142857142857143") != NULL;
        if (!whole || strstr(text, "\u2026") != NULL) {
            fail_msg("%dx%d: something is cut:\n%s", size[1], size[0], text);
        }
        free(text);
        view_close(&v);
    }
}

/* The value has 66 columns. */
static void where_a_screen_has_room_no_value_is_cut(void **state)
{
    (void)state;
    static const struct {
        int rows, cols;
        size_t size;
    } cases[] = {{60, 200, 1024}, {60, 200, 24}, {50, 160, 24}, {40, 140, 24}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct view v;
        view_open(&v, "shmlab layout 1\nstruct s {\nint[6] list\n}\n", cases[i].size);
        for (int32_t k = 0; k < 6; k++) {
            memcpy(v.bytes + 4 * k, &(int32_t){-12345678 + k}, 4);
        }
        history_take(&v.s.history, &v.s.window, 0, v.bytes, cases[i].size);
        char *text = drawn(&v, &(struct theme){.utf8 = true}, cases[i].rows, cases[i].cols);
        if (strstr(text, "-12345673}") == NULL || strstr(text, "\u2026") != NULL) {
            fail_msg("%dx%d, %zu bytes: a value is cut:\n%s", cases[i].cols, cases[i].rows, cases[i].size, text);
        }
        free(text);
        view_close(&v);
    }
}

/* ---- clicking ---- */

static void a_click_finds_the_byte_that_is_drawn_there(void **state)
{
    (void)state;
    static const struct {
        int rows, cols;
    } sizes[] = {{24, 80}, {30, 100}, {60, 200}, {6, 20}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct view v;
        view_open(&v, MESSAGE_TEXT, 1000);
        cursor_go(&v.s.cursor, &v.s.window, 0);
        struct dashboard d = dashboard_plan(&v.s, sizes[s].rows, sizes[s].cols);
        cursor_shape(&v.s.cursor, &v.s.window, d.shape.width, d.grid.rows);
        const struct grid_input in = cursor_grid(&v.s.cursor, &v.s.window);
        const struct grid_panel grid = dashboard_grid(&d, &v.s, &in);
        size_t width = (size_t)d.shape.width;
        for (size_t offset = 0; offset < width * (size_t)d.grid.rows && offset < 1000; offset++) {
            int row = d.grid.row + (int)(offset / width);
            int col = d.grid.col + rows_hex_column(&d.shape, (int)(offset % width));
            assert_int_equal(panel_grid_offset_at(&grid, row, col), offset);
            assert_int_equal(panel_grid_offset_at(&grid, row, col + 1), offset);
            assert_int_equal(panel_grid_offset_at(&grid, row, col + 2), SIZE_MAX); /* the sign before the next */
        }
        for (int row = -1; row <= sizes[s].rows; row++) {
            for (int col = -1; col <= sizes[s].cols; col++) {
                size_t offset = panel_grid_offset_at(&grid, row, col);
                assert_true(offset == SIZE_MAX || offset < 1000);
            }
        }
        assert_int_equal(panel_grid_offset_at(&grid, 0, 3), SIZE_MAX);
        if (d.fields.rows > 3) {
            dashboard_click(&d, &v.s, d.fields.row, d.fields.col + 1); /* heading */
            assert_int_equal(v.s.cursor.at, 0);
            dashboard_click(&d, &v.s, d.fields.row + 2, d.fields.col + 1);
            assert_int_equal(v.s.cursor.at, 20);
        }
        view_close(&v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_parts_are_inside_and_apart),
        cmocka_unit_test(below_a_small_segment_no_row_is_left_empty),
        cmocka_unit_test(any_picture_draws_at_any_size),
        cmocka_unit_test(a_map_of_a_gibibyte_shows_where_its_rows_start),
        cmocka_unit_test(every_state_of_a_source_draws),
        cmocka_unit_test(random_layouts_draw),
        cmocka_unit_test(a_screen_says_what_is_where),
        cmocka_unit_test(the_message_is_whole_at_every_size_from_80x24_on),
        cmocka_unit_test(where_a_screen_has_room_no_value_is_cut),
        cmocka_unit_test(a_click_finds_the_byte_that_is_drawn_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
