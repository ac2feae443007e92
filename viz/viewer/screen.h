/* Screen: shows a canvas on the terminal through ncurses, reads keys, and always restores the terminal at the end.
 *
 *   screen_open -> screen_canvas, screen_show, screen_wait ... -> screen_close
 *
 * Only screen.c includes curses. There is one terminal, so there is one screen. */
#ifndef SHMLAB_SCREEN_H
#define SHMLAB_SCREEN_H

#include "canvas.h"
#include "theme.h"

struct screen;

enum screen_event_kind {
    SCREEN_NOTHING,      /* timeout */
    SCREEN_BELL,         /* the bell rang, or a spurious wakeup */
    SCREEN_BELL_REFUSED, /* the kernel refuses to sleep on this bell */
    SCREEN_KEY,          /* key: a character or one of enum press */
    SCREEN_CLICK,        /* row, col */
    SCREEN_WHEEL,        /* row, col; key: -1 up, 1 down */
    SCREEN_RESIZED,      /* also after SIGCONT: redraw everything */
    SCREEN_STOP          /* SIGTERM, SIGINT or SIGHUP: close the screen and exit */
};

/* Keys that are not printable characters. */
enum press {
    PRESS_NONE = 0,
    PRESS_RETURN = '\r',
    PRESS_ESCAPE = 27,
    PRESS_RUBOUT = 127,
    PRESS_CURSOR_UP = 0x110000, /* beyond all characters */
    PRESS_CURSOR_DOWN,
    PRESS_CURSOR_LEFT,
    PRESS_CURSOR_RIGHT,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_FIRST,
    PRESS_LAST,
    PRESS_BACK_TAB
};

struct screen_event {
    enum screen_event_kind kind;
    int key, row, col;
};

/* Takes over the terminal; if standard input is a pipe, keys are read from /dev/tty. 0; -ENOTTY: there is no terminal;
 * -ENOTSUP: it can't position its cursor (TERM=dumb) or terminfo doesn't know it; -ENOMEM or an error from starting a
 * thread. From here on fatal signals restore the terminal before they kill. */
int screen_open(struct screen **s);

/* The size of the open terminal now. */
void screen_size(int *rows, int *cols);

/* What the terminal and the environment (NO_COLOR, locale) can show. Without a terminal: what a pipe in this locale
 * can. */
struct theme screen_theme(bool colours_work);

/* Does the open terminal have 8 colours? */
bool screen_has_colours(void);

/* The canvas to draw on, of the terminal's present size; it keeps what was drawn unless that changes. 0 or -ENOMEM. */
int screen_canvas(struct screen *s, bool utf8, struct canvas **canvas);

/* Shows what was drawn; only what differs from the last time is sent. */
void screen_show(struct screen *s);

/* Waits for the next event, at most until until_us (microseconds of CLOCK_MONOTONIC). word: a bell to sleep on while
 * its count is `rings`; NULL: none. */
struct screen_event screen_wait(struct screen *s, uint64_t until_us, const void *word, uint32_t rings);

/* Restores the terminal. s may be NULL. */
void screen_close(struct screen *s);

#endif
