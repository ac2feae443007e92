/* DWARF type name: a type's DIE -> the type as C writes it, "int", "struct point *[4]", "void (*)(int)"; a type's name as
 * the user gives it -> its parts. */
#ifndef SHMLAB_DWARF_TYPE_NAME_H
#define SHMLAB_DWARF_TYPE_NAME_H

#include <elfutils/libdw.h>
#include <stdbool.h>

#include "layout_error.h"

#define DWARF_TYPE_NAME_MAX 512 /* bytes; a longer name ends in "..." */

/* type NULL: void. */
void dwarf_type_name(Dwarf_Die *type, char out[DWARF_TYPE_NAME_MAX]);

/* The type that a DIE's DW_AT_type names, into *target. NULL: it names none. */
Dwarf_Die *dwarf_type_of(Dwarf_Die *die, Dwarf_Die *target);

/* Where *die only declares a type that a type unit defines (-fdebug-types-section), makes it that definition. */
void dwarf_resolve_signature(Dwarf_Die *die);

/* The elements of a dimension (DW_TAG_subrange_type). false where it has no bound that can be known: int[]. */
bool dwarf_dimension(Dwarf_Die *subrange, size_t *count);

/* The next child after *child (the first one where *started is false). false: no more, or wrong bytes; each one lies
 * after the one before. */
bool dwarf_next_child(Dwarf_Die *parent, Dwarf_Die *child, bool *started);

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
bool type_query_fits(const struct type_query *q, int tag);

#endif
