/* Segment: the only file that calls shmget, shmat, shmdt and shmctl. See segment.h. */
#include "segment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

#define SHMAT_FAILED ((void *)-1)
#define CREATE_TRIES 100 /* a try fails only when another process creates or removes a segment at the same time */

/* ---- names ---- */

bool segment_name_is_default(const struct segment_name *name)
{
    return name->by == SEGMENT_BY_PATH && name->path == NULL && name->proj == 0;
}

int segment_default_path(char *out, size_t out_size)
{
    ssize_t n = readlink("/proc/self/exe", out, out_size);

    if (n < 0) {
        return -errno;
    }
    if ((size_t)n >= out_size) {
        return -ENAMETOOLONG;
    }
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (slash == NULL) {
        return -ENOENT;
    }
    *(slash == out ? slash + 1 : slash) = '\0';
    return 0;
}

int segment_key_from_path(const char *path, int proj, key_t *key)
{
    if ((proj & 0xff) == 0) {
        return -EINVAL; /* POSIX: the result of ftok is then unspecified */
    }
    errno = 0;
    key_t k = ftok(path, proj);
    if (k == -1) {
        return errno != 0 ? -errno : -ERANGE;
    }
    if (k == IPC_PRIVATE) {
        return -ERANGE;
    }
    *key = k;
    return 0;
}

int segment_name_key(const struct segment_name *name, key_t *key)
{
    char default_path[4096];
    const char *path = name->path;

    switch (name->by) {
    case SEGMENT_BY_KEY:
        *key = name->key;
        return 0;
    case SEGMENT_BY_ID:
        return -EINVAL;
    case SEGMENT_BY_PATH:
        break;
    }
    if (path == NULL) {
        int rc = segment_default_path(default_path, sizeof default_path);
        if (rc != 0) {
            return rc;
        }
        path = default_path;
    }
    return segment_key_from_path(path, name->proj != 0 ? name->proj : SEGMENT_PROJ, key);
}

int segment_name_id(const struct segment_name *name, int *id)
{
    key_t key;

    if (name->by == SEGMENT_BY_ID) {
        *id = name->id;
        return 0;
    }
    int rc = segment_name_key(name, &key);
    return rc != 0 ? rc : segment_find(key, id);
}

/* ---- the state of a segment ---- */

/* Parses one line of /proc/sysvipc/shm, which everybody may read, even for segments that they may not attach. */
static int stat_parse_line(const char *line, struct segment_stat *st)
{
    long key, id, creator_pid, last_pid;
    unsigned long mode, size, attached, owner, group, creator_owner, creator_group, attach, detach, change;

    if (sscanf(line, "%ld %ld %lo %lu %ld %ld %lu %lu %lu %lu %lu %lu %lu %lu", &key, &id, &mode, &size, &creator_pid,
               &last_pid, &attached, &owner, &group, &creator_owner, &creator_group, &attach, &detach, &change) != 14) {
        return -EINVAL;
    }
    *st = (struct segment_stat){
        .id = (int)id,
        .key = (key_t)key,
        .owner = (uid_t)owner,
        .creator_owner = (uid_t)creator_owner,
        .group = (gid_t)group,
        .mode = (mode_t)(mode & 0777),
        .size = size,
        .attached = attached,
        .creator_pid = (pid_t)creator_pid,
        .last_pid = (pid_t)last_pid,
        .attach_time = (time_t)attach,
        .detach_time = (time_t)detach,
        .change_time = (time_t)change,
        .removed = (mode & SHM_DEST) != 0,
        .readable = false,
    };
    return 0;
}

int segment_each(segment_take *take, void *state)
{
    char line[512];
    FILE *f = fopen("/proc/sysvipc/shm", "re");

    if (f == NULL) {
        return -errno;
    }
    /* The pids in this file are those of the PID namespace that /proc belongs to. It may not be ours. */
    bool pids = process_proc_is_ours();
    for (bool more = true; more && fgets(line, sizeof line, f) != NULL;) {
        struct segment_stat st;
        if (stat_parse_line(line, &st) < 0) {
            continue;
        }
        if (!pids) {
            st.creator_pid = st.last_pid = 0;
        }
        more = take(state, &st);
    }
    fclose(f);
    return 0;
}

