/* DWARF, build: makes a layout from the DIE of a type.
 *
 * libdw delivers the attributes. DWARF states an alignment only if the source code asks for more than the natural one,
 * so the others follow from the types by the rules of the psABI. */
#include <dwarf.h>
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_type.h"
#include "dwarf_internal.h"
#include "dwarf_name.h"

#define CHAIN_MAX 64 /* typedefs and qualifiers before a type */
#define DIMENSIONS_MAX 16
#define NODES_MAX (1u << 16)        /* per layout: more than any real struct, less than a hostile file could demand */
#define ENUMERATORS_MAX (1u << 18)  /* per layout, in all enums */
#define BYTES_MAX ((size_t)1 << 48) /* the largest size or offset: more than any memory has */
#define STEPS_MAX (1u << 23)        /* DIEs that are visited for all definitions of one name */
#define HOST_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#define UNSIZED (1u << 31) /* in flags, until the struct is whole: DWARF doesn't tell the size */
#define TAIL_MEMBERS 16    /* members after a base class that may be in its tail padding */

struct builder {
    struct layout *layout;
    int machine;        /* EM_* */
    bool swapped;       /* the file's byte order is not this machine's */
    bool swapped_enums; /* nor is that of the enums in the struct being built */
    size_t enumerators; /* copied so far */
    unsigned *steps;    /* DIEs visited so far */
    int error;          /* the first error, -errno; after that nothing is done */
    bool wrapped;       /* the root is the struct of build_wrapped */
    char *why;          /* of DWARF_WHY_MAX bytes: more about the error; "" */
};

/* A type without its typedefs and qualifiers. */
struct peeled {
    Dwarf_Die die;
    int tag;        /* 0: void, or invalid */
    unsigned flags; /* LAYOUT_SYNC, LAYOUT_BELL, LAYOUT_SEQLOCK */
    size_t align;   /* required by one of the typedefs; 0: none */
    bool renamed;   /* there was a typedef */
};

static void fail(struct builder *b, int error)
{
    b->error = b->error != 0 ? b->error : error;
}

/* The `what` ("size", "place") of the member is computed by the program. */
static void fail_at_run_time(struct builder *b, const char *what, const char *name)
{
    if (b->error == 0 && (name == NULL || *name == '\0' || (b->wrapped && b->layout->count == 1))) {
        snprintf(b->why, DWARF_WHY_MAX, "its %s is known only when the program runs", what);
    } else if (b->error == 0) {
        snprintf(b->why, DWARF_WHY_MAX, "the %s of %.100s is known only when the program runs", what, name);
    }
    fail(b, -ENOTSUP);
}

/* ---- attributes ---- */

/* NULL: there is no such attribute. */
static bool number(Dwarf_Attribute *attribute, size_t *number)
{
    Dwarf_Word word;
    if (dwarf_formudata(attribute, &word) != 0 || word > BYTES_MAX) {
        return false;
    }
    *number = (size_t)word;
    return true;
}

static bool number_of(Dwarf_Die *die, unsigned name, size_t *value)
{
    Dwarf_Attribute attribute;
    return number(dwarf_attr(die, name, &attribute), value);
}

static bool is_power_of_two(size_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

/* The alignment that the source code asks for; 0: none. */
static size_t alignment_of(Dwarf_Die *die)
{
    size_t align;
    return number_of(die, DW_AT_alignment, &align) && is_power_of_two(align) ? align : 0;
}

/* Stores a member's offset: a constant, or the expression "plus N" of older compilers; 0 if there is none, as in a
 * union. Returns false if it is computed at run time (a virtual base). */
static bool location_of(Dwarf_Die *member, size_t *offset)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *ops;
    size_t count;
    size_t bit;
    *offset = number_of(member, DW_AT_data_bit_offset, &bit) ? bit / 8 : 0;
    if (dwarf_attr(member, DW_AT_data_member_location, &attribute) == NULL || number(&attribute, offset)) {
        return true;
    }
    if (dwarf_getlocation(&attribute, &ops, &count) != 0 || count != 1 || ops[0].atom != DW_OP_plus_uconst ||
        ops[0].number > BYTES_MAX) {
        return false;
    }
    *offset = (size_t)ops[0].number;
    return true;
}

static bool is_qualifier(int tag)
{
    return tag == DW_TAG_const_type || tag == DW_TAG_volatile_type || tag == DW_TAG_restrict_type ||
           tag == DW_TAG_atomic_type || tag == DW_TAG_packed_type || tag == DW_TAG_shared_type ||
           tag == DW_TAG_immutable_type;
}

/* Or a type that is another one under a name of its own. */
static bool is_typedef(int tag)
{
    return tag == DW_TAG_typedef || tag == DW_TAG_template_alias || tag == DW_TAG_subrange_type;
}

