/* Recording reader: see recording_reader.h. */
#include "recording_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "layout/text.h"
#include "printable.h"
#include "source_shared.h"

struct recording_block {
    enum recording_kind kind;
    size_t at, size; /* the payload's place in the file, and its bytes */
    uint64_t time;
};

/* ---- numbers ---- */

/* Reads a number (see append in recording_writer.c) in file[*at, end), and moves *at on. false: there is none. */
static bool number_read(const uint8_t *file, size_t *at, size_t end, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < end && shift < 63; shift += 7) {
        uint8_t byte = file[(*at)++];
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- checks ---- */

/* Checks one change of a block. NULL, with *at after it and *time its time; or what is wrong. */
static const char *check_change(const struct recording_reader *r, size_t *at, size_t end, uint64_t *time)
{
    uint64_t passed, runs, gap, count, from = 0, recorded = r->facts.recorded;
    if (!number_read(r->file, at, end, &passed) || !number_read(r->file, at, end, &runs)) {
        return "a change ends too early";
    }
    if (passed > RECORDING_TIME_MAX || *time + passed > RECORDING_TIME_MAX) {
        return "a time is out of range";
    }
    *time += passed;
    for (; runs > 0; runs--) {
        if (!number_read(r->file, at, end, &gap) || !number_read(r->file, at, end, &count)) {
            return "a change ends too early";
        }
        if (gap > recorded - from || count == 0 || count > recorded - from - gap) {
            return "a change is outside of the bytes recorded";
        }
        if (count > end - *at) {
            return "a change ends too early";
        }
        *at += count;
        from += gap + count;
    }
    return NULL;
}

static const char *check_changes(struct recording_reader *r, const struct recording_block *b, bool pictured)
{
    uint64_t time = b->time;
    const char *wrong = b->size == 0 ? "it is empty" : pictured ? NULL : "there are changes before the first picture";
    for (size_t at = b->at; at < b->at + b->size && wrong == NULL;) {
        wrong = check_change(r, &at, b->at + b->size, &time);
        if (++r->changes > RECORDING_CHANGES_MAX) {
            return "it has too many changes";
        }
    }
    r->end = time;
    return wrong;
}

static const char *check_facts(struct recording_reader *r, const struct recording_block *b)
{
    const uint8_t *payload = r->file + b->at;
    struct recording_facts *f = &r->facts;
    if (b->size < 40 || b->size - 40 >= RECORDING_TITLE_MAX) {
        return "the facts have a wrong size";
    }
    *f = (struct recording_facts){.size = recording_get(payload, 8), .recorded = recording_get(payload + 8, 8)};
    f->wall = recording_get(payload + 16, 8);
    f->key = (int64_t)recording_get(payload + 24, 8);
    f->id = (int64_t)recording_get(payload + 32, 8);
    memcpy(f->title, payload + 40, b->size - 40);
    if (f->recorded == 0 || f->recorded > RECORDING_SEGMENT_MAX || f->recorded > f->size || f->size > INT64_MAX) {
        return "the segment's size is out of range";
    }
    return f->wall > RECORDING_TIME_MAX ? "the date is out of range" : NULL;
}

static const char *check_layout(struct recording_reader *r, const struct recording_block *b)
{
    const char *payload = (const char *)r->file + b->at;
    size_t title = strnlen(payload, b->size);
    if (title >= b->size || title >= sizeof r->layout_title) {
        return "a layout has no title, or one that is too long";
    }
    memcpy(r->layout_title, payload, title + 1);
    r->layout = payload + title + 1;
    r->layout_length = b->size - title - 1;
    return NULL;
}

static const char *check_event(struct recording_reader *r, const struct recording_block *b)
{
    if (b->size < RECORDING_EVENT_HEAD || b->size - RECORDING_EVENT_HEAD >= RECORDING_TEXT_MAX) {
        return "an event has a wrong size";
    }
    const char *rights = (const char *)r->file + b->at + 24;
    uint64_t kind = recording_get(r->file + b->at, 4);
    size_t length = strnlen(rights, 4);
    if (length == 4 || strspn(rights, "rwx-") != length) {
        return "an event has wrong rights";
    }
    r->processes = r->processes || kind == RECORDING_ATTACHED || kind == RECORDING_LEFT;
    return kind == 0 || kind >= RECORDING_EVENT_KINDS ? "an event is of an unknown kind" : NULL;
}

/* Checks the block after the others. NULL, or what is wrong. */
static const char *check_block(struct recording_reader *r, const struct recording_block *b, bool *pictured)
{
    if (b->time < r->end || b->time > RECORDING_TIME_MAX) {
        return "a time is out of range";
    }
    if ((b->kind == RECORDING_FACTS) != (r->count == 0)) {
        return r->count == 0 ? "it doesn't start with the facts" : "it has the facts twice";
    }
    r->end = b->time;
    switch (b->kind) {
    case RECORDING_FACTS:
        return check_facts(r, b);
    case RECORDING_LAYOUT:
        return check_layout(r, b);
    case RECORDING_PICTURE:
        *pictured = true;
        return b->size == r->facts.recorded ? NULL : "a picture has a wrong size";
    case RECORDING_CHANGES:
        return check_changes(r, b, *pictured);
    case RECORDING_EVENT:
        return check_event(r, b);
    case RECORDING_END:
        r->ended = true;
        return b->size == 0 ? NULL : "the end has a wrong size";
    default:
        return "it is of an unknown kind";
    }
}

/* Reads the head of the block at r->length. false: the file has no whole block there. */
static bool block_at(const struct recording_reader *r, size_t length, struct recording_block *b)
{
    size_t left = length - r->length;
    const uint8_t *head = r->file + r->length;
    if (left < RECORDING_BLOCK_HEAD) {
        return false;
    }
    uint64_t kind = recording_get(head + 4, 4), size = recording_get(head + 8, 4);
    if (size > RECORDING_BLOCK_MAX || size > left - RECORDING_BLOCK_HEAD) {
        return false;
    }
    *b = (struct recording_block){.kind = kind < RECORDING_KINDS ? (enum recording_kind)kind : 0,
                                  .at = r->length + RECORDING_BLOCK_HEAD,
                                  .size = size,
                                  .time = recording_get(head + 12, 8)};
    return recording_get(head, 4) == crc32(0, head + 4, (uInt)(RECORDING_BLOCK_HEAD - 4 + size));
}

static bool block_add(struct recording_reader *r, const struct recording_block *b)
{
    if (r->count == r->room) {
        size_t room = r->room > 0 ? r->room * 2 : 64;
        struct recording_block *blocks = realloc(r->blocks, room * sizeof *blocks);
        if (blocks == NULL) {
            return false;
        }
        r->blocks = blocks;
        r->room = room;
    }
    r->blocks[r->count++] = *b;
    return true;
}

/* ---- opening ---- */

__attribute__((format(printf, 2, 3))) static int wrong(char error[RECORDING_ERROR_MAX], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, RECORDING_ERROR_MAX, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

int recording_reader_take(struct recording_reader *r, uint8_t *bytes, size_t length, char error[RECORDING_ERROR_MAX])
{
    struct recording_block b;
    bool pictured = false;
    *r = (struct recording_reader){.file = bytes, .length = RECORDING_HEAD};
    if (length < RECORDING_HEAD || memcmp(bytes, RECORDING_MAGIC, 8) != 0) {
        return wrong(error, "it is not a recording of shm-view --record");
    }
    uint64_t version = recording_get(bytes + 8, 4);
    if (version != RECORDING_VERSION) {
        return wrong(error, "it has version %llu; this shm-view reads version %d", (unsigned long long)version,
                     RECORDING_VERSION);
    }
    while (!r->ended && block_at(r, length, &b)) {
        const char *problem = check_block(r, &b, &pictured);
        if (problem != NULL) {
            return wrong(error, "block %zu, at byte %zu: %s", r->count + 1, r->length, problem);
        }
        if (!block_add(r, &b)) {
            return -ENOMEM;
        }
        r->length = b.at + b.size;
    }
    return pictured ? 0 : wrong(error, "it was cut off before the first picture");
}

int recording_reader_open(struct recording_reader *r, const char *path, char error[RECORDING_ERROR_MAX])
{
    struct stat st;
    uint8_t *bytes = NULL;
    *r = RECORDING_READER_EMPTY;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = 0; /* a FIFO must not block us */
    if (fd < 0 || fstat(fd, &st) != 0) {
        rc = -errno;
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        rc = wrong(error, "it is not a regular file");
        goto out;
    }
    if ((uint64_t)st.st_size > RECORDING_FILE_MAX) {
        rc = wrong(error, "it is larger than %zu MiB", RECORDING_FILE_MAX >> 20);
        goto out;
    }
    bytes = malloc((size_t)st.st_size + 1);
    rc = bytes == NULL ? -ENOMEM : 0;
out:
    if (rc == 0) {
        /* It may be written to, and even cut, right now. */
        size_t length = source_pread(fd, 0, bytes, (size_t)st.st_size);
        rc = recording_reader_take(r, bytes, length, error);
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

void recording_reader_close(struct recording_reader *r)
{
    free(r->file);
    free(r->blocks);
    *r = RECORDING_READER_EMPTY;
}

/* ---- reading ---- */

static void event_read(const uint8_t *payload, size_t size, struct recording_event *e)
{
    *e = (struct recording_event){.kind = (enum recording_event_kind)recording_get(payload, 4)};
    e->pid = (uint32_t)recording_get(payload + 4, 4);
    e->address = recording_get(payload + 8, 8);
    e->size = recording_get(payload + 16, 8);
    memcpy(e->rights, payload + 24, 4);
    e->rights[3] = '\0';
    memcpy(e->text, payload + RECORDING_EVENT_HEAD, size - RECORDING_EVENT_HEAD);
}

/* Reads the change at *place, whose block it is in, and moves on. */
static void change_read(const struct recording_reader *r, struct recording_place *place,
                        struct recording_record *record)
{
    const struct recording_block *b = &r->blocks[place->block];
    size_t at = b->at + place->at, end = b->at + b->size;
    uint64_t time = place->at == 0 ? b->time : place->time, passed = 0, pieces = 0;
    struct recording_record rest;
    struct recording_piece piece;
    number_read(r->file, &at, end, &passed);
    number_read(r->file, &at, end, &pieces);
    *record = (struct recording_record){.kind = RECORDING_CHANGES, .time = time + passed, .pieces = pieces, .at = at};
    rest = *record;
    while (recording_reader_piece(r, &rest, &piece)) {
    }
    place->time = record->time;
    place->at = rest.at - b->at;
    if (rest.at >= end) {
        *place = (struct recording_place){.block = place->block + 1};
    }
}

bool recording_reader_next(const struct recording_reader *r, struct recording_place *place,
                           struct recording_record *record)
{
    for (; place->block < r->count; *place = (struct recording_place){.block = place->block + 1}) {
        const struct recording_block *b = &r->blocks[place->block];
        if (b->kind == RECORDING_CHANGES) {
            change_read(r, place, record);
            return true;
        }
        if (b->kind != RECORDING_PICTURE && b->kind != RECORDING_EVENT) {
            continue;
        }
        *record = (struct recording_record){.kind = b->kind, .time = b->time};
        if (b->kind == RECORDING_PICTURE) {
            record->picture = r->file + b->at;
        } else {
            event_read(r->file + b->at, b->size, &record->event);
        }
        *place = (struct recording_place){.block = place->block + 1};
        return true;
    }
    return false;
}

bool recording_reader_piece(const struct recording_reader *r, struct recording_record *record,
                            struct recording_piece *piece)
{
    uint64_t gap = 0, count = 0;
    if (record->pieces == 0 || !number_read(r->file, &record->at, r->length, &gap) ||
        !number_read(r->file, &record->at, r->length, &count)) {
        return false;
    }
    *piece = (struct recording_piece){record->from + gap, count, r->file + record->at};
    record->at += count;
    record->from += gap + count;
    record->pieces--;
    return true;
}

/* Applies an event to the list, which has room for ATTACHMENTS_MAX. */
static void attached_apply(struct attachments *a, const struct recording_event *e)
{
    size_t i = 0;
    while (i < a->count && (a->list[i].pid != (pid_t)e->pid || a->list[i].address != e->address)) {
        i++;
    }
    if (e->kind == RECORDING_LEFT && i < a->count) {
        memmove(a->list + i, a->list + i + 1, (a->count - i - 1) * sizeof *a->list);
        a->count--;
    } else if (e->kind == RECORDING_ATTACHED && i == a->count && i < ATTACHMENTS_MAX) {
        struct attachment *one = &a->list[a->count++];
        *one = (struct attachment){.pid = (pid_t)e->pid, .address = e->address, .size = e->size, .shared = true};
        memcpy(one->rights, e->rights, sizeof one->rights);
        snprintf(one->name, sizeof one->name, "%.*s", (int)sizeof one->name - 1, e->text);
    }
}

static size_t processes(const struct attachments *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t first = 0;
        while (a->list[first].pid != a->list[i].pid) {
            first++;
        }
        n += first == i;
    }
    return n;
}

int recording_reader_attached(const struct recording_reader *r, uint64_t time, struct attachments *a, uint64_t *from,
                              uint64_t *until)
{
    struct recording_event event;
    struct attachments found = {.list = calloc(ATTACHMENTS_MAX, sizeof *found.list)};
    if (found.list == NULL) {
        return -ENOMEM;
    }
    *from = 0;
    *until = UINT64_MAX;
    for (size_t i = 0; i < r->count && *until == UINT64_MAX; i++) {
        const struct recording_block *b = &r->blocks[i];
        if (b->kind != RECORDING_EVENT) {
            continue;
        }
        if (b->time > time) {
            *until = b->time;
        } else {
            event_read(r->file + b->at, b->size, &event);
            attached_apply(&found, &event);
            *from = b->time;
        }
    }
    found.found = found.count;
    found.processes = processes(&found);
    attachments_free(a);
    *a = found;
    return 0;
}

void recording_reader_note(const struct recording_reader *r, uint64_t time, char text[RECORDING_TEXT_MAX],
                           uint64_t *from, uint64_t *until)
{
    struct recording_event event, note = {.text = ""}, news = {.text = ""};
    uint64_t news_end = 0;
    *from = 0;
    *until = UINT64_MAX;
    for (size_t i = 0; i < r->count && *until == UINT64_MAX; i++) {
        const struct recording_block *b = &r->blocks[i];
        if (b->kind != RECORDING_EVENT) {
            continue;
        }
        if (b->time > time) {
            *until = b->time;
            continue;
        }
        event_read(r->file + b->at, b->size, &event);
        *from = b->time;
        if (event.kind == RECORDING_NEWS) {
            news = event;
            news_end = b->time + RECORDING_NEWS_US;
        } else if (event.kind == RECORDING_NOTE) {
            note = event;
            news_end = event.text[0] != '\0' ? 0 : news_end; /* as in the viewer, a new state replaces news */
        }
    }
    if (time < news_end) {
        *until = *until < news_end ? *until : news_end;
    } else if (*from < news_end) {
        *from = news_end;
    }
    memcpy(text, time < news_end ? news.text : note.text, RECORDING_TEXT_MAX);
}

int recording_reader_time(const struct recording_reader *r, const char *text, uint64_t *time)
{
    uint64_t number = 0, millionths = 0, unit = 100000;
    const char *c = text;
    for (; *c >= '0' && *c <= '9' && number < RECORDING_TIME_MAX / 1000000; c++) {
        number = number * 10 + (uint64_t)(*c - '0');
    }
    if (c > text && *c == '.') {
        for (c++; *c >= '0' && *c <= '9'; c++, unit /= 10) {
            millionths += (uint64_t)(*c - '0') * unit;
        }
    }
    bool percent = *c == '%';
    if (c == text || c[percent] != '\0' || (percent && number + (millionths > 0) > 100)) {
        return -EINVAL;
    }
    uint64_t us = number * 1000000 + millionths;
    us = percent ? r->end / 1000000 * us / 100 + r->end % 1000000 * us / 100000000 : us;
    *time = us < r->end ? us : r->end;
    return 0;
}

int recording_reader_times(const struct recording_reader *r, const char *list, uint64_t *times, int most,
                           char wrong[RECORDING_TIME_TEXT_MAX])
{
    for (int n = 0; n < most; n++) {
        size_t length = strcspn(list, ",");
        bool whole = snprintf(wrong, RECORDING_TIME_TEXT_MAX, "%.*s", (int)length, list) < RECORDING_TIME_TEXT_MAX;
        if (!whole || recording_reader_time(r, wrong, &times[n]) < 0) {
            return -EINVAL;
        }
        if (list[length] == '\0') {
            return n + 1;
        }
        list += length + 1;
    }
    return -E2BIG;
}

/* The last full picture at or before that time; else the first one. */
static size_t picture_before(const struct recording_reader *r, uint64_t time)
{
    size_t from = 0, end = r->count; /* the last block at or before that time is in [from, end) */
    while (end - from > 1) {
        size_t middle = from + (end - from) / 2;
        *(r->blocks[middle].time <= time ? &from : &end) = middle;
    }
    while (from > 0 && r->blocks[from].kind != RECORDING_PICTURE) {
        from--;
    }
    return from;
}

void recording_reader_bytes(const struct recording_reader *r, uint64_t time, uint8_t *out)
{
    struct recording_place place = {.block = picture_before(r, time)};
    struct recording_record record;
    struct recording_piece piece;
    memset(out, 0, r->facts.recorded);
    while (recording_reader_next(r, &place, &record) && record.time <= time) {
        if (record.kind == RECORDING_PICTURE) {
            memcpy(out, record.picture, r->facts.recorded);
        }
        while (record.kind == RECORDING_CHANGES && recording_reader_piece(r, &record, &piece)) {
            memcpy(out + piece.offset, piece.bytes, piece.count);
        }
    }
}
