/* Segment list: what shared memory there is: System V segments, and POSIX ones in /dev/shm.
 *
 *   segment_list_read ... -> segment_list_free
 *
 * All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_SEGMENT_LIST_H
#define SHMLAB_SEGMENT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process.h"
#include "segment.h"

#define SEGMENT_LIST_MAX 4096   /* entries; more are only counted */
#define SEGMENT_LIST_FOLDER "/dev/shm"

struct segment_entry {
    bool posix;
    int id;                 /* System V: shmid */
    key_t key;              /* System V: 0 for a private or removed one */
    char name[257];         /* POSIX: "/psm_1a2b", as shm_open takes it; may hold any byte but NUL (printable.h) */
    uid_t owner;
    mode_t mode;            /* the 9 permission bits */
    size_t size;            /* bytes */
    unsigned long attached; /* System V: nattch. POSIX: mappings that were found */
    bool more_attached;     /* POSIX: there may be more, in processes that we may not look into */
    pid_t creator_pid;      /* System V; 0: not known. POSIX keeps no such word */
    bool creator_runs;
    char creator[PROCESS_NAME_MAX]; /* its name where it runs, else ""; may hold any byte but NUL */
    bool readable;          /* we may look at its bytes */
    bool removed;           /* System V: marked for removal, still attached by somebody */
    dev_t device;           /* POSIX */
    ino_t inode;
};

struct segment_list {
    struct segment_entry *list; /* System V by shmid, then POSIX by name; owned */
    size_t count;
    size_t more;                /* beyond SEGMENT_LIST_MAX */
};

/* Reads it anew. *l must be empty ({0}) or read before; what it held is freed. A kernel without System V, or a machine
 * without /dev/shm, has none of that kind. -ENOMEM. */
int segment_list_read(struct segment_list *l);
void segment_list_free(struct segment_list *l);

#endif
