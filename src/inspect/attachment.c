/* Attachment: which processes have a segment attached. See attachment.h. */
#define _GNU_SOURCE /* memfd_create */
#include "attachment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "process_list.h"

/* ---- the object to search for ---- */

struct device_search {
    uint64_t address;
    struct attachment_object *object;
    bool found;
};

static bool device_take(void *state, const struct mapping *m)
{
    struct device_search *search = state;

    if (m->start != search->address) {
        return m->start < search->address;
    }
    search->object->device = m->device;
    search->found = true;
    return false;
}

/* The device of the kernel's internal tmpfs, which holds both segments and memfds. */
static int kernel_tmpfs(dev_t *device)
{
    struct stat st;
    int fd = memfd_create("shmlab", MFD_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    int rc = fstat(fd, &st) == 0 ? 0 : -errno;
    close(fd);
    if (rc == 0) {
        *device = st.st_dev;
    }
    return rc;
}

static void namespace_read(pid_t pid, struct attachment_object *object)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof path, "/proc/%ld/ns/ipc", (long)pid);
    if (stat(path, &st) == 0) {
        object->namespace_device = st.st_dev;
        object->namespace_inode = st.st_ino;
    }
}

void attachment_of_mapping(pid_t pid, const struct mapping *m, struct attachment_object *object)
{
    *object = (struct attachment_object){.segment = mapping_is_segment(m), .device = m->device, .inode = m->inode};
    if (object->segment) {
        namespace_read(pid, object);
    }
}

int attachment_of_segment(int id, const void *base, struct attachment_object *object)
{
    struct device_search search = {.address = (uintptr_t)base, .object = object};

    *object = (struct attachment_object){.segment = true, .inode = (ino_t)id};
    namespace_read(getpid(), object);
    if (base != NULL && process_proc_is_ours()) {
        mapping_each(getpid(), device_take, &search);
    }
    return search.found ? 0 : kernel_tmpfs(&object->device);
}

/* ---- one scan of all processes ---- */

struct scan {
    const struct attachment_object *object;
    struct attachments *to;
    pid_t pid;
    char name[PROCESS_NAME_MAX];
    size_t of_pid; /* attachments found in this process */
    bool foreign;  /* it is, or may be, in another IPC namespace */
    int error;
};

static bool same_ipc_namespace(const struct scan *scan)
{
    struct attachment_object theirs = {.namespace_inode = 0};

    namespace_read(scan->pid, &theirs);
    return theirs.namespace_inode != 0 && theirs.namespace_inode == scan->object->namespace_inode &&
           theirs.namespace_device == scan->object->namespace_device;
}

/* Appends an uninitialised entry. NULL: out of memory. */
static struct attachment *append(struct attachments *a)
{
    if ((a->count & (a->count - 1)) == 0) { /* full: the capacity is always a power of 2 */
        struct attachment *list = realloc(a->list, (a->count > 0 ? 2 * a->count : 1) * sizeof *list);
        if (list == NULL) {
            return NULL;
        }
        a->list = list;
    }
    return &a->list[a->count++];
}

static bool scan_take(void *state, const struct mapping *m)
{
    struct scan *scan = state;
    const struct attachment_object *object = scan->object;

    if (m->inode != object->inode || m->device != object->device) {
        return true;
    }
    /* A file in the same tmpfs may have the shmid as its inode number. */
    if (object->segment && !mapping_is_segment(m)) {
        return true;
    }
    if (scan->of_pid == 0 && !scan->foreign) {
        scan->foreign = object->segment && !same_ipc_namespace(scan);
        process_name(scan->pid, scan->name);
    }
    if (scan->foreign) {
        return false;
    }
    scan->of_pid++;
    scan->to->found++;
    if (scan->to->count == ATTACHMENTS_MAX) {
        return true;
    }
    struct attachment *one = append(scan->to);
    if (one == NULL) {
        scan->error = -ENOMEM;
        return false;
    }
    memset(one, 0, sizeof *one); /* the padding too: lists are compared with memcmp */
    one->pid = scan->pid;
    one->address = m->start;
    one->size = m->end - m->start;
    one->offset = m->offset;
    one->shared = m->shared;
    memcpy(one->rights, m->rights, sizeof one->rights);
    memcpy(one->name, scan->name, sizeof one->name);
    return true;
}

static int by_pid(const void *a, const void *b)
{
    const struct attachment *x = a, *y = b;

    if (x->pid != y->pid) {
        return x->pid < y->pid ? -1 : 1;
    }
    return x->address < y->address ? -1 : x->address > y->address;
}

static bool scan_process(void *state, pid_t pid)
{
    struct scan *scan = state;

    scan->pid = pid;
    scan->of_pid = 0;
    scan->foreign = false;
    int rc = mapping_each(pid, scan_take, scan);
    scan->to->closed += rc == -EACCES;
    scan->to->processes += scan->of_pid > 0;
    return scan->error == 0;
}

