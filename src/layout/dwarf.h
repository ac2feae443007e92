/* DWARF: a C type, found in the debug information of an ELF file -> its layout.
 *
 *   layout_dwarf_candidates -> layout_candidates_order -> layout_dwarf_read(type) -> layout
 *
 * DWARF 2 to 5, from gcc and clang; compressed sections; split debug files (build-id, .gnu_debuglink), shared ones
 * (dwz's .gnu_debugaltlink), type units and .dwo files. Only dwarf_*.[ch] include libdw.
 * Nothing is ever fetched from a network, nothing but a regular file is opened, and no file is mapped: one that another
 * process shrinks meanwhile ends in an error. */
#ifndef SHMLAB_LAYOUT_DWARF_H
#define SHMLAB_LAYOUT_DWARF_H

#include <stddef.h>

#include "candidates.h"
#include "layout.h"
#include "layout_error.h"

/* An ELF file: a program, a library or an object file. */
struct layout_dwarf_file {
    int fd;                 /* open for reading; stays the caller's. /proc/PID/exe opens also a deleted program */
    const char *name;       /* for messages; NULL: what the kernel calls it */
    const char *debug_path; /* folders of split debug files, a colon between two; NULL: /usr/lib/debug */
};

/* Reads a type into *out, which layout_free frees. `type` is as C says it: "struct message", "union u", "enum e", or
 * the name of a typedef, or of any of these; in C++ "ns::point" too. "struct message@b.c" takes the definition of that
 * source file, where several are called so ("@dir/b.c" and "@b.c:12" are possible as well).
 *
 * The order in which source files were linked changes nothing. A name alone is a typedef, as in C, wherever a source file
 * has one of that name; else a struct, union or enum. Definitions with the same fields, by name, type and place, are one
 * type.
 *
 * 0; or, with *out empty and *error saying what was tried, what is wrong and what to do:
 *
 *   -ENOEXEC   not an ELF file, or a damaged one
 *   -ENODATA   no debug information, and none found beside it
 *   -ENOENT    no such type, or declared but not defined
 *   -ENOTUNIQ  several different ones: *error lists them
 *   -EINVAL    `type` is no name of a type
 *   -E2BIG     more fields than a layout can have
 *   -EFBIG     more debug information than fits into memory (4 GiB)
 *   -EAGAIN    the file was written to while it was read
 *
 * or -errno of reading. */
int layout_dwarf_read(const struct layout_dwarf_file *file, const char *type, struct layout *out,
                      struct layout_error *error);

/* The same, by the file's path. */
int layout_dwarf_load(const char *path, const char *type, struct layout *out, struct layout_error *error);

/* Reads what SHM_LAYOUT left in the file (src/shm_layout.h), in the order of the source, into *out, which
 * layout_candidates_free frees. None: 0 and an empty list. -ENOEXEC, -ENOMEM or -errno with *error set. */
int layout_dwarf_candidates(const struct layout_dwarf_file *file, struct layout_candidates *out,
                            struct layout_error *error);

/* Calls `each` with every struct, class and union that is defined, with a name or without, at the top of a compile unit
 * or in a namespace, in the order of the file, as often as it stands there; the layout is freed after the call.
 * file_name (or NULL) and line say where it is declared. Stops at the first result other than 0, which it returns. For
 * tests and tools. */
typedef int layout_dwarf_visitor(void *context, const struct layout *layout, const char *file_name, int line);
int layout_dwarf_each(const struct layout_dwarf_file *file, layout_dwarf_visitor *each, void *context,
                      struct layout_error *error);

#endif
