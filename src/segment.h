/* Segment: finds, creates, attaches and removes a System V shared memory segment.
 *
 *   segment_create | segment_attach -> use base -> segment_detach;  the creator then calls segment_remove
 *
 * Only segment.c calls shmget, shmat, shmdt and shmctl: see shmget(2), shmop(2), shmctl(2), ftok(3), sysvipc(7). Int
 * functions return 0 or -errno, with results behind pointers unchanged on failure unless noted. Nothing here
 * prints. */
#ifndef SHMLAB_SEGMENT_H
#define SHMLAB_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define SEGMENT_SIZE 1024 /* bytes: the size of the server's segment */
#define SEGMENT_PROJ 15   /* ftok's proj_id for the kit's own key; it becomes the top byte: 0x0f20074e */

/* How the user selects a segment: by key, by id, or by path and proj (ftok). */
struct segment_name {
    enum segment_by { SEGMENT_BY_PATH, SEGMENT_BY_KEY, SEGMENT_BY_ID } by;
    const char *path; /* SEGMENT_BY_PATH: owned by the caller; NULL means segment_default_path */
    int proj;         /* SEGMENT_BY_PATH: 0 means SEGMENT_PROJ; ftok uses the low 8 bits, which must not all be 0 */
    key_t key;        /* SEGMENT_BY_KEY */
    int id;           /* SEGMENT_BY_ID: the shmid */
};
#define SEGMENT_NAME_DEFAULT ((struct segment_name){.by = SEGMENT_BY_PATH}) /* the kit's own segment */

/* Whether the user has selected no segment. */
bool segment_name_is_default(const struct segment_name *name);

/* Writes the default path for ftok to out: the directory that holds the running program. All the kit's programs are in
 * one directory, so the server, client and viewer of a build find the same segment without any options. Fails if
 * /proc/self/exe can't be read, and with -ENAMETOOLONG if out is too small; out is then undefined. */
int segment_default_path(char *out, size_t out_size);

/* ftok(path, proj) with checks. -EINVAL: the low 8 bits of proj are 0, for which POSIX leaves ftok's result
 * unspecified. -ENOENT or another error of stat: path can't be reached. -ERANGE: the key would be -1, which looks like
 * ftok's error, or 0, which is IPC_PRIVATE; few files have such a key. The key is made from the file's device and
 * inode, so a file that is replaced gets a new key; and since only 16 bits of the inode are used, different files may
 * have the same key. */
int segment_key_from_path(const char *path, int proj, key_t *key);

/* The key that a name stands for. -EINVAL for SEGMENT_BY_ID; else fails like segment_key_from_path. */
int segment_name_key(const struct segment_name *name, key_t *key);

/* What the kernel knows about a segment: struct shmid_ds of shmctl(2). */
struct segment_stat {
    int id;
    key_t key; /* 0 (IPC_PRIVATE) also for a removed segment */
    uid_t owner, creator_owner;
    gid_t group;
    mode_t mode;                                  /* the 9 permission bits */
    size_t size;                                  /* bytes that the creator asked for; the memory is whole pages */
    unsigned long attached;                       /* nattch, including our own attachments */
    pid_t creator_pid, last_pid;                  /* 0: a process in another PID namespace */
    time_t attach_time, detach_time, change_time; /* seconds since 1970; 0: never */
    bool removed;  /* marked with IPC_RMID but still attached by some process (SHM_DEST) */
    bool readable; /* we have read permission: the data is from IPC_STAT, not from /proc/sysvipc/shm */
};

/* Looks up a segment by id, with IPC_STAT, or in /proc/sysvipc/shm if we have no read permission. -EINVAL or -EIDRM:
 * there is no such segment. */
int segment_stat(int id, struct segment_stat *st);

/* Calls take(state, st) for each segment in our IPC namespace until it returns false. Reads /proc/sysvipc/shm, which
 * lists all segments regardless of permissions; st->readable is false. Fails if that file can't be read. */
typedef bool segment_take(void *state, const struct segment_stat *st);
int segment_each(segment_take *take, void *state);

