/* printable: whatever the input, the output contains no control characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "printable.h"

static void expect(const char *text, size_t n, bool utf8, const char *expected)
{
    char out[256];

    assert_int_equal(printable_bytes(text, n, utf8, out, sizeof out), strlen(expected));
    assert_string_equal(out, expected);
}

#define EXPECT(text, utf8, expected) expect(text, sizeof(text) - 1, utf8, expected)

static void plain_text_is_unchanged(void **state)
{
    (void)state;
    EXPECT("PI is ~ 22/7 \\", false, "PI is ~ 22/7 \\");
    EXPECT("", true, "");
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    EXPECT("a\0b\n\r\t\a\b\v\f\x1b[31m\x7f\x01", true, "a\\0b\\n\\r\\t\\a\\b\\v\\f\\x1b[31m\\x7f\\x01");
}

static void non_ascii_characters_are_kept_only_in_utf8(void **state)
{
    (void)state;
    EXPECT("gr\xc3\xb6\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80", true,
           "gr\xc3\xb6\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80");
    EXPECT("\xc3\xb6", false, "\\xc3\\xb6");
}

static void unicode_controls_are_escaped(void **state)
{
    (void)state;
    EXPECT("\xc2\x9b", true, "\\xc2\\x9b");          /* 8-bit CSI as a character */
    EXPECT("\x9b[2J", true, "\\x9b[2J");             /* and as a raw byte */
    EXPECT("\xe2\x80\xae", true, "\\xe2\\x80\\xae"); /* right-to-left override */
    EXPECT("\xe2\x80\xa8", true, "\\xe2\\x80\\xa8"); /* line separator */
    EXPECT("\xe2\x81\xa6", true, "\\xe2\\x81\\xa6"); /* isolate */
    EXPECT("\xef\xbb\xbf", true, "\\xef\\xbb\\xbf"); /* byte order mark */
}

static void malformed_utf8_is_escaped(void **state)
{
    (void)state;
    EXPECT("\xc3", true, "\\xc3"); /* truncated */
    EXPECT("\xc3(", true, "\\xc3(");
    EXPECT("\xc0\xaf", true, "\\xc0\\xaf"); /* overlong */
    EXPECT("\xe0\x80\xaf", true, "\\xe0\\x80\\xaf");
    EXPECT("\xed\xa0\x80", true, "\\xed\\xa0\\x80");          /* surrogate */
    EXPECT("\xf4\x90\x80\x80", true, "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    EXPECT("\xff\xfe", true, "\\xff\\xfe");
}

static void random_bytes_come_out_printable(void **state)
{
    unsigned char in[64];
    char out[sizeof in * 4 + 1];
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof in; i++) {
            in[i] = (unsigned char)((seed = seed * 1103515245 + 12345) >> 16);
        }
        size_t need = printable_bytes(in, sizeof in, round % 2, out, sizeof out);
        assert_int_equal(strlen(out), need);
        for (size_t i = 0; i < need; i++) {
            unsigned char c = (unsigned char)out[i];
            assert_true(c >= 0x20 && c != 0x7f && (round % 2 || c < 0x80));
            assert_false(c == 0xc2 && (unsigned char)out[i + 1] < 0xa0);
        }
    }
}

static void the_result_is_truncated_at_a_whole_character(void **state)
{
    char out[8] = "xxxxxxx";

    (void)state;
    assert_int_equal(printable_text("abc\x1b"
                                    "d",
                                    false, out, 7),
                     8);
    assert_string_equal(out, "abc");
    assert_int_equal(printable_text("ab\xe2\x82\xac"
                                    "c",
                                    true, out, 5),
                     6);
    assert_string_equal(out, "ab");
    assert_int_equal(printable_text("abc", true, NULL, 0), 3);
}

static void of_a_long_text_the_end_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *wanted;
    } cases[] = {{"head.number", 11, "head.number"},
                 {"head.number", 10, "....number"},
                 {"head.number", 9, "...number"},
                 {"a.\u00e4\u00f6\u00fc", 5, "a.\u00e4\u00f6\u00fc"},
                 {"aa.\u00e4\u00f6", 4, "...\u00f6"},
                 {"number", 2, "..."},
                 {"", 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[32];
        printable_end(cases[i].text, cases[i].columns, "...", out, sizeof out);
        assert_string_equal(out, cases[i].wanted);
    }
    char small[6];
    printable_end("head.number", 9, "...", small, sizeof small);
    assert_string_equal(small, "...nu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_unchanged),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(non_ascii_characters_are_kept_only_in_utf8),
        cmocka_unit_test(unicode_controls_are_escaped),
        cmocka_unit_test(malformed_utf8_is_escaped),
        cmocka_unit_test(random_bytes_come_out_printable),
        cmocka_unit_test(the_result_is_truncated_at_a_whole_character),
        cmocka_unit_test(of_a_long_text_the_end_is_kept),
    };
    return cmocka_run_group_tests_name("printable", tests, NULL, NULL);
}
