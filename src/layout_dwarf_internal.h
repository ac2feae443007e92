/* What the files of layout_dwarf share: open (which files), find (which DIEs), build (a DIE -> a layout). */
#ifndef SHMLAB_LAYOUT_DWARF_INTERNAL_H
#define SHMLAB_LAYOUT_DWARF_INTERNAL_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <limits.h>

#include "dwarf_raw.h"
#include "layout_dwarf.h"

/* ---- open: layout_dwarf_open.c ---- */

struct dwarf_source {
    char name[PATH_MAX];      /* for messages */
    Elf *elf;                 /* the file itself */
    int debug_fd, alt_fd;     /* -1: not open */
    Elf *debug_elf, *alt_elf; /* a split debug file; the one that dwz shares */
    Dwarf *dwarf, *alt;       /* dwarf: of debug_elf or elf */
    Dwfl *dwfl;               /* only for object files, which need relocation; it owns dwarf then */
    bool split;               /* it may have its types in .dwo files */
    struct raw_file raw, raw_alt;
};

/* Opens the file and its debug information. `lines`: with .debug_line, which only error messages and "@file" need, and
 * which can take long to decompress. 0, or -errno as layout_dwarf_read with *error set; close in any case. */
int dwarf_source_open(struct dwarf_source *s, const struct layout_dwarf_file *file, bool lines,
                      struct layout_error *error);
void dwarf_source_close(struct dwarf_source *s);

/* The ELF file alone: what layout_dwarf_candidates needs. As dwarf_source_open. */
int dwarf_source_open_elf(struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error);

/* The section of that name; NULL where there is none with bytes. */
Elf_Scn *dwarf_section(Elf *elf, const char *name);

/* ---- query: layout_dwarf_query.c ---- */

#define QUERY_PARTS_MAX 16

/* A type's name, taken apart. */
struct type_query {
    char *text; /* owns the parts */
    enum { QUERY_ANY, QUERY_STRUCT, QUERY_UNION, QUERY_ENUM } keyword;
    const char *parts[QUERY_PARTS_MAX]; /* "ns", "point" */
    size_t part_count;
    const char *file; /* after @; NULL: any */
    long line;        /* after @file: ; 0: any */
};

/* 0; -EINVAL with *error set; -ENOMEM. type_query_free frees it. */
int type_query_parse(struct type_query *q, const char *type, struct layout_error *error);
void type_query_free(struct type_query *q);

/* May a type of that DW_TAG_* be meant? */
bool type_query_fits(const struct type_query *q, unsigned tag);

/* ---- find: layout_dwarf_find.c, layout_dwarf_hits.c ---- */

/* A DIE that the query names. */
struct found {
    Dwarf_Die die;
    struct raw_unit unit; /* open, with the DIE at `offset`; its file is NULL where the DIE lies in a .dwo file */
    uint64_t offset;
};

#define FOUND_MAX 64

struct finding {
    struct found list[FOUND_MAX]; /* definitions that may differ: those that are surely the same are there once */
    size_t count;
    unsigned rank;       /* how well they match; only the best are kept */
    bool more;           /* there were others */
    size_t declarations; /* of that name that define nothing */
    size_t damaged;      /* units whose bytes are wrong */
    size_t missing_dwo;  /* units whose .dwo file can't be had */
    char dwo_name[256];  /* one of these */
    size_t steps;        /* of comparing, so far: bounded */
};

/* Looks through all units. 0 or -ENOMEM; nothing found is no failure. finding_close in any case. */
int types_find(const struct dwarf_source *s, const struct type_query *q, struct finding *out);
void finding_close(struct finding *f);

/* Calls `each` for every definition of a struct, class or union at the top of a unit or in a namespace. */
int types_each(const struct dwarf_source *s, int (*each)(void *context, Dwarf_Die *die), void *context);

/* ---- build: layout_dwarf_build.c ---- */

/* Makes a finished layout of the type. 0; -E2BIG too many fields or too deep; -EBADMSG the DWARF makes no sense;
 * -ENODATA only a declaration; -ENOMEM. *out is empty on failure. */
int layout_build(Dwarf_Die *type, struct layout *out);

#endif