struct stat_search {
    int id;
    struct segment_stat *st;
    bool found;
};

static bool stat_take(void *state, const struct segment_stat *st)
{
    struct stat_search *search = state;

    search->found = st->id == search->id;
    if (search->found) {
        *search->st = *st;
    }
    return !search->found;
}

static int stat_from_proc(int id, struct segment_stat *st)
{
    struct stat_search search = {.id = id, .st = st};
    int rc = segment_each(stat_take, &search);

    return rc < 0 ? rc : search.found ? 0 : -EIDRM;
}

int segment_stat(int id, struct segment_stat *st)
{
    struct shmid_ds ds;

    if (shmctl(id, IPC_STAT, &ds) != 0) {
        return errno == EACCES ? stat_from_proc(id, st) : -errno;
    }
    *st = (struct segment_stat){
        .id = id,
        .key = ds.shm_perm.__key,
        .owner = ds.shm_perm.uid,
        .creator_owner = ds.shm_perm.cuid,
        .group = ds.shm_perm.gid,
        .mode = ds.shm_perm.mode & 0777,
        .size = ds.shm_segsz,
        .attached = ds.shm_nattch,
        .creator_pid = ds.shm_cpid,
        .last_pid = ds.shm_lpid,
        .attach_time = ds.shm_atime,
        .detach_time = ds.shm_dtime,
        .change_time = ds.shm_ctime,
        .removed = (ds.shm_perm.mode & SHM_DEST) != 0,
        .readable = true,
    };
    return 0;
}

int segment_find(key_t key, int *id)
{
    if (key == IPC_PRIVATE) {
        return -EINVAL; /* shmget would create a new segment, even without IPC_CREAT */
    }
    int found = shmget(key, 0, 0);
    if (found < 0) {
        return -errno;
    }
    *id = found;
    return 0;
}

enum segment_creator segment_creator_state(const struct segment_stat *st)
{
    struct process creator;
    time_t started;

    if (st->creator_pid <= 0) {
        return SEGMENT_CREATOR_UNKNOWN;
    }
    int rc = process_read(st->creator_pid, &creator);
    if (rc == -ESRCH) {
        return SEGMENT_CREATOR_DEAD;
    }
    if (rc != 0 || process_start_time(&creator, &started) != 0) {
        return SEGMENT_CREATOR_UNKNOWN;
    }
    if (process_has_ended(&creator)) {
        return SEGMENT_CREATOR_DEAD;
    }
    /* The creator started before its segment was changed. But change_time is rounded down to a second, and the clock
     * may have been adjusted a little since, so a process that started less than 2 s later may still be the
     * creator. */
    return started >= st->change_time + 2 ? SEGMENT_CREATOR_DEAD : SEGMENT_CREATOR_RUNS;
}

/* ---- create ---- */

bool segment_may_take_over(const struct segment_stat *st, size_t size, enum segment_refusal *why)
{
    if (st->owner != geteuid() || st->creator_owner != geteuid()) {
        *why = SEGMENT_OTHER_OWNER;
        return false;
    }
    if (st->size != size) {
        *why = SEGMENT_OTHER_SIZE;
        return false;
    }
    switch (segment_creator_state(st)) {
    case SEGMENT_CREATOR_RUNS:
        *why = SEGMENT_CREATOR_ALIVE;
        return false;
    case SEGMENT_CREATOR_UNKNOWN:
        *why = SEGMENT_CREATOR_NOT_KNOWN;
        return false;
    case SEGMENT_CREATOR_DEAD:
        break;
    }
    *why = SEGMENT_STILL_ATTACHED;
    return st->attached == 0;
}

