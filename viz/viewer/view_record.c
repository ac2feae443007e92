/* View record: shm-view --record: writes what is seen to a file while the viewer runs. See view.h. */
#include "view.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

int view_record_open(struct view *v)
{
    const char *path = v->arguments.record;
    if (path == NULL) {
        return 0;
    }
    signal(SIGXFSZ, SIG_IGN); /* a limit on the file's size is reported like a full disk */
    int rc = recording_writer_open(&v->recorder, path);
    if (rc < 0) {
        recording_writer_close(&v->recorder, 0);
    }
    return rc == 0 ? 0
                   : report_failure("shm-view", rc,
                                    rc == -EEXIST ? "a recording never overwrites a file: choose another name"
                                                  : "--record takes the name of a new file",
                                    "record to %s", path);
}

/* rc: the writer's result. Says once why the recording ended; viewing goes on. */
static void check(struct view *v, int rc)
{
    if (rc < 0 && v->state.recording) {
        v->state.recording = false;
        v->record_error = rc;
        cursor_answer(&v->state.cursor, "recording ended: %s; all until now is kept", strerror(-rc));
    }
}

static void start(struct view *v, size_t size)
{
    const struct source *s = &v->source;
    struct recording_facts facts = {.size = size, .recorded = size, .wall = view_wall_ms(), .key = -1, .id = -1};
    if (size > RECORDING_SEGMENT_MAX) {
        facts.recorded = RECORDING_SEGMENT_MAX;
        cursor_answer(&v->state.cursor, "%zu bytes: the first %zu are recorded", size, RECORDING_SEGMENT_MAX);
    }
    if (s->spec.kind->counted) {
        facts.key = s->stat.key;
        facts.id = s->stat.id;
    }
    source_title(s, facts.title, sizeof facts.title);
    v->record_bytes = malloc(facts.recorded);
    check(v, v->record_bytes == NULL ? -ENOMEM : recording_writer_start(&v->recorder, view_now_us(), &facts));
}

void view_record_source(struct view *v)
{
    struct recording_writer *w = &v->recorder;
    size_t size = source_size(&v->source);
    if (w->fd < 0 || size == 0) {
        return;
    }
    v->state.recording = true;
    if (!w->started) {
        start(v, size);
    } else if (size != w->facts.size) {
        recording_writer_note(w, view_now_us(), RECORDING_NEWS, v->source.news);
        recording_writer_close(w, view_now_us());
        v->state.recording = false;
        cursor_answer(&v->state.cursor, "recording ended: the segment has another size now");
    } else {
        check(v, recording_writer_note(w, view_now_us(), RECORDING_NEWS, v->source.news));
    }
    view_record_note(v);
}

void view_record_attached(struct view *v)
{
    if (v->state.recording) {
        check(v, recording_writer_attached(&v->recorder, view_now_us(), &v->source.attached.now, v->source.viewer));
    }
}

void view_record_layout(struct view *v)
{
    if (v->state.recording && v->layout_choice.count > 0) {
        check(v, recording_writer_layout(&v->recorder, view_now_us(), layout_choice_title(&v->layout_choice),
                                         layout_choice_layout(&v->layout_choice)));
    }
    view_record_attached(v); /* the search may have found them */
}

void view_record_note(struct view *v)
{
    if (v->state.recording && strcmp(v->source.line, v->recorded_line) != 0) {
        memcpy(v->recorded_line, v->source.line, sizeof v->recorded_line);
        check(v, recording_writer_note(&v->recorder, view_now_us(), RECORDING_NOTE, v->recorded_line));
    }
}

void view_record_bytes(struct view *v)
{
    struct recording_writer *w = &v->recorder;
    const struct recording *seen = &v->state.history.recording;
    size_t count = w->facts.recorded;
    if (!v->state.recording || source_size(&v->source) < count) {
        return;
    }
    if (seen->seen && seen->base == 0 && seen->count >= count) {
        check(v, recording_writer_bytes(w, view_now_us(), seen->live));
    } else if (snapshot_take(&v->snapshot, &v->source, view_now_ms(), 0, v->record_bytes, count) == count) {
        check(v, recording_writer_bytes(w, view_now_us(), v->record_bytes));
    }
}

void view_record_close(struct view *v)
{
    bool empty = v->recorder.fd >= 0 && v->recorder.bytes == NULL;
    int rc = recording_writer_close(&v->recorder, view_now_us());
    free(v->record_bytes);
    v->record_bytes = NULL;
    v->state.recording = false;
    if (empty) {
        unlink(v->arguments.record); /* nothing was seen: the name is free again */
    }
    v->record_error = v->record_error != 0 ? v->record_error : rc;
}

int view_record_report(const struct view *v)
{
    return v->record_error < 0 ? report_failure("shm-view", v->record_error, "the file has all until then",
                                                "record to %s to the end", v->arguments.record)
                               : 0;
}
