/* value: how each kind of field is displayed, including hostile bytes. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layout/value.h"

static struct layout_node leaf_of(enum layout_kind kind, size_t size)
{
    return (struct layout_node){
        .name = (char *)"x", .type = (char *)"t", .kind = kind, .size = size, .align = 1, .count = 1, .stride = size};
}

static struct layout_node array_of(enum layout_kind kind, size_t size, size_t count)
{
    struct layout_node n = leaf_of(kind, size * count);
    n.stride = size;
    n.count = count;
    return n;
}

#define ASSERT_VALUE(node, bytes, text)                                                \
    do {                                                                               \
        char out_[4096];                                                               \
        size_t length_ = value_format(&(node), bytes, (node).size, out_, sizeof out_); \
        assert_string_equal(out_, text);                                               \
        assert_int_equal(length_, strlen(text));                                       \
    } while (0)

static void text_ends_at_its_nul(void **state)
{
    (void)state;
    struct layout_node n = array_of(LAYOUT_TEXT, 1, 8);
    ASSERT_VALUE(n, "goodbye", "\"goodbye\"");
    ASSERT_VALUE(n, "hi\0lost", "\"hi\"");
    ASSERT_VALUE(n, "12345678", "\"12345678\"...");
    ASSERT_VALUE(n, "\0\0\0\0\0\0\0", "\"\"");
    ASSERT_VALUE(n, "a\"\\\n\x01\x7f\xff", "\"a\\\"\\\\\\n\\001\\177\\377\"");
    struct layout_node none = array_of(LAYOUT_TEXT, 1, 0);
    ASSERT_VALUE(none, "", "\"\"");
}

static void long_text_is_truncated_with_dots(void **state)
{
    (void)state;
    char bytes[3 * VALUE_TEXT_MAX], out[3 * VALUE_TEXT_MAX];
    struct layout_node n = array_of(LAYOUT_TEXT, 1, sizeof bytes);
    memset(bytes, 'x', sizeof bytes);
    bytes[sizeof bytes - 1] = '\0';
    size_t length = value_format(&n, bytes, sizeof bytes, out, sizeof out);
    assert_int_equal(length, VALUE_TEXT_MAX + 5);
    assert_string_equal(out + VALUE_TEXT_MAX, "x\"...");
}

static void characters_are_quoted(void **state)
{
    (void)state;
    struct layout_node n = leaf_of(LAYOUT_CHAR, 1);
    ASSERT_VALUE(n, "/", "'/'");
    ASSERT_VALUE(n, "'", "'\\''");
    ASSERT_VALUE(n, "\"", "'\"'");
    ASSERT_VALUE(n, "\0", "'\\0'");
    ASSERT_VALUE(n, "\x1b", "'\\033'");
    ASSERT_VALUE(n, "\x80", "'\\200'");
    uint16_t euro = 0x20ac;
    uint32_t smile = 0x1f600;
    struct layout_node c16 = leaf_of(LAYOUT_CHAR, 2), c32 = leaf_of(LAYOUT_CHAR, 4);
    ASSERT_VALUE(c16, &euro, "'\\u20ac'");
    ASSERT_VALUE(c32, &smile, "'\\U0001f600'");
}

static void integers_of_all_sizes(void **state)
{
    (void)state;
    const unsigned char ones[16] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const struct {
        size_t size;
        const char *is_unsigned;
    } cases[] = {
        {1, "255"},
        {2, "65535"},
        {3, "16777215"},
        {4, "4294967295"},
        {8, "18446744073709551615"},
        {16, "340282366920938463463374607431768211455"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layout_node u = leaf_of(LAYOUT_UINT, cases[i].size), s = leaf_of(LAYOUT_SINT, cases[i].size);
        ASSERT_VALUE(u, ones, cases[i].is_unsigned);
        ASSERT_VALUE(s, ones, "-1");
    }
    struct layout_node s64 = leaf_of(LAYOUT_SINT, 8), s32 = leaf_of(LAYOUT_SINT, 4);
    int64_t least = INT64_MIN;
    int num = 22;
    ASSERT_VALUE(s64, &least, "-9223372036854775808");
    ASSERT_VALUE(s32, &num, "22");
#ifdef __SIZEOF_INT128__
    __extension__ __int128 wide = (__int128)1 << 126;
    struct layout_node s128 = leaf_of(LAYOUT_SINT, 16);
    ASSERT_VALUE(s128, &wide, "85070591730234615865843651857942052864");
    wide = -wide * 2;
    ASSERT_VALUE(s128, &wide, "-170141183460469231731687303715884105728");
#endif
    struct layout_node odd = leaf_of(LAYOUT_UINT, 20);
    ASSERT_VALUE(odd, "abcdefghijklmnopqrst", "61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 71 72 73 74");
}

static void doubles_have_the_shortest_text_that_reads_back(void **state)
{
    (void)state;
    struct layout_node n = leaf_of(LAYOUT_REAL, sizeof(double));
    const struct {
        double value;
        const char *text;
    } cases[] = {
        {22 / 7.0, "3.142857142857143"},
        {0.1, "0.1"},
        {1e300, "1e+300"},
        {-0.0, "-0"},
        {5e-324, "5e-324"},
        {3.0, "3"},
        {100, "100"},
        {123456789012345, "123456789012345"},
        {1e15, "1e+15"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {(double)NAN, "nan"},
        {-(double)NAN, "-nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ASSERT_VALUE(n, &cases[i].value, cases[i].text);
    }
}

static void any_double_and_float_reads_back(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char out[64];
        double d;
        float f;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&d, &bits, sizeof d);
        memcpy(&f, &bits, sizeof f);
        struct layout_node nd = leaf_of(LAYOUT_REAL, sizeof d), nf = leaf_of(LAYOUT_REAL, sizeof f);
        value_format(&nd, &d, sizeof d, out, sizeof out);
        assert_true(isnan(d) ? strstr(out, "nan") != NULL : strtod(out, NULL) == d);
        value_format(&nf, &f, sizeof f, out, sizeof out);
        assert_true(isnan(f) ? strstr(out, "nan") != NULL : strtof(out, NULL) == f);
    }
}

static void other_reals_are_chosen_by_their_size(void **state)
{
    (void)state;
    struct layout_node f = leaf_of(LAYOUT_REAL, sizeof(float)), ld = leaf_of(LAYOUT_REAL, sizeof(long double));
    float tenth = 0.1f, small = 1e-45f;
    ASSERT_VALUE(f, &tenth, "0.1");
    ASSERT_VALUE(f, &small, "1e-45");
    union {
        long double value;
        unsigned char bytes[sizeof(long double)];
    } wide;
    memset(&wide, 0, sizeof wide);
    wide.value = 0.1L;
    ASSERT_VALUE(ld, &wide, "0.1");
    wide.value = -(long double)INFINITY;
    ASSERT_VALUE(ld, &wide, "-inf");
#if LDBL_MANT_DIG == 64
    memset(&wide, 0, sizeof wide);
    wide.bytes[8] = 1; /* an exponent, but not the leading bit */
    ASSERT_VALUE(ld, &wide, "not a valid long double");
    unsigned char quad[16] = {[13] = 0x80, [14] = 0x00, [15] = 0xc0}; /* binary128: -3 */
    struct layout_node f128 = leaf_of(LAYOUT_REAL, 16);
    f128.type = (char *)"_Float128";
    ASSERT_VALUE(f128, quad, "-3");
    unsigned char quad_inf[16] = {[14] = 0xff, [15] = 0x7f};
    ASSERT_VALUE(f128, quad_inf, "inf");
