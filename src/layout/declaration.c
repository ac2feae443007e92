/* Layout declaration: a lexer for one line, and a parser that follows C where possible. See declaration.h. */
#include "declaration.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_type.h"

#define HOST_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* ---- tokens ---- */

enum token_kind { T_END, T_WORD, T_NUMBER, T_STRING, T_STAR, T_DIMENSION, T_OTHER, T_WRONG };

struct lexer {
    const char *at; /* in the line */
    char *storage;  /* the texts of all tokens, one after the other */
    size_t used;
    unsigned line;
    struct layout_error *error;
    int rc; /* the first error. From then on all tokens are T_WRONG, which nothing accepts */

    enum token_kind kind; /* the current token */
    const char *text;     /* as in the line (T_STRING: unescaped), NUL-terminated */
    uint64_t number;      /* T_NUMBER, T_DIMENSION (DECL_FLEXIBLE for []) */
};

/* Records an error, unless there is one already. */
__attribute__((format(printf, 2, 3))) static void wrong(struct lexer *x, const char *format, ...)
{
    char message[sizeof x->error->text];
    va_list args;
    if (x->rc != 0) {
        return;
    }
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    x->rc = layout_error_set(x->error, x->line, "%s", message);
    x->kind = T_WRONG;
}

static void no_memory(struct lexer *x)
{
    x->rc = x->rc != 0 ? x->rc : -ENOMEM;
    x->kind = T_WRONG;
}

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$';
}

static bool continues_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Stores `length` characters of the line as the token's text. */
static void keep(struct lexer *x, enum token_kind kind, const char *start, size_t length)
{
    char *to = x->storage + x->used;
    memcpy(to, start, length);
    to[length] = '\0';
    x->used += length + 1;
    x->text = to;
    x->kind = kind;
}

static void lex_word(struct lexer *x)
{
    const char *start = x->at;
    while (continues_word(*x->at) || (x->at[0] == ':' && x->at[1] == ':' && starts_word(x->at[2]))) {
        x->at += *x->at == ':' ? 2 : 1;
    }
    keep(x, T_WORD, start, (size_t)(x->at - start));
}

/* Parses decimal digits, or hex digits after 0x. Returns false if there are none, or too many for 64 bits. */
static bool lex_digits(struct lexer *x)
{
    bool hex = x->at[0] == '0' && (x->at[1] == 'x' || x->at[1] == 'X');
    char *end;
    if (!isdigit((unsigned char)*x->at) || (hex && !isxdigit((unsigned char)x->at[2]))) {
        return false;
    }
    errno = 0;
    x->number = strtoull(x->at, &end, hex ? 16 : 10);
    x->at = end;
    return errno == 0;
}

static void lex_number(struct lexer *x)
{
    const char *start = x->at;
    if (!lex_digits(x) || continues_word(*x->at)) {
        wrong(x, "expected a number, such as 20 or 0x14");
        return;
    }
    keep(x, T_NUMBER, start, (size_t)(x->at - start));
}

static void lex_dimension(struct lexer *x)
{
    const char *start = x->at++;
    x->at += strspn(x->at, " \t");
    x->number = DECL_FLEXIBLE;
    if (*x->at != ']' && (!lex_digits(x) || x->number > DECL_NUMBER_MAX)) {
        wrong(x, "expected the number of elements between [ and ], as in char[19]");
        return;
    }
    x->at += strspn(x->at, " \t");
    if (*x->at != ']') {
        wrong(x, "a ] is missing after [");
        return;
    }
    x->at++;
    keep(x, T_DIMENSION, start, (size_t)(x->at - start));
}

