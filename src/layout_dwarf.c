/* Layout DWARF: see layout_dwarf.h. Opens the file, finds the type, builds its layout; and says in words what went
 * wrong. */
#include "layout_dwarf.h"

#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "layout_dwarf_internal.h"

#define SECTION_MAX 65536 /* bytes of the section shm_layout */

/* ---- are two layouts the same? ---- */

static bool same_enumerators(const struct layout_node *a, const struct layout_node *b)
{
    if (a->enumerator_count != b->enumerator_count) {
        return false;
    }
    for (size_t i = 0; i < a->enumerator_count; i++) {
        if (a->enumerators[i].value != b->enumerators[i].value ||
            strcmp(a->enumerators[i].name, b->enumerators[i].name) != 0) {
            return false;
        }
    }
    return true;
}

static bool same_layout(const struct layout *a, const struct layout *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const struct layout_node *m = &a->nodes[i], *n = &b->nodes[i];
        bool same = m->kind == n->kind && m->flags == n->flags && m->offset == n->offset && m->size == n->size &&
                    m->align == n->align && m->count == n->count && m->stride == n->stride &&
                    m->bit_size == n->bit_size && m->bit_offset == n->bit_offset && m->end == n->end &&
                    strcmp(m->name, n->name) == 0 && strcmp(m->type, n->type) == 0 && same_enumerators(m, n);
        if (!same) {
            return false;
        }
    }
    return true;
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

static int not_found(const struct dwarf_source *s, const char *type, const struct finding *f,
                     struct layout_error *error)
{
    if (f->declarations > 0) {
        layout_error_set(error, 0,
                         "%.400s only declares '%.200s' and never says what is inside it\n"
                         "  take the program or library in which it is defined",
                         s->name, type);
        return -ENOENT;
    }
    layout_error_set(error, 0, "no type '%.200s' in the debug information of %.400s", type, s->name);
    if (strncmp(type, "struct ", 7) == 0 || strncmp(type, "union ", 6) == 0) {
        say(error, "\n  a compiler leaves out a type that nothing in the program uses; SHM_LAYOUT keeps it");
    } else {
        say(error, "\n  a struct's name starts with 'struct', as in 'struct message'");
    }
    if (f->missing_dwo > 0) {
        char more[400];
        snprintf(more, sizeof more,
                 "\n  %zu source files have their types in .dwo files that could not be opened, like %s",
                 f->missing_dwo, f->dwo_name);
        say(error, more);
    }
    if (f->damaged > 0) {
        say(error, "\n  a part of it is damaged and could not be read");
    }
    return -ENOENT;
}

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

/* "  main.c:12, 56 bytes", with the source file that includes it where that is another one. */
static void say_place(struct layout_error *error, Dwarf_Die *die, const struct layout *l)
{
    char text[512];
    int line = 0;
    const char *file = base_name(declared_in(die)), *source = base_name(unit_name(die));
    bool other = strcmp(file, source) != 0;
    dwarf_decl_line(die, &line);
    snprintf(text, sizeof text, "\n  %.100s:%d%s%.100s, %zu bytes", file, line, other ? " in " : "",
             other ? source : "", l->nodes != NULL ? l->nodes[0].size : 0);
    say(error, text);
}

/* What to write after the type to get this one: the source file says it best. */
static void say_choice(struct layout_error *error, const char *type, Dwarf_Die *die)
{
    char text[512];
    snprintf(text, sizeof text, "\n  say which one by its file, as in '%.150s@%.150s'", type,
             base_name(unit_name(die)));
    say(error, text);
}

static int build_failed(const struct dwarf_source *s, const char *type, int rc, struct layout_error *error)
{
    const char *why = rc == -E2BIG     ? "it has too many fields, or too many structs inside each other"
                      : rc == -EBADMSG ? "its debug information makes no sense"
                      : rc == -ENODATA ? "it is only declared there, and never defined"
                                       : strerror(-rc);
    layout_error_set(error, 0, "cannot lay out '%.200s' of %.400s: %s", type, s->name, why);
    return rc == -ENODATA ? -ENOENT : rc;
}

