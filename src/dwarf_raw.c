/* DWARF raw: see dwarf_raw.h. The formats are those of the DWARF standard, version 5, section 7. */
#include "dwarf_raw.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ABBREVS_MAX (1u << 16)
#define ATTRIBUTES_MAX (1u << 20)
#define ABBREV_SIZE_MAX 4096 /* bytes of attributes: more counts as a size that varies */

/* ---- numbers ---- */

static uint64_t number_at(const unsigned char *p, unsigned size, bool little)
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
static bool take_long_leb(const unsigned char *bytes, uint64_t end, uint64_t *at, uint64_t *number)
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
static bool take_signed_leb(const unsigned char *bytes, uint64_t end, uint64_t *at, int64_t *number)
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

static bool unit_signed_leb(const struct raw_unit *u, uint64_t *at, int64_t *number)
{
    uint64_t from = *at - u->base;
    bool ok = take_signed_leb(u->bytes, u->end - u->base, &from, number);
    *at = from + u->base;
    return ok;
}

/* ---- forms ---- */

/* Sizes of the forms that DWARF numbers up to 0x2c. */
enum { NONE = 0x80, ADDRESS, OFFSET, REF_ADDR };
static const unsigned char form_sizes[] = {
    [0] = NONE, [2] = NONE, [DW_FORM_addr] = ADDRESS, [DW_FORM_addrx1] = 1, [DW_FORM_addrx2] = 2,
    [DW_FORM_addrx3] = 3, [DW_FORM_addrx4] = 4, [DW_FORM_addrx] = NONE, [DW_FORM_block1] = NONE,
    [DW_FORM_block2] = NONE, [DW_FORM_block4] = NONE, [DW_FORM_block] = NONE, [DW_FORM_data16] = 16,
    [DW_FORM_data1] = 1, [DW_FORM_data2] = 2, [DW_FORM_data4] = 4, [DW_FORM_data8] = 8, [DW_FORM_exprloc] = NONE,
    [DW_FORM_flag] = 1, [DW_FORM_flag_present] = 0, [DW_FORM_implicit_const] = 0, [DW_FORM_indirect] = NONE,
    [DW_FORM_line_strp] = OFFSET, [DW_FORM_loclistx] = NONE, [DW_FORM_ref1] = 1, [DW_FORM_ref2] = 2,
    [DW_FORM_ref4] = 4, [DW_FORM_ref8] = 8, [DW_FORM_ref_addr] = REF_ADDR, [DW_FORM_ref_sig8] = 8,
    [DW_FORM_ref_sup4] = 4, [DW_FORM_ref_sup8] = 8, [DW_FORM_ref_udata] = NONE, [DW_FORM_rnglistx] = NONE,
    [DW_FORM_sdata] = NONE, [DW_FORM_sec_offset] = OFFSET, [DW_FORM_string] = NONE, [DW_FORM_strp] = OFFSET,
    [DW_FORM_strp_sup] = OFFSET, [DW_FORM_strx1] = 1, [DW_FORM_strx2] = 2, [DW_FORM_strx3] = 3, [DW_FORM_strx4] = 4,
    [DW_FORM_strx] = NONE, [DW_FORM_udata] = NONE,
};

/* Bytes of a form that has always the same number of them; RAW_VARIES else. */
static inline uint32_t fixed_size(const struct raw_unit *u, unsigned form)
{
    if (form >= sizeof form_sizes) {
        return form == DW_FORM_GNU_ref_alt || form == DW_FORM_GNU_strp_alt ? u->offset_size : RAW_VARIES;
    }
    uint32_t size = form_sizes[form];
    if (size < NONE) {
        return size;
    }
    return size == OFFSET     ? u->offset_size
           : size == ADDRESS  ? u->address_size
           : size == REF_ADDR ? (u->version == 2 ? u->address_size : u->offset_size)
                              : RAW_VARIES;
}

/* A length of `size` bytes (0: LEB128) and as many bytes after it. */
static size_t block_size(const struct raw_unit *u, uint64_t at, unsigned size)
{
    uint64_t start = at, length;
    bool ok = size > 0 ? unit_number(u, &at, size, &length) : unit_leb(u, &at, &length);
    if (!ok || at > u->end || length > u->end - at) {
        return SIZE_MAX;
    }
    return (size_t)(at - start + length);
}

