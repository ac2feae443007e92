/* Layout text: reads a .layout file, line by line. See text.h; text_write.c is the writer. */
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "declaration.h"

/* A block that is open: a { without its }. */
struct block {
    unsigned line;
    uint32_t node; /* its outermost node: with dimensions an array, whose element is `inner` */
    uint32_t inner;
    unsigned given;  /* what its line specifies */
    size_t elements; /* in all dimensions; 1 if there are none */
    size_t row;      /* in all dimensions but the first; 1 if there are none */
    size_t next_bit; /* where the previous member ended, in bits from the block's start */
    size_t end;      /* of the member that ends last, in bytes */
    size_t align;    /* the largest alignment of a member */
};

struct reader {
    struct layout *layout;
    struct layout_error *error;
    unsigned line;
    struct block blocks[LAYOUT_DEPTH_MAX];
    unsigned depth;
    bool version_seen;
    bool bare; /* fields that are not in a block */
    bool root_closed;
    bool in_enum; /* inside the braces of an enum, whose field is in `pending` */
    unsigned enum_line;
    struct decl pending;
};

static int wrong(struct reader *r, const char *message)
{
    return layout_error_set(r->error, r->line, "%s", message);
}

static int layout_failed(struct reader *r)
{
    int rc = r->layout->error;
    if (rc == -E2BIG) {
        layout_error_set(r->error, r->line, "too large: a layout has at most %u fields and %d levels", LAYOUT_NODES_MAX,
                         LAYOUT_DEPTH_MAX);
    } else if (rc < 0) {
        layout_error_set(r->error, r->line, "%s", strerror(-rc));
    }
    return rc;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static struct layout_node *node_at(const struct reader *r, uint32_t i)
{
    return &r->layout->nodes[i];
}

static struct block *innermost(struct reader *r)
{
    return &r->blocks[r->depth - 1];
}

/* ---- placing a member ---- */

static bool in_struct(struct reader *r)
{
    return node_at(r, innermost(r)->inner)->kind == LAYOUT_STRUCT;
}

static bool in_packed(struct reader *r)
{
    return (node_at(r, innermost(r)->inner)->flags & LAYOUT_PACKED) != 0;
}

/* The block's next free offset for that alignment. */
static size_t place(struct reader *r, size_t align)
{
    if (!in_struct(r)) {
        return 0;
    }
    return round_up((innermost(r)->next_bit + 7) / 8, in_packed(r) ? 1 : align);
}

static void placed(struct reader *r, const struct layout_node *n)
{
    struct block *b = innermost(r);
    size_t end = n->offset + (n->flags & LAYOUT_FLEXIBLE ? 0 : n->size); /* what is flexible has no size of its own */
    b->next_bit = n->bit_size > 0 ? 8 * n->offset + n->bit_offset + n->bit_size : 8 * end;
    b->end = end > b->end ? end : b->end;
    b->align = n->align > b->align ? n->align : b->align;
}

/* psABI: a bit-field must fit in one aligned unit of its declared type; a width of 0 ends the unit. */
static size_t place_bits(struct reader *r, const struct decl *d)
{
    size_t bit = in_struct(r) ? innermost(r)->next_bit : 0;
    size_t step = 8 * d->node.align;
    if (d->width == 0) {
        return round_up(bit, step);
    }
    if (!in_packed(r) && d->unit > 0 && bit % step + d->width > 8 * d->unit) {
        return round_up(bit, step);
    }
    return bit;
}

/* ---- fields ---- */

static bool in_array(struct reader *r)
{
    return node_at(r, innermost(r)->inner)->kind == LAYOUT_ARRAY;
}

static int add_bits(struct reader *r, struct decl *d)
{
    size_t bit = place_bits(r, d);
    bool named = d->given & GIVEN_NAME || in_array(r);
    if (d->given & GIVEN_OFFSET) {
        bit = 8 * d->node.offset + d->node.bit_offset;
    } else if (d->given & GIVEN_BIT) {
        bit = 8 * place(r, 1) + d->node.bit_offset;
    }
    if (!named) {
        innermost(r)->next_bit = bit + d->width; /* an unnamed bit-field only takes up bits */
        size_t end = (bit + d->width + 7) / 8;
        innermost(r)->end = end > innermost(r)->end ? end : innermost(r)->end;
        return 0;
    }
    if (d->width == 0) {
        return wrong(r, "a bit-field with a name must have at least one bit");
    }
    d->node.offset = bit / 8;
    decl_set_bit_offset(d, (unsigned)(bit % 8));
    layout_add(r->layout, &d->node);
    placed(r, &d->node);
    return layout_failed(r);
}

/* char[3][4] is an array of texts: one array node for each dimension except the last. */
static int add_texts(struct reader *r, struct decl *d)
{
    size_t rows = d->dimension_count - 1;
    struct layout_node outer = d->node;
    for (size_t i = 0; i <= rows; i++) {
        size_t size;
        if (decl_elements(d, i, &size) < 0) {
            return wrong(r, "this array is too large: no memory has that many bytes");
        }
        bool flexible = d->dimensions[i] == DECL_FLEXIBLE;
        struct layout_node n = {.name = i == 0 ? outer.name : NULL,
                                .type = decl_type(d, i),
                                .kind = i < rows ? LAYOUT_ARRAY : LAYOUT_TEXT,
                                .flags = i == 0 ? outer.flags : 0,
                                .offset = i == 0 ? outer.offset : 0,
                                .size = size,
                                .align = outer.align,
                                .count = flexible ? 0 : d->dimensions[i],
                                .stride = 1};
        if (i < rows) {
            decl_elements(d, i + 1, &n.stride);
            layout_open(r->layout, &n);
        } else {
            layout_add(r->layout, &n);
        }
        bool no_memory = n.type == NULL;
        free(n.type);
        if (no_memory) {
            return -ENOMEM;
        }
    }
    for (size_t i = 0; i < rows; i++) {
        layout_close(r->layout);
    }
    return layout_failed(r);
}

static int add_leaf(struct reader *r, struct decl *d)
{
    if (decl_resolve_leaf(d, r->line, r->error) < 0) {
        return -EINVAL;
    }
    if (layout_kind_is_container(d->node.kind)) {
        return wrong(r, "write the members of a struct, union or array between { and }");
    }
    if (d->given & GIVEN_BITS) {
        return add_bits(r, d);
    }
    if ((d->given & GIVEN_NAME) == 0 && !in_array(r)) {
        return layout_error_set(r->error, r->line, "this field has a type, '%.200s', but no name", d->node.type);
    }
    if ((d->given & GIVEN_OFFSET) == 0) {
        d->node.offset = place(r, d->node.align);
    }
    placed(r, &d->node);
    if (d->node.kind == LAYOUT_TEXT && d->dimension_count > 1 && (d->given & GIVEN_KIND) == 0) {
        return add_texts(r, d);
    }
    layout_add(r->layout, &d->node);
    return layout_failed(r);
}

/* ---- blocks ---- */

/* Opens the block's nodes: an array for each dimension, then the struct or union itself. */
static int open_nodes(struct reader *r, struct decl *d, enum layout_kind kind, struct block *b)
{
    for (size_t i = 0; i <= d->dimension_count; i++) {
        bool last = i == d->dimension_count;
        bool flexible = !last && d->dimensions[i] == DECL_FLEXIBLE;
        unsigned here = flexible ? LAYOUT_FLEXIBLE : 0;
        here |= i == 0 ? d->node.flags & ~(unsigned)LAYOUT_PACKED : 0;
        here |= last ? d->node.flags & LAYOUT_PACKED : 0;
        struct layout_node n = {.name = i == 0 ? d->node.name : NULL,
                                .type = decl_type(d, i),
                                .kind = last ? kind : LAYOUT_ARRAY,
                                .flags = here,
                                .offset = i == 0 ? d->node.offset : 0,
                                .count = last       ? d->is_array ? d->node.count : 1
                                         : flexible ? 0
                                                    : d->dimensions[i]};
        if (n.type == NULL) {
            return -ENOMEM;
        }
        uint32_t node = layout_open(r->layout, &n);
        b->node = i == 0 ? node : b->node;
        b->inner = node;
        free(n.type);
    }
    return layout_failed(r);
}

static int open_block(struct reader *r, struct decl *d)
{
    enum layout_kind kind = decl_block_kind(d);
    if (r->depth == LAYOUT_DEPTH_MAX) {
        return wrong(r, "the blocks are nested too deeply");
    }
    if (kind == LAYOUT_KINDS || d->given & GIVEN_BITS) {
        return wrong(r, "only a struct, union, array or enum can have a { after it");
    }
    if (r->depth == 0 && d->given & GIVEN_OFFSET && d->node.offset != 0) {
        return wrong(r, "the outermost block must start at offset 0, the segment's start");
    }
    if (d->node.flags & LAYOUT_SWAPPED) {
        return wrong(r, "big and little belong to single fields: write them on the lines between { and }");
    }
    if (!d->is_array && d->given & GIVEN_COUNT) {
        return wrong(r, "write the number of elements in brackets, as in 'struct slot[8] slots {'");
    }
    struct block b = {.line = r->line, .given = d->given, .align = 1};
    if (decl_elements(d, 0, &b.elements) < 0 || decl_elements(d, 1, &b.row) < 0) {
        return wrong(r, "this array is too large: no memory has that many bytes");
    }
    if (d->is_array && d->dimension_count > 0) {
        b.elements = 1; /* the dimensions are only part of its type's name */
        d->dimension_count = 0;
        free(d->base);
        d->base = strdup(d->node.type);
        if (d->base == NULL) {
            return -ENOMEM;
        }
    }
    int rc = open_nodes(r, d, kind, &b);
    if (rc < 0) {
        return rc;
    }
    struct layout_node *outer = node_at(r, b.node);
    outer->size = d->node.size;
    outer->align = d->node.align;
    outer->stride = d->node.stride;
    r->blocks[r->depth++] = b;
    return 0;
}

/* Converts what the line specifies for the whole array to values for one element. */
static int close_element(struct reader *r, const struct block *b)
{
    struct layout_node *outer = node_at(r, b->node);
    struct layout_node *n = node_at(r, b->inner);
    size_t size = outer->size, stride = outer->stride;
    if (b->given & GIVEN_ALIGN) {
        n->align = outer->align;
    } else {
        n->align = n->flags & LAYOUT_PACKED ? 1 : b->align;
    }
    n->size = round_up(b->end, n->align);
    if (b->given & GIVEN_STRIDE && b->inner != b->node) {
        if (b->row == 0 || stride % b->row != 0) {
            return wrong(r, "the stride of this array is not a multiple of the number of elements in a row");
        }
        n->size = stride / b->row;
    } else if (b->given & GIVEN_SIZE) {
        if (b->elements > 0 && size % b->elements != 0) {
            return wrong(r, "the size of this array is not a multiple of its number of elements");
        }
        n->size = b->elements > 0 ? size / b->elements : n->size;
    }
    if (b->end > n->size) {
        return layout_error_set(r->error, r->line, "the block that ends here has %zu bytes, but its fields need %zu",
                                n->size, b->end);
    }
    n->stride = b->given & GIVEN_STRIDE && b->inner == b->node ? stride : n->size;
    for (uint32_t i = b->inner; i != b->node;) {
        const struct layout_node *element = node_at(r, i);
        i = element->parent;
        struct layout_node *array = node_at(r, i);
        array->align = element->align;
        array->stride = element->size;
        if (__builtin_mul_overflow(array->count, array->stride, &array->size)) {
            return wrong(r, "this array is too large: no memory has that many bytes");
        }
    }
    return 0;
}

/* An `array` block: it must contain exactly one line. */
static int close_array(struct reader *r, const struct block *b)
{
    struct layout_node *n = node_at(r, b->inner);
    if (b->inner + 1 == r->layout->count || node_at(r, b->inner + 1)->end != r->layout->count) {
        return wrong(r, "an array block must contain exactly one field, its element");
    }
    const struct layout_node *element = node_at(r, b->inner + 1);
    if ((b->given & GIVEN_ALIGN) == 0) {
        n->align = element->align;
    }
    if ((b->given & GIVEN_STRIDE) == 0) {
        n->stride = element->size;
    }
    if (n->stride != element->size) {
        return layout_error_set(r->error, r->line, "an element of this array has %zu bytes, so its stride can't be %zu",
                                element->size, n->stride);
    }
    if ((b->given & GIVEN_SIZE) == 0 && __builtin_mul_overflow(n->count, n->stride, &n->size)) {
        return wrong(r, "this array is too large: no memory has that many bytes");
    }
    return 0;
}

static int close_block(struct reader *r, const char *after)
{
    if (r->depth == 0 || (r->bare && r->depth == 1)) {
        return wrong(r, "this } has no matching {");
    }
    char *name = NULL;
    struct block b = *innermost(r);
    int rc = decl_parse_closing(after, r->line, &name, r->error);
    if (rc == 0 && name != NULL && *node_at(r, b.node)->name != '\0') {
        rc = wrong(r, "this block already has a name, before its {");
    }
    if (rc < 0) {
        free(name);
        return rc;
    }
    if (name != NULL) {
        free(node_at(r, b.node)->name);
        node_at(r, b.node)->name = name;
    }
    rc = node_at(r, b.inner)->kind == LAYOUT_ARRAY ? close_array(r, &b) : close_element(r, &b);
    if (rc < 0) {
        return rc;
    }
    for (uint32_t i = b.inner;; i = node_at(r, i)->parent) {
        layout_close(r->layout);
        if (i == b.node) {
            break;
        }
    }
    r->depth--;
    struct layout_node *n = node_at(r, b.node);
    if (n->size > DECL_NUMBER_MAX) {
        return wrong(r, "this block is too large: no memory has that many bytes");
    }
    if (r->depth == 0) {
        r->root_closed = true;
        return 0;
    }
    if ((b.given & GIVEN_OFFSET) == 0) {
        n->offset = place(r, n->align);
    }
    placed(r, n);
    return 0;
}

/* ---- enums ---- */

static int open_enum(struct reader *r, struct decl *d)
{
    r->pending = *d;
    *d = (struct decl){.base = NULL};
    r->in_enum = true;
    r->enum_line = r->line;
    return 0;
}

static int add_enumerator(struct reader *r, const char *line)
{
    struct layout_node *n = &r->pending.node;
    int64_t value = 0;
    char *name;
    if (n->enumerator_count > 0) {
        int64_t last = n->enumerators[n->enumerator_count - 1].value;
        value = last == INT64_MAX ? INT64_MIN : last + 1;
    }
    int rc = decl_parse_enumerator(line, r->line, &name, &value, r->error);
    if (rc == 0 && n->enumerator_count >= LAYOUT_NODES_MAX) {
        rc = wrong(r, "too many enumerators");
    }
    rc = rc == 0 ? layout_enumerator_add(n, name, value) : rc;
    if (rc < 0) {
        free(name);
    }
    return rc;
}

static void pending_free(struct reader *r)
{
    layout_enumerators_free(&r->pending.node);
    decl_free(&r->pending);
    r->in_enum = false;
}

static int close_enum(struct reader *r, const char *after)
{
    char *name = NULL;
    int rc = decl_parse_closing(after, r->line, &name, r->error);
    if (rc < 0) {
        free(name);
    } else if (name != NULL) {
        free(r->pending.node.name);
        r->pending.node.name = name;
        r->pending.given |= GIVEN_NAME;
    }
    if (rc == 0) {
        r->pending.given |= GIVEN_KIND;
        r->pending.node.kind = LAYOUT_ENUM;
        rc = add_leaf(r, &r->pending);
    }
    pending_free(r);
    return rc;
}

/* ---- lines ---- */

static int read_version(struct reader *r, const char *line)
{
    unsigned version = 0;
    int used = 0;
    if (sscanf(line, "shmlab layout %u %n", &version, &used) < 1 || (line[used] != '\0' && line[used] != '#')) {
        return wrong(r, "a layout file must start with the line 'shmlab layout 1'");
    }
    if (version != 1) {
        return layout_error_set(r->error, r->line,
                                "this is a layout file of version %u, but only version 1 is supported", version);
    }
    r->version_seen = true;
    return 0;
}

/* Fields that are not in a block are put into an unnamed struct. */
static int open_bare(struct reader *r)
{
    struct layout_node root = {.type = (char *)"struct", .kind = LAYOUT_STRUCT, .count = 1};
    r->blocks[r->depth++] = (struct block){.line = r->line, .elements = 1, .align = 1};
    r->bare = true;
    layout_open(r->layout, &root);
    return layout_failed(r);
}

static int read_declaration(struct reader *r, const char *line)
{
    struct decl d;
    if (r->root_closed) {
        return wrong(r, "the layout ended at the } above: a file contains only one type");
    }
    int rc = decl_parse(&d, line, r->line, r->error);
    if (rc < 0) {
        goto out;
    }
    bool is_enum = d.opens && decl_block_kind(&d) == LAYOUT_ENUM;
    if (r->depth == 0 && (!d.opens || is_enum)) {
        rc = open_bare(r);
    }
    if (rc == 0) {
        rc = is_enum ? open_enum(r, &d) : d.opens ? open_block(r, &d) : add_leaf(r, &d);
    }
out:
    decl_free(&d);
    return rc;
}

static int read_line(struct reader *r, const char *line)
{
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#') {
        return 0;
    }
    if (!r->version_seen) {
        return read_version(r, line);
    }
    if (*line == '}') {
        return r->in_enum ? close_enum(r, line + 1) : close_block(r, line + 1);
    }
    return r->in_enum ? add_enumerator(r, line) : read_declaration(r, line);
}

