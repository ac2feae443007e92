/* Layout: the typed fields of a segment, the padding between them, and problems such as overlaps.
 *
 *   layout_init -> layout_open/layout_add/layout_close ... -> layout_finish -> queries -> layout_free
 *
 * A layout is a tree of C types, stored as a flat array in pre-order: a node's descendants follow it, up to `end`. An
 * array of structs or unions is one node with one child, which describes every element, so the layout is as large as
 * the type, not the data. An array of scalars is one leaf with a count; an array of char is one leaf of kind text.
 * "Leaf" below means one scalar field (or scalar array, or text) after arrays of structs are unrolled. Leaves are
 * numbered in memory order within their struct, so leaf 0 is the first field.
 *
 * Offsets and sizes are in bytes. Offsets of leaves and spans count from the segment's start. Alignment and padding
 * follow the System V ABI (psABI, "Data Representation"). Nothing here prints. */
#ifndef SHMLAB_LAYOUT_H
#define SHMLAB_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layout_kind {
    LAYOUT_STRUCT, /* containers: they have children */
    LAYOUT_UNION,
    LAYOUT_ARRAY, /* of structs, unions, texts or arrays of these; one child, its element */
    LAYOUT_TEXT,  /* leaves: an array of char */
    LAYOUT_CHAR,
    LAYOUT_SINT,
    LAYOUT_UINT,
    LAYOUT_REAL,
    LAYOUT_BOOL,
    LAYOUT_ENUM,
    LAYOUT_POINTER,
    LAYOUT_BYTES, /* anything else, such as complex numbers and opaque types */
    LAYOUT_KINDS
};

enum layout_flag {
    LAYOUT_SYNC = 1,     /* for synchronisation of threads or processes: _Atomic, pthread_mutex_t, sem_t, ... */
    LAYOUT_FLEXIBLE = 2, /* a flexible array member: `count` is 0 until layout_fit */
    LAYOUT_PACKED = 4,   /* a struct whose members ignore their natural alignment */
    LAYOUT_BELL = 8,     /* a bell (shm_bell.h); also LAYOUT_SYNC */
    LAYOUT_SEQLOCK = 16, /* a seqlock counter (shm_seqlock.h); also LAYOUT_SYNC */
    LAYOUT_SWAPPED = 32  /* a leaf in the other byte order than this machine's */
};

struct layout_enumerator {
    char *name;
    int64_t value;
};

struct layout_node {
    char *name; /* the member's name; "" for an element of an array and for an unnamed member */
    char *type; /* as in C: "int", "char[19]", "struct point *", "int[3][4]" */
    enum layout_kind kind;
    unsigned flags;      /* of enum layout_flag */
    size_t offset;       /* from the parent's start; 0 for an array's element */
    size_t size;         /* of all elements; for a bit-field, the bytes that its bits touch */
    size_t align;        /* required by the type (>= 1): the field is aligned if its address is a multiple of it */
    size_t count;        /* elements of an array or text; 1 for anything else */
    size_t stride;       /* from one element to the next; where count is 1, `size`, but without a flexible member */
    unsigned bit_size;   /* of a bit-field; 0 for anything else */
    unsigned bit_offset; /* 0 to 7: from the least significant bit of the byte at `offset`, or from the most significant
                            one if the bit-field is big-endian */
    struct layout_enumerator *enumerators; /* kind enum: owned by the node */
    size_t enumerator_count;

    /* Set by layout_open/add/close and layout_finish: */
    uint32_t parent;       /* index; the root's parent is the root */
    uint32_t end;          /* index one past the last descendant */
    size_t leaves;         /* leaves below it, counting all elements of arrays; 1 for a leaf */
    size_t padding_before; /* bytes between the previous member's end and this one's start */
};

struct layout {
    struct layout_node *nodes; /* nodes[0] is the root; NULL while empty */
    uint32_t count;
    uint32_t capacity;
    size_t size;   /* see layout_size */
    uint32_t open; /* while building: index of the innermost open container */
    int error;     /* while building: the first failure, -errno; layout_finish returns it */
};

#define LAYOUT_DEPTH_MAX 64
#define LAYOUT_NODES_MAX (1u << 20)
#define LAYOUT_NO_LEAF SIZE_MAX

/* ---- building ---- */

/* Sets *l to the empty layout, which owns nothing. */
void layout_init(struct layout *l);

/* Frees what *l owns and makes it empty. May be called twice. */
void layout_free(struct layout *l);

/* Appends a container (struct, union, array) as the next child of the innermost open container, and opens it. The first
 * call creates the root. Copies the name, the type and the enumerators. Returns the node's index. A failure (-ENOMEM,
 * -E2BIG: too deep or too many nodes) is kept in l->error, and later calls then do nothing. */
uint32_t layout_open(struct layout *l, const struct layout_node *node);

/* Appends a leaf as the next child of the innermost open container. Otherwise like layout_open. */
uint32_t layout_add(struct layout *l, const struct layout_node *node);

/* Appends an enumerator to a node that is to be added, and keeps `name`; the array is malloc'ed and grows. Returns 0 or
 * -ENOMEM. */
int layout_enumerator_add(struct layout_node *node, char *name, int64_t value);

