/* Grid: bytes + layout + view state -> cells. All drawing starts from this pure function: no I/O, no globals.
 *
 * A cell is one byte of the segment with its role and its marks. Offsets are bytes from the segment's start. */
#ifndef SHMLAB_GRID_H
#define SHMLAB_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout/layout.h"

enum grid_role {
    GRID_FIELD,
    GRID_PADDING,    /* before a field, for its alignment */
    GRID_TAIL,       /* at a struct's end */
    GRID_FREE,       /* in no field */
    GRID_OUT,        /* past the segment's end */
    GRID_UNREADABLE, /* inside the segment, but can't be read */
    GRID_ROLES
};

enum grid_mark {
    GRID_CHANGED = 1,    /* since the last look, see `glow` */
    GRID_SELECTED = 2,   /* under the cursor */
    GRID_OVERLAP = 4,    /* two fields claim it */
    GRID_MISALIGNED = 8, /* its field's address breaks the alignment of its type */
    GRID_DIFFERS = 16,   /* from what was expected */
    GRID_STALE = 32,     /* padding that isn't zero: left over from something else */
    GRID_FOCUS = 64,     /* in the field (or its padding) under the cursor, or in the given range */
    GRID_SINCE = 128     /* changed since a mark was set, see `since`; not together with GRID_CHANGED */
};

/* The kinds of fields. A colour says the kind, and nothing else: fields side by side are told apart by the bar at their
 * starts. */
enum grid_family {
    GRID_TEXT,    /* text, char */
    GRID_INTEGER, /* signed, unsigned, boolean, enum */
    GRID_REAL,
    GRID_POINTER,
    GRID_SYNC, /* for synchronisation between processes */
    GRID_OTHER,
    GRID_FAMILIES
};
#define GRID_GLOW_MAX 2
#define GRID_TEXT_RUN 4 /* as in strings(1) */

#define GRID_NO_COLOUR 7 /* the terminal's default */

struct grid_palette {
    uint8_t colour[GRID_FAMILIES]; /* 1 to 7 as in ANSI */
};

enum grid_family grid_family(const struct layout_node *leaf);

/* The colour of a kind, 1 to 7. palette: NULL for the default. */
int grid_colour(const struct grid_palette *palette, enum grid_family family);

struct grid_cell {
    uint8_t byte;
    uint8_t role;   /* enum grid_role */
    uint8_t marks;  /* bits of enum grid_mark */
    uint8_t family; /* enum grid_family; of padding: its field's */
    uint8_t colour; /* 1 to 7 */
    uint8_t glow;   /* of a changed byte: GRID_GLOW_MAX: just now, 1: almost faded */
    bool starts;    /* first byte of a field that is seen, or of a run of padding */
    bool resumes;   /* starts, but the field's own first byte is under another field */
    bool element;   /* first byte of an array's element other than the first */
    bool text;      /* free, and in a run of GRID_TEXT_RUN or more printable characters */
    size_t leaf;    /* its field, or the field that its padding belongs to; LAYOUT_NO_LEAF */
};

struct grid_input {
    const struct layout *layout;        /* finished; may be empty */
    const struct grid_palette *palette; /* NULL: the default */
    size_t segment_size;                /* bytes */
    size_t first;                       /* offset of bytes[0], and of the first cell */
    const uint8_t *bytes;               /* from `first` on; NULL: nothing can be read */
    size_t readable;                    /* how many bytes */
    size_t before;                      /* how many bytes before bytes[0] can also be read: text may start there */
    const uint8_t *expected;            /* the expected bytes from `first` on; NULL: none */
    size_t expected_size;
    const uint8_t *glow;     /* one per byte, 0 to GRID_GLOW_MAX; NULL: nothing changed */
    const bool *since;       /* one per byte: changed since the mark; NULL: no mark */
    size_t cursor;           /* offset; SIZE_MAX: none */
    size_t focus, focus_end; /* the bytes in focus; if equal: the field under the cursor */
};

/* Fills `count` cells, starting at in->first. */
void grid_fill(const struct grid_input *in, struct grid_cell *cells, size_t count);

/* The same, starting at any offset: cells of the segment outside the readable bytes get role GRID_UNREADABLE. */
void grid_cells(const struct grid_input *in, size_t first, struct grid_cell *cells, size_t count);

/* Does cell b continue the field, or the run of padding, of cell a before it? And with the same marks? */
bool grid_same_box(const struct grid_cell *a, const struct grid_cell *b);
bool grid_same_run(const struct grid_cell *a, const struct grid_cell *b);

/* The number of cells, whole rows of `width` except at the end, that one line can stand for: all zero, in one field or
 * in none, without marks, and not the start of a field. 0: fewer than three rows. */
size_t grid_zeros(const struct grid_cell *cells, size_t count, size_t width);

/* The value of a field, as by value_shown; "past the end", or "not looked at" if not all of its bytes could be. */
void grid_value(const struct grid_input *in, const struct layout_leaf *leaf, char *out, size_t out_size);

/* The byte expected at offset; NULL: none is. */
const uint8_t *grid_expected(const struct grid_input *in, size_t offset);

/* How many bytes can be read from offset on, at most `count`. */
size_t grid_known(const struct grid_input *in, size_t offset, size_t count);

/* The bytes [offset, offset + count) if all can be read, else NULL. */
const uint8_t *grid_bytes(const struct grid_input *in, size_t offset, size_t count);

#endif
