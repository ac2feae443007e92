/* Fuzz: any bytes as an ELF file. Every type in it is built and read, a few are searched for by name. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../oracle/dwarf_each.h"
#include "layout/dwarf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visit(void *context, const struct layout *l)
{
    struct layout_problem problems[4];
    struct layout_leaf leaf;
    unsigned *count = context;
    layout_problems(l, 1024, problems, 4);
    for (size_t i = 0; i < 16; i++) {
        size_t at = i * (layout_size(l) / 16 + 1);
        struct layout_span span = layout_span_at(l, at);
        if (span.offset > at || span.end <= at) {
            abort();
        }
        layout_leaf_get(l, i, &leaf);
    }
    return ++*count > 100 ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"struct all", "message", "enum color",        "union any",    "point",
                                        "in::side",   "int",     "struct all@seed.c", "struct nosuch"};
    struct layout_dwarf_file file = {.fd = memfd_create("fuzz", MFD_CLOEXEC), .name = "fuzz", .debug_path = "/nowhere"};
    struct layout_candidates candidates;
    struct layout_error error;
    unsigned count = 0;
    if (file.fd < 0 || write(file.fd, data, size) != (ssize_t)size) {
        abort();
    }
    dwarf_each(&file, visit, &count, &error);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct layout l;
        if (layout_dwarf_read(&file, names[i], &l, &error) < 0 && (error.text[0] == '\0' || l.nodes != NULL)) {
            abort();
        }
        layout_free(&l);
    }
    if (layout_dwarf_candidates(&file, &candidates, &error) == 0) {
        layout_candidates_order(&candidates, "prog\0--every\0packed\0", 20);
        layout_candidates_free(&candidates);
    }
    close(file.fd);
    return 0;
}
