/* shm-view --types: see view_types.h. */
#include "view_types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "layout/dwarf.h"
#include "printable.h"
#include "report.h"

static void put_number(FILE *out, int width, bool known, size_t n)
{
    if (known && n != LAYOUT_NOT_COUNTED) {
        fprintf(out, "%*zu ", width, n);
    } else {
        fprintf(out, "%*s ", width, "?");
    }
}

static void print_table(FILE *out, const struct layout_types *types)
{
    char name[600];
    fprintf(out, "    size  fields  holes  padding  type\n");
    for (size_t i = 0; i < types->count; i++) {
        const struct layout_type *t = &types->list[i];
        printable_text(t->name, printable_utf8(), name, sizeof name);
        put_number(out, 8, t->known, t->size);
        put_number(out, 7, t->known, t->fields);
        put_number(out, 6, t->known, t->holes);
        put_number(out, 8, t->known, t->padding);
        fprintf(out, " %s\n", name);
    }
}

int view_types(const struct view_arguments *w)
{
    struct layout_types types;
    struct layout_error error;
    const char *elf = w->layout_choice.elf;
    int fd = open(elf, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return report_failure("shm-view", -errno, "--elf takes a program with debug information", "open %s", elf);
    }
    const struct layout_dwarf_file file = {.fd = fd, .name = elf};
    int rc = layout_dwarf_list(&file, w->types, &types, &error);
    close(fd);
    if (rc < 0) {
        fprintf(stderr, "shm-view: %s\n", error.text);
        return 1;
    }
    size_t count = types.count;
    if (count > 0) {
        print_table(stdout, &types);
    }
    layout_types_free(&types);
    if (count == 0) {
        char pattern[128], name[256];
        printable_text(w->types, printable_utf8(), pattern, sizeof pattern);
        printable_text(elf, printable_utf8(), name, sizeof name);
        fprintf(stderr, "shm-view: no struct or union in %s has '%s' in its name\n  --types alone lists them all\n",
                name, pattern);
        return 1;
    }
    return fflush(stdout) != 0 ? report_failure("shm-view", -errno, "is the output full or closed?", "list") : 0;
}
