/* canvas: whatever is put, only harmless characters of one column come out, inside the canvas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "canvas.h"
#include "pictures.h"

static const struct style plain = {.colour = -1};

static char *shown(const struct canvas *c, void (*print)(const struct canvas *, FILE *))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    print(c, out);
    fclose(out);
    return text;
}

static void assert_shown(const struct canvas *c, const char *expected)
{
    char *text = shown(c, canvas_text);
    assert_string_equal(text, expected);
    free(text);
}

/* The next character of valid UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF). */
static uint32_t character_next(const unsigned char **at)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *u = *at;
    unsigned more = u[0] < 0x80             ? 0
                    : (u[0] & 0xe0) == 0xc0 ? 1
                    : (u[0] & 0xf0) == 0xe0 ? 2
                    : (u[0] & 0xf8) == 0xf0 ? 3
                                            : 9;
    if (more == 9) {
        fail_msg("a byte %02x starts no character", u[0]);
    }
    uint32_t point = more == 0 ? u[0] : u[0] & (0x3fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((u[i] & 0xc0) != 0x80) {
            fail_msg("a character is cut short");
        }
        point = point << 6 | (u[i] & 0x3fu);
    }
    assert_true(point >= least[more] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff));
    *at += more + 1;
    return point;
}

/* Characters that steer a terminal or the text around them. */
static bool controls(uint32_t p)
{
    return p < 0x20 || (p >= 0x7f && p < 0xa0) || p == 0xad || p == 0x61c || (p >= 0x200b && p <= 0x200f) ||
           (p >= 0x2028 && p <= 0x202e) || (p >= 0x2060 && p <= 0x206f) || p == 0xfeff || p >= 0xe000;
}

/* Lines of cols characters at most, and nothing in them that a terminal obeys. */
static void assert_harmless(const struct canvas *c)
{
    char *text = shown(c, canvas_text);
    int rows = 0, cols = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        uint32_t point = character_next(&at);
        if (point == '\n') {
            rows++;
            cols = 0;
            continue;
        }
        if (controls(point) || (!c->utf8 && point > 0x7e)) {
            fail_msg("U+%04X came out", (unsigned)point);
        }
        assert_true(++cols <= c->cols);
    }
    assert_int_equal(rows, c->rows);
    free(text);
}

static void no_byte_comes_out_as_a_control(void **state)
{
    (void)state;
    for (int utf8 = 0; utf8 < 2; utf8++) {
        struct canvas c;
        assert_int_equal(canvas_init(&c, 256, 8, utf8), 0);
        for (int byte = 1; byte < 256; byte++) {
            const char text[] = {(char)byte, 'x', '\0'};
            assert_int_equal(canvas_put(&c, byte, 0, plain, text), 2);
            assert_string_equal(canvas_at(&c, byte, 1)->text, "x");
            bool itself = byte >= 0x20 && byte < 0x7f;
            assert_int_equal(canvas_at(&c, byte, 0)->text[0], itself ? byte : '?');
        }
        assert_harmless(&c);
        canvas_free(&c);
    }
}

static void random_text(uint64_t *random, char out[64])
{
    static const char *const pieces[] = {"\033[2J",
                                         "\xc2\x9b",
                                         "\xe2\x80\xae",
                                         "\xc0\xaf",
                                         "\xed\xa0\x80",
                                         "\xe2\x94\x82",
                                         "\xf0\x9f\x98\x80",
                                         "e\xcc\x81",
                                         "\xe6\x97\xa5",
                                         "\xc3\xa9",
                                         "\xf4\x90\x80\x80",
                                         "\xe2\x80",
                                         "\xf8\x88\x80\x80\x80",
                                         "\xef\xbb\xbf",
                                         "\xd7\x90"};
    size_t n = 0;
    unsigned most = random_below(random, 60);
    while (n < most) {
        if (random_below(random, 2) == 0) {
            const char *piece = pieces[random_below(random, sizeof pieces / sizeof *pieces)];
            n += (size_t)snprintf(out + n, 64 - n, "%s", piece);
            n = n < 63 ? n : 63;
        } else {
            out[n++] = (char)(1 + random_below(random, 255));
        }
    }
    out[n] = '\0';
}

