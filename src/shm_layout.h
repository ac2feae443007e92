/* SHM_LAYOUT: a program says, in its own executable, which C type lies at the start of its segment.
 *
 *   #include "shm_layout.h"
 *   SHM_LAYOUT(struct message);
 *
 * The type's name goes into the ELF section "shm_layout", NUL-terminated, one after the other; a pointer of the type,
 * and its sizeof (without which clang++ only declares it), keep it in the debug information. Build with -g. shm-view
 * finds segment -> creator pid -> /proc/PID/exe -> section -> DWARF, so the type is described once, in C. Several in one
 * program are candidates; the first that applies is taken.
 *
 *   SHM_LAYOUT_WHEN(struct message_packed, "packed");
 *
 * holds only where the program's command line has all the words that are named (separated by blanks): a word like
 * "packed" matches the argument "packed" or one that ends in "=packed"; a word like "--every" matches as getopt_long
 * does: "--every", "--every=50", "--ev". In the section it stands as "TYPE\tWORDS". The candidate with the most matching
 * words comes first. This header stands alone so that it can be copied into any program. */
#ifndef SHM_LAYOUT_H
#define SHM_LAYOUT_H

#define SHM_LAYOUT_JOIN_(a, b) a##b
#define SHM_LAYOUT_JOIN(a, b) SHM_LAYOUT_JOIN_(a, b)

#define SHM_LAYOUT_ENTRY_(type, text, id)                                                                            \
    __attribute__((section("shm_layout"), used, aligned(1))) static const char SHM_LAYOUT_JOIN(shm_layout_, id)[] =   \
        text;                                                                                                        \
    __attribute__((used)) static type *const SHM_LAYOUT_JOIN(shm_layout_keeps_, id)[1 + 0 * sizeof(type)] = {0}

#define SHM_LAYOUT(type) SHM_LAYOUT_ENTRY_(type, #type, __LINE__)
#define SHM_LAYOUT_WHEN(type, words) SHM_LAYOUT_ENTRY_(type, #type "\t" words, __LINE__)

#endif
