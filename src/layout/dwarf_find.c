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

#define SCOPES_MAX 64
#define CHOICES_MAX 9 /* different types of one name that are kept */
#define LISTED_MAX 8  /* listed in an error */

/* One of the types that have the name. */
struct choice {
    struct layout layout;
    char place[300];  /* "main.c:12", and the source file that includes it, if different */
    char source[160]; /* what to write after @ to select this one */
};

struct search {
    const struct dwarf_source *source;
    const struct type_query *query;
    bool inside;                    /* search inside structs, too */
    bool everywhere;                /* search inside functions, too */
    const char *scopes[SCOPES_MAX]; /* names of the scopes around the current level; "" if unnamed */
    size_t scope_count;
    struct choice choices[CHOICES_MAX];
    size_t count;
    bool more;               /* there are more than that */
    unsigned rank;           /* of all choices: lower is better */
    unsigned steps;          /* DIEs visited by layout_build so far */
    int failed;              /* why a definition can't be built; 0: none failed */
    char why[DWARF_WHY_MAX]; /* and more about it, or "" */
    size_t declarations;     /* of that name, without a definition */
    size_t damaged;          /* units with invalid DWARF */
    size_t missing_dwo;      /* units whose .dwo file can't be read */
    char dwo_name[256];      /* the name of one of them */
    bool in_dwo;             /* we are in a .dwo file */
    int rc;                  /* a value other than 0 ends the search */
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

/* The name of a scope around a type. In clang's type units it has only a signature. */
static const char *scope_name(Dwarf_Die *scope)
{
    Dwarf_Die whole = *scope;
    dwarf_resolve_signature(&whole);
    const char *name = dwarf_tag(&whole) != DW_TAG_subprogram ? dwarf_diename(&whole) : NULL;
    return name != NULL ? name : "";
}

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
    const char *scopes[SCOPES_MAX];
    size_t count = 0;
    if (dwarf_formref_die(dwarf_attr(die, DW_AT_specification, &attribute), &declaration) == NULL) {
        return names_fit(s->query, s->scopes, s->scope_count, rest);
    }
    for (int i = dwarf_getscopes_die(&declaration, &around) - 2; i > 0 && count < SCOPES_MAX; i--) {
        scopes[count++] = scope_name(&around[i]); /* without the unit and the declaration */
    }
    bool fit = names_fit(s->query, scopes, count, rest);
    free(around);
    return fit;
}

/* Whether there may be types inside. */
static bool opens_scope(const struct search *s, int tag)
{
    switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
        return true;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        return s->inside;
    default:
        return s->everywhere;
    }
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
    int rc = layout_build(die, &s->steps, &layout, why);
    if (rc < 0) {
        s->failed = rc;
        memcpy(s->why, why, sizeof why);
        s->rc = rc == -ENOMEM || rc == -E2BIG ? rc : 0; /* we can't tell whether it is an equal one */
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

static void look_at(struct search *s, Dwarf_Die *die, int tag)
{
    const struct type_query *q = s->query;
    unsigned rest;
    if (!type_query_fits(q, tag)) {
        return;
    }
    const char *name = dwarf_diename(die);
    if (name == NULL || strcmp(name, q->parts[q->part_count - 1]) != 0 || !scopes_fit(s, die, &rest)) {
        return;
    }
    if (dwarf_hasattr(die, DW_AT_declaration)) {
        s->declarations++;
    } else if (file_fits(q, die)) {
        /* In C typedefs and structs have separate name spaces, and a name without a keyword is the typedef. */
        add_choice(s, die, 2 * rest + (tag == DW_TAG_typedef ? 0 : 1));
    }
}

/* Visits the children, and recursively theirs if they may be types. */
static void walk(struct search *s, Dwarf_Die *parent)
{
    Dwarf_Die die;
    bool started = false;
    while (s->rc == 0 && dwarf_next_child(parent, &die, &started)) {
        int tag = dwarf_tag(&die);
        look_at(s, &die, tag);
        if (opens_scope(s, tag) && s->scope_count < SCOPES_MAX && dwarf_haschildren(&die) > 0) {
            s->scopes[s->scope_count++] = scope_name(&die);
            walk(s, &die);
            s->scope_count--;
        }
    }
}

static const char *string_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr(die, name, &attribute));
}

/* Whether the .dwo file has the unit with that id. A file from another build doesn't. */
static bool completes(Dwarf *dwarf, uint64_t id)
{
    Dwarf_CU *cu = NULL;
    uint8_t type;
    uint64_t its_id;
    while (dwarf_get_units(dwarf, cu, &cu, NULL, &type, NULL, NULL) == 0) {
        if (type == DW_UT_split_compile && dwarf_cu_info(cu, NULL, NULL, NULL, NULL, &its_id, NULL, NULL) == 0 &&
            its_id == id) {
            return true;
        }
    }
    return false;
}

static void walk_units(struct search *s, Dwarf *dwarf);

