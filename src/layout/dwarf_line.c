/* DWARF, lines: which source lines addresses belong to. */
#include <stdio.h>
#include <string.h>

#include "dwarf_internal.h"

static void find_in_unit(Dwarf_Die *unit, const uint64_t *addresses, size_t count, struct layout_source_line *lines)
{
    for (size_t i = 0; i < count; i++) {
        int number = 0;
        Dwarf_Line *line = lines[i].file[0] == '\0' && dwarf_haspc(unit, addresses[i]) == 1
                               ? dwarf_getsrc_die(unit, addresses[i])
                               : NULL;
        const char *name = line == NULL ? NULL : dwarf_linesrc(line, NULL, NULL);
        if (name != NULL && dwarf_lineno(line, &number) == 0) {
            snprintf(lines[i].file, sizeof lines[i].file, "%s", name);
            lines[i].line = number;
        }
    }
}

int layout_dwarf_lines(const struct layout_dwarf_file *file, const uint64_t *addresses, size_t count,
                       struct layout_source_line *lines, struct layout_error *error)
{
    struct dwarf_source source = {.name = file->name};
    memset(lines, 0, count * sizeof *lines);
    layout_error_set(error, 0, "%s", "");
    int rc = dwarf_source_open(&source, file, error);
    Dwarf_CU *unit = NULL;
    Dwarf_Die die;
    uint8_t type;
    while (rc == 0 && dwarf_get_units(source.dwarf, unit, &unit, NULL, &type, &die, NULL) == 0) {
        find_in_unit(&die, addresses, count, lines);
    }
    dwarf_source_close(&source);
    return rc;
}
