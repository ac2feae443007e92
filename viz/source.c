/* Source: see source.h. All states of a segment's life are told apart by id and IPC_STAT, never by its bytes. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printable.h"

#define FILE_MAX ((size_t)64 << 20) /* bytes of a file or of standard input that are taken in */

static void __attribute__((format(printf, 2, 3))) say(char out[SOURCE_LINE_MAX], const char *format, ...)
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

/* ---- segments ---- */

/* The id that the name stands for now. */
static int id_now(struct source *s, int *id)
{
    const struct segment_name *name = &s->spec.name;
    if (name->by == SEGMENT_BY_ID) {
        *id = name->id;
        return 0;
    }
    key_t key;
    int rc = segment_name_key(name, &key);
    if (rc < 0) {
        return rc;
    }
    s->key = key;
    return segment_find(key, id);
}

static void creator_learn(struct source *s)
{
    s->creator = (struct process){.pid = s->stat.creator_pid};
    s->creator_runs = segment_creator_state(&s->stat) == SEGMENT_CREATOR_RUNS;
    if (s->creator_runs) {
        process_read(s->stat.creator_pid, &s->creator);
    }
    const char *name = s->creator.name[0] != '\0' ? s->creator.name : "?";
    printable_text(name, printable_utf8(), s->creator_name, sizeof s->creator_name);
}

static void owner_learn(struct source *s)
{
    char buffer[1024];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(s->stat.owner, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL) {
        printable_text(found->pw_name, printable_utf8(), s->owner, sizeof s->owner);
    } else {
        snprintf(s->owner, sizeof s->owner, "uid %u", (unsigned)s->stat.owner);
    }
}

static void attached(struct source *s, size_t old_size)
{
    s->state = SOURCE_LIVE;
    s->line[0] = '\0';
    s->attachments++;
    segment_stat(s->segment.id, &s->stat);
    if (s->key == 0) {
        s->key = s->stat.key;
    }
    creator_learn(s);
    owner_learn(s);
    if (s->attached_before && old_size != s->segment.size) {
        say(s->news, "attached anew: shmid %d, now %zu bytes, before %zu", s->segment.id,
            s->segment.size, old_size);
    } else if (s->attached_before) {
        say(s->news, "attached anew: a new segment stands here (shmid %d)", s->segment.id);
    }
    s->attached_before = true;
    s->size = s->segment.size;
}

static void denied(struct source *s)
{
    s->state = SOURCE_DENIED;
    say(s->line, "not permitted: shmid %d belongs to uid %u, mode %04o. Its owner can allow it: shm-server --mode 0644",
        s->stat.id, (unsigned)s->stat.owner, (unsigned)s->stat.mode);
}

/* Says why there is nothing to be seen. */
static void wait_for_segment(struct source *s)
{
    key_t key;
    int rc = s->spec.name.by == SEGMENT_BY_PATH ? segment_name_key(&s->spec.name, &key) : 0;
    s->state = s->attached_before ? SOURCE_GONE : SOURCE_WAITING;
    if (s->state == SOURCE_GONE) {
        say(s->line, "the segment is gone; its last bytes stay. Waiting for a new one");
    } else if (rc == -ENOENT) {
        say(s->line, "waiting: the file that gives the key does not exist yet");
    } else if (rc < 0) {
        say(s->line, "waiting: the file gives no key (%s)", strerror(-rc));
    } else {
        say(s->line, "waiting: no segment stands here yet. Start the server: ./shmlab serve");
    }
}

static void try_attach(struct source *s)
{
    int id;
    size_t old_size = s->size;
    int rc = id_now(s, &id);
    if (rc < 0) {
        wait_for_segment(s);
        return;
    }
    rc = segment_attach(&s->segment, id, &s->stat);
    if (rc == 0) {
        attached(s, old_size);
    } else if (rc == -EACCES) {
        denied(s);
    } else {
        wait_for_segment(s);
    }
}

/* The segment that we have attached was removed. Another may stand under its key already; else somebody may still use
 * the old one; else we are the last and let it go, so that the kernel can free it. */
static void removed(struct source *s)
{
    int id;
    unsigned long others = s->stat.attached > 0 ? s->stat.attached - 1 : 0;
    bool another = s->spec.name.by != SEGMENT_BY_ID && id_now(s, &id) == 0 && id != s->segment.id;
    if (!another && others > 0) {
        s->state = SOURCE_REMOVED;
        say(s->line, "removed, but %lu other%s it attached: you see the removed one", others,
            others == 1 ? " has" : "s have");
        return;
    }
    segment_detach(&s->segment);
    s->state = SOURCE_GONE;
    try_attach(s);
}

bool source_poll(struct source *s)
{
    if (s->state == SOURCE_STATIC) {
        return false;
    }
    struct source before = *s;
    if (s->segment.base == NULL) {
        try_attach(s);
    } else if (segment_stat(s->segment.id, &s->stat) == 0) {
        s->state = SOURCE_LIVE;
    }
    if (s->segment.base != NULL && s->stat.removed) {
        removed(s);
    }
    return before.state != s->state || before.attachments != s->attachments || strcmp(before.line, s->line) != 0 ||
           before.stat.attached != s->stat.attached || before.stat.mode != s->stat.mode;
}

int source_open(struct source *s, const struct source_spec *spec)
{
    *s = (struct source){.spec = *spec, .state = SOURCE_WAITING, .segment = SEGMENT_EMPTY};
    if (spec->kind != SOURCE_SEGMENT) {
        return file_open(s);
    }
    key_t key;
    int rc = spec->name.by == SEGMENT_BY_ID ? 0 : segment_name_key(&spec->name, &key);
    if (rc == -EINVAL) {
        return rc;
    }
    source_poll(s);
    return 0;
}

size_t source_size(const struct source *s)
{
    return s->state == SOURCE_STATIC ? s->size : s->segment.base != NULL ? s->segment.size : 0;
}

size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    size_t size = source_size(s);
    const uint8_t *from = s->state == SOURCE_STATIC ? s->bytes : s->segment.base;
    if (first >= size || from == NULL) {
        return 0;
    }
    count = count < size - first ? count : size - first;
    memcpy(out, from + first, count);
    return count;
}

void source_close(struct source *s)
{
    segment_detach(&s->segment);
    free(s->bytes);
    *s = (struct source){.state = SOURCE_WAITING, .segment = SEGMENT_EMPTY};
}
