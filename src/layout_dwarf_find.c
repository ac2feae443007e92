/* Layout DWARF, find: which DIEs define the type of that name. All units are looked at, since two may define different
 * types of one name; so the walk is over raw bytes, and steps over what has no type at its top. */
#include <ctype.h>
#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dwarf_hits.h"
#include "dwarf_same.h"
#include "dwarf_type_name.h"
#include "layout_dwarf_internal.h"

#define SCOPES_MAX 64
#define CHECKS_MAX 256 /* hits that are looked at from their unit's start */
#define PIECE 4096     /* bytes of a unit that are searched first, as types stand at its start; then twice as many */
#define PEEK 8192
#define PEEK_MAX 32768
#define PEEK_MISSES 4

/* ---- the query ---- */

static int query_wrong(const char *type, struct layout_error *error)
{
    layout_error_set(error, 0,
                     "'%.200s' is no name of a type: give it as C says it, like 'struct message' or 'message_t'", type);
    return -EINVAL;
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

static void cut_blanks(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1])) {
        text[--n] = '\0';
    }
}

/* Takes the word off the start where it stands there. */
static bool take_keyword(char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0 || !isspace((unsigned char)(*text)[n])) {
        return false;
    }
    *text = skip_blanks(*text + n);
    return true;
}

/* "@file.c", "@dir/file.c:12" */
static void query_file(struct type_query *q, char *text)
{
    char *at = strrchr(text, '@');
    if (at == NULL) {
        return;
    }
    *at = '\0';
    q->file = skip_blanks(at + 1);
    char *colon = strrchr(at + 1, ':');
    char *end;
    if (colon != NULL && isdigit((unsigned char)colon[1])) {
        q->line = strtol(colon + 1, &end, 10);
        *colon = '\0';
    }
}

/* The next "::" that stands outside <>, () and {}; NULL: none. */
static char *next_scope(char *text)
{
    int depth = 0;
    for (; *text != '\0'; text++) {
        depth += strchr("<({", *text) != NULL ? 1 : strchr(">)}", *text) != NULL ? -1 : 0;
        if (depth <= 0 && text[0] == ':' && text[1] == ':') {
            return text;
        }
    }
    return NULL;
}

int type_query_parse(struct type_query *q, const char *type, struct layout_error *error)
{
    *q = (struct type_query){.text = strdup(type)};
    if (q->text == NULL) {
        return -ENOMEM;
    }
    char *text = skip_blanks(q->text);
    query_file(q, text);
    cut_blanks(text);
    while (take_keyword(&text, "const") || take_keyword(&text, "volatile")) {
        ;
    }
    if (take_keyword(&text, "struct") || take_keyword(&text, "class")) {
        q->keyword = QUERY_STRUCT;
    } else if (take_keyword(&text, "union")) {
        q->keyword = QUERY_UNION;
    } else if (take_keyword(&text, "enum")) {
        q->keyword = QUERY_ENUM;
    }
    text += strncmp(text, "::", 2) == 0 ? 2 : 0;
    for (char *scope; (scope = next_scope(text)) != NULL && q->part_count < QUERY_PARTS_MAX - 1; text = scope + 2) {
        *scope = '\0';
        q->parts[q->part_count++] = text;
    }
    q->parts[q->part_count++] = text;
    for (size_t i = 0; i < q->part_count; i++) {
        if (*q->parts[i] == '\0') {
            return query_wrong(type, error);
        }
    }
    return q->file != NULL && *q->file == '\0' ? query_wrong(type, error) : 0;
}

void type_query_free(struct type_query *q)
{
    free(q->text);
    *q = (struct type_query){.text = NULL};
}

static bool tag_fits(const struct type_query *q, unsigned tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_STRUCT;
    case DW_TAG_union_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_UNION;
    case DW_TAG_enumeration_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_ENUM;
    case DW_TAG_typedef:
    case DW_TAG_base_type:
        return q->keyword == QUERY_ANY;
    default:
        return false;
    }
}

/* ---- the walk ---- */

struct walk {
    const struct dwarf_source *source;
    const struct type_query *query; /* NULL: every definition, for `each` */
    struct finding *finding;
    int (*each)(void *context, Dwarf_Die *die);
    void *context;
    struct raw_unit unit;
    bool inside;                    /* also inside structs */
    bool everywhere;                /* also inside functions */
    bool first;                     /* only until something is found */
    bool guessed;                   /* DIEs come from hits: is_certain tells which are any */
    size_t checks;                  /* of those, so far */
    size_t matches;                 /* types that are, or are the same as, one of the finding's, so far */
    bool settled;                   /* the unit can't have another */
    bool peeking;                   /* the unit is but its start: enough to settle it, not to find more */
    size_t peek, missed;            /* bytes to peek at (0: it does not pay), and how often that was too little */
    const char *scopes[SCOPES_MAX]; /* names around the level that is walked; "" for one without */
    size_t scope_count;
    int rc; /* not 0 ends the walk */
};

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

