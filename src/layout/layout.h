/* Layout: which typed field lies at which bytes of a segment, the padding between fields, and what is wrong.
 *
 *   layout_init -> layout_open/layout_add/layout_close ... -> layout_finish -> ask -> layout_free
 *
 * A layout is a tree of C types kept as a flat array in pre-order: a node's descendants follow it, up to `end`.
 * An array of structs or unions is one node with one child, the template of an element, so a layout's size is that of
 * the type, not of the data. An array of scalars is one leaf with a count; an array of char is one leaf of kind text.
 * "Leaf" below means one scalar field (or scalar array, or text) *after* arrays of structs are unrolled; leaves are
 * numbered in memory order within their struct, so leaf 0 is the first field.
 *
 * Offsets and sizes are bytes. Offsets of leaves and spans count from the segment's start.
 * The rules of alignment and padding are those of the System V ABI (psABI, "Data Representation"). */
#ifndef SHMLAB_LAYOUT_H
#define SHMLAB_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layout_kind {
    LAYOUT_STRUCT, /* containers: they have children */
    LAYOUT_UNION,
    LAYOUT_ARRAY,  /* of structs, unions, texts or arrays of these; one child, its element */
    LAYOUT_TEXT,   /* leaves: an array of char */
    LAYOUT_CHAR,
    LAYOUT_SINT,
    LAYOUT_UINT,
    LAYOUT_REAL,
    LAYOUT_BOOL,
    LAYOUT_ENUM,
    LAYOUT_POINTER,
    LAYOUT_BYTES,  /* anything else, complex numbers and opaque types among it */
    LAYOUT_KINDS
};

enum layout_flag {
    LAYOUT_SYNC = 1,     /* other threads or processes synchronise on it: _Atomic, pthread_mutex_t, sem_t, ... */
    LAYOUT_FLEXIBLE = 2, /* a flexible array member: `count` is 0 until layout_fit */
    LAYOUT_PACKED = 4,   /* a struct whose members ignore their natural alignment */
    LAYOUT_BELL = 8,     /* the kit's bell (shm_bell.h); it is LAYOUT_SYNC, too */
    LAYOUT_SEQLOCK = 16  /* the kit's seqlock counter (shm_seqlock.h); it is LAYOUT_SYNC, too */
};

struct layout_enumerator {
    char *name;
    int64_t value;
};

struct layout_node {
    char *name;             /* the member's name; "" for an element of an array and for an unnamed member */
    char *type;             /* as C writes it: "int", "char[19]", "struct point *", "int[3][4]" */
    enum layout_kind kind;
    unsigned flags;         /* of enum layout_flag */
    size_t offset;          /* from the parent's start; 0 for an array's element */
    size_t size;            /* of the whole node, all elements; for a bit-field the bytes that its bits touch */
    size_t align;           /* what the type asks for (>= 1): the field is aligned if its address is a multiple */
    size_t count;           /* elements of an array or text; 1 for anything else */
    size_t stride;          /* from one element to the next; `size` where count is 1 */
    unsigned bit_size;      /* of a bit-field; 0 for anything else */
    unsigned bit_offset;    /* from the least significant bit of the byte at `offset` (little-endian, 0 to 7) */
    struct layout_enumerator *enumerators; /* kind enum: owned by the node */
    size_t enumerator_count;

    /* layout_open/add/close and layout_finish fill these: */
    uint32_t parent;        /* index; the root is its own parent */
    uint32_t end;           /* index one past the last descendant */
    size_t leaves;          /* leaves below it, elements of arrays counted one by one; 1 for a leaf */
    size_t padding_before;  /* bytes between the previous member's end and this one's start */
    size_t padding_after;   /* a struct's or union's own tail padding */
};

struct layout {
    struct layout_node *nodes; /* nodes[0] is the root; NULL while empty */
    uint32_t count;
    uint32_t capacity;
    size_t size;               /* what layout_size tells */
    uint32_t open;             /* while building: the innermost open container */
    int error;                 /* while building: the first failure, -errno; layout_finish returns it */
};

#define LAYOUT_DEPTH_MAX 64
#define LAYOUT_NODES_MAX (1u << 20)
#define LAYOUT_NO_LEAF SIZE_MAX

/* ---- building ---- */

/* Makes *l empty. Nothing to free yet. */
void layout_init(struct layout *l);

/* Frees what *l owns and makes it empty. NULL-safe members; may be called twice. */
void layout_free(struct layout *l);

