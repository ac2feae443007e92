/* message: the bytes of both layouts, compared with hand-written bytes and with the compiler's structs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"

/* The first message, byte for byte, on a little-endian machine. 0xee marks padding, which nobody writes. */
static const unsigned char natural[64] =
    "PI is defined as: \0\xee\x16\0\0\0/\xee\xee\xee\x07\0\0\0==\xee\xee\xee\xee\xee\xee"
    "\x49\x92\x24\x49\x92\x24\x09\x40goodbye\0\x88\x77\x66\x55\x44\x33\x22\x11";
static const unsigned char packed[54] =
    "PI is defined as: \0\x16\0\0\0/\x07\0\0\0==\x49\x92\x24\x49\x92\x24\x09\x40goodbye\0"
    "\x88\x77\x66\x55\x44\x33\x22\x11";

static void expect_written(enum message_layout layout, bool live, const unsigned char *expected, size_t size)
{
    _Alignas(8) unsigned char memory[80];
    struct message_live m = message_first();

    memset(memory, 0xee, sizeof memory);
    m.counter = 0x1122334455667788;
    message_write(memory, layout, live, &m);
    assert_memory_equal(memory, expected, size);
    for (size_t i = size; i < sizeof memory; i++) {
        assert_int_equal(memory[i], 0xee);
    }
}

static void natural_leaves_its_padding_alone(void **state)
{
    (void)state;
    expect_written(MESSAGE_NATURAL, false, natural, 56);
    expect_written(MESSAGE_NATURAL, true, natural, 64);
}

static void packed_has_no_padding(void **state)
{
    (void)state;
    expect_written(MESSAGE_PACKED, false, packed, 46);
    expect_written(MESSAGE_PACKED, true, packed, 54);
}

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < MESSAGE_LAYOUTS; i++) {
        _Alignas(8) unsigned char memory[64] = {0};
        struct message_live m = message_first(), back;

        m.message.num = -5;
        m.message.ratio = 0.1;
        message_write(memory, (enum message_layout)i, true, &m);
        message_read(memory, (enum message_layout)i, &back);
        assert_string_equal(back.message.intro, "PI is defined as: ");
        assert_int_equal(back.message.num, -5);
        assert_int_equal(back.message.slash, '/');
        assert_int_equal(back.message.den, 7);
        assert_int_equal(back.message.eq1, '=');
        assert_int_equal(back.message.eq2, '=');
        assert_true(back.message.ratio == 0.1);
        assert_string_equal(back.message.farewell, "goodbye");
        m.counter = 4711;
        message_write_field(memory, (enum message_layout)i, MESSAGE_COUNTER, &m);
        message_read_field(memory, (enum message_layout)i, MESSAGE_COUNTER, &back);
        assert_int_equal(back.counter, 4711);
    }
}

static void writing_value_by_value_gives_the_same_bytes(void **state)
{
    _Alignas(8) unsigned char memory[64];
    struct message_live m = message_first();

    (void)state;
    memset(memory, 0xee, sizeof memory);
    m.counter = 0x1122334455667788;
    for (int f = MESSAGE_FIELDS - 1; f >= 0; f--) { /* in any order */
        size_t offset = message_place(MESSAGE_NATURAL, (enum message_field)f).offset;
        assert_int_equal(memory[offset], 0xee);
        message_write_field(memory, MESSAGE_NATURAL, (enum message_field)f, &m);
    }
    assert_memory_equal(memory, natural, sizeof natural);
}

