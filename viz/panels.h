/* Panels: the parts of the viewer's screen beside the grid, each drawn into a rectangle of the canvas. Pure. */
#ifndef SHMLAB_PANELS_H
#define SHMLAB_PANELS_H

#include "fields.h"
#include "grid.h"
#include "theme.h"

struct rect {
    int row, col, rows, cols; /* rows 0: not shown */
};

/* What a field table shows. */
struct field_table {
    const struct fields *fields;   /* its rows, from `top` on */
    const struct grid_input *grid; /* the bytes that they tell of */
};

/* The field table: name, type, offset, size, alignment, padding before, value. The selected row is marked. Does nothing
 * where there is no row. Work and memory are those of the rows shown. */
void panel_fields(struct canvas *c, const struct theme *t, const struct field_table *table, struct rect r);

/* The field that the table in r shows in that row of the screen; false: none. */
bool panel_fields_row_at(const struct fields *f, struct rect r, int row, struct field_row *field);

/* The value of a row: of a folded struct or array its first values; "past the end" where the bytes are none of the
 * segment's. Always ends with NUL. */
void panel_fields_value(const struct grid_input *in, const struct field_row *row, char *out, size_t out_size);

/* How many rows the whole table has, counted up to `most`. */
size_t panel_fields_rows(const struct fields *f, size_t most);

/* What stands in its place where there is no layout. */
struct string_table {
    const struct grid_input *grid; /* the bytes that have texts in them */
    size_t top;                    /* offset of the first row that the grid shows */
    const char *why;               /* there is no layout; printable */
};

/* Why there is no layout, and the texts that stand in what the grid shows. */
void panel_strings(struct canvas *c, const struct theme *t, const struct string_table *table, struct rect r);

/* The offset of the text in that row of the screen; false: none. */
bool panel_strings_at(const struct string_table *table, struct rect r, int row, size_t *offset);

/* All readings of the bytes under the cursor, in both byte orders. */
void panel_inspector(struct canvas *c, const struct theme *t, const struct grid_input *in, bool big_endian,
                     struct rect r);

/* The whole segment at a glance: one sign for each byte where there is room, else one character for 8 or more. */
void panel_map(struct canvas *c, const struct theme *t, const struct grid_input *in, struct rect r);

/* Rows that the map needs for a segment of that size in so many columns, at most `most`. */
int panel_map_rows(size_t segment_size, int cols, int most);

/* "num: int, byte 1 of 4": what lies under the cursor. */
void panel_where(const struct field_table *table, char *out, size_t out_size);

/* The title of a list that has the whole canvas: what it is, and as far as there is room how one goes on. */
void panel_title(struct canvas *c, const struct theme *t, const char *what);

struct help_key {
    const char *label, *what; /* "h l, arrows", "a byte back, a byte on" */
};

/* What the help tells. */
struct help {
    const struct help_key *keys;
    size_t key_count;
    const struct grid_palette *palette; /* of the fields; NULL: the kit's own */
    bool rings;                         /* there is a bell that is slept on: nothing is polled */
    bool guarded;                       /* there is a seqlock counter: every picture is whole */
    size_t top;                         /* the first line that is shown */
};

/* Keys and signs, over the whole canvas. Returns the last line that may stand first. */
size_t panel_help(struct canvas *c, const struct theme *t, const struct help *help);

#endif
