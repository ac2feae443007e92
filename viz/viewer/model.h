/* Model: what the viewer knows, and how time and keys change it. Draws nothing and reads no terminal.
 *
 *   model_init -> model_set_layout, model_want, model_take (each frame), keys_press -> dashboard draws it -> model_free
 *
 * Of the segment it holds a window: all of it where it has at most MODEL_WINDOW bytes, else that much about the rows
 * that are shown. So neither memory nor the work of a frame grows with the segment. Bytes are asked for with
 * model_at. */
#ifndef SHMLAB_MODEL_H
#define SHMLAB_MODEL_H

#include "fields.h"
#include "grid.h"
#include "recording.h"
#include "inspect/source.h"
#include "squeeze.h"

#define MODEL_GLOW_MS 1000 /* how long a change is seen, and up to MODEL_FADE_MS longer */
#define MODEL_FADE_MS 250  /* glows fade at multiples of this time, many at once: each time costs a frame */
#define MODEL_STREAM_MS 125 /* where changes come one after the other, fading waits that long for the next one's frame */
#define MODEL_WINDOW ((size_t)16 << 10) /* bytes; more only where the screen shows more */
#define MODEL_PROMPT_MAX 64
#define MODEL_NEWS_MAX 200

/* The last change seen of one field. */
struct model_news {
    char text[MODEL_NEWS_MAX]; /* "num: 21 -> 22"; printable; "" before the first */
    uint64_t at;               /* ms */
};

/* What `/` looks for, and how far it came: see find.h. */
struct find {
    char text[MODEL_PROMPT_MAX];      /* as it was typed */
    uint8_t wanted[MODEL_PROMPT_MAX]; /* `count` bytes as they lie in memory */
    size_t count;
    char what[48];                    /* "bytes in memory order" */
    int direction;
    size_t from;                      /* the cursor when it started */
    size_t at, left;                  /* the next place to look at, and how many there are still */
    size_t read;                      /* bytes looked through for this request */
    bool busy;                        /* the source has to be read on */
    bool resume;                      /* it was left before its end */
};

struct model {
    const struct layout *layout; /* finished and fitted; the owner of the layouts keeps it */
    struct grid_hues hues;
    const struct grid_palette *palette; /* of the fields; the caller's, set before the layout; NULL: the kit's own */
    struct fields fields;        /* the rows of the field table, of that layout */
    char layout_title[128];      /* "struct message, from shm-server": printable */

    size_t size;                 /* of the segment */
    size_t base, count;          /* the window: bytes [base, base + count) of the segment */
    uint8_t *bytes;              /* the window's, as they are shown; owned */
    uint64_t *changed_at;        /* ms of each byte's last change; 0: none; owned */
    uint8_t *glow;               /* what grid_fill takes, worked out by model_tick; owned */
    bool *since;                 /* changed since the mark was set; owned */
    uint64_t last_change;        /* ms of the last change in the window; 0: none glows any more */
    uint64_t faded;              /* the multiple of MODEL_FADE_MS for which the glow is right */
    struct recording recording;  /* every change seen; what is live stands there while the picture is frozen */
    uint64_t shown;              /* the recording's state that is shown; its newest one while live */
    bool marking;                /* the second level of marks is on: all that changed after state `mark` */
    uint64_t mark;
    uint8_t *expected;           /* owned by the caller; NULL */
    size_t expected_size;
    struct model_news news;
    uint64_t now;                /* ms */
    uint64_t wall;               /* ms since 1970 (UTC) when `now` was 0; 0: clock times are not told */

    size_t cursor;               /* offset */
    size_t top;                  /* offset of the first row shown; a multiple of the row's width */
    size_t home;                 /* top as the last move left it: a screen that shrinks and grows again comes back
                                  * to it */
    bool squeeze;                /* runs of zero rows share a line */
    int want_width;              /* bytes a row that the person asked for; 0: what fits */
    bool frozen;                 /* bytes stay as they are; the recording goes on */
    bool big_endian;             /* the inspector's first column */
    bool help;
    size_t help_top;             /* first line of the help that is shown */
    bool neighbours;             /* the source tells who has it attached: there is a panel for it */
    bool attached;               /* that panel has the whole screen */
    size_t attached_top;         /* its first line that is shown */
    bool others;                 /* the person wants to see other memory: the list of what there is */
    bool quit;