static void offsets_are_those_drawn_in_the_header(void **state)
{
    static const size_t offsets[MESSAGE_LAYOUTS][MESSAGE_FIELDS] = {
        [MESSAGE_NATURAL] = {0, 20, 24, 28, 32, 33, 40, 48, 56},
        [MESSAGE_PACKED] = {0, 19, 23, 24, 28, 29, 30, 38, 46},
    };
    static const size_t sizes[MESSAGE_FIELDS] = {19, 4, 1, 4, 1, 1, 8, 8, 8};

    (void)state;
    for (int l = 0; l < MESSAGE_LAYOUTS; l++) {
        for (int f = 0; f < MESSAGE_FIELDS; f++) {
            struct message_place place = message_place((enum message_layout)l, (enum message_field)f);
            assert_int_equal(place.offset, offsets[l][f]);
            assert_int_equal(place.size, sizes[f]);
        }
    }
    assert_int_equal(message_size(MESSAGE_NATURAL, false), 56);
    assert_int_equal(message_size(MESSAGE_NATURAL, true), 64);
    assert_int_equal(message_size(MESSAGE_PACKED, false), 46);
    assert_int_equal(message_size(MESSAGE_PACKED, true), 54);
}

static void fractions_approach_pi_and_start_over(void **state)
{
    static const int known[][2] = {{3, 1}, {22, 7}, {333, 106}, {355, 113}, {103993, 33102}, {104348, 33215}};
    const double pi = 3.14159265358979323846;
    struct message m = message_first().message;
    double last = 1;
    uint64_t n = 0;

    (void)state;
    for (; n < 6; n++) {
        message_approximate(&m, n);
        assert_int_equal(m.num, known[n][0]);
        assert_int_equal(m.den, known[n][1]);
    }
    n = 0;
    do {
        message_approximate(&m, n);
        /* A double is too coarse to tell the last ones from pi. */
        double distance = m.ratio > pi ? m.ratio - pi : pi - m.ratio;
        assert_true(distance < last || distance < 1e-15);
        assert_true(m.ratio == (double)m.num / m.den);
        last = distance;
        n++;
        message_approximate(&m, n);
    } while (m.num != 3 && n < 100);
    assert_in_range(n, 16, 20);
    assert_true(last < 1e-15);
    message_approximate(&m, UINT64_MAX);
    assert_true(m.num > 0 && m.den > 0);
}

static void values_are_formatted_for_display(void **state)
{
    static const char *const expected[] = {"\"PI is defined as: \"", "22",          "'/'", "7", "'='", "'='",
                                           "3.142857142857143",      "\"goodbye\"", "0"};
    struct message_live m = message_first();
    char out[128];

    (void)state;
    for (int f = 0; f < MESSAGE_FIELDS; f++) {
        message_format(&m, (enum message_field)f, out, sizeof out);
        assert_string_equal(out, expected[f]);
    }
    memset(m.message.farewell, '\x1b', sizeof m.message.farewell); /* control characters, and no NUL */
    m.message.slash = '\0';
    message_format(&m, MESSAGE_FAREWELL, out, sizeof out);
    assert_string_equal(out, "\"\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\"");
    message_format(&m, MESSAGE_SLASH, out, sizeof out);
    assert_string_equal(out, "'\\0'");
    message_format(&m, MESSAGE_INTRO, out, 5);
    assert_string_equal(out, "\"PI ");
}

static void layouts_have_names(void **state)
{
    enum message_layout layout = MESSAGE_NATURAL;

    (void)state;
    assert_true(message_layout_from_name("packed", &layout));
    assert_int_equal(layout, MESSAGE_PACKED);
    assert_true(message_layout_from_name("natural", &layout));
    assert_int_equal(layout, MESSAGE_NATURAL);
    assert_false(message_layout_from_name("pack", &layout));
    assert_false(message_layout_from_name("", &layout));
    assert_string_equal(message_layout_name(MESSAGE_PACKED), "packed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natural_leaves_its_padding_alone),
        cmocka_unit_test(packed_has_no_padding),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(writing_value_by_value_gives_the_same_bytes),
        cmocka_unit_test(offsets_are_those_drawn_in_the_header),
        cmocka_unit_test(fractions_approach_pi_and_start_over),
        cmocka_unit_test(values_are_formatted_for_display),
        cmocka_unit_test(layouts_have_names),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