size_t raw_form_size(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint32_t fixed = fixed_size(u, form);
    uint64_t start = at, number;
    if (fixed != RAW_VARIES) {
        return at <= u->end && fixed <= u->end - at ? fixed : SIZE_MAX;
    }
    switch (form) {
    case DW_FORM_udata:
    case DW_FORM_sdata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
    case DW_FORM_GNU_addr_index:
    case DW_FORM_GNU_str_index:
        return unit_leb(u, &at, &number) ? (size_t)(at - start) : SIZE_MAX;
    case DW_FORM_string: {
        const unsigned char *nul = at < u->end ? memchr(raw_at(u, at), 0, (size_t)(u->end - at)) : NULL;
        return nul != NULL ? (size_t)(nul - raw_at(u, at)) + 1 : SIZE_MAX;
    }
    case DW_FORM_block1:
        return block_size(u, at, 1);
    case DW_FORM_block2:
        return block_size(u, at, 2);
    case DW_FORM_block4:
        return block_size(u, at, 4);
    case DW_FORM_block:
    case DW_FORM_exprloc:
        return block_size(u, at, 0);
    case DW_FORM_indirect: {
        /* The form itself stands before the value. One that is indirect again would be no form. */
        if (!unit_leb(u, &at, &number) || number == DW_FORM_indirect || number > UINT16_MAX) {
            return SIZE_MAX;
        }
        size_t rest = raw_form_size(u, (unsigned)number, at);
        return rest == SIZE_MAX ? SIZE_MAX : (size_t)(at - start) + rest;
    }
    default:
        return SIZE_MAX;
    }
}

static const char *string_in(const struct raw_section *s, uint64_t offset)
{
    /* The last string of an honest section ends, and so do all before it. */
    if (offset >= s->size || (s->at[s->size - 1] != 0 && memchr(s->at + offset, 0, s->size - offset) == NULL)) {
        return NULL;
    }
    return (const char *)s->at + offset;
}

static const char *indexed_string(const struct raw_unit *u, uint64_t index)
{
    uint64_t at, offset;
    if (__builtin_mul_overflow(index, u->offset_size, &at) ||
        __builtin_add_overflow(at, u->str_offsets_base, &at) ||
        !take_number(u->file, &u->file->str_offsets, &at, u->offset_size, &offset)) {
        return NULL;
    }
    return string_in(&u->file->str, offset);
}

const char *raw_form_string(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint64_t number;
    switch (form) {
    case DW_FORM_string:
        return raw_form_size(u, form, at) != SIZE_MAX ? (const char *)raw_at(u, at) : NULL;
    case DW_FORM_strp:
        return unit_number(u, &at, u->offset_size, &number) ? string_in(&u->file->str, number) : NULL;
    case DW_FORM_line_strp:
        return unit_number(u, &at, u->offset_size, &number) ? string_in(&u->file->line_str, number) : NULL;
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_strp_alt:
        if (u->file->alt == NULL || !unit_number(u, &at, u->offset_size, &number)) {
            return NULL;
        }
        return string_in(&u->file->alt->str, number);
    case DW_FORM_strx:
    case DW_FORM_GNU_str_index:
        return unit_leb(u, &at, &number) ? indexed_string(u, number) : NULL;
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
        return unit_number(u, &at, form - DW_FORM_strx1 + 1, &number) ? indexed_string(u, number) : NULL;
    default:
        return NULL;
    }
}

bool raw_form_constant(const struct raw_unit *u, const struct raw_attribute *a, uint64_t at, uint64_t *value)
{
    int64_t number;
    switch (a->form) {
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
    case DW_FORM_flag:
        return unit_number(u, &at, fixed_size(u, a->form), value);
    case DW_FORM_udata:
        return unit_leb(u, &at, value);
    case DW_FORM_sdata:
        if (!unit_signed_leb(u, &at, &number)) {
            return false;
        }
        *value = (uint64_t)number;
        return true;
    case DW_FORM_implicit_const:
        *value = a->size;
        return true;
    case DW_FORM_flag_present:
        *value = 1;
        return true;
    default:
        return false;
    }
}

uint64_t raw_form_reference(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint64_t number;
    bool ok;
    switch (form) {
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
        ok = unit_number(u, &at, fixed_size(u, form), &number);
        break;
    case DW_FORM_ref_udata:
        ok = unit_leb(u, &at, &number);
        break;
    default:
        ok = false;
    }
    return ok && number < u->end - u->start ? u->start + number : 0;
}

/* ---- units ---- */

