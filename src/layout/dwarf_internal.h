/* DWARF, internal: the interfaces between the files dwarf_*.c. */
#ifndef SHMLAB_LAYOUT_DWARF_INTERNAL_H
#define SHMLAB_LAYOUT_DWARF_INTERNAL_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <sys/stat.h>

#include "dwarf.h"
#include "dwarf_name.h"

/* ---- open: dwarf_open.c ---- */

/* An ELF file and its DWARF, read into memory. It is never mapped, because if another process shrank the file, reading
 * the mapping would kill us with SIGBUS. */
struct dwarf_file {
    struct stat status;    /* when it was opened */
    char folder[PATH_MAX]; /* the folder that contains it, without a slash at the end */
    Elf *elf;
    Dwarf *dwarf;
    Dwfl *dwfl;         /* for an object file, which needs relocation; then it owns dwarf */
    bool other_machine; /* libdwfl can't relocate it: its machine is unknown there */
};

struct dwarf_source {
    const char *name;         /* for messages; owned by the caller */
    const char *debug_path;   /* folders of split debug files */
    struct dwarf_file file;   /* the program */
    struct dwarf_file split;  /* its split debug file */
    struct dwarf_file common; /* dwz's file with what several programs have in common */
    Dwarf *dwarf;             /* the DWARF of split or of file */
};

/* Opens the file and its debug information. Returns the same as layout_dwarf_read, with *error set on failure. Call
 * dwarf_source_close in any case. */
int dwarf_source_open(struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error);
void dwarf_source_close(struct dwarf_source *s);

/* Opens the .dwo file of that name in `folder`; if that is NULL, in the folder of the file with the DWARF. Returns
 * false if it can't be read. dwarf_file_close closes it. */
bool dwarf_open_dwo(const struct dwarf_source *s, const char *folder, const char *name, struct dwarf_file *dwo);
void dwarf_file_close(struct dwarf_file *f);

/* ---- walk: dwarf_walk.c ---- */

#define DWARF_SCOPES_MAX 64

struct dwarf_walk {
    const struct dwarf_source *source;
    void (*visit)(struct dwarf_walk *w, Dwarf_Die *die, int tag); /* called for each DIE, before those inside it */
    void *context;                                                /* the visitor's */
    bool inside;                                                  /* look inside structs, too */
    bool everywhere;                                              /* look inside functions, too */
    int rc;                                                       /* a value other than 0 ends the walk */
    const char *scopes[DWARF_SCOPES_MAX]; /* names of the scopes around the current DIE; "" if unnamed */
    size_t scope_count;
    size_t damaged;     /* units with invalid DWARF */
    size_t missing_dwo; /* units whose .dwo file can't be read */
    char dwo_name[256]; /* the name of one of them */
    bool in_dwo;        /* we are in a .dwo file */
};

/* Visits all units of the source. */
void dwarf_walk(struct dwarf_walk *w);

/* The name of a scope around a type; "" if it has none, or is a function. */
const char *dwarf_scope_name(Dwarf_Die *scope);

/* ---- list: dwarf_list.c ---- */

/* Writes at most three names of types that resemble `wanted` to out: "'struct prod', 'product' or 'prods'". Returns how
 * many; 0: none, and out is "". */
size_t dwarf_similar(const struct dwarf_source *source, const char *wanted, char *out, size_t size);

/* ---- build: dwarf_build.c ---- */

#define DWARF_WHY_MAX 200

/* Builds a finished layout of the type, or of an array of it, and adds the number of DIEs that it visits to *steps. Returns 0; -E2BIG: too
 * many DIEs or fields, or nested too deeply; -EBADMSG: invalid DWARF; -ENODATA: only a declaration; -ENOTSUP: it can't
 * be known before the program runs, as `why` says (else ""); -ENOMEM. On failure *out is empty. */
int layout_build(Dwarf_Die *type, const struct query_array *array, unsigned *steps, struct layout *out,
                 char why[DWARF_WHY_MAX]);

#endif
