/* Value: formats the bytes of one field. The locale doesn't matter. See value.h. */
#include "value.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The output. A unit (a character, an escape, a number) is stored whole or not at all. */
struct writer {
    char *out;
    size_t size;   /* of out */
    size_t stored; /* characters in out, without the NUL */
    size_t wanted; /* characters that all units need */
};

static void put(struct writer *w, const char *unit)
{
    size_t length = strlen(unit);
    if (w->stored == w->wanted && w->stored + length < w->size) {
        memcpy(w->out + w->stored, unit, length);
        w->stored += length;
    }
    w->wanted += length;
}

static bool machine_is_little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* ---- integers of up to 128 bits ---- */

struct wide {
    uint64_t low, high;
};

static void wide_set_bit(struct wide *w, unsigned bit)
{
    if (bit < 64) {
        w->low |= UINT64_C(1) << bit;
    } else {
        w->high |= UINT64_C(1) << (bit - 64);
    }
}

/* Reads 1 to 16 bytes in the machine's byte order. */
static struct wide wide_load(const unsigned char *bytes, size_t size)
{
    struct wide w = {0, 0};
    bool little = machine_is_little_endian();
    for (size_t i = 0; i < size; i++) {
        uint64_t byte = bytes[little ? i : size - 1 - i];
        if (i < 8) {
            w.low |= byte << (8 * i);
        } else {
            w.high |= byte << (8 * (i - 8));
        }
    }
    return w;
}

static struct wide wide_load_bits(const unsigned char *bytes, unsigned first, unsigned count)
{
    struct wide w = {0, 0};
    for (unsigned i = 0; i < count; i++) {
        unsigned bit = first + i;
        if ((bytes[bit / 8] >> (bit % 8)) & 1) {
            wide_set_bit(&w, i);
        }
    }
    return w;
}

static bool wide_is_negative(struct wide w, unsigned bits)
{
    return bits <= 64 ? (w.low >> (bits - 1)) & 1 : (w.high >> (bits - 65)) & 1;
}

/* The absolute value of a negative number of `bits` bits (two's complement). */
static struct wide wide_negate(struct wide w, unsigned bits)
{
    struct wide n = {~w.low + 1, ~w.high + (w.low == 0)};
    if (bits < 64) {
        n.low &= (UINT64_C(1) << bits) - 1;
    }
    if (bits <= 64) {
        n.high = 0;
    } else if (bits < 128) {
        n.high &= (UINT64_C(1) << (bits - 64)) - 1;
    }
    return n;
}

#define WIDE_TEXT 44 /* 39 digits, a sign, NUL */

static void wide_print(struct wide w, unsigned bits, bool is_signed, char out[WIDE_TEXT])
{
    bool negative = is_signed && wide_is_negative(w, bits);
    if (negative) {
        w = wide_negate(w, bits);
    }
    uint32_t words[4] = {(uint32_t)(w.high >> 32), (uint32_t)w.high, (uint32_t)(w.low >> 32), (uint32_t)w.low};
    char digits[WIDE_TEXT];
    size_t n = sizeof digits;
    digits[--n] = '\0';
    do {
        uint64_t rest = 0;
        for (int i = 0; i < 4; i++) {
            uint64_t part = rest << 32 | words[i];
            words[i] = (uint32_t)(part / 10);
            rest = part % 10;
        }
        digits[--n] = (char)('0' + rest);
    } while (words[0] | words[1] | words[2] | words[3]);
    if (negative) {
        digits[--n] = '-';
    }
    memcpy(out, digits + n, sizeof digits - n);
}

/* ---- real numbers ---- */

/* Replaces the locale's decimal point, which may be several bytes, with a full stop. */
static void plain_point(char *text)
{
    const char *point = localeconv()->decimal_point;
    size_t length = strlen(point);
    char *at = length ? strstr(text, point) : NULL;
    if (!at) {
        return;
    }
    *at = '.';
    memmove(at + 1, at + length, strlen(at + length) + 1);
}

#define REAL_TEXT 64

/* For a text like 1e+02, the number of digits that 100 needs, if they are at most `most`; else 0. */
static int written_out(const char *text, int most)
{
    const char *e = strchr(text, 'e');
    int exponent = e != NULL ? atoi(e + 1) : -1;
    return exponent >= 0 && exponent < most ? exponent + 1 : 0;
}

static void float_print(float value, char out[REAL_TEXT])
{
    int digits = 0;
    do {
        snprintf(out, REAL_TEXT, "%.*g", ++digits, (double)value);
    } while (digits < FLT_DECIMAL_DIG && strtof(out, NULL) != value);
    digits = written_out(out, FLT_DIG);
    if (digits) {
        snprintf(out, REAL_TEXT, "%.*g", digits, (double)value);
    }
}

