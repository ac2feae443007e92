/* Grid: bytes + layout + view state -> cells. The pure function that everything draws with: no I/O, no globals.
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
    GRID_PADDING,    /* before a field, made by its alignment */
    GRID_TAIL,       /* at a struct's end */
    GRID_FREE,       /* no field lies here */
    GRID_OUT,        /* out of reach: past the segment's end */
    GRID_UNREADABLE, /* inside the segment, but it could not be read */
    GRID_ROLES
};

enum grid_mark {
    GRID_CHANGED = 1,    /* since the last look, see `glow` */
    GRID_SELECTED = 2,   /* under the cursor */
    GRID_OVERLAP = 4,    /* two fields claim it */
    GRID_MISALIGNED = 8, /* of a field that lies at an address which isn't its type's */
    GRID_DIFFERS = 16,   /* from what was expected */
    GRID_STALE = 32,     /* padding that holds a non-zero byte: left over from something else */
    GRID_FOCUS = 64,     /* of the field (or its padding) under the cursor, or in the range that was given */
    GRID_SINCE = 128     /* changed since a mark was set, see `since`; told where it is not GRID_CHANGED any more */
};

/* Which of a field's two neighbours it must not look like is settled once a layout, so that a field keeps its colour
 * from run to run: hue[i] of node i is an index into the theme's colours for the node's family. */
enum grid_family {
    GRID_TEXT,    /* text, char */
    GRID_INTEGER, /* signed, unsigned, boolean, enum */
    GRID_REAL,
    GRID_POINTER,
    GRID_SYNC, /* other processes synchronise on it */
    GRID_OTHER,
    GRID_FAMILIES
};
#define GRID_HUES 3 /* of each family */
#define GRID_GLOW_MAX 2
#define GRID_TEXT_RUN 4 /* as strings(1) has it */

/* Colours, 1 to 7 as in ANSI (7 stands for the terminal's own). The three of a family differ. */
struct grid_palette {
    uint8_t colour[GRID_FAMILIES][GRID_HUES];
};

struct grid_hues {
    uint8_t *hue;                       /* one for each node of the layout, 0 to GRID_HUES - 1; owned */
    const struct grid_palette *palette; /* the caller's; NULL: the kit's own */
};

enum grid_family grid_family(const struct layout_node *leaf);

/* The hue's colour, 1 to 7. palette: NULL for the kit's own. */
int grid_hue_colour(const struct grid_palette *palette, enum grid_family family, unsigned hue);

/* Chooses a hue for each field of a finished layout, so that no two neighbours have the same colour of the palette
 * (NULL: the kit's own), which stays the caller's. 0 or -ENOMEM. */
int grid_hues_make(struct grid_hues *hues, const struct layout *l, const struct grid_palette *palette);
void grid_hues_free(struct grid_hues *hues);

struct grid_cell {
    uint8_t byte;
    uint8_t role;   /* enum grid_role */
    uint8_t marks;  /* of enum grid_mark */
    uint8_t family; /* enum grid_family; for padding that of the field which made it */
    uint8_t colour; /* 1 to 7 */
    uint8_t glow;   /* of a changed byte: GRID_GLOW_MAX just now, 1 almost faded */
    bool starts;    /* first byte of a field, or of a run of padding */
    bool element;   /* first byte of an array's element, not the first one's */
    bool text;      /* free, and one of GRID_TEXT_RUN or more printable characters side by side: it reads as words */
    size_t leaf;    /* the field, or the one that made the padding; LAYOUT_NO_LEAF */
};

struct grid_input {
    const struct layout *layout;  /* finished; may be empty */
    const struct grid_hues *hues; /* of that layout */
    size_t segment_size;          /* bytes */
    size_t first;                 /* offset of bytes[0], and of the first cell */
    const uint8_t *bytes;         /* from `first` on; NULL where nothing can be read */
    size_t readable;              /* how many of them there are */
    size_t before;                /* so many bytes before bytes[0] can be read, too: text may have begun there */
    const uint8_t *expected;      /* what should stand from `first` on; NULL: nothing is expected */
    size_t expected_size;
    const uint8_t *glow;     /* one for each of bytes, 0 to GRID_GLOW_MAX; NULL: nothing changed */
    const bool *since;       /* one for each of bytes: changed since the mark; NULL: nothing is marked */
    size_t cursor;           /* offset; SIZE_MAX: none */
    size_t focus, focus_end; /* these bytes have the focus; equal: those of the field under the cursor */
};

/* Fills `count` cells, from in->first on. */
void grid_fill(const struct grid_input *in, struct grid_cell *cells, size_t count);

/* The same for any cells of the segment, from `first` on: those beside what can be read are unreadable. */
void grid_cells(const struct grid_input *in, size_t first, struct grid_cell *cells, size_t count);

/* How many bytes are not as expected; those that are expected past what can be read count. */
size_t grid_differences(const struct grid_input *in);

/* How many bytes from offset on can be read, at most `count`. */
size_t grid_known(const struct grid_input *in, size_t offset, size_t count);

/* The bytes of [offset, offset + count), where all of them can be read; else NULL. */
const uint8_t *grid_bytes(const struct grid_input *in, size_t offset, size_t count);

#endif
