/* Layout candidates: the types that a program recorded with SHM_LAYOUT, and which of them apply to its command line.
 *
 * shm_layout.h describes the records; dwarf_open.c reads them from the ELF file. */
#ifndef SHMLAB_LAYOUT_CANDIDATES_H
#define SHMLAB_LAYOUT_CANDIDATES_H

#include <stddef.h>

struct layout_candidate {
    char *type;      /* "struct message" */
    char *arguments; /* "packed --every": the command line must have all of them; "": always applies */
};

struct layout_candidates {
    struct layout_candidate *list;
    size_t count;
};

#define LAYOUT_CANDIDATES_MAX 64

/* Parses the bytes of the section shm_layout: records "TYPE" or "TYPE\tARGUMENTS", each NUL-terminated. Skips records
 * that are empty, repeated or not printable ASCII, and those after the first LAYOUT_CANDIDATES_MAX. Returns 0, or
 * -ENOMEM with *out empty. layout_candidates_free frees the list. */
int layout_candidates_parse(const char *section, size_t size, struct layout_candidates *out);

void layout_candidates_free(struct layout_candidates *candidates);

/* Keeps the candidates that apply to a command line, those with the most arguments first and otherwise in the same
 * order, and frees the others. cmdline holds the bytes of /proc/PID/cmdline (proc(5)): NUL-terminated arguments, of
 * which the first is the program's name and is ignored. */
void layout_candidates_order(struct layout_candidates *candidates, const char *cmdline, size_t size);

#endif
