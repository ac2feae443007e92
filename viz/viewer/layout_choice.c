/* Layout choice: see layout_choice.h. */
#include "layout_choice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspect/recording_reader.h"
#include "layout/dwarf.h"
#include "layout/text.h"
#include "printable.h"

void layout_choice_free(struct layout_choice *g)
{
    for (size_t i = 0; i < g->count; i++) {
        layout_free(&g->all[i].layout);
    }
    free(g->all);
    *g = (struct layout_choice){.all = NULL};
}

const struct layout *layout_choice_layout(const struct layout_choice *g)
{
    static const struct layout empty;
    return g->count > 0 ? &g->all[g->chosen].layout : &empty;
}

const char *layout_choice_title(const struct layout_choice *g)
{
    return g->count > 0 ? g->all[g->chosen].title : g->why;
}

bool layout_choice_next(struct layout_choice *g)
{
    if (g->count < 2) {
        return false;
    }
    g->chosen = (g->chosen + 1) % g->count;
    return true;
}

/* Adds a layout, which it now owns. what: the type or the file's name; from: the program, or NULL. */
static int layout_choice_add(struct layout_choice *g, struct layout *layout, const char *what, const char *from)
{
    struct layout_choice_one *all = realloc(g->all, (g->count + 1) * sizeof *all);
    if (all == NULL) {
        layout_free(layout);
        return -ENOMEM;
    }
    g->all = all;
    struct layout_choice_one *one = &g->all[g->count++];
    char name[80], source[40];
    one->layout = *layout;
    printable_text(what, printable_utf8(), name, sizeof name);
    printable_text(from != NULL ? from : "", printable_utf8(), source, sizeof source);
    snprintf(one->title, sizeof one->title, "%s%s%s", name, from != NULL ? ", from " : "", source);
    return 0;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- named by the user ---- */

static int from_text(struct layout_choice *g, const char *path, struct layout_error *error)
{
    struct layout layout;
    int rc = layout_text_load(path, &layout, error);
    if (rc < 0 && error->line > 0) {
        struct layout_error where = *error;
        layout_error_set(error, where.line, "cannot read %.200s, line %u: %s", path, where.line, where.text);
    }
    return rc < 0 ? rc : layout_choice_add(g, &layout, file_name(path), NULL);
}

/* ---- from a program ---- */

static int from_type(struct layout_choice *g, const struct layout_dwarf_file *file, const char *type, const char *from,
                     struct layout_error *error)
{
    struct layout layout;
    int rc = layout_dwarf_read(file, type, &layout, error);
    return rc < 0 ? rc : layout_choice_add(g, &layout, type, from);
}

/* The arguments of a process, NUL-separated; the caller frees them. NULL: they can't be read. */
static char *command_line(pid_t pid, size_t *length)
{
    char path[40];
    size_t room = 1 << 16;
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    FILE *file = fopen(path, "re");
    char *line = file != NULL ? malloc(room) : NULL;
    *length = line != NULL ? fread(line, 1, room, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return line;
}

static bool have_type(const struct layout_candidates *list, const char *type)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->list[i].type, type) == 0) {
            return true;
        }
    }
    return false;
}

/* The layouts that a program declares. pid: 0 if it isn't running, so that no condition on its arguments can be
 * checked. Types whose condition is false come last rather than being dropped: seeing the same bytes through another
 * layout teaches something, too. */
static int from_section(struct layout_choice *g, const struct layout_dwarf_file *file, pid_t pid, const char *from,
                        struct layout_error *error)
{
    struct layout_candidates hold = {.count = 0}, every = {.count = 0};
    size_t length = 0;
    char *arguments = pid > 0 ? command_line(pid, &length) : NULL;
    int rc = layout_dwarf_candidates(file, &every, error);
    if (rc == 0) {
        rc = layout_dwarf_candidates(file, &hold, error);
    }
    if (arguments != NULL) {
        layout_candidates_order(&hold, arguments, length);
    }
    for (size_t i = 0; i < hold.count && rc == 0; i++) {
        rc = from_type(g, file, hold.list[i].type, from, error);
    }
    for (size_t i = 0; i < every.count && rc == 0; i++) {
        rc = have_type(&hold, every.list[i].type) ? 0 : from_type(g, file, every.list[i].type, from, error);
    }
    free(arguments);
    layout_candidates_free(&hold);
    layout_candidates_free(&every);
    return g->count > 0 ? 0 : rc;
}

static int from_elf(struct layout_choice *g, const struct layout_choice_spec *spec, struct layout_error *error)
{
    const char *from = file_name(spec->elf);
    int fd = open(spec->elf, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        char name[128];
        int rc = -errno;
        printable_text(spec->elf, printable_utf8(), name, sizeof name);
        layout_error_set(error, 0, "cannot open %s: %s\n  --elf takes a program with debug information", name,
                         strerror(-rc));
        return rc;
    }
    const struct layout_dwarf_file file = {.fd = fd, .name = spec->elf};
    int rc = spec->type != NULL ? from_type(g, &file, spec->type, from, error) : from_section(g, &file, 0, from, error);
    close(fd);
    if (rc == 0 && g->count == 0) {
        layout_error_set(
            error, 0, "cannot find a layout in %s: it has no SHM_LAYOUT line\n  name a type: --type 'struct x'", from);
        return -ENOENT;
    }
    return rc;
}