#endif
    struct layout_node half = leaf_of(LAYOUT_REAL, 2);
    const struct {
        uint16_t bits;
        const char *text;
    } halves[] = {{0x3c00, "1"},   {0xc000, "-2"},   {0x7bff, "65504"}, {0x0001, "6e-08"}, {0x3555, "0.3333"},
                  {0x7c00, "inf"}, {0xfc00, "-inf"}, {0x7e00, "nan"},   {0x8000, "-0"}};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        ASSERT_VALUE(half, &halves[i].bits, halves[i].text);
    }
    uint16_t brain = 0x4049;
    struct layout_node bf16 = leaf_of(LAYOUT_REAL, 2);
    bf16.type = (char *)"__bf16";
    ASSERT_VALUE(bf16, &brain, "3.140625");
    struct layout_node odd = leaf_of(LAYOUT_REAL, 3);
    ASSERT_VALUE(odd, "abc", "61 62 63");
}

static void booleans_enums_and_pointers(void **state)
{
    (void)state;
    struct layout_node b = leaf_of(LAYOUT_BOOL, 1);
    ASSERT_VALUE(b, "\0", "false");
    ASSERT_VALUE(b, "\1", "true");
    ASSERT_VALUE(b, "\7", "7");
    struct layout_enumerator color[] = {{(char *)"RED", 0}, {(char *)"GREEN", 1}, {(char *)"\x1b[31m", 2}};
    struct layout_node e = leaf_of(LAYOUT_ENUM, 4);
    e.enumerators = color;
    e.enumerator_count = 3;
    int values[] = {1, 7, -1, 2};
    ASSERT_VALUE(e, &values[0], "GREEN (1)");
    ASSERT_VALUE(e, &values[1], "7");
    ASSERT_VALUE(e, &values[2], "4294967295");
    ASSERT_VALUE(e, &values[3], "?[31m (2)");
    color[0].value = -1;
    ASSERT_VALUE(e, &values[2], "RED (-1)");
    struct layout_node p = leaf_of(LAYOUT_POINTER, 8);
    uint64_t address = 0x7ffff7fc3000;
    ASSERT_VALUE(p, &address, "0x7ffff7fc3000");
    address = 0;
    ASSERT_VALUE(p, &address, "NULL");
    struct layout_node member = leaf_of(LAYOUT_POINTER, 16); /* C++'s pointer to a member function */
    ASSERT_VALUE(member, "0123456789abcdef", "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66");
}

