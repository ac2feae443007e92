/* layout_candidates: what the section holds, and which of it holds for a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "layout/candidates.h"

#define SECTION(text) text, sizeof(text) - 1

static struct layout_candidates parse(const char *section, size_t size)
{
    struct layout_candidates c;
    assert_int_equal(layout_candidates_parse(section, size, &c), 0);
    return c;
}

/* The types that hold, in their order, with commas between. */
static void assert_order(const char *section, size_t size, const char *cmdline, size_t cmdline_size,
                         const char *expected)
{
    char text[512] = "";
    struct layout_candidates c = parse(section, size);
    layout_candidates_order(&c, cmdline, cmdline_size);
    for (size_t i = 0; i < c.count; i++) {
        strcat(text, i > 0 ? "," : "");
        strcat(text, c.list[i].type);
    }
    assert_string_equal(text, expected);
    layout_candidates_free(&c);
}

static void entries_are_taken_apart(void **state)
{
    (void)state;
    struct layout_candidates c = parse(SECTION("struct message\0union u\tpacked --every\0"));
    assert_int_equal(c.count, 2);
    assert_string_equal(c.list[0].type, "struct message");
    assert_string_equal(c.list[0].words, "");
    assert_string_equal(c.list[1].type, "union u");
    assert_string_equal(c.list[1].words, "packed --every");
    layout_candidates_free(&c);
}

static void odd_entries_are_left_out(void **state)
{
    (void)state;
    /* empty, without a type, with an escape sequence, twice the same; the last one lacks its NUL */
    struct layout_candidates c = parse(SECTION("\0\0\tpacked\0\x1b[31m\0int\0int\0long"));
    assert_int_equal(c.count, 2);
    assert_string_equal(c.list[0].type, "int");
    assert_string_equal(c.list[1].type, "long");
    layout_candidates_free(&c);
    char many[4096] = "";
    size_t size = 0;
    for (int i = 0; i < 200; i++) {
        size += (size_t)snprintf(many + size, sizeof many - size, "t%d", i) + 1;
    }
    c = parse(many, size);
    assert_int_equal(c.count, LAYOUT_CANDIDATES_MAX);
    layout_candidates_free(&c);
    c = parse("", 0);
    assert_int_equal(c.count, 0);
    layout_candidates_free(&c);
}

#define SERVER "m\0p\tpacked\0live\t--every\0both\tpacked --every\0"

static void words_choose_and_order(void **state)
{
    (void)state;
    static const struct {
        const char *cmdline;
        size_t size;
        const char *expected;
    } cases[] = {
        {SECTION("prog\0"), "m"},
        {SECTION("prog\0packed\0"), "p,m"},
        {SECTION("prog\0--layout\0packed\0"), "p,m"},
        {SECTION("prog\0--layout=packed\0"), "p,m"},
        {SECTION("prog\0-l=packed\0"), "p,m"},
        {SECTION("prog\0--every=50\0"), "live,m"},
        {SECTION("prog\0--every\00050\0"), "live,m"},
        {SECTION("prog\0--ev\00050\0"), "live,m"},
        {SECTION("prog\0--e=1\0packed\0"), "both,p,live,m"},
        /* no match: the program's own name, a part of a word, an option after --, a longer one, a cut argument */
        {SECTION("packed\0"), "m"},
        {SECTION("prog\0unpacked\0packed.txt\0"), "m"},
        {SECTION("prog\0--\0--every\0"), "m"},
        {SECTION("prog\0--everything\0"), "m"},
        {SECTION("prog\0--\0packed\0"), "p,m"},
        {SECTION("prog\0-\0--\0"), "m"},
        {SECTION("prog\0packed"), "m"},
        {SECTION(""), "m"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_order(SECTION(SERVER), cases[i].cmdline, cases[i].size, cases[i].expected);
    }
    assert_order(SECTION("a\t-v\0b\tx\0"), SECTION("prog\0-v\0"), "a");
    assert_order(SECTION("b\tx  y\0a\t \0"), SECTION("prog\0y\0x\0"), "b,a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_taken_apart),
        cmocka_unit_test(odd_entries_are_left_out),
        cmocka_unit_test(words_choose_and_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
