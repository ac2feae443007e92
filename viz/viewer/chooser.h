/* Chooser: the screen that lists the shared memory on this machine and lets the user pick one. Pure except for
 * chooser_refresh.
 *
 *   chooser_refresh -> chooser_draw, chooser_press ... until one is chosen or quit is true -> chooser_free */
#ifndef SHMLAB_CHOOSER_H
#define SHMLAB_CHOOSER_H

#include "inspect/segment_list.h"
#include "inspect/source.h"
#include "theme.h"

struct chooser {
    struct segment_list list;
    struct segment_entry from; /* where the user came from; only kind, id, name, device and inode are set */
    bool came;                 /* from is set: s and Escape go back to it */
    bool seek;                 /* select it in the next list */
    size_t selected;           /* index into list; list.count: the line for the kit's own segment */
    size_t top;                /* first line shown; set by chooser_shape */
    bool touched;              /* a key was pressed: choose nothing automatically any more */
    bool chosen, quit;
    char message[160]; /* why the last Enter did nothing; printable, may be "" */
    char address[24];  /* of the chosen mapping; a source_spec points to it */
};

/* Starts again with the source that the user came from selected once the list has been read. Frees the list, and so
 * invalidates what chooser_choice returned for that source. */
void chooser_return(struct chooser *ch, const struct source *from);

/* Reads the list again and keeps the selection while that entry exists. true: something changed. */
bool chooser_refresh(struct chooser *ch);
void chooser_free(struct chooser *ch);

/* Rows above the list, for title and headings. One line for messages is below it. */
int chooser_head_rows(int rows);

/* Returns how many lines of the list a screen of that many rows shows, and scrolls to the selected one. */
int chooser_shape(struct chooser *ch, int rows);

/* key: a character or one of enum press (screen.h). true: something changed. */
bool chooser_press(struct chooser *ch, int key);

/* Selects the line at that row of the screen. false: no line is there. */
bool chooser_click(struct chooser *ch, int rows, int row);

/* Fills in *spec for the chosen line; the last line is the kit's own segment. spec->path and spec->map point into *ch,
 * so close the source before reading the list again. */
void chooser_choice(struct chooser *ch, struct source_spec *spec);

void chooser_draw(struct canvas *c, const struct theme *t, const struct chooser *ch);

/* The list as a plain table, and as JSON (docs/json.md). */
void chooser_print(const struct segment_list *l, FILE *out);
void chooser_json(const struct segment_list *l, FILE *out);

/* The entry's name, printable: "0x0f20074e", "private", "/psm_1a2b", "ring". */
void chooser_name(const struct segment_entry *e, char *out, size_t out_size);

#endif