static void finding_reset(struct finding *f)
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
        w->settled = known && has_no_other(&w->unit, raw->offset);
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

static void look_for_name(struct walk *w, const struct raw_die *die)
{
    const struct type_query *q = w->query;
    size_t rest;
    if (!tag_fits(q, die->abbrev->tag)) {
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
            look_for_name(w, &die);
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
        if (w->query == NULL || name == NULL || !tag_fits(q, tag) || strcmp(name, q->parts[q->part_count - 1]) != 0 ||
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

static int walk_unit(struct walk *w)
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

/* Walks the units of a section. */
static void walk_section(struct walk *w, const struct raw_file *file, bool in_types)
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

/* ---- by hits ---- */

/* Tries each place where a DIE could start that has its name at `hit`. That they are DIEs is not sure yet. */
static void try_hit(struct walk *w, uint64_t hit)
{
    const struct raw_unit *u = &w->unit;
    for (size_t i = 0; i < u->name_place_count; i++) {
        uint32_t place = u->name_places[i];
        for (uint64_t before = place + 1ull; before <= place + 3ull; before++) { /* a code of 1 to 3 bytes */
            struct raw_die die;
            bool fits = hit >= u->first_die + before && raw_type_may_start(u, hit - before, place) &&
                        raw_die_read(u, hit - before, &die) && die.data + place == hit;
            if (fits) {
                look_for_name(w, &die);
            }
        }
    }
}

/* May a type that the query means have its name in full in this unit? */
static bool has_full_names(const struct walk *w)
{
    for (unsigned tag = 0; tag < 64; tag++) {
        if ((w->unit.full_name_tags >> tag & 1) != 0 && tag_fits(w->query, tag)) {
            return true;
        }
    }
    return false;
}

/* Looks at the hits in the unit, which the first of them opens. 1; -EBADMSG, -ENOMEM. */
static int try_hits(struct walk *w, const struct dwarf_hits *hits, struct raw_unit *last)
{
    int rc = w->unit.abbrevs == NULL && hits->count > 0 ? raw_unit_open(&w->unit, last) : 0;
    if (rc < 0) {
        return rc;
    }
    if (hits->count > 0 && w->unit.odd_names && !w->peeking) {
        w->settled = true;
        return walk_unit(w) < 0 ? -EBADMSG : 1;
    }
    w->guessed = true;
    for (size_t i = 0; i < hits->count && w->rc == 0 && !w->settled; i++) {
        try_hit(w, hits->at[i]);
    }
    w->guessed = false;
    return 1;
}

/* Searches the unit for references to the name or (`in_full`) for itself, until the unit is settled. Looks at them while
 * their bytes are in the cache. *any: there were some. 1; 0: a search can't tell; -EBADMSG, -ENOMEM. */
static int search_unit(struct walk *w, const struct dwarf_needles *needles, bool in_full, struct dwarf_hits *hits,
                       struct raw_unit *last, bool *any)
{
    int rc = 1;
    uint64_t size = PIECE;
    *any = false;
    for (uint64_t at = w->unit.start; rc > 0 && at < w->unit.end && w->rc == 0 && !w->settled; at += size / 2) {
        uint64_t end = size < w->unit.end - at ? at + size : w->unit.end;
        hits->count = 0;
        rc = dwarf_hits_find(&w->unit, needles, in_full, at, end, hits);
        *any = *any || hits->count > 0;
        rc = rc > 0 ? try_hits(w, hits, last) : rc;
        size *= 2;
    }
    return rc;
}

/* Is a look at the unit's start enough to settle it? Where it was not, some times running, the next look is at more. */
static bool settled_at_a_peek(struct walk *w, const struct dwarf_needles *needles, struct dwarf_hits *hits,
                              struct raw_unit *last)
{
    bool any;
    search_unit(w, needles, false, hits, last, &any);
    raw_unit_whole(&w->unit);
    w->peeking = false;
    w->missed = w->settled ? 0 : w->missed + 1;
    if (w->missed == PEEK_MISSES) {
        w->missed = 0;
        w->peek = w->peek < PEEK_MAX ? 2 * w->peek : 0;
    }
    return w->settled;
}

/* Searches the unit, which is closed. 1; 0: a search can't tell; -EBADMSG, -ENOMEM. */
static int hits_of_unit(struct walk *w, const struct dwarf_needles *needles, struct dwarf_hits *hits,
                        struct raw_unit *last)
{
    size_t before = w->matches;
    bool referred, in_full;
    w->settled = false;
    if (w->peeking && settled_at_a_peek(w, needles, hits, last)) {
        return 1;
    }
    int rc = search_unit(w, needles, false, hits, last, &referred);
    if (rc > 0 && !w->settled && (!referred || (w->matches == before && has_full_names(w)))) {
        rc = search_unit(w, needles, true, hits, last, &in_full); /* no unit has one name both ways */
    }
    return rc;
}

/* raw_unit_next, or only a peek at the unit where that may do. */
static int next_unit(struct walk *w, const struct raw_file *file, uint64_t at, unsigned char buffer[PEEK_MAX])
{
    int rc = w->peek > 0 && w->finding->count > 0 ? raw_unit_peek(file, at, buffer, w->peek, &w->unit) : -EIO;
    w->peeking = rc > 0;
    return rc != -EIO ? rc : raw_unit_next(file, false, at, &w->unit);
}

/* 1; 0: a search can't tell; -ENOMEM. */
static int hits_in(struct walk *w, const struct raw_file *file, const char *known)
{
    struct dwarf_needles needles;
    struct dwarf_hits hits = {.at = NULL};
    struct raw_unit last = {.file = NULL};
    unsigned char buffer[PEEK_MAX];
    int rc = dwarf_needles_make(file, w->query->parts[0], known, &needles), more = 1;
    for (uint64_t at = 0; rc > 0 && w->rc == 0 && (more = next_unit(w, file, at, buffer)) > 0;) {
        at = w->unit.next;
        rc = hits_of_unit(w, &needles, &hits, &last);
        w->finding->damaged += rc == -EBADMSG;
        rc = rc == -EBADMSG ? 1 : rc;
        if (w->unit.abbrevs != NULL || w->unit.attributes != NULL) { /* open; a damaged one may have no abbreviations */
            raw_unit_close(&last);
            last = w->unit;
        }
    }
    w->finding->damaged += more < 0;
    w->peeking = false;
    raw_unit_close(&last);
    dwarf_hits_free(&hits);
    return rc;
}

/* The name as it stands in the strings, from the first definition that a walk comes upon; NULL: none. */
static const char *known_name(struct walk *w)
{
    struct raw_die die;
    const char *name = NULL;
    w->first = true;
    walk_section(w, &w->source->raw, false);
    w->first = false;
    struct found *f = w->finding->count > 0 ? &w->finding->list[0] : NULL;
    if (f != NULL && f->unit.file != NULL && raw_die_read(&f->unit, f->offset, &die) && die.abbrev != NULL) {
        name = raw_die_name(&f->unit, &die);
    }
    finding_reset(w->finding);
    return name;
}

/* The fast way, for a plain name: a search for the bytes that name it. Complete, but it can't tell what lies inside a
 * function or namespace. 1: one type, or none, and that is certain. 0: the exact way must decide.
 *
 * `pahole -C` stops at the first definition that it meets, and all of this has to take no longer. On a 24 MB python3.11d
 * a process and its libraries take 2 ms, a search through the 10 MB of .debug_info 3: half of that to map and unmap
 * them, half to read them from memory. Where nearly all of the 157 units define the type, has_no_other and raw_unit_peek
 * save most of it. A second thread did not help: to wake a sleeping core alone takes 1.5 ms. */
static int find_by_hits(struct walk *w)
{
    const struct dwarf_source *s = w->source;
    struct finding *f = w->finding;
    if (w->query->part_count > 1 || w->query->file != NULL || s->raw.types.size > 0 || s->split) {
        return 0;
    }
    int rc = hits_in(w, &s->raw, NULL);
    if (rc == 0 && s->raw.alt == NULL) {
        finding_reset(f);
        const char *known = known_name(w);
        rc = known != NULL ? hits_in(w, &s->raw, known) : 0;
    } else if (rc > 0 && s->raw.alt != NULL) {
        rc = hits_in(w, &s->raw_alt, NULL);
    }
    if (rc < 0 || w->rc < 0) {
        return rc < 0 ? rc : w->rc;
    }
    bool none = f->count == 0 && f->declarations == 0 && f->damaged == 0;
    return rc > 0 && !f->more && (none || f->count == 1);
}

int types_find(const struct dwarf_source *s, const struct type_query *q, struct finding *out)
{
    memset(out, 0, sizeof *out);
    struct walk w = {.source = s, .query = q, .finding = out, .peek = PEEK};
    int rc = find_by_hits(&w);
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
