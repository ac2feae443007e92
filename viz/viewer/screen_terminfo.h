/* Screen, what terminfo says of the terminal: for screen.c, once curses is started. */
#ifndef SHMLAB_SCREEN_TERMINFO_H
#define SHMLAB_SCREEN_TERMINFO_H

#include "paint.h"

/* Copies one of terminfo's strings (NULL or (char *)-1: there is none), without a NUL. They ask for pauses as in
 * "\E[m$<2>": these are no bytes for the terminal. Returns how many bytes were taken. */
size_t terminfo_bytes(const char *text, char *out, size_t out_size);

/* curses draws on any terminal, with 3 to 5 times the bytes: it says each attribute anew, and twice. Most terminals
 * speak as ECMA-48 has it: to these we speak it ourselves. Is this one of them? *t takes what it can; clear, which
 * t->clear points to, what clears it. */
bool terminfo_paints(struct paint_terminal *t, char *clear, size_t clear_size);

#endif
