/* Layout choice: the layouts that may be laid over one source, and which one is on.
 *
 *   layout_choice_find -> layout_choice_layout, layout_choice_next -> layout_choice_free
 *
 * From the segment's creator, or the process whose mapping it is, or the first that has POSIX shared memory mapped and
 * says it: pid -> /proc/PID/exe -> section shm_layout -> DWARF; by hand: a type of an ELF file, or a
 * .layout file. */
#ifndef SHMLAB_LAYOUT_CHOICE_H
#define SHMLAB_LAYOUT_CHOICE_H

#include "inspect/source.h"
#include "layout/layout.h"
#include "layout/layout_error.h"

struct layout_choice_spec {
    const char *layout_file; /* --layout FILE; NULL */
    const char *type;        /* --type NAME; NULL: what the program itself says with SHM_LAYOUT */
    const char *elf;         /* --elf FILE; NULL: the creator's executable */
    bool none;               /* --no-layout: bytes only */
};

struct layout_choice_one {
    struct layout layout;
    char title[128]; /* "struct message, from shm-server"; printable */
};

struct layout_choice {
    struct layout_choice_one *all; /* owned */
    size_t count, chosen;
    char why[160]; /* why there is none; printable */
};

/* Looks for layouts and fits them to `size` bytes. 0: found some, or there is nothing to find (count 0, why says it).
 * -errno with *error where a file or a type that the person named can't be had. *g must be empty ({0}) or found before:
 * what it held is freed only when new ones were found or the segment is a new one. */
int layout_choice_find(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                       size_t size, struct layout_error *error);

/* The one that is on; an empty layout where there is none. Stays valid until the next layout_choice_find or layout_choice_free. */
const struct layout *layout_choice_layout(const struct layout_choice *g);
const char *layout_choice_title(const struct layout_choice *g);

/* Puts the next one on, around the end. false: there is no other. */
bool layout_choice_next(struct layout_choice *g);

void layout_choice_free(struct layout_choice *g);

#endif
