/* Segment list: lists all shared memory. See segment_list.h. */
#include "segment_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mapping.h"
#include "process_list.h"

/* Appends an entry of zeros. NULL: the list is full, or, with *rc set, out of memory. */
static struct segment_entry *next_entry(struct segment_list *l, int *rc)
{
    if (l->count == SEGMENT_LIST_MAX) {
        l->more++;
        return NULL;
    }
    if ((l->count & (l->count - 1)) == 0) { /* full: the capacity is always a power of 2 */
        struct segment_entry *list = realloc(l->list, (l->count > 0 ? 2 * l->count : 1) * sizeof *list);
        if (list == NULL) {
            *rc = -ENOMEM;
            return NULL;
        }
        l->list = list;
    }
    struct segment_entry *one = &l->list[l->count++];
    memset(one, 0, sizeof *one); /* the padding too: lists are compared with memcmp */
    return one;
}

/* ---- System V ---- */

struct reading {
    struct segment_list *to;
    int rc;
};

static bool take_segment(void *state, const struct segment_stat *st)
{
    struct reading *r = state;
    struct segment_stat ours;
    struct segment_entry *one = next_entry(r->to, &r->rc);

    if (one == NULL) {
        return r->rc == 0;
    }
    one->id = st->id;
    one->key = st->removed ? 0 : st->key;
    one->owner = st->owner;
    one->mode = st->mode;
    one->size = st->size;
    one->attached = st->attached;
    one->removed = st->removed;
    /* IPC_STAT needs the same permission as shmat with SHM_RDONLY, and its pids are those of our PID namespace. */
    one->readable = segment_stat(st->id, &ours) == 0 && ours.readable;
    one->creator_pid = one->readable ? ours.creator_pid : st->creator_pid;
    one->creator_runs = segment_creator_state(st) == SEGMENT_CREATOR_RUNS;
    if (one->creator_runs) {
        process_name(one->creator_pid, one->creator);
    }
    return true;
}

/* ---- POSIX ---- */

static void take_file(struct reading *r, int folder, const char *name)
{
    struct stat st;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
        return;
    }
    struct segment_entry *one = next_entry(r->to, &r->rc);
    if (one == NULL) {
        return;
    }
    one->kind = SEGMENT_POSIX;
    snprintf(one->name, sizeof one->name, "/%s", name);
    one->owner = st.st_uid;
    one->mode = st.st_mode & 0777;
    one->size = (size_t)st.st_size;
    one->readable = faccessat(folder, name, R_OK, AT_EACCESS) == 0;
    one->device = st.st_dev;
    one->inode = st.st_ino;
}

static void read_folder(struct reading *r)
{
    DIR *folder = opendir(SEGMENT_LIST_FOLDER);

    if (folder == NULL) {
        return;
    }
    for (struct dirent *entry; r->rc == 0 && (entry = readdir(folder)) != NULL;) {
        take_file(r, dirfd(folder), entry->d_name);
    }
    closedir(folder);
}

/* ---- mappings of processes ---- */

struct scan {
    struct segment_entry *posix; /* sorted by device and inode */
    size_t posix_count;
    struct reading nameless; /* memory without a name, found only in maps */
    size_t closed;           /* processes that we may not inspect */
    pid_t pid;               /* the current process */
};

