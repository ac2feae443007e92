/* DWARF same: see dwarf_same.h. */
#include "dwarf_same.h"

#include <dwarf.h>
#include <string.h>

#define DEPTH_MAX 24
#define PAIR_STEPS_MAX 50000 /* for one pair of types: an honest struct takes far fewer */
#define KNOWN 256            /* pairs that were found the same are kept, as many members share a type */

struct pair {
    uint64_t a, b;
    bool behind_pointer;
};

struct comparison {
    const struct raw_unit *a, *b;
    size_t *steps;
    size_t limit; /* of *steps, for this pair */
    struct pair known[KNOWN];
};

static bool same_die(struct comparison *c, uint64_t a, uint64_t b, bool behind_pointer, unsigned depth);

/* Where a thing was declared changes nothing of how it lies. */
static bool is_place(unsigned name)
{
    return name == DW_AT_sibling || name == DW_AT_decl_file || name == DW_AT_decl_line || name == DW_AT_decl_column;
}

/* Children that matter to a layout, or to the name of a type. */
static bool matters(unsigned tag)
{
    switch (tag) {
    case DW_TAG_member:
    case DW_TAG_inheritance:
    case DW_TAG_subrange_type:
    case DW_TAG_enumerator:
    case DW_TAG_enumeration_type:
    case DW_TAG_variant_part:
    case DW_TAG_formal_parameter:
    case DW_TAG_unspecified_parameters:
    case DW_TAG_generic_subrange:
        return true;
    default:
        return false;
    }
}

static bool is_pointer(unsigned tag)
{
    return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type ||
           tag == DW_TAG_ptr_to_member_type || tag == DW_TAG_subroutine_type;
}

struct value {
    const struct raw_attribute *attribute;
    uint64_t at;
    size_t size;
};

static bool same_bytes(struct comparison *c, const struct value *a, const struct value *b)
{
    bool implicit = a->attribute->form == DW_FORM_implicit_const && a->attribute->size != b->attribute->size;
    return a->attribute->form == b->attribute->form && !implicit && a->size == b->size &&
           memcmp(c->a->bytes + a->at, c->b->bytes + b->at, a->size) == 0;
}

/* A reference counted from its unit's start: the same bytes mean different things in two units. */
static bool is_local(unsigned form)
{
    return form == DW_FORM_ref4 || form == DW_FORM_ref1 || form == DW_FORM_ref2 || form == DW_FORM_ref8 ||
           form == DW_FORM_ref_udata || form == DW_FORM_indirect || form == DW_FORM_GNU_str_index ||
           (form >= DW_FORM_strx1 && form <= DW_FORM_strx4) || form == DW_FORM_strx;
}

static bool same_value(struct comparison *c, const struct value *a, const struct value *b, bool behind_pointer,
                       unsigned depth)
{
    uint64_t na, nb;
    unsigned fa = a->attribute->form, fb = b->attribute->form;
    if (!is_local(fa) && same_bytes(c, a, b)) {
        return true; /* nearly always: an offset in .debug_str, a size, a place in the struct */
    }
    if (a->attribute->name == DW_AT_type) {
        uint64_t ra = raw_form_reference(c->a, fa, a->at), rb = raw_form_reference(c->b, fb, b->at);
        return ra != 0 && rb != 0 && same_die(c, ra, rb, behind_pointer, depth + 1);
    }
    if (raw_form_constant(c->a, a->attribute, a->at, &na) && raw_form_constant(c->b, b->attribute, b->at, &nb)) {
        return na == nb;
    }
    const char *sa = raw_form_string(c->a, fa, a->at), *sb = raw_form_string(c->b, fb, b->at);
    return sa != NULL && sb != NULL && strcmp(sa, sb) == 0;
}

static bool next_value(const struct raw_unit *u, const struct raw_abbrev *abbrev, uint32_t *i, struct value *v)
{
    for (v->at += v->size; *i < abbrev->count; v->at += v->size) {
        v->attribute = &u->attributes[abbrev->first + (*i)++];
        /* raw_die_read saw that it ends inside the unit */
        v->size = raw_attribute_size(u, v->attribute, v->at);
        if (!is_place(v->attribute->name)) {
            return true;
        }
    }
    return false;
}