/* The fields after the length. `at`: from unit->base on, as offsets in *s. */
static bool unit_header(const struct raw_section *s, struct raw_unit *u, uint64_t at)
{
    const struct raw_file *file = u->file;
    uint64_t version, number;
    if (!take_number(file, s, &at, 2, &version) || version < 2 || version > 5) {
        return false;
    }
    u->version = (uint16_t)version;
    bool types = u->in_types;
    if (version == 5) {
        if (!take_number(file, s, &at, 1, &number)) {
            return false;
        }
        u->unit_type = (uint8_t)number;
        types = number == DW_UT_type || number == DW_UT_split_type;
        if (!take_number(file, s, &at, 1, &number)) {
            return false;
        }
        u->address_size = (uint8_t)number;
    }
    if (!take_number(file, s, &at, u->offset_size, &u->abbrev_offset)) {
        return false;
    }
    if (version < 5) {
        if (!take_number(file, s, &at, 1, &number)) {
            return false;
        }
        u->address_size = (uint8_t)number;
    }
    /* A type's signature and offset; a skeleton's id. */
    at += types ? 8u + u->offset_size : 0;
    at += u->unit_type == DW_UT_skeleton || u->unit_type == DW_UT_split_compile ? 8 : 0;
    u->first_die = u->base + at;
    return u->first_die <= u->next;
}

/* Reads the header at `start` from *s, which has the section's bytes from unit->base on. */
static int read_header(const struct raw_section *s, uint64_t section_size, struct raw_unit *unit)
{
    uint64_t at = unit->start - unit->base, length;
    if (!take_number(unit->file, s, &at, 4, &length)) {
        return -EBADMSG;
    }
    if (length == UINT32_MAX) {
        unit->offset_size = 8;
        if (!take_number(unit->file, s, &at, 8, &length)) {
            return -EBADMSG;
        }
    }
    if (length == 0 || length > section_size - (unit->base + at)) {
        return -EBADMSG;
    }
    unit->next = unit->base + at + length;
    unit->end = unit->next < unit->base + s->size ? unit->next : unit->base + s->size;
    return unit_header(s, unit, at) ? 1 : -EBADMSG;
}

int raw_unit_next(const struct raw_file *file, bool in_types, uint64_t start, struct raw_unit *unit)
{
    const struct raw_section *s = in_types ? &file->types : &file->info;
    *unit = (struct raw_unit){.file = file, .in_types = in_types, .bytes = s->at, .start = start, .offset_size = 4};
    return start >= s->size ? 0 : read_header(s, s->size, unit);
}

int raw_unit_peek(const struct raw_file *file, uint64_t start, unsigned char *buffer, size_t size,
                  struct raw_unit *unit)
{
    if (start >= file->info.size) {
        return 0;
    }
    size_t wanted = file->info.size - start < size ? (size_t)(file->info.size - start) : size;
    if (file->fd < 0 || pread(file->fd, buffer, wanted, (off_t)(file->info_offset + start)) != (ssize_t)wanted) {
        return -EIO;
    }
    struct raw_section bytes = {buffer, wanted};
    *unit = (struct raw_unit){.file = file, .bytes = buffer, .base = start, .start = start, .offset_size = 4};
    return read_header(&bytes, file->info.size, unit);
}

void raw_unit_whole(struct raw_unit *unit)
{
    unit->bytes = unit->in_types ? unit->file->types.at : unit->file->info.at;
    unit->base = 0;
    unit->end = unit->next;
}

/* ---- abbreviations ---- */

bool raw_tag_is_type(unsigned tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef || tag == DW_TAG_base_type;
}

/* `before`: bytes of the attributes before it, or more where these vary. */
static void abbrev_attribute(struct raw_abbrev *a, const struct raw_attribute *t, uint64_t before)
{
    uint32_t at = before > ABBREV_SIZE_MAX ? RAW_VARIES : (uint32_t)before;
    if (t->name == DW_AT_name && a->name_form == 0) {
        a->name_form = t->form;
        a->name_at = at;
    } else if (t->name == DW_AT_sibling && a->sibling_form == 0) {
        a->sibling_form = t->form;
        a->sibling_at = at;
    } else if (t->name == DW_AT_declaration) {
        a->declaration = true;
    }
}

