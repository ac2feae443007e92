/* Layout DWARF, find: the type of that name. All units are looked at, since two may define different types of one name:
 * each definition is built, and those that come out alike are one. Then there is one, or an error lists them. */
#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dwarf_internal.h"
#include "dwarf_name.h"

#define SCOPES_MAX 64
#define CHOICES_MAX 9 /* types of one name that are told apart */
#define LISTED_MAX 8  /* of these, in an error */

/* One of the types that the name may mean. */
struct choice {
    struct layout layout;
    char place[300];  /* "main.c:12", with the source file that includes it where that is another one */
    char source[160]; /* what to write after @ to get this one */
};

struct search {
    const struct dwarf_source *source;
    const struct type_query *query; /* NULL: every definition, for `each` */
    layout_dwarf_visitor *each;
    void *context;
    bool inside;                    /* also inside structs */
    bool everywhere;                /* also inside functions */
    const char *scopes[SCOPES_MAX]; /* names around the level that is walked; "" for one without */
    size_t scope_count;
    struct choice choices[CHOICES_MAX];
    size_t count;
    bool more;           /* there are others */
    unsigned rank;       /* of all choices: less fits better */
    unsigned steps;      /* of building, so far */
    int failed;          /* a definition that can't be built: why */
    size_t declarations; /* of that name that define nothing */
    size_t damaged;      /* units whose bytes are wrong */
    size_t missing_dwo;  /* units whose .dwo file can't be had */
    char dwo_name[256];  /* one of these */
    bool in_dwo;         /* a .dwo file is walked */
    bool settled;        /* the unit can't have another one */
    int rc;              /* not 0 ends the search */
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

/* Where it is declared. clang's DWARF 5 calls the unit's own source file number 0, which libdw takes for none. */
static const char *declared_in(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number = 1;
    const char *file = dwarf_decl_file(die);
    dwarf_formudata(dwarf_attr(die, DW_AT_decl_file, &attribute), &number);
    return file == NULL && number == 0 ? unit_name(die) : file;
}

/* Is `path` the file that `wanted` means: the same, or ending in it after a slash? */
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

/* The name of what is around a type. clang's type units have but the signature of it. */
static const char *scope_name(Dwarf_Die *scope)
{
    Dwarf_Die whole = *scope;
    dwarf_resolve_signature(&whole);
    const char *name = dwarf_tag(&whole) != DW_TAG_subprogram ? dwarf_diename(&whole) : NULL;
    return name != NULL ? name : "";
}

/* Do the scopes around a DIE, from the inside out, have the names that the query gives? *rest: named scopes beyond. */
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

/* A definition may stand apart from the declaration in its namespace or class: then the scopes are those around that. */
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
        scopes[count++] = scope_name(&around[i]); /* without the unit and the declaration itself */
    }
    bool fit = names_fit(s->query, scopes, count, rest);
    free(around);
    return fit;
}

/* Are there types inside to look at? */
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

/* Adds a definition, unless there is a better one, or the same one already. */
static void add_choice(struct search *s, Dwarf_Die *die, unsigned rank)
{
    struct layout layout;
    if (s->count > 0 && rank > s->rank) {
        return;
    }
    int rc = layout_build(die, &s->steps, &layout);
    if (rc < 0) {
        s->failed = rc;
        s->rc = rc == -ENOMEM || rc == -E2BIG ? rc : 0; /* nobody can tell whether it is the same */
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

/* In C a source file can't define two types of one name outside of functions (C11 6.7.2.1 and 6.7p3), but a struct and a
 * typedef. This saves half of the time where most units define the type. */
static bool is_only_one(const struct search *s, Dwarf_Die *die, int tag)
{
    Dwarf_Die unit;
    if (s->scope_count > 0 || (s->query->keyword == QUERY_ANY && tag != DW_TAG_typedef) ||
        dwarf_diecu(die, &unit, NULL, NULL) == NULL || dwarf_tag(&unit) != DW_TAG_compile_unit) {
        return false;
    }
    int language = dwarf_srclang(&unit);
    return language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 || language == DW_LANG_C11;
}

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
        s->settled = is_only_one(s, die, tag);
        /* In C the name of a typedef is not that of a struct, and without a keyword it is the typedef that is meant. */
        add_choice(s, die, 2 * rest + (tag == DW_TAG_typedef ? 0 : 1));
    }
}

