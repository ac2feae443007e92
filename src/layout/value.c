/* Value: formats the bytes of one field. See value.h. */
#include "value.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

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

/* ---- integers of up to 128 bits ---- */

__extension__ typedef unsigned __int128 wide;

/* Reads 1 to 16 bytes in the machine's byte order. */
static wide wide_load(const unsigned char *bytes, size_t size)
{
    wide w = 0;
    size_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof w - size;
    memcpy((unsigned char *)&w + low, bytes, size);
    return w;
}

/* Bits are counted from the least significant one of the first byte, or, if big-endian, from the most significant. */
static wide wide_load_bits(const unsigned char *bytes, unsigned first, unsigned count, bool big)
{
    wide w = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned bit = first + i, one = (unsigned)bytes[bit / 8] >> (big ? 7 - bit % 8 : bit % 8) & 1;
        w |= (wide)one << (big ? count - 1 - i : i);
    }
    return w;
}

/* A number of `bits` bits in two's complement, as one of 128 bits. */
static wide sign_extend(wide w, unsigned bits)
{
    wide sign = (wide)1 << (bits - 1);
    return (w ^ sign) - sign;
}

#define WIDE_TEXT 44 /* 39 digits, a sign, NUL */

static void wide_print(wide w, unsigned bits, bool is_signed, char out[WIDE_TEXT])
{
    bool negative = is_signed && ((w >> (bits - 1)) & 1) != 0;
    char digits[WIDE_TEXT];
    size_t n = sizeof digits;
    w = negative ? 0 - sign_extend(w, bits) : w;
    digits[--n] = '\0';
    do {
        digits[--n] = (char)('0' + (int)(w % 10));
        w /= 10;
    } while (w != 0);
    if (negative) {
        digits[--n] = '-';
    }
    memcpy(out, digits + n, sizeof digits - n);
}

/* ---- real numbers ---- */

enum real_format { REAL_HALF, REAL_FLOAT, REAL_DOUBLE, REAL_LONG_DOUBLE };

/* How many digits identify each number of a format, and how many digits of any number it keeps. */
static const struct {
    int identify, keep;
} real_digits[] = {
    [REAL_HALF] = {5, 5},
    [REAL_FLOAT] = {FLT_DECIMAL_DIG, FLT_DIG},
    [REAL_DOUBLE] = {DBL_DECIMAL_DIG, DBL_DIG},
    [REAL_LONG_DOUBLE] = {LDBL_DECIMAL_DIG, LDBL_DIG},
};

/* Converts a number of an IEEE 754 format that C may have no type for: a sign, an exponent and a fraction, from the most
 * significant bit on. */
static long double ieee_value(wide bits, int exponent_bits, int fraction_bits)
{
    int most = (1 << exponent_bits) - 1, exponent = (int)(bits >> fraction_bits) & most;
    wide fraction = bits & (((wide)1 << fraction_bits) - 1);
    bool negative = ((bits >> (exponent_bits + fraction_bits)) & 1) != 0;
    long double value;
    if (exponent == most) {
        value = fraction == 0 ? INFINITY : NAN;
    } else {
        fraction |= (wide)(exponent > 0) << fraction_bits;
        value = ldexpl((long double)fraction, (exponent > 0 ? exponent : 1) - most / 2 - fraction_bits);
    }
    return copysignl(value, negative ? -1 : 1);
}

static bool reads_back(const char *text, long double value, enum real_format format)
{
    int exponent;
    switch (format) {
    case REAL_FLOAT:
        return strtof(text, NULL) == (float)value;
    case REAL_DOUBLE:
        return strtod(text, NULL) == (double)value;
    case REAL_LONG_DOUBLE:
        return strtold(text, NULL) == value;
    case REAL_HALF:
        break;
    }
    /* nearer to it than half the distance to the next number, which is at least 2^-24 */
    frexpl(value, &exponent);
    return fabsl(strtold(text, NULL) - value) * 2 < ldexpl(1, exponent - 11 > -24 ? exponent - 11 : -24);
}

#define REAL_TEXT 64

