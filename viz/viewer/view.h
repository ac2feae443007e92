/* View: the program shm-view, which shows every byte of a segment, live and read-only, and its state.
 *
 * view.c sets the state up; view_read.c takes the steps to a picture: fit the window to the segment, find its layout,
 * read its bytes; view_once.c and view_live.c show it, view_record.c writes it to a file. */
#ifndef SHMLAB_VIEW_H
#define SHMLAB_VIEW_H

#include "chooser.h"
#include "config.h"
#include "inspect/recording_writer.h"
#include "layout_choice.h"
#include "poll_schedule.h"
#include "snapshot.h"
#include "state.h"
#include "view_arguments.h"

#define VIEW_DRAWN_MAX ((size_t)1 << 20) /* bytes; --render draws no more of a segment */

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
    uint64_t period; /* us between two polls, without a bell */
    struct recording_writer recorder;
    int record_error;                    /* why the recording ended early; 0 */
    char recorded_line[SOURCE_LINE_MAX]; /* source.line as it was recorded last */
    uint8_t *record_bytes;               /* room for what is recorded of a large segment; owned */
    unsigned attachments;                /* source's count when the window was last sized */
    uint8_t *expected;                   /* --expect's; owned */
    bool shown;                          /* a frame was shown */
    struct screen *screen;               /* while open, nothing may be printed; NULL */
};

/* ---- view_clock.c ---- */

/* Microseconds and milliseconds since boot. */
uint64_t view_now_us(void);
uint64_t view_now_ms(void);

/* ms since 1970 (UTC). */
uint64_t view_wall_ms(void);

/* ---- view_read.c ---- */

/* Reads a whole file; the caller frees *bytes. 0; -errno with both untouched. */
int view_read_file(const char *path, uint8_t **bytes, size_t *size);

/* Prepares for a new segment, or one whose size changed, and finds its layout. 0; -errno after reporting the error on
 * standard error (in the cursor's message while the screen is open), but -ENOMEM unreported. */
int view_start(struct view *v);

/* Looks for layouts and applies the first one. The same result. */
int view_apply_layout(struct view *v);

/* Applies the chosen layout, with the bell and the seqlock counter in it. */
void view_use_layout(struct view *v);

/* Reads the bytes [first, first + count). true: the picture changed. */
bool view_read_at(struct view *v, size_t first, size_t count);

/* Reads the bytes that the next frame shows. true: the picture changed. */
bool view_read(struct view *v);

/* The screen's theme with the user's colours for bytes outside fields. */
struct theme view_theme(const struct view *v, bool colours_work);

/* ---- view_record.c: --record ---- */

/* Makes the file of --record. 0, also if there is none; 1 with the error printed. */
int view_record_open(struct view *v);

/* All of these do nothing while nothing is recorded. Errors end the recording, and the cursor's message says so. */

/* The source was attached: the first time starts the recording; another size ends it. */
void view_record_source(struct view *v);

/* A layout was looked for; the processes that have it attached changed; the source's line did. */
void view_record_layout(struct view *v);
void view_record_attached(struct view *v);
void view_record_note(struct view *v);

/* The bytes were read. */
void view_record_bytes(struct view *v);

/* Ends the recording, and removes its file if nothing was seen. */
void view_record_close(struct view *v);

/* Call it once the terminal is restored. 0; 1 with the error printed: the recording ended early. */
int view_record_report(const struct view *v);

/* ---- view_once.c: --render ---- */

/* Draws the present bytes of v->source with v->arguments.renderer. The exit status; errors are printed on standard
 * error. */
int view_once(struct view *v);

/* ---- view_live.c: on a terminal ---- */

/* Shows v->source, read `hz` times per second, until the user quits. The exit status, or VIEW_OTHERS: the user wants to
 * choose other memory, and the screen stays open. */
#define VIEW_OTHERS (-1)
int view_live(struct view *v, int hz);

/* Lets the user choose a source, which goes to v->arguments.spec; v->source must be closed. -1: one was chosen, and the
 * screen stays open; else the exit status. */
int view_choose(struct view *v);

/* The same at the start, if no source was named. Also -1 without asking if the kit's server is running or there is
 * nothing to choose from. */
int view_choose_first(struct view *v);

/* Restores the terminal if the screen is open. */
void view_leave(struct view *v);

#endif