/* "text" with \" \\ and \xHH. */
static void lex_string(struct lexer *x)
{
    char *to = x->storage + x->used;
    size_t length = 0;
    for (x->at++; *x->at != '"'; x->at++) {
        char c = *x->at;
        if (c == '\0') {
            wrong(x, "the closing \" is missing");
            return;
        }
        if (c == '\\') {
            c = *++x->at;
            if (c == 'x' && isxdigit((unsigned char)x->at[1]) && isxdigit((unsigned char)x->at[2])) {
                const char digits[] = {x->at[1], x->at[2], '\0'};
                c = (char)strtoul(digits, NULL, 16);
                x->at += 2;
            } else if (c != '"' && c != '\\') {
                c = '\0';
            }
        }
        if (c == '\0') {
            wrong(x, "between quotes, only \\\" \\\\ and \\x41 (not \\x00) may follow a backslash");
            return;
        }
        to[length++] = c;
    }
    x->at++;
    keep(x, T_STRING, to, length);
}

static void next(struct lexer *x)
{
    if (x->kind == T_WRONG) {
        return;
    }
    x->at += strspn(x->at, " \t");
    char c = *x->at;
    if (c == '\0' || c == '#') {
        x->kind = T_END;
        x->text = "the end of the line";
    } else if (starts_word(c)) {
        lex_word(x);
    } else if (isdigit((unsigned char)c)) {
        lex_number(x);
    } else if (c == '"') {
        lex_string(x);
    } else if (c == '[') {
        lex_dimension(x);
    } else if (c < 32 || c > 126) {
        wrong(x, "unexpected character (write names with such characters in quotes)");
    } else {
        keep(x, c == '*' ? T_STAR : T_OTHER, x->at++, 1);
    }
}

static bool is_other(const struct lexer *x, char c)
{
    return x->kind == T_OTHER && x->text[0] == c;
}

static bool take_other(struct lexer *x, char c)
{
    if (!is_other(x, c)) {
        return false;
    }
    next(x);
    return true;
}

/* A word or a quoted text, malloc'ed; NULL if the token is neither. */
static char *take_name(struct lexer *x)
{
    char *name = NULL;
    if (x->kind == T_WORD || x->kind == T_STRING) {
        name = strdup(x->text);
        if (name == NULL) {
            no_memory(x);
        }
        next(x);
    }
    return name;
}

static void lexer_start(struct lexer *x, const char *text, unsigned line, struct layout_error *error)
{
    *x = (struct lexer){.at = text, .line = line, .error = error};
    x->storage = malloc(2 * strlen(text) + 2); /* each token is stored once, with a NUL */
    if (x->storage == NULL) {
        no_memory(x);
    }
    next(x);
}

/* Only an optional `;` or `,` may follow. Returns 0 or the first error. */
static int lexer_end(struct lexer *x, const char *after)
{
    if (!take_other(x, ';')) {
        take_other(x, ',');
    }
    if (x->kind != T_END) {
        wrong(x, "unexpected '%.80s' after %s: put each field on its own line", x->text, after);
    }
    free(x->storage);
    return x->rc;
}

/* ---- types ---- */

struct text {
    char *at;      /* NUL-terminated */
    size_t length; /* the caller made the buffer large enough */
};

static void text_word(struct text *t, const char *word)
{
    char last = t->length > 0 ? t->at[t->length - 1] : '(';
    bool glue = last == '(' || word[0] == '(' || word[0] == ')' || (word[0] == '*' && last == '*');
    t->length += (size_t)sprintf(t->at + t->length, "%s%s", glue ? "" : " ", word);
}

