/* DWARF, walk: visits the DIEs of all units, those of .dwo files too. See dwarf_internal.h. */
#include <dwarf.h>
#include <stdio.h>

#include "dwarf_internal.h"
#include "dwarf_name.h"

/* In clang's type units a scope has only a signature. */
const char *dwarf_scope_name(Dwarf_Die *scope)
{
    Dwarf_Die whole = *scope;
    dwarf_resolve_signature(&whole);
    const char *name = dwarf_tag(&whole) != DW_TAG_subprogram ? dwarf_diename(&whole) : NULL;
    return name != NULL ? name : "";
}

/* Whether there may be types inside. */
static bool opens_scope(const struct dwarf_walk *w, int tag)
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

/* Visits the children, and recursively theirs if they may be types. */
static void walk(struct dwarf_walk *w, Dwarf_Die *parent)
{
    Dwarf_Die die;
    bool started = false;
    while (w->rc == 0 && dwarf_next_child(parent, &die, &started)) {
        int tag = dwarf_tag(&die);
        w->visit(w, &die, tag);
        if (opens_scope(w, tag) && w->scope_count < DWARF_SCOPES_MAX && dwarf_haschildren(&die) > 0) {
            w->scopes[w->scope_count++] = dwarf_scope_name(&die);
            walk(w, &die);
            w->scope_count--;
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

static void walk_units(struct dwarf_walk *w, Dwarf *dwarf);

/* Searches the unit's .dwo file. We open it, because libdw would open and map any kind of file with that name. */
static void walk_dwo(struct dwarf_walk *w, Dwarf_Die *unit)
{
    struct dwarf_file dwo;
    uint64_t id;
    const char *name = string_of(unit, DW_AT_dwo_name), *folders[] = {NULL, string_of(unit, DW_AT_comp_dir)};
    name = name != NULL ? name : string_of(unit, DW_AT_GNU_dwo_name);
    bool found = false, wanted = name != NULL && dwarf_cu_info(unit->cu, NULL, NULL, NULL, NULL, &id, NULL, NULL) == 0;
    for (size_t i = 0; wanted && !found && i < 2; i++) {
        if (!dwarf_open_dwo(w->source, folders[i], name, &dwo)) {
            continue;
        }
        found = completes(dwo.dwarf, id);
        if (found) {
            w->in_dwo = true;
            walk_units(w, dwo.dwarf);
            w->in_dwo = false;
        }
        dwarf_file_close(&dwo);
    }
    if (!found) {
        w->missing_dwo++;
        snprintf(w->dwo_name, sizeof w->dwo_name, "%s", name != NULL ? name : "?");
    }
}

static void walk_units(struct dwarf_walk *w, Dwarf *dwarf)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    uint8_t type;
    int rc = 0;
    while (w->rc == 0 && (rc = dwarf_get_units(dwarf, cu, &cu, NULL, &type, &unit, NULL)) == 0) {
        if (dwarf_tag(&unit) == DW_TAG_invalid) {
            w->damaged++;
        } else if (type == DW_UT_skeleton && !w->in_dwo) {
            walk_dwo(w, &unit);
        } else {
            walk(w, &unit);
        }
    }
    w->damaged += rc < 0;
}

void dwarf_walk(struct dwarf_walk *w)
{
    w->damaged = w->missing_dwo = 0;
    walk_units(w, w->source->dwarf);
    if (w->source->common.dwarf != NULL) {
        walk_units(w, w->source->common.dwarf);
    }
}
