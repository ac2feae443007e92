/* Segment list: what shared memory there is: System V segments, POSIX ones in /dev/shm, and what has no name there: memfd,
 * anonymous memory that parent and child share, deleted files. Those are found in the maps of the processes that we may
 * look into; there may be others.
 *
 *   segment_list_read ... -> segment_list_free
 *
 * All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_SEGMENT_LIST_H
#define SHMLAB_SEGMENT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "process.h"
#include "segment.h"

#define SEGMENT_LIST_MAX 4096   /* entries; more are only counted */
#define SEGMENT_LIST_FOLDER "/dev/shm"

enum segment_kind {
    SEGMENT_SYSV,
    SEGMENT_POSIX,
    SEGMENT_MEMFD,
    SEGMENT_ANONYMOUS, /* mmap with MAP_SHARED and MAP_ANONYMOUS, or of /dev/zero */
    SEGMENT_DELETED    /* a file that has no name any more; POSIX shared memory, too */
};

struct segment_entry {
    enum segment_kind kind;
    int id;                 /* System V: shmid */
    key_t key;              /* System V: 0 for a private or removed one */
    char name[257];         /* POSIX: "/psm_1a2b", as shm_open takes it; memfd: "ring"; deleted: the path that was; else "".
                             * May hold any byte but NUL (printable.h) */
    uid_t owner;            /* of what has no name: of the process that has it mapped */
    mode_t mode;            /* the 9 permission bits; 0 for what has no name */
    size_t size;            /* bytes; of what has no name: of its mapping, whole pages */
    unsigned long attached; /* System V: nattch. Else: mappings that were found */
    bool more_attached;     /* all but System V: there may be more, in processes that we may not look into */
    pid_t creator_pid;      /* System V: who made it. What has no name: the first process that has it mapped. 0: not known.
                             * POSIX keeps no such word */
    uint64_t address;       /* what has no name: where creator_pid has it mapped */
    bool creator_runs;
    char creator[PROCESS_NAME_MAX]; /* its name where it runs, else ""; may hold any byte but NUL */
    bool readable;          /* we may look at its bytes */
    bool removed;           /* System V: marked for removal, still attached by somebody */
    dev_t device;           /* all but System V */
    ino_t inode;
};

struct segment_list {
    struct segment_entry *list; /* System V by shmid, POSIX by name, then the others by process and address; owned */
    size_t count;
    size_t more;                /* beyond SEGMENT_LIST_MAX */
};

/* Reads it anew. *l must be empty ({0}) or read before; what it held is freed. A kernel without System V, or a machine
 * without /dev/shm, has none of that kind. -ENOMEM. */
int segment_list_read(struct segment_list *l);
void segment_list_free(struct segment_list *l);

#endif
