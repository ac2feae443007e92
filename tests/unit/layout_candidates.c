/* layout_candidates: the records in the section, and which of them apply to a command line. */
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

/* The types that apply, in order, separated by commas. */
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

static void records_are_parsed(void **state)
{
    (void)state;
    struct layout_candidates c = parse(SECTION("struct message\0union u\tpacked --every\0"));
    assert_int_equal(c.count, 2);
    assert_string_equal(c.list[0].type, "struct message");
    assert_string_equal(c.list[0].arguments, "");
    assert_string_equal(c.list[1].type, "union u");
    assert_string_equal(c.list[1].arguments, "packed --every");
    layout_candidates_free(&c);
}

static void invalid_records_are_skipped(void **state)
{
    (void)state;
    /* empty, without a type, with an escape sequence, a duplicate; the last one lacks its NUL */
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

static void arguments_select_and_order_the_candidates(void **state)
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
        /* no match: the program's name, a part of an argument, an option after --, a longer option, a truncated one */
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
        cmocka_unit_test(records_are_parsed),
        cmocka_unit_test(invalid_records_are_skipped),
        cmocka_unit_test(arguments_select_and_order_the_candidates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
