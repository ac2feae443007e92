/* Source, a mapping of another process: a memfd, a deleted file, a segment of another namespace, or any memory.
 *
 * Shared memory is read through a descriptor of the same object: from /proc/PID/map_files if the kernel allows it
 * (that needs a capability), else one that the process has open. Private memory, and objects without a descriptor, are
 * read at their address with process_vm_readv(2). All of these need permission to trace the process (ptrace(2),
 * "access mode"). See source.h. */
#define _GNU_SOURCE /* process_vm_readv */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "map_list.h"
#include "mapping.h"
#include "options.h"
#include "printable.h"
#include "report.h"
#include "segment_list.h"
#include "source_shared.h"

#define LOOK_MS 500 /* between two reads of /proc/PID/maps */

/* s->data: the mapping that is read. */
static struct mapping *map_of(const struct source *s)
{
    return s->data;
}

/* ---- finding the mapping ---- */

/* Searches by previous if it isn't NULL, else by wanted_line, address or name, whichever is set. */
struct search {
    const char *name;
    const struct mapping *previous;  /* the mapping as it was before */
    unsigned long line, wanted_line; /* the current line number, and the one to find; 0: none */
    uint64_t address;                /* UINT64_MAX: none */
    bool found;
    struct mapping best;
};

/* "/memfd:ring (deleted)" has this name and "/memfd:ring", "memfd:ring" and "ring"; "/usr/lib/libc.so.6" has the name
 * "libc.so.6" too. */
static bool has_name(const struct mapping *m, const char *wanted)
{
    char name[MAPPING_NAME_MAX];
    if (*wanted == '\0') {
        return false; /* or it would match anonymous memory */
    }
    if (strcmp(m->name, wanted) == 0) {
        return true;
    }
    snprintf(name, sizeof name, "%s", m->name);
    char *deleted = strstr(name, " (deleted)");
    if (deleted != NULL && deleted[strlen(" (deleted)")] == '\0') {
        *deleted = '\0';
    }
    const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name;
    const char *memfd = strncmp(base, "memfd:", 6) == 0 ? base + 6 : base;
    return strcmp(name, wanted) == 0 || strcmp(base, wanted) == 0 || strcmp(memfd, wanted) == 0;
}

static bool same_object(const struct mapping *a, const struct mapping *b)
{
    return a->device == b->device && a->inode == b->inode && a->offset == b->offset && a->shared == b->shared;
}

/* The same object as before, preferably at the same address; anonymous private memory only there. */
static bool take_previous(struct search *search, const struct mapping *m)
{
    bool same = same_object(m, search->previous), here = m->start == search->previous->start;
    if (same && (here || (m->device != 0 && !search->found))) {
        search->best = *m;
        search->found = true;
    }
    return !(same && here);
}

/* The first shared mapping with that name, or the first one if none is shared. */
static bool take_named(struct search *search, const struct mapping *m)
{
    if (has_name(m, search->name) && (m->shared || !search->found)) {
        search->best = *m;
        search->found = true;
    }
    return !(search->found && search->best.shared);
}

static bool search_take(void *state, const struct mapping *m)
{
    struct search *search = state;
    search->line++;
    if (search->previous != NULL) {
        return take_previous(search, m);
    }
    if (search->wanted_line == 0 && search->address == UINT64_MAX) {
        return take_named(search, m);
    }
    bool fits = search->wanted_line != 0 ? search->line == search->wanted_line
                                         : search->address >= m->start && search->address < m->end;
    if (fits) {
        search->best = *m;
        search->found = true;
    }
    return !fits;
}

static int find_by(pid_t pid, struct search *search, struct mapping *m)
{
    int rc = mapping_each(pid, search_take, search);
    if (rc < 0) {
        return rc;
    }
    if (search->line == 0) {
        return -ESRCH; /* a zombie or a kernel thread: it has no memory */
    }
    if (!search->found) {
        return -ENOENT;
    }
    *m = search->best;
    return 0;
}

/* Finds the mapping that the user selected by line, address or name. */
static int find_selected(pid_t pid, const char *map, struct mapping *m)
{
    struct search search = {.name = map, .address = UINT64_MAX};
    char *end;
    errno = 0;
    bool hex = map[0] == '0' && (map[1] == 'x' || map[1] == 'X');
    unsigned long long n = strtoull(map, &end, hex ? 16 : 10);
    if (end != map && *end == '\0' && errno == 0 && map[0] >= '0' && map[0] <= '9') {
        search.address = hex ? n : UINT64_MAX;
        search.wanted_line = hex ? 0 : (unsigned long)n;
        if (!hex && n == 0) {
            return -ENOENT;
        }
    }
    return find_by(pid, &search, m);
}