static bool word_in(const struct lexer *x, const char *const *list)
{
    for (; x->kind == T_WORD && *list != NULL; list++) {
        if (strcmp(x->text, *list) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_qualifier(const struct lexer *x)
{
    static const char *const list[] = {"const", "volatile", "restrict", "_Atomic", NULL};
    return word_in(x, list);
}

static bool is_base_keyword(const struct lexer *x)
{
    static const char *const list[] = {"signed", "unsigned", "short",    "long",    "int",      "char", "float",
                                       "double", "_Bool",    "_Complex", "complex", "__int128", NULL};
    return word_in(x, list);
}

static bool is_tag_keyword(const struct lexer *x)
{
    static const char *const list[] = {"struct", "union", "enum", "class", NULL};
    return word_in(x, list);
}

static void take_word(struct lexer *x, struct text *type)
{
    text_word(type, x->text);
    next(x);
}

/* Qualifiers. _Atomic(int) is kept as it is, and is the whole type: then it returns true. */
static bool parse_qualifiers(struct lexer *x, struct text *type)
{
    while (is_qualifier(x)) {
        bool atomic = strcmp(x->text, "_Atomic") == 0;
        take_word(x, type);
        if (!atomic || !is_other(x, '(')) {
            continue;
        }
        do {
            take_word(x, type);
        } while (x->kind == T_WORD || x->kind == T_STAR);
        if (is_other(x, ')')) {
            take_word(x, type);
        } else {
            wrong(x, "a ) is missing after _Atomic(");
        }
        return true;
    }
    return false;
}

/* Qualifiers, then "struct NAME", base keywords, or one name; then qualifiers and stars. */
static void parse_plain_type(struct lexer *x, struct text *type)
{
    if (parse_qualifiers(x, type)) {
        ; /* the type is complete */
    } else if (is_tag_keyword(x)) {
        take_word(x, type);
        if (x->kind == T_WORD) {
            take_word(x, type);
        }
    } else if (is_base_keyword(x)) {
        while (is_base_keyword(x) || is_qualifier(x)) {
            take_word(x, type);
        }
    } else if (x->kind == T_WORD) {
        take_word(x, type);
    }
    while (is_qualifier(x) || x->kind == T_STAR) {
        take_word(x, type);
    }
    if (type->length == 0) {
        wrong(x, "expected a type, such as int or char[19], but found '%.80s'", x->text);
    }
}

static void parse_dimensions(struct lexer *x, struct decl *d)
{
    for (; x->kind == T_DIMENSION; next(x)) {
        if (d->dimension_count == DECL_DIMENSIONS_MAX) {
            wrong(x, "an array can have at most 16 dimensions");
        } else if (x->number == DECL_FLEXIBLE && d->dimension_count > 0) {
            wrong(x, "only the first dimension may be left empty");
        } else {
            d->dimensions[d->dimension_count++] = (size_t)x->number;
        }
    }
}

static void parse_type_and_name(struct lexer *x, struct decl *d, size_t line_length)
{
    struct text type = {.at = calloc(2, line_length + 16)};
    d->base = type.at;
    if (type.at == NULL) {
        no_memory(x);
    } else if (x->kind == T_STRING) {
        take_word(x, &type);
    } else {
        parse_plain_type(x, &type);
    }
    parse_dimensions(x, d);
    d->node.name = take_name(x);
    if (d->node.name != NULL) {
        d->given |= GIVEN_NAME;
        parse_dimensions(x, d);
    }
}

char *decl_type(const struct decl *d, size_t from)
{
    size_t room = strlen(d->base) + d->dimension_count * 24 + 1;
    struct text type = {.at = malloc(room)};
    if (type.at == NULL) {
        return NULL;
    }
    type.length = (size_t)sprintf(type.at, "%s", d->base);
    for (size_t i = from; i < d->dimension_count; i++) {
        if (d->dimensions[i] == DECL_FLEXIBLE) {
            type.length += (size_t)sprintf(type.at + type.length, "[]");
        } else {
            type.length += (size_t)sprintf(type.at + type.length, "[%zu]", d->dimensions[i]);
        }
    }
    return type.at;
}

/* ---- (size 40, align 8, sync) ---- */

static enum layout_kind kind_named(const char *name)
{
    int kind = 0;
    while (kind < LAYOUT_KINDS && strcmp(layout_kind_name((enum layout_kind)kind), name) != 0) {
        kind++;
    }
    return (enum layout_kind)kind;
}

static void parse_kind(struct lexer *x, struct decl *d)
{
    take_other(x, '=');
    d->node.kind = x->kind == T_WORD ? kind_named(x->text) : LAYOUT_KINDS;
    d->given |= GIVEN_KIND;
    if (d->node.kind == LAYOUT_KINDS) {
        wrong(x, "expected one of these after 'kind': text, character, integer, unsigned, real, boolean, enum, "
                 "pointer, bytes, struct, union, array");
    }
    next(x);
}

static void parse_number(struct lexer *x, const char *what, size_t *number)
{
    take_other(x, '=');
    if (x->kind != T_NUMBER) {
        wrong(x, "expected a number after '%s', as in (%s 8)", what, what);
    } else if (x->number > DECL_NUMBER_MAX) {
        wrong(x, "%.40s is too large: no memory has that many bytes", x->text);
    }
    *number = (size_t)x->number;
    next(x);
}

static void parse_attribute(struct lexer *x, struct decl *d, size_t *bit)
{
    const struct {
        const char *word;
        unsigned given, flag;
        size_t *number; /* that follows; NULL: none */
    } known[] = {
        {"size", GIVEN_SIZE, 0, &d->node.size},
        {"align", GIVEN_ALIGN, 0, &d->node.align},
        {"count", GIVEN_COUNT, 0, &d->node.count},
        {"stride", GIVEN_STRIDE, 0, &d->node.stride},
        {"bit", GIVEN_BIT, 0, bit},
        {"sync", GIVEN_FLAGS, LAYOUT_SYNC, NULL},
        {"bell", GIVEN_FLAGS, LAYOUT_SYNC | LAYOUT_BELL, NULL},
        {"seqlock", GIVEN_FLAGS, LAYOUT_SYNC | LAYOUT_SEQLOCK, NULL},
        {"flexible", GIVEN_FLAGS, LAYOUT_FLEXIBLE, NULL},
        {"packed", GIVEN_FLAGS, LAYOUT_PACKED, NULL},
        {"noflags", GIVEN_NO_FLAGS, 0, NULL},
        {"big", 0, HOST_BIG ? 0 : LAYOUT_SWAPPED, NULL},
        {"little", 0, HOST_BIG ? LAYOUT_SWAPPED : 0, NULL},
    };
    const char *word = x->text;
    for (size_t i = 0; x->kind == T_WORD && i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i].word) == 0) {
            next(x);
            d->given |= known[i].given;
            d->node.flags |= known[i].flag;
            if (known[i].number != NULL) {
                parse_number(x, word, known[i].number);
            }
            return;
        }
    }
    if (x->kind == T_WORD && strcmp(word, "kind") == 0) {
        next(x);
        parse_kind(x, d);
        return;
    }
    wrong(
        x,
        "unknown attribute '%.80s': known are size, align, count, stride and bit with a number, kind with a name, and "
        "sync, bell, seqlock, packed, flexible, big, little",
        word);
}

