/* Layout DWARF, find: which DIEs define the type of that name. All units are looked at, since two may define different
 * types of one name; so the walk is over raw bytes, and steps over what has no type at its top. */
#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dwarf_same.h"
#include "dwarf_type_name.h"
#include "layout_dwarf_walk.h"

#define CHECKS_MAX 256 /* hits that are looked at from their unit's start */

/* Do the scopes around a DIE, from the inside out, have the names that the query gives? *rest: named scopes beyond. */
static bool names_fit(const struct type_query *q, const char *const *scopes, size_t count, size_t *rest)
{
    size_t part = q->part_count - 1;
    *rest = 0;
    for (size_t i = count; i-- > 0;) {
        if (*scopes[i] == '\0') {
            continue;
        }
        if (part == 0) {
            ++*rest;
        } else if (strcmp(scopes[i], q->parts[part - 1]) == 0) {
            part--;
        } else {
            return false;
        }
    }
    return part == 0;
}

/* The names of the scopes around the DIE at `target`: read from the unit's start. false: there is no such DIE. */
static bool scopes_of(const struct raw_unit *u, uint64_t target, const char *scopes[SCOPES_MAX], size_t *count)
{
    struct raw_die die;
    uint64_t at = u->first_die;
    *count = 0;
    if (!raw_die_read(u, at, &die) || die.abbrev == NULL || !die.abbrev->children) {
        return false;
    }
    for (at = die.next; at < target && raw_die_read(u, at, &die); at = die.next) {
        uint64_t sibling = die.abbrev != NULL ? raw_die_sibling(u, &die) : 0;
        if (die.abbrev == NULL) {
            *count -= *count > 0;
        } else if (die.abbrev->children && sibling != 0 && sibling <= target) {
            die.next = sibling;
        } else if (die.abbrev->children) {
            const char *name = raw_die_name(u, &die);
            if (*count == SCOPES_MAX) {
                return false;
            }
            scopes[(*count)++] = name != NULL ? name : "";
        }
    }
    return at == target;
}

/* Where gcc's type units define a type that is declared in its namespace: the declaration's offset; 0: not so. */
static uint64_t specification_of(const struct raw_unit *u, const struct raw_die *die)
{
    uint64_t at = die->data;
    for (uint32_t i = 0; i < die->abbrev->count; i++) {
        const struct raw_attribute *a = &u->attributes[die->abbrev->first + i];
        if (a->name == DW_AT_specification) {
            return raw_form_reference(u, a->form, at);
        }
        at += raw_attribute_size(u, a, at); /* raw_die_read saw that it ends inside the unit */
    }
    return 0;
}

static bool scopes_fit(const struct walk *w, const struct raw_die *die, size_t *rest)
{
    const char *scopes[SCOPES_MAX];
    size_t count;
    uint64_t declared = w->scope_count == 0 ? specification_of(&w->unit, die) : 0;
    if (declared != 0 && scopes_of(&w->unit, declared, scopes, &count)) {
        return names_fit(w->query, scopes, count, rest);
    }
    return names_fit(w->query, w->scopes, w->scope_count, rest);
}

static bool die_of(const struct walk *w, uint64_t offset, Dwarf_Die *die)
{
    Dwarf *dwarf = w->unit.file == &w->source->raw_alt ? w->source->alt : w->source->dwarf;
    Dwarf_Die *got = w->unit.in_types ? dwarf_offdie_types(dwarf, offset, die) : dwarf_offdie(dwarf, offset, die);
    return got != NULL;
}

/* Is `path` the file that `wanted` means: the same, or ending in it after a slash? */
static bool path_fits(const char *path, const char *wanted)
{
    size_t n = path != NULL ? strlen(path) : 0, m = strlen(wanted);
    return n >= m && strcmp(path + n - m, wanted) == 0 && (n == m || path[n - m - 1] == '/');
}

