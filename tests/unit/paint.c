/* paint: what comes out makes the terminal show the canvas, in few bytes, and in sequences that the terminal has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "viewer/paint.h"
#include "vt.h"

#define ROWS 12
#define COLS 40

struct rig {
    struct paint paint;
    struct canvas canvas;
    struct vt vt;
    size_t sent; /* bytes of the last frame */
};

static const struct paint_terminal all = {.colours = true,
                                          .attrs = STYLE_BOLD | STYLE_DIM | STYLE_REVERSE,
                                          .column = true,
                                          .forward = true,
                                          .erase = true,
                                          .last_cell = true,
                                          .clear = "\033[H\033[2J"};

static void rig_open(struct rig *r, const struct paint_terminal *t, const char *term)
{
    paint_init(&r->paint, t);
    assert_int_equal(canvas_init(&r->canvas, ROWS, COLS, true), 0);
    assert_int_equal(vt_init(&r->vt, term, ROWS, COLS, true), 0);
}

static void rig_close(struct rig *r)
{
    assert_string_equal(r->vt.error, "");
    paint_free(&r->paint);
    canvas_free(&r->canvas);
    vt_free(&r->vt);
}

static const char *frame(struct rig *r)
{
    const char *bytes;
    assert_int_equal(paint_frame(&r->paint, &r->canvas, &bytes, &r->sent), 0);
    vt_feed(&r->vt, bytes, r->sent);
    return bytes;
}

/* The terminal shows the canvas: characters everywhere, attributes and colours wherever they can be seen. */
static void assert_same(const struct rig *r, uint8_t attrs, bool colours)
{
    for (int i = 0; i < ROWS * COLS; i++) {
        const struct glyph *want = &r->canvas.glyphs[i];
        const struct vt_cell *have = vt_at(&r->vt, i / COLS, i % COLS);
        bool blank = want->text[0] == ' ' && (want->style.attr & STYLE_REVERSE) == 0;
        assert_string_equal(have->text, want->text);
        if (blank) {
            assert_false(have->attr & VT_REVERSE);
        } else {
            assert_int_equal(have->attr, want->style.attr & attrs);
            assert_int_equal(have->colour, colours ? want->style.colour : -1);
        }
    }
}

static void test_random_canvases(void **state)
{
    struct rig r = {.sent = 0};
    (void)state;
    static const char *const texts[] = {" ", " ", "a", "b", "\u2591", "\u2502", "0"};
    srand(7);
    rig_open(&r, &all, "xterm-256color");
    for (int round = 0; round < 400; round++) {
        int changes = round % 3 == 0 ? ROWS * COLS : rand() % 20;
        for (int i = 0; i < changes; i++) {
            struct style s = {(int8_t)(rand() % 8 - 1), (uint8_t)(rand() % 8)};
            canvas_put(&r.canvas, rand() % ROWS, rand() % COLS, s, texts[rand() % 7]);
        }
        for (int i = round % 5 == 0 ? rand() % ROWS : ROWS; i < ROWS; i++) {
            canvas_fill(&r.canvas, i, rand() % COLS, COLS, STYLE_PLAIN, " ");
        }
        if (round % 50 == 0) {
            paint_forget(&r.paint);
        }
        frame(&r);
        assert_same(&r, STYLE_BOLD | STYLE_DIM | STYLE_REVERSE, true);
    }
    rig_close(&r);
}

static void test_mono(void **state)
{
    struct rig r = {.sent = 0};
    const struct paint_terminal vt100 = {
        .attrs = STYLE_BOLD | STYLE_REVERSE, .forward = true, .erase = true, .last_cell = true, .clear = "\033[H\033[J"};
    (void)state;
    rig_open(&r, &vt100, "vt100");
    for (int i = 0; i < ROWS * COLS; i++) {
        canvas_put(&r.canvas, i / COLS, i % COLS, (struct style){(int8_t)(i % 9 - 1), (uint8_t)(i % 8)}, "x");
    }
    frame(&r);
    assert_same(&r, STYLE_BOLD | STYLE_REVERSE, false);
    rig_close(&r);
}

