/* dwarf_each: builds every type in an ELF file, for layout_dump and for the fuzzer. The library only looks types up. */
#ifndef SHMLAB_TESTS_DWARF_EACH_H
#define SHMLAB_TESTS_DWARF_EACH_H

#include <dwarf.h>
#include <errno.h>

#include "layout/dwarf_internal.h"
#include "layout/dwarf_name.h"

typedef int dwarf_visitor(void *context, const struct layout *layout);

static int dwarf_visit(Dwarf_Die *die, dwarf_visitor *each, void *context)
{
    struct layout layout;
    unsigned steps = 0;
    char why[DWARF_WHY_MAX];
    const struct query_array itself = {.n = 0};
    int rc = layout_build(die, &itself, &steps, &layout, why);
    if (rc < 0) {
        return rc == -ENOMEM ? rc : 0;
    }
    rc = each(context, &layout);
    layout_free(&layout);
    return rc;
}

static int dwarf_visit_scope(Dwarf_Die *scope, int depth, dwarf_visitor *each, void *context)
{
    Dwarf_Die die;
    bool started = false;
    int rc = 0;
    while (rc == 0 && depth < 64 && dwarf_next_child(scope, &die, &started)) {
        int tag = dwarf_tag(&die);
        bool type = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
        if (tag == DW_TAG_namespace) {
            rc = dwarf_visit_scope(&die, depth + 1, each, context);
        } else if (type && !dwarf_hasattr(&die, DW_AT_declaration)) {
            rc = dwarf_visit(&die, each, context);
        }
    }
    return rc;
}

/* Calls `each` for every definition of a struct, class or union, named or not, at the top level of a compile unit or in
 * a namespace, in file order and with duplicates. The layout is freed after the call. Stops at the first result other
 * than 0 and returns it. */
static int dwarf_each(const struct layout_dwarf_file *file, dwarf_visitor *each, void *context,
                      struct layout_error *error)
{
    struct dwarf_source source;
    int rc = dwarf_source_open(&source, file, error);
    Dwarf *both[] = {source.dwarf, source.common.dwarf};
    for (int i = 0; i < 2 && rc == 0; i++) {
        Dwarf_CU *cu = NULL;
        Dwarf_Die unit;
        while (rc == 0 && both[i] != NULL && dwarf_get_units(both[i], cu, &cu, NULL, NULL, &unit, NULL) == 0) {
            rc = dwarf_tag(&unit) == DW_TAG_invalid ? 0 : dwarf_visit_scope(&unit, 0, each, context);
        }
    }
    dwarf_source_close(&source);
    return rc;
}

#endif
