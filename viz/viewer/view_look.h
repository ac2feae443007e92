/* View look: what shm-view holds while it runs, and one look at the bytes: which segment, which layout over it, what
 * lies there now. view.c sets it up; view_once.c and view_live.c show it. */
#ifndef SHMLAB_VIEW_LOOK_H
#define SHMLAB_VIEW_LOOK_H

#include "chooser.h"
#include "config.h"
#include "layout_choice.h"
#include "poll_schedule.h"
#include "snapshot.h"
#include "state.h"
#include "view_arguments.h"

#define VIEW_DRAWN_MAX ((size_t)1 << 20) /* bytes of a segment that --render draws */

/* Starts empty but for state_init and poll_schedule_init. */
struct view {
    struct view_arguments arguments;
    struct config config;
    struct chooser chooser; /* arguments.spec may point into it */
    struct source source;
    struct layout_choice layout_choice;
    struct state state;
    struct snapshot snapshot;
    struct poll_schedule schedule;
    unsigned attachments;  /* of source, when the window was last sized */
    unsigned layout_asked; /* of the cursor, when the layout was last changed */
    uint8_t *fresh;        /* the bytes of one look; owned */
    size_t fresh_room;
    uint8_t *expected;     /* --expect's; owned */
    bool shown;            /* one frame was */
    struct screen *screen; /* has the terminal: nothing may be printed; NULL */
};

/* Microseconds, and ms, since the computer started. */
uint64_t view_now_us(void);
uint64_t view_now_ms(void);

/* All bytes of a file; the caller frees *bytes. 0 or -errno with both as they were. */
int view_read_file(const char *path, uint8_t **bytes, size_t *size);

/* Makes room for a segment that is looked at for the first time, or anew, and lays a layout over it. 0; -errno with all
 * said on standard error (in the cursor's message while the screen is open), -ENOMEM without a word. */
int view_meet(struct view *v);

/* Looks for the layouts of the source's bytes and lays the first over them. The same. */
int view_wear(struct view *v);

/* Lays the layout over the bytes that was chosen. It also says how to look: by which bell, and counter.
 * 0 or -ENOMEM. */
int view_lay_over(struct view *v);

/* Takes the bytes of [first, first + count). true: the picture changed. */
bool view_look_at(struct view *v, size_t first, size_t count);

/* Takes what the next frame shows. */
bool view_look(struct view *v);

/* The theme, with the person's colours for what is no field. */
struct theme view_theme(const struct view *v, bool colours_work);

#endif