static bool file_fits(const struct type_query *q, Dwarf_Die *die)
{
    Dwarf_Die unit;
    int line = 0;
    if (q->file == NULL) {
        return true;
    }
    if (q->line != 0 && (dwarf_decl_line(die, &line) != 0 || line != q->line)) {
        return false;
    }
    bool in_unit = dwarf_diecu(die, &unit, NULL, NULL) != NULL && path_fits(dwarf_diename(&unit), q->file);
    return in_unit || path_fits(dwarf_decl_file(die), q->file);
}

void finding_close(struct finding *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->list[i].unit.file != NULL) {
            raw_unit_close(&f->list[i].unit);
        }
    }
    f->count = 0;
}

void finding_reset(struct finding *f)
{
    finding_close(f);
    memset(f, 0, sizeof *f);
}

/* Makes room for a match of that rank: less is better, and drops what was found before. false: a worse one. */
static bool rank_fits(struct finding *f, unsigned rank)
{
    if (f->count > 0 && rank > f->rank) {
        return false;
    }
    if (f->count > 0 && rank < f->rank) {
        finding_close(f);
        f->more = false;
    }
    f->rank = rank;
    return true;
}

static bool is_known(struct walk *w, uint64_t offset)
{
    struct finding *f = w->finding;
    for (size_t i = 0; i < f->count; i++) {
        if (f->list[i].unit.file != NULL &&
            dwarf_same_type(&f->list[i].unit, f->list[i].offset, &w->unit, offset, &f->steps)) {
            return true;
        }
    }
    return false;
}

/* Is there a DIE indeed, and not some bytes that look like one? Reads from the unit's start. */
static bool is_die(const struct raw_unit *u, uint64_t offset)
{
    struct raw_die die;
    uint64_t at = u->first_die;
    while (at < offset) {
        if (!raw_die_read(u, at, &die)) {
            return false;
        }
        uint64_t sibling = at != u->first_die && die.abbrev != NULL ? raw_die_sibling(u, &die) : 0;
        at = sibling != 0 && sibling <= offset ? sibling : die.next;
    }
    return at == offset;
}

/* A hit may be some bytes in the middle of a DIE. Such a check takes long: too many of them are left to the exact way.
 */
static bool is_certain(struct walk *w, uint64_t offset)
{
    if (!w->guessed) {
        return true;
    }
    if (w->checks == CHECKS_MAX) {
        w->finding->more = true;
        return false;
    }
    w->checks++;
    return is_die(&w->unit, offset);
}

/* Is the DIE a child of the unit's own? false also where that takes long to tell: there are DIEs without DW_AT_sibling. */
static bool is_at_top(const struct raw_unit *u, uint64_t offset)
{
    struct raw_die die;
    if (!raw_die_read(u, u->first_die, &die) || die.abbrev == NULL || die.abbrev->tag != DW_TAG_compile_unit) {
        return false;
    }
    uint64_t at = die.next;
    while (at != 0 && at < offset && raw_die_read(u, at, &die) && die.abbrev != NULL) {
        at = raw_die_sibling(u, &die);
    }
    return at == offset;
}

/* In C a file can't define two types of one name outside of functions (C11 6.7.2.1 and 6.7p3). It can have a struct and
 * a typedef of one name, but where another file has no such typedef, and the same struct, nobody means it. */
static bool has_no_other(const struct raw_unit *u, uint64_t offset)
{
    switch (u->language) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
        return is_at_top(u, offset);
    default:
        return false;
    }
}

