/* svg: what is put as text comes out as XML that any reader takes, cut and wrapped by characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "svg.h"

#define GONE "\xef\xbf\xbd" /* U+FFFD */

static void expect_escaped(const char *text, const char *expected)
{
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    svg_escaped(stream, text);
    fclose(stream);
    assert_string_equal(out, expected);
    free(out);
}

static void markup_is_escaped(void **state)
{
    (void)state;
    expect_escaped("<a href=\"x\">&amp;</a>", "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;");
    expect_escaped("gr\xc3\xb6\xc3\x9f\x65 \xf0\x9f\x98\x80", "gr\xc3\xb6\xc3\x9f\x65 \xf0\x9f\x98\x80");
}

static void what_xml_does_not_allow_is_replaced(void **state)
{
    (void)state;
    expect_escaped("\x01\x1b[31m\x7f\n", GONE GONE "[31m" GONE GONE);
    expect_escaped("\xff\xc3(\xed\xa0\x80", GONE GONE "(" GONE GONE GONE); /* no UTF-8; a surrogate */
    expect_escaped("\xc2\x9b\xef\xbf\xbe\xef\xbf\xbf", GONE GONE GONE);    /* C1, U+FFFE, U+FFFF */
    expect_escaped("\xe2\x80\xae\xef\xbb\xbf", GONE GONE);                 /* a direction mark, a byte order mark */
}

/* The picture that `put` draws. The caller frees it. */
static char *picture(void (*put)(struct svg *), enum svg_ground ground, const char *title)
{
    struct svg s;
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    assert_int_equal(svg_begin(&s), 0);
    put(&s);
    assert_int_equal(svg_end(&s, ground, title, "about", stream), 0);
    svg_free(&s);
    fclose(stream);
    return out;
}

static void has(const char *all, const char *part)
{
    if (strstr(all, part) == NULL) {
        fail_msg("not there: %s\nin: %s", part, all);
    }
}

static void put_texts(struct svg *s)
{
    svg_text(s, 1, 2, "t", 4, "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6");
    svg_text(s, 1, 2, "t", 3, "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6");
    svg_text(s, 1, 2, "t", 0, "a  b");
    assert_int_equal(svg_text_wrapped(s, 5, 20, 10, "d", 9, "one two three anditsnotover"), 60);
}

static void text_is_cut_and_wrapped_by_characters(void **state)
{
    (void)state;
    char *all = picture(put_texts, SVG_AUTO, "");
    has(all, ">\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6</text>");
    has(all, ">\xc3\xb6\xc3\xb6\xe2\x80\xa6</text>");
    has(all, ">a\xc2\xa0\xc2\xa0"
             "b</text>");
    has(all, "y=\"20\">one\xc2\xa0two</text>");
    has(all, "y=\"30\">three</text>");
    has(all, "y=\"40\">anditsnot</text>");
    has(all, "y=\"50\">over</text>");
    free(all);
}

static void put_shapes(struct svg *s)
{
    svg_rect(s, 10, 20, 30, 40, "f1");
    svg_hatch(s, 1, 2, 3, 4, 6, false);
    svg_hatch(s, 1, 2, 3, 4, 5, true);
}

static void a_picture_is_as_large_as_what_is_in_it(void **state)
{
    (void)state;
    char *all = picture(put_shapes, SVG_LIGHT, "<x>");
    has(all, "width=\"40\" height=\"60\" viewBox=\"0 0 40 60\" role=\"img\"");
    has(all, "<title id=\"title\">&lt;x&gt;</title>");
    free(all);
}

static void only_hatches_that_are_used_are_defined(void **state)
{
    (void)state;
    char *all = picture(put_shapes, SVG_LIGHT, "");
    has(all, "<pattern id=\"p6\"");
    has(all, "<pattern id=\"q5\"");
    assert_null(strstr(all, "<pattern id=\"p5\""));
    free(all);
}

static void a_dark_screen_counts_only_without_a_chosen_background(void **state)
{
    (void)state;
    char *both = picture(put_shapes, SVG_AUTO, ""), *day = picture(put_shapes, SVG_LIGHT, "");
    char *night = picture(put_shapes, SVG_DARK, "");
    has(both, "@media screen and (prefers-color-scheme:dark)");
    assert_null(strstr(day, "@media"));
    assert_null(strstr(night, "@media"));
    has(day, ".g,.i{fill:#ffffff}");
    has(night, ".g,.i{fill:#14161a}");
    free(both);
    free(day);
    free(night);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_escaped),
        cmocka_unit_test(what_xml_does_not_allow_is_replaced),
        cmocka_unit_test(text_is_cut_and_wrapped_by_characters),
        cmocka_unit_test(a_picture_is_as_large_as_what_is_in_it),
        cmocka_unit_test(only_hatches_that_are_used_are_defined),
        cmocka_unit_test(a_dark_screen_counts_only_without_a_chosen_background),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
