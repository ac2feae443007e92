/* SHM_LAYOUT: records in a program's executable which C type is at the start of its segment, so that shm-view finds it.
 *
 *   #include "shm_layout.h"
 *   SHM_LAYOUT(struct message);
 *
 * Build with -g. shm-view goes from the segment to its creator's pid, to /proc/PID/exe, to this record, and to the
 * type in the debug information (DWARF), so you describe the type once, in C. Of several records shm-view takes the
 * first that applies.
 *
 * The type's name is stored NUL-terminated in the ELF section "shm_layout", one after the other. A pointer to the
 * type, and its sizeof (without which clang++ only declares the type), keep the type in the debug information.
 *
 *   SHM_LAYOUT_WHEN(struct message_packed, "packed");
 *
 * applies only if the program was started with all the given arguments (separated by blanks). "packed" matches the
 * argument "packed" and any that ends in "=packed". "--every" matches like an option of getopt_long(3): "--every",
 * "--every=50", "--ev". The record is stored as "TYPE\tARGUMENTS". The record with the most arguments comes first.
 *
 * This header has no dependencies, so you can copy it into any program. */
#ifndef SHM_LAYOUT_H
#define SHM_LAYOUT_H

#define SHM_LAYOUT_JOIN_(a, b) a##b
#define SHM_LAYOUT_JOIN(a, b) SHM_LAYOUT_JOIN_(a, b)

#define SHM_LAYOUT_ENTRY_(type, text, id)                                                                           \
    __attribute__((section("shm_layout"), used, aligned(1))) static const char SHM_LAYOUT_JOIN(shm_layout_, id)[] = \
        text;                                                                                                       \
    __attribute__((used)) static type *const SHM_LAYOUT_JOIN(shm_layout_keeps_, id)[1 + 0 * sizeof(type)] = {0}

#define SHM_LAYOUT(type) SHM_LAYOUT_ENTRY_(type, #type, __LINE__)
#define SHM_LAYOUT_WHEN(type, arguments) SHM_LAYOUT_ENTRY_(type, #type "\t" arguments, __LINE__)

#endif