/* Notes where a type's abbreviation has its name. */
static void note_name(struct raw_unit *u, const struct raw_abbrev *a)
{
    if (!raw_tag_is_type(a->tag) || a->name_form == 0) {
        return;
    }
    switch (a->name_form) {
    case DW_FORM_string:
        u->full_name_tags |= 1ull << a->tag; /* the tags of types are less than 64 */
        break;
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_strp_alt:
        break;
    default:
        u->odd_names = true;
    }
    for (size_t i = 0; i < u->name_place_count; i++) {
        if (u->name_places[i] == a->name_at) {
            return;
        }
    }
    if (a->name_at == RAW_VARIES || u->name_place_count == sizeof u->name_places / sizeof *u->name_places) {
        u->odd_names = true;
    } else {
        u->name_places[u->name_place_count++] = a->name_at;
    }
}

/* Room for element `count`. */
static int room_for(void **array, size_t *room, size_t count, size_t size)
{
    size_t more = *room == 0 ? 256 : *room;
    if (count < *room) {
        return 0;
    }
    while (more <= count) {
        more *= 2;
    }
    void *grown = realloc(*array, more * size);
    if (grown == NULL) {
        return -ENOMEM;
    }
    *array = grown;
    *room = more;
    return 0;
}

struct abbrev_reader {
    const unsigned char *bytes;
    uint64_t at, end;
};

/* Name, form and implicit value. 1; 0 at the two zeros that end a list; -EBADMSG. */
static int read_attribute(struct abbrev_reader *r, const struct raw_unit *u, struct raw_attribute *t)
{
    uint64_t name, form;
    if (!take_leb(r->bytes, r->end, &r->at, &name) || !take_leb(r->bytes, r->end, &r->at, &form) ||
        name > UINT16_MAX || form > UINT16_MAX) {
        return -EBADMSG;
    }
    *t = (struct raw_attribute){(uint16_t)name, (uint16_t)form, fixed_size(u, (unsigned)form)};
    int64_t implicit;
    if (form == DW_FORM_implicit_const) {
        if (!take_signed_leb(r->bytes, r->end, &r->at, &implicit)) {
            return -EBADMSG;
        }
        t->size = (uint32_t)implicit;
    }
    return name != 0 || form != 0;
}

/* Steps over attributes whose name and form take a byte each, as nearly all do. true: the two zeros that end a list
 * were among them. */
static inline bool skip_plain(struct abbrev_reader *r, uint32_t *count)
{
    const unsigned char *p = r->bytes + r->at, *last = r->bytes + r->end - 1;
    uint32_t n = 0;
    bool end = false;
    while (p < last && (p[0] | p[1]) < 0x80) {
        end = (p[0] | p[1]) == 0;
        bool implicit = p[1] == DW_FORM_implicit_const;
        if (end || (implicit && (p + 1 == last || p[2] >= 0x80))) {
            break;
        }
        p += implicit ? 3 : 2;
        n++;
    }
    *count += n;
    r->at = (uint64_t)(p - r->bytes) + (end ? 2 : 0);
    return end;
}

/* Steps over the attributes of an abbreviation and counts them. 0, -EBADMSG. */
static int skip_attributes(struct abbrev_reader *r, const struct raw_unit *u, uint32_t *count)
{
    struct raw_attribute t;
    while (!skip_plain(r, count)) {
        int rc = *count < ATTRIBUTES_MAX ? read_attribute(r, u, &t) : -EBADMSG;
        if (rc <= 0) {
            return rc;
        }
        ++*count;
    }
    return *count < ATTRIBUTES_MAX ? 0 : -EBADMSG;
}

/* Where a type has its name, which is wanted of all of them: nearly always the first attribute. */
static void find_name(const struct raw_unit *u, struct raw_abbrev *a)
{
    struct abbrev_reader r = {.bytes = u->file->abbrev.at, .at = a->at, .end = u->file->abbrev.size};
    uint64_t size = 0;
    for (uint32_t i = 0; i < a->count && a->name_form == 0; i++) {
        struct raw_attribute t;
        read_attribute(&r, u, &t);
        abbrev_attribute(a, &t, size);
        size += t.form == DW_FORM_implicit_const ? 0 : t.size;
    }
}

