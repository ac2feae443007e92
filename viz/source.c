/* Source: see source.h. Each kind of shared memory has a file of its own: source_segment.c, source_posix.c,
 * source_map.c. */
#include "source_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "printable.h"

#define FILE_MAX ((size_t)64 << 20) /* bytes of a file or of standard input that are taken in */

void source_say(char out[SOURCE_LINE_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out, SOURCE_LINE_MAX, format, args);
    va_end(args);
}

void source_title(const struct source *s, char *out, size_t out_size)
{
    char path[64];
    switch (s->spec.kind) {
    case SOURCE_FILE:
        printable_text(s->spec.path, printable_utf8(), path, sizeof path);
        snprintf(out, out_size, "file %s", path);
        return;
    case SOURCE_STDIN:
        snprintf(out, out_size, "standard input");
        return;
    case SOURCE_POSIX:
        printable_text(s->spec.path, printable_utf8(), path, sizeof path);
        snprintf(out, out_size, "posix %s%s", path[0] == '/' ? "" : "/", path);
        return;
    case SOURCE_MAP:
        printable_text(s->map.name, printable_utf8(), path, sizeof path);
        snprintf(out, out_size, "pid %d %s", (int)s->spec.pid, path);
        return;
    case SOURCE_SEGMENT:
        break;
    }
    if (s->key != 0) {
        snprintf(out, out_size, "key 0x%08x", (unsigned)s->key);
    } else if (s->spec.name.by == SEGMENT_BY_ID) {
        snprintf(out, out_size, "shmid %d", s->spec.name.id);
    } else {
        snprintf(out, out_size, "no key yet");
    }
}

const char *source_state_name(enum source_state state)
{
    static const char *const names[] = {"live", "file", "waiting", "not permitted", "removed", "gone"};
    return names[state];
}

/* ---- files ---- */

static int read_all(int fd, uint8_t **bytes, size_t *size)
{
    size_t room = 64 << 10;
    *size = 0;
    *bytes = malloc(room);
    while (*bytes != NULL && *size < FILE_MAX) {
        ssize_t n = read(fd, *bytes + *size, room - *size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : 0;
        }
        *size += (size_t)n;
        if (*size == room) {
            uint8_t *more = realloc(*bytes, room *= 2);
            if (more == NULL) {
                return -ENOMEM;
            }
            *bytes = more;
        }
    }
    return *bytes == NULL ? -ENOMEM : 0;
}

static int file_open(struct source *s)
{
    int fd = STDIN_FILENO;
    if (s->spec.kind == SOURCE_FILE) {
        fd = open(s->spec.path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            return -errno;
        }
    }
    int rc = read_all(fd, &s->bytes, &s->size);
    if (fd != STDIN_FILENO) {
        close(fd);
    }
    s->state = SOURCE_STATIC;
    return rc;
}

/* ---- what all kinds share ---- */

void source_creator_learn(struct source *s, pid_t pid, bool runs)
{
    s->creator = (struct process){.pid = pid};
    s->creator_runs = runs;
    if (runs) {
        process_read(pid, &s->creator);
    }
    const char *name = s->creator.name[0] != '\0' ? s->creator.name : "?";
    printable_text(name, printable_utf8(), s->creator_name, sizeof s->creator_name);
}

void source_creator_forget(struct source *s)
{
    if (s->creator_fd >= 0) {
        close(s->creator_fd);
    }
    s->creator_fd = -1;
}

uint64_t source_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

size_t source_pread(int fd, uint64_t offset, uint8_t *out, size_t count)
{
    size_t have = 0;
    while (have < count) {
        ssize_t n = pread(fd, out + have, count - have, (off_t)(offset + have));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        have += (size_t)n;
    }
    return have;
}

/* ---- all kinds ---- */