static void add_found(struct walk *w, const struct raw_die *raw, unsigned rank)
{
    struct finding *f = w->finding;
    Dwarf_Die die;
    if (w->query->file != NULL && (!die_of(w, raw->offset, &die) || !file_fits(w->query, &die))) {
        return;
    }
    bool known = f->count > 0 && rank == f->rank && is_known(w, raw->offset);
    if (w->peeking) {
        w->other = w->other || !known;
        w->settled = !w->other && has_no_other(&w->unit, raw->offset);
        return;
    }
    bool worse = f->count > 0 && rank > f->rank;
    w->matches += known;
    w->settled = w->settled || (known && has_no_other(&w->unit, raw->offset));
    if (known || worse || !is_certain(w, raw->offset) || !rank_fits(f, rank)) {
        return;
    }
    if (f->count == FOUND_MAX) {
        f->more = true;
        return;
    }
    struct found found = {.unit = w->unit, .offset = raw->offset};
    found.unit.abbrevs = NULL;
    found.unit.attributes = NULL;
    raw_unit_close(&found.unit);
    if (!die_of(w, raw->offset, &found.die)) {
        f->damaged++;
        return;
    }
    int rc = raw_unit_open(&found.unit, NULL);
    w->rc = rc == -ENOMEM ? rc : w->rc;
    if (rc == 0) {
        f->list[f->count++] = found;
        w->matches++;
    }
}

/* A declaration may say by a signature which type unit has the definition. false: it does not. */
static bool add_signature(struct walk *w, const struct raw_die *raw, unsigned rank)
{
    struct finding *f = w->finding;
    struct found found = {.offset = 0};
    if (!die_of(w, raw->offset, &found.die) || !dwarf_hasattr(&found.die, DW_AT_signature)) {
        return false;
    }
    dwarf_resolve_signature(&found.die);
    if (dwarf_hasattr(&found.die, DW_AT_declaration)) {
        return false;
    }
    bool known = !file_fits(w->query, &found.die) || !rank_fits(f, rank);
    for (size_t i = 0; i < f->count && !known; i++) {
        known = f->list[i].die.addr == found.die.addr;
    }
    known = known || !is_certain(w, raw->offset);
    if (!known && f->count == FOUND_MAX) {
        f->more = true;
    } else if (!known) {
        f->list[f->count++] = found;
    }
    return true;
}

/* In C the name of a typedef is not that of a struct, and without a keyword it is the typedef that is meant. */
static unsigned rank_of(unsigned tag, size_t scopes)
{
    return (unsigned)scopes * 2 + (tag == DW_TAG_typedef ? 0 : 1);
}

void walk_look(struct walk *w, const struct raw_die *die)
{
    const struct type_query *q = w->query;
    size_t rest;
    if (!type_query_fits(q, die->abbrev->tag)) {
        return;
    }
    const char *name = raw_die_name(&w->unit, die);
    if (name == NULL || strcmp(name, q->parts[q->part_count - 1]) != 0 || !scopes_fit(w, die, &rest)) {
        return;
    }
    if (!die->abbrev->declaration) {
        add_found(w, die, rank_of(die->abbrev->tag, rest));
    } else if (!w->peeking && !add_signature(w, die, rank_of(die->abbrev->tag, rest))) {
        w->finding->declarations++;
    }
}

/* The name of a scope. clang's type units have but the signature of what is around the type. */
static const char *scope_name(const struct walk *w, const struct raw_die *raw)
{
    Dwarf_Die die;
    const char *name = raw->abbrev->tag != DW_TAG_subprogram ? raw_die_name(&w->unit, raw) : NULL;
    if (name == NULL && raw->abbrev->declaration && die_of(w, raw->offset, &die)) {
        dwarf_resolve_signature(&die);
        name = dwarf_diename(&die);
    }
    return name != NULL ? name : "";
}

static void visit(struct walk *w, const struct raw_die *raw)
{
    unsigned tag = raw->abbrev->tag;
    Dwarf_Die die;
    bool type = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    if (type && !raw->abbrev->declaration && die_of(w, raw->offset, &die)) {
        w->rc = w->each(w->context, &die);
    }
}

/* Are there types inside to look at? */
static bool opens_scope(const struct walk *w, unsigned tag)
{
    switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
        return true;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        return w->inside;
    default:
        return w->everywhere;
    }
}