/* Appends a container (struct, union, array) as the next child of the innermost open one, and opens it. The first
 * call makes the root. name and type are copied; enumerators stay the caller's and are copied too. Failures (out of
 * memory, too deep, too many nodes) stick in l->error and later calls do nothing. Returns the node's index. */
uint32_t layout_open(struct layout *l, const struct layout_node *node);

/* Appends a leaf as the next child of the innermost open container. Otherwise as layout_open. */
uint32_t layout_add(struct layout *l, const struct layout_node *node);

/* Closes the innermost open container. */
void layout_close(struct layout *l);

/* Works out leaves and padding. 0; the sticky error; -EINVAL where containers are still open, the root is missing or not
 * at offset 0, an array has no element or another stride than its element's size, a member reaches out of its struct, or
 * a size overflows. On failure *l stays freeable but is of no other use. */
int layout_finish(struct layout *l);

/* Gives flexible array members the elements that fit into a segment of segment_size bytes. May be called again with
 * another size. */
void layout_fit(struct layout *l, size_t segment_size);

/* ---- asking: all of these need a finished layout ---- */

/* sizeof the root type, in bytes (with flexible members as layout_fit left them); 0 for an empty layout. */
size_t layout_size(const struct layout *l);

/* How many leaves there are; 0 for an empty layout. */
size_t layout_leaves(const struct layout *l);

/* Do the types have the same fields at the same bytes, with the same names? Of what a pointer points to only the name
 * counts. */
bool layout_same(const struct layout *a, const struct layout *b);

/* One leaf where it lies. */
struct layout_leaf {
    const struct layout_node *node;
    size_t index;          /* 0 .. layout_leaves() - 1 */
    size_t offset;         /* from the segment's start */
    size_t padding_before; /* bytes that its alignment, or that of a struct which it opens, made */
    bool misaligned;       /* offset is not a multiple of node->align */
    bool in_union;         /* it shares its bytes on purpose */
};

/* Leaf number index into *leaf. false where there is none. O(depth x members). */
bool layout_leaf_get(const struct layout *l, size_t index, struct layout_leaf *leaf);

/* The leaf's name from the root, as C would say it: "head.seq", "slots[3].text". Always ends with NUL, cut to fit.
 * Returns the length that it would need. */
size_t layout_leaf_path(const struct layout *l, size_t index, char *out, size_t out_size);

/* The leaf of that path, or LAYOUT_NO_LEAF. A path to a container finds its first leaf. */
size_t layout_leaf_find(const struct layout *l, const char *path);

enum layout_span_kind {
    LAYOUT_SPAN_FIELD,
    LAYOUT_SPAN_PADDING, /* before the field `leaf`, whose alignment made it */
    LAYOUT_SPAN_TAIL,    /* at a struct's end; `leaf` is its first member of the largest alignment, which made it */
    LAYOUT_SPAN_FREE     /* no field: after the root's end, or a gap that alignment doesn't explain */
};

/* A run of bytes of which all the same is true. */
struct layout_span {
    size_t offset; /* where the run starts: at or before the byte asked for */
    size_t end;    /* one past its last byte; SIZE_MAX for the free bytes after the layout */
    enum layout_span_kind kind;
    size_t leaf;   /* see layout_span_kind; LAYOUT_NO_LEAF for free bytes */
    const struct layout_node *node; /* that leaf's; NULL for free bytes */
    bool overlap;    /* two members of a struct claim these bytes (not so for a union's or for bit-fields) */
    bool misaligned; /* kind field: the leaf is misaligned */
};

/* What lies at offset. O(depth x members), whatever the number of array elements. */
struct layout_span layout_span_at(const struct layout *l, size_t offset);

enum layout_problem_kind { LAYOUT_OVERLAP, LAYOUT_MISALIGNED, LAYOUT_PAST_END };

struct layout_problem {
    enum layout_problem_kind kind;
    size_t leaf;   /* the field that has the problem */
    size_t other;  /* overlap: the field that it overlaps; else LAYOUT_NO_LEAF */
};

/* Writes at most max problems of a layout laid over a segment of segment_size bytes to out; returns how many there
 * are in all. Elements of one array after the first are not looked at: they repeat it. */
size_t layout_problems(const struct layout *l, size_t segment_size, struct layout_problem *out, size_t max);

/* "text", "integer", ...: the kind in a learner's words. */
const char *layout_kind_name(enum layout_kind kind);

/* true for struct, union and array. */
bool layout_kind_is_container(enum layout_kind kind);

#endif