/* The id of the segment that has this key. Needs no permission and never creates a segment. -ENOENT: there is none.
 * -EINVAL: the key is 0 (IPC_PRIVATE). */
int segment_find(key_t key, int *id);

/* The id of the segment that a name stands for. Fails like segment_name_key and segment_find. SEGMENT_BY_ID always
 * succeeds; whether there is such a segment, segment_stat tells. */
int segment_name_id(const struct segment_name *name, int *id);

/* Whether the process that created the segment still runs. Dead means: it has ended, it is a zombie, or its pid now
 * belongs to another process, one that started at least 2 seconds after the segment's last change (change_time is in
 * whole seconds). Unknown means: it is in another PID namespace, or /proc hides it. */
enum segment_creator { SEGMENT_CREATOR_RUNS, SEGMENT_CREATOR_DEAD, SEGMENT_CREATOR_UNKNOWN };
enum segment_creator segment_creator_state(const struct segment_stat *st);

/* One attached segment. Starts as SEGMENT_EMPTY, and is so again after segment_detach. */
struct segment {
    int id;
    key_t key;
    void *base;    /* the address where it is attached; NULL: not attached */
    size_t size;   /* bytes, from IPC_STAT */
    bool readonly; /* attached with SHM_RDONLY */
};
#define SEGMENT_EMPTY ((struct segment){.id = -1})

/* What segment_create found under the key. */
enum segment_finding {
    SEGMENT_NEW,        /* nothing */
    SEGMENT_TAKEN_OVER, /* a segment that a dead server of ours left behind: it was removed and replaced */
    SEGMENT_REFUSED     /* a segment that is not ours to replace, see `why`: it was left alone */
};

enum segment_refusal {
    SEGMENT_OTHER_OWNER,
    SEGMENT_OTHER_SIZE,
    SEGMENT_CREATOR_ALIVE,
    SEGMENT_STILL_ATTACHED,
    SEGMENT_CREATOR_NOT_KNOWN
};

/* Whether we may replace this segment with a new one of `size` bytes: our effective user owns and created it, it has
 * that size, its creator is dead (segment_creator_state), and no process has it attached. If not, *why is the first
 * reason. Changes nothing. */
bool segment_may_take_over(const struct segment_stat *st, size_t size, enum segment_refusal *why);

struct segment_report {
    enum segment_finding finding;
    enum segment_refusal why;  /* SEGMENT_REFUSED only */
    struct segment_stat found; /* TAKEN_OVER and REFUSED: the segment that was found, as it was then */
};

/* Creates a segment of `size` bytes with IPC_CREAT|IPC_EXCL, attaches it for reading and writing, and checks with
 * IPC_STAT that it is what was asked for. Its bytes are 0, as the kernel delivers them. `mode`: 9 permission bits.
 *
 * If the key is taken by a segment that segment_may_take_over allows us to replace, that segment is removed and a new
 * one created, so that the kernel records our pid as its creator. Otherwise returns -EEXIST, with the reason in
 * report->why. The old segment is removed by its id, so if two servers start at the same time, the slower one can't
 * remove the segment that the faster one has just created.
 *
 * -EINVAL: the key is 0 (IPC_PRIVATE) or -1, or the size is 0. -ESTALE: another process changed or removed the new
 * segment before it was ready. Other errors are those of shmget, shmat and shmctl. On failure no new segment is left
 * behind. *report is always filled in. */
int segment_create(struct segment *s, key_t key, size_t size, mode_t mode, struct segment_report *report);

/* Attaches a segment with SHM_RDONLY. *st is the segment's state just before, so that nattch doesn't include us; it is
 * set even if shmat fails. -EACCES: no read permission. -EINVAL or -EIDRM: there is no such
 * segment. -ESTALE: owner, mode or size changed meanwhile. */
int segment_attach(struct segment *s, int id, struct segment_stat *st);

/* Detaches the segment without removing it, and resets *s to SEGMENT_EMPTY. Does nothing if *s is empty. */
int segment_detach(struct segment *s);

/* Marks a segment for removal. Its key is free at once, its memory when the last process detaches. -EINVAL or -EIDRM:
 * it has been removed already. */
int segment_remove(int id);

#endif
