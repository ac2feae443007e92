/* Segment list: lists all shared memory: System V segments, POSIX shared memory in /dev/shm, and memory without a name.
 *
 *   segment_list_read ... -> segment_list_free
 *
 * Without a name are memfds, anonymous memory shared by a parent and its children, and deleted files. They are found in
 * the maps of the processes that we may inspect; other processes may have more. Nothing here prints. */
#ifndef SHMLAB_SEGMENT_LIST_H
#define SHMLAB_SEGMENT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "attachment.h"
#include "process.h"
#include "segment.h"

#define SEGMENT_LIST_MAX 4096 /* the longest list; further entries are only counted */
#define SEGMENT_LIST_FOLDER "/dev/shm"

enum segment_kind {
    SEGMENT_SYSV,
    SEGMENT_POSIX,
    SEGMENT_MEMFD,
    SEGMENT_ANONYMOUS, /* mmap with MAP_SHARED|MAP_ANONYMOUS, or of /dev/zero */
    SEGMENT_DELETED    /* a deleted file, which may have been POSIX shared memory */
};

struct segment_entry {
    enum segment_kind kind;
    int id;                 /* System V: shmid */
    key_t key;              /* System V: 0 for a private or removed segment */
    char name[257];         /* POSIX: "/psm_1a2b", as for shm_open; memfd: "ring"; deleted: its former path; else "".
                             * May contain any byte but NUL, so escape it (printable.h) */
    uid_t owner;            /* without a name: the user of the process that maps it */
    mode_t mode;            /* the 9 permission bits; without a name: 0 */
    size_t size;            /* bytes; without a name: the size of the mapping, whole pages */
    unsigned long attached; /* System V: nattch; else the number of mappings found */
    bool more_attached;     /* all but System V: processes that we may not inspect may have more */
    pid_t creator_pid;      /* System V: the creator; without a name: the first process that maps it; 0: unknown, as
                             * always for POSIX */
    uint64_t address;       /* without a name: where creator_pid has it mapped */
    bool creator_runs;
    char creator[PROCESS_NAME_MAX]; /* the process's name if it runs, else ""; may contain any byte but NUL */
    bool readable;                  /* we may read its bytes */
    bool removed;                   /* System V: marked for removal but still attached by some process */
    dev_t device;                   /* all but System V */
    ino_t inode;
    char map[24]; /* without a name: the address, as --map takes it; else "" */
};

struct segment_list {
    struct segment_entry *list; /* System V by shmid, POSIX by name, then the others by process and address; owned */
    size_t count;               /* length of list */
    size_t more;                /* entries left out because of SEGMENT_LIST_MAX */
};

/* Reads the list and replaces the contents of *l, which must be empty ({0}) or from an earlier call. Kinds that this
 * machine doesn't have (no System V in the kernel, no /dev/shm) are left out. segment_list_free frees it. Returns 0 or
 * -ENOMEM, with *l empty. */
int segment_list_read(struct segment_list *l);
void segment_list_free(struct segment_list *l);

/* The object that an entry stands for. The device of a System V segment is left 0, as its inode is enough. */
struct attachment_object segment_entry_object(const struct segment_entry *e);

#endif
