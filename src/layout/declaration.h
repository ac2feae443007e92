/* Layout declaration: parses one line of a .layout file, which declares a field.
 *
 * For text.c and text_write.c only. The writer uses it too, because it prints only what the reader would not infer. */
#ifndef SHMLAB_LAYOUT_DECL_H
#define SHMLAB_LAYOUT_DECL_H

#include "layout.h"
#include "layout_error.h"

#define DECL_DIMENSIONS_MAX 16
#define DECL_FLEXIBLE SIZE_MAX            /* the dimension [] */
#define DECL_NUMBER_MAX ((size_t)1 << 48) /* the largest offset, size or count: more than any memory has */

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
    unsigned given;          /* flags of enum decl_given: what the line specifies; the rest follows from the type */
    bool opens;              /* the line ends in { */
    bool is_array;           /* "array COUNT TYPE NAME {" */
    struct layout_node node; /* the declaration owns its name and type */
    size_t dimensions[DECL_DIMENSIONS_MAX];
    size_t dimension_count;
    char *base;     /* the type without dimensions */
    unsigned width; /* of a bit-field, in bits; GIVEN_BITS */
    size_t unit;    /* set by decl_resolve_leaf: bytes of a bit-field's declared type; 0: unknown */
};

/* Parses one NUL-terminated line without its newline. `line` is its number, for *error. Returns 0, -ENOMEM, or -EINVAL
 * with *error set. Call decl_free in any case. */
int decl_parse(struct decl *d, const char *text, unsigned line, struct layout_error *error);
void decl_free(struct decl *d);

/* Fills in what the line of a leaf leaves out: kind, flags, size, align, count and stride. Returns 0, or -EINVAL with
 * *error set. */
int decl_resolve_leaf(struct decl *d, unsigned line, struct layout_error *error);

/* Sets the bit of its byte at which a bit-field starts, and the number of bytes that it touches. */
void decl_set_bit_offset(struct decl *d, unsigned bit);

/* The kind of block that the line opens: struct, union, array or enum; LAYOUT_KINDS if it can't open one. */
enum layout_kind decl_block_kind(const struct decl *d);

/* The number of elements in the dimensions from `from` on, where [] counts as 0. Returns 0, or -EINVAL if there are
 * more than DECL_NUMBER_MAX. */
int decl_elements(const struct decl *d, size_t from, size_t *elements);

/* The base type with the dimensions from `from` on, malloc'ed; NULL if there is no memory. */
char *decl_type(const struct decl *d, size_t from);

/* Parses "NAME" or "NAME = VALUE", with or without a comma. *name is malloc'ed; *value is unchanged if the line has
 * none. Returns the same as decl_parse. */
int decl_parse_enumerator(const char *text, unsigned line, char **name, int64_t *value, struct layout_error *error);

/* Parses what follows a closing brace: nothing or, as in C, the member's name. *name is malloc'ed or NULL. Returns the
 * same as decl_parse. */
int decl_parse_closing(const char *text, unsigned line, char **name, struct layout_error *error);

/* Whether it is a valid C identifier. */
bool decl_name_is_plain(const char *name);

#endif
