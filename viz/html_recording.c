/* HTML recording: see html_recording.h. The data is
 *
 *   {"start":0,"end":4000,"time":4000,"whole":4000,    ms: from, to, the moment shown, the end of the whole recording
 *    "before":0,"shown":2,"all":2,                     changes that are left out before it, up to the moment, in all
 *    "last":[[1,"23"],...],                            values of fields at the end: field, text
 *    "log":[[0,"shm-server (pid 41) has it attached"], an event: ms since the record before it, text
 *           [1000,[20,"03"],[1,"21"]],...]}            a change
 *
 * A change has its runs of bytes: how many bytes lie between the run before and this one, and the bytes before and
 * after it combined by exclusive or, so that the same data leads forward and back. Then follow the fields whose text
 * changed, with the text before: the texts at any moment follow from these and from the last ones. */
#include "html_recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_picture.h"
#include "layout/value.h"

#define GAP 2 /* a new run takes more characters than so many bytes */

struct record {
    uint64_t time; /* ms */
    bool change;   /* else an event */
    char *json;    /* what follows the time; owned */
    size_t size;
};

struct range {
    size_t from, to;
};

struct builder {
    const struct picture *picture;
    struct html_recording_part part;
    uint8_t *now;   /* the bytes after the record before */
    uint8_t *mix;   /* of this change: bytes before and after by exclusive or; zeros in between */
    bool *touched;  /* one per cell */
    unsigned marks; /* that some moment has */
    struct grid_cell examples[3];

    struct range *ranges; /* of this change: where bytes differ, in order */
    size_t range_count, range_room;
    struct layout_leaf *fields; /* those of the part */
    char **texts;               /* and their values; NULL: it isn't inside the segment */
    bool *changed;              /* the value changed at some time */
    size_t field_count;

    struct record *records; /* those from `first` to `used` are kept */
    size_t first, used, room;
    size_t bytes, bytes_before; /* of those kept, and of those until the moment shown */
    uint64_t kept_before, all, dropped, start;
    uint64_t end; /* ms */
    bool full;    /* what comes now is only counted */
    bool ended;   /* `end` is known */
};

/* ---- what a change touches ---- */

static int range_add(struct builder *b, size_t from, size_t to)
{
    if (b->range_count == b->range_room) {
        size_t room = b->range_room > 0 ? b->range_room * 2 : 16;
        struct range *ranges = realloc(b->ranges, room * sizeof *ranges);
        if (ranges == NULL) {
            return -ENOMEM;
        }
        b->ranges = ranges;
        b->range_room = room;
    }
    b->ranges[b->range_count++] = (struct range){from, to};
    return 0;
}

/* Takes an example of the mark. */
static void mark(struct builder *b, enum grid_mark mark, const struct grid_cell *cell)
{
    if ((b->marks & mark) == 0) {
        size_t i = mark == GRID_CHANGED ? 0 : mark == GRID_STALE ? 1 : 2;
        b->marks |= mark;
        b->examples[i] = *cell;
        b->examples[i].marks = (uint8_t)mark;
    }
}

/* The byte changes to `byte`. */
static void touch(struct builder *b, size_t at, uint8_t byte)
{
    b->mix[at] = b->now[at] ^ byte;
    if (at >= b->part.first && at - b->part.first < b->part.count) {
        const struct grid_cell *cell = &b->part.cells[at - b->part.first];
        b->touched[at - b->part.first] = true;
        mark(b, GRID_CHANGED, cell);
        if (cell->role == GRID_PADDING || cell->role == GRID_TAIL) { /* one of the two isn't zero */
            mark(b, GRID_STALE, cell);
        }
        if (grid_expected(&b->picture->grid, at) != NULL) { /* one of the two isn't as expected */
            mark(b, GRID_DIFFERS, cell);
        }
    }
    b->now[at] = byte;
}

/* Takes the bytes of a piece. 0 or -ENOMEM. */
static int take_piece(struct builder *b, size_t offset, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t from = offset + i;
        for (; i < count && b->now[offset + i] != bytes[i]; i++) {
            if (!b->full) {
                touch(b, offset + i, bytes[i]);
            } else {
                b->now[offset + i] = bytes[i];
            }
        }
        if (offset + i > from && range_add(b, from, offset + i) < 0) {
            return -ENOMEM;
        }
    }
    return 0;
}

static bool field_touched(const struct builder *b, const struct layout_leaf *field)
{
    size_t from = 0, end = b->range_count; /* the first range that ends after the field's start is in [from, end] */
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        if (b->ranges[middle].to > field->offset) {
            end = middle;
        } else {
            from = middle + 1;
        }
    }
    return from < b->range_count && b->ranges[from].from < field->offset + field->node->size;
}

/* ---- values ---- */

static char *value_of(const struct builder *b, const struct layout_leaf *field)
{
    char value[JSON_VALUE_MAX];
    const struct grid_input *in = &b->picture->grid;
    value_shown(field->node, b->now + field->offset, in->segment_size - field->offset, value, sizeof value);
    return strdup(value);
}