/* Frees the array and the names in it. */
void layout_enumerators_free(struct layout_node *node);

/* Closes the innermost open container. */
void layout_close(struct layout *l);

/* Computes leaves and padding. Returns 0; l->error if it is set; -EINVAL if a container is still open, the root is
 * missing or not at offset 0, an array has no element or a stride that isn't its element's size, a member extends past
 * its struct, or a size overflows. After a failure *l can only be freed. */
int layout_finish(struct layout *l);

/* Sets the count of the flexible array member to the elements that fit into a segment of segment_size bytes, and the size
 * of each struct that ends in it. One that other members follow (some compilers accept that) keeps 0 elements, because
 * those bytes are theirs. May be called again with another size. */
void layout_fit(struct layout *l, size_t segment_size);

/* ---- queries: all of these need a finished layout ---- */

/* The size of the root type in bytes, with the flexible member as set by layout_fit; 0 for an empty layout. */
size_t layout_size(const struct layout *l);

/* The number of leaves; 0 for an empty layout. */
size_t layout_leaves(const struct layout *l);

/* Whether both types have the same fields, with the same names, at the same offsets. Pointers are compared by the name
 * of their target type only. */
bool layout_same(const struct layout *a, const struct layout *b);

/* One leaf and its position. */
struct layout_leaf {
    const struct layout_node *node;
    size_t index;          /* 0 .. layout_leaves() - 1 */
    size_t offset;         /* from the segment's start */
    size_t padding_before; /* bytes of padding due to its alignment, or to that of a struct whose first leaf it is */
    bool misaligned;       /* offset is not a multiple of node->align */
    bool in_union;         /* it intentionally shares its bytes */
};

/* Stores leaf number `index` in *leaf. Returns false if there is none. O(depth x members). */
bool layout_leaf_get(const struct layout *l, size_t index, struct layout_leaf *leaf);

/* Writes the leaf's path from the root, as in C, to out: "head.seq", "slots[3].text". Truncated to out_size and always
 * NUL-terminated. Returns the untruncated length. */
size_t layout_leaf_path(const struct layout *l, size_t index, char *out, size_t out_size);
#define LAYOUT_PATH_MAX 1024 /* enough for all but absurd paths */

/* The same for the struct or union whose end the padding at `offset` is, of which `leaf` is the cause (LAYOUT_SPAN_TAIL):
 * "slots[3]". "" for the whole layout. */
size_t layout_tail_path(const struct layout *l, size_t leaf, size_t offset, char *out, size_t out_size);

/* The leaf with this path, or LAYOUT_NO_LEAF. The path of a container gives its first leaf. */
size_t layout_leaf_find(const struct layout *l, const char *path);

enum layout_span_kind {
    LAYOUT_SPAN_FIELD,
    LAYOUT_SPAN_PADDING, /* before the field `leaf`, due to its alignment */
    LAYOUT_SPAN_TAIL,    /* at a struct's end, due to `leaf`, its first leaf with the largest alignment */
    LAYOUT_SPAN_FREE     /* no field: after the root's end, or a gap that alignment doesn't explain */
};

/* A run of bytes for which all of the following is the same. */
struct layout_span {
    size_t offset; /* the run's first byte, at or before the byte that was looked up */
    size_t end;    /* one past its last byte; SIZE_MAX for the free bytes after the layout */
    enum layout_span_kind kind;
    size_t leaf;                    /* see layout_span_kind; LAYOUT_NO_LEAF for free bytes */
    const struct layout_node *node; /* that leaf's node; NULL for free bytes */
    bool overlap;                   /* two members of a struct occupy these bytes (not set for unions and bit-fields) */
    bool misaligned;                /* LAYOUT_SPAN_FIELD: the leaf is misaligned */
};

/* The span that contains the byte at `offset`. O(depth x members), independent of the number of array elements. */
struct layout_span layout_span_at(const struct layout *l, size_t offset);

enum layout_problem_kind { LAYOUT_OVERLAP, LAYOUT_MISALIGNED, LAYOUT_PAST_END };

struct layout_problem {
    enum layout_problem_kind kind;
    size_t leaf;  /* the field that has the problem */
    size_t other; /* overlap: the field that it overlaps; else LAYOUT_NO_LEAF */
};

/* Writes at most max problems of this layout in a segment of segment_size bytes to out. Returns how many there are in
 * total. Of an array only the first element is checked, because the others would repeat its problems. */
size_t layout_problems(const struct layout *l, size_t segment_size, struct layout_problem *out, size_t max);

/* The kind in plain English, "text", "integer" and so on: a static string. */
const char *layout_kind_name(enum layout_kind kind);

/* Whether it is struct, union or array. */
bool layout_kind_is_container(enum layout_kind kind);

/* Whether the leaf's byte order is big-endian: this machine's order, or the other one if it is LAYOUT_SWAPPED. */
bool layout_is_big_endian(const struct layout_node *leaf);

/* The dimensions in the name of an array type, and in *length how many characters they have: "[3][4]" of "int[3][4]",
 * "[2]" of "int (*[2])[4]". Of any other type, such as the pointer "int (*)[4]", "" and 0. Points into `type`. */
const char *layout_type_dimensions(const char *type, size_t *length);

#endif