static bool same_attributes(struct comparison *c, const struct raw_die *a, const struct raw_die *b, bool behind_pointer,
                            unsigned depth)
{
    uint32_t ia = 0, ib = 0;
    struct value va = {.at = a->data}, vb = {.at = b->data};
    bool target_behind = behind_pointer || is_pointer(a->abbrev->tag);
    for (;;) {
        bool more_a = next_value(c->a, a->abbrev, &ia, &va);
        bool more_b = next_value(c->b, b->abbrev, &ib, &vb);
        if (!more_a || !more_b) {
            return more_a == more_b;
        }
        if (va.attribute->name != vb.attribute->name || !same_value(c, &va, &vb, target_behind, depth)) {
            return false;
        }
    }
}

/* The DIE after d and all that is inside it; 0 where that can't be told cheaply. */
static uint64_t after(const struct raw_unit *u, const struct raw_die *d)
{
    return d->abbrev->children ? raw_die_sibling(u, d) : d->next;
}

/* The first child from *at on that matters, or the null entry at the end; *at is then what follows it. */
static bool next_child(const struct raw_unit *u, uint64_t *at, struct raw_die *child)
{
    do {
        if (*at == 0 || !raw_die_read(u, *at, child)) {
            return false;
        }
        *at = child->abbrev == NULL ? child->next : after(u, child);
    } while (child->abbrev != NULL && !matters(child->abbrev->tag));
    return true;
}

static bool same_children(struct comparison *c, uint64_t a, uint64_t b, bool behind_pointer, unsigned depth)
{
    struct raw_die ca, cb;
    for (;;) {
        if (!next_child(c->a, &a, &ca) || !next_child(c->b, &b, &cb)) {
            return false;
        }
        if (ca.abbrev == NULL || cb.abbrev == NULL) {
            return ca.abbrev == cb.abbrev;
        }
        if (!same_die(c, ca.offset, cb.offset, behind_pointer, depth + 1)) {
            return false;
        }
    }
}

/* Pairs are kept only for types, which are referred to again. */
static struct pair *known_pair(struct comparison *c, uint64_t a)
{
    return &c->known[(a ^ a >> 8) % KNOWN];
}

/* behind_pointer: only the type's name matters, not what it is made of. */
static bool same_type(struct comparison *c, const struct raw_die *a, const struct raw_die *b, bool behind_pointer,
                      unsigned depth)
{
    if (behind_pointer && (a->abbrev->name_form != 0 || b->abbrev->name_form != 0)) {
        const char *na = raw_die_name(c->a, a), *nb = raw_die_name(c->b, b);
        return na != NULL && nb != NULL && (na == nb || strcmp(na, nb) == 0);
    }
    behind_pointer = behind_pointer || is_pointer(a->abbrev->tag);
    if (!same_attributes(c, a, b, behind_pointer, depth)) {
        return false;
    }
    if (!a->abbrev->children || !b->abbrev->children) {
        return a->abbrev->children == b->abbrev->children;
    }
    return same_children(c, a->next, b->next, behind_pointer, depth);
}

static bool same_die(struct comparison *c, uint64_t a, uint64_t b, bool behind_pointer, unsigned depth)
{
    struct raw_die da, db;
    struct pair *known = known_pair(c, a);
    if (known->a == a && known->b == b && known->behind_pointer == behind_pointer) {
        return true;
    }
    if (depth > DEPTH_MAX || ++*c->steps > c->limit || !raw_die_read(c->a, a, &da) || !raw_die_read(c->b, b, &db) ||
        da.abbrev == NULL || db.abbrev == NULL || da.abbrev->tag != db.abbrev->tag) {
        return false;
    }
    bool same = same_type(c, &da, &db, behind_pointer, depth);
    if (same && da.abbrev->tag != DW_TAG_member && da.abbrev->tag != DW_TAG_enumerator) {
        *known = (struct pair){a, b, behind_pointer};
    }
    return same;
}

bool dwarf_same_type(const struct raw_unit *ua, uint64_t a, const struct raw_unit *ub, uint64_t b, size_t *steps)
{
    if (ua->file != ub->file || ua->in_types != ub->in_types || *steps >= DWARF_SAME_STEPS_MAX) {
        return false;
    }
    struct comparison c = {.a = ua, .b = ub, .steps = steps, .limit = *steps + PAIR_STEPS_MAX};
    return same_die(&c, a, b, false, 0);
}