static void visit(struct search *s, Dwarf_Die *die, int tag)
{
    struct layout layout;
    unsigned steps = 0;
    int line = 0;
    bool type = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    if (!type || dwarf_hasattr(die, DW_AT_declaration)) {
        return;
    }
    int rc = layout_build(die, &steps, &layout);
    if (rc < 0) {
        s->rc = rc == -ENOMEM ? rc : 0;
        return;
    }
    dwarf_decl_line(die, &line);
    s->rc = s->each(s->context, &layout, declared_in(die), line);
    layout_free(&layout);
}

/* Looks at the children, and at theirs where these may be types. */
static void walk(struct search *s, Dwarf_Die *parent)
{
    Dwarf_Die die;
    bool started = false;
    while (s->rc == 0 && !s->settled && dwarf_next_child(parent, &die, &started)) {
        int tag = dwarf_tag(&die);
        if (s->query != NULL) {
            look_at(s, &die, tag);
        } else {
            visit(s, &die, tag);
        }
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

/* Has the .dwo file what the unit of that number left out? One of another build has not. */
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

/* The unit's types are in a .dwo file. libdw would open and map whatever has its name. */
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
            s->settled = false;
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
        /* Not at the top: inside functions, and inside structs without naming them, takes longer. */
        s->declarations = s->damaged = s->missing_dwo = 0;
        s->inside = s->everywhere = true;
        walk_all(s);
    }
}

/* ---- messages ---- */

/* Text that grows inside an error; what does not fit is cut. */
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
                         "%.400s only declares '%.200s' and never says what is inside it\n"
                         "  take the program or library in which it is defined",
                         s->source->name, type);
        return -ENOENT;
    }
    layout_error_set(error, 0, "no type '%.200s' in the debug information of %.400s", type, s->source->name);
    if (strncmp(type, "struct ", 7) == 0 || strncmp(type, "union ", 6) == 0) {
        say(error, "\n  a compiler leaves out a type that nothing in the program uses; SHM_LAYOUT keeps it");
    } else {
        say(error, "\n  a struct's name starts with 'struct', as in 'struct message'");
    }
    if (s->missing_dwo > 0) {
        char more[400];
        snprintf(more, sizeof more,
                 "\n  %zu source files have their types in .dwo files that are missing, or of another build: %s",
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
    const char *why = rc == -E2BIG     ? "it has too many fields, structs inside each other, or definitions"
                      : rc == -EBADMSG ? "its debug information makes no sense"
                      : rc == -ENODATA ? "it is only declared there, and never defined"
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
    snprintf(text, sizeof text, "\n  say which one by its file, as in '%.150s@%s'", type,
             s->choices[s->count - 1].source);
    say(error, text);
    return -ENOTUNIQ;
}

/* ---- all of it ---- */

static int read_type(const struct layout_dwarf_file *file, const char *type, const struct type_query *q, bool lines,
                     struct layout *out, struct layout_error *error)
{
    struct dwarf_source source;
    struct search s = {.source = &source, .query = q};
    int rc = dwarf_source_open(&source, file, lines, error);
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
    return rc;
}

int layout_dwarf_read(const struct layout_dwarf_file *file, const char *type, struct layout *out,
                      struct layout_error *error)
{
    struct type_query q;
    layout_init(out);
    layout_error_set(error, 0, "%s", "");
    int rc = type_query_parse(&q, type, error);
    if (rc == 0) {
        bool lines = q.file != NULL;
        rc = read_type(file, type, &q, lines, out, error);
        if (rc == -ENOTUNIQ && !lines) {
            rc = read_type(file, type, &q, true, out, error); /* once more, to say where each is declared */
        }
    }
    type_query_free(&q);
    return rc;
}

int layout_dwarf_load(const char *path, const char *type, struct layout *out, struct layout_error *error)
{
    layout_init(out);
    struct layout_dwarf_file file = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .name = path};
    if (file.fd < 0) {
        int rc = -errno;
        layout_error_set(error, 0, "cannot read types from %.400s: %s", path, strerror(-rc));
        return rc;
    }
    int rc = layout_dwarf_read(&file, type, out, error);
    close(file.fd);
    return rc;
}

int layout_dwarf_each(const struct layout_dwarf_file *file, layout_dwarf_visitor *each, void *context,
                      struct layout_error *error)
{
    struct dwarf_source source;
    struct search s = {.source = &source, .each = each, .context = context};
    int rc = dwarf_source_open(&source, file, true, error);
    if (rc == 0) {
        walk_all(&s);
        rc = s.rc;
    }
    dwarf_source_close(&source);
    return rc;
}