static bool is_struct(int tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

/* NULL means void. */
static void peel(Dwarf_Die *type, struct peeled *p)
{
    *p = (struct peeled){.tag = 0};
    if (type == NULL) {
        return;
    }
    p->die = *type;
    for (int i = 0; i < CHAIN_MAX; i++) {
        p->tag = dwarf_tag(&p->die);
        if (is_struct(p->tag) || p->tag == DW_TAG_enumeration_type) {
            dwarf_resolve_signature(&p->die);
        }
        bool may_sync = is_typedef(p->tag) || is_struct(p->tag);
        const char *name = may_sync ? dwarf_diename(&p->die) : NULL;
        p->flags |= p->tag == DW_TAG_atomic_type ? (unsigned)LAYOUT_SYNC : name != NULL ? c_type_sync_flags(name) : 0;
        if (!is_typedef(p->tag) && !is_qualifier(p->tag)) {
            return;
        }
        p->renamed = p->renamed || is_typedef(p->tag);
        p->align = p->align != 0 ? p->align : alignment_of(&p->die);
        Dwarf_Die target;
        if (dwarf_type_of(&p->die, &target) == NULL) {
            break;
        }
        p->die = target;
    }
    p->tag = 0;
}

/* ---- leaves ---- */

/* The largest alignment of a scalar of that size. On a machine that we don't know it is 1, so that no field is called
 * misaligned; what is larger shows in the holes. */
static size_t most_align(int machine, size_t size)
{
    switch (machine) {
    case EM_386:
        return size <= 12 ? 4 : 16;
    case EM_68K:
    case EM_MSP430:
        return 2;
    case EM_S390:
    case EM_ARM:
    case EM_MIPS:
        return 8;
    case EM_X86_64:
    case EM_AARCH64:
    case EM_PPC:
    case EM_PPC64:
    case EM_RISCV:
    case EM_SPARCV9:
    case 258: /* EM_LOONGARCH, which older headers don't have */
        return 16;
    default:
        return 1;
    }
}

/* psABI: a scalar is aligned to its size, up to a limit that depends on the machine. */
static size_t scalar_align(const struct builder *b, size_t size)
{
    size_t align = size & (~size + 1); /* the largest power of two that divides it: 4 for a long double of 12 bytes */
    size_t most = most_align(b->machine, size);
    return align == 0 ? 1 : align > most ? most : align;
}

static void base_type(const struct builder *b, Dwarf_Die *die, struct layout_node *n)
{
    size_t encoding = 0;
    const char *name = dwarf_diename(die);
    number_of(die, DW_AT_encoding, &encoding);
    n->align = scalar_align(b, n->size);
    switch (encoding) {
    case DW_ATE_boolean:
        n->kind = LAYOUT_BOOL;
        break;
    case DW_ATE_signed:
        n->kind = LAYOUT_SINT;
        break;
    case DW_ATE_unsigned:
        n->kind = LAYOUT_UINT;
        break;
    case DW_ATE_signed_char:
    case DW_ATE_unsigned_char:
        n->kind = name != NULL && strcmp(name, "char") == 0 ? LAYOUT_CHAR
                  : encoding == DW_ATE_signed_char          ? LAYOUT_SINT
                                                            : LAYOUT_UINT;
        break;
    case DW_ATE_UTF:
    case DW_ATE_UCS:
    case DW_ATE_ASCII:
        n->kind = LAYOUT_CHAR;
        break;
    case DW_ATE_float:
        n->kind = LAYOUT_REAL;
        break;
    case DW_ATE_complex_float:
        n->align = scalar_align(b, n->size / 2);
        break;
    default:
        break;
    }
}

static size_t address_size(Dwarf_Die *die)
{
    Dwarf_Die unit;
    uint8_t size = 8;
    dwarf_diecu(die, &unit, &size, NULL);
    return size;
}

static bool is_function_or_void(Dwarf_Die *pointer)
{
    Dwarf_Die target;
    Dwarf_Die *to = dwarf_type_of(pointer, &target);
    return to != NULL && dwarf_tag(to) == DW_TAG_subroutine_type;
}

#if defined __x86_64__
#define HOST_MACHINE EM_X86_64
#elif defined __i386__
#define HOST_MACHINE EM_386
#elif defined __aarch64__
#define HOST_MACHINE EM_AARCH64
#else
#define HOST_MACHINE EM_NONE
#endif

/* Whether a real number of that size is in this machine's format, apart from its byte order. All machines have IEEE's
 * float and double, but each has its own long double. */
static bool real_is_ours(const struct builder *b, size_t size)
{
    bool x86 = b->machine == EM_386 || b->machine == EM_X86_64;
    bool host_x86 = HOST_MACHINE == EM_386 || HOST_MACHINE == EM_X86_64;
    return size <= 8 || HOST_MACHINE == EM_NONE || b->machine == HOST_MACHINE || (x86 && host_x86);
}

static bool is_swapped(size_t order, bool otherwise)
{
    return order == DW_END_big ? !HOST_BIG : order == DW_END_little ? HOST_BIG : otherwise;
}

/* LAYOUT_SWAPPED or 0. A base type may state its order (DW_AT_endianity); else it is the machine's. */
static unsigned byte_order(const struct builder *b, Dwarf_Die *type, enum layout_kind kind)
{
    size_t order = DW_END_default;
    if (kind == LAYOUT_BYTES) {
        return 0;
    }
    number_of(type, DW_AT_endianity, &order);
    return is_swapped(order, kind == LAYOUT_ENUM ? b->swapped_enums : b->swapped) ? (unsigned)LAYOUT_SWAPPED : 0;
}

/* Kind, size, align and byte order of one element of a scalar type. LAYOUT_BYTES if the type is unknown. */
static void scalar(const struct builder *b, struct peeled *p, struct layout_node *n)
{
    n->kind = LAYOUT_BYTES;
    n->align = 1;
    n->flags = UNSIZED;
    if (p->tag == 0) {
        return;
    }
    bool sized = number_of(&p->die, DW_AT_byte_size, &n->size);
    switch (p->tag) {
    case DW_TAG_base_type:
        base_type(b, &p->die, n);
        break;
    case DW_TAG_enumeration_type: {
        Dwarf_Die target;
        struct peeled under;
        n->kind = LAYOUT_ENUM;
        if (!sized) {
            peel(dwarf_type_of(&p->die, &target), &under);
            sized = under.tag != 0 && number_of(&under.die, DW_AT_byte_size, &n->size);
        }
        n->align = scalar_align(b, n->size);
        break;
    }
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
    case DW_TAG_ptr_to_member_type:
    case DW_TAG_unspecified_type: /* nullptr_t */
        n->kind = LAYOUT_POINTER;
        n->size = sized ? n->size : address_size(&p->die);
        n->align = scalar_align(b, n->size);
        if (p->tag == DW_TAG_ptr_to_member_type && !sized && is_function_or_void(&p->die)) {
            n->size *= 2; /* a function address and an adjustment of `this` */
        }
        break;
    default: /* at least its alignment may be given */
        n->align = alignment_of(&p->die) != 0 ? alignment_of(&p->die) : 1;
        break;
    }
    bool wide = (n->kind == LAYOUT_SINT || n->kind == LAYOUT_UINT) && n->size > 16; /* _BitInt(256) */
    n->kind = wide || (n->kind == LAYOUT_REAL && !real_is_ours(b, n->size)) ? LAYOUT_BYTES : n->kind;
    n->flags = byte_order(b, &p->die, n->kind) | (sized || n->size > 0 ? 0 : UNSIZED);
}

/* Compilers encode 200 as the byte 0xc8 and -1 as DW_FORM_sdata, so forms of fixed size are unsigned. */
static bool constant_of(Dwarf_Attribute *attribute, int64_t *value)
{
    Dwarf_Sword number;
    Dwarf_Word positive;
    switch (attribute != NULL ? dwarf_whatform(attribute) : 0) {
    case 0:
        return false;
    case DW_FORM_sdata:
    case DW_FORM_implicit_const:
        *value = dwarf_formsdata(attribute, &number) == 0 ? number : 0;
        return true;
    default:
        *value = dwarf_formudata(attribute, &positive) == 0 ? (int64_t)positive : 0;
        return true;
    }
}

/* The enumerators of the type. The caller frees the array, but not the names, which belong to the DWARF. */
static void enumerators_of(struct builder *b, Dwarf_Die *type, struct layout_node *n)
{
    Dwarf_Die child;
    bool started = false;
    while (b->error == 0 && dwarf_next_child(type, &child, &started)) {
        Dwarf_Attribute attribute;
        int64_t value;
        const char *name = dwarf_diename(&child);
        if (++*b->steps > STEPS_MAX || b->enumerators + n->enumerator_count > ENUMERATORS_MAX) {
            fail(b, -E2BIG);
        } else if (dwarf_tag(&child) == DW_TAG_enumerator && name != NULL &&
                   constant_of(dwarf_attr(&child, DW_AT_const_value, &attribute), &value)) {
            fail(b, layout_enumerator_add(n, (char *)name, value));
        }
    }
    b->enumerators += n->enumerator_count;
}

/* ---- nodes ---- */

static uint32_t add(struct builder *b, struct layout_node *n, bool open)
{
    struct layout *l = b->layout;
    if (b->error != 0) {
        return 0;
    }
    if (l->count >= NODES_MAX) {
        fail(b, -E2BIG);
        return 0;
    }
    uint32_t i = open ? layout_open(l, n) : layout_add(l, n);
    fail(b, l->error);
    return i;
}

/* What a member passes on to the nodes of its type. */
struct place {
    const char *name;
    size_t offset;
    size_t align;   /* required by the member or a typedef; 0: the type's natural alignment */
    size_t size;    /* of an array with more bytes than its elements have; 0: it has none */
    unsigned flags; /* LAYOUT_SYNC, inherited */
    bool base;      /* it is a base class, so its own virtual bases are elsewhere */
    char *type;     /* of DWARF_TYPE_NAME_MAX bytes: the type's name */
};

static void build_type(struct builder *b, Dwarf_Die *type, struct place *place);

static void add_leaf(struct builder *b, struct peeled *p, const struct place *place, size_t count)
{
    struct layout_node n = {.name = (char *)place->name, .type = place->type, .offset = place->offset, .count = count};
    scalar(b, p, &n);
    n.flags = (n.size > 1 ? n.flags : n.flags & UNSIZED) | p->flags | place->flags;
    n.align = place->align != 0 ? place->align : n.align;
    n.stride = n.size;
    if (__builtin_mul_overflow(n.size, count, &n.size) || n.size > BYTES_MAX || place->size > BYTES_MAX) {
        fail(b, -EBADMSG);
        return;
    }
    n.size = place->size > n.size ? place->size : n.size;
    if (n.kind == LAYOUT_ENUM) {
        enumerators_of(b, &p->die, &n);
    }
    add(b, &n, false);
    free(n.enumerators);
}

/* ---- arrays ---- */

struct dimensions {
    size_t count[DIMENSIONS_MAX];
    size_t n;
    bool flexible;     /* the first dimension has no bound */
    bool dynamic;      /* a bound is computed at run time */
    size_t bits;       /* from one element to the next, where the type packs them (Ada); 0: it doesn't */
    size_t inner;      /* the dimension at which an array starts that has a size of its own; 0: none */
    size_t inner_size; /* and that size: a vector of three floats has 16 bytes */
    bool vector;       /* a vector type of the compiler, aligned as a whole: the dimensions from `lane` on */
    size_t lane;
    Dwarf_Die element; /* for its name */
};

/* Adds the dimensions of one array. Returns false if there are too many. */
static bool add_dimensions(Dwarf_Die *array, struct dimensions *d)
{
    Dwarf_Die child;
    bool started = false;
    size_t before = d->n;
    while (d->n < DIMENSIONS_MAX && dwarf_next_child(array, &child, &started)) {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_subrange_type || tag == DW_TAG_enumeration_type) {
            bool known = tag == DW_TAG_subrange_type && dwarf_dimension(&child, &d->count[d->n]);
            d->dynamic = d->dynamic || (!known && dwarf_dimension_is_dynamic(&child));
            d->flexible = d->flexible || (!known && d->n == 0);
            d->count[d->n] = known ? d->count[d->n] : 0;
            d->n++;
        }
    }
    if (d->n == before && d->n < DIMENSIONS_MAX) {
        d->flexible = d->flexible || d->n == 0;
        d->count[d->n++] = 0;
    }
    return d->n < DIMENSIONS_MAX;
}