/* The Linux console shows a dim colour as grey: the colour says more. */
static void test_dim_and_colour(void **state)
{
    struct rig r = {.sent = 0};
    struct paint_terminal t = all;
    (void)state;
    t.not_coloured = STYLE_DIM;
    t.clear = "\033[H\033[J";
    rig_open(&r, &t, "linux");
    canvas_put(&r.canvas, 0, 0, (struct style){2, STYLE_DIM}, "x");
    canvas_put(&r.canvas, 0, 1, (struct style){-1, STYLE_DIM}, "y");
    frame(&r);
    assert_int_equal(vt_at(&r.vt, 0, 0)->attr, 0);
    assert_int_equal(vt_at(&r.vt, 0, 0)->colour, 2);
    assert_int_equal(vt_at(&r.vt, 0, 1)->attr, VT_DIM);
    rig_close(&r);
}

static void test_nothing_changed(void **state)
{
    struct rig r = {.sent = 0};
    (void)state;
    rig_open(&r, &all, "xterm");
    canvas_put(&r.canvas, 3, 4, STYLE_PLAIN, "hello");
    frame(&r);
    frame(&r);
    assert_int_equal(r.sent, 0);
    canvas_put(&r.canvas, 3, 10, (struct style){3, STYLE_BOLD}, " "); /* a blank is a blank */
    frame(&r);
    assert_int_equal(r.sent, 0);
    rig_close(&r);
}

static void assert_sends(struct rig *r, const char *bytes)
{
    const char *sent = frame(r);
    char text[128];
    memcpy(text, sent, r->sent);
    text[r->sent] = '\0';
    assert_string_equal(text, bytes);
}

static void test_few_bytes(void **state)
{
    struct rig r = {.sent = 0};
    (void)state;
    rig_open(&r, &all, "xterm");
    canvas_fill(&r.canvas, 4, 0, COLS, STYLE_PLAIN, "0");
    frame(&r);
    canvas_put(&r.canvas, 4, 9, (struct style){-1, STYLE_REVERSE}, "1f");
    canvas_put(&r.canvas, 4, 30, (struct style){-1, STYLE_REVERSE}, "x");
    assert_sends(&r, "\033[5;10H\033[7m1f\033[31Gx");
    canvas_put(&r.canvas, 4, 31, (struct style){-1, STYLE_REVERSE}, "y"); /* pen and cursor are there already */
    assert_sends(&r, "y");
    canvas_put(&r.canvas, 4, 30, STYLE_PLAIN, "0");
    assert_sends(&r, "\b\b\033[m0");
    canvas_put(&r.canvas, 4, 33, STYLE_PLAIN, "z"); /* what lies between is written again */
    canvas_put(&r.canvas, 4, 31, STYLE_PLAIN, "0");
    assert_sends(&r, "00z");
    canvas_fill(&r.canvas, 4, 2, COLS, STYLE_PLAIN, " ");
    assert_sends(&r, "\033[3G\033[K");
    rig_close(&r);
}

/* Where the last cell scrolls, it stays empty. */
static void test_last_cell(void **state)
{
    struct rig r = {.sent = 0};
    struct paint_terminal t = all;
    (void)state;
    t.last_cell = false;
    rig_open(&r, &t, "xterm");
    canvas_fill(&r.canvas, ROWS - 1, 0, COLS, STYLE_PLAIN, "x");
    frame(&r);
    assert_string_equal(vt_at(&r.vt, ROWS - 1, COLS - 2)->text, "x");
    assert_string_equal(vt_at(&r.vt, ROWS - 1, COLS - 1)->text, " ");
    rig_close(&r);
}

static void test_another_size(void **state)
{
    struct rig r = {.sent = 0};
    (void)state;
    rig_open(&r, &all, "xterm");
    canvas_put(&r.canvas, 0, 0, STYLE_PLAIN, "hello");
    frame(&r);
    canvas_free(&r.canvas);
    assert_int_equal(canvas_init(&r.canvas, 2, 3, true), 0);
    canvas_put(&r.canvas, 0, 0, STYLE_PLAIN, "hello");
    assert_sends(&r, "\033[m\033[H\033[2Jhel");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_canvases), cmocka_unit_test(test_mono),      cmocka_unit_test(test_dim_and_colour),
        cmocka_unit_test(test_nothing_changed), cmocka_unit_test(test_few_bytes), cmocka_unit_test(test_last_cell),
        cmocka_unit_test(test_another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