/* Reads the values at the start. 0 or -ENOMEM. */
static int texts_start(struct builder *b)
{
    size_t size = b->picture->grid.segment_size;
    for (size_t i = 0; i < b->field_count; i++) {
        struct layout_leaf *field = &b->fields[i];
        layout_leaf_get(b->picture->grid.layout, b->part.from + i, field);
        if (field->offset < size && field->node->size <= size - field->offset) {
            b->texts[i] = value_of(b, field);
            if (b->texts[i] == NULL) {
                return -ENOMEM;
            }
        }
    }
    return 0;
}

/* Writes the fields whose values changed, with the texts before. 0 or -ENOMEM. */
static int texts_write(struct builder *b, FILE *out)
{
    const char *between = "";
    fputs(",[", out);
    for (size_t i = 0; i < b->field_count; i++) {
        if (b->texts[i] == NULL || !field_touched(b, &b->fields[i])) {
            continue;
        }
        char *text = value_of(b, &b->fields[i]);
        if (text == NULL) {
            return -ENOMEM;
        }
        if (strcmp(text, b->texts[i]) != 0) {
            fprintf(out, "%s%zu,", between, i);
            json_string(out, b->texts[i]);
            b->changed[i] = true;
            between = ",";
        }
        free(b->texts[i]);
        b->texts[i] = text;
    }
    fputs("]", out);
    return 0;
}

/* ---- records ---- */

static void drop_oldest(struct builder *b)
{
    struct record *oldest = &b->records[b->first++];
    bool before = oldest->time <= b->picture->time;
    b->bytes -= oldest->size;
    b->bytes_before -= before ? oldest->size : 0;
    if (oldest->change) {
        b->dropped++;
        b->kept_before -= before;
    }
    b->start = oldest->time;
    free(oldest->json);
}

/* Makes room for a record. 0 or -ENOMEM. */
static int reserve(struct builder *b)
{
    if (b->used < b->room) {
        return 0;
    }
    if (b->first > b->room / 2) {
        b->used -= b->first;
        memmove(b->records, b->records + b->first, b->used * sizeof *b->records);
        b->first = 0;
        return 0;
    }
    size_t room = b->room > 0 ? b->room * 2 : 256;
    struct record *records = realloc(b->records, room * sizeof *records);
    if (records == NULL) {
        return -ENOMEM;
    }
    b->records = records;
    b->room = room;
    return 0;
}

/* Keeps a record, and what fits around the moment shown: only the half before it makes room for what comes later. */
static int keep(struct builder *b, struct record r)
{
    if (reserve(b) < 0) {
        free(r.json);
        return -ENOMEM;
    }
    bool before = r.time <= b->picture->time;
    b->records[b->used++] = r;
    b->bytes += r.size;
    b->bytes_before += before ? r.size : 0;
    b->kept_before += before && r.change;
    while (b->bytes > HTML_RECORDING_MAX && !b->full) {
        bool more = b->used - b->first > 1 && b->records[b->first + 1].time <= b->picture->time;
        if (more && (before || b->bytes_before > HTML_RECORDING_MAX / 2)) {
            drop_oldest(b);
        } else {
            b->full = !before;
            break;
        }
    }
    return 0;
}

/* Writes the runs of bytes of this change, and clears them. */
static void runs_write(struct builder *b, FILE *out)
{
    size_t end = 0, first = b->part.first, last = first + b->part.count;
    fputs(",[", out);
    for (size_t i = 0; i < b->range_count && b->ranges[i].from < last;) {
        size_t from = b->ranges[i].from, to = b->ranges[i].to;
        for (i++; i < b->range_count && b->ranges[i].from <= to + GAP; i++) {
            to = b->ranges[i].to;
        }
        if (to <= first) {
            continue;
        }
        size_t shown = to < last ? to : last;
        from = from > first ? from : first;
        fprintf(out, "%s%zu,\"", end > 0 ? "," : "", from - end);
        for (size_t at = from; at < shown; at++) {
            fprintf(out, "%02x", b->mix[at]);
        }
        fputs("\"", out);
        end = shown;
    }
    fputs("]", out);
    for (size_t i = 0; i < b->range_count; i++) {
        memset(b->mix + b->ranges[i].from, 0, b->ranges[i].to - b->ranges[i].from);
    }
}

static int take_change(struct builder *b, uint64_t time)
{
    struct record r = {.time = time, .change = true};
    b->all++;
    if (b->full) {
        if (!b->ended) {
            uint64_t last = b->records[b->used - 1].time;
            b->end = time > last ? time - 1 : last;
            b->ended = true;
        }
        return 0;
    }
    FILE *out = open_memstream(&r.json, &r.size);
    if (out == NULL) {
        return -ENOMEM;
    }
    runs_write(b, out);
    int rc = texts_write(b, out);
    if (fclose(out) != 0 || rc < 0) {
        free(r.json);
        return -ENOMEM;
    }
    return keep(b, r);
}