/* Collects the dimensions of the array, including those of an element that is a typedef of an array, and stores the
 * element in *p. */
static void array_dimensions(struct builder *b, struct peeled *p, struct dimensions *d)
{
    bool renamed = false;
    while (p->tag == DW_TAG_array_type) {
        struct peeled array = *p;
        if (!d->vector && dwarf_hasattr(&array.die, DW_AT_GNU_vector)) {
            d->vector = true;
            d->lane = d->n;
        }
        if (d->n > 0 && number_of(&array.die, DW_AT_byte_size, &d->inner_size)) {
            d->inner = d->n;
        }
        if (!add_dimensions(&array.die, d)) {
            fail(b, -E2BIG);
            return;
        }
        if (d->bits == 0 && !number_of(&array.die, DW_AT_bit_stride, &d->bits) &&
            number_of(&array.die, DW_AT_byte_stride, &d->bits)) {
            d->bits = d->bits < BYTES_MAX / 8 ? 8 * d->bits : BYTES_MAX;
        }
        renamed = renamed || array.renamed;
        peel(dwarf_type_of(&array.die, &d->element), p);
        p->flags |= array.flags;
        p->align = array.align != 0 ? array.align : p->align;
    }
    d->element = renamed ? p->die : d->element; /* after a typedef of an array, the element has another name */
}