static void parse_attributes(struct lexer *x, struct decl *d)
{
    size_t bit = 0;
    if (!take_other(x, '(')) {
        return;
    }
    if (x->kind == T_STAR) {
        wrong(x, "write the type of a function pointer in quotes: \"void (*)(int)\" call");
    }
    while (x->rc == 0 && !take_other(x, ')')) {
        if (x->kind == T_END) {
            wrong(x, "a ) is missing after (");
        } else if (!take_other(x, ',')) {
            parse_attribute(x, d, &bit);
        }
    }
    if (bit > 7) {
        wrong(x, "a bit-field starts at bit 0 to 7 of its byte");
    } else if (d->given & GIVEN_ALIGN && d->node.align == 0) {
        wrong(x, "the smallest alignment is 1");
    }
    d->node.bit_offset = (unsigned)bit;
}

static void parse_bits(struct lexer *x, struct decl *d)
{
    if (!take_other(x, ':')) {
        return;
    }
    if (x->kind != T_NUMBER || x->number > 128) {
        wrong(x, "expected the number of bits after ':', as in 'unsigned ready : 1'");
    }
    d->width = (unsigned)x->number;
    d->given |= GIVEN_BITS;
    next(x);
}

/* ---- a whole line ---- */

static void parse_prefix(struct lexer *x, struct decl *d)
{
    if (x->kind == T_NUMBER) {
        d->given |= GIVEN_OFFSET;
        parse_number(x, "offset", &d->node.offset);
    }
    /* without a number after it, "array" is the name of a type */
    if (x->kind == T_WORD && strcmp(x->text, "array") == 0 && isdigit((unsigned char)x->at[strspn(x->at, " \t")])) {
        next(x);
        d->is_array = true;
        d->given |= GIVEN_COUNT;
        parse_number(x, "array", &d->node.count);
    }
}