/* A running program's executable; name: printable. If it can't be read, that is no error: the bytes can still be
 * shown. */
static int from_process(struct layout_choice *g, const struct layout_choice_spec *spec, pid_t pid, const char *name,
                        struct layout_error *error)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        snprintf(g->why, sizeof g->why, "cannot read %s (%s); --elf and --type name one", path, strerror(errno));
        return 0;
    }
    const struct layout_dwarf_file file = {.fd = fd, .name = name};
    int rc =
        spec->type != NULL ? from_type(g, &file, spec->type, name, error) : from_section(g, &file, pid, name, error);
    close(fd);
    if (rc == 0 && g->count == 0) {
        snprintf(g->why, sizeof g->why, "%s has no SHM_LAYOUT line; --type names a type", name);
    }
    if (rc < 0 && spec->type == NULL) {
        /* The user named nothing, so a problem only takes one line, and the bytes are shown. */
        const char *newline = strchr(error->text, '\n');
        int first = newline != NULL ? (int)(newline - error->text) : (int)strlen(error->text);
        snprintf(g->why, sizeof g->why, "%.*s", first, error->text);
        rc = 0;
    }
    return rc;
}

/* The program that created the segment, or whose mapping it is. */
static int from_creator(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                        struct layout_error *error)
{
    if (!source->attached_before) {
        return 0;
    }
    if (!source->creator_runs) {
        snprintf(g->why, sizeof g->why, "the segment's creator (pid %d) is gone; --elf and --type name one",
                 (int)source->stat.creator_pid);
        return 0;
    }
    return from_process(g, spec, source->creator.pid, source->creator_name, error);
}

#define PROGRAMS_ASKED 8 /* of the processes that have it mapped */

/* POSIX shared memory has no record of its creator, so use the first program that has it mapped and declares a
 * layout. */
static int from_attached(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                         struct layout_error *error)
{
    const struct attachments *a = &source->attached.now;
    int rc = 0, asked = 0;
    pid_t last = 0;
    snprintf(g->why, sizeof g->why, "no program that we may look into has it mapped; --elf and --type name one");
    for (size_t i = 0; i < a->count && g->count == 0 && asked < PROGRAMS_ASKED; i++) {
        char name[64];
        if (a->list[i].pid == last) {
            continue;
        }
        last = a->list[i].pid;
        asked++;
        printable_text(a->list[i].name, printable_utf8(), name, sizeof name);
        rc = from_process(g, spec, last, name, error);
    }
    return g->count > 0 ? 0 : rc;
}

/* The layout that is in a recording. A broken one is no reason to show no bytes. */
static int from_recording(struct layout_choice *g, const struct recording_reader *r, struct layout_error *error)
{
    struct layout layout;
    if (r->layout == NULL) {
        snprintf(g->why, sizeof g->why, "none is in the recording; --layout, or --elf and --type name one");
        return 0;
    }
    int rc = layout_text_read(r->layout, r->layout_length, &layout, error);
    if (rc < 0) {
        snprintf(g->why, sizeof g->why, "the one in the recording can't be read; --layout names another");
        return 0;
    }
    return layout_choice_add(g, &layout, r->layout_title, NULL);
}

static int find(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                struct layout_error *error)
{
    snprintf(g->why, sizeof g->why, "--layout, or --elf and --type name one");
    if (spec->none) {
        snprintf(g->why, sizeof g->why, "none was asked for");
        return 0;
    }
    if (spec->layout_file != NULL) {
        int rc = from_text(g, spec->layout_file, error);
        if (rc < 0 || spec->elf == NULL) {
            return rc;
        }
    }
    if (spec->elf != NULL) {
        return from_elf(g, spec, error);
    }
    uint64_t time;
    const struct recording_reader *recording = source_recording_of(source, &time);
    if (recording != NULL && spec->type == NULL) {
        return from_recording(g, recording, error);
    }
    bool maker = source->spec.kind->maker;
    if (!maker && recording == NULL && source->attached.now.count > 0) {
        return from_attached(g, spec, source, error);
    }
    if (!maker && spec->type != NULL) {
        layout_error_set(error, 0, "cannot find the type %s: no program was named\n  say which one has it: --elf FILE",
                         spec->type);
        return -EINVAL;
    }
    return maker ? from_creator(g, spec, source, error) : 0;
}

int layout_choice_find(struct layout_choice *g, const struct layout_choice_spec *spec, const struct source *source,
                       size_t size, struct layout_error *error)
{
    struct layout_choice found = {.all = NULL};
    int rc = find(&found, spec, source, error);
    bool keep = rc == 0 && found.count == 0 && g->count > 0 && !source->creator_runs;
    if (rc < 0 || keep) {
        layout_choice_free(&found);
        return rc;
    }
    for (size_t i = 0; i < found.count; i++) {
        layout_fit(&found.all[i].layout, size);
    }
    layout_choice_free(g);
    *g = found;
    return 0;
}