static void double_print(double value, char out[REAL_TEXT])
{
    int digits = 0;
    do {
        snprintf(out, REAL_TEXT, "%.*g", ++digits, value);
    } while (digits < DBL_DECIMAL_DIG && strtod(out, NULL) != value);
    digits = written_out(out, DBL_DIG);
    if (digits) {
        snprintf(out, REAL_TEXT, "%.*g", digits, value);
    }
}

static void long_double_print(long double value, char out[REAL_TEXT])
{
    int digits = 0;
    do {
        snprintf(out, REAL_TEXT, "%.*Lg", ++digits, value);
    } while (digits < LDBL_DECIMAL_DIG && strtold(out, NULL) != value);
    digits = written_out(out, LDBL_DIG);
    if (digits) {
        snprintf(out, REAL_TEXT, "%.*Lg", digits, value);
    }
}

/* Prints an IEEE 754 binary16 (1 sign bit, 5 exponent bits, 10 fraction bits) with the fewest digits that identify
 * it. */
static void half_print(uint16_t bits, char out[REAL_TEXT])
{
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    double ulp = ldexp(1, (exponent ? exponent : 1) - 25);
    double value = (fraction + (exponent ? 1024 : 0)) * ulp;
    if (bits & 0x8000) {
        value = -value;
    }
    int digits = 0;
    do {
        snprintf(out, REAL_TEXT, "%.*g", ++digits, value);
    } while (digits < 5 && fabs(strtod(out, NULL) - value) * 2 >= ulp);
    digits = written_out(out, 5);
    if (digits) {
        snprintf(out, REAL_TEXT, "%.*g", digits, value);
    }
}

/* Converts an IEEE 754 binary128 if long double has another format. Uses its 64 most significant fraction bits. */
static long double quad_value(struct wide w)
{
    int exponent = (int)((w.high >> 48) & 0x7fff);
    uint64_t fraction = (w.high & UINT64_C(0xffffffffffff)) << 15 | w.low >> 49;
    if (exponent) {
        fraction |= UINT64_C(1) << 63;
    }
    long double value = ldexpl((long double)fraction, (exponent ? exponent : 1) - 16383 - 63);
    return w.high >> 63 ? -value : value;
}

static bool type_is_quad(const char *type)
{
    return LDBL_MANT_DIG != 113 && (strstr(type, "loat128") || strstr(type, "Float64x") || strstr(type, "quad"));
}

static void special_print(bool negative, bool infinite, char out[REAL_TEXT])
{
    snprintf(out, REAL_TEXT, "%s%s", negative ? "-" : "", infinite ? "inf" : "nan");
}

static void real16_print(const struct layout_node *leaf, const unsigned char *bytes, char out[REAL_TEXT])
{
    uint16_t bits;
    memcpy(&bits, bytes, sizeof bits);
    if (strstr(leaf->type, "bf16") || strstr(leaf->type, "bfloat16")) {
        uint32_t wide = (uint32_t)bits << 16;
        float value;
        memcpy(&value, &wide, sizeof value);
        if (isfinite(value)) {
            float_print(value, out);
        } else {
            special_print(bits >> 15, isinf(value), out);
        }
    } else if (((bits >> 10) & 31) == 31) {
        special_print(bits >> 15, (bits & 1023) == 0, out);
    } else {
        half_print(bits, out);
    }
}

/* Some 80-bit patterns of the x87 are invalid: their explicit leading bit is missing. */
static bool long_double_is_valid(const unsigned char *bytes)
{
#if LDBL_MANT_DIG == 64
    unsigned exponent = bytes[8] | (bytes[9] & 0x7fu) << 8;
    return exponent == 0 || bytes[7] >> 7;
#else
    (void)bytes;
    return true;
#endif
}

static void long_double_or_quad_print(const struct layout_node *leaf, const unsigned char *bytes, char out[REAL_TEXT])
{
    long double value = 0;
    if (type_is_quad(leaf->type)) {
        struct wide w = wide_load(bytes, 16);
        if (((w.high >> 48) & 0x7fff) == 0x7fff) {
            special_print(w.high >> 63, !(w.low | w.high << 16), out);
            return;
        }
        value = quad_value(w);
    } else if (!long_double_is_valid(bytes)) {
        snprintf(out, REAL_TEXT, "not a number that the machine knows");
        return;
    } else {
        memcpy(&value, bytes, sizeof value);
    }
    if (isfinite(value)) {
        long_double_print(value, out);
    } else {
        special_print(signbit(value), isinf(value), out);
    }
}