static void bit_fields_are_extracted_from_their_bytes(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0xf5, 0x03, 0x80, 0, 0, 0, 0, 0, 0x01};
    struct layout_node n = leaf_of(LAYOUT_UINT, 2);
    n.bit_size = 6;
    n.bit_offset = 4;
    ASSERT_VALUE(n, bytes, "63");
    n.kind = LAYOUT_SINT;
    ASSERT_VALUE(n, bytes, "-1");
    n.kind = LAYOUT_BOOL;
    n.size = 1;
    n.bit_size = 1;
    n.bit_offset = 2;
    ASSERT_VALUE(n, bytes, "true");
    n.kind = LAYOUT_UINT;
    n.size = 9;
    n.bit_size = 64;
    n.bit_offset = 1;
    ASSERT_VALUE(n, bytes, "9223372036858970618");
    n.size = 2; /* a layout with a wrong size */
    ASSERT_VALUE(n, bytes, "f5 03");
    struct layout_enumerator minus[] = {{(char *)"LOW", -1}};
    struct layout_node e = leaf_of(LAYOUT_ENUM, 1);
    e.enumerators = minus;
    e.enumerator_count = 1;
    e.bit_size = 2;
    ASSERT_VALUE(e, "\3", "LOW (-1)");
    char place[VALUE_PLACE_MAX];
    value_offset(&n, 20, place);
    assert_string_equal(place, "20.1");
    value_size(&n, n.size, place);
    assert_string_equal(place, "64b");
    n.bit_size = 0;
    value_offset(&n, 20, place);
    assert_string_equal(place, "20");
    value_size(&n, 9, place);
    assert_string_equal(place, "9");
}

static void names_of_enumerators_may_be_utf_8(void **state)
{
    (void)state;
    struct layout_enumerator names[] = {{(char *)"GR\u00dcN", 0},
                                        {(char *)"\u65e5\u672c", 1},
                                        {(char *)"a\xc3", 2},     /* cut off */
                                        {(char *)"\u202egnp", 3}, /* would turn the text around */
                                        {(char *)"\xc2\x9b"
                                                 "31m",
                                         4}}; /* a control character */
    struct layout_node e = leaf_of(LAYOUT_ENUM, 1);
    e.enumerators = names;
    e.enumerator_count = 5;
    ASSERT_VALUE(e, "\0", "GR\u00dcN (0)");
    ASSERT_VALUE(e, "\1", "\u65e5\u672c (1)");
    ASSERT_VALUE(e, "\2", "a? (2)");
    ASSERT_VALUE(e, "\3", "?gnp (3)");
    ASSERT_VALUE(e, "\4", "?31m (4)");
    char out[16];
    value_format(&e, "\1", 1, out, 6); /* no character is cut in two */
    assert_string_equal(out, "\u65e5");
}

