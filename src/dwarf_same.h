/* DWARF same: are two DIEs, in units of one file, surely the same type? Compares bytes, so that a struct which hundreds
 * of units got from one header is read once. "No" may be wrong: then layouts are built and compared. */
#ifndef SHMLAB_DWARF_SAME_H
#define SHMLAB_DWARF_SAME_H

#include "dwarf_raw.h"

/* *steps counts the DIEs that were compared; at DWARF_SAME_STEPS_MAX the answer is always no. */
#define DWARF_SAME_STEPS_MAX ((size_t)20 << 20)
bool dwarf_same_type(const struct raw_unit *ua, uint64_t a, const struct raw_unit *ub, uint64_t b, size_t *steps);

#endif
