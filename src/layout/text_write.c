/* Layout text, the writer: writes a .layout file. A line has only what the reader would not infer from the type. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "declaration.h"
#include "text.h"

struct writer {
    const struct layout *layout;
    FILE *out;
    FILE *line; /* writes to *text: the type and name of one line */
    char *text;
    size_t length;
};

static void indent(const struct writer *w, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++) {
        fputs("    ", w->out);
    }
}

static void quote(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", c);
        } else if (c < 32 || c > 126) {
            fprintf(out, "\\x%02x", c);
        } else {
            fputc(c, out);
        }
    }
    fputc('"', out);
}

static void print_name(FILE *out, const char *name)
{
    if (decl_name_is_plain(name)) {
        fputs(name, out);
    } else {
        quote(out, name);
    }
}

/* Writes "TYPE NAME" for the node to w->text, as in the file. An unnamed node has no name, or "". 0 or -ENOMEM. */
static int type_and_name(struct writer *w, const struct layout_node *n, bool quoted, bool empty_name)
{
    rewind(w->line);
    if (quoted) {
        quote(w->line, n->type);
    } else {
        fputs(n->type, w->line);
    }
    if (*n->name != '\0' || empty_name) {
        fputc(' ', w->line);
        print_name(w->line, n->name);
    }
    fputc('\0', w->line);
    return fflush(w->line) == 0 ? 0 : -ENOMEM;
}

/* Whether the reader would get the node's type and name, and nothing else, from that text. Leaves it parsed in *d. */
static int reads_back(struct decl *d, const char *text, const struct layout_node *n, bool empty_name, bool *same)
{
    int rc = decl_parse(d, text, 0, NULL);
    bool named = *n->name != '\0' || empty_name;
    *same = rc == 0 && strcmp(d->node.type, n->type) == 0 && strcmp(d->node.name, n->name) == 0 && !d->is_array &&
            d->given == (named ? GIVEN_NAME : 0u) && !d->opens;
    return rc == -ENOMEM ? rc : 0;
}

/* Writes type and name to w->text, in quotes if the reader would misunderstand them otherwise. *d is the parsed text;
 * decl_free frees it in any case. */
