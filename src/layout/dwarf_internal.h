/* What the files of layout_dwarf share: open (which files), find (which DIEs), build (a DIE -> a layout). */
#ifndef SHMLAB_LAYOUT_DWARF_INTERNAL_H
#define SHMLAB_LAYOUT_DWARF_INTERNAL_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <sys/stat.h>

#include "dwarf.h"

/* ---- open: dwarf_open.c ---- */

/* An ELF file and its DWARF, read into memory. Never mapped: where another process shrinks a mapped file, a read of the
 * map kills this one (SIGBUS). */
struct dwarf_file {
    struct stat status;    /* when it was opened */
    char folder[PATH_MAX]; /* in which it lies, without a slash at the end */
    Elf *elf;
    Dwarf *dwarf;
    Dwfl *dwfl; /* of an object file, which needs relocation; it owns dwarf then */
};

struct dwarf_source {
    char name[PATH_MAX];      /* for messages */
    const char *debug_path;   /* folders of split debug files */
    bool lines;               /* .debug_line is loaded, too */
    struct dwarf_file file;   /* the program itself */
    struct dwarf_file split;  /* its split debug file */
    struct dwarf_file common; /* the file that dwz made of what several programs have */
    Dwarf *dwarf;             /* split's or file's */
};

/* Opens the file and its debug information. `lines`: with .debug_line, which only error messages and "@file" need. 0, or
 * -errno as layout_dwarf_read with *error set; close in any case. */
int dwarf_source_open(struct dwarf_source *s, const struct layout_dwarf_file *file, bool lines,
                      struct layout_error *error);
void dwarf_source_close(struct dwarf_source *s);

/* Opens the .dwo file of that name, which lies in `folder` (a NULL folder: where the file with the DWARF does). false: it can't be
 * had. dwarf_file_close closes it. */
bool dwarf_open_dwo(const struct dwarf_source *s, const char *folder, const char *name, struct dwarf_file *dwo);
void dwarf_file_close(struct dwarf_file *f);

/* ---- build: dwarf_build.c ---- */

/* Makes a finished layout of the type, and adds the DIEs it looks at to *steps. 0; -E2BIG too many of them, too many
 * fields or too deep; -EBADMSG the DWARF makes no sense; -ENODATA only a declaration; -ENOMEM. *out is empty on failure.
 */
int layout_build(Dwarf_Die *type, unsigned *steps, struct layout *out);

#endif