static int read_end(struct reader *r)
{
    if (!r->version_seen) {
        return read_version(r, "");
    }
    if (r->in_enum || r->depth > (r->bare ? 1u : 0u)) {
        return layout_error_set(r->error, r->in_enum ? r->enum_line : innermost(r)->line, "this { has no matching }");
    }
    if (r->depth == 0 && !r->root_closed) {
        return wrong(r, "there is no field in this file");
    }
    if (r->bare) {
        int rc = close_element(r, innermost(r));
        layout_close(r->layout);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = layout_finish(r->layout);
    if (rc == -EINVAL) {
        layout_error_set(r->error, 0, "an array whose elements have no bytes can't be laid out");
    } else if (rc < 0) {
        layout_failed(r);
    }
    return rc;
}

/* buffer is large enough for the longest line. */
static int read_lines(struct reader *r, const char *text, size_t length, char *buffer)
{
    const char *end = text + length;
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3; /* a byte order mark */
    }
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;
        size_t n = (size_t)(stop - text);
        r->line++;
        if (memchr(text, '\0', n) != NULL) {
            return wrong(r, "this line contains a NUL byte: a layout file is plain text");
        }
        if (n > 0 && text[n - 1] == '\r') {
            n--;
        }
        memcpy(buffer, text, n);
        buffer[n] = '\0';
        int rc = read_line(r, buffer);
        if (rc < 0) {
            return rc;
        }
        text = newline != NULL ? newline + 1 : end;
    }
    return read_end(r);
}