/* The number of elements in the dimensions from `from` on. */
static size_t elements(struct builder *b, const struct dimensions *d, size_t from)
{
    size_t product = 1;
    for (size_t i = from; i < d->n; i++) {
        if (__builtin_mul_overflow(product, d->count[i], &product) || product > BYTES_MAX) {
            fail(b, -EBADMSG);
            return 0;
        }
    }
    return product;
}

/* "struct point[4]": the type from that dimension on. */
static void level_type(struct dimensions *d, size_t level, char type[DWARF_TYPE_NAME_MAX])
{
    dwarf_type_name(&d->element, type);
    for (size_t i = level; i < d->n; i++) {
        size_t n = strlen(type);
        if (i == 0 && d->flexible) {
            snprintf(type + n, DWARF_TYPE_NAME_MAX - n, "[]");
        } else {
            snprintf(type + n, DWARF_TYPE_NAME_MAX - n, "[%zu]", d->count[i]);
        }
    }
}

/* Adds a node for each dimension from `level` on, then the element: a struct, a union, or the last dimension's text. */
static void add_levels(struct builder *b, struct peeled *p, struct dimensions *d, size_t level, struct place *place)
{
    bool texts = p->tag == DW_TAG_base_type;
    if (level == d->n && !texts) {
        build_type(b, &p->die, place);
        return;
    }
    if (texts && level + 1 == d->n) {
        struct layout_node n = {.name = (char *)place->name,
                                .type = place->type,
                                .kind = LAYOUT_TEXT,
                                .flags = place->flags,
                                .offset = place->offset,
                                .size = d->count[level],
                                .align = place->align,
                                .count = d->count[level],
                                .stride = 1};
        add(b, &n, false);
        return;
    }
    struct layout_node n = {.name = (char *)place->name,
                            .type = place->type,
                            .kind = LAYOUT_ARRAY,
                            .flags = place->flags,
                            .offset = place->offset,
                            .count = d->count[level]};
    uint32_t i = add(b, &n, true);
    struct place inner = {.name = "", .align = place->align, .flags = place->flags & LAYOUT_SYNC, .type = place->type};
    level_type(d, level + 1, place->type);
    add_levels(b, p, d, level + 1, &inner);
    if (b->error != 0) {
        return;
    }
    struct layout_node *array = &b->layout->nodes[i];
    const struct layout_node *element = array + 1;
    array->stride = element->size;
    array->align = element->align;
    if (__builtin_mul_overflow(array->count, array->stride, &array->size) || array->size > BYTES_MAX) {
        fail(b, -EBADMSG);
        return;
    }
    layout_close(b->layout);
}

static bool is_text(struct peeled *p)
{
    const char *name = p->tag == DW_TAG_base_type ? dwarf_diename(&p->die) : NULL;
    size_t size;
    return name != NULL && p->flags == 0 && number_of(&p->die, DW_AT_byte_size, &size) && size == 1 &&
           (strcmp(name, "char") == 0 || strcmp(name, "char8_t") == 0);
}

/* An array whose elements don't lie as in C is one run of raw bytes. */
static void add_packed_array(struct builder *b, const struct place *place, size_t count, size_t bits)
{
    struct layout_node n = {
        .name = (char *)place->name, .type = place->type, .kind = LAYOUT_BYTES, .offset = place->offset, .count = 1};
    if (__builtin_mul_overflow(count, bits, &n.size) || n.size > BYTES_MAX) {
        fail(b, -EBADMSG);
        return;
    }
    n.size = (n.size + 7) / 8;
    n.size = place->size > n.size ? place->size : n.size;
    n.stride = n.size;
    n.align = place->align;
    add(b, &n, false);
}

/* The bits from one element to the next where they don't lie as in C; 0: they do. */
static size_t odd_stride(struct builder *b, struct peeled *p, struct dimensions *d)
{
    struct layout_node one = {.size = 0};
    size_t most = BYTES_MAX / 8, row = elements(b, d, d->inner), size;
    if (d->bits > 0 || d->inner == 0 || row == 0 || d->inner_size > most) {
        d->inner = 0;
        return d->bits;
    }
    scalar(b, p, &one);
    bool same = __builtin_mul_overflow(row, one.size, &size) || size == d->inner_size;
    return same ? 0 : 8 * d->inner_size;
}