static int choose_text(struct writer *w, const struct layout_node *n, bool empty_name, struct decl *d)
{
    bool same = false;
    bool printable = true;
    *d = (struct decl){.base = NULL};
    for (const char *c = n->type; *c != '\0'; c++) {
        printable = printable && *c >= 32 && *c <= 126 && *c != '"' && *c != '#';
    }
    for (int quoted = printable ? 0 : 1; quoted < 2 && !same; quoted++) {
        decl_free(d);
        int rc = type_and_name(w, n, quoted, empty_name);
        rc = rc == 0 ? reads_back(d, w->text, n, empty_name, &same) : rc;
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

/* ---- (attributes) ---- */

/* Prints "(a, b)", one attribute at a time. */
struct attributes {
    FILE *out;
    unsigned count;
};

static void attribute(struct attributes *a, const char *word)
{
    fprintf(a->out, "%s%s", a->count++ ? ", " : " (", word);
}

static void attribute_number(struct attributes *a, const char *word, size_t number)
{
    attribute(a, word);
    fprintf(a->out, " %zu", number);
}

static void attributes_end(struct attributes *a)
{
    fputs(a->count ? ")" : "", a->out);
}

static void attribute_flags(struct attributes *a, unsigned flags)
{
    if (flags & LAYOUT_BELL) {
        attribute(a, "bell");
    }
    if (flags & LAYOUT_SEQLOCK) {
        attribute(a, "seqlock");
    }
    if ((flags & (LAYOUT_SYNC | LAYOUT_BELL | LAYOUT_SEQLOCK)) == LAYOUT_SYNC) {
        attribute(a, "sync");
    }
    if (flags & LAYOUT_FLEXIBLE) {
        attribute(a, "flexible");
    }
    if (flags & LAYOUT_PACKED) {
        attribute(a, "packed");
    }
}

/* ---- leaves ---- */

/* What the reader would get from the line, given those of the node's values that `given` lists. */
static void read_again(struct decl *d, const struct layout_node *n, unsigned given)
{
    struct layout_node *g = &d->node;
    *g = (struct layout_node){.name = g->name,
                              .type = g->type,
                              .align = n->align,
                              .count = n->count,
                              .size = n->size,
                              .stride = n->stride,
                              .bit_offset = n->bit_offset};
    g->kind = given & GIVEN_KIND ? n->kind : LAYOUT_BYTES;
    g->flags = given & GIVEN_FLAGS ? n->flags : n->flags & LAYOUT_SWAPPED;
    d->given = (d->given & (GIVEN_NAME | GIVEN_BITS)) | given | (given & GIVEN_FLAGS ? GIVEN_NO_FLAGS : 0u);
    if (decl_resolve_leaf(d, 0, NULL) < 0) {
        d->given |= GIVEN_SIZE; /* the reader doesn't know the type */
        decl_resolve_leaf(d, 0, NULL);
    }
}

/* Leaves in d->given what the line must contain for the reader to get the node. The values depend on each other, so
 * they are decided one by one, and the size once more after the stride. */
static void choose_attributes(struct decl *d, const struct layout_node *n)
{
    static const unsigned order[] = {GIVEN_KIND, GIVEN_FLAGS,  GIVEN_ALIGN, GIVEN_COUNT,
                                     GIVEN_SIZE, GIVEN_STRIDE, GIVEN_SIZE};
    unsigned given = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct layout_node *g = &d->node;
        read_again(d, n, given);
        unsigned differs = (g->kind != n->kind ? GIVEN_KIND : 0u) | (g->flags != n->flags ? GIVEN_FLAGS : 0u) |
                           (g->align != n->align ? GIVEN_ALIGN : 0u) | (g->count != n->count ? GIVEN_COUNT : 0u) |
                           (g->size != n->size ? GIVEN_SIZE : 0u) | (g->stride != n->stride ? GIVEN_STRIDE : 0u);
        unsigned known = given;
        given = d->given & (GIVEN_KIND | GIVEN_FLAGS | GIVEN_ALIGN | GIVEN_COUNT | GIVEN_SIZE | GIVEN_STRIDE);
        if (differs == 0 && given == known) {
            return; /* usually at once, because the type implies everything */
        }
        given |= differs & order[i];
    }
    read_again(d, n, given);
}

static void leaf_attributes(const struct writer *w, const struct decl *d, const struct layout_node *n)
{
    struct attributes a = {.out = w->out};
    if (n->bit_size > 0 && n->bit_offset > 0) {
        attribute_number(&a, "bit", n->bit_offset);
    }
    if (d->given & GIVEN_KIND) {
        attribute(&a, "kind ");
        fputs(layout_kind_name(n->kind), w->out);
    }
    if (d->given & GIVEN_SIZE) {
        attribute_number(&a, "size", n->size);
    }
    if (d->given & GIVEN_ALIGN) {
        attribute_number(&a, "align", n->align);
    }
    if (d->given & GIVEN_COUNT) {
        attribute_number(&a, "count", n->count);
    }
    if (d->given & GIVEN_STRIDE) {
        attribute_number(&a, "stride", n->stride);
    }
    if (d->given & GIVEN_FLAGS) {
        attribute(&a, "noflags");
        attribute_flags(&a, n->flags);
    }
    if (n->flags & LAYOUT_SWAPPED) {
        attribute(&a, layout_is_big_endian(n) ? "big" : "little");
    }
    attributes_end(&a);
}

static void write_enumerators(const struct writer *w, const struct layout_node *n, unsigned depth)
{
    fputs(" {\n", w->out);
    for (size_t i = 0; i < n->enumerator_count; i++) {
        indent(w, depth + 1);
        print_name(w->out, n->enumerators[i].name);
        fprintf(w->out, " = %" PRId64 "\n", n->enumerators[i].value);
    }
    indent(w, depth);
    fputs("}", w->out);
}

static bool parent_is(const struct writer *w, uint32_t i, enum layout_kind kind)
{
    return i > 0 && w->layout->nodes[w->layout->nodes[i].parent].kind == kind;
}

static void write_offset(const struct writer *w, uint32_t i, unsigned depth)
{
    size_t offset = w->layout->nodes[i].offset;
    indent(w, depth);
    if (i > 0 && (offset > 0 || parent_is(w, i, LAYOUT_STRUCT))) {
        fprintf(w->out, "%zu ", offset);
    }
}

static int write_leaf(struct writer *w, uint32_t i, unsigned depth)
{
    const struct layout_node *n = &w->layout->nodes[i];
    struct decl d;
    bool empty_name = *n->name == '\0' && !parent_is(w, i, LAYOUT_ARRAY);
    int rc = choose_text(w, n, empty_name, &d);
    if (rc < 0) {
        goto out;
    }
    if (n->bit_size > 0) {
        d.given |= GIVEN_BITS;
        d.width = n->bit_size;
    }
    choose_attributes(&d, n);
    write_offset(w, i, depth);
    fputs(w->text, w->out);
    if (n->bit_size > 0) {
        fprintf(w->out, " : %u", n->bit_size);
    }
    leaf_attributes(w, &d, n);
    if (n->kind == LAYOUT_ENUM && n->enumerator_count > 0) {
        write_enumerators(w, n, depth);
    }
    fputc('\n', w->out);
out:
    decl_free(&d);
    return rc;
}

/* ---- blocks ---- */

/* Whether array i is what the reader would build for dimension `level`, with an element of that size. */
static bool plain_level(const struct writer *w, uint32_t i, const struct decl *d, size_t level)
{
    const struct layout_node *n = &w->layout->nodes[i];
    const struct layout_node *element = n + 1;
    bool flexible = d->dimensions[level] == DECL_FLEXIBLE;
    size_t count = flexible ? 0 : d->dimensions[level];
    char *type = decl_type(d, level + 1);
    bool same =
        type != NULL && n->kind == LAYOUT_ARRAY && n->flags == (flexible ? LAYOUT_FLEXIBLE : 0u) && n->count == count &&
        n->stride == element->size && n->size == count * n->stride && n->align == element->align &&
        element->offset == 0 && *element->name == '\0' &&
        (element->kind == LAYOUT_ARRAY || element->stride == (element->kind == LAYOUT_TEXT ? 1 : element->size)) &&
        strcmp(element->type, type) == 0;
    free(type);
    return same;
}

/* If the type's name has dimensions, node i may be an array of structs or texts that needs only one line. Returns the
 * innermost node of that line: the element, or i itself for a struct or union; 0, which is never an element, if not. */
static uint32_t plain_inner(const struct writer *w, uint32_t i, const struct decl *d)
{
    const struct layout_node *nodes = w->layout->nodes;
    if (nodes[i].kind != LAYOUT_ARRAY) {
        return i;
    }
    size_t levels = d->dimension_count;
    uint32_t inner = i;
    for (size_t level = 0; level < levels && nodes[inner].kind == LAYOUT_ARRAY; level++, inner++) {
        if (!plain_level(w, inner, d, level)) {
            return 0;
        }
    }
    size_t depth = inner - i;
    bool structs = depth == levels && nodes[inner].kind != LAYOUT_TEXT && layout_kind_is_container(nodes[inner].kind);
    bool texts = depth + 1 == levels && nodes[inner].kind == LAYOUT_TEXT && strcmp(d->base, "char") == 0 &&
                 nodes[inner].count == d->dimensions[depth] && nodes[inner].size == nodes[inner].count &&
                 nodes[inner].align == 1 && nodes[inner].flags == 0;
    return (structs && nodes[inner].kind != LAYOUT_ARRAY && (nodes[inner].flags & ~(unsigned)LAYOUT_PACKED) == 0) ||
                   texts
               ? inner
               : 0;
}

static void block_attributes(const struct writer *w, uint32_t i, uint32_t inner, const struct decl *d)
{
    const struct layout_node *n = &w->layout->nodes[i];
    const struct layout_node *element = &w->layout->nodes[inner];
    struct attributes a = {.out = w->out};
    if (element->kind != LAYOUT_ARRAY && decl_block_kind(d) != element->kind) {
        attribute(&a, "kind ");
        fputs(layout_kind_name(element->kind), w->out);
    }
    /* The reader makes a struct larger by its flexible member, as layout_finish does. */
    bool grown = n->kind != LAYOUT_ARRAY && n->size > n->stride;
    attribute_number(&a, "size", grown ? n->stride : n->size);
    attribute_number(&a, "align", n->align);
    if (n->kind == LAYOUT_ARRAY ? n->size == 0 || i == inner : n->stride != n->size && !grown) {
        attribute_number(&a, "stride", n->stride);
    }
    /* [] implies flexible; packed belongs to the element */
    bool implied = i != inner && n->flags & LAYOUT_FLEXIBLE;
    attribute_flags(&a, (implied ? n->flags & ~(unsigned)LAYOUT_FLEXIBLE : n->flags) | element->flags);
    attributes_end(&a);
}

static int write_node(struct writer *w, uint32_t i, unsigned depth);

static int write_members(struct writer *w, uint32_t inner, unsigned depth)
{
    const struct layout_node *nodes = w->layout->nodes;
    fputs(" {\n", w->out);
    for (uint32_t c = inner + 1; c < nodes[inner].end; c = nodes[c].end) {
        int rc = write_node(w, c, depth + 1);
        if (rc < 0) {
            return rc;
        }
    }
    indent(w, depth);
    fputs("}\n", w->out);
    return 0;
}

static int write_block(struct writer *w, uint32_t i, unsigned depth)
{
    const struct layout_node *n = &w->layout->nodes[i];
    struct decl d;
    int rc = choose_text(w, n, false, &d);
    if (rc < 0) {
        goto out;
    }
    uint32_t inner = plain_inner(w, i, &d);
    if (n->kind != LAYOUT_ARRAY && d.dimension_count > 0) {
        /* The type's name contains brackets. Without quotes they would mean an array. */
        decl_free(&d);
        rc = type_and_name(w, n, true, false);
        rc = rc == 0 ? decl_parse(&d, w->text, 0, NULL) : rc;
        if (rc < 0) {
            goto out;
        }
    }
    write_offset(w, i, depth);
    if (n->kind == LAYOUT_ARRAY && inner == 0) {
        fprintf(w->out, "array %zu ", n->count);
        inner = i;
    }
    fputs(w->text, w->out);
    if (w->layout->nodes[inner].kind == LAYOUT_TEXT) {
        fputc('\n', w->out);
        goto out;
    }
    block_attributes(w, i, inner, &d);
    rc = write_members(w, inner, depth);
out:
    decl_free(&d);
    return rc;
}

/* Recursion is limited by LAYOUT_DEPTH_MAX. */
static int write_node(struct writer *w, uint32_t i, unsigned depth)
{
    bool block = layout_kind_is_container(w->layout->nodes[i].kind);
    return block ? write_block(w, i, depth) : write_leaf(w, i, depth);
}

int layout_text_write(const struct layout *layout, FILE *out)
{
    struct writer w = {.layout = layout, .out = out};
    w.line = open_memstream(&w.text, &w.length);
    if (w.line == NULL) {
        return -ENOMEM;
    }
    fputs("shmlab layout 1\n", out);
    int rc = layout->count > 0 ? write_node(&w, 0, 0) : 0;
    fclose(w.line);
    free(w.text);
    return rc < 0 ? rc : ferror(out) ? -EIO : 0;
}