/* Reads the attributes of an abbreviation, which skip_attributes found to be right. */
static void decode_abbrev(const struct raw_unit *u, struct raw_abbrev *a)
{
    const struct raw_section *s = &u->file->abbrev;
    struct abbrev_reader r = {.bytes = s->at, .at = a->at, .end = s->size};
    uint64_t size = 0; /* more than ABBREV_SIZE_MAX: it varies */
    for (uint32_t i = 0; i < a->count; i++) {
        struct raw_attribute *t = &u->attributes[a->first + i];
        read_attribute(&r, u, t);
        abbrev_attribute(a, t, size);
        size += t->form == DW_FORM_implicit_const ? 0 : t->size;
    }
    a->size = size > ABBREV_SIZE_MAX ? RAW_VARIES : (uint32_t)size;
    a->decoded = true;
}

/* The place for the abbreviation of that code; NULL: no memory. */
static struct raw_abbrev *place_abbrev(struct raw_unit *u, size_t code)
{
    if (code >= u->abbrev_room &&
        room_for((void **)&u->abbrevs, &u->abbrev_room, code, sizeof *u->abbrevs) < 0) {
        return NULL;
    }
    if (code > u->abbrev_count) { /* codes nearly always count up by one */
        memset(u->abbrevs + u->abbrev_count, 0, (code - u->abbrev_count) * sizeof *u->abbrevs);
    }
    u->abbrev_count = code >= u->abbrev_count ? code + 1 : u->abbrev_count;
    return &u->abbrevs[code];
}

/* Notes which abbreviations there are; decode_abbrev reads them when a DIE has need of one: that is of few. */
static int list_abbrevs(struct abbrev_reader *r, struct raw_unit *u)
{
    for (;;) {
        uint64_t code, tag;
        if (r->at == r->end) {
            return 0; /* some producers leave the last 0 out */
        }
        if (!take_leb(r->bytes, r->end, &r->at, &code)) {
            return -EBADMSG;
        }
        if (code == 0) {
            return 0;
        }
        if (code >= ABBREVS_MAX || !take_leb(r->bytes, r->end, &r->at, &tag) || r->at >= r->end) {
            return -EBADMSG;
        }
        struct raw_abbrev *a = place_abbrev(u, (size_t)code);
        if (a == NULL) {
            return -ENOMEM;
        }
        *a = (struct raw_abbrev){.tag = (uint16_t)(tag > UINT16_MAX ? UINT16_MAX : tag),
                                 .children = r->bytes[r->at++] != 0,
                                 .first = (uint32_t)u->attribute_count,
                                 .name_at = RAW_VARIES,
                                 .sibling_at = RAW_VARIES};
        a->at = r->at;
        int rc = skip_attributes(r, u, &a->count);
        u->attribute_count += a->count;
        if (rc < 0 || u->attribute_count > ATTRIBUTES_MAX) {
            return -EBADMSG;
        }
    }
}

static int read_abbrevs(struct raw_unit *u)
{
    const struct raw_section *s = &u->file->abbrev;
    struct abbrev_reader r = {.bytes = s->at, .at = u->abbrev_offset, .end = s->size};
    int rc = r.at < r.end ? list_abbrevs(&r, u) : -EBADMSG;
    if (rc == 0) {
        rc = room_for((void **)&u->attributes, &u->attribute_room, u->attribute_count, sizeof *u->attributes);
    }
    for (size_t code = 0; rc == 0 && code < u->abbrev_count; code++) {
        if (raw_tag_is_type(u->abbrevs[code].tag)) {
            find_name(u, &u->abbrevs[code]);
            note_name(u, &u->abbrevs[code]);
        }
    }
    return rc;
}

/* What the unit's own DIE says of all that is in it. Without a DW_AT_str_offsets_base that is the first entry after a
 * DWARF 5 header. */
static void read_unit_die(struct raw_unit *u)
{
    struct raw_die die;
    u->str_offsets_base = u->version >= 5 ? (u->offset_size == 8 ? 16 : 8) : 0;
    if (!raw_die_read(u, u->first_die, &die) || die.abbrev == NULL) {
        return;
    }
    uint64_t at = die.data;
    for (uint32_t i = 0; i < die.abbrev->count; i++) {
        const struct raw_attribute *a = &u->attributes[die.abbrev->first + i];
        size_t size = raw_attribute_size(u, a, at);
        uint64_t number, from = at;
        if (size == SIZE_MAX) {
            return;
        }
        if (a->name == DW_AT_str_offsets_base && a->form == DW_FORM_sec_offset &&
            unit_number(u, &from, u->offset_size, &number)) {
            u->str_offsets_base = number;
        } else if (a->name == DW_AT_language && raw_form_constant(u, a, at, &number) && number <= UINT16_MAX) {
            u->language = (uint16_t)number;
        }
        at += size;
    }
}