/* ---- reading it ---- */

/* Opens path read-only if it is a regular file with the inode of m. */
static int open_same(const char *path, const struct mapping *m)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || st.st_ino != m->inode) {
        return -ENOENT;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd >= 0 ? fd : -errno;
}

static int open_map_file(pid_t pid, const struct mapping *m)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/map_files/%llx-%llx", (int)pid, (unsigned long long)m->start,
             (unsigned long long)m->end);
    return open_same(path, m);
}

static int open_its_descriptor(pid_t pid, const struct mapping *m)
{
    char path[64];
    int fd = -ENOENT;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *all = opendir(path);
    if (all == NULL) {
        return -errno;
    }
    for (struct dirent *entry; fd < 0 && (entry = readdir(all)) != NULL;) {
        struct stat st;
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, atoi(entry->d_name));
        if (entry->d_name[0] != '.' && stat(path, &st) == 0 && st.st_dev == m->device) {
            fd = open_same(path, m);
        }
    }
    closedir(all);
    return fd;
}

static ssize_t read_memory(pid_t pid, uint64_t address, void *out, size_t count)
{
    struct iovec here = {out, count}, there = {(void *)(uintptr_t)address, count};
    return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

/* How many bytes can be read: the object may be shorter than the mapping. */
static size_t size_now(const struct source *s)
{
    struct stat st;
    const struct mapping *m = map_of(s);
    size_t size = (size_t)(m->end - m->start);
    if (s->fd < 0 || fstat(s->fd, &st) != 0) {
        return size;
    }
    uint64_t left = (uint64_t)st.st_size > m->offset ? (uint64_t)st.st_size - m->offset : 0;
    return left < size ? (size_t)left : size;
}

static int attach(struct source *s, const struct mapping *m)
{
    uint8_t one;
    int fd = m->shared && m->device != 0 ? open_map_file(s->spec.pid, m) : -ENOENT;
    if (fd < 0 && m->shared && m->device != 0) {
        fd = open_its_descriptor(s->spec.pid, m);
    }
    if (fd < 0 && read_memory(s->spec.pid, m->start, &one, 1) != 1) {
        return errno == EPERM || errno == EACCES ? -EACCES : errno == ESRCH ? -ESRCH : -EFAULT;
    }
    s->fd = fd < 0 ? -1 : fd;
    *map_of(s) = *m;
    s->size = size_now(s);
    s->state = SOURCE_LIVE;
    s->line[0] = '\0';
    s->attachments++;
    s->attached_before = true;
    struct attachment_object what;
    attachment_of_mapping(s->spec.pid, m, &what);
    if (m->device != 0) {
        attachment_watch_start(&s->attached, &what);
    }
    return 0;
}

/* Sets the line: what the user can do about the failure. */
static void explain(struct source *s, int rc)
{
    int pid = (int)s->spec.pid;
    if (rc == -ESRCH) {
        source_message(s->line, "there is no such process now; ps -e lists those that exist");
    } else if (rc == -ENOENT) {
        source_message(s->line, "it has no such mapping; shm-view --pid %d lists those that are shared", pid);
    } else if (rc == -EACCES) {
        source_message(s->line, "only its own user or root may inspect it; if /proc/sys/kernel/yama/ptrace_scope is "
                                "not 0, only root");
    } else if (rc == -ENOTSUP) {
        source_message(s->line, "/proc belongs to another PID namespace: remount it");
    } else {
        source_message(s->line, "this memory can't be read; shm-view --pid %d lists the mappings that are shared", pid);
    }
}

static int map_open(struct source *s)
{
    struct mapping m;
    s->data = calloc(1, sizeof m);
    if (s->data == NULL) {
        return -ENOMEM;
    }
    int rc = process_proc_is_ours() ? find_selected(s->spec.pid, s->spec.map, &m) : -ENOTSUP;
    if (rc == 0) {
        rc = process_read(s->spec.pid, &s->creator);
    }
    unsigned long long start = s->creator.start;
    if (rc == 0) {
        rc = attach(s, &m);
    }
    if (rc < 0) {
        explain(s, rc);
        return rc;
    }
    source_creator_learn(s, s->spec.pid, true);
    s->creator.start = start;
    s->looked_at = source_clock_ms();
    return 0;
}

/* ---- following it ---- */

static void release(struct source *s, const char *why)
{
    source_fd_close(s);
    s->state = SOURCE_GONE;
    source_message(s->line, "%s; its last bytes stay", why);
}

/* Finds where the mapping is now; mremap(2) may have moved it. If it no longer exists and was selected by name or
 * address, a new mapping that matches is accepted too. */
static int find_again(const struct source *s, struct mapping *m)
{
    struct search same = {.previous = map_of(s), .address = UINT64_MAX};
    int rc = find_by(s->spec.pid, &same, m);
    bool by_line = s->spec.map[strspn(s->spec.map, "0123456789")] == '\0';
    return rc == -ENOENT && !by_line ? find_selected(s->spec.pid, s->spec.map, m) : rc;
}

static bool is_the_same_process(const struct source *s)
{
    struct process p;
    return process_read(s->spec.pid, &p) == 0 && p.start == s->creator.start && !process_has_ended(&p);
}

static void check(struct source *s)
{
    struct mapping m, *was = map_of(s);
    if (!is_the_same_process(s)) {
        release(s, "the process has ended");
        return;
    }
    int rc = find_again(s, &m);
    if (rc < 0) {
        release(s, rc == -EACCES ? "the process may no longer be inspected" : "the process no longer has it mapped");
        return;
    }
    bool moved = m.start != was->start || m.end != was->end || !same_object(&m, was);
    if (s->state == SOURCE_LIVE && !moved) {
        return;
    }
    release(s, "");
    rc = attach(s, &m);
    if (rc < 0) {
        release(s, "it can no longer be read");
    } else {
        source_message(s->news, "found again at 0x%llx: %zu bytes", (unsigned long long)m.start, s->size);
    }
}

static void map_poll(struct source *s)
{
    uint64_t now = source_clock_ms();
    if (now - s->looked_at >= LOOK_MS) {
        s->looked_at = now;
        check(s);
    }
    size_t size = s->state == SOURCE_LIVE ? size_now(s) : s->size;
    if (size != s->size) {
        source_message(s->news, "resized: now %zu bytes, before %zu", size, s->size);
        s->size = size;
        s->attachments++;
    }
}

static size_t map_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    const struct mapping *m = map_of(s);
    if (s->fd >= 0) {
        return source_pread(s->fd, m->offset + first, out, count);
    }
    ssize_t n = read_memory(s->spec.pid, m->start + first, out, count);
    return n > 0 ? (size_t)n : 0;
}

