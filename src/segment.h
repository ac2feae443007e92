/* Segment: the life cycle of one System V segment.
 *
 *   segment_create | segment_attach -> use base -> segment_detach;  the creator then: segment_remove
 *
 * Only segment.c calls shmget, shmat, shmdt and shmctl (shmget(2), shmop(2), shmctl(2), ftok(3), proc(5)).
 * All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_SEGMENT_H
#define SHMLAB_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define SEGMENT_SIZE 1024 /* bytes: what the kit's server makes */
#define SEGMENT_PROJ 15   /* the proj_id of the kit's own key, 0x0f, as in the key 0x0f20074e of the seed */

/* How a person named a segment: by key, by id, or by path and proj (ftok). */
struct segment_name {
    enum { SEGMENT_BY_PATH, SEGMENT_BY_KEY, SEGMENT_BY_ID } by;
    const char *path; /* SEGMENT_BY_PATH; NULL means the kit's own path. Owned by the caller */
    int proj;         /* SEGMENT_BY_PATH: 0 means SEGMENT_PROJ; else only its lowest 8 bits count, not all of them 0 */
    key_t key;        /* SEGMENT_BY_KEY */
    int id;           /* SEGMENT_BY_ID: the shmid */
};
#define SEGMENT_NAME_DEFAULT ((struct segment_name){.by = SEGMENT_BY_PATH}) /* the kit's own segment */

/* The kit's own path: the directory that holds the running program (all the kit's programs lie in one), so that server,
 * client and viewer of one build meet without a word. Writes it to out. -errno where /proc/self/exe can't be read. */
int segment_default_path(char *out, size_t out_size);

/* ftok(path, proj), with its traps closed: -EINVAL for a proj whose low 8 bits are 0, -ENOENT (or what stat said) for a
 * path that can't be reached, -ERANGE for the rare file whose key would be -1 or 0; the -1 of ftok is never taken as a
 * key. *key is untouched on failure. The key follows the file's inode, not its name (a replaced file has another), and
 * holds only 16 bits of it, so that files which share a key are common. */
int segment_key_from_path(const char *path, int proj, key_t *key);

/* The key of a name, whatever its form; SEGMENT_BY_ID gives -EINVAL. */
int segment_name_key(const struct segment_name *name, key_t *key);

/* What the kernel knows of a segment. */
struct segment_stat {
    int id;
    key_t key;             /* 0 (IPC_PRIVATE) also for a removed one */
    uid_t owner, creator_owner;
    gid_t group;
    mode_t mode;           /* the 9 permission bits */
    size_t size;           /* bytes, as the creator asked for; memory is whole pages */
    unsigned long attached; /* nattch, your own attachments among them */
    pid_t creator_pid, last_pid; /* 0: not of this PID namespace */
    time_t attach_time, detach_time, change_time; /* seconds since 1970; 0: never */
    bool removed;          /* IPC_RMID was called and somebody still has it attached (SHM_DEST) */
    bool readable;         /* we may read it: the answer came from IPC_STAT and not from /proc/sysvipc/shm */
};

/* By id. Falls back to /proc/sysvipc/shm where IPC_STAT is not permitted. -EINVAL or -EIDRM: no such segment. */
int segment_stat(int id, struct segment_stat *st);

/* Calls take for each segment of our IPC namespace, whoever may read it, until it returns false: the kernel's list
 * /proc/sysvipc/shm, so `readable` is false in all of them. -errno where that list can't be read. */
typedef bool segment_take(void *state, const struct segment_stat *st);
int segment_each(segment_take *take, void *state);

/* The id that stands under key now. -ENOENT: none. Asks for no permission and never creates one: key 0 (IPC_PRIVATE)
 * gives -EINVAL. */
int segment_find(key_t key, int *id);

/* The id of a name, whatever its form. Failures as segment_name_key's and segment_find's. An id is taken as it is:
 * whether a segment stands there is for segment_stat to say. */
int segment_name_id(const struct segment_name *name, int *id);

/* Is the process that made the segment still there? A zombie is not, nor is another process that got its pid later
 * (it started after the segment's last change, by 2 seconds or more: times of that kind are rounded). Where it can't be
 * told (another PID namespace, /proc hidden) it is unknown. */
enum segment_creator { SEGMENT_CREATOR_RUNS, SEGMENT_CREATOR_DEAD, SEGMENT_CREATOR_UNKNOWN };
enum segment_creator segment_creator_state(const struct segment_stat *st);

/* One attached segment. Starts as SEGMENT_EMPTY; segment_detach makes it so again. */
struct segment {
    int id;
    key_t key;
    void *base;    /* where it is attached; NULL: it is not */
    size_t size;   /* bytes, from IPC_STAT */
    bool readonly; /* attached with SHM_RDONLY */
};
#define SEGMENT_EMPTY ((struct segment){.id = -1})

/* What segment_create found where it could not make a new segment at once. */
enum segment_finding {
    SEGMENT_NEW,        /* nothing stood there */
    SEGMENT_TAKEN_OVER, /* a dead server's segment of ours stood there: it was removed and made anew */
    SEGMENT_REFUSED     /* somebody's segment stands there, see `why`: it was left untouched */
};

enum segment_refusal {
    SEGMENT_OTHER_OWNER, SEGMENT_OTHER_SIZE, SEGMENT_CREATOR_ALIVE, SEGMENT_STILL_ATTACHED, SEGMENT_CREATOR_NOT_KNOWN
};

/* May a server of this effective user, who needs size bytes, take over the segment that st tells of? Returns true, or
 * false with the first reason in *why. Asks /proc for the creator; changes nothing. */
bool segment_is_ours_to_take(const struct segment_stat *st, size_t size, enum segment_refusal *why);

struct segment_report {
    enum segment_finding finding;
    enum segment_refusal why;      /* SEGMENT_REFUSED only */
    struct segment_stat found;     /* what stood there, before anything was done to it (TAKEN_OVER, REFUSED) */
};

/* Makes a segment of size bytes under key with IPC_CREAT|IPC_EXCL, attaches it for reading and writing, checks by
 * IPC_STAT that it got what it asked for, and leaves its bytes as the kernel gave them (all 0). Where one stands there:
 * if it is ours to take (owner and creator are our effective user, same size, creator dead, nobody attached) it is
 * removed by its id and a new one is made, so the kernel's creator pid is ours; else -EEXIST with report->why and *s
 * untouched.
 * Two servers that start at once can't both win: ids are never reused under the loser's hand. -EINVAL for key 0
 * (IPC_PRIVATE) or -1, or size 0. On any other failure nothing that it made is left behind; -ESTALE: the segment was
 * changed or removed by somebody else before it was ready. report is filled in any case. */
int segment_create(struct segment *s, key_t key, size_t size, mode_t mode, struct segment_report *report);

/* Attaches the segment of that id with SHM_RDONLY. The stat of *before* attaching (so nattch is the others') goes to
 * *st where st is not NULL, also where attaching fails with -EACCES. -EACCES, -EINVAL, -EIDRM as shmat. -ESTALE where
 * owner, mode or size changed in between. *s is untouched on failure. */
int segment_attach(struct segment *s, int id, struct segment_stat *st);

/* Detaches; the segment stays. Does nothing to an empty one. */
int segment_detach(struct segment *s);

/* Marks the segment of that id for removal: its key is free at once, its memory when the last process detaches.
 * -EINVAL or -EIDRM: somebody removed it already. */
int segment_remove(int id);

#endif