bool source_poll(struct source *s)
{
    enum source_state state = s->state;
    unsigned attachments = s->attachments;
    bool creator_runs = s->creator_runs;
    struct segment_stat stat = s->stat;
    char line[SOURCE_LINE_MAX];
    memcpy(line, s->line, sizeof line);
    switch (s->spec.kind) {
    case SOURCE_SEGMENT:
        source_segment_poll(s);
        break;
    case SOURCE_POSIX:
        source_posix_poll(s);
        break;
    case SOURCE_MAP:
        source_map_poll(s);
        break;
    case SOURCE_FILE:
    case SOURCE_STDIN:
        return false;
    }
    return state != s->state || attachments != s->attachments || strcmp(line, s->line) != 0 ||
           stat.attached != s->stat.attached || stat.mode != s->stat.mode || creator_runs != s->creator_runs;
}

bool source_look_around(struct source *s, uint64_t now_ms)
{
    if (s->neighbours.what.device == 0 || source_size(s) == 0 || s->state == SOURCE_GONE) {
        return false;
    }
    return attachment_watch_tick(&s->neighbours, s->spec.kind == SOURCE_SEGMENT ? &s->stat : NULL, now_ms);
}

int source_open(struct source *s, const struct source_spec *spec)
{
    *s = (struct source){.spec = *spec, .state = SOURCE_WAITING, .segment = SEGMENT_EMPTY, .fd = -1, .creator_fd = -1,
                         .viewer = getpid()};
    key_t key;
    int rc;
    switch (spec->kind) {
    case SOURCE_FILE:
    case SOURCE_STDIN:
        return file_open(s);
    case SOURCE_MAP:
        return source_map_open(s);
    case SOURCE_SEGMENT:
        rc = spec->name.by == SEGMENT_BY_ID ? 0 : segment_name_key(&spec->name, &key);
        if (rc == -EINVAL) {
            return rc;
        }
        break;
    case SOURCE_POSIX:
        break;
    }
    source_poll(s);
    return 0;
}

void source_leave_out_viewer(struct source *s)
{
    size_t dropped = attachments_drop(&s->neighbours.now, s->viewer);
    if (s->neighbours.seen.attached >= dropped) {
        s->neighbours.seen.attached -= dropped;
    }
}

size_t source_size(const struct source *s)
{
    switch (s->spec.kind) {
    case SOURCE_SEGMENT:
        return s->segment.base != NULL ? s->segment.size : 0;
    case SOURCE_FILE:
    case SOURCE_STDIN:
        return s->size;
    default:
        return s->state == SOURCE_LIVE || s->state == SOURCE_REMOVED ? s->size : 0;
    }
}

size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    size_t size = source_size(s);
    if (first >= size) {
        return 0;
    }
    count = count < size - first ? count : size - first;
    switch (s->spec.kind) {
    case SOURCE_POSIX:
        return source_pread(s->fd, first, out, count);
    case SOURCE_MAP:
        return source_map_read(s, first, out, count);
    default:
        memcpy(out, (s->spec.kind == SOURCE_SEGMENT ? (const uint8_t *)s->segment.base : s->bytes) + first, count);
        return count;
    }
}

bool source_number(const struct source *s, size_t offset, uint32_t *number)
{
    if (s->spec.kind == SOURCE_SEGMENT && s->segment.base != NULL && offset % 4 == 0 && s->segment.size >= 4 &&
        offset <= s->segment.size - 4) {
        *number = __atomic_load_n((const uint32_t *)source_futex(s, offset), __ATOMIC_ACQUIRE);
        return true;
    }
    return source_read(s, offset, (uint8_t *)number, sizeof *number) == sizeof *number;
}

const void *source_futex(const struct source *s, size_t offset)
{
    return s->spec.kind == SOURCE_SEGMENT && s->segment.base != NULL ? (const char *)s->segment.base + offset : NULL;
}

void source_detach(struct source *s)
{
    if (s->leaving != NULL && s->segment.base != NULL) {
        s->leaving(s->leaving_context);
    }
    segment_detach(&s->segment);
}

void source_close(struct source *s)
{
    bool by_fd = s->spec.kind == SOURCE_POSIX || s->spec.kind == SOURCE_MAP;
    source_detach(s);
    attachment_watch_free(&s->neighbours);
    if (by_fd && s->fd >= 0) {
        close(s->fd);
    }
    free(s->bytes);
    source_creator_forget(s);
    *s = (struct source){.state = SOURCE_WAITING, .segment = SEGMENT_EMPTY, .fd = -1, .creator_fd = -1};
}
