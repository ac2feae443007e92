/* Chooser: the screen that lists what shared memory there is, and lets one choose. Pure but for chooser_refresh.
 *
 *   chooser_refresh -> chooser_draw, chooser_press ... until one is chosen or quit is true -> chooser_free */
#ifndef SHMLAB_CHOOSER_H
#define SHMLAB_CHOOSER_H

#include "inspect/segment_list.h"
#include "inspect/source.h"
#include "theme.h"

struct chooser {
    struct segment_list list;
    struct segment_entry from; /* where one came from, to be selected; kind, id, name, device and inode count */
    bool came;                 /* there is such one: s and Escape go back to it */
    bool seek;                 /* the next list selects it */
    size_t selected;           /* index into list; list.count is the line "the kit's own segment" */
    size_t top;                /* first line shown; chooser_shape sets it */
    bool touched;              /* a key was pressed: nothing goes on by itself any more */
    bool chosen, quit;
    char message[160]; /* why the last Enter did nothing; printable; "" */
    char address[24];  /* of the mapping that was chosen: a source_spec points to it */
};

/* Starts again, as somebody comes back from that source: it is selected when the list is read. Frees the list: what
 * chooser_choice gave for that source is gone. */
void chooser_return(struct chooser *ch, const struct source *from);

/* Reads what there is now; what was selected stays so, as long as it is there. true: something changed. */
bool chooser_refresh(struct chooser *ch);
void chooser_free(struct chooser *ch);

/* How many rows stand above the list: title and heading. One line for messages stands below it. */
int chooser_head_rows(int rows);

/* How many lines the list has on a screen of so many rows; scrolls so that the selected one is seen. */
int chooser_shape(struct chooser *ch, int rows);

/* key: as keys.h has them. true: something changed. */
bool chooser_press(struct chooser *ch, int key);

/* Selects the line at that row of the screen. false: there is none. */
bool chooser_click(struct chooser *ch, int rows, int row);

/* Turns the choice into what is to be opened. The kit's own segment for the last line. spec->path and spec->map point
 * into *ch: the source is closed before the list is read again. */
void chooser_choice(struct chooser *ch, struct source_spec *spec);

void chooser_draw(struct canvas *c, const struct theme *t, const struct chooser *ch);

/* The list as a table for pipes, and as JSON (docs/json.md). */
void chooser_print(const struct segment_list *l, FILE *out);
void chooser_json(const struct segment_list *l, FILE *out);

/* What an entry is called: "0x0f20074e", "private", "/psm_1a2b", "ring"; printable. */
void chooser_name(const struct segment_entry *e, char *out, size_t out_size);

#endif