/* ---- a type ---- */

/* Builds what was found; those that come out the same as an earlier one are left out. Then there is one, or several. */
static int build_all(const struct dwarf_source *s, const char *type, struct finding *f, struct layout *out,
                     struct layout_error *error)
{
    size_t different = 0;
    int rc = 0;
    struct layout others[FOUND_MAX];
    for (size_t i = 0; i < f->count; i++) {
        struct layout l;
        int failed = layout_build(&f->list[i].die, &l);
        bool known = failed < 0;
        rc = failed < 0 ? failed : rc;
        for (size_t k = 0; k < different && !known; k++) {
            known = same_layout(&others[k], &l);
        }
        if (known) {
            layout_free(&l);
            continue;
        }
        f->list[different].die = f->list[i].die;
        others[different++] = l;
    }
    if (different == 0) {
        return build_failed(s, type, rc, error);
    }
    if (different == 1) {
        *out = others[0];
        return 0;
    }
    layout_error_set(error, 0, "'%.200s' is %s%zu different types in %.400s:", type, f->more ? "at least " : "",
                     different, s->name);
    for (size_t i = 0; i < different; i++) {
        if (i < 8) {
            say_place(error, &f->list[i].die, &others[i]);
        }
        layout_free(&others[i]);
    }
    say(error, different > 8 ? "\n  ..." : "");
    say_choice(error, type, &f->list[different - 1].die);
    return -ENOTUNIQ;
}

static int read_type(const struct layout_dwarf_file *file, const char *type, const struct type_query *q, bool lines,
                     struct layout *out, struct layout_error *error)
{
    struct dwarf_source s;
    struct finding f = {.count = 0};
    int rc = dwarf_source_open(&s, file, lines, error);
    if (rc == 0) {
        rc = types_find(&s, q, &f);
    }
    if (rc == 0) {
        rc = f.count == 0 ? not_found(&s, type, &f, error) : build_all(&s, type, &f, out, error);
    }
    if (rc == -ENOMEM) {
        layout_error_set(error, 0, "%s", strerror(ENOMEM));
    }
    finding_close(&f);
    dwarf_source_close(&s);
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

/* ---- candidates ---- */

int layout_dwarf_candidates(const struct layout_dwarf_file *file, struct layout_candidates *out,
                            struct layout_error *error)
{
    struct dwarf_source s;
    *out = (struct layout_candidates){.list = NULL};
    layout_error_set(error, 0, "%s", "");
    int rc = dwarf_source_open_elf(&s, file, error);
    Elf_Scn *scn = rc == 0 ? dwarf_section(s.elf, "shm_layout") : NULL;
    Elf_Data *data = scn != NULL ? elf_rawdata(scn, NULL) : NULL;
    if (data != NULL && data->d_buf != NULL) {
        rc = layout_candidates_parse(data->d_buf, data->d_size < SECTION_MAX ? data->d_size : SECTION_MAX, out);
    }
    if (rc == -ENOMEM) {
        layout_error_set(error, 0, "%s", strerror(ENOMEM));
    }
    dwarf_source_close(&s);
    return rc;
}

/* ---- every type ---- */

struct each {
    layout_dwarf_visitor *visitor;
    void *context;
};

static int visit(void *context, Dwarf_Die *die)
{
    const struct each *each = context;
    struct layout l;
    int line = 0;
    int rc = layout_build(die, &l);
    if (rc < 0) {
        return rc == -ENOMEM ? rc : 0;
    }
    dwarf_decl_line(die, &line);
    rc = each->visitor(each->context, &l, declared_in(die), line);
    layout_free(&l);
    return rc;
}

int layout_dwarf_each(const struct layout_dwarf_file *file, layout_dwarf_visitor *visitor, void *context,
                      struct layout_error *error)
{
    struct dwarf_source s;
    struct each each = {visitor, context};
    int rc = dwarf_source_open(&s, file, true, error);
    if (rc == 0) {
        rc = types_each(&s, visit, &each);
    }
    dwarf_source_close(&s);
    return rc;
}
