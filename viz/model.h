/* Model: what the viewer knows, and how time and keys change it. Draws nothing and reads no terminal.
 *
 *   model_init -> model_set_layout, model_take (each frame), model_key -> dashboard draws it -> model_free */
#ifndef SHMLAB_MODEL_H
#define SHMLAB_MODEL_H

#include "fields.h"
#include "grid.h"
#include "source.h"

#define MODEL_GLOW_MS 1000 /* how long a change is seen */
#define MODEL_PROMPT_MAX 64
#define MODEL_NEWS_MAX 200

/* The last change seen of one field. */
struct model_news {
    char text[MODEL_NEWS_MAX]; /* "num: 21 -> 22"; printable; "" before the first */
    uint64_t at;               /* ms */
};

struct model {
    const struct layout *layout; /* finished and fitted; the owner of the layouts keeps it */
    struct grid_hues hues;
    struct fields fields;        /* the rows of the field table, of that layout */
    char layout_title[128];      /* "struct message, from shm-server": printable */

    uint8_t *bytes;              /* the bytes shown: `size` of them; owned */
    uint64_t *changed_at;        /* ms of each byte's last change; 0: none; owned */
    uint8_t *glow;               /* what grid_fill takes, worked out by model_tick; owned */
    size_t size;                 /* of the segment */
    bool seen;                   /* bytes were taken once: later differences are changes */
    uint8_t *expected;           /* owned by the caller; NULL */
    size_t expected_size;
    struct model_news news;
    uint64_t now;                /* ms */

    size_t cursor;               /* offset */
    size_t top;                  /* offset of the first row shown; a multiple of the row's width */
    size_t home;                 /* top as the last move left it: a screen that shrinks and grows again comes back to it */
    int want_width;              /* bytes a row that the person asked for; 0: what fits */
    bool frozen;                 /* bytes stay as they are */
    bool big_endian;             /* the inspector's first column */
    bool help;
    size_t help_top;             /* first line of the help that is shown */
    bool quit;

    char prompt;                 /* ':' or '/' while a line is typed; 0 */
    char typed[MODEL_PROMPT_MAX];
    char found[MODEL_PROMPT_MAX]; /* what n and N look for again */
    char message[MODEL_NEWS_MAX]; /* an answer to the last key; printable; "" */

    /* The shape of the screen, set before keys are taken: how far a page goes. */
    int width, rows;             /* bytes a row, rows of the grid that are visible */
    unsigned next_layout;        /* goes up when the person asks for another layout: the owner of layouts changes it */
};

void model_init(struct model *m);
void model_free(struct model *m);

/* Lays another layout over the bytes. layout stays the caller's. 0 or -ENOMEM. */
int model_set_layout(struct model *m, const struct layout *layout, const char *title);

/* Another segment, or another size: forgets bytes and changes, and thaws. 0 or -ENOMEM. */
int model_resize(struct model *m, size_t size);

/* Takes `count` fresh bytes from offset 0 on and marks what differs. Does nothing while frozen. true: something changed. */
bool model_take(struct model *m, const uint8_t *bytes, size_t count);

/* Sets the clock and the glow of each byte. true: what is shown changed. */
bool model_tick(struct model *m, uint64_t now_ms);

/* The picture: grid_fill over the bytes from `first` on (count cells). cursor: m->cursor, or SIZE_MAX to show none. */
void model_cells(const struct model *m, size_t first, size_t cursor, struct grid_cell *cells, size_t count);

/* Tells the shape of the grid on the screen, and scrolls so that the cursor is seen. */
void model_shape(struct model *m, int width, int rows);

/* Tells how many rows the field table has, and scrolls it so that the selected one is seen. */
void model_table(struct model *m, int rows);

/* Moves the cursor by step bytes, held inside the segment; false where it did not move. */
bool model_move(struct model *m, ptrdiff_t step);

/* Puts the cursor at offset, held inside the segment. */
void model_go(struct model *m, size_t offset);

/* Goes to the next (1) or previous (-1) row of the field table, seen from the cursor. */
void model_next_field(struct model *m, int direction);

/* Chooses a row of the field table, and puts the cursor on its first byte. */
void model_choose(struct model *m, const struct field_row *row);

enum model_fold { MODEL_FOLD, MODEL_UNFOLD, MODEL_FLIP };

/* Folds or unfolds the selected row; where it can't be folded, the one around it. */
void model_fold(struct model *m, enum model_fold how);

/* Goes where text says: an offset (decimal, 0x hex), a field's path, or a relative +N / -N. Sets message on failure. */
bool model_goto(struct model *m, const char *text);

/* Finds text after (or before) the cursor, around the end: a field's name, 0x.. hex bytes as they lie in memory, or
 * characters. Sets message either way. */
bool model_find(struct model *m, const char *text, int direction);

#endif
