/* Session: a program on a strict terminal (pty and vt together), and functions that wait for what it shows. */
#ifndef SHMLAB_TEST_SESSION_H
#define SHMLAB_TEST_SESSION_H

#include <stdbool.h>
#include <stdio.h>

#include "pty.h"
#include "vt.h"

#define SESSION_WAIT 10000000 /* microseconds: longer than any machine needs */

struct session {
    struct pty pty;
    struct vt vt;
    int64_t last;   /* when the last bytes came */
    uint64_t bytes; /* that came */
    bool ended;     /* the program has closed its terminal */
};

/* Starts argv on a terminal of kind term. Takes the locale of the environment, as the program does. 0 or -errno. */
int session_start(struct session *s, const char *term, int rows, int cols, char *const argv[]);

/* Takes what comes within timeout_us. Returns how many bytes: 0: nothing, or the end. */
size_t session_take(struct session *s, int64_t timeout_us);

/* Until nothing has come for quiet_us; at most SESSION_WAIT. true: it is quiet. */
bool session_quiet(struct session *s, int64_t quiet_us);

/* Until the text is (shown true) or is no more (false) on the screen. false: SESSION_WAIT is over. */
bool session_until(struct session *s, const char *text, bool shown);

int session_resize(struct session *s, int rows, int cols);

/* The screen, row by row, without blanks at the ends. */
void session_print(const struct session *s, FILE *out);

/* pty_end after all that still came was obeyed, and frees. */
int session_end(struct session *s);

#endif
