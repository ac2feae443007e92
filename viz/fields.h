/* Fields: a layout as a tree of rows that can be folded, as the field table shows it.
 *
 *   fields_reset -> fields_first, fields_next ... | fields_at | fields_flip | fields_choose
 *
 * Neither time nor memory grows with an array's length: rows are not listed but reached from their neighbours. A row is
 * a member, an element of an array of structs, or an element of an array of scalars. Structs start unfolded, and so do
 * arrays of structs with at most FIELDS_SMALL fields; arrays of scalars start folded. Members and arrays without fields
 * (an empty struct, no elements) have no row. The root has a row only if it is neither struct nor union.
 *
 * Offsets are bytes from the segment's start. */
#ifndef SHMLAB_FIELDS_H
#define SHMLAB_FIELDS_H

#include "layout/layout.h"

#define FIELDS_SMALL 16        /* an array with at most so many fields starts unfolded */
#define FIELDS_FLIPPED_MAX 256 /* rows that were folded or unfolded; beyond that the oldest are forgotten */

/* Identifies a row as long as the layout stays, whatever is folded. */
struct field_id {
    uint32_t node;  /* index in the layout; UINT32_MAX: no row */
    size_t leaf;    /* its first field */
    size_t element; /* index in an array of scalars; SIZE_MAX: the node as a whole */
};
#define FIELD_NONE ((struct field_id){UINT32_MAX, LAYOUT_NO_LEAF, SIZE_MAX})

struct fields {
    const struct layout *layout; /* finished; not owned */
    struct field_id flipped[FIELDS_FLIPPED_MAX];
    size_t flipped_count;
    bool folds;             /* a row can be folded: the table needs a column for that */
    bool flat;              /* no tree: lists every field by its full path, nothing folded */
    struct field_id top;    /* the first row shown */
    struct field_id chosen; /* a row chosen directly, not through a byte in it */
    size_t chosen_at;       /* the cursor's offset then: once it moves, the choice no longer counts */
    struct field_id seen;   /* the selected row at the last scroll */
    size_t seen_rows;       /* and the table's height then */
};

/* One level of the path from the root to a row. */
struct field_level {
    uint32_t node;
    size_t leaf, offset;
    size_t element; /* index in the level above if that is an array; else SIZE_MAX */
};

struct field_row {
    struct field_id id;
    const struct layout_node *node; /* for an element of scalars: the whole array's */
    size_t offset, size;            /* bytes */
    size_t index;                   /* index in an array; SIZE_MAX: a member */
    unsigned indent;                /* levels */
    bool foldable, open;
    bool misaligned;
    size_t padding_before; /* bytes, for its alignment */
    /* the path here, for fields_next and fields_previous: */
    unsigned depth; /* way[depth] is this row */
    struct field_level way[LAYOUT_DEPTH_MAX + 2];
};

/* Starts over with a layout: nothing folded or unfolded by hand, nothing chosen, top at the first row. */
void fields_reset(struct fields *f, const struct layout *l);

bool field_same(const struct field_id *a, const struct field_id *b);

/* Is a above b in the table? A row is above its children. */
bool fields_above(const struct field_id *a, const struct field_id *b);

/* Is it an array of scalars? That is one leaf of the layout, whose elements can be shown as rows. */
bool field_is_scalars(const struct layout_node *n);

/* The first row; false: there is none. */
bool fields_first(const struct fields *f, struct field_row *row);

/* The next (previous) visible row; false: there is none, and *row is untouched. O(depth + members). */
bool fields_next(const struct fields *f, struct field_row *row);
bool fields_previous(const struct fields *f, struct field_row *row);

/* The row with that id, or the folded row that hides it. false: none. O(depth x members). */
bool fields_row(const struct fields *f, const struct field_id *id, struct field_row *row);

/* The row with that id, even if it is hidden. */
bool fields_locate(const struct fields *f, const struct field_id *id, struct field_row *row);

/* Unfolds all parents of a row found by fields_locate, which makes it visible. */
void fields_reveal(struct fields *f, struct field_row *row);

/* The innermost visible row for the byte at offset: its field, the field that its padding belongs to, or the folded row
 * that hides these. false: free bytes. */
bool fields_at(const struct fields *f, size_t offset, struct field_row *row);

/* The selected row with the cursor at offset: the chosen one, else that of fields_at. */
bool fields_selected(const struct fields *f, size_t offset, struct field_row *row);

/* Chooses a row; the caller moves the cursor to offset. */
void fields_choose(struct fields *f, const struct field_row *row, size_t offset);

/* The row that Tab (1) or Shift-Tab (-1) leads to from the cursor, among those that start before `end`. false: none. */
bool fields_step(const struct fields *f, size_t cursor, size_t end, int direction, struct field_row *row);

/* Unfolds or folds the row. Does nothing if it can't be folded. */
void fields_flip(struct fields *f, const struct field_row *row);

/* The row's parent, which is unfolded; false: it has none. */
bool fields_parent(const struct fields *f, struct field_row *row);

/* Scrolls a table of `rows` rows: to the selected row if that is a new one, and never past the end. */
void fields_scroll(struct fields *f, const struct field_row *selected, size_t rows);

/* Scrolls it by `step` rows, as for a mouse wheel. */
void fields_wheel(struct fields *f, size_t rows, int step);

/* The number of rows after this one, counted up to `most`. */
size_t fields_count_after(const struct fields *f, const struct field_row *row, size_t most);

/* The row's name: "seq", "[3]", "{union}" for a member without a name; its full path if f->flat. NUL-terminated, cut to
 * fit. */
void fields_name(const struct fields *f, const struct field_row *row, char *out, size_t out_size);

/* The path from the root, as in C: "slots[3]". NUL-terminated. Returns the full length. */
size_t fields_path(const struct fields *f, const struct field_row *row, char *out, size_t out_size);

/* The row's type; for an element of scalars, the array's type without brackets. */
void fields_type(const struct field_row *row, char *out, size_t out_size);

/* The row with that path, as written by fields_path. Also finds structs, arrays and hidden rows. false: none. */
bool fields_by_path(const struct fields *f, const char *path, struct field_row *row);

/* The next (1) or previous (-1) row after `from` (NULL: from the end of the table) with `text` in its own name; all
 * lower case matches any case. Looks at two elements of an array at most. false: none before the end. */
bool fields_by_name(const struct fields *f, const char *text, const struct field_id *from, int direction,
                    struct field_row *row);

#endif
