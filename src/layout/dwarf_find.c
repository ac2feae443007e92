/* DWARF, find: finds a type by its name in the debug information.
 *
 * All units are searched, because two of them may define different types of the same name. Each definition is built,
 * and equal layouts count as one type. If more than one is left, an error lists them. */
#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dwarf_internal.h"
#include "dwarf_name.h"

#define CHOICES_MAX 9 /* different types of one name that are kept */
#define LISTED_MAX 8  /* listed in an error */

/* One of the types that have the name. */
struct choice {
    struct layout layout;
    char place[300];  /* "main.c:12", and the source file that includes it, if different */
    char source[160]; /* what to write after @ to select this one */
};

struct search {
    struct dwarf_walk walk;
    const struct type_query *query;
    struct choice choices[CHOICES_MAX];
    size_t count;
    bool more;               /* there are more than that */
    unsigned rank;           /* of all choices: lower is better */
    unsigned steps;          /* DIEs visited by layout_build so far */
    int failed;              /* why a definition can't be built; 0: none failed */
    char why[DWARF_WHY_MAX]; /* and more about it, or "" */
    size_t declarations;     /* of that name, without a definition */
};

/* ---- where a type is defined ---- */

static const char *base_name(const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    return slash != NULL ? slash + 1 : path != NULL ? path : "?";
}

static const char *unit_name(Dwarf_Die *die)
{
    Dwarf_Die unit;
    return dwarf_diecu(die, &unit, NULL, NULL) != NULL ? dwarf_diename(&unit) : NULL;
}

/* Where it is declared. In clang's DWARF 5 the unit's main file is number 0, which libdw treats as none. */
static const char *declared_in(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number = 1;
    const char *file = dwarf_decl_file(die);
    dwarf_formudata(dwarf_attr(die, DW_AT_decl_file, &attribute), &number);
    return file == NULL && number == 0 ? unit_name(die) : file;
}

/* Whether `path` is the file `wanted`: equal, or ending in a slash and `wanted`. */
static bool path_fits(const char *path, const char *wanted)
{
    size_t n = path != NULL ? strlen(path) : 0, m = strlen(wanted);
    return n >= m && strcmp(path + n - m, wanted) == 0 && (n == m || path[n - m - 1] == '/');
}

static bool file_fits(const struct type_query *q, Dwarf_Die *die)
{
    int line = 0;
    if (q->file == NULL) {
        return true;
    }
    if (q->line != 0 && (dwarf_decl_line(die, &line) != 0 || line != q->line)) {
        return false;
    }
    return path_fits(unit_name(die), q->file) || path_fits(dwarf_decl_file(die), q->file);
}

/* ---- scopes ---- */

/* Whether the scopes around a DIE, innermost first, match the query. *rest is the number of further named scopes. */
static bool names_fit(const struct type_query *q, const char *const *scopes, size_t count, unsigned *rest)
{
    size_t part = q->part_count - 1;
    *rest = 0;
    for (size_t i = count; i-- > 0;) {
        if (*scopes[i] == '\0') {
            continue;
        }
        if (part == 0) {
            ++*rest;
        } else if (strcmp(scopes[i], q->parts[--part]) != 0) {
            return false;
        }
    }
    return part == 0;
}

/* A definition may be separate from its declaration in a namespace or class. Then the declaration's scopes count. */
static bool scopes_fit(const struct search *s, Dwarf_Die *die, unsigned *rest)
{
    Dwarf_Attribute attribute;
    Dwarf_Die declaration, *around = NULL;
    const char *scopes[DWARF_SCOPES_MAX];
    size_t count = 0;
    if (dwarf_formref_die(dwarf_attr(die, DW_AT_specification, &attribute), &declaration) == NULL) {
        return names_fit(s->query, s->walk.scopes, s->walk.scope_count, rest);
    }
    for (int i = dwarf_getscopes_die(&declaration, &around) - 2; i > 0 && count < DWARF_SCOPES_MAX; i--) {
        scopes[count++] = dwarf_scope_name(&around[i]); /* without the unit and the declaration */
    }
    bool fit = names_fit(s->query, scopes, count, rest);
    free(around);
    return fit;
}

/* ---- choices ---- */

static void drop_choices(struct search *s)
{
    for (size_t i = 0; i < s->count; i++) {
        layout_free(&s->choices[i].layout);
    }
    s->count = 0;
    s->more = false;
}

static void set_place(struct choice *c, Dwarf_Die *die)
{
    int line = 0;
    const char *file = base_name(declared_in(die)), *source = base_name(unit_name(die));
    bool other = strcmp(file, source) != 0;
    dwarf_decl_line(die, &line);
    snprintf(c->place, sizeof c->place, "%.100s:%d%s%.100s", file, line, other ? " in " : "", other ? source : "");
    snprintf(c->source, sizeof c->source, "%.150s", source);
}

/* Adds a definition unless there is already a better one or an equal one. */
static void add_choice(struct search *s, Dwarf_Die *die, unsigned rank)
{
    struct layout layout;
    if (s->count > 0 && rank > s->rank) {
        return;
    }
    char why[DWARF_WHY_MAX];
    int rc = layout_build(die, &s->query->array, &s->steps, &layout, why);
    if (rc < 0) {
        s->failed = rc;
        memcpy(s->why, why, sizeof why);
        s->walk.rc = rc == -ENOMEM || rc == -E2BIG ? rc : 0; /* we can't tell whether it is an equal one */
        return;
    }
    if (s->count > 0 && rank < s->rank) {
        drop_choices(s);
    }
    s->rank = rank;
    for (size_t i = 0; i < s->count; i++) {
        if (layout_same(&s->choices[i].layout, &layout)) {
            layout_free(&layout);
            return;
        }
    }
    if (s->count == CHOICES_MAX) {
        s->more = true;
        layout_free(&layout);
        return;
    }
    struct choice *c = &s->choices[s->count++];
    c->layout = layout;
    set_place(c, die);
}

