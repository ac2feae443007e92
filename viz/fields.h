/* Fields: a layout as a tree of rows, of which some are folded: what the field table shows.
 *
 *   fields_reset -> fields_first, fields_next ... | fields_at | fields_flip | fields_choose
 *
 * Nothing here grows with the number of an array's elements: rows are walked to from one another, never listed. A row
 * is a member, an element of an array of structs, or an element of an array of scalars. Members of structs are unfolded
 * at first; arrays are where they have at most FIELDS_SMALL fields, and arrays of scalars never are. Members and arrays
 * without any field (an empty struct, no elements) have no row. The root itself has one only where it is no struct and
 * no union.
 *
 * Offsets are bytes from the segment's start. */
#ifndef SHMLAB_FIELDS_H
#define SHMLAB_FIELDS_H

#include "layout/layout.h"

#define FIELDS_SMALL 16        /* fields of an array that starts unfolded */
#define FIELDS_FLIPPED_MAX 256 /* rows that are not as they start; of more the oldest are forgotten */

/* Which row: stays true while the layout does, whatever is folded. */
struct field_id {
    uint32_t node;  /* of the layout; UINT32_MAX: no row */
    size_t leaf;    /* the first field in it */
    size_t element; /* of an array of scalars: which one; SIZE_MAX: the node as a whole */
};
#define FIELD_NONE ((struct field_id){UINT32_MAX, LAYOUT_NO_LEAF, SIZE_MAX})

struct fields {
    const struct layout *layout; /* finished; the caller keeps it */
    struct field_id flipped[FIELDS_FLIPPED_MAX];
    size_t flipped_count;
    bool folds;             /* some row can be folded: the table needs a column for that */
    bool flat;              /* no tree: every field by its whole path, nothing folded */
    struct field_id top;    /* the first row that the table shows */
    struct field_id chosen; /* a row that was chosen itself, not by a byte in it */
    size_t chosen_at;       /* where the cursor stood then: elsewhere the choice counts no more */
    struct field_id seen;   /* the selected row that the table was last scrolled to */
    size_t seen_rows;       /* and how many rows it had */
};

/* One level of the way from the root to a row. */
struct field_level {
    uint32_t node;
    size_t leaf, offset;
    size_t element; /* which one of the level above, where that is an array; SIZE_MAX */
};

struct field_row {
    struct field_id id;
    const struct layout_node *node; /* of an element of scalars: the whole array's */
    size_t offset, size;            /* bytes */
    size_t index;                   /* element of an array; SIZE_MAX: a member */
    unsigned indent;                /* levels */
    bool foldable, open;
    bool misaligned;
    size_t padding_before; /* bytes that its alignment made */
    /* the way here, for fields_next and fields_previous: */
    unsigned depth; /* way[depth] is this row */
    struct field_level way[LAYOUT_DEPTH_MAX + 2];
};

/* Starts anew with a layout: nothing flipped, nothing chosen, top at the first row. */
void fields_reset(struct fields *f, const struct layout *l);

bool field_same(const struct field_id *a, const struct field_id *b);

/* Does a stand above b in the table? A row stands above those in it. */
bool fields_above(const struct field_id *a, const struct field_id *b);

/* An array of scalars: one leaf of the layout, whose elements can be shown one by one. */
bool field_is_scalars(const struct layout_node *n);

/* The first row; false where there is none. */
bool fields_first(const struct fields *f, struct field_row *row);

/* The visible row after (before) this one; false and *row as it was where there is none. O(depth + members). */
bool fields_next(const struct fields *f, struct field_row *row);
bool fields_previous(const struct fields *f, struct field_row *row);

/* The row of that id or, where that is folded away, the folded one that holds it. false: none. O(depth x members). */
bool fields_row(const struct fields *f, const struct field_id *id, struct field_row *row);

/* The row of that id, also where it is folded away. */
bool fields_locate(const struct fields *f, const struct field_id *id, struct field_row *row);

/* Unfolds all around a row that fields_locate found: then it is one of the table's. */
void fields_reveal(struct fields *f, struct field_row *row);

/* The innermost visible row that the byte at offset belongs to: its field's, its padding's field's, or the folded row
 * that holds that. false: free bytes. */
bool fields_at(const struct fields *f, size_t offset, struct field_row *row);

/* The row that is selected when the cursor stands at offset: the chosen one, or fields_at's. */
bool fields_selected(const struct fields *f, size_t offset, struct field_row *row);

/* Chooses a row; the cursor is put on offset with it. */
void fields_choose(struct fields *f, const struct field_row *row, size_t offset);

/* The row where Tab (1) or Shift-Tab (-1) leads from the cursor, among those that start before `end`. false: none. */
bool fields_step(const struct fields *f, size_t cursor, size_t end, int direction, struct field_row *row);

/* Unfolds or folds the row. Does nothing where it isn't foldable. */
void fields_flip(struct fields *f, const struct field_row *row);

/* The unfolded row around this one; false at the outermost. */
bool fields_parent(const struct fields *f, struct field_row *row);

/* Scrolls the table of `rows` rows: to the selected row where that is another than last time, and not past its end. */
void fields_scroll(struct fields *f, const struct field_row *selected, size_t rows);

/* Scrolls it by so many rows, as a mouse's wheel does. */
void fields_wheel(struct fields *f, size_t rows, int step);

/* How many rows there are after this one; most: where counting ends. */
size_t fields_count_after(const struct fields *f, const struct field_row *row, size_t most);

/* The row's own name: "seq", "[3]", "{union}" for a member without one; its whole path where f->flat. Always ends with
 * NUL, cut to fit. */
void fields_name(const struct fields *f, const struct field_row *row, char *out, size_t out_size);

/* The path from the root, as C would write it: "slots[3]". Always ends with NUL. Returns the length that it would
 * need. */
size_t fields_path(const struct fields *f, const struct field_row *row, char *out, size_t out_size);

/* The row's type: an element of scalars has the array's without its brackets. */
void fields_type(const struct field_row *row, char *out, size_t out_size);

/* The row of a path as fields_path writes it, also of a struct or an array, or where it is folded away. false: none. */
bool fields_by_path(const struct fields *f, const char *path, struct field_row *row);

/* The next (1) or previous (-1) row after `from` (NULL: from the table's end on) whose own name has `text` in it; where
 * text is all lower case, in any case. Of an array's elements it looks at two at most. false: none up to the end. */
bool fields_by_name(const struct fields *f, const char *text, const struct field_id *from, int direction,
                    struct field_row *row);

#endif
