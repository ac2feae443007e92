/* Mapping: reads the memory mappings of a process from /proc/PID/maps (proc(5)).
 *
 * Functions that return int return 0 or -errno. Nothing here prints. */
#ifndef SHMLAB_MAPPING_H
#define SHMLAB_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAPPING_NAME_MAX 256

struct mapping {
    uint64_t start, end;         /* addresses in that process; end is one past the last byte */
    uint64_t offset;             /* of the first byte in the mapped object */
    char rights[4];              /* "rw-": read, write, execute */
    bool shared;                 /* 's': others see what is written; false: 'p', private, copied on write */
    dev_t device;                /* of the mapped object; 0: none, anonymous private memory */
    ino_t inode;                 /* may be 0, because a shmid may be 0 */
    char name[MAPPING_NAME_MAX]; /* from the kernel: a path, "/SYSV0f20074e (deleted)", "/memfd:x (deleted)", "[heap]",
                                  * ""; truncated; may contain any byte but a newline, so escape it (printable.h) */
};

/* Whether the name is that of a System V segment, whose inode is the shmid. A file may have such a name too, but then
 * its device differs. */
bool mapping_is_segment(const struct mapping *m);

/* Parses one line, without its newline. Returns -EINVAL, with *m undefined, if it is malformed. */
int mapping_parse(const char *line, size_t length, struct mapping *m);

/* Calls take(state, m) for each mapping, in address order, until it returns false. -EACCES: we may not inspect this
 * process. -ESRCH: there is no such process. If the process ends meanwhile, the rest is missing; that is not an
 * error. */
typedef bool mapping_take(void *state, const struct mapping *m);
int mapping_each(pid_t pid, mapping_take *take, void *state);

#endif