static bool same_abbrevs(const struct raw_unit *a, const struct raw_unit *b)
{
    return a->abbrevs != NULL && a->file == b->file && a->abbrev_offset == b->abbrev_offset &&
           a->version == b->version && a->offset_size == b->offset_size && a->address_size == b->address_size;
}

int raw_unit_open(struct raw_unit *unit, struct raw_unit *last)
{
    bool same = last != NULL && same_abbrevs(last, unit);
    if (last != NULL) {
        unit->abbrevs = last->abbrevs;
        unit->abbrev_room = last->abbrev_room;
        unit->attributes = last->attributes;
        unit->attribute_room = last->attribute_room;
        unit->abbrev_count = same ? last->abbrev_count : 0;
        unit->attribute_count = same ? last->attribute_count : 0;
        if (same) {
            unit->odd_names = last->odd_names;
            unit->full_name_tags = last->full_name_tags;
            unit->name_place_count = last->name_place_count;
            memcpy(unit->name_places, last->name_places, sizeof unit->name_places);
        }
        last->abbrevs = NULL;
        last->attributes = NULL;
        raw_unit_close(last);
    }
    int rc = same ? 0 : read_abbrevs(unit);
    if (rc < 0) {
        raw_unit_close(unit);
        return rc;
    }
    read_unit_die(unit);
    return 0;
}

void raw_unit_close(struct raw_unit *unit)
{
    free(unit->abbrevs);
    free(unit->attributes);
    unit->abbrevs = NULL;
    unit->attributes = NULL;
    unit->abbrev_count = unit->abbrev_room = 0;
    unit->attribute_count = unit->attribute_room = 0;
}

/* ---- DIEs ---- */

bool raw_type_may_start(const struct raw_unit *u, uint64_t offset, uint32_t name_at)
{
    uint64_t code, at = offset;
    return unit_leb(u, &at, &code) && code < u->abbrev_count &&
           raw_tag_is_type(u->abbrevs[code].tag) && u->abbrevs[code].name_at == name_at;
}

bool raw_die_read_slowly(const struct raw_unit *u, uint64_t offset, struct raw_die *die)
{
    uint64_t code, at = offset;
    if (!unit_leb(u, &at, &code)) {
        return false;
    }
    *die = (struct raw_die){.offset = offset, .data = at, .next = at};
    if (code == 0) {
        return true;
    }
    if (code >= u->abbrev_count || u->abbrevs[code].tag == 0) {
        return false;
    }
    struct raw_abbrev *a = &u->abbrevs[code];
    if (!a->decoded) {
        decode_abbrev(u, a);
    }
    die->abbrev = a;
    if (a->size != RAW_VARIES) {
        die->next += a->size;
        return die->next <= u->end;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const struct raw_attribute *t = &u->attributes[a->first + i];
        size_t size = raw_attribute_size(u, t, die->next);
        if (size == SIZE_MAX) {
            return false;
        }
        die->next += size;
    }
    return die->next <= u->end;
}

/* Where an attribute lies whose place `at` may vary; 0 where it is missing. */
static uint64_t attribute_at(const struct raw_unit *u, const struct raw_die *die, unsigned name, uint32_t at)
{
    if (at != RAW_VARIES) {
        return die->data + at;
    }
    uint64_t place = die->data;
    for (uint32_t i = 0; i < die->abbrev->count; i++) {
        const struct raw_attribute *t = &u->attributes[die->abbrev->first + i];
        if (t->name == name) {
            return place;
        }
        place += raw_attribute_size(u, t, place); /* raw_die_read saw that it ends inside the unit */
    }
    return 0;
}

uint64_t raw_die_sibling_slowly(const struct raw_unit *u, const struct raw_die *die)
{
    const struct raw_abbrev *a = die->abbrev;
    if (a->sibling_form == 0) {
        return 0;
    }
    uint64_t at = attribute_at(u, die, DW_AT_sibling, a->sibling_at);
    uint64_t sibling = raw_form_reference(u, a->sibling_form, at);
    return sibling > die->next ? sibling : 0;
}

const char *raw_die_name(const struct raw_unit *u, const struct raw_die *die)
{
    const struct raw_abbrev *a = die->abbrev;
    if (a->name_form == 0) {
        return NULL;
    }
    return raw_form_string(u, a->name_form, attribute_at(u, die, DW_AT_name, a->name_at));
}
