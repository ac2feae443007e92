/* DWARF, list: the structs, unions and classes of a file, and names that resemble one. */
#include <ctype.h>
#include <dwarf.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dwarf_internal.h"

#define SPANS_MAX 65536   /* of one type, when its padding is counted */
#define FULL_NAME_MAX 512 /* bytes of a name, with its scopes */
#define WORD_MAX 64       /* characters of a name that are compared for resemblance */

static bool is_struct(int tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

static const char *keyword_of(int tag)
{
    return tag == DW_TAG_union_type         ? "union "
           : is_struct(tag)                 ? "struct "
           : tag == DW_TAG_enumeration_type ? "enum "
                                            : "";
}

/* "struct ns::point", as --type takes it. */
static void full_name(const struct dwarf_walk *w, const char *keyword, const char *name, char out[FULL_NAME_MAX])
{
    size_t used = (size_t)snprintf(out, FULL_NAME_MAX, "%s", keyword);
    for (size_t i = 0; i < w->scope_count && used < FULL_NAME_MAX; i++) {
        const char *scope = w->scopes[i];
        used += *scope != '\0' ? (size_t)snprintf(out + used, FULL_NAME_MAX - used, "%s::", scope) : 0;
    }
    if (used < FULL_NAME_MAX) {
        snprintf(out + used, FULL_NAME_MAX - used, "%s", name);
    }
}

/* ---- the list ---- */

struct listing {
    struct layout_types *types;
    const char *pattern; /* NULL: all */
};

/* The name without "struct " before it. */
static const char *bare_name(const char *name)
{
    const char *space = strchr(name, ' ');
    return space != NULL ? space + 1 : name;
}

/* Whether the pattern is a part of the name, or fits it if it has a * or ?. */
static bool pattern_fits(const char *pattern, const char *name)
{
    const char *bare = bare_name(name);
    return pattern == NULL || strstr(name, pattern) != NULL ||
           (strpbrk(pattern, "*?") != NULL && (fnmatch(pattern, bare, 0) == 0 || fnmatch(pattern, name, 0) == 0));
}

static void count_padding(const struct layout *l, struct layout_type *t)
{
    size_t size = layout_size(l), at = 0;
    t->size = size;
    t->fields = layout_leaves(l);
    for (size_t spans = 0; at < size; spans++) {
        struct layout_span span = layout_span_at(l, at);
        size_t end = span.end < size ? span.end : size;
        t->padding += span.kind != LAYOUT_SPAN_FIELD ? end - at : 0;
        t->holes += span.kind != LAYOUT_SPAN_FIELD && end < size;
        at = end;
        if (spans == SPANS_MAX) {
            t->padding = t->holes = LAYOUT_NOT_COUNTED;
            return;
        }
    }
}

static int list_add(struct layout_types *types, const struct layout_type *t)
{
    if ((types->count & (types->count - 1)) == 0) { /* the capacity doubles at each power of two */
        size_t room = types->count == 0 ? 1 : 2 * types->count;
        struct layout_type *list = realloc(types->list, room * sizeof *list);
        if (list == NULL) {
            return -ENOMEM;
        }
        types->list = list;
    }
    types->list[types->count++] = *t;
    return 0;
}

static void list_visit(struct dwarf_walk *w, Dwarf_Die *die, int tag)
{
    struct listing *list = w->context;
    const struct query_array itself = {.n = 0};
    const char *name = is_struct(tag) || tag == DW_TAG_typedef ? dwarf_diename(die) : NULL;
    struct layout_type t = {.name = NULL};
    unsigned steps = 0;
    struct layout layout;
    Dwarf_Die target;
    char text[FULL_NAME_MAX], why[DWARF_WHY_MAX];
    bool nameless = tag == DW_TAG_typedef && dwarf_type_of(die, &target) != NULL && is_struct(dwarf_tag(&target)) &&
                    dwarf_diename(&target) == NULL && !dwarf_hasattr(&target, DW_AT_signature) &&
                    !dwarf_hasattr(&target, DW_AT_declaration);
    if (name == NULL || !(is_struct(tag) || nameless) || dwarf_hasattr(die, DW_AT_declaration)) {
        return;
    }
    full_name(w, keyword_of(tag), name, text);
    if (!pattern_fits(list->pattern, text)) {
        return;
    }
    int rc = layout_build(die, &itself, &steps, &layout, why);
    if (rc == 0) {
        count_padding(&layout, &t);
        layout_free(&layout);
    }
    w->rc = rc == -ENOMEM ? rc : 0;
    t.known = rc == 0;
    t.name = strdup(text);
    w->rc = t.name == NULL ? -ENOMEM : w->rc != 0 ? w->rc : list_add(list->types, &t);
    if (w->rc < 0) {
        free(t.name);
    }
}

static int compare(const void *a, const void *b)
{
    const struct layout_type *s = a, *t = b;
    int names = strcmp(bare_name(s->name), bare_name(t->name));
    names = names != 0 ? names : strcmp(s->name, t->name);
    return names != 0               ? names
           : s->size != t->size     ? (s->size > t->size) - (s->size < t->size)
           : s->fields != t->fields ? (s->fields > t->fields) - (s->fields < t->fields)
                                    : (s->padding > t->padding) - (s->padding < t->padding);
}

/* Sorts, and keeps one of those that look the same. */
static void list_finish(struct layout_types *types)
{
    size_t kept = 0;
    if (types->count > 1) {
        qsort(types->list, types->count, sizeof *types->list, compare);
    }
    for (size_t i = 0; i < types->count; i++) {
        if (kept > 0 && compare(&types->list[kept - 1], &types->list[i]) == 0) {
            free(types->list[i].name);
        } else {
            types->list[kept++] = types->list[i];
        }
    }
    types->count = kept;
}

void layout_types_free(struct layout_types *types)
{
    for (size_t i = 0; i < types->count; i++) {
        free(types->list[i].name);
    }
    free(types->list);
    *types = (struct layout_types){.list = NULL};
}

int layout_dwarf_list(const struct layout_dwarf_file *file, const char *pattern, struct layout_types *out,
                      struct layout_error *error)
{
    struct dwarf_source source = {.name = file->name};
    struct listing list = {.types = out, .pattern = pattern};
    struct dwarf_walk w = {
        .source = &source, .visit = list_visit, .context = &list, .inside = true, .everywhere = true};
    *out = (struct layout_types){.list = NULL};
    layout_error_set(error, 0, "%s", "");
    int rc = dwarf_source_open(&source, file, error);
    if (rc == 0) {
        dwarf_walk(&w);
        rc = w.rc;
        list_finish(out);
    }
    if (rc < 0) {
        layout_types_free(out);
    }
    if (rc == -ENOMEM) {
        layout_error_set(error, 0, "%s", strerror(ENOMEM));
    }
    dwarf_source_close(&source);
    return rc;
}

/* ---- resemblance ---- */

#define SIMILAR_MAX 3

struct similar {
    const char *wanted;
    struct {
        char name[FULL_NAME_MAX];
        size_t distance;
    } best[SIMILAR_MAX];
    size_t count;
};

static size_t min3(size_t a, size_t b, size_t c)
{
    return a < b ? (a < c ? a : c) : b < c ? b : c;
}

/* How many characters must be added, removed or replaced to make one of the other; capitals don't count. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], m = strnlen(b, WORD_MAX);
    for (size_t j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < WORD_MAX && a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < m; j++) {
            bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[j]);
            size_t here = min3(row[j] + 1, row[j + 1] + 1, diagonal + (same ? 0 : 1));
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
    }
    return row[m];
}

static void similar_visit(struct dwarf_walk *w, Dwarf_Die *die, int tag)
{
    struct similar *s = w->context;
    bool type = is_struct(tag) || tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef || tag == DW_TAG_base_type;
    const char *name = type && !dwarf_hasattr(die, DW_AT_declaration) ? dwarf_diename(die) : NULL;
    size_t length = strlen(s->wanted), most = 1 + length / 4, at = s->count;
    bool starts = name != NULL && length >= 3 && strncmp(name, s->wanted, length) == 0 && name[length] != '\0';
    size_t d = name == NULL ? SIZE_MAX : starts ? 1 : distance(name, s->wanted);
    char text[FULL_NAME_MAX];
    if (d > most) {
        return;
    }
    full_name(w, keyword_of(tag), name, text);
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->best[i].name, text) == 0) {
            return;
        }
    }
    while (at > 0 && s->best[at - 1].distance > d) {
        at--;
    }
    if (at == SIMILAR_MAX) {
        return;
    }
    s->count += s->count < SIMILAR_MAX;
    memmove(&s->best[at + 1], &s->best[at], (s->count - 1 - at) * sizeof *s->best);
    s->best[at].distance = d;
    memcpy(s->best[at].name, text, sizeof text);
}

size_t dwarf_similar(const struct dwarf_source *source, const char *wanted, char *out, size_t size)
{
    struct similar s = {.wanted = wanted};
    struct dwarf_walk w = {.source = source, .visit = similar_visit, .context = &s, .inside = true, .everywhere = true};
    size_t used = 0;
    dwarf_walk(&w);
    out[0] = '\0';
    for (size_t i = 0; i < s.count && used < size; i++) {
        const char *between = i == 0 ? "" : i + 1 == s.count ? " or " : ", ";
        used += (size_t)snprintf(out + used, size - used, "%s'%.100s'", between, s.best[i].name);
    }
    return s.count;
}
