/* Layout declaration: one field's line of a .layout file, as tokens and as what they declare. Reader and writer share
 * it: the writer prints only what the reader would not guess by itself. Internal to layout_text*.c. */
#ifndef SHMLAB_LAYOUT_DECL_H
#define SHMLAB_LAYOUT_DECL_H

#include "layout.h"
#include "layout_error.h"

#define DECL_DIMENSIONS_MAX 16
#define DECL_FLEXIBLE SIZE_MAX            /* a dimension that is written [] */
#define DECL_NUMBER_MAX ((size_t)1 << 48) /* the largest offset, size or count: more than any memory */

enum decl_given {
    GIVEN_OFFSET = 1,
    GIVEN_KIND = 2,
    GIVEN_SIZE = 4,
    GIVEN_ALIGN = 8,
    GIVEN_COUNT = 16,
    GIVEN_STRIDE = 32,
    GIVEN_FLAGS = 64,
    GIVEN_NO_FLAGS = 128,
    GIVEN_BITS = 256,
    GIVEN_NAME = 512,
    GIVEN_BIT = 1024
};

struct decl {
    unsigned given;          /* of enum decl_given: what the line says; the rest follows from the type */
    bool opens;              /* the line ends in { */
    bool is_array;           /* "array COUNT TYPE NAME {" */
    struct layout_node node; /* its name and type are decl's own */
    size_t dimensions[DECL_DIMENSIONS_MAX];
    size_t dimension_count;
    char *base;     /* the type without dimensions */
    unsigned width; /* bits, after a colon; GIVEN_BITS */
    size_t unit;    /* decl_resolve_leaf: bytes of the type that a bit-field is cut from; 0: not known */
};

/* Reads one line (without its newline, NUL-terminated). 0, or -EINVAL with *error set (its line is `line`), or -ENOMEM.
 * decl_free frees what *d owns in any case. */
int decl_parse(struct decl *d, const char *text, unsigned line, struct layout_error *error);
void decl_free(struct decl *d);

/* Fills what the line left out of kind, flags, size, align, count and stride of a leaf. 0 or -EINVAL with *error. */
int decl_resolve_leaf(struct decl *d, unsigned line, struct layout_error *error);

/* Says at which bit of its byte a bit-field starts, and so how many bytes it touches. */
void decl_set_bit_offset(struct decl *d, unsigned bit);

/* The kind of block that a line which opens one begins: struct, union, array, enum; LAYOUT_KINDS where it can't be. */
enum layout_kind decl_block_kind(const struct decl *d);

/* Elements in the dimensions from `from` on; an empty one counts as 0. 0 or -EINVAL where no memory has so many. */
int decl_elements(const struct decl *d, size_t from, size_t *elements);

/* The base type with the dimensions from `from` on, malloc'ed; NULL: no memory. */
char *decl_type(const struct decl *d, size_t from);

/* Reads "NAME", "NAME = VALUE", with a comma after it or not. *name is malloc'ed; *value is left alone where the line
 * gives none. As decl_parse. */
int decl_parse_enumerator(const char *text, unsigned line, char **name, int64_t *value, struct layout_error *error);

/* Reads what stands after a closing brace: nothing, or the member's name, as C has it. *name is malloc'ed or NULL. */
int decl_parse_closing(const char *text, unsigned line, char **name, struct layout_error *error);

/* Is that word a plain name, as C has them? */
bool decl_name_is_plain(const char *name);

/* The kind of that name as layout_kind_name gives it; LAYOUT_KINDS where there is none. */
enum layout_kind decl_kind(const char *name);

#endif
