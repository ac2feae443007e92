/* DWARF raw: a fast walk over the bytes of .debug_info. It knows units, abbreviations and the size of every form, and
 * nothing of what a DIE means: libdw reads the few DIEs that the walk picks out.
 *
 *   raw_unit_next ... -> raw_unit_open -> raw_die_read at each offset -> raw_unit_close
 *
 * The bytes may be anything: nothing outside the sections is ever read, and each step goes forward. */
#ifndef SHMLAB_DWARF_RAW_H
#define SHMLAB_DWARF_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct raw_section {
    const unsigned char *at;
    size_t size;
};

/* The sections of one file. Those that are missing have size 0. */
struct raw_file {
    bool little_endian;
    struct raw_section info, types, abbrev, str, line_str, str_offsets;
    int fd;               /* where raw_unit_peek can read .debug_info; it stays the opener's; -1: nowhere */
    uint64_t info_offset; /* of .debug_info in fd */
    const struct raw_file *alt; /* the file that dwz shares, or NULL */
};

#define RAW_VARIES UINT32_MAX
struct raw_attribute {
    uint16_t name, form;
    uint32_t size; /* of its value, RAW_VARIES: not always the same; of DW_FORM_implicit_const the value, instead */
};

/* One abbreviation. Sizes are bytes after the code; RAW_VARIES: not the same for all DIEs. */
struct raw_abbrev {
    uint16_t tag; /* 0: there is none of this code */
    bool children;
    bool decoded;     /* what follows is there: else only a type's name is. Nobody outside sees such a one */
    bool declaration; /* it has DW_AT_declaration */
    uint64_t at;      /* of its first attribute, in .debug_abbrev */
    uint32_t first;   /* its attributes: first .. first + count - 1 */
    uint32_t count;
    uint32_t size;                /* of all attributes */
    uint32_t name_at, sibling_at; /* where these lie; RAW_VARIES also where there is none */
    uint16_t name_form, sibling_form;
};

struct raw_unit {
    const struct raw_file *file;
    bool in_types;              /* of .debug_types */
    const unsigned char *bytes; /* of its section, from the offset `base` on */
    uint64_t base;
    uint64_t start, end; /* offsets in its section; of what was read by raw_unit_peek */
    uint64_t next;       /* where it ends indeed */
    uint64_t first_die;
    uint64_t abbrev_offset;
    uint64_t str_offsets_base;
    uint16_t version;
    uint16_t language; /* DW_LANG_*, where the unit's own DIE says it in a plain way; else 0 */
    uint8_t unit_type; /* DW_UT_*; 0 before DWARF 5 */
    uint8_t address_size, offset_size;

    struct raw_abbrev *abbrevs; /* by code; NULL while closed */
    size_t abbrev_count, abbrev_room;
    struct raw_attribute *attributes;
    size_t attribute_count, attribute_room;
    uint32_t name_places[4]; /* the values of name_at of types' abbreviations */
    size_t name_place_count;
    bool odd_names;          /* types' names are at more places, at ones that vary, or by index */
    uint64_t full_name_tags; /* bit N: types of tag N may have their name in full, and not as a reference */
};

/* The unit that starts at `start` of the section into *unit, closed. 1; 0 at the section's end; -EBADMSG. */
int raw_unit_next(const struct raw_file *file, bool in_types, uint64_t start, struct raw_unit *unit);

/* As raw_unit_next for .debug_info, but takes the first bytes, `size` at most, from the file into `buffer`: what lies
 * beyond them is not there. A map would cost more, as the kernel maps 16 pages for each one that is touched. -EIO: the
 * file can't be read so. raw_unit_whole makes it, open or not, the whole unit. */
int raw_unit_peek(const struct raw_file *file, uint64_t start, unsigned char *buffer, size_t size,
                  struct raw_unit *unit);
void raw_unit_whole(struct raw_unit *unit);

/* Reads the unit's abbreviations, its language, and where its strings are. `last`, where not NULL, is a unit that is done with: the
 * new one takes its memory over, or its abbreviations where both have the same, and it is closed. 0, -EBADMSG, -ENOMEM.
 * raw_unit_close frees. */
int raw_unit_open(struct raw_unit *unit, struct raw_unit *last);
void raw_unit_close(struct raw_unit *unit);

/* Is it the tag of a struct, class, union, enum, typedef or base type? */
bool raw_tag_is_type(unsigned tag);

