/* Chooser: the screen that lists the shared memory on this machine and lets the user pick one.
 *
 *   chooser_run -> chooser_choice, if the user did not quit -> chooser_return to choose again -> chooser_free */
#ifndef SHMLAB_CHOOSER_H
#define SHMLAB_CHOOSER_H

#include "inspect/segment_list.h"
#include "inspect/source.h"
#include "screen.h"

struct chooser {
    struct segment_list list;
    struct attachment_object from; /* where the user came from: s and Escape go back to it; device 0: nowhere */
    bool seek;                     /* select it in the next list */
    size_t selected;               /* line: 0 is the kit's own segment, the others are list[line - 1] */
    size_t top;                    /* first line shown */
    bool touched;                  /* a key was pressed: choose nothing automatically any more */
    bool chosen, quit;
    char message[160]; /* the answer to the last key; printable, may be "" */
};

/* Starts again with the source that the user came from selected once the list has been read. Frees the list, and so
 * invalidates what chooser_choice returned for that source. */
void chooser_return(struct chooser *ch, const struct source *from);

/* Reads the list again and keeps the selection while that entry exists. true: something changed. */
bool chooser_refresh(struct chooser *ch);

/* Shows the list, refreshes it and takes keys until the user chooses a line or quits (ch->quit). If no key has been
 * pressed when the kit's own segment appears, that is the choice. 0 or -ENOMEM. The screen stays open. */
int chooser_run(struct chooser *ch, struct screen *screen, const struct theme *theme);

/* Fills in *spec for the chosen line; the first line is the kit's own segment. Its strings are in *ch, so close the
 * source before reading the list again. */
void chooser_choice(const struct chooser *ch, struct source_spec *spec);

void chooser_free(struct chooser *ch);

#endif
