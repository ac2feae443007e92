/* Attachment: who has a segment attached, where in its memory, and with which rights, as /proc tells it.
 *
 *   attachment_of_segment | attachment_of_mapping -> attachments_scan ... -> attachments_free
 *   the same, again and again, and only when it is worth its cost: attachment_watch_tick -> attachment_watch_free
 *
 * What is mapped is known by device and inode; the inode of a System V segment is its shmid. The same shmid in another
 * IPC namespace is another segment: only processes of the segment's own count (one that attached, and then moved to
 * another namespace, is not told apart from them). What we may not look into is counted, never guessed.
 *
 * All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_ATTACHMENT_H
#define SHMLAB_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mapping.h"
#include "process.h"
#include "segment.h"

#define ATTACHMENTS_MAX 1024 /* that are listed; more are only counted */

/* What is looked for. */
struct attachment_object {
    bool segment; /* a System V segment: inode is its shmid */
    dev_t device;
    ino_t inode;
    dev_t namespace_device; /* of its IPC namespace, for a segment */
    ino_t namespace_inode;  /* 0: not known, and nobody can be found */
};

/* The object that is the segment of that id. base: where we have it attached, or NULL; without it the device is that of
 * the kernel's own tmpfs, which is wrong only for segments of huge pages. -errno where /proc doesn't tell. */
int attachment_of_segment(int id, const void *base, struct attachment_object *what);

/* The object that is mapped there in pid. */
void attachment_of_mapping(pid_t pid, const struct mapping *m, struct attachment_object *what);

/* One place where it is attached. */
struct attachment {
    pid_t pid;
    char name[PROCESS_NAME_MAX]; /* the program, as it calls itself: may hold any byte but NUL (printable.h) */
    uint64_t address, size;      /* in that process, bytes; whole pages */
    uint64_t offset;             /* of its first byte in the segment: 0, unless only a part is mapped */
    char rights[4];              /* "r--", "rw-" */
    bool shared;                 /* false: a private mapping of a file, whose writes nobody sees */
};

/* The kernel counts each mapping of a System V segment as one attachment (nattch): so does `found`. */
struct attachments {
    struct attachment *list; /* by pid, then by address; owned */
    size_t count;            /* of list */
    size_t found;            /* places, also those beyond ATTACHMENTS_MAX */
    size_t processes;        /* that have at least one */
    size_t closed;           /* processes that we see, but may not look into */
};

/* Looks through all processes. *a must be empty ({0}) or filled before; what it held is freed. -ENOTSUP: /proc is not
 * there or that of another PID namespace, so that nothing can be told. */
int attachments_scan(struct attachments *a, const struct attachment_object *what);
void attachments_free(struct attachments *a);

/* Takes those of pid off the list; returns how many were found of it. */
size_t attachments_drop(struct attachments *a, pid_t pid);

/* How many attachments, of nattch, were not found. */
size_t attachments_missing(const struct attachments *a, unsigned long nattch);

/* A look through all processes costs milliseconds, so it is taken only when the kernel's own count or times have
 * changed, once more after the second in which others' did (they have no fractions), and rarely else. Where the kernel keeps
 * no count: when one that was found has ended, and every few seconds. */
struct attachment_watch {
    struct attachment_object what;
    struct attachments now;
    int error;             /* of the last scan: 0 or -errno */
    bool scanned;
    struct segment_stat seen; /* what the last scan was taken for */
    uint64_t scanned_at;   /* ms */
    uint64_t settle_at;    /* ms: one more scan then; 0: none */
    uint64_t asked_at;     /* ms: when those that were found were last asked whether they live */
    uint64_t cost_us;      /* processor time of the last scan */
};

/* Starts, or turns to another object: forgets all that was found. */
void attachment_watch_start(struct attachment_watch *w, const struct attachment_object *what);

/* Should a scan be taken now? st: the segment's IPC_STAT; NULL for what has none. Of *w it
 * changes only settle_at and asked_at. */
bool attachment_watch_due(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms);

/* Takes one if it is due. true: what was found has changed. */
bool attachment_watch_tick(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms);
void attachment_watch_free(struct attachment_watch *w);

#endif