/* Searches the unit's .dwo file. We open it, because libdw would open and map any kind of file with that name. */
static void walk_dwo(struct search *s, Dwarf_Die *unit)
{
    struct dwarf_file dwo;
    uint64_t id;
    const char *name = string_of(unit, DW_AT_dwo_name), *folders[] = {NULL, string_of(unit, DW_AT_comp_dir)};
    name = name != NULL ? name : string_of(unit, DW_AT_GNU_dwo_name);
    bool found = false, wanted = name != NULL && dwarf_cu_info(unit->cu, NULL, NULL, NULL, NULL, &id, NULL, NULL) == 0;
    for (size_t i = 0; wanted && !found && i < 2; i++) {
        if (!dwarf_open_dwo(s->source, folders[i], name, &dwo)) {
            continue;
        }
        found = completes(dwo.dwarf, id);
        if (found) {
            s->in_dwo = true;
            walk_units(s, dwo.dwarf);
            s->in_dwo = false;
        }
        dwarf_file_close(&dwo);
    }
    if (!found) {
        s->missing_dwo++;
        snprintf(s->dwo_name, sizeof s->dwo_name, "%s", name != NULL ? name : "?");
    }
}

static void walk_units(struct search *s, Dwarf *dwarf)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    uint8_t type;
    int rc = 0;
    while (s->rc == 0 && (rc = dwarf_get_units(dwarf, cu, &cu, NULL, &type, &unit, NULL)) == 0) {
        if (dwarf_tag(&unit) == DW_TAG_invalid) {
            s->damaged++;
        } else if (type == DW_UT_skeleton && !s->in_dwo) {
            walk_dwo(s, &unit);
        } else {
            walk(s, &unit);
        }
    }
    s->damaged += rc < 0;
}

static void walk_all(struct search *s)
{
    walk_units(s, s->source->dwarf);
    if (s->source->common.dwarf != NULL) {
        walk_units(s, s->source->common.dwarf);
    }
}

static void find(struct search *s)
{
    s->inside = s->query->part_count > 1;
    walk_all(s);
    if (s->rc == 0 && s->count == 0 && s->failed == 0) {
        /* Not at the top level. The search inside functions and structs takes longer. */
        s->declarations = s->damaged = s->missing_dwo = 0;
        s->inside = s->everywhere = true;
        walk_all(s);
    }
}

/* ---- messages ---- */

/* Appends to the error's text, truncated if it doesn't fit. */
static void say(struct layout_error *error, const char *text)
{
    if (error != NULL) {
        size_t n = strlen(error->text);
        snprintf(error->text + n, sizeof error->text - n, "%s", text);
    }
}

static int not_found(const struct search *s, const char *type, struct layout_error *error)
{
    if (s->declarations > 0) {
        layout_error_set(error, 0,
                         "%.400s only declares '%.200s' and does not define it\n"
                         "  use the program or library in which it is defined",
                         s->source->name, type);
        return -ENOENT;
    }
    layout_error_set(error, 0, "no type '%.200s' in the debug information of %.400s", type, s->source->name);
    if (strncmp(type, "struct ", 7) == 0 || strncmp(type, "union ", 6) == 0) {
        say(error, "\n  a compiler omits a type that the program doesn't use; SHM_LAYOUT keeps it");
    } else {
        say(error, "\n  the name of a struct needs 'struct' before it, as in 'struct message'");
    }
    if (s->missing_dwo > 0) {
        char more[400];
        snprintf(more, sizeof more,
                 "\n  %zu source files have their types in .dwo files that are missing or of another build: %s",
                 s->missing_dwo, s->dwo_name);
        say(error, more);
    }
    if (s->damaged > 0) {
        say(error, "\n  a part of it is damaged and could not be read");
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
    layout_error_set(error, 0, "cannot lay out '%.200s' of %.400s: %s", type, s->source->name, why);
    return rc == -ENODATA ? -ENOENT : rc;
}

static int several(const struct search *s, const char *type, struct layout_error *error)
{
    char text[512];
    layout_error_set(error, 0, "'%.200s' is %s%zu different types in %.400s:", type, s->more ? "at least " : "",
                     s->count, s->source->name);
    for (size_t i = 0; i < s->count && i < LISTED_MAX; i++) {
        const struct choice *c = &s->choices[i];
        snprintf(text, sizeof text, "\n  %s, %zu bytes", c->place, layout_size(&c->layout));
        say(error, text);
    }
    say(error, s->count > LISTED_MAX ? "\n  ..." : "");
    snprintf(text, sizeof text, "\n  select one by its file, as in '%.150s@%s'", type, s->choices[s->count - 1].source);
    say(error, text);
    return -ENOTUNIQ;
}

/* ---- entry points ---- */

int layout_dwarf_read(const struct layout_dwarf_file *file, const char *type, struct layout *out,
                      struct layout_error *error)
{
    struct dwarf_source source = {.name = file->name};
    struct type_query query;
    struct search s = {.source = &source, .query = &query};
    layout_init(out);
    layout_error_set(error, 0, "%s", "");
    int rc = type_query_parse(&query, type, error);
    rc = rc == 0 ? dwarf_source_open(&source, file, error) : rc;
    if (rc == 0) {
        find(&s);
        rc = s.rc == -ENOMEM                                ? s.rc
             : s.rc != 0 || (s.count == 0 && s.failed != 0) ? cannot_build(&s, type, error)
             : s.count == 0                                 ? not_found(&s, type, error)
             : s.count > 1                                  ? several(&s, type, error)
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