struct raw_die {
    uint64_t offset;                 /* in the section */
    uint64_t data;                   /* of the first attribute */
    uint64_t next;                   /* of the byte after its last attribute: first child, or next DIE */
    const struct raw_abbrev *abbrev; /* NULL: a null entry, the end of a list of children */
};

/* The DIE at offset. false where there is none: the unit's end or wrong bytes. */
static inline bool raw_die_read(const struct raw_unit *unit, uint64_t offset, struct raw_die *die);
bool raw_die_read_slowly(const struct raw_unit *unit, uint64_t offset, struct raw_die *die); /* the same, of any DIE */

/* Could a DIE at offset be a type that has its name `name_at` bytes after its code? A quick look at first. */
bool raw_type_may_start(const struct raw_unit *unit, uint64_t offset, uint32_t name_at);

/* The offset after the DIE and all its children, by its DW_AT_sibling; 0 where it has none that can be. */
static inline uint64_t raw_die_sibling(const struct raw_unit *unit, const struct raw_die *die);
uint64_t raw_die_sibling_slowly(const struct raw_unit *unit, const struct raw_die *die); /* the same, of any DIE */

/* The DIE's DW_AT_name; NULL where it has none. */
const char *raw_die_name(const struct raw_unit *unit, const struct raw_die *die);

/* Bytes of an attribute's value at `at`, as raw_form_size. */
static inline size_t raw_attribute_size(const struct raw_unit *unit, const struct raw_attribute *a, uint64_t at);

/* Bytes of a form's value at `at`; SIZE_MAX where it is no known form or runs out of the unit. */
size_t raw_form_size(const struct raw_unit *unit, unsigned form, uint64_t at);

/* The value's string, for forms that are one; NULL else. */
const char *raw_form_string(const struct raw_unit *unit, unsigned form, uint64_t at);

/* The value of a constant or flag; false for any other form. Zero-extended, but not DW_FORM_sdata; of implicit ones the
 * low 32 bits. */
bool raw_form_constant(const struct raw_unit *unit, const struct raw_attribute *a, uint64_t at, uint64_t *value);

/* The offset of the DIE, in the same section, that a reference within the unit names; 0 for any other form. */
uint64_t raw_form_reference(const struct raw_unit *unit, unsigned form, uint64_t at);

/* The same of a DW_FORM_ref4, which lies inside the unit. */
static inline uint64_t raw_ref4(const struct raw_unit *unit, uint64_t at);

static inline const unsigned char *raw_at(const struct raw_unit *unit, uint64_t offset)
{
    return unit->bytes + (offset - unit->base);
}

#define RAW_FORM_REF4 0x13
#define RAW_FORM_IMPLICIT_CONST 0x21

static inline size_t raw_attribute_size(const struct raw_unit *unit, const struct raw_attribute *a, uint64_t at)
{
    if (a->form == RAW_FORM_IMPLICIT_CONST) {
        return 0;
    }
    return a->size != RAW_VARIES ? a->size : raw_form_size(unit, a->form, at);
}

/* Most DIEs are of a code below 128 that was met before, and of a fixed size. */
static inline bool raw_die_read(const struct raw_unit *unit, uint64_t offset, struct raw_die *die)
{
    unsigned code = offset < unit->end ? *raw_at(unit, offset) : 0x80;
    const struct raw_abbrev *a = code < 0x80 && code < unit->abbrev_count ? &unit->abbrevs[code] : NULL;
    if (code == 0 || a == NULL || !a->decoded || a->size == RAW_VARIES || a->size > unit->end - offset - 1) {
        return raw_die_read_slowly(unit, offset, die);
    }
    *die = (struct raw_die){.offset = offset, .data = offset + 1, .next = offset + 1 + a->size, .abbrev = a};
    return true;
}

static inline uint64_t raw_ref4(const struct raw_unit *unit, uint64_t at)
{
    uint32_t number;
    memcpy(&number, raw_at(unit, at), sizeof number);
    if (unit->file->little_endian != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)) {
        number = __builtin_bswap32(number);
    }
    return number < unit->end - unit->start ? unit->start + number : 0;
}

static inline uint64_t raw_die_sibling(const struct raw_unit *unit, const struct raw_die *die)
{
    const struct raw_abbrev *a = die->abbrev;
    if (!a->children) {
        return die->next;
    }
    if (a->sibling_form != RAW_FORM_REF4 || a->sibling_at == RAW_VARIES) {
        return raw_die_sibling_slowly(unit, die);
    }
    uint64_t sibling = raw_ref4(unit, die->data + a->sibling_at);
    return sibling > die->next ? sibling : 0;
}

#endif