int layout_text_read(const char *text, size_t length, struct layout *out, struct layout_error *error)
{
    struct reader r = {.layout = out, .error = error};
    layout_init(out);
    layout_error_set(error, 0, "%s", "");
    if (length > LAYOUT_TEXT_MAX) {
        layout_error_set(error, 0, "this layout file is too long: at most %zu MB", LAYOUT_TEXT_MAX >> 20);
        return -E2BIG;
    }
    char *buffer = malloc(length + 1);
    int rc = buffer == NULL ? -ENOMEM : read_lines(&r, text, length, buffer);
    free(buffer);
    pending_free(&r);
    if (rc == -ENOMEM) {
        layout_error_set(error, r.line, "%s", strerror(ENOMEM));
    }
    if (rc < 0) {
        layout_free(out);
    }
    return rc;
}

int layout_text_load(const char *path, struct layout *out, struct layout_error *error)
{
    FILE *file = fopen(path, "rbe");
    int rc = file == NULL ? -errno : 0;
    char *text = malloc(LAYOUT_TEXT_MAX + 1);
    size_t length = file != NULL && text != NULL ? fread(text, 1, LAYOUT_TEXT_MAX + 1, file) : 0;
    if (file != NULL) {
        rc = text == NULL ? -ENOMEM : ferror(file) ? -errno : 0;
        fclose(file);
    }
    layout_init(out);
    if (rc == 0) {
        rc = layout_text_read(text, length, out, error);
    } else {
        layout_error_set(error, 0, "cannot read the layout file %.400s: %s", path, strerror(-rc));
    }
    free(text);
    return rc;
}