int decl_parse(struct decl *d, const char *text, unsigned line, struct layout_error *error)
{
    struct lexer x;
    *d = (struct decl){.node = {.count = 1, .align = 1}};
    lexer_start(&x, text, line, error);
    parse_prefix(&x, d);
    parse_type_and_name(&x, d, strlen(text));
    parse_bits(&x, d);
    parse_attributes(&x, d);
    d->opens = take_other(&x, '{');
    if (d->node.name == NULL) {
        d->node.name = strdup("");
    } else if (is_other(&x, ',')) {
        wrong(&x, "only one field on a line: move what follows '%.80s,' to the next line", d->node.name);
    }
    d->node.type = d->base != NULL ? decl_type(d, 0) : NULL;
    if (d->node.name == NULL || d->node.type == NULL) {
        no_memory(&x);
    }
    return lexer_end(&x, d->opens ? "{" : d->node.name != NULL && *d->node.name != '\0' ? d->node.name : d->base);
}

void decl_free(struct decl *d)
{
    free(d->base);
    free(d->node.name);
    free(d->node.type);
    *d = (struct decl){.base = NULL};
}

int decl_parse_enumerator(const char *text, unsigned line, char **name, int64_t *value, struct layout_error *error)
{
    struct lexer x;
    lexer_start(&x, text, line, error);
    *name = take_name(&x);
    if (*name == NULL) {
        wrong(&x, "expected an enumerator, such as 'RED = 0', or the } that ends the enum");
    }
    if (take_other(&x, '=')) {
        bool minus = take_other(&x, '-');
        if (x.kind != T_NUMBER || x.number > (uint64_t)INT64_MAX + (minus ? 1 : 0)) {
            wrong(&x, "expected a number after '=', as in 'RED = 0'");
        } else {
            *value = (int64_t)(minus ? 0 - x.number : x.number);
            next(&x);
        }
    }
    return lexer_end(&x, *name != NULL ? *name : "=");
}

int decl_parse_closing(const char *text, unsigned line, char **name, struct layout_error *error)
{
    struct lexer x;
    lexer_start(&x, text, line, error);
    *name = take_name(&x);
    if (x.kind == T_DIMENSION) {
        wrong(&x, "write the number of elements where the block opens, as in 'struct slot[8] slots {'");
    }
    return lexer_end(&x, "}");
}

bool decl_name_is_plain(const char *name)
{
    if (!starts_word(*name)) {
        return false;
    }
    while (continues_word(*name)) {
        name++;
    }
    return *name == '\0';
}

/* ---- values implied by the type ---- */

int decl_elements(const struct decl *d, size_t from, size_t *elements)
{
    *elements = 1;
    for (size_t i = from; i < d->dimension_count; i++) {
        size_t n = d->dimensions[i] == DECL_FLEXIBLE ? 0 : d->dimensions[i];
        if (__builtin_mul_overflow(*elements, n, elements) || *elements > DECL_NUMBER_MAX) {
            return -EINVAL;
        }
    }
    return 0;
}

static int too_large(const struct decl *d, unsigned line, struct layout_error *error)
{
    return layout_error_set(error, line, "%.200s is too large: no memory has that many bytes", d->node.type);
}

/* Computes the size from count and stride, or the stride from size and count. */
static int resolve_size(struct decl *d, size_t element, unsigned line, struct layout_error *error)
{
    struct layout_node *n = &d->node;
    if ((d->given & GIVEN_SIZE) == 0) {
        size_t each = d->given & GIVEN_STRIDE ? n->stride : element;
        if (__builtin_mul_overflow(n->count, each, &n->size) || n->size > DECL_NUMBER_MAX) {
            return too_large(d, line, error);
        }
    }
    if ((d->given & GIVEN_STRIDE) == 0) {
        bool divides = n->count > 0 && n->size % n->count == 0;
        n->stride = divides ? n->size / n->count : n->count == 0 && element > 0 ? element : n->size;
    }
    return 0;
}