/* ---- the walk ---- */

static void look_at(struct dwarf_walk *walk, Dwarf_Die *die, int tag)
{
    struct search *s = walk->context;
    const struct type_query *q = s->query;
    unsigned rest;
    if (!type_query_fits(q, tag)) {
        return;
    }
    const char *name = dwarf_diename(die);
    const char *wanted = q->parts[q->part_count - 1];
    bool same = name != NULL && (tag == DW_TAG_base_type || strchr(name, ' ') != NULL || strchr(wanted, ' ') != NULL
                                     ? type_name_same(name, wanted)
                                     : strcmp(name, wanted) == 0);
    if (!same || !scopes_fit(s, die, &rest)) {
        return;
    }
    if (dwarf_hasattr(die, DW_AT_declaration)) {
        s->declarations++;
    } else if (file_fits(q, die)) {
        /* In C typedefs and structs have separate name spaces, and a name without a keyword is the typedef. */
        add_choice(s, die, 2 * rest + (tag == DW_TAG_typedef ? 0 : 1));
    }
}

static void find(struct search *s)
{
    s->walk.inside = s->query->part_count > 1;
    dwarf_walk(&s->walk);
    if (s->walk.rc == 0 && s->count == 0 && s->failed == 0) {
        /* Not at the top level. The search inside functions and structs takes longer. */
        s->declarations = 0;
        s->walk.inside = s->walk.everywhere = true;
        dwarf_walk(&s->walk);
    }
}

/* ---- messages ---- */

static int not_found(const struct search *s, const char *type, struct layout_error *error)
{
    if (s->declarations > 0) {
        layout_error_set(error, 0,
                         "%.400s only declares '%.200s' and does not define it\n"
                         "  use the program or library in which it is defined",
                         s->walk.source->name, type);
        return -ENOENT;
    }
    char names[400];
    layout_error_set(error, 0, "no type '%.200s' in the debug information of %.400s", type, s->walk.source->name);
    if (dwarf_similar(s->walk.source, s->query->parts[s->query->part_count - 1], names, sizeof names) > 0) {
        layout_error_add(error, "\n  did you mean %s?", names);
    } else if (strncmp(type, "struct ", 7) == 0 || strncmp(type, "union ", 6) == 0) {
        layout_error_add(error, "\n  a compiler omits a type that the program doesn't use; SHM_LAYOUT keeps it");
    } else {
        layout_error_add(error, "\n  the name of a struct needs 'struct' before it, as in 'struct message'");
    }
    if (s->walk.missing_dwo > 0) {
        layout_error_add(
            error, "\n  %zu source files have their types in .dwo files that are missing or of another build: %.300s",
            s->walk.missing_dwo, s->walk.dwo_name);
    }
    if (s->walk.damaged > 0) {
        layout_error_add(error, "\n  a part of it is damaged and could not be read");
    }
    return -ENOENT;
}

static int cannot_build(const struct search *s, const char *type, struct layout_error *error)
{
    int rc = s->failed;
    const char *why = *s->why != '\0'  ? s->why
                      : rc == -E2BIG   ? "it has too many fields, nested structs or definitions"
                      : rc == -EBADMSG ? "its debug information is invalid"
                      : rc == -ENODATA ? "it is declared there but not defined"
                                       : strerror(-rc);
    layout_error_set(error, 0, "cannot lay out '%.200s' of %.400s: %s", type, s->walk.source->name, why);
    return rc == -ENODATA ? -ENOENT : rc;
}

static int several(const struct search *s, const char *type, struct layout_error *error)
{
    layout_error_set(error, 0, "'%.200s' is %s%zu different types in %.400s:", type, s->more ? "at least " : "",
                     s->count, s->walk.source->name);
    for (size_t i = 0; i < s->count && i < LISTED_MAX; i++) {
        const struct choice *c = &s->choices[i];
        layout_error_add(error, "\n  %s, %zu bytes", c->place, layout_size(&c->layout));
    }
    if (s->count > LISTED_MAX) {
        layout_error_add(error, "\n  ...");
    }
    layout_error_add(error, "\n  select one by its file, as in '%.150s@%s'", type, s->choices[s->count - 1].source);
    return -ENOTUNIQ;
}

/* ---- entry points ---- */

int layout_dwarf_read(const struct layout_dwarf_file *file, const char *type, struct layout *out,
                      struct layout_error *error)
{
    struct dwarf_source source = {.name = file->name};
    struct type_query query;
    struct search s = {.walk = {.source = &source, .visit = look_at}, .query = &query};
    s.walk.context = &s;
    layout_init(out);
    layout_error_set(error, 0, "%s", "");
    int rc = type_query_parse(&query, type, error);
    rc = rc == 0 ? dwarf_source_open(&source, file, error) : rc;
    if (rc == 0) {
        find(&s);
        rc = s.walk.rc == -ENOMEM                                ? s.walk.rc
             : s.walk.rc != 0 || (s.count == 0 && s.failed != 0) ? cannot_build(&s, type, error)
             : s.count == 0                                      ? not_found(&s, type, error)
             : s.count > 1                                       ? several(&s, type, error)
                                                                 : 0;
    }
    if (rc == -ENOMEM) {
        layout_error_set(error, 0, "%s", strerror(ENOMEM));
    }
    if (rc == 0) {
        *out = s.choices[0].layout;
        s.count = 0;
    }
    drop_choices(&s);
    dwarf_source_close(&source);
    type_query_free(&query);
    return rc;
}