static void the_other_byte_order_is_read_in_its_order(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0x01, 0x08, 0x00, 0x02, 0x3f, 0xc0, 0, 0};
    const bool little = !layout_is_big_endian(&(struct layout_node){.flags = 0});
    struct layout_node n = leaf_of(LAYOUT_UINT, 2);
    n.flags = LAYOUT_SWAPPED;
    ASSERT_VALUE(n, bytes, little ? "264" : "2049");
    struct layout_node list = array_of(LAYOUT_SINT, 2, 2);
    list.flags = LAYOUT_SWAPPED;
    ASSERT_VALUE(list, bytes, little ? "{264, 2}" : "{2049, 512}");
    struct layout_node real = leaf_of(LAYOUT_REAL, 4);
    real.flags = LAYOUT_SWAPPED;
    if (little) {
        ASSERT_VALUE(real, bytes + 4, "1.5");
    }
    struct layout_node odd = leaf_of(LAYOUT_REAL, 3);
    odd.flags = LAYOUT_SWAPPED;
    ASSERT_VALUE(odd, "abc", "61 62 63"); /* no number: its bytes as they lie */
    struct layout_node bits = leaf_of(LAYOUT_UINT, 2);
    bits.flags = LAYOUT_SWAPPED;
    bits.bit_offset = 6;
    bits.bit_size = 6;
    ASSERT_VALUE(bits, bytes, little ? "16" : "32");
    char shown[64];
    size_t length = value_shown(&n, bytes, 2, shown, sizeof shown);
    assert_int_equal(length, strlen(shown));
    assert_string_equal(shown, little ? "264 (big-endian)" : "2049 (little-endian)");
    value_shown(&n, bytes, 1, shown, sizeof shown);
    assert_string_equal(shown, "past the end");
    struct layout_node raw = leaf_of(LAYOUT_BYTES, 3);
    value_shown(&raw, bytes, 3, shown, sizeof shown);
    assert_string_equal(shown, "raw: 01 08 00");
}

static void arrays_show_their_elements(void **state)
{
    (void)state;
    int numbers[100] = {1, 2, 3};
    struct layout_node n = array_of(LAYOUT_SINT, 4, 3), none = array_of(LAYOUT_SINT, 4, 0);
    ASSERT_VALUE(n, numbers, "{1, 2, 3}");
    ASSERT_VALUE(none, numbers, "{}");
    struct layout_node one = array_of(LAYOUT_SINT, 4, 1);
    one.type = (char *)"int[1]";
    ASSERT_VALUE(one, numbers, "{1}");
    char out[4096];
    struct layout_node many = array_of(LAYOUT_SINT, 4, 100);
    value_format(&many, numbers, sizeof numbers, out, sizeof out);
    assert_string_equal(out + strlen(out) - 8, " 0, ...}");
    size_t commas = 0;
    for (char *c = out; *c != '\0'; c++) {
        commas += *c == ',';
    }
    assert_int_equal(commas, VALUE_ELEMENTS_MAX);
    struct layout_node liar = array_of(LAYOUT_SINT, 4, 3);
    liar.count = SIZE_MAX;
    ASSERT_VALUE(liar, numbers, "{1, 2, 3}");
    liar.stride = 0;
    ASSERT_VALUE(liar, numbers, "{}");
}