static void real_shortest(long double value, enum real_format format, char out[REAL_TEXT])
{
    int digits = 0;
    do {
        snprintf(out, REAL_TEXT, "%.*Lg", ++digits, value);
    } while (isfinite(value) && digits < real_digits[format].identify && !reads_back(out, value, format));
    const char *e = strchr(out, 'e');
    int exponent = e != NULL ? atoi(e + 1) : -1;
    if (exponent >= 0 && exponent < real_digits[format].keep) { /* 100 rather than 1e+02 */
        snprintf(out, REAL_TEXT, "%.*Lg", exponent + 1, value);
    }
}

static bool type_is_quad(const char *type)
{
    return LDBL_MANT_DIG != 113 && (strstr(type, "loat128") || strstr(type, "Float64x") || strstr(type, "quad"));
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

/* Returns false if there is no real type of that size. */
static bool real_print(const struct layout_node *leaf, const unsigned char *bytes, size_t size, char out[REAL_TEXT])
{
    long double value;
    enum real_format format = REAL_LONG_DOUBLE;
    if (size == 2) {
        bool brain = strstr(leaf->type, "bf16") || strstr(leaf->type, "bfloat16");
        value = brain ? ieee_value(wide_load(bytes, size), 8, 7) : ieee_value(wide_load(bytes, size), 5, 10);
        format = brain ? REAL_FLOAT : REAL_HALF;
    } else if (size == sizeof(float)) {
        float number;
        memcpy(&number, bytes, sizeof number);
        value = number;
        format = REAL_FLOAT;
    } else if (size == sizeof(double)) {
        double number;
        memcpy(&number, bytes, sizeof number);
        value = number;
        format = REAL_DOUBLE;
    } else if (size != sizeof(long double)) {
        return false;
    } else if (type_is_quad(leaf->type)) {
        value = ieee_value(wide_load(bytes, size), 15, 112);
    } else if (!long_double_is_valid(bytes)) {
        snprintf(out, REAL_TEXT, "not a valid long double");
        return true;
    } else {
        memcpy(&value, bytes, sizeof value);
    }
    real_shortest(value, format, out);
    return true;
}

/* ---- characters ---- */

static void put_char(struct writer *w, uint32_t code, char quote)
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
    while (*name != '\0') {
        char unit[8];
        uint32_t point;
        size_t n = (unsigned char)*name < 0x80 ? 1 : printable_decode(name, strlen(name), &point);
        if (n == 0 || printable_bytes(name, n, true, unit, sizeof unit) != n) {
            snprintf(unit, sizeof unit, "?");
        }
        put(w, unit);
        name += n > 0 ? n : 1;
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

static void put_enum(struct writer *w, const struct layout_node *leaf, wide value, unsigned bits)
{
    bool is_signed = enum_is_signed(leaf);
    wide extended = is_signed ? sign_extend(value, bits) : value;
    char number[WIDE_TEXT];
    wide_print(value, bits, is_signed, number);
    for (size_t i = 0; i < leaf->enumerator_count; i++) {
        if ((wide)leaf->enumerators[i].value == extended) {
            put_printable(w, leaf->enumerators[i].name);
            put(w, " (");
            put(w, number);
            put(w, ")");
            return;
        }
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

static void put_integer(struct writer *w, const struct layout_node *leaf, wide value, unsigned bits)
{
    char text[WIDE_TEXT];
    if ((leaf->flags & (LAYOUT_BELL | LAYOUT_SEQLOCK)) != 0 && bits == 32) {
        put_counter(w, leaf, (uint32_t)value);
    } else if (leaf->kind == LAYOUT_ENUM) {
        put_enum(w, leaf, value, bits);
    } else if (leaf->kind == LAYOUT_BOOL && value < 2) {
        put(w, value == 1 ? "true" : "false");
    } else if (leaf->kind == LAYOUT_POINTER && value == 0) {
        put(w, "NULL");
    } else if (leaf->kind == LAYOUT_POINTER && value <= UINT64_MAX) {
        snprintf(text, sizeof text, "0x%" PRIx64, (uint64_t)value);
        put(w, text);
    } else {
        wide_print(value, bits, leaf->kind == LAYOUT_SINT, text);
        put(w, text);
    }
}

static bool is_integer(enum layout_kind kind)
{
    return kind == LAYOUT_SINT || kind == LAYOUT_UINT || kind == LAYOUT_BOOL || kind == LAYOUT_ENUM;
}

/* The element's bytes in the machine's order: `bytes` itself, or a swapped copy of at most 16 of them. */
static const unsigned char *native(const struct layout_node *leaf, const unsigned char *bytes, size_t size,
                                   unsigned char swapped[sizeof(wide)])
{
    if ((leaf->flags & LAYOUT_SWAPPED) == 0 || size > sizeof(wide)) {
        return bytes;
    }
    for (size_t i = 0; i < size; i++) {
        swapped[i] = bytes[size - 1 - i];
    }
    return swapped;
}

/* In hex if the kind has no element of that size. */
static void put_element(struct writer *w, const struct layout_node *leaf, const unsigned char *bytes, size_t size)
{
    char real[REAL_TEXT];
    unsigned char swapped[sizeof(wide)];
    const unsigned char *own = native(leaf, bytes, size, swapped);
    size_t most = is_integer(leaf->kind) ? sizeof(wide) : leaf->kind == LAYOUT_POINTER ? 8 : 0;
    if (size >= 1 && size <= most) {
        put_integer(w, leaf, wide_load(own, size), (unsigned)(8 * size));
    } else if (leaf->kind == LAYOUT_CHAR && (size == 1 || size == 2 || size == 4)) {
        put(w, "'");
        put_char(w, (uint32_t)wide_load(own, size), '\'');
        put(w, "'");
    } else if (leaf->kind == LAYOUT_REAL && real_print(leaf, own, size, real)) {
        put(w, real);
    } else {
        put_hex(w, bytes, size);
    }
}

/* ---- the field ---- */

static bool leaf_is_array(const struct layout_node *leaf)
{
    size_t length;
    layout_type_dimensions(leaf->type, &length);
    return leaf->count != 1 || length > 0;
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
    put_integer(w, leaf, wide_load_bits(bytes, leaf->bit_offset, bits, layout_is_big_endian(leaf)), bits);
}

static void put_value(struct writer *w, const struct layout_node *leaf, const unsigned char *bytes, size_t available)
{
    if (layout_kind_is_container(leaf->kind)) {
        ; /* a container has no value itself */
    } else if (available < leaf->size) {
        put(w, "past the end");
    } else if (leaf->bit_size) {
        put_bit_field(w, leaf, bytes);
    } else if (leaf->kind == LAYOUT_TEXT) {
        put_text(w, bytes, leaf->size);
    } else if (leaf->kind != LAYOUT_BYTES && leaf_is_array(leaf)) {
        put_array(w, leaf, bytes);
    } else {
        put_element(w, leaf, bytes, leaf->size);
    }
}

static size_t finish(const struct writer *w)
{
    if (w->size > 0) {
        w->out[w->stored] = '\0';
    }
    return w->wanted;
}

size_t value_format(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size)
{
    struct writer w = {.out = out, .size = out_size};
    put_value(&w, leaf, bytes, available);
    return finish(&w);
}

size_t value_shown(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size)
{
    struct writer w = {.out = out, .size = out_size};
    bool whole = available >= leaf->size;
    if (whole && leaf->kind == LAYOUT_BYTES && leaf->size > 0) {
        put(&w, "raw: ");
    }
    if (leaf->flags & LAYOUT_FLEXIBLE && leaf->size == 0) {
        put(&w, "no bytes here");
    } else {
        put_value(&w, leaf, bytes, available);
    }
    if (whole && (leaf->flags & LAYOUT_SWAPPED) != 0) {
        put(&w, layout_is_big_endian(leaf) ? " (big-endian)" : " (little-endian)");
    }
    return finish(&w);
}

void value_offset(const struct layout_node *leaf, size_t offset, char out[VALUE_PLACE_MAX])
{
    if (leaf->bit_size > 0) {
        snprintf(out, VALUE_PLACE_MAX, "%zu.%u", offset, leaf->bit_offset & 7);
    } else {
        snprintf(out, VALUE_PLACE_MAX, "%zu", offset);
    }
}

void value_size(const struct layout_node *leaf, size_t size, char out[VALUE_PLACE_MAX])
{
    if (leaf->bit_size > 0) {
        snprintf(out, VALUE_PLACE_MAX, "%ub", leaf->bit_size);
    } else {
        snprintf(out, VALUE_PLACE_MAX, "%zu", size);
    }
}
