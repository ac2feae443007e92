/* Screen: a canvas on a terminal by ncurses, keys back from it, and the terminal as it was in the end, whatever
 * happens.
 *
 *   screen_open -> screen_show, screen_wait ... -> screen_close
 *
 * Only screen.c includes curses. There is one terminal, so there is one screen. */
#ifndef SHMLAB_SCREEN_H
#define SHMLAB_SCREEN_H

#include "canvas.h"
#include "theme.h"

struct screen;

enum screen_event_kind {
    SCREEN_NOTHING, /* time is up */
    SCREEN_RANG,    /* the bell rang, or woke us for no reason */
    SCREEN_DEAF,    /* the kernel refuses to sleep on this bell */
    SCREEN_KEY,     /* key: a character or one of enum press */
    SCREEN_CLICK,   /* row, col */
    SCREEN_WHEEL,   /* row, col; key: -1 up, 1 down */
    SCREEN_RESIZED, /* also after SIGCONT: draw all again */
    SCREEN_STOP     /* SIGTERM, SIGINT or SIGHUP came: close and go */
};

struct screen_event {
    enum screen_event_kind kind;
    int key, row, col;
};

/* Takes the terminal; where standard input is a pipe, keys come from /dev/tty. 0; -ENOTTY where there is no terminal;
 * -ENOTSUP where it can't place its cursor (TERM=dumb) or terminfo doesn't know it; -ENOMEM, or what starting a thread
 * may give. Blocks nothing, but from here on fatal signals restore the terminal before they kill. */
int screen_open(struct screen **s);

/* The size of the open terminal now. */
void screen_size(int *rows, int *cols);

/* What this terminal and the environment (NO_COLOR, locale) can show. Without a terminal: what a pipe of this locale
 * can. */
struct theme screen_theme(bool colours_work);

/* true where the open terminal has 8 colours. */
bool screen_has_colours(void);

/* Shows the canvas, sending only what differs from what stands there. */
void screen_show(struct screen *s, const struct canvas *c);

/* Waits for the next event until until_us (microseconds of CLOCK_MONOTONIC). word: a bell, slept on as long as it is
 * `rings`; NULL: none. */
struct screen_event screen_wait(struct screen *s, uint64_t until_us, const void *word, uint32_t rings);

/* Gives the terminal back as it was. s may be NULL. */
void screen_close(struct screen *s);

#endif