static int take_event(struct builder *b, uint64_t time, const struct recording_event *e)
{
    struct record r = {.time = time};
    char text[sizeof e->text + 32];
    if (b->full) {
        return 0;
    }
    FILE *out = open_memstream(&r.json, &r.size);
    if (out == NULL) {
        return -ENOMEM;
    }
    snprintf(text, sizeof text, "%s", e->text);
    if (e->kind != RECORDING_NOTE) {
        snprintf(text, sizeof text, "%s (pid %" PRIu32 ") has %s", e->text, e->pid,
                 e->kind == RECORDING_ATTACHED ? "it attached" : "left");
    }
    fputs(",", out);
    json_string(out, text);
    if (fclose(out) != 0) {
        free(r.json);
        return -ENOMEM;
    }
    return keep(b, r);
}

/* A full picture is a change, too, if it isn't what the changes before it have led to. */
static int take_picture(struct builder *b, uint64_t time, const uint8_t *picture, size_t size)
{
    int rc = memcmp(b->now, picture, size) != 0 ? take_piece(b, 0, picture, size) : 0;
    return rc == 0 && b->range_count > 0 ? take_change(b, time) : rc;
}

static int take_all(struct builder *b)
{
    const struct recording_reader *reader = b->picture->recording;
    struct recording_place place = {0};
    struct recording_record record;
    struct recording_piece piece;
    bool seen = false;
    int rc = 0;
    while (rc == 0 && recording_reader_next(reader, &place, &record)) {
        uint64_t time = record.time / 1000;
        b->range_count = 0;
        if (record.kind == RECORDING_EVENT) {
            rc = take_event(b, time, &record.event);
        } else if (record.kind == RECORDING_PICTURE && !seen) {
            memcpy(b->now, record.picture, reader->facts.recorded);
            seen = true;
            rc = texts_start(b);
        } else if (record.kind == RECORDING_PICTURE) {
            rc = take_picture(b, time, record.picture, reader->facts.recorded);
        } else {
            while (rc == 0 && recording_reader_piece(reader, &record, &piece)) {
                rc = take_piece(b, piece.offset, piece.bytes, piece.count);
            }
            rc = rc == 0 ? take_change(b, time) : rc;
        }
    }
    return rc;
}

/* ---- all of it ---- */

static void all_write(const struct builder *b, FILE *out)
{
    uint64_t whole = b->picture->recording->end / 1000, time = 0;
    const char *between = "";
    fprintf(out, "{\"start\":%" PRIu64 ",\"end\":%" PRIu64 ",\"time\":%" PRIu64 ",\"whole\":%" PRIu64, b->start,
            b->ended ? b->end : whole, b->picture->time, whole);
    fprintf(out, ",\"before\":%" PRIu64 ",\"shown\":%" PRIu64 ",\"all\":%" PRIu64 ",\n\"last\":[", b->dropped,
            b->kept_before, b->all);
    for (size_t i = 0; i < b->field_count; i++) {
        if (b->changed[i]) {
            fprintf(out, "%s[%zu,", between, i);
            json_string(out, b->texts[i]);
            fputs("]", out);
            between = ",";
        }
    }
    fputs("],\n\"log\":[", out);
    for (size_t i = b->first; i < b->used; i++) {
        fprintf(out, "%s[%" PRIu64 "%s]", i > b->first ? ",\n" : "", b->records[i].time - time, b->records[i].json);
        time = b->records[i].time;
    }
    fputs("]}", out);
}

static void builder_free(struct builder *b)
{
    for (size_t i = 0; b->texts != NULL && i < b->field_count; i++) {
        free(b->texts[i]);
    }
    for (size_t i = b->first; i < b->used; i++) {
        free(b->records[i].json);
    }
    free(b->now);
    free(b->mix);
    free(b->ranges);
    free(b->fields);
    free(b->texts);
    free(b->changed);
    free(b->records);
}

int html_recording_make(struct html_recording *r, const struct picture *p, const struct html_recording_part *part)
{
    size_t size = p->recording->facts.recorded;
    struct builder b = {.picture = p, .part = *part, .field_count = part->to - part->from};
    b.now = calloc(size + 1, 1);
    b.mix = calloc(size + 1, 1);
    b.fields = calloc(b.field_count + 1, sizeof *b.fields);
    b.texts = calloc(b.field_count + 1, sizeof *b.texts);
    b.changed = calloc(b.field_count + 1, sizeof *b.changed);
    b.touched = calloc(part->count + 1, sizeof *b.touched);
    *r = HTML_RECORDING_EMPTY;
    r->touched = b.touched;
    int rc = -ENOMEM;
    FILE *out = NULL;
    if (b.now != NULL && b.mix != NULL && b.fields != NULL && b.texts != NULL && b.changed != NULL &&
        b.touched != NULL && take_all(&b) == 0) {
        out = open_memstream(&r->json, &r->json_size);
    }
    if (out != NULL) {
        all_write(&b, out);
        rc = fclose(out) == 0 ? 0 : -ENOMEM;
    }
    for (size_t i = 0; i < sizeof b.examples / sizeof *b.examples; i++) {
        if (b.examples[i].marks != 0) {
            r->marks[r->mark_count++] = b.examples[i];
        }
    }
    builder_free(&b);
    return rc;
}

void html_recording_free(struct html_recording *r)
{
    free(r->json);
    free(r->touched);
    *r = HTML_RECORDING_EMPTY;
}