static void map_title(const struct source *s, char *out, size_t out_size)
{
    char name[64];
    printable_text(map_of(s)->name, printable_utf8(), name, sizeof name);
    snprintf(out, out_size, "pid %d %s", (int)s->spec.pid, name);
}

static int map_report(const struct source *s, const char *program, int rc)
{
    return report_failure(program, rc, s->line, "look at mapping %s of process %d", s->spec.map, (int)s->spec.pid);
}

static void map_close(struct source *s)
{
    source_fd_close(s);
    free(s->data);
}

static int take_pid(struct source_spec *spec, const char *arg)
{
    long long n;
    if (options_number(arg, 1, INT_MAX, &n) < 0) {
        return -EINVAL;
    }
    spec->pid = (pid_t)n;
    return 0;
}

static int take_map(struct source_spec *spec, const char *arg)
{
    spec->map = arg;
    return 0;
}

static bool select_map(struct source_spec *spec, const struct segment_entry *e)
{
    if (e->map[0] == '\0') {
        return false;
    }
    spec->pid = e->creator_pid;
    spec->map = e->map;
    return true;
}

/* Without --map: lists the mappings that it can name. */
static int map_choices(const struct source_spec *spec, const char *program)
{
    size_t count;
    if (spec->map != NULL) {
        return -1;
    }
    int rc = map_list_print(spec->pid, stdout, &count);
    if (rc < 0) {
        return report_failure(program, rc,
                              rc == -ESRCH ? "ps -e lists the running processes" : "only its own user or root may",
                              "look into process %d", (int)spec->pid);
    }
    if (count == 0) {
        printf("process %d has no shared mapping\n", (int)spec->pid);
    }
    return 0;
}

static const struct source_option options[] = {
    {"pid", "PID", "memory of this process: the mapping --map, or without it a list of the shared ones",
     .takes = "the number of a process", .take = take_pid},
    {"map", "WHICH", "the mapping's line in /proc/PID/maps, its name, or an address in it (0x...)", .take = take_map},
    {.name = NULL},
};

const struct source_kind source_map = {
    .options = options,
    .select = select_map,
    .choices = map_choices,
    .maker = true,
    .open = map_open,
    .poll = map_poll,
    .read = map_read,
    .title = map_title,
    .report = map_report,
    .close = map_close,
};