/* Returns false if there is no real type of that size. */
static bool real_print(const struct layout_node *leaf, const unsigned char *bytes, size_t size, char out[REAL_TEXT])
{
    double value;
    if (size == 2) {
        real16_print(leaf, bytes, out);
    } else if (size == sizeof(float)) {
        float narrow;
        memcpy(&narrow, bytes, sizeof narrow);
        if (isfinite(narrow)) {
            float_print(narrow, out);
        } else {
            special_print(signbit(narrow), isinf(narrow), out);
        }
    } else if (size == sizeof(double)) {
        memcpy(&value, bytes, sizeof value);
        if (isfinite(value)) {
            double_print(value, out);
        } else {
            special_print(signbit(value), isinf(value), out);
        }
    } else if (size == sizeof(long double)) {
        long_double_or_quad_print(leaf, bytes, out);
    } else {
        return false;
    }
    plain_point(out);
    return true;
}

/* ---- characters ---- */

static void put_char(struct writer *w, uint64_t code, char quote)
{
    static const char names[] = "abtnvfr";
    char unit[16];
    if (code >= 7 && code <= 13) {
        snprintf(unit, sizeof unit, "\\%c", names[code - 7]);
    } else if (code == (unsigned char)quote || code == '\\') {
        snprintf(unit, sizeof unit, "\\%c", (char)code);
    } else if (code >= 32 && code < 127) {
        snprintf(unit, sizeof unit, "%c", (char)code);
    } else if (code == 0 && quote == '\'') {
        snprintf(unit, sizeof unit, "\\0");
    } else if (code < 256) {
        snprintf(unit, sizeof unit, "\\%03o", (unsigned)code);
    } else if (code < 0x10000) {
        snprintf(unit, sizeof unit, "\\u%04x", (unsigned)code);
    } else {
        snprintf(unit, sizeof unit, "\\U%08x", (unsigned)code);
    }
    put(w, unit);
}

static void put_text(struct writer *w, const unsigned char *bytes, size_t size)
{
    const unsigned char *nul = size ? memchr(bytes, 0, size) : NULL;
    size_t length = nul ? (size_t)(nul - bytes) : size;
    size_t shown = length < VALUE_TEXT_MAX ? length : VALUE_TEXT_MAX;
    put(w, "\"");
    for (size_t i = 0; i < shown; i++) {
        put_char(w, bytes[i], '"');
    }
    put(w, "\"");
    if (shown < length || (!nul && size)) {
        put(w, "...");
    }
}

/* ---- one element ---- */

static void put_hex(struct writer *w, const unsigned char *bytes, size_t size)
{
    size_t shown = size < VALUE_ELEMENTS_MAX ? size : VALUE_ELEMENTS_MAX;
    for (size_t i = 0; i < shown; i++) {
        char unit[8];
        snprintf(unit, sizeof unit, "%s%02x", i ? " " : "", bytes[i]);
        put(w, unit);
    }
    if (shown < size) {
        put(w, " ...");
    }
}

static void put_printable(struct writer *w, const char *name)
{
    for (; *name; name++) {
        char unit[2] = {*name, '\0'};
        if (*name < 32 || *name > 126) {
            unit[0] = '?';
        }
        put(w, unit);
    }
}

static bool enum_is_signed(const struct layout_node *leaf)
{
    for (size_t i = 0; i < leaf->enumerator_count; i++) {
        if (leaf->enumerators[i].value < 0) {
            return true;
        }
    }
    return false;
}

static void put_enum(struct writer *w, const struct layout_node *leaf, struct wide value, unsigned bits)
{
    bool is_signed = enum_is_signed(leaf);
    bool negative = is_signed && wide_is_negative(value, bits);
    uint64_t low = negative && bits < 64 ? value.low | ~((UINT64_C(1) << bits) - 1) : value.low;
    char number[WIDE_TEXT];
    wide_print(value, bits, is_signed, number);
    for (size_t i = 0; i < leaf->enumerator_count; i++) {
        if (bits > 64 || (uint64_t)leaf->enumerators[i].value != low) {
            continue;
        }
        put_printable(w, leaf->enumerators[i].name);
        put(w, " (");
        put(w, number);
        put(w, ")");
        return;
    }
    put(w, number);
}