/* The vector's alignment; 0 if it isn't that of its size. */
static size_t vector_align(struct builder *b, struct peeled *p, const struct dimensions *d, size_t size)
{
    struct layout_node one = {.size = 0};
    scalar(b, p, &one);
    size_t whole = one.size * elements(b, d, d->lane);
    whole = d->lane == 0 && size > whole ? size : whole;
    return is_power_of_two(whole) ? whole : 0;
}

/* Adds an array of the type *p, or of the arrays that *p is, with the dimensions of *d before those. */
static void build_elements(struct builder *b, struct peeled *p, struct dimensions *d, struct place *place)
{
    size_t size = 0;
    array_dimensions(b, p, d);
    if (d->dynamic) {
        fail_at_run_time(b, "size", place->name);
    }
    if (b->error != 0) {
        return;
    }
    place->flags |= p->flags | (d->flexible ? LAYOUT_FLEXIBLE : 0u);
    place->align = place->align != 0 ? place->align : p->align;
    size_t count = elements(b, d, 0);
    bool text = is_text(p);
    size_t bits = odd_stride(b, p, d);
    if (bits > 0) {
        add_packed_array(b, place, d->inner > 0 ? count / elements(b, d, d->inner) : count, bits);
        return;
    }
    bool sized =
        is_struct(p->tag) ? number_of(&p->die, DW_AT_byte_size, &size) && size > 0 : text && elements(b, d, 1) > 0;
    if (sized && (is_struct(p->tag) || (text && !d->vector))) {
        place->align = place->align != 0 ? place->align : text ? 1 : 0;
        add_levels(b, p, d, 0, place);
        return;
    }
    place->align = d->vector && place->align == 0 ? vector_align(b, p, d, place->size) : place->align;
    add_leaf(b, p, place, count);
}

static void build_array(struct builder *b, struct peeled *p, struct place *place)
{
    struct dimensions d = {.n = 0};
    number_of(&p->die, DW_AT_byte_size, &place->size);
    build_elements(b, p, &d, place);
}

/* The array of the type that the user asks for. */
static void build_query_array(struct builder *b, Dwarf_Die *type, const struct query_array *array, struct place *place)
{
    struct dimensions d = {.n = array->n, .flexible = array->flexible, .element = *type};
    struct peeled p;
    memcpy(d.count, array->count, array->n * sizeof *d.count);
    peel(type, &p);
    build_elements(b, &p, &d, place);
    if (b->error == -EBADMSG && *b->why == '\0') {
        snprintf(b->why, DWARF_WHY_MAX, "no memory has that many bytes");
    }
}

/* ---- members ---- */

/* The attributes of a struct's member. */
struct member {
    Dwarf_Die type;
    size_t offset; /* bytes */
    size_t bits;   /* width of a bit-field; 0: it is none */
    size_t bit;    /* its first bit, from the struct's start, counted as layout_node's bit_offset */
};

/* Computes `bit`. big: the machine is big-endian, whatever the order of the type. */
static bool place_bits(Dwarf_Die *die, struct member *m, bool big)
{
    Dwarf_Attribute attribute;
    Dwarf_Sword top; /* DWARF 2 and 3: from the most significant bit of a storage unit */
    size_t unit;     /* bytes of that unit */
    if (m->bits == 0) {
        return false;
    }
    if (number_of(die, DW_AT_data_bit_offset, &m->bit)) {
        return true;
    }
    m->bit = 8 * m->offset;
    if (dwarf_formsdata(dwarf_attr(die, DW_AT_bit_offset, &attribute), &top) != 0) {
        return true;
    }
    if (!number_of(die, DW_AT_byte_size, &unit) || unit == 0) {
        struct peeled p;
        peel(&m->type, &p);
        if (p.tag == 0 || !number_of(&p.die, DW_AT_byte_size, &unit)) {
            return false;
        }
    }
    long long bit = big ? (long long)m->bit + top : (long long)(m->bit + 8 * unit) - top - (long long)m->bits;
    m->bit = (size_t)bit;
    return unit <= 64 && bit >= 0;
}

static bool is_virtual(Dwarf_Die *inheritance)
{
    size_t virtuality;
    return dwarf_tag(inheritance) == DW_TAG_inheritance && number_of(inheritance, DW_AT_virtuality, &virtuality) &&
           virtuality == DW_VIRTUALITY_virtual;
}

/* Reads the attributes of a struct's member. Returns false if it has no bytes, or, of a virtual base, not here. */
static bool read_member(struct builder *b, Dwarf_Die *die, struct member *m)
{
    int tag = dwarf_tag(die);
    bool is_static = dwarf_hasattr(die, DW_AT_external) || dwarf_hasattr(die, DW_AT_declaration); /* C++ */
    *m = (struct member){.offset = 0};
    if ((!(tag == DW_TAG_member && !is_static) && tag != DW_TAG_inheritance) || is_virtual(die)) {
        return false;
    }
    if (!location_of(die, &m->offset)) {
        fail_at_run_time(b, "place", dwarf_diename(die));
    } else if (dwarf_type_of(die, &m->type) == NULL ||
               (number_of(die, DW_AT_bit_size, &m->bits) && !place_bits(die, m, b->swapped != HOST_BIG))) {
        fail(b, -EBADMSG);
    }
    return b->error == 0;
}