static int by_inode(const void *a, const void *b)
{
    const struct segment_entry *x = a, *y = b;

    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static struct segment_entry *find_posix(const struct scan *s, const struct mapping *m)
{
    const struct segment_entry key = {.device = m->device, .inode = m->inode};

    if (s->posix_count == 0 || m->inode == 0) {
        return NULL;
    }
    return bsearch(&key, s->posix, s->posix_count, sizeof key, by_inode);
}

/* Whether it is shared memory that can't be opened by a name. System V segments have an id; /[aio] is the kernel's. */
static bool is_nameless(const struct mapping *m, size_t length, enum segment_kind *kind)
{
    static const char deleted[] = " (deleted)", memfd[] = "/memfd:";
    const size_t tail = sizeof deleted - 1;

    if (!m->shared || m->rights[0] != 'r' || m->device == 0 || length < tail ||
        strcmp(m->name + length - tail, deleted) != 0) {
        return false;
    }
    if (mapping_is_segment(m) || strncmp(m->name, "/[", 2) == 0) {
        return false;
    }
    bool zero = strcmp(m->name, "/dev/zero (deleted)") == 0;
    *kind = strncmp(m->name, memfd, sizeof memfd - 1) == 0 ? SEGMENT_MEMFD : zero ? SEGMENT_ANONYMOUS : SEGMENT_DELETED;
    return true;
}

static void take_nameless(struct scan *s, const struct mapping *m)
{
    struct segment_list *l = s->nameless.to;
    size_t length = strlen(m->name);
    enum segment_kind kind;
    char path[32];
    struct stat st;

    if (!is_nameless(m, length, &kind)) {
        return;
    }
    for (size_t i = l->count; i > 0; i--) { /* backwards: usually it is the last entry again */
        if (l->list[i - 1].device == m->device && l->list[i - 1].inode == m->inode) {
            l->list[i - 1].attached++;
            return;
        }
    }
    struct segment_entry *one = next_entry(l, &s->nameless.rc);
    if (one == NULL) {
        return;
    }
    size_t skip = kind == SEGMENT_MEMFD ? strlen("/memfd:") : 0;
    size_t end = kind == SEGMENT_ANONYMOUS ? 0 : length - strlen(" (deleted)");
    one->kind = kind;
    snprintf(one->name, sizeof one->name, "%.*s", (int)(end > skip ? end - skip : 0), m->name + skip);
    snprintf(path, sizeof path, "/proc/%ld", (long)s->pid);
    one->owner = stat(path, &st) == 0 ? st.st_uid : 0;
    one->size = (size_t)(m->end - m->start);
    one->attached = 1;
    one->creator_pid = s->pid;
    one->creator_runs = true;
    process_name(s->pid, one->creator);
    one->address = m->start;
    snprintf(one->map, sizeof one->map, "0x%llx", (unsigned long long)m->start);
    one->readable = true;
    one->device = m->device;
    one->inode = m->inode;
}

static bool take_mapping(void *state, const struct mapping *m)
{
    struct scan *s = state;
    struct segment_entry *posix = find_posix(s, m);

    if (posix != NULL) {
        posix->attached++;
    } else {
        take_nameless(s, m);
    }
    return s->nameless.rc == 0;
}

static bool take_process(void *state, pid_t pid)
{
    struct scan *s = state;

    s->pid = pid;
    s->closed += mapping_each(pid, take_mapping, s) == -EACCES;
    return s->nameless.rc == 0;
}

static int append(struct segment_list *l, const struct segment_list *more)
{
    if (more->count == 0) {
        return 0;
    }
    struct segment_entry *list = realloc(l->list, (l->count + more->count) * sizeof *list);
    if (list == NULL) {
        return -ENOMEM;
    }
    memcpy(list + l->count, more->list, more->count * sizeof *list);
    l->list = list;
    l->count += more->count;
    l->more += more->more;
    return 0;
}

/* Counts the mappings of the POSIX entries, which start at index `first`, and adds memory without a name. */
static int read_maps(struct segment_list *l, size_t first)
{
    struct segment_list nameless = {.list = NULL};
    struct scan s = {.posix = l->list + first, .posix_count = l->count - first, .nameless = {.to = &nameless}};

    if (s.posix_count > 0) {
        qsort(s.posix, s.posix_count, sizeof *s.posix, by_inode);
    }
    bool unknown = process_each(take_process, &s) < 0 || s.closed > 0 || process_unseen() != PROCESS_ALL_SEEN;
    int rc = s.nameless.rc < 0 ? s.nameless.rc : append(l, &nameless);
    segment_list_free(&nameless);
    for (size_t i = first; rc == 0 && i < l->count; i++) {
        l->list[i].more_attached = unknown;
    }
    return rc;
}

/* ---- all ---- */

static int by_rank(const void *a, const void *b)
{
    const struct segment_entry *x = a, *y = b;
    int kind_x = x->kind < SEGMENT_MEMFD ? (int)x->kind : SEGMENT_MEMFD;
    int kind_y = y->kind < SEGMENT_MEMFD ? (int)y->kind : SEGMENT_MEMFD;

    if (kind_x != kind_y) {
        return kind_x - kind_y;
    }
    if (x->kind == SEGMENT_SYSV) {
        return x->id < y->id ? -1 : x->id > y->id;
    }
    if (x->kind == SEGMENT_POSIX) {
        return strcmp(x->name, y->name);
    }
    if (x->creator_pid != y->creator_pid) {
        return x->creator_pid < y->creator_pid ? -1 : 1;
    }
    return x->address < y->address ? -1 : x->address > y->address;
}

int segment_list_read(struct segment_list *l)
{
    struct reading r = {.to = l};

    segment_list_free(l);
    segment_each(take_segment, &r);
    size_t segments = l->count;
    if (r.rc == 0) {
        read_folder(&r);
    }
    if (r.rc == 0) {
        r.rc = read_maps(l, segments);
    }
    if (r.rc < 0) {
        segment_list_free(l);
        return r.rc;
    }
    if (l->count > 1) {
        qsort(l->list, l->count, sizeof *l->list, by_rank);
    }
    return 0;
}

struct attachment_object segment_entry_object(const struct segment_entry *e)
{
    return e->kind == SEGMENT_SYSV ? (struct attachment_object){.segment = true, .inode = (ino_t)e->id}
                                   : (struct attachment_object){.device = e->device, .inode = e->inode};
}

void segment_list_free(struct segment_list *l)
{
    free(l->list);
    *l = (struct segment_list){.list = NULL};
}
