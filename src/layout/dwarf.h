/* DWARF: reads the layout of a C type from the debug information of an ELF file.
 *
 *   layout_dwarf_candidates -> layout_candidates_order -> layout_dwarf_read(type) -> layout
 *
 * Supports DWARF 2 to 5 from gcc and clang, compressed sections, split debug files (build-id, .gnu_debuglink), shared
 * ones (dwz's .gnu_debugaltlink), type units and .dwo files, of any machine and byte order. Only dwarf_*.[ch] include libdw.
 *
 * Never uses the network, opens only regular files, and maps none, so that a file which another process shrinks
 * meanwhile causes an error and not SIGBUS. Nothing here prints. */
#ifndef SHMLAB_LAYOUT_DWARF_H
#define SHMLAB_LAYOUT_DWARF_H

#include <stddef.h>

#include "candidates.h"
#include "layout.h"
#include "layout_error.h"

/* An ELF file: a program, a library or an object file. */
struct layout_dwarf_file {
    int fd;                 /* open for reading; owned by the caller. May be /proc/PID/exe of a deleted program */
    const char *name;       /* for messages */
    const char *debug_path; /* folders of split debug files, separated by colons; NULL: /usr/lib/debug */
};

/* Reads a type into *out, which layout_free frees. `type` is written as in C: "struct message", "union u", "enum e", a
 * typedef's name, or any of these names alone; in C++ also "ns::point"; also an array of it, "struct slot[8]", or, to the
 * segment's end, "struct slot[]". An array or a scalar is the member "value" of a struct around it. If several source files define it,
 * "struct message@b.c" selects one; "@dir/b.c" and "@b.c:12" work too.
 *
 * The link order doesn't matter. As in C, a name alone means a typedef if any source file has one of that name, else a
 * struct, union or enum. Definitions whose fields have the same names, types and offsets count as one type.
 *
 * Returns 0; or one of these, with *out empty and a message in *error:
 *
 *   -ENOEXEC   not an ELF file, or a damaged one
 *   -ENODATA   no debug information, and no split debug file was found
 *   -ENOENT    no such type, or declared but not defined
 *   -ENOTUNIQ  several different types: *error lists them
 *   -EINVAL    `type` is not the name of a type
 *   -E2BIG     more fields than a layout can have
 *   -EFBIG     more than 4 GiB of debug information
 *   -ENOTSUP   debug information compressed in a way, or an object file of a machine, that elfutils doesn't support
 *   -EAGAIN    the file was written to while it was read
 *
 * or another -errno if reading fails. */
int layout_dwarf_read(const struct layout_dwarf_file *file, const char *type, struct layout *out,
                      struct layout_error *error);

#define LAYOUT_NOT_COUNTED SIZE_MAX

/* A struct, union or class, or a typedef of one without a name. */
struct layout_type {
    char *name;     /* as layout_dwarf_read takes it: "struct message" */
    bool known;     /* it can be laid out; if not, the rest is 0 */
    size_t size;    /* bytes */
    size_t fields;  /* all scalars and texts in it */
    size_t holes;   /* gaps before fields; LAYOUT_NOT_COUNTED if there are too many to look at */
    size_t padding; /* bytes in them and at ends of structs; likewise */
};

struct layout_types {
    struct layout_type *list; /* by name */
    size_t count;
};

/* Lists the types of the file whose name contains `pattern` (NULL: all), or fits it as file names fit a pattern of the
 * shell if it has a * or ?. *out is freed by layout_types_free; it is empty on failure. Returns 0 or what
 * layout_dwarf_read returns, with *error set. */
int layout_dwarf_list(const struct layout_dwarf_file *file, const char *pattern, struct layout_types *out,
                      struct layout_error *error);
void layout_types_free(struct layout_types *types);

/* Reads the records of SHM_LAYOUT (src/shm_layout.h), in the order of the source code, into *out, which
 * layout_candidates_free frees. If there are none, returns 0 and an empty list. Returns -ENOEXEC, -ENOMEM or another
 * -errno with *error set. */
int layout_dwarf_candidates(const struct layout_dwarf_file *file, struct layout_candidates *out,
                            struct layout_error *error);

#define LAYOUT_SOURCE_MAX 256

/* Where in the source an instruction comes from. */
struct layout_source_line {
    char file[LAYOUT_SOURCE_MAX]; /* as the compiler was given it; "": not known */
    int line;
};

/* Finds the source lines of `count` addresses, of a program that is loaded where its file says (not a PIE). Returns 0, or
 * what layout_dwarf_read returns, with *error set. */
int layout_dwarf_lines(const struct layout_dwarf_file *file, const uint64_t *addresses, size_t count,
                       struct layout_source_line *lines, struct layout_error *error);

#endif
