/* Segment table: what shared memory there is, as a screen to choose from, as a plain table, and as JSON. */
#ifndef SHMLAB_SEGMENT_TABLE_H
#define SHMLAB_SEGMENT_TABLE_H

#include <stdio.h>

#include "inspect/segment_list.h"
#include "theme.h"

struct segment_table {
    const struct segment_list *list;
    size_t selected;     /* line: 0 is the kit's own segment, the others are list[line - 1] */
    size_t top;          /* the first line shown */
    bool back;           /* s goes back to where the user came from */
    const char *message; /* the answer to the last key, printable; "": the keys are shown */
};

/* Draws it over the whole canvas. */
void segment_table_draw(struct canvas *c, const struct theme *t, const struct segment_table *table);

/* The place of the list's lines on a screen of that many rows; below it is one line for messages. */
int segment_table_first_row(int rows);
int segment_table_lines(int rows);

/* The list as a plain table, and as JSON (docs/json.md). */
void segment_table_print(FILE *out, const struct segment_list *l);
void segment_table_json(FILE *out, const struct segment_list *l);

#endif