static void a_pointer_to_an_array_is_a_pointer(void **state)
{
    (void)state;
    uint64_t address[] = {0x7ffff7fc3000, 0};
    const char *pointers[] = {"int (*)[4]",     "const char (*)[2][3]", "int (*(*)[3])[4]",
                              "struct point *", "void (*)(int[2])",     "Gen<int (*)[4]> *"};
    struct layout_node p = leaf_of(LAYOUT_POINTER, 8);
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        p.type = (char *)pointers[i];
        ASSERT_VALUE(p, address, "0x7ffff7fc3000");
    }
    const char *arrays[] = {"int (*[1])[4]", "void (*[1])(int)", "struct point *[1]", "const int (*const [1])[4]"};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        p.type = (char *)arrays[i];
        ASSERT_VALUE(p, address, "{0x7ffff7fc3000}");
    }
    struct layout_node two = array_of(LAYOUT_POINTER, 8, 2);
    two.type = (char *)"int (*[2])[4]";
    ASSERT_VALUE(two, address, "{0x7ffff7fc3000, NULL}");
}

static void too_few_bytes_are_reported(void **state)
{
    (void)state;
    char out[32];
    struct layout_node n = leaf_of(LAYOUT_SINT, 4);
    assert_int_equal(value_format(&n, NULL, 0, out, sizeof out), 12);
    assert_string_equal(out, "past the end");
    value_format(&n, "abc", 3, out, sizeof out);
    assert_string_equal(out, "past the end");
}

static void containers_have_no_value(void **state)
{
    (void)state;
    struct layout_node n = leaf_of(LAYOUT_STRUCT, 4);
    ASSERT_VALUE(n, "abcd", "");
}

/* In a buffer of any length: a prefix that ends at a whole character, and the full length as the result. */
static void the_text_is_truncated_at_a_whole_character(void **state)
{
    (void)state;
    char whole[64], out[64];
    struct layout_node n = array_of(LAYOUT_TEXT, 1, 6);
    const char *bytes = "a\001b\377";
    size_t full = value_format(&n, bytes, 6, whole, sizeof whole);
    for (size_t size = 0; size < sizeof out; size++) {
        memset(out, '#', sizeof out);
        assert_int_equal(value_format(&n, bytes, 6, out, size), full);
        assert_true(out[size] == '#');
        if (size == 0) {
            continue;
        }
        size_t length = strlen(out);
        assert_true(length < size);
        assert_memory_equal(out, whole, length);
        static const size_t ends[] = {0, 1, 2, 6, 7, 11, 12};
        bool at_end = false;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            at_end = at_end || length == ends[i];
        }
        assert_true(at_end);
    }
}

static void only_printable_ascii_comes_out(void **state)
{
    (void)state;
    uint64_t bits = 1234567;
    for (int i = 0; i < 50000; i++) {
        unsigned char bytes[24];
        char out[512];
        for (size_t b = 0; b < sizeof bytes; b++) {
            bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
            bytes[b] = (unsigned char)bits;
        }
        struct layout_node n = leaf_of((enum layout_kind)(bits % LAYOUT_KINDS), 1 + (bits >> 8) % 16);
        if (bits & 0x100000) {
            n.stride = n.size;
            n.count = 24 / n.size;
            n.size *= n.count;
        }
        value_format(&n, bytes, sizeof bytes, out, sizeof out);
        for (const char *c = out; *c != '\0'; c++) {
            assert_true(*c >= 32 && *c <= 126);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_ends_at_its_nul),
        cmocka_unit_test(long_text_is_truncated_with_dots),
        cmocka_unit_test(characters_are_quoted),
        cmocka_unit_test(integers_of_all_sizes),
        cmocka_unit_test(doubles_have_the_shortest_text_that_reads_back),
        cmocka_unit_test(any_double_and_float_reads_back),
        cmocka_unit_test(other_reals_are_chosen_by_their_size),
        cmocka_unit_test(booleans_enums_and_pointers),
        cmocka_unit_test(bit_fields_are_extracted_from_their_bytes),
        cmocka_unit_test(names_of_enumerators_may_be_utf_8),
        cmocka_unit_test(the_other_byte_order_is_read_in_its_order),
        cmocka_unit_test(arrays_show_their_elements),
        cmocka_unit_test(a_pointer_to_an_array_is_a_pointer),
        cmocka_unit_test(too_few_bytes_are_reported),
        cmocka_unit_test(containers_have_no_value),
        cmocka_unit_test(the_text_is_truncated_at_a_whole_character),
        cmocka_unit_test(only_printable_ascii_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