static void no_text_whatever_comes_out_as_a_control(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 4000; i++) {
        struct canvas c;
        char text[64];
        int col = (int)random_below(&random, 30) - 10;
        assert_int_equal(canvas_init(&c, 8, 20, i % 2), 0);
        random_text(&random, text);
        canvas_put(&c, 0, col, plain, text);
        canvas_put_cut(&c, 1, col, (int)random_below(&random, 20), plain, text);
        canvas_printf(&c, 2, col, plain, "%s", text);
        canvas_fill(&c, 3, col, 3, plain, text);
        canvas_put_wrapped(&c, 4, col, (int)random_below(&random, 20), 3, plain, text);
        assert_harmless(&c);
        canvas_free(&c);
    }
}

static void a_character_takes_one_column(void **state)
{
    (void)state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 1, 12, true), 0);
    /* Wide, combining and right-to-left characters would push the rest of the line aside. */
    assert_int_equal(canvas_put(&c, 0, 0, plain, "\xe2\x94\x82\xc3\xa9\xce\xa9\xd0\x96"), 4);
    assert_int_equal(canvas_put(&c, 0, 4, plain, "\xe6\x97\xa5\xcc\x81\xd7\x90\xf0\x9f\x98\x80|"), 9);
    assert_shown(&c, "\xe2\x94\x82\xc3\xa9\xce\xa9\xd0\x96????|\n");
    assert_int_equal(canvas_width("\xe2\x94\x82\xe2\xa0\x81x"), 3);
    canvas_free(&c);
    assert_int_equal(canvas_init(&c, 1, 12, false), 0);
    canvas_put(&c, 0, 0, plain, "a\xe2\x94\x82z");
    assert_shown(&c, "a?z\n");
    canvas_free(&c);
}

static void text_outside_is_cut_off(void **state)
{
    (void)state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 2, 4, false), 0);
    assert_int_equal(canvas_put(&c, 0, -2, plain, "abcdefgh"), 6);
    canvas_put(&c, -1, 0, plain, "x");
    canvas_put(&c, 2, 0, plain, "x");
    assert_shown(&c, "cdef\n\n");
    assert_null(canvas_at(&c, 0, 4));
    assert_null(canvas_at(&c, -1, 0));
    canvas_clear(&c);
    assert_shown(&c, "\n\n");
    canvas_free(&c);
    assert_int_equal(canvas_init(&c, 0, 0, true), 0);
    canvas_put(&c, 0, 0, plain, "nowhere");
    assert_shown(&c, "");
    canvas_free(&c);
    assert_int_equal(canvas_init(&c, -3, -3, true), 0);
    assert_shown(&c, "");
    canvas_free(&c);
}

static void a_long_text_ends_in_an_ellipsis(void **state)
{
    (void)state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 4, 8, false), 0);
    assert_int_equal(canvas_put_cut(&c, 0, 1, 5, plain, "abcdefgh"), 6);
    assert_int_equal(canvas_put_cut(&c, 1, 1, 5, plain, "abcde"), 6);
    assert_int_equal(canvas_put_cut(&c, 2, 0, 0, plain, "abcde"), 0);
    canvas_put(&c, 3, 0, plain, "xxxxxxxx");
    assert_int_equal(canvas_put_cut(&c, 3, 1, 5, plain, "ab"), 6); /* blanks take what was there */
    assert_shown(&c, " abcd>\n abcde\n\nxab   xx\n");
    canvas_free(&c);
    assert_int_equal(canvas_init(&c, 1, 8, true), 0);
    canvas_put_cut(&c, 0, 0, 3, plain, "\xe2\x94\x82\xe2\x94\x82\xe2\x94\x82\xe2\x94\x82");
    assert_shown(&c, "\xe2\x94\x82\xe2\x94\x82\xe2\x80\xa6\n");
    canvas_free(&c);
}

