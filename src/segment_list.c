/* Segment list: what shared memory there is. See segment_list.h. */
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

/* The next place, all zero; NULL with *rc set where there is none. */
static struct segment_entry *next_entry(struct segment_list *l, int *rc)
{
    if (l->count == SEGMENT_LIST_MAX) {
        l->more++;
        return NULL;
    }
    if ((l->count & (l->count - 1)) == 0) { /* full: its room is always a power of 2 */
        struct segment_entry *list = realloc(l->list, (l->count > 0 ? 2 * l->count : 1) * sizeof *list);
        if (list == NULL) {
            *rc = -ENOMEM;
            return NULL;
        }
        l->list = list;
    }
    struct segment_entry *one = &l->list[l->count++];
    memset(one, 0, sizeof *one); /* lists are compared byte by byte */
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

    if (one == NULL)
        return r->rc == 0;
    one->id = st->id;
    one->key = st->removed ? 0 : st->key;
    one->owner = st->owner;
    one->mode = st->mode;
    one->size = st->size;
    one->attached = st->attached;
    one->removed = st->removed;
    /* IPC_STAT asks for the same right as shmat with SHM_RDONLY, and tells pids of our own namespace. */
    one->readable = segment_stat(st->id, &ours) == 0 && ours.readable;
    one->creator_pid = one->readable ? ours.creator_pid : st->creator_pid;
    one->creator_runs = segment_creator_state(st) == SEGMENT_CREATOR_RUNS;
    if (one->creator_runs)
        process_name(one->creator_pid, one->creator);
    return true;
}

/* ---- POSIX ---- */

static void take_file(struct reading *r, int folder, const char *name)
{
    struct stat st;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return;
    struct segment_entry *one = next_entry(r->to, &r->rc);
    if (one == NULL)
        return;
    one->posix = true;
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

    if (folder == NULL)
        return;
    for (struct dirent *entry; r->rc == 0 && (entry = readdir(folder)) != NULL;)
        take_file(r, dirfd(folder), entry->d_name);
    closedir(folder);
}

/* ---- who has the POSIX ones mapped ---- */

struct count {
    struct segment_entry *list; /* of POSIX ones, by device and inode */
    size_t count;
    size_t closed;              /* processes that we may not look into */
};

static int by_inode(const void *a, const void *b)
{
    const struct segment_entry *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static bool count_mapping(void *state, const struct mapping *m)
{
    struct count *c = state;
    size_t low = 0, high = c->count;

    if (m->inode == 0 || m->device != c->list[0].device)
        return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct segment_entry *one = &c->list[middle];
        if (one->inode == m->inode && one->device == m->device) {
            one->attached++;
            return true;
        }
        if (one->inode < m->inode)
            low = middle + 1;
        else
            high = middle;
    }
    return true;
}

static bool count_process(void *state, pid_t pid)
{
    struct count *c = state;

    c->closed += mapping_each(pid, count_mapping, c) == -EACCES;
    return true;
}

static void count_mappings(struct segment_entry *list, size_t count)
{
    struct count c = {.list = list, .count = count};

    if (count == 0)
        return;
    qsort(list, count, sizeof *list, by_inode);
    bool unknown = process_each(count_process, &c) < 0 || c.closed > 0;
    for (size_t i = 0; i < count; i++)
        list[i].more_attached = unknown;
}

/* ---- all ---- */

static int by_name(const void *a, const void *b)
{
    const struct segment_entry *x = a, *y = b;

    if (x->posix || y->posix)
        return x->posix != y->posix ? (x->posix ? 1 : -1) : strcmp(x->name, y->name);
    return x->id < y->id ? -1 : x->id > y->id;
}

int segment_list_read(struct segment_list *l)
{
    struct reading r = {.to = l};

    segment_list_free(l);
    segment_each(take_segment, &r);
    size_t segments = l->count;
    if (r.rc == 0)
        read_folder(&r);
    if (r.rc < 0) {
        segment_list_free(l);
        return r.rc;
    }
    count_mappings(l->list + segments, l->count - segments);
    if (l->count > 1)
        qsort(l->list, l->count, sizeof *l->list, by_name);
    return 0;
}

void segment_list_free(struct segment_list *l)
{
    free(l->list);
    *l = (struct segment_list){.list = NULL};
}
