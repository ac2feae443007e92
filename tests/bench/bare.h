/* Bare: the minimum that a viewer must do, to compare shm-view with in bench-view. */
#ifndef SHMLAB_BENCH_BARE_H
#define SHMLAB_BENCH_BARE_H

#include <stddef.h>
#include <stdint.h>

#define BARE_SIZE 1024 /* bytes of the segment that are looked at */

/* The exit status of a program that sleeps on the bell at `offset` of the segment, and writes 64 bytes at each ring. */
int bare_bell(int id, size_t offset);

/* The exit status of a program that shows BARE_SIZE bytes of the segment in hex by ncurses: looks 30 times a second, and
 * prints again what has changed. q ends it. */
int bare_curses(int id);

#endif