/* The offset after a DIE whose children are many and have no DW_AT_sibling: counts them all. 0: wrong bytes. */
static uint64_t count_over(const struct walk *w, uint64_t at)
{
    struct raw_die die;
    for (size_t depth = 1; depth > 0;) {
        if (!raw_die_read(&w->unit, at, &die)) {
            return 0;
        }
        at = die.next;
        if (die.abbrev == NULL) {
            depth--;
        } else if (die.abbrev->children) {
            uint64_t sibling = raw_die_sibling(&w->unit, &die);
            depth += sibling == 0;
            at = sibling != 0 ? sibling : at;
        }
    }
    return at;
}

/* Walks the DIEs from `at` on, down to SCOPES_MAX levels; each step goes forward. 0, or -EBADMSG. */
static int walk_children(struct walk *w, uint64_t at)
{
    size_t depth = 0; /* levels that were opened here */
    struct raw_die die;
    while (w->rc == 0 && at < w->unit.end) {
        if (!raw_die_read(&w->unit, at, &die)) {
            return -EBADMSG;
        }
        at = die.next;
        if (die.abbrev == NULL) {
            if (depth == 0) {
                return 0;
            }
            depth--;
            w->scope_count--;
            continue;
        }
        if (w->query != NULL) {
            walk_look(w, &die);
        } else {
            visit(w, &die);
        }
        if (!die.abbrev->children) {
            continue;
        }
        if (opens_scope(w, die.abbrev->tag) && w->scope_count < SCOPES_MAX) {
            w->scopes[w->scope_count++] = scope_name(w, &die);
            depth++;
            continue;
        }
        uint64_t next = raw_die_sibling(&w->unit, &die);
        at = next != 0 ? next : count_over(w, die.next);
        if (at == 0) {
            return -EBADMSG;
        }
    }
    return 0;
}

/* ---- .dwo files: rare, so through libdw ---- */

static void look_in_dwo(struct walk *w, Dwarf_Die *parent)
{
    const struct type_query *q = w->query;
    Dwarf_Die die;
    Dwarf_Off last;
    if (dwarf_child(parent, &die) != 0) {
        return;
    }
    do {
        struct finding *f = w->finding;
        last = dwarf_dieoffset(&die);
        unsigned tag = (unsigned)dwarf_tag(&die);
        const char *name = dwarf_diename(&die);
        size_t rest;
        if (w->query == NULL || name == NULL || !type_query_fits(q, tag) || strcmp(name, q->parts[q->part_count - 1]) != 0 ||
            !names_fit(q, w->scopes, w->scope_count, &rest) || !file_fits(q, &die)) {
            ;
        } else if (dwarf_hasattr(&die, DW_AT_declaration)) {
            f->declarations++;
        } else if (rank_fits(f, rank_of(tag, rest))) {
            if (f->count < FOUND_MAX) {
                f->list[f->count++] = (struct found){.die = die};
            } else {
                f->more = true;
            }
        }
        if (opens_scope(w, tag) && w->scope_count < SCOPES_MAX) {
            w->scopes[w->scope_count++] = name != NULL ? name : "";
            look_in_dwo(w, &die);
            w->scope_count--;
        }
    } while (dwarf_siblingof(&die, &die) == 0 && dwarf_dieoffset(&die) > last);
}

/* Does the unit say that its types are in another file? */
static bool is_skeleton(const struct raw_unit *u, const struct raw_die *die)
{
    if (u->unit_type == DW_UT_skeleton) {
        return true;
    }
    for (uint32_t i = 0; i < die->abbrev->count; i++) {
        if (u->attributes[die->abbrev->first + i].name == DW_AT_GNU_dwo_name) {
            return true;
        }
    }
    return false;
}

static const char *string_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr(die, name, &attribute));
}

/* libdw opens whatever the name says, and a pipe would make it wait for ever. */
static bool is_regular(const char *folder, const char *name)
{
    char path[2 * PATH_MAX];
    struct stat st;
    bool absolute = name[0] == '/' || folder == NULL;
    snprintf(path, sizeof path, "%s%s%s", absolute ? "" : folder, absolute ? "" : "/", name);
    return stat(path, &st) < 0 || S_ISREG(st.st_mode);
}

