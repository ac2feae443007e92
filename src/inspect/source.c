/* Source: what all kinds of sources have in common. See source.h. */
#include "source.h"

#include <string.h>
#include <unistd.h>

#define ROW(name) &name,
const struct source_kind *const source_kinds[] = {SOURCE_KINDS(ROW)};
const size_t source_kind_count = sizeof source_kinds / sizeof *source_kinds;

const char *source_state_name(enum source_state state)
{
    static const char *const names[] = {"live", "file", "waiting", "not permitted", "removed", "gone"};
    return names[state];
}

int source_open(struct source *s, const struct source_spec *spec)
{
    *s = SOURCE_EMPTY;
    s->spec = *spec;
    s->viewer = getpid();
    return spec->kind->open(s);
}

int source_report(const struct source *s, const char *program, int rc)
{
    return s->spec.kind->report(s, program, rc);
}

void source_title(const struct source *s, char *out, size_t out_size)
{
    s->spec.kind->title(s, out, out_size);
}

bool source_poll(struct source *s)
{
    enum source_state state = s->state;
    unsigned attachments = s->attachments;
    bool creator_runs = s->creator_runs;
    struct segment_stat stat = s->stat;
    char line[SOURCE_LINE_MAX];
    if (s->spec.kind->poll == NULL) {
        return false;
    }
    memcpy(line, s->line, sizeof line);
    s->spec.kind->poll(s);
    return state != s->state || attachments != s->attachments || strcmp(line, s->line) != 0 ||
           stat.attached != s->stat.attached || stat.mode != s->stat.mode || creator_runs != s->creator_runs;
}

bool source_scan_attachments(struct source *s, uint64_t now_ms)
{
    if (s->attached.object.device == 0 || source_size(s) == 0 || s->state == SOURCE_GONE) {
        return false;
    }
    return attachment_watch_tick(&s->attached, s->spec.kind->counted ? &s->stat : NULL, now_ms);
}

void source_leave_out_viewer(struct source *s)
{
    size_t dropped = attachments_drop(&s->attached.now, s->viewer);
    if (s->attached.seen.attached >= dropped) {
        s->attached.seen.attached -= dropped;
    }
}

struct attached source_attached(const struct source *s)
{
    return (struct attached){
        .watch = &s->attached,
        .counted = s->spec.kind->counted,
        .creator_pid = s->stat.creator_pid,
        .creator_runs = s->creator_runs,
        .creator_name = s->creator_name,
        .last_pid = s->last_pid,
        .viewer = s->viewer,
        .nobody = s->state == SOURCE_STATIC && s->spec.kind->recording == NULL,
        .unrecorded = s->spec.kind->recording != NULL && !s->attached.scanned,
    };
}

const struct recording_reader *source_recording_of(const struct source *s, uint64_t *time)
{
    return s->spec.kind->recording != NULL && s->data != NULL ? s->spec.kind->recording(s, time) : NULL;
}

bool source_recording_seek(struct source *s, uint64_t time)
{
    return s->spec.kind->seek != NULL && s->spec.kind->seek(s, time);
}

size_t source_size(const struct source *s)
{
    return s->state == SOURCE_LIVE || s->state == SOURCE_REMOVED || s->state == SOURCE_STATIC ? s->size : 0;
}

size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    size_t size = source_size(s);
    if (first >= size) {
        return 0;
    }
    return s->spec.kind->read(s, first, out, count < size - first ? count : size - first);
}

bool source_number(const struct source *s, size_t offset, uint32_t *number)
{
    if (s->mapped != NULL && offset % 4 == 0 && s->size >= 4 && offset <= s->size - 4) {
        *number = __atomic_load_n((const uint32_t *)source_futex(s, offset), __ATOMIC_ACQUIRE);
        return true;
    }
    return source_read(s, offset, (uint8_t *)number, sizeof *number) == sizeof *number;
}

const void *source_futex(const struct source *s, size_t offset)
{
    return s->mapped != NULL ? s->mapped + offset : NULL;
}

void source_close(struct source *s)
{
    if (s->spec.kind != NULL) {
        s->spec.kind->close(s);
    }
    attachment_watch_free(&s->attached);
    *s = SOURCE_EMPTY;
}
