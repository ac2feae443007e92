/* DWARF same: see dwarf_same.h. */
#include "dwarf_same.h"

#include <dwarf.h>
#include <string.h>

#define DEPTH_MAX 24
#define PAIR_STEPS_MAX 50000 /* for one pair of types: an honest struct takes far fewer */
#define RUNS_MAX 6
#define MATCHES 32
#define GLANCE 16 /* bytes of a DIE that are compared at once: a member has 9 to 14 */
#define KNOWN 256 /* pairs that were found the same are kept, as many members share a type */

/* How much of a type matters, by the way that led to it. */
enum reach {
    ALL,   /* what it is made of */
    NAMED, /* a typedef gave the type its name: if it is a pointer, what it points to is told nowhere */
    BEHIND /* behind a pointer: no more than its name */
};

struct pair {
    uint64_t a, b;
    enum reach reach;
};

/* How to compare DIEs of two abbreviations whose attributes stand at fixed places, in the same forms: a struct's
 * members have all but the same one. */
struct match {
    const struct raw_abbrev *a, *b; /* NULL: none yet */
    bool plain;                     /* so it is, and the rest is there */
    bool typed;                     /* they have a DW_AT_type, a local reference */
    uint16_t type_form;
    uint16_t type_a, type_b; /* where: bytes after the code */
    size_t run_count;
    struct {
        uint16_t a, b, size;
    } runs[RUNS_MAX]; /* bytes that must be the same */
    /* For skip_same, where the DIEs have no children, and the same few bytes at the same places: */
    uint8_t code_a, code_b;    /* 0: it is not so */
    uint8_t size;              /* bytes after the code */
    uint64_t mask[GLANCE / 8]; /* of these, which must be the same */
};

struct comparison {
    const struct raw_unit *a, *b;
    size_t *steps;
    size_t limit; /* of *steps, for this pair */
    struct pair known[KNOWN];
    struct match matches[MATCHES];
};

static bool same_die(struct comparison *c, uint64_t a, uint64_t b, enum reach reach, unsigned depth);
static bool same_dies(struct comparison *c, const struct raw_die *a, const struct raw_die *b, enum reach reach,
                      unsigned depth);

