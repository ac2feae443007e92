/* Attachment: which processes have a segment attached, at which address and with which rights, from /proc/PID/maps.
 *
 *   once:       attachment_of_segment | attachment_of_mapping -> attachments_scan -> attachments_free
 *   repeatedly: attachment_watch_start -> attachment_watch_tick ... -> attachment_watch_free
 *
 * A mapped object is identified by device and inode; the inode of a System V segment is its shmid. The same shmid in
 * another IPC namespace is another segment, so only processes in the segment's namespace count. (A process that
 * attached and then moved to another namespace is missed.) Processes that we may not inspect are counted, never
 * guessed at.
 *
 * Functions that return int return 0 or -errno. Nothing here prints. */
#ifndef SHMLAB_ATTACHMENT_H
#define SHMLAB_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mapping.h"
#include "process_list.h"
#include "segment.h"

#define ATTACHMENTS_MAX 1024 /* the longest list; further attachments are only counted */

/* The object to search for. */
struct attachment_object {
    bool segment; /* a System V segment: inode is its shmid */
    dev_t device;
    ino_t inode;
    dev_t namespace_device; /* the IPC namespace, for a segment */
    ino_t namespace_inode;  /* 0: unknown, so no process can be matched */
};

/* Fills in *object for the segment with this id. base is the address where we have it attached, or NULL. Without it the
 * device is assumed to be the kernel's internal tmpfs, which is wrong only for segments of huge pages. Fails if that
 * device can't be determined. */
int attachment_of_segment(int id, const void *base, struct attachment_object *object);

/* Fills in *object for what is mapped at m in process pid. */
void attachment_of_mapping(pid_t pid, const struct mapping *m, struct attachment_object *object);

/* One mapping of the object. */
struct attachment {
    pid_t pid;
    char name[PROCESS_NAME_MAX]; /* the process's name: may contain any byte but NUL, so escape it (printable.h) */
    uint64_t address, size;      /* in that process; size in bytes, whole pages */
    uint64_t offset;             /* in the object, of the mapping's first byte: 0 unless only a part is mapped */
    char rights[4];              /* "r--", "rw-" */
    bool shared;                 /* false: a private mapping of a file; nobody else sees what it writes */
};

/* The kernel counts each mapping of a System V segment as one attachment (nattch), and so does `found`. */
struct attachments {
    struct attachment *list;    /* sorted by pid and address; owned */
    size_t count;               /* length of list */
    size_t found;               /* attachments, including those beyond ATTACHMENTS_MAX */
    size_t processes;           /* processes with at least one */
    size_t closed;              /* processes that we see but may not inspect */
    enum process_unseen unseen; /* and those that we don't see */
};

/* Searches all processes and replaces the contents of *a, which must be empty ({0}) or the result of an earlier scan.
 * attachments_free frees the list. -ENOTSUP: /proc is not mounted or belongs to another PID namespace. -ENOMEM. On
 * failure *a is empty. */
int attachments_scan(struct attachments *a, const struct attachment_object *object);
void attachments_free(struct attachments *a);

/* Removes the attachments of pid from the list. Returns how many there were. */
size_t attachments_drop(struct attachments *a, pid_t pid);

/* How many of nattch attachments were not found. */
size_t attachments_missing(const struct attachments *a, unsigned long nattch);

/* Repeated scans. A scan takes milliseconds, so one is made only when the kernel's attachment count or times have
 * changed, once more a second later (the times are whole seconds, so a second change may go unnoticed), and otherwise
 * rarely. For objects that the kernel keeps no count of, one is made when a process that was found has ended, and every
 * few seconds. */
struct attachment_watch {
    struct attachment_object object;
    struct attachments now; /* the result of the last scan */
    int error;              /* of the last scan: 0 or -errno */
    bool scanned;
    struct segment_stat seen; /* the segment's state at the last scan */
    uint64_t scanned_at;      /* ms */
    uint64_t settle_at;       /* ms: when to scan once more; 0: not planned */
    uint64_t asked_at;        /* ms: when we last checked whether the processes found still run */
    uint64_t cost_us;         /* processor time of the last scan */
};

/* Starts watching an object and forgets the results for the previous one. *w must be {0} or started before. */
void attachment_watch_start(struct attachment_watch *w, const struct attachment_object *object);

/* Whether a scan should be made now. st is the segment's state, or NULL if the object is not a System V segment. now_ms
 * is a monotonic clock. Changes only settle_at and asked_at. */
bool attachment_watch_due(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms);

/* Scans if a scan is due. Returns whether the result has changed; w->error tells if it failed. */
bool attachment_watch_tick(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms);
void attachment_watch_free(struct attachment_watch *w);

#endif