/* Explains the counter of a bell or a seqlock. */
static void put_counter(struct writer *w, const struct layout_node *leaf, uint32_t count)
{
    char text[WIDE_TEXT];
    snprintf(text, sizeof text, "%" PRIu32, count);
    put(w, text);
    if (leaf->flags & LAYOUT_BELL) {
        put(w, count == 1 ? " ring" : " rings");
    } else {
        put(w, count & 1 ? ", being written" : ", whole");
    }
}

static void put_integer(struct writer *w, const struct layout_node *leaf, struct wide value, unsigned bits)
{
    char text[WIDE_TEXT];
    bool small = value.high == 0;
    if ((leaf->flags & (LAYOUT_BELL | LAYOUT_SEQLOCK)) != 0 && bits == 32) {
        put_counter(w, leaf, (uint32_t)value.low);
        return;
    }
    switch (leaf->kind) {
    case LAYOUT_ENUM:
        put_enum(w, leaf, value, bits);
        return;
    case LAYOUT_BOOL:
        if (small && value.low < 2) {
            put(w, value.low ? "true" : "false");
            return;
        }
        break;
    case LAYOUT_POINTER:
        if (small && value.low == 0) {
            put(w, "NULL");
            return;
        }
        if (small) {
            snprintf(text, sizeof text, "0x%" PRIx64, value.low);
            put(w, text);
            return;
        }
        break;
    default:
        break;
    }
    wide_print(value, bits, leaf->kind == LAYOUT_SINT, text);
    put(w, text);
}

static void put_element(struct writer *w, const struct layout_node *leaf, const unsigned char *bytes, size_t size)
{
    char real[REAL_TEXT];
    bool number = size >= 1 && size <= 16;
    switch (leaf->kind) {
    case LAYOUT_CHAR:
        if (size != 1 && size != 2 && size != 4) {
            break;
        }
        put(w, "'");
        put_char(w, wide_load(bytes, size).low, '\'');
        put(w, "'");
        return;
    case LAYOUT_SINT:
    case LAYOUT_UINT:
    case LAYOUT_BOOL:
    case LAYOUT_ENUM:
        if (!number) {
            break;
        }
        put_integer(w, leaf, wide_load(bytes, size), (unsigned)(8 * size));
        return;
    case LAYOUT_POINTER:
        if (!number || size > 8) {
            break;
        }
        put_integer(w, leaf, wide_load(bytes, size), (unsigned)(8 * size));
        return;
    case LAYOUT_REAL:
        if (!real_print(leaf, bytes, size, real)) {
            break;
        }
        put(w, real);
        return;
    default:
        break;
    }
    put_hex(w, bytes, size);
}

/* ---- the field ---- */

static bool leaf_is_array(const struct layout_node *leaf)
{
    size_t length = strlen(leaf->type);
    return leaf->count != 1 || (length && leaf->type[length - 1] == ']');
}

static void put_array(struct writer *w, const struct layout_node *leaf, const unsigned char *bytes)
{
    size_t size = leaf->count == 1 ? leaf->size : leaf->stride;
    size_t fits = size ? leaf->size / size : 0;
    size_t count = leaf->count < fits ? leaf->count : fits;
    size_t shown = count < VALUE_ELEMENTS_MAX ? count : VALUE_ELEMENTS_MAX;
    put(w, "{");
    for (size_t i = 0; i < shown; i++) {
        if (i) {
            put(w, ", ");
        }
        put_element(w, leaf, bytes + i * size, size);
    }
    put(w, shown < count ? ", ...}" : "}");
}

static void put_bit_field(struct writer *w, const struct layout_node *leaf, const unsigned char *bytes)
{
    unsigned bits = leaf->bit_size;
    if (bits > 128 || leaf->bit_offset > 7 || (leaf->bit_offset + bits + 7) / 8 > leaf->size) {
        put_hex(w, bytes, leaf->size);
        return;
    }
    put_integer(w, leaf, wide_load_bits(bytes, leaf->bit_offset, bits), bits);
}

size_t value_format(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size)
{
    struct writer w = {.out = out, .size = out_size};
    if (layout_kind_is_container(leaf->kind)) {
        ; /* a container has no value itself */
    } else if (available < leaf->size) {
        put(&w, "past the end");
    } else if (leaf->bit_size) {
        put_bit_field(&w, leaf, bytes);
    } else if (leaf->kind == LAYOUT_TEXT) {
        put_text(&w, bytes, leaf->size);
    } else if (leaf->kind != LAYOUT_BYTES && leaf_is_array(leaf)) {
        put_array(&w, leaf, bytes);
    } else {
        put_element(&w, leaf, bytes, leaf->size);
    }
    if (out_size) {
        out[w.stored] = '\0';
    }
    return w.wanted;
}