static void walk_skeleton(struct walk *w, uint64_t offset)
{
    Dwarf_Die unit, split = {.addr = NULL};
    if (!die_of(w, offset, &unit)) {
        return;
    }
    const char *name = string_of(&unit, DW_AT_dwo_name);
    name = name != NULL ? name : string_of(&unit, DW_AT_GNU_dwo_name);
    if (name != NULL && is_regular(NULL, name) && is_regular(string_of(&unit, DW_AT_comp_dir), name)) {
        dwarf_cu_info(unit.cu, NULL, NULL, NULL, &split, NULL, NULL, NULL);
    }
    if (split.addr != NULL) {
        look_in_dwo(w, &split);
        return;
    }
    w->finding->missing_dwo++;
    snprintf(w->finding->dwo_name, sizeof w->finding->dwo_name, "%s", name != NULL ? name : "?");
}

/* ---- all units ---- */

int walk_unit(struct walk *w)
{
    struct raw_die die;
    if (!raw_die_read(&w->unit, w->unit.first_die, &die) || die.abbrev == NULL) {
        return -EBADMSG;
    }
    w->scope_count = 0;
    if (is_skeleton(&w->unit, &die)) {
        if (w->query != NULL) {
            walk_skeleton(w, die.offset);
        }
        return 0;
    }
    return die.abbrev->children ? walk_children(w, die.next) : 0;
}

void walk_section(struct walk *w, const struct raw_file *file, bool in_types)
{
    struct raw_unit last = {.file = NULL};
    int more = 1;
    for (uint64_t at = 0; more > 0 && w->rc == 0 && !(w->first && w->finding->count > 0);) {
        more = raw_unit_next(file, in_types, at, &w->unit);
        if (more <= 0) {
            w->finding->damaged += more < 0;
            break;
        }
        at = w->unit.next;
        int rc = raw_unit_open(&w->unit, &last);
        if (rc == 0) {
            rc = walk_unit(w);
        }
        w->rc = rc == -ENOMEM ? rc : w->rc;
        w->finding->damaged += rc == -EBADMSG;
        raw_unit_close(&last);
        last = w->unit;
    }
    raw_unit_close(&last);
}

static void walk_all(struct walk *w)
{
    const struct dwarf_source *s = w->source;
    walk_section(w, &s->raw, false);
    walk_section(w, &s->raw, true);
    if (s->raw.alt != NULL) {
        walk_section(w, &s->raw_alt, false);
    }
}

/* The exact way: every unit, DIE by DIE. */
static int find_by_walk(struct walk *w)
{
    struct finding *f = w->finding;
    w->inside = w->query->part_count > 1;
    w->everywhere = false;
    walk_all(w);
    if (w->rc == 0 && f->count == 0) {
        /* Not at the top: inside functions, and inside structs without naming them, takes longer. */
        f->declarations = f->damaged = f->missing_dwo = 0;
        w->inside = w->everywhere = true;
        walk_all(w);
    }
    return w->rc;
}

int types_find(const struct dwarf_source *s, const struct type_query *q, struct finding *out)
{
    memset(out, 0, sizeof *out);
    struct walk w = {.source = s, .query = q, .finding = out};
    int rc = walk_by_hits(&w);
    if (rc != 0) {
        return rc < 0 ? rc : 0;
    }
    finding_reset(out);
    return find_by_walk(&w);
}

int types_each(const struct dwarf_source *s, int (*each)(void *context, Dwarf_Die *die), void *context)
{
    struct finding *ignored = calloc(1, sizeof *ignored);
    if (ignored == NULL) {
        return -ENOMEM;
    }
    struct walk w = {.source = s, .finding = ignored, .each = each, .context = context};
    walk_all(&w);
    free(ignored);
    return w.rc;
}