int attachments_scan(struct attachments *a, const struct attachment_object *object)
{
    struct attachments found = {.list = NULL};
    struct scan scan = {.object = object, .to = &found};

    attachments_free(a);
    int rc = process_each(scan_process, &scan);
    if (rc < 0) {
        return rc;
    }
    if (scan.error < 0) {
        attachments_free(&found);
        return scan.error;
    }
    found.unseen = process_unseen();
    if (found.count > 1) {
        qsort(found.list, found.count, sizeof *found.list, by_pid);
    }
    *a = found;
    return 0;
}

void attachments_free(struct attachments *a)
{
    free(a->list);
    *a = (struct attachments){.list = NULL};
}

size_t attachments_drop(struct attachments *a, pid_t pid)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].pid != pid) {
            a->list[kept++] = a->list[i];
        }
    }
    size_t dropped = a->count - kept;
    a->count = kept;
    a->found -= dropped;
    a->processes -= dropped > 0;
    return dropped;
}

size_t attachments_missing(const struct attachments *a, unsigned long nattch)
{
    return nattch > a->found ? nattch - a->found : 0;
}

/* ---- when to scan ---- */

#define CHANGE_GAP_MS 100 /* the shortest time between two scans while attachments change */
#define SETTLE_MS 1100    /* the kernel's times are whole seconds: a second change within one doesn't show in them */
#define COUNTED_EVERY_MS 300000 /* the kernel's counts show who attaches and detaches, but not a new process name */
#define UNCOUNTED_EVERY_MS 2000
#define ASK_MS 500  /* between two checks whether the processes found still run */
#define ASKED_MAX 8 /* how many are checked */

void attachment_watch_start(struct attachment_watch *w, const struct attachment_object *object)
{
    attachment_watch_free(w);
    w->object = *object;
}

void attachment_watch_free(struct attachment_watch *w)
{
    attachments_free(&w->now);
    *w = (struct attachment_watch){.error = 0};
}

static bool stat_differs(const struct segment_stat *a, const struct segment_stat *b)
{
    return a->attached != b->attached || a->last_pid != b->last_pid || a->attach_time != b->attach_time ||
           a->detach_time != b->detach_time || a->id != b->id;
}

/* The time between two scans, at least least_ms, that keeps their cost below 1/part of a processor. */
static uint64_t pause_ms(const struct attachment_watch *w, uint64_t least_ms, uint64_t part)
{
    uint64_t pause = w->cost_us * part / 1000;

    return pause > least_ms ? pause : least_ms;
}

/* Whether one of the first few processes found has ended. */
static bool any_ended(const struct attachment_watch *w)
{
    struct process p;

    for (size_t i = 0; i < w->now.count && i < ASKED_MAX; i++) {
        int rc = process_read(w->now.list[i].pid, &p);
        if (rc == -ESRCH || (rc == 0 && process_has_ended(&p))) {
            return true;
        }
    }
    return false;
}

bool attachment_watch_due(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms)
{
    if (!w->scanned) {
        return true;
    }
    uint64_t since = now_ms - w->scanned_at;
    if (st != NULL && stat_differs(st, &w->seen)) {
        return since >= pause_ms(w, CHANGE_GAP_MS, 50); /* 2 % of a processor while attachments change */
    }
    if (w->settle_at != 0 && now_ms >= w->settle_at && since >= pause_ms(w, CHANGE_GAP_MS, 50)) {
        w->settle_at = 0;
        return true;
    }
    if (st == NULL && now_ms - w->asked_at >= ASK_MS && since >= pause_ms(w, ASK_MS, 50)) {
        w->asked_at = now_ms;
        if (any_ended(w)) {
            return true;
        }
    }
    return since >= (st != NULL ? pause_ms(w, COUNTED_EVERY_MS, 100000) : pause_ms(w, UNCOUNTED_EVERY_MS, 2000));
}

static uint64_t processor_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool same(const struct attachments *a, const struct attachments *b)
{
    return a->count == b->count && a->found == b->found && a->closed == b->closed &&
           (a->count == 0 || memcmp(a->list, b->list, a->count * sizeof *a->list) == 0);
}

bool attachment_watch_tick(struct attachment_watch *w, const struct segment_stat *st, uint64_t now_ms)
{
    if (!attachment_watch_due(w, st, now_ms)) {
        return false;
    }
    struct attachments fresh = {.list = NULL};
    uint64_t before = processor_us();
    int error = attachments_scan(&fresh, &w->object);
    w->cost_us = processor_us() - before;
    /* If we were the last to attach or detach, no change after ours can have gone unnoticed. */
    if (st != NULL && st->last_pid != getpid() && (!w->scanned || stat_differs(st, &w->seen))) {
        w->settle_at = now_ms + SETTLE_MS;
    }
    if (st != NULL) {
        w->seen = *st;
    }
    bool changed = !w->scanned || error != w->error || !same(&fresh, &w->now);
    attachments_free(&w->now);
    w->now = fresh;
    w->error = error;
    w->scanned = true;
    w->scanned_at = now_ms;
    return changed;
}