static void add_bit_field(struct builder *b, struct member *m, struct place *place)
{
    struct peeled p;
    peel(&m->type, &p);
    struct layout_node n = {.name = (char *)place->name, .type = place->type, .count = 1};
    scalar(b, &p, &n);
    n.kind = n.kind == LAYOUT_CHAR ? LAYOUT_SINT : n.kind;
    n.flags = (n.flags & ~UNSIZED) | p.flags | place->flags;
    n.offset = m->bit / 8;
    n.bit_offset = (unsigned)(m->bit % 8);
    n.bit_size = (unsigned)m->bits;
    n.size = (n.bit_offset + n.bit_size + 7) / 8;
    if (m->bits > 128 || n.kind == LAYOUT_BYTES) {
        n.kind = LAYOUT_BYTES; /* no type of ours has so many: the bytes that it touches */
        n.bit_size = n.bit_offset = 0;
        n.flags = place->flags;
        n.align = 1;
    }
    n.stride = n.size;
    if (n.kind == LAYOUT_ENUM) {
        enumerators_of(b, &p.die, &n);
    }
    add(b, &n, false);
    free(n.enumerators);
}

static void add_member(struct builder *b, Dwarf_Die *child, unsigned flags)
{
    struct member m;
    char type[DWARF_TYPE_NAME_MAX];
    if (!read_member(b, child, &m)) {
        return;
    }
    const char *name = dwarf_diename(child);
    if (dwarf_tag(child) == DW_TAG_inheritance) {
        Dwarf_Die base = m.type;
        dwarf_resolve_signature(&base);
        name = dwarf_diename(&base);
    }
    dwarf_type_name(&m.type, type);
    struct place place = {.name = name != NULL ? name : "",
                          .offset = m.offset,
                          .align = alignment_of(child),
                          .flags = flags,
                          .base = dwarf_tag(child) == DW_TAG_inheritance,
                          .type = type};
    if (m.bits > 0) {
        add_bit_field(b, &m, &place);
    } else {
        build_type(b, &m.type, &place);
    }
}

/* ---- structs and unions ---- */

/* A gap as wide as the member's alignment needs a larger alignment. Returns the smallest that explains it. */
static size_t larger_align(size_t offset, size_t hole, size_t align)
{
    size_t larger = align;
    while (larger <= hole && larger < BYTES_MAX) {
        larger *= 2;
    }
    return offset % larger == 0 ? larger : align;
}

/* The end of the member of node i that ends last, from the node's start. */
static size_t members_end(const struct layout *l, uint32_t i)
{
    size_t last = 0;
    for (uint32_t c = i + 1; c < l->nodes[i].end; c = l->nodes[c].end) {
        size_t end = l->nodes[c].offset + l->nodes[c].size;
        last = end > last ? end : last;
    }
    return last;
}

/* In C++ later members may be in the tail padding of a base class or of an empty member. Cuts that one down to the
 * bytes that it has for itself, so that no members overlap. */
static void give_tail(struct layout *l, uint32_t i)
{
    const struct layout_node *parent = &l->nodes[i];
    for (uint32_t c = i + 1; c < parent->end; c = l->nodes[c].end) {
        struct layout_node *n = &l->nodes[c];
        if (n->kind != LAYOUT_STRUCT) {
            continue;
        }
        size_t last = members_end(l, c);
        uint32_t o = n->end;
        for (int later = 0; later < TAIL_MEMBERS && o < parent->end; later++, o = l->nodes[o].end) {
            const struct layout_node *other = &l->nodes[o];
            bool in_tail = other->size > 0 && other->offset >= n->offset + last && other->offset < n->offset + n->size;
            n->size = n->stride = in_tail ? other->offset - n->offset : n->size;
        }
    }
}

struct members {
    size_t align;    /* the largest of all */
    size_t proven;   /* the largest that caused padding: that member is not packed */
    bool misaligned; /* a member is at an offset that violates its alignment */
};

/* Infers alignments that DWARF doesn't state from the offsets of a struct's members. */
static struct members look_at_members(struct layout *l, uint32_t i, size_t size)
{
    struct members all = {.align = 1, .proven = 1};
    bool is_union = l->nodes[i].kind == LAYOUT_UNION;
    size_t end = 0;
    for (uint32_t c = i + 1; c < l->nodes[i].end; c = l->nodes[c].end) {
        struct layout_node *n = &l->nodes[c];
        bool hole = !is_union && n->bit_size == 0 && n->offset > end && n->offset - end >= n->align;
        if (hole) {
            size_t larger = larger_align(n->offset, n->offset - end, n->align);
            n->align = size % larger == 0 ? larger : n->align;
        }
        bool padded = !is_union && n->bit_size == 0 && n->offset > end && n->offset % n->align == 0;
        all.proven = padded && n->align > all.proven ? n->align : all.proven;
        all.misaligned = all.misaligned || (n->bit_size == 0 && n->size > 0 && n->offset % n->align != 0);
        all.align = n->align > all.align ? n->align : all.align;
        end = n->offset + n->size > end ? n->offset + n->size : end;
    }
    return all;
}

/* Determines a struct's alignment, and whether it is packed, from its members' offsets and from what the source code asks
 * for (0: nothing): `own` for the type, `required` for the member or typedef that has it. */
static void align_struct(struct builder *b, uint32_t i, size_t own, size_t required)
{
    struct layout *l = b->layout;
    struct layout_node *n = &l->nodes[i];
    give_tail(l, i);
    struct members all = look_at_members(l, i, n->size);
    size_t end = members_end(l, i);
    size_t natural = own > all.align ? own : all.align;
    bool packed = all.misaligned || (n->size % all.align != 0);
    if (packed) {
        n->flags |= LAYOUT_PACKED;
        natural = own != 0 ? own : n->size % all.proven == 0 ? all.proven : 1;
    } else if (n->size > end && n->size - end >= natural) {
        /* only a larger alignment explains this tail padding */
        size_t larger = larger_align(n->size, n->size - end, natural);
        natural = is_power_of_two(larger) && n->kind == LAYOUT_STRUCT && end > 0 ? larger : natural;
    }
    n->align = required != 0 ? required : natural;
}

