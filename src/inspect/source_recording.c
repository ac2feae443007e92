/* Source, a recording: the bytes at one time of a recording file, read once, when it is opened. See source.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "recording_reader.h"
#include "report.h"
#include "source.h"

/* s->data. */
struct replayed {
    struct recording_reader reader;
    char error[RECORDING_ERROR_MAX];
    uint64_t time;        /* us: of the bytes */
    uint8_t *bytes;       /* s->size of them; owned */
    uint64_t from, until; /* us: when s->attached and s->line are right; the same: never */
};

static bool recording_seek(struct source *s, uint64_t time)
{
    struct replayed *d = s->data;
    char note[RECORDING_TEXT_MAX];
    uint64_t from, until;
    bool stays = time >= d->from && time < d->until;
    if (stays || recording_reader_attached(&d->reader, time, &s->attached.now, &d->from, &d->until) < 0) {
        return false;
    }
    s->attached.scanned = d->reader.processes;
    recording_reader_note(&d->reader, time, note, &from, &until);
    d->from = from > d->from ? from : d->from;
    d->until = until < d->until ? until : d->until;
    printable_text(note, printable_utf8(), s->line, sizeof s->line);
    return true;
}

static int recording_open(struct source *s)
{
    struct replayed *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return -ENOMEM;
    }
    s->data = d;
    int rc = recording_reader_open(&d->reader, s->spec.path, d->error);
    if (rc < 0) {
        return rc;
    }
    const struct recording_reader *r = &d->reader;
    d->time = r->end;
    if (s->spec.time != NULL) {
        recording_reader_time(r, s->spec.time, &d->time);
    }
    s->size = r->facts.recorded;
    s->state = SOURCE_STATIC;
    d->bytes = malloc(s->size);
    if (d->bytes == NULL) {
        return -ENOMEM;
    }
    recording_reader_bytes(r, d->time, d->bytes);
    recording_seek(s, d->time / 1000 * 1000 + 999); /* as view_live: all of this ms */
    s->viewer = 0;                                  /* our pid may be that of another process then */
    return 0;
}

static size_t recording_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    const struct replayed *d = s->data;
    memcpy(out, d->bytes + first, count);
    return count;
}

static void recording_title(const struct source *s, char *out, size_t out_size)
{
    const struct replayed *d = s->data;
    char what[64] = "";
    if (d != NULL) {
        printable_text(d->reader.facts.title, printable_utf8(), what, sizeof what);
    }
    snprintf(out, out_size, "recording of %s", what);
}

static int recording_report(const struct source *s, const char *program, int rc)
{
    const struct replayed *d = s->data;
    char path[160];
    if (d == NULL || d->error[0] == '\0') {
        return report_failure(program, rc, "--replay takes a file that --record has written", "read %s", s->spec.path);
    }
    printable_text(s->spec.path, printable_utf8(), path, sizeof path);
    fprintf(stderr, "%s: cannot replay %s: %s\n  --replay takes a file that --record has written\n", program, path,
            d->error);
    return 1;
}

static void recording_close(struct source *s)
{
    struct replayed *d = s->data;
    if (d != NULL) {
        recording_reader_close(&d->reader);
        free(d->bytes);
        free(d);
    }
}

static const struct recording_reader *recording_of(const struct source *s, uint64_t *time)
{
    const struct replayed *d = s->data;
    *time = d->time;
    return &d->reader;
}

static int take_recording(struct source_spec *spec, const char *path)
{
    spec->path = path;
    return 0;
}

static int take_time(struct source_spec *spec, const char *text)
{
    const struct recording_reader any = {.end = RECORDING_TIME_MAX};
    uint64_t time;
    spec->time = text;
    return recording_reader_time(&any, text, &time);
}

static const struct source_option options[] = {
    {"replay", "FILE", "show a recording, which --record has written, instead of a segment", .take = take_recording},
    {"time", "WHEN", "of --replay: that moment, in seconds from its start (12.5) or percent (50%)", .take = take_time,
     .takes = "seconds or percent, as 12.5 or 50%"},
    {.name = NULL},
};

const struct source_kind source_recording = {
    .options = options,
    .open = recording_open,
    .read = recording_read,
    .title = recording_title,
    .report = recording_report,
    .close = recording_close,
    .recording = recording_of,
    .seek = recording_seek,
};
