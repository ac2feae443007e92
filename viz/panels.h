/* Panels: the parts of the viewer's screen, each drawn into a rectangle of the canvas. Pure. */
#ifndef SHMLAB_PANELS_H
#define SHMLAB_PANELS_H

#include "fields.h"
#include "grid.h"
#include "rows.h"
#include "squeeze.h"
#include "theme.h"

struct rect {
    int row, col, rows, cols; /* rows 0: not shown */
};

/* What the grid shows. */
struct grid_panel {
    const struct grid_input *grid;
    struct squeeze lines; /* which rows have a line to themselves */
    size_t top;           /* offset of the first row */
    struct rows_shape shape;
    struct rect rect; /* of the lines, without header */
};

/* Draws the lines of the grid; there must be bytes. */
void panel_grid(struct canvas *c, const struct theme *t, const struct grid_panel *p);

/* The offset shown at that place of the screen; SIZE_MAX: none. */
size_t panel_grid_offset_at(const struct grid_panel *p, int row, int col);

/* What a field table shows. */
struct field_table {
    const struct fields *fields;   /* its rows, from fields->top on */
    const struct grid_input *grid; /* the bytes they describe */
};

/* Draws the field table: name, type, offset, size, alignment, padding before, value. The selected row is marked. Draws
 * nothing if there are no rows. Only the rows shown cost time and memory. */
void panel_fields(struct canvas *c, const struct theme *t, const struct field_table *table, struct rect r);

/* The field in that row of the screen, for a table in r; false: none. */
bool panel_fields_row_at(const struct fields *f, struct rect r, int row, struct field_row *field);

/* The value of a row; for a folded struct or array its first values; "past the end" if it extends past the segment's
 * end. NUL-terminated. */
void panel_fields_value(const struct grid_input *in, const struct field_row *row, char *out, size_t out_size);

/* The number of rows in the whole table, counted up to `most`. */
size_t panel_fields_rows(const struct fields *f, size_t most);

/* What is shown instead of the field table if there is no layout. */
struct string_table {
    const struct grid_input *grid; /* the bytes to find text in */
    size_t top;                    /* offset of the grid's first row */
    const char *why;               /* why there is no layout; printable */
};

/* Draws why there is no layout, and the text in the bytes that the grid shows. */
void panel_strings(struct canvas *c, const struct theme *t, const struct string_table *table, struct rect r);

/* The offset of the text in that row of the screen; false: none. */
bool panel_strings_at(const struct string_table *table, struct rect r, int row, size_t *offset);

/* Draws the bytes under the cursor read as each type, in both byte orders. */
void panel_inspector(struct canvas *c, const struct theme *t, const struct grid_input *in, bool big_endian,
                     struct rect r);

/* Draws an overview of the whole segment: a sign for each byte if there is room, else a character for 8 or more. */
void panel_map(struct canvas *c, const struct theme *t, const struct grid_input *in, struct rect r);

/* The rows that the map needs for a segment of that size in `cols` columns, at most `most`. */
int panel_map_rows(size_t segment_size, int cols, int most);

/* Describes the byte under the cursor: "num: int, byte 1 of 4 = 22". A path of more characters than path_columns loses
 * its front. */
void panel_where(const struct field_table *table, size_t path_columns, char *out, size_t out_size);

/* Draws the title of a full-screen list, with the keys to scroll and close it if there is room. */
void panel_title(struct canvas *c, const struct theme *t, const char *what);

struct help_key {
    const char *label, *what; /* "h l, arrows", "a byte back, a byte on" */
};

/* What the help shows. */
struct help {
    const struct help_key *keys;
    size_t key_count;
    const struct grid_input *grid; /* the bytes whose signs and colours are explained */
    bool rings;                    /* we sleep on a bell instead of polling */
    bool guarded;                  /* there is a seqlock counter: every picture is consistent */
    size_t top;                    /* the first line shown */
};

/* Draws keys, and the signs and colours that are in the bytes, over the whole canvas. Returns the largest useful `top`. */
size_t panel_help(struct canvas *c, const struct theme *t, const struct help *help);

#endif