/* GNU C's scalar_storage_order holds for all scalars of a struct, also for its enums; but gcc states it only in base
 * types. Whether the struct's enums are swapped, from the other members. */
static bool enums_swapped(const struct builder *b, Dwarf_Die *type)
{
    Dwarf_Die child, target;
    bool started = false;
    size_t order = DW_END_default;
    while (order == DW_END_default && dwarf_next_child(type, &child, &started)) {
        struct peeled p;
        peel(dwarf_type_of(&child, &target), &p);
        for (int i = 0; p.tag == DW_TAG_array_type && i < DIMENSIONS_MAX; i++) {
            peel(dwarf_type_of(&p.die, &target), &p);
        }
        if (p.tag == DW_TAG_base_type) {
            number_of(&p.die, DW_AT_endianity, &order);
        }
    }
    return is_swapped(order, b->swapped);
}

/* The bytes of node i from `from` to `end`, whose fields are unknown. */
static void add_raw(struct builder *b, const char *name, const char *type, size_t from, size_t end)
{
    struct layout_node n = {.name = (char *)name,
                            .type = (char *)type,
                            .kind = LAYOUT_BYTES,
                            .offset = from,
                            .size = end - from,
                            .align = 1,
                            .count = 1,
                            .stride = end - from};
    if (end > from) {
        add(b, &n, false);
    }
}

/* Appends the names of the virtual bases of the class and of its bases: "A, B"; "" if there are none. */
static void virtual_bases(struct builder *b, Dwarf_Die *class, int depth, char *names, size_t size)
{
    Dwarf_Die child, base;
    bool started = false;
    while (b->error == 0 && depth < CHAIN_MAX && dwarf_next_child(class, &child, &started)) {
        fail(b, ++*b->steps > STEPS_MAX ? -E2BIG : 0);
        if (dwarf_tag(&child) != DW_TAG_inheritance || dwarf_type_of(&child, &base) == NULL) {
            continue;
        }
        dwarf_resolve_signature(&base);
        const char *name = is_virtual(&child) ? dwarf_diename(&base) : NULL;
        size_t used = strlen(names);
        if (name != NULL && strstr(names, name) == NULL) {
            snprintf(names + used, size - used, "%s%s", used > 0 ? ", " : "", name);
        }
        virtual_bases(b, &base, depth + 1, names, size);
    }
}

/* The first byte of a class that one of its members has; `size` if there is none. */
static size_t first_member(Dwarf_Die *class, size_t size)
{
    Dwarf_Die child;
    bool started = false;
    while (dwarf_next_child(class, &child, &started)) {
        size_t offset;
        bool placed = (dwarf_tag(&child) == DW_TAG_member && !dwarf_hasattr(&child, DW_AT_external) &&
                       !dwarf_hasattr(&child, DW_AT_declaration)) ||
                      (dwarf_tag(&child) == DW_TAG_inheritance && !is_virtual(&child));
        size = placed && location_of(&child, &offset) && offset < size ? offset : size;
    }
    return size;
}

/* A member whose size DWARF doesn't tell has the bytes up to the next member, or to the end of node i. */
static void size_unsized(struct layout *l, uint32_t i)
{
    struct layout_node *nodes = l->nodes;
    for (uint32_t c = i + 1; c < nodes[i].end; c = nodes[c].end) {
        if ((nodes[c].flags & UNSIZED) == 0) {
            continue;
        }
        size_t end = nodes[i].size > nodes[c].offset ? nodes[i].size : nodes[c].offset;
        for (uint32_t o = i + 1; o < nodes[i].end; o = nodes[o].end) {
            end = nodes[o].offset > nodes[c].offset && nodes[o].offset < end ? nodes[o].offset : end;
        }
        nodes[c].flags &= ~UNSIZED;
        nodes[c].kind = LAYOUT_BYTES;
        nodes[c].size = nodes[c].stride = end - nodes[c].offset;
        nodes[c].count = 1;
    }
}

static bool has_variants(Dwarf_Die *type)
{
    Dwarf_Die child;
    bool started = false;
    while (dwarf_next_child(type, &child, &started)) {
        if (dwarf_tag(&child) == DW_TAG_variant_part) {
            return true;
        }
    }
    return false;
}

static bool has_computed_size(Dwarf_Die *type)
{
    size_t size;
    return dwarf_hasattr(type, DW_AT_byte_size) && !number_of(type, DW_AT_byte_size, &size);
}

/* A struct, union or class whose fields can be told. */
static bool is_plain_struct(struct peeled *p)
{
    return is_struct(p->tag) && !has_variants(&p->die) && !has_computed_size(&p->die);
}

static void add_members(struct builder *b, struct peeled *p, uint32_t i, const struct place *place)
{
    Dwarf_Die child;
    char bases[128] = "";
    static const char kind[] = "virtual base";
    size_t size = b->layout->nodes[i].size;
    unsigned sync = b->layout->nodes[i].flags & LAYOUT_SYNC;
    bool started = false, outer = b->swapped_enums;
    virtual_bases(b, &p->die, 0, bases, sizeof bases);
    size_t shared = *bases != '\0' && !place->base ? first_member(&p->die, size) : 0;
    add_raw(b, bases, kind, 0, shared); /* a virtual base may have the class's first bytes */
    b->swapped_enums = enums_swapped(b, &p->die);
    while (b->error == 0 && dwarf_next_child(&p->die, &child, &started)) {
        fail(b, ++*b->steps > STEPS_MAX ? -E2BIG : 0);
        add_member(b, &child, sync);
    }
    b->swapped_enums = outer;
    if (b->error != 0) {
        return;
    }
    b->layout->nodes[i].end = b->layout->count; /* the functions below walk the members before layout_close */
    size_unsized(b->layout, i);
    bool more = shared == 0 || strchr(bases, ',') != NULL;
    if (*bases != '\0' && !place->base && more) {
        add_raw(b, bases, kind, members_end(b->layout, i), size);
        b->layout->nodes[i].end = b->layout->count;
    }
    align_struct(b, i, alignment_of(&p->die), place->align);
    if (*bases != '\0' && place->base) {
        b->layout->nodes[i].size = b->layout->nodes[i].stride = members_end(b->layout, i);
    }
}