    char prompt;                 /* ':' or '/' while a line is typed; 0 */
    char typed[MODEL_PROMPT_MAX];
    char found[MODEL_PROMPT_MAX]; /* what n and N look for again */
    struct find find;
    bool rings;                   /* there is a bell that is slept on: nothing is polled */
    bool guarded;                 /* there is a seqlock counter: every picture is whole, or `doubt` tells */
    const char *doubt;            /* why the bytes may be old or torn: one calm line, whose owner keeps it; "" */
    char message[MODEL_NEWS_MAX]; /* an answer to the last key; printable; "" */

    /* The shape of the screen, set before keys are taken: how far a page goes. */
    int cols;                    /* columns for the grid alone; 0: not known, any row fits */
    int width, rows;             /* bytes a row, rows of the grid that are visible */
    unsigned next_layout;        /* goes up when the person asks for another layout: the owner of layouts changes it */
};

void model_init(struct model *m);
void model_free(struct model *m);

/* Lays another layout over the bytes. layout stays the caller's. 0 or -ENOMEM. */
int model_set_layout(struct model *m, const struct layout *layout, const char *title);

/* Another segment, or another size: forgets bytes and changes, and thaws. 0 or -ENOMEM. */
int model_resize(struct model *m, size_t size);

/* The window that the next frame should hold: the same while all rows shown lie in it, another about them otherwise. */
void model_want(const struct model *m, size_t *first, size_t *count);

/* Takes fresh bytes of [first, first + count), held inside the segment: records and marks what differs. While frozen
 * the picture stays. true: what is shown changed. */
bool model_take(struct model *m, size_t first, const uint8_t *bytes, size_t count);

/* Sets the clock and the glow of each byte. true: what is shown changed. */
bool model_tick(struct model *m, uint64_t now_ms);

/* In how many ms the picture changes by time alone: a glow that fades, an age that is told. -1: it doesn't. */
int model_fading(const struct model *m);

/* The bytes of [offset, offset + count), where all of them are in the window; else NULL. Good until the next change. */
const uint8_t *model_at(const struct model *m, size_t offset, size_t count);

/* What the window shows, as grid_fill takes it: good until the next change. cursor: m->cursor, or SIZE_MAX for none. */
struct grid_input model_grid(const struct model *m, size_t cursor);

/* Says something about the last key: message. */
void __attribute__((format(printf, 2, 3))) model_answer(struct model *m, const char *format, ...);

/* ---- time: model_time.c ---- */

/* Stops the picture, and lets it go on: then it shows what is live. */
void model_freeze(struct model *m);
void model_live(struct model *m);

/* Freezes, and goes one change back (-1) or forth (1). Says in message where there is no other. */
void model_step(struct model *m, int direction);

/* The same, to the nearest change of the field (or the byte, where no field lies) under the cursor. */
void model_step_field(struct model *m, int direction);

/* From now on all that changes is marked, until it is set again or taken off. */
void model_mark(struct model *m, bool on);

/* "21:04:09.120, 3 s ago, 14 changes back"; "" while live. */
void model_when(const struct model *m, char *out, size_t out_size);

/* Shows other bytes, at another place perhaps, without marks: model_time_mark sets them. false: no memory. For
 * model_time.c. */
bool model_show(struct model *m, size_t base, const uint8_t *bytes, size_t count);

/* Works out the glow of each byte that changed a while ago, for the time of now. true: some differs. For
 * model_time.c. */
bool model_fade(struct model *m);

/* Byte i of the window changed at that time, and glows from then on. */
void model_glows(struct model *m, size_t i, uint64_t at);

/* Works out `since` and the glow of a state that is shown: for model.c. */
void model_time_mark(struct model *m);

/* The text of news: how the bytes of [base, base + count) differ, but for the counter of a bell that is slept on, which
 * rings with whatever changes: for model.c. */
void model_news(struct model *m, size_t base, const uint8_t *before, const uint8_t *after, size_t count);

/* Tells the shape of the grid on the screen, and scrolls so that the cursor is seen. */
void model_shape(struct model *m, int width, int rows);

/* Tells how many rows the field table has, and scrolls it so that the selected one is seen. */
void model_table(struct model *m, int rows);

/* The list that has the whole screen (help, who is attached) was drawn: it scrolls as far as `most`. */
void model_scrolled(struct model *m, size_t most);

/* Which rows of the grid are lines of their own; from m->top on they are shown. Good until the next change. */
struct squeeze model_lines(const struct model *m);

/* Moves the cursor by so many lines of the grid, in its column; by pages (whole = false) to the very end where there
 * are fewer. false where it did not move. */
bool model_move_lines(struct model *m, ptrdiff_t steps, bool whole);

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

#endif
