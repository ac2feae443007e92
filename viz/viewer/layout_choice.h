/* Layout choice: the layouts that fit a source, and which one is in use.
 *
 *   layout_choice_find -> layout_choice_layout, layout_choice_next -> layout_choice_free
 *
 * They come from a program: pid -> /proc/PID/exe -> section shm_layout -> DWARF. The program is the segment's creator,
 * the process whose mapping it is, or, for POSIX shared memory, the first one that has it mapped and declares a layout.
 * The user can name a type in an ELF file or a .layout file instead. */
#ifndef SHMLAB_LAYOUT_CHOICE_H
#define SHMLAB_LAYOUT_CHOICE_H

#include "inspect/source.h"
#include "layout/layout.h"
#include "layout/layout_error.h"

struct layout_choice_spec {
    const char *layout_file; /* --layout FILE; NULL */
    const char *type;        /* --type NAME; NULL: what the program declares with SHM_LAYOUT */
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
    char why[160]; /* why there is no layout; printable */
};

/* Looks for layouts and fits them to `size` bytes. 0: found some, or there are none (count 0; see why). -errno with
 * *error set: a file or type that the user named can't be used. *g must be {0} or the result of an earlier call, whose
 * layouts are freed only when new ones are found or the segment is another one. */
int layout_choice_find(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                       size_t size, struct layout_error *error);

/* The layout in use, or an empty one. Valid until the next layout_choice_find or layout_choice_free. */
const struct layout *layout_choice_layout(const struct layout_choice *g);
const char *layout_choice_title(const struct layout_choice *g);

/* Switches to the next layout, wrapping around. false: there is no other. */
bool layout_choice_next(struct layout_choice *g);

void layout_choice_free(struct layout_choice *g);

#endif