static void build_struct(struct builder *b, struct peeled *p, const struct place *place)
{
    struct layout_node n = {.name = (char *)place->name,
                            .type = place->type,
                            .offset = place->offset,
                            .count = 1,
                            .kind = p->tag == DW_TAG_union_type ? LAYOUT_UNION : LAYOUT_STRUCT,
                            .flags = p->flags | place->flags};
    if (!number_of(&p->die, DW_AT_byte_size, &n.size) && dwarf_hasattr(&p->die, DW_AT_declaration)) {
        if (b->layout->count == 0) {
            fail(b, -ENODATA);
        } else {
            /* clang describes a C++ class only in the unit that has its methods, so it is unknown here */
            add_leaf(b, &(struct peeled){.tag = 0}, place, 1);
        }
        return;
    }
    uint32_t i = add(b, &n, true);
    if (b->error == 0) {
        add_members(b, p, i, place);
        layout_close(b->layout);
    }
}

/* ---- any type ---- */

/* Recursion is limited: each struct and array opens a level of the layout, and LAYOUT_DEPTH_MAX levels are an error. */
static void build_type(struct builder *b, Dwarf_Die *type, struct place *place)
{
    struct peeled p;
    if (b->error != 0) {
        return;
    }
    if (place->offset > BYTES_MAX) {
        fail(b, -EBADMSG);
        return;
    }
    peel(type, &p);
    place->align = place->align != 0 ? place->align : p.align;
    if (is_plain_struct(&p)) {
        build_struct(b, &p, place);
    } else if (p.tag == DW_TAG_array_type) {
        build_array(b, &p, place);
    } else {
        add_leaf(b, &p, place, 1);
    }
}

/* GNU C's older form of a flexible member: int v[0] at the end of the struct, or of the struct at its end. */
static void mark_last_member(struct layout *l)
{
    uint32_t last = 0;
    while (l->nodes[last].kind == LAYOUT_STRUCT && l->nodes[last].end > last + 1) {
        uint32_t c = last + 1, end = l->nodes[last].end;
        while (l->nodes[c].end < end) {
            c = l->nodes[c].end;
        }
        last = c;
    }
    struct layout_node *n = &l->nodes[last];
    if (last > 0 && n->count == 0 && n->size == 0 && n->stride > 0) {
        n->flags |= LAYOUT_FLEXIBLE;
    }
}

/* The root of a layout is a struct or union, so a scalar type such as int, or an array, is put into a struct. */
static void build_wrapped(struct builder *b, Dwarf_Die *type, const struct query_array *array, struct place *place)
{
    struct layout_node root = {.type = place->type, .kind = LAYOUT_STRUCT, .count = 1};
    b->wrapped = true;
    add(b, &root, true);
    place->name = "value";
    if (array->n > 0) {
        build_query_array(b, type, array, place);
    } else {
        build_type(b, type, place);
    }
    if (b->error == 0 && (b->layout->nodes[1].flags & UNSIZED) != 0) {
        struct peeled p;
        peel(type, &p);
        if (p.tag != 0 && has_computed_size(&p.die)) {
            fail_at_run_time(b, "size", NULL);
        }
        fail(b, -ENODATA);
    }
    if (b->error == 0) {
        struct layout_node *nodes = b->layout->nodes;
        nodes[0].size = nodes[1].size;
        nodes[0].align = nodes[1].align;
        nodes[0].stride = nodes[0].size;
        layout_close(b->layout);
    }
}

static void read_machine(struct builder *b, Dwarf_Die *die)
{
    GElf_Ehdr header;
    Dwarf *dwarf = dwarf_cu_getdwarf(die->cu);
    if (dwarf != NULL && gelf_getehdr(dwarf_getelf(dwarf), &header) != NULL) {
        b->machine = header.e_machine;
        b->swapped = b->swapped_enums = header.e_ident[EI_DATA] == (HOST_BIG ? ELFDATA2LSB : ELFDATA2MSB);
    }
}

int layout_build(Dwarf_Die *type, const struct query_array *array, unsigned *steps, struct layout *out,
                 char why[DWARF_WHY_MAX])
{
    struct builder b = {.layout = out, .machine = EM_NONE, .steps = steps, .why = why};
    *why = '\0';
    struct peeled p;
    char name[DWARF_TYPE_NAME_MAX];
    layout_init(out);
    read_machine(&b, type);
    struct dimensions dimensions = {.n = array->n, .flexible = array->flexible, .element = *type};
    memcpy(dimensions.count, array->count, array->n * sizeof *array->count);
    level_type(&dimensions, 0, name);
    struct place place = {.name = "", .type = name};
    peel(type, &p);
    if (p.tag == 0) {
        fail(&b, -EBADMSG);
    } else if (is_plain_struct(&p) && array->n == 0) {
        build_type(&b, type, &place);
    } else {
        build_wrapped(&b, type, array, &place);
    }
    if (b.error == 0) {
        mark_last_member(out);
        b.error = layout_finish(out);
    }
    if (b.error != 0) {
        layout_free(out);
    }
    return b.error == -EINVAL || b.error == -EOVERFLOW ? -EBADMSG : b.error;
}