/* Removes the segment that has this key, if we may take it over. 0: the key may be free now, try again. */
static int clear_key(key_t key, size_t size, struct segment_report *report)
{
    struct segment_stat st;
    enum segment_refusal why;
    int id = -1;

    int rc = segment_find(key, &id);
    if (rc == 0) {
        rc = segment_stat(id, &st);
    }
    if (rc == -ENOENT || rc == -EINVAL || rc == -EIDRM) {
        return 0; /* it was removed meanwhile */
    }
    if (rc != 0) {
        return rc;
    }
    if (st.removed || st.key != key) {
        return 0; /* it was removed between segment_find and segment_stat, so it has lost its key */
    }
    if (!segment_may_take_over(&st, size, &why)) {
        *report = (struct segment_report){.finding = SEGMENT_REFUSED, .why = why, .found = st};
        return -EEXIST;
    }
    /* If another server was faster, this id no longer exists, and the new segment of that server has another one. */
    if (shmctl(id, IPC_RMID, NULL) == 0) {
        *report = (struct segment_report){.finding = SEGMENT_TAKEN_OVER, .found = st};
    } else if (errno != EINVAL && errno != EIDRM) {
        return -errno;
    }
    return 0;
}

/* Checks that the segment we have created is what we asked for, and still ours. */
static int creation_check(int id, key_t key, size_t size, mode_t mode)
{
    struct segment_stat st;
    int rc = segment_stat(id, &st);

    if (rc != 0) {
        return rc;
    }
    bool same = !st.removed && st.key == key && st.size == size && st.mode == mode && st.owner == geteuid() &&
                st.creator_owner == geteuid();
    return same ? 0 : -ESTALE;
}

int segment_create(struct segment *s, key_t key, size_t size, mode_t mode, struct segment_report *report)
{
    int id = -1, rc = 0;

    *report = (struct segment_report){.finding = SEGMENT_NEW};
    mode &= 0777;
    if (key == IPC_PRIVATE || key == -1 || size == 0) {
        return -EINVAL;
    }
    for (int tries = 0; id < 0; tries++) {
        /* Without IPC_EXCL shmget silently returns any existing segment, even a larger one or another user's. */
        id = shmget(key, size, IPC_CREAT | IPC_EXCL | (int)mode);
        if (id < 0 && (errno != EEXIST || tries == CREATE_TRIES)) {
            return -errno;
        }
        if (id < 0 && (rc = clear_key(key, size, report)) != 0) {
            return rc;
        }
    }

    void *base = shmat(id, NULL, 0);
    rc = base == SHMAT_FAILED ? -errno : creation_check(id, key, size, mode);
    if (rc != 0) {
        if (base != SHMAT_FAILED) {
            shmdt(base);
        }
        shmctl(id, IPC_RMID, NULL);
        return rc == -EINVAL || rc == -EIDRM ? -ESTALE : rc; /* removed by another process */
    }
    *s = (struct segment){.id = id, .key = key, .base = base, .size = size, .readonly = false};
    return 0;
}

/* ---- attach, detach, remove ---- */

int segment_attach(struct segment *s, int id, struct segment_stat *st)
{
    struct segment_stat after;

    int rc = segment_stat(id, st); /* before we attach: nattch doesn't include us yet */
    if (rc != 0) {
        return rc;
    }
    void *base = shmat(id, NULL, SHM_RDONLY);
    if (base == SHMAT_FAILED) {
        return -errno;
    }
    rc = segment_stat(id, &after);
    if (rc == 0 && (after.owner != st->owner || after.creator_owner != st->creator_owner || after.mode != st->mode ||
                    after.size != st->size)) {
        rc = -ESTALE;
    }
    if (rc != 0) {
        shmdt(base);
        return rc;
    }
    *s = (struct segment){.id = id, .key = st->key, .base = base, .size = st->size, .readonly = true};
    return 0;
}

int segment_detach(struct segment *s)
{
    int rc = 0;

    if (s->base != NULL && shmdt(s->base) != 0) {
        rc = -errno;
    }
    *s = SEGMENT_EMPTY;
    return rc;
}

int segment_remove(int id)
{
    return shmctl(id, IPC_RMID, NULL) == 0 ? 0 : -errno;
}
