/* What the files of dwarf_raw share: numbers as they stand in the bytes, sizes of forms, and abbreviations. */
#ifndef SHMLAB_DWARF_RAW_INTERNAL_H
#define SHMLAB_DWARF_RAW_INTERNAL_H

#include "dwarf_raw.h"

/* ---- numbers ---- */

static inline uint64_t number_at(const unsigned char *p, unsigned size, bool little)
{
    uint64_t n = 0;
    if (little && size == 4) {
        uint32_t four;
        memcpy(&four, p, 4);
        n = four;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
        n = __builtin_bswap32(four);
#endif
        return n;
    }
    for (unsigned i = 0; i < size; i++) {
        n |= (uint64_t)p[i] << 8 * (little ? i : size - 1 - i);
    }
    return n;
}

/* A number of `size` bytes at *at of the section; moves *at on. false where the section ends before. */
static inline bool take_number(const struct raw_file *file, const struct raw_section *s, uint64_t *at, unsigned size,
                               uint64_t *number)
{
    if (*at > s->size || s->size - *at < size) {
        return false;
    }
    *number = number_at(s->at + *at, size, file->little_endian);
    *at += size;
    return true;
}

/* An unsigned LEB128 before `end`. Bits above 64 are lost. */
static inline bool take_long_leb(const unsigned char *bytes, uint64_t end, uint64_t *at, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < end; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        *number |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static inline bool take_leb(const unsigned char *bytes, uint64_t end, uint64_t *at, uint64_t *number)
{
    if (*at < end && bytes[*at] < 0x80) { /* nearly always */
        *number = bytes[(*at)++];
        return true;
    }
    return take_long_leb(bytes, end, at, number);
}

/* The same of the unit's own bytes: */
static inline bool unit_number(const struct raw_unit *u, uint64_t *at, unsigned size, uint64_t *number)
{
    if (*at > u->end || u->end - *at < size) {
        return false;
    }
    *number = number_at(raw_at(u, *at), size, u->file->little_endian);
    *at += size;
    return true;
}

static inline bool unit_leb(const struct raw_unit *u, uint64_t *at, uint64_t *number)
{
    uint64_t from = *at - u->base;
    bool ok = take_leb(u->bytes, u->end - u->base, &from, number);
    *at = from + u->base;
    return ok;
}

/* A signed LEB128 before `end`. */
static inline bool take_signed_leb(const unsigned char *bytes, uint64_t end, uint64_t *at, int64_t *number)
{
    uint64_t start = *at, n;
    if (!take_leb(bytes, end, at, &n)) {
        return false;
    }
    uint64_t bits = 7 * (*at - start);
    bool negative = (bytes[*at - 1] & 0x40) != 0;
    if (negative && bits < 64) {
        n |= UINT64_MAX << bits;
    }
    *number = (int64_t)n;
    return true;
}

static inline bool unit_signed_leb(const struct raw_unit *u, uint64_t *at, int64_t *number)
{
    uint64_t from = *at - u->base;
    bool ok = take_signed_leb(u->bytes, u->end - u->base, &from, number);
    *at = from + u->base;
    return ok;
}

/* ---- forms: dwarf_raw_forms.c ---- */

/* Bytes of a form that has always the same number of them; RAW_VARIES else. */
uint32_t raw_fixed_size(const struct raw_unit *u, unsigned form);

/* ---- abbreviations: dwarf_raw_abbrevs.c ---- */

/* Notes which abbreviations the unit has, and where types have their names. 0, -EBADMSG, -ENOMEM. */
int raw_abbrevs_read(struct raw_unit *u);

/* Reads the attributes of one, which raw_abbrevs_read found to be right. */
void raw_abbrev_decode(const struct raw_unit *u, struct raw_abbrev *a);

#endif
