/* DWARF raw: see dwarf_raw.h. The formats are those of the DWARF standard, version 5, section 7. */
#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dwarf_raw_internal.h"

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
    int rc = same ? 0 : raw_abbrevs_read(unit);
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
        raw_abbrev_decode(u, a);
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
