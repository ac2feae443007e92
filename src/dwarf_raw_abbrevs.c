/* DWARF raw, abbreviations: what the DIEs of a unit look like (DWARF 5, section 7.5.3). */
#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dwarf_raw_internal.h"

#define ABBREVS_MAX (1u << 16)
#define ATTRIBUTES_MAX (1u << 20)
#define ABBREV_SIZE_MAX 4096 /* bytes of attributes: more counts as a size that varies */

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
    *t = (struct raw_attribute){(uint16_t)name, (uint16_t)form, raw_fixed_size(u, (unsigned)form)};
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

void raw_abbrev_decode(const struct raw_unit *u, struct raw_abbrev *a)
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

/* Notes which abbreviations there are; raw_abbrev_decode reads them when a DIE has need of one: that is of few. */
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

int raw_abbrevs_read(struct raw_unit *u)
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