static void a_long_text_is_wrapped_at_blanks(void **state)
{
    (void)state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 5, 12, false), 0);
    assert_int_equal(canvas_put_wrapped(&c, 0, 0, 8, 5, plain, "one two three overlongword"), 4);
    assert_shown(&c, "one two\nthree\noverlong\nword\n\n");
    canvas_clear(&c);
    assert_int_equal(canvas_put_wrapped(&c, 0, 0, 8, 2, plain, "one two three four"), 2);
    assert_shown(&c, "one two\nthree f>\n\n\n\n");
    assert_int_equal(canvas_put_wrapped(&c, 0, 0, 0, 2, plain, "one"), 0);
    canvas_free(&c);
}

/* ESC [ n ; n m with n of what every terminal and gdb's window can show. Returns what follows it. */
static const char *assert_sgr(const char *at, bool *reset)
{
    *reset = false;
    assert_true(at[0] == '\033' && at[1] == '[');
    at += 2;
    for (;; at++) {
        char *end;
        long n = strtol(at, &end, 10);
        assert_true(end > at);
        if (n != 0 && n != 1 && n != 2 && n != 7 && (n < 30 || n > 37)) {
            fail_msg("SGR %ld", n);
        }
        *reset = n == 0;
        at = end;
        if (*at == 'm') {
            return at + 1;
        }
        assert_int_equal(*at, ';');
    }
}

/* Takes the escapes out in place. */
static void assert_and_strip_sgr(char *text)
{
    char *to = text;
    bool styled = false, reset;
    for (const char *at = text; *at != '\0';) {
        if (*at == '\033') {
            at = assert_sgr(at, &reset);
            assert_true(reset == styled); /* each run starts from nothing and ends in a reset */
            styled = !reset;
            continue;
        }
        assert_false(*at == '\n' && styled);
        *to++ = *at++;
    }
    *to = '\0';
}

static void ansi_is_text_with_few_and_closed_escapes(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (int i = 0; i < 500; i++) {
        struct canvas c;
        assert_int_equal(canvas_init(&c, 4, 16, true), 0);
        for (int k = 0; k < 12; k++) {
            struct style s = {(int8_t)((int)random_below(&random, 9) - 1), (uint8_t)random_below(&random, 8)};
            canvas_put(&c, (int)random_below(&random, 4), (int)random_below(&random, 16), s, "a\xe2\x94\x82 b");
        }
        char *text = shown(&c, canvas_text), *ansi = shown(&c, canvas_ansi);
        assert_and_strip_sgr(ansi);
        assert_string_equal(ansi, text);
        free(text);
        free(ansi);
        canvas_free(&c);
    }
}

static void each_style_has_its_escape(void **state)
{
    (void)state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 1, 8, true), 0);
    canvas_put(&c, 0, 0, plain, "a");
    canvas_put(&c, 0, 1, (struct style){2, 0}, "b");
    canvas_put(&c, 0, 2, (struct style){-1, STYLE_BOLD | STYLE_DIM | STYLE_REVERSE}, "c");
    canvas_put(&c, 0, 3, (struct style){0, STYLE_DIM}, "d");
    canvas_put(&c, 0, 4, plain, "e");
    char *ansi = shown(&c, canvas_ansi);
    assert_string_equal(ansi, "a\033[32mb\033[0m\033[1;2;7mc\033[0m\033[2;30md\033[0me\n");
    free(ansi);
    canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_comes_out_as_a_control),
        cmocka_unit_test(no_text_whatever_comes_out_as_a_control),
        cmocka_unit_test(a_character_takes_one_column),
        cmocka_unit_test(text_outside_is_cut_off),
        cmocka_unit_test(a_long_text_ends_in_an_ellipsis),
        cmocka_unit_test(a_long_text_is_wrapped_at_blanks),
        cmocka_unit_test(ansi_is_text_with_few_and_closed_escapes),
        cmocka_unit_test(each_style_has_its_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
