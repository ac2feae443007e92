/* DWARF names: writes the C name of a type, and parses the name of a type that the user gives.
 *
 * Written names are like "int", "struct point *[4]", "void (*)(int)". */
#ifndef SHMLAB_DWARF_TYPE_NAME_H
#define SHMLAB_DWARF_TYPE_NAME_H

#include <elfutils/libdw.h>
#include <stdbool.h>

#include "layout_error.h"

#define DWARF_TYPE_NAME_MAX 512 /* bytes, with the NUL; a longer name ends in "..." */

/* Writes the C name of a type to out. NULL means void. */
void dwarf_type_name(Dwarf_Die *type, char out[DWARF_TYPE_NAME_MAX]);

/* Stores the type that the DIE's DW_AT_type refers to in *target and returns target; NULL if there is none. */
Dwarf_Die *dwarf_type_of(Dwarf_Die *die, Dwarf_Die *target);

/* If *die is only the declaration of a type in a type unit (-fdebug-types-section), replaces it with the definition. */
void dwarf_resolve_signature(Dwarf_Die *die);

/* Stores the number of elements of a dimension (DW_TAG_subrange_type). Returns false if its bound is unknown: int[]. */
bool dwarf_dimension(Dwarf_Die *subrange, size_t *count);

/* Whether the program computes its bound at run time: int[n]. */
bool dwarf_dimension_is_dynamic(Dwarf_Die *subrange);

/* Moves *child to the next child, or to the first one if *started is false. Returns false if there are no more, or if
 * the DWARF is invalid: each child must come after the previous one in the file. */
bool dwarf_next_child(Dwarf_Die *parent, Dwarf_Die *child, bool *started);

#define QUERY_PARTS_MAX 16
#define QUERY_DIMENSIONS_MAX 8

/* The dimensions after a type's name: "[3][4]". */
struct query_array {
    size_t count[QUERY_DIMENSIONS_MAX];
    size_t n;      /* 0: the type itself */
    bool flexible; /* the first is [] */
};

/* The parts of a type's name. */
struct type_query {
    char *text; /* owns the parts */
    enum { QUERY_ANY, QUERY_STRUCT, QUERY_UNION, QUERY_ENUM } keyword;
    const char *parts[QUERY_PARTS_MAX]; /* "ns", "point" */
    size_t part_count;
    struct query_array array;
    const char *file; /* after @; NULL: any */
    long line;        /* after @file: ; 0: any */
};

/* Parses the name. Returns 0, -EINVAL with *error set, or -ENOMEM. type_query_free frees the parts. */
int type_query_parse(struct type_query *q, const char *type, struct layout_error *error);
void type_query_free(struct type_query *q);

/* Whether the query may match a type with this DW_TAG_*. */
bool type_query_fits(const struct type_query *q, int tag);

/* Whether both names mean the same type: blanks don't count, nor which of its C names a base type has ("long", "long
 * int"). */
bool type_name_same(const char *a, const char *b);

#endif
