/* Layout candidates: the types that a program names with SHM_LAYOUT (see shm_layout.h), and which of them hold for the
 * command line that it was started with. Knows no ELF file: dwarf_open.c reads them. */
#ifndef SHMLAB_LAYOUT_CANDIDATES_H
#define SHMLAB_LAYOUT_CANDIDATES_H

#include <stddef.h>

struct layout_candidate {
    char *type;  /* "struct message" */
    char *words; /* "packed --every": all of them must be on the command line; "": it holds always */
};

struct layout_candidates {
    struct layout_candidate *list;
    size_t count;
};

#define LAYOUT_CANDIDATES_MAX 64

/* Takes the bytes of the section shm_layout: entries "TYPE" or "TYPE\tWORDS", each ended by NUL; empty ones, repeated
 * ones and those with anything but printable ASCII are left out, and so is what comes after LAYOUT_CANDIDATES_MAX.
 * 0 or -ENOMEM with *out empty. */
int layout_candidates_parse(const char *section, size_t size, struct layout_candidates *out);

void layout_candidates_free(struct layout_candidates *candidates);

/* Keeps those that hold for the command line (the bytes of /proc/PID/cmdline: arguments ended by NUL, the first is the
 * program's name and does not count) and orders them: most matching words first, else as they were. The others are
 * freed. */
void layout_candidates_order(struct layout_candidates *candidates, const char *cmdline, size_t size);

#endif
