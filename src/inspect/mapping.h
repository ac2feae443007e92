/* Mapping: the memory of a process, line by line of /proc/PID/maps (proc(5)).
 *
 * All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_MAPPING_H
#define SHMLAB_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAPPING_NAME_MAX 256

struct mapping {
    uint64_t start, end; /* addresses in that process; end is one past the last byte */
    uint64_t offset;     /* bytes from the start of what is mapped */
    char rights[4];      /* "rw-": read, write, execute */
    bool shared;         /* what it writes, others see ('s'); false: private, copied on writing ('p') */
    dev_t device;        /* of what is mapped; 0: nothing, plain memory */
    ino_t inode;         /* may be 0: so may a shmid */
    char name[MAPPING_NAME_MAX]; /* as the kernel tells it: a path, "/SYSV0f20074e (deleted)", "/memfd:x (deleted)",
                                  * "[heap]", ""; cut where it is longer; may hold any byte (printable.h) but a newline */
};

/* Is it a System V segment? Then its inode is the shmid. A file that bears such a name has another device. */
bool mapping_is_segment(const struct mapping *m);

/* Takes one line of that form, without its newline. -EINVAL where it has another form. */
int mapping_parse(const char *line, size_t length, struct mapping *m);

/* Calls take for each mapping, in the order of addresses, until it returns false. -EACCES: we may not look into that
 * process; -ESRCH: there is none. A process that ends meanwhile has fewer mappings, which is no failure. */
typedef bool mapping_take(void *state, const struct mapping *m);
int mapping_each(pid_t pid, mapping_take *take, void *state);

#endif