/* A bit-field of type `char` is an integer. Its size is not known before decl_set_bit_offset. */
static int resolve_bits(struct decl *d, const struct c_type *type, unsigned line, struct layout_error *error)
{
    struct layout_node *n = &d->node;
    d->unit = type->size;
    if (n->kind == LAYOUT_CHAR && (d->given & GIVEN_KIND) == 0) {
        n->kind = LAYOUT_SINT;
    }
    if (d->dimension_count > 0) {
        return layout_error_set(error, line, "a bit-field can't be an array");
    }
    if (d->unit > 0 && d->width > 8 * d->unit) {
        return layout_error_set(error, line, "%.100s has %zu bits, so %u are too many", d->base, 8 * d->unit, d->width);
    }
    n->bit_size = d->width;
    decl_set_bit_offset(d, n->bit_offset);
    return 0;
}

void decl_set_bit_offset(struct decl *d, unsigned bit)
{
    d->node.bit_offset = bit;
    if ((d->given & GIVEN_SIZE) == 0) {
        d->node.size = (bit + d->width + 7) / 8;
    }
    if ((d->given & GIVEN_STRIDE) == 0) {
        d->node.stride = d->node.size;
    }
}

static int type_not_known(const struct decl *d, unsigned line, struct layout_error *error)
{
    const char *name = decl_name_is_plain(d->node.name) ? d->node.name : "name";
    return layout_error_set(
        error, line,
        "the type '%.200s' is not known: give its size, as in '%.200s %.80s (size 12)', or its members between { and }",
        d->base, d->base, name);
}

int decl_resolve_leaf(struct decl *d, unsigned line, struct layout_error *error)
{
    struct layout_node *n = &d->node;
    struct c_type type = {.kind = LAYOUT_BYTES, .size = 0, .align = 1};
    bool known = c_type_find(d->base, &type);
    bool text = known && type.kind == LAYOUT_CHAR && type.size == 1 && type.flags == 0 && d->dimension_count > 0;
    if (!known && (d->given & GIVEN_SIZE) == 0) {
        return type_not_known(d, line, error);
    }
    if ((d->given & GIVEN_KIND) == 0) {
        n->kind = text ? LAYOUT_TEXT : type.kind;
    }
    if ((d->given & (GIVEN_FLAGS | GIVEN_NO_FLAGS)) == 0) {
        n->flags |= type.flags;
    }
    if (d->dimension_count > 0 && d->dimensions[0] == DECL_FLEXIBLE && (d->given & GIVEN_NO_FLAGS) == 0) {
        n->flags |= LAYOUT_FLEXIBLE;
    }
    if ((d->given & GIVEN_ALIGN) == 0) {
        n->align = type.align;
    }
    if ((d->given & GIVEN_COUNT) == 0 && decl_elements(d, 0, &n->count) < 0) {
        return too_large(d, line, error);
    }
    return d->given & GIVEN_BITS ? resolve_bits(d, &type, line, error) : resolve_size(d, type.size, line, error);
}

enum layout_kind decl_block_kind(const struct decl *d)
{
    static const struct {
        const char *start;
        enum layout_kind kind;
    } starts[] = {{"struct", LAYOUT_STRUCT}, {"class", LAYOUT_STRUCT}, {"union", LAYOUT_UNION}, {"enum", LAYOUT_ENUM}};
    if (d->is_array) {
        return LAYOUT_ARRAY;
    }
    struct c_type known;
    if (d->given & GIVEN_KIND) {
        bool block = d->node.kind == LAYOUT_STRUCT || d->node.kind == LAYOUT_UNION || d->node.kind == LAYOUT_ENUM;
        return block ? d->node.kind : LAYOUT_KINDS;
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t length = strlen(starts[i].start);
        if (strncmp(d->base, starts[i].start, length) == 0 && !continues_word(d->base[length])) {
            return starts[i].kind;
        }
    }
    /* A lock may have members, but an int has none. */
    return c_type_find(d->base, &known) && known.kind != LAYOUT_BYTES ? LAYOUT_KINDS : LAYOUT_STRUCT;
}