/* Where a thing was declared changes nothing of how it lies. */
static bool is_place(unsigned name)
{
    const uint64_t places =
        1ull << DW_AT_sibling | 1ull << DW_AT_decl_file | 1ull << DW_AT_decl_line | 1ull << DW_AT_decl_column;
    return name < 64 && (places >> name & 1) != 0;
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

/* What matters of the type that a DIE's DW_AT_type names. */
static enum reach reach_of_type(unsigned tag, enum reach reach)
{
    switch (tag) {
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_ptr_to_member_type:
    case DW_TAG_subroutine_type:
        return BEHIND;
    case DW_TAG_typedef:
        return reach == BEHIND ? BEHIND : NAMED;
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_restrict_type:
    case DW_TAG_atomic_type:
        return reach;
    default: /* the type of a member, an array's elements: it is named anew */
        return reach == BEHIND ? BEHIND : ALL;
    }
}

/* Has it a size of its own, and its name already? The size of a pointer to member depends on what it points to. */
static bool is_end(unsigned tag, enum reach reach)
{
    return reach == NAMED &&
           (tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type);
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
           memcmp(raw_at(c->a, a->at), raw_at(c->b, b->at), a->size) == 0;
}

/* A reference counted from its unit's start: the same bytes mean different things in two units. */
static bool is_local(unsigned form)
{
    return form == DW_FORM_ref4 || form == DW_FORM_ref1 || form == DW_FORM_ref2 || form == DW_FORM_ref8 ||
           form == DW_FORM_ref_udata || form == DW_FORM_indirect || form == DW_FORM_GNU_str_index ||
           (form >= DW_FORM_strx1 && form <= DW_FORM_strx4) || form == DW_FORM_strx;
}

static bool same_value(struct comparison *c, const struct value *a, const struct value *b, enum reach reach,
                       unsigned depth)
{
    uint64_t na, nb;
    unsigned fa = a->attribute->form, fb = b->attribute->form;
    if (!is_local(fa) && same_bytes(c, a, b)) {
        return true; /* nearly always: an offset in .debug_str, a size, a place in the struct */
    }
    if (a->attribute->name == DW_AT_type) {
        uint64_t ra = raw_form_reference(c->a, fa, a->at), rb = raw_form_reference(c->b, fb, b->at);
        return ra != 0 && rb != 0 && same_die(c, ra, rb, reach, depth + 1);
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

static bool same_attributes(struct comparison *c, const struct raw_die *a, const struct raw_die *b, enum reach reach,
                            unsigned depth)
{
    uint32_t ia = 0, ib = 0;
    struct value va = {.at = a->data}, vb = {.at = b->data};
    enum reach reach_of = reach_of_type(a->abbrev->tag, reach);
    bool end = is_end(a->abbrev->tag, reach);
    for (;;) {
        bool more_a = next_value(c->a, a->abbrev, &ia, &va);
        bool more_b = next_value(c->b, b->abbrev, &ib, &vb);
        if (!more_a || !more_b) {
            return more_a == more_b;
        }
        if (va.attribute->name != vb.attribute->name) {
            return false;
        }
        bool ignored = end && va.attribute->name == DW_AT_type;
        if (!ignored && !same_value(c, &va, &vb, reach_of, depth)) {
            return false;
        }
    }
}

/* ---- the same, of fixed places ---- */

/* The next attribute that is no place; *at: where its value ends. NULL: no more. */
static const struct raw_attribute *next_fixed(const struct raw_unit *u, const struct raw_abbrev *abbrev, uint32_t *i,
                                              uint32_t *at)
{
    while (*i < abbrev->count) {
        const struct raw_attribute *t = &u->attributes[abbrev->first + (*i)++];
        *at += t->form == DW_FORM_implicit_const ? 0 : t->size;
        if (!is_place(t->name)) {
            return t;
        }
    }
    return NULL;
}

/* Adds one attribute, which ends at `a` and `b`. false: it takes more than a comparison of bytes. */
static bool match_attribute(struct match *m, const struct raw_attribute *t, uint32_t a, uint32_t b)
{
    uint16_t from_a = (uint16_t)(a - t->size), from_b = (uint16_t)(b - t->size);
    if (is_local(t->form)) {
        bool first = t->name == DW_AT_type && !m->typed;
        m->typed = true;
        m->type_form = t->form;
        m->type_a = from_a;
        m->type_b = from_b;
        return first;
    }
    if (m->run_count == RUNS_MAX) {
        return false;
    }
    if (t->size == 0) {
        return true; /* a flag */
    }
    m->runs[m->run_count].a = from_a;
    m->runs[m->run_count].b = from_b;
    m->runs[m->run_count++].size = (uint16_t)t->size;
    return true;
}

static bool make_match(struct comparison *c, struct match *m)
{
    uint32_t ia = 0, ib = 0, at_a = 0, at_b = 0;
    if (m->a->size == RAW_VARIES || m->b->size == RAW_VARIES) {
        return false;
    }
    for (;;) {
        const struct raw_attribute *a = next_fixed(c->a, m->a, &ia, &at_a), *b = next_fixed(c->b, m->b, &ib, &at_b);
        if (a == NULL || b == NULL) {
            return a == b;
        }
        if (a->name != b->name || a->form != b->form || a->size != b->size) {
            return false; /* the size of an implicit constant is its value */
        }
        if (a->form != DW_FORM_implicit_const && !match_attribute(m, a, at_a, at_b)) {
            return false;
        }
    }
}

/* Fills in what skip_same wants, where that is so. */
static void make_glance(struct comparison *c, struct match *m)
{
    size_t code_a = (size_t)(m->a - c->a->abbrevs), code_b = (size_t)(m->b - c->b->abbrevs);
    unsigned char mask[GLANCE] = {0};
    if (!m->plain || !matters(m->a->tag) || m->a->tag != m->b->tag || m->a->children || m->b->children ||
        m->a->size != m->b->size || m->a->size > GLANCE || code_a >= 0x80 || code_b >= 0x80 ||
        (m->typed && (m->type_form != DW_FORM_ref4 || m->type_a != m->type_b))) {
        return;
    }
    for (size_t i = 0; i < m->run_count; i++) {
        if (m->runs[i].a != m->runs[i].b) {
            return;
        }
        memset(mask + m->runs[i].a, 0xff, m->runs[i].size);
    }
    memcpy(m->mask, mask, GLANCE);
    m->size = (uint8_t)m->a->size;
    m->code_a = (uint8_t)code_a;
    m->code_b = (uint8_t)code_b;
}

static struct match *match_of(struct comparison *c, const struct raw_abbrev *a, const struct raw_abbrev *b)
{
    struct match *m = &c->matches[(size_t)(a - c->a->abbrevs) % MATCHES];
    if (m->a != a || m->b != b) {
        *m = (struct match){.a = a, .b = b};
        m->plain = make_match(c, m);
        make_glance(c, m);
    }
    return m;
}

static bool same_runs(struct comparison *c, const struct match *m, uint64_t a, uint64_t b)
{
    const unsigned char *bytes_a = raw_at(c->a, a), *bytes_b = raw_at(c->b, b);
    for (size_t i = 0; i < m->run_count; i++) {
        const unsigned char *run_a = bytes_a + m->runs[i].a, *run_b = bytes_b + m->runs[i].b;
        size_t size = m->runs[i].size;
        if (*run_a != *run_b || (size > 1 && memcmp(run_a, run_b, size) != 0)) {
            return false;
        }
    }
    return true;
}

/* What an attribute of a match refers to; raw_die_read saw that it ends inside the unit. */
static inline uint64_t reference(const struct raw_unit *u, unsigned form, uint64_t at)
{
    return form == DW_FORM_ref4 ? raw_ref4(u, at) : raw_form_reference(u, form, at);
}

/* As same_attributes; where the bytes differ they may still mean the same, which that function finds out. */
static bool same_attributes_of(struct comparison *c, const struct raw_die *a, const struct raw_die *b, enum reach reach,
                               unsigned depth)
{
    const struct match *m = match_of(c, a->abbrev, b->abbrev);
    if (!m->plain || !same_runs(c, m, a->data, b->data)) {
        return same_attributes(c, a, b, reach, depth);
    }
    if (!m->typed || is_end(a->abbrev->tag, reach)) {
        return true;
    }
    uint64_t type_a = reference(c->a, m->type_form, a->data + m->type_a);
    uint64_t type_b = reference(c->b, m->type_form, b->data + m->type_b);
    return type_a != 0 && type_b != 0 && same_die(c, type_a, type_b, reach_of_type(a->abbrev->tag, reach), depth + 1);
}

/* ---- DIEs ---- */

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

/* Pairs are kept only for what is referred to: that may happen again. */
static struct pair *known_pair(struct comparison *c, uint64_t a)
{
    return &c->known[(a ^ a >> 8) % KNOWN];
}

static bool is_known(struct comparison *c, uint64_t a, uint64_t b, enum reach reach)
{
    const struct pair *known = known_pair(c, a);
    return known->a == a && known->b == b && known->reach == reach;
}

/* Are the bytes after two DIEs' codes the same, as far as they must be? Reads as many as the mask has. */
static inline bool same_at_a_glance(const struct match *m, const unsigned char *a, const unsigned char *b)
{
    uint64_t words_a[GLANCE / 8], words_b[GLANCE / 8];
    memcpy(words_a, a, GLANCE);
    memcpy(words_b, b, GLANCE);
    return (((words_a[0] ^ words_b[0]) & m->mask[0]) | ((words_a[1] ^ words_b[1]) & m->mask[1])) == 0;
}

/* Are there a code and as many bytes? */
static inline bool has_a_glance(const struct raw_unit *u, uint64_t at)
{
    return at < u->end && u->end - at > GLANCE;
}

/* Steps over the children from *a and *b on that are the same at a glance, as most members of a struct are: DIEs of
 * abbreviations that were compared, and the same bytes. false: their types differ. */
static bool skip_same(struct comparison *c, uint64_t *a, uint64_t *b, enum reach reach, unsigned depth)
{
    while (*c->steps < c->limit && has_a_glance(c->a, *a) && has_a_glance(c->b, *b)) {
        const unsigned char *at_a = raw_at(c->a, *a), *at_b = raw_at(c->b, *b);
        const struct match *m = &c->matches[*at_a % MATCHES];
        if (*at_a == 0 || m->code_a != *at_a || m->code_b != *at_b || !same_at_a_glance(m, at_a + 1, at_b + 1)) {
            return true;
        }
        uint64_t size = 1u + m->size;
        if (m->typed) {
            uint64_t type_a = raw_ref4(c->a, *a + 1 + m->type_a), type_b = raw_ref4(c->b, *b + 1 + m->type_b);
            enum reach reach_of = reach_of_type(m->a->tag, reach);
            if (!is_known(c, type_a, type_b, reach_of) &&
                (type_a == 0 || type_b == 0 || !same_die(c, type_a, type_b, reach_of, depth + 1))) {
                return false;
            }
        }
        ++*c->steps;
        *a += size;
        *b += size;
    }
    return true;
}

static bool same_children(struct comparison *c, uint64_t a, uint64_t b, enum reach reach, unsigned depth)
{
    struct raw_die ca, cb;
    for (;;) {
        if (!skip_same(c, &a, &b, reach, depth + 1) || !next_child(c->a, &a, &ca) || !next_child(c->b, &b, &cb)) {
            return false;
        }
        if (ca.abbrev == NULL || cb.abbrev == NULL) {
            return ca.abbrev == cb.abbrev;
        }
        if (!same_dies(c, &ca, &cb, reach, depth + 1)) {
            return false;
        }
    }
}

static bool same_type(struct comparison *c, const struct raw_die *a, const struct raw_die *b, enum reach reach,
                      unsigned depth)
{
    if (reach == BEHIND && (a->abbrev->name_form != 0 || b->abbrev->name_form != 0)) {
        const char *na = raw_die_name(c->a, a), *nb = raw_die_name(c->b, b);
        return na != NULL && nb != NULL && (na == nb || strcmp(na, nb) == 0);
    }
    if (!same_attributes_of(c, a, b, reach, depth)) {
        return false;
    }
    if (!a->abbrev->children || !b->abbrev->children) {
        return a->abbrev->children == b->abbrev->children;
    }
    return same_children(c, a->next, b->next, reach_of_type(a->abbrev->tag, reach), depth);
}

/* DIEs that were read. */
static bool same_dies(struct comparison *c, const struct raw_die *a, const struct raw_die *b, enum reach reach,
                      unsigned depth)
{
    return depth <= DEPTH_MAX && ++*c->steps <= c->limit && a->abbrev != NULL && b->abbrev != NULL &&
           a->abbrev->tag == b->abbrev->tag && same_type(c, a, b, reach, depth);
}

static bool same_die(struct comparison *c, uint64_t a, uint64_t b, enum reach reach, unsigned depth)
{
    struct raw_die da, db;
    if (is_known(c, a, b, reach)) {
        return true;
    }
    if (!raw_die_read(c->a, a, &da) || !raw_die_read(c->b, b, &db) || !same_dies(c, &da, &db, reach, depth)) {
        return false;
    }
    *known_pair(c, a) = (struct pair){a, b, reach};
    return true;
}

bool dwarf_same_type(const struct raw_unit *ua, uint64_t a, const struct raw_unit *ub, uint64_t b, size_t *steps)
{
    if (ua->file != ub->file || ua->in_types != ub->in_types || *steps >= DWARF_SAME_STEPS_MAX) {
        return false;
    }
    struct comparison c = {.a = ua, .b = ub, .steps = steps, .limit = *steps + PAIR_STEPS_MAX};
    return same_die(&c, a, b, ALL, 0);
}
