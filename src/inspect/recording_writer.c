/* Recording writer: see recording_writer.h. */
#include "recording_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "layout/text.h"

#define BLOCK_LARGE ((size_t)64 << 10) /* bytes of changes that are written without waiting */
#define RUN_GAP 3                      /* a head takes about as much: changed bytes closer together share a run */
#define RUN_HEAD_MAX 8                 /* bytes: two numbers below RECORDING_SEGMENT_MAX, and some to spare */
#define CHANGE_HEAD_MAX 20             /* bytes: two numbers of 64 bits */

/* ---- the file ---- */

static int fail(struct recording_writer *w, int rc)
{
    if (w->error == 0) {
        w->error = rc;
    }
    if (w->fd >= 0) {
        /* Should this fail, too, a reader still stops at the last whole block. */
        rc = ftruncate(w->fd, (off_t)w->whole);
        close(w->fd);
        w->fd = -1;
    }
    return w->error;
}

static int write_all(struct recording_writer *w, const uint8_t *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(w->fd, bytes + done, count - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail(w, n < 0 ? -errno : -EIO);
        }
        done += (size_t)n;
    }
    w->whole += count;
    return 0;
}

/* Fills in the block's head and writes the block: `size` bytes after a head's room. */
static int write_block(struct recording_writer *w, enum recording_kind kind, uint64_t time, uint8_t *block, size_t size)
{
    if (w->whole + RECORDING_BLOCK_HEAD + size > RECORDING_FILE_MAX) {
        return fail(w, -EFBIG);
    }
    recording_put(block + 4, kind, 4);
    recording_put(block + 8, size, 4);
    recording_put(block + 12, time, 8);
    uLong crc = crc32(0, block + 4, (uInt)(RECORDING_BLOCK_HEAD - 4 + size));
    recording_put(block, crc, 4);
    return write_all(w, block, RECORDING_BLOCK_HEAD + size);
}

/* Writes the changes collected so far. */
static int flush(struct recording_writer *w)
{
    size_t used = w->used;
    w->used = 0;
    return w->error != 0 ? w->error
           : used > 0    ? write_block(w, RECORDING_CHANGES, w->block_time, w->block, used - RECORDING_BLOCK_HEAD)
                         : 0;
}

/* Writes a block of its own after the changes so far, at time `now`. payload may be NULL if size is 0. */
static int write_single(struct recording_writer *w, enum recording_kind kind, uint64_t time, const void *payload,
                        size_t size)
{
    int rc = flush(w);
    uint8_t *block = rc == 0 ? malloc(RECORDING_BLOCK_HEAD + size) : NULL;
    if (block == NULL) {
        return rc != 0 ? rc : fail(w, -ENOMEM);
    }
    if (size > 0) {
        memcpy(block + RECORDING_BLOCK_HEAD, payload, size);
    }
    rc = write_block(w, kind, time, block, size);
    free(block);
    return rc;
}

/* The recording's time, which never goes back. */
static uint64_t time_of(struct recording_writer *w, uint64_t now)
{
    uint64_t time = now > w->start ? now - w->start : 0;
    w->last = time > w->last ? time : w->last;
    return w->last;
}

int recording_writer_open(struct recording_writer *w, const char *path)
{
    uint8_t head[RECORDING_HEAD];
    *w = RECORDING_WRITER_EMPTY;
    w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (w->fd < 0) {
        return w->error = -errno;
    }
    memcpy(head, RECORDING_MAGIC, 8);
    recording_put(head + 8, RECORDING_VERSION, 4);
    return write_all(w, head, sizeof head);
}

int recording_writer_start(struct recording_writer *w, uint64_t now, const struct recording_facts *facts)
{
    uint8_t payload[40 + RECORDING_TITLE_MAX];
    size_t length = strnlen(facts->title, RECORDING_TITLE_MAX - 1);
    if (w->error != 0) {
        return w->error;
    }
    w->facts = *facts;
    w->start = now;
    w->started = true;
    recording_put(payload, facts->size, 8);
    recording_put(payload + 8, facts->recorded, 8);
    recording_put(payload + 16, facts->wall, 8);
    recording_put(payload + 24, (uint64_t)facts->key, 8);
    recording_put(payload + 32, (uint64_t)facts->id, 8);
    memcpy(payload + 40, facts->title, length);
    return write_single(w, RECORDING_FACTS, 0, payload, 40 + length);
}

int recording_writer_layout(struct recording_writer *w, uint64_t now, const char *title, const struct layout *layout)
{
    char *payload = NULL;
    size_t size = 0;
    if (w->error != 0 || !w->started) {
        return w->error;
    }
    FILE *out = open_memstream(&payload, &size);
    if (out == NULL) {
        return fail(w, -ENOMEM);
    }
    fwrite(title, 1, strlen(title) + 1, out);
    int rc = layout_text_write(layout, out);
    rc = fclose(out) != 0 && rc == 0 ? -ENOMEM : rc;
    /* A layout that no block holds is left out: the bytes are worth having without it. */
    if (rc == 0 && size <= RECORDING_BLOCK_MAX) {
        rc = write_single(w, RECORDING_LAYOUT, time_of(w, now), payload, size);
    }
    free(payload);
    return rc < 0 ? fail(w, rc) : 0;
}

/* ---- bytes ---- */

static int write_picture(struct recording_writer *w, uint64_t time)
{
    w->since_picture = 0;
    return write_single(w, RECORDING_PICTURE, time, w->bytes, w->facts.recorded);
}

static bool reserve(struct recording_writer *w, size_t more)
{
    if (w->room - w->used >= more) {
        return true;
    }
    size_t room = (w->used + more) * 2;
    uint8_t *block = realloc(w->block, room);
    if (block != NULL) {
        w->block = block;
        w->room = room;
    }
    return block != NULL;
}

/* Appends a number: 7 bits per byte, the lowest first; the top bit says that more follow. */
static void append(struct recording_writer *w, uint64_t number)
{
    for (; number >= 0x80; number >>= 7) {
        w->block[w->used++] = (uint8_t)(number | 0x80);
    }
    w->block[w->used++] = (uint8_t)number;
}

/* The next bytes from `at` on that differ: [*first, *end). false: there are none. */
static bool next_run(const struct recording_writer *w, const uint8_t *bytes, size_t at, size_t *first, size_t *end)
{
    enum { STEP = 64 }; /* bytes compared at once, since nearly all are unchanged */
    size_t size = w->facts.recorded;
    while (at < size && w->bytes[at] == bytes[at]) {
        at += size - at >= STEP && memcmp(w->bytes + at, bytes + at, STEP) == 0 ? STEP : 1;
    }
    *first = at;
    *end = at + 1;
    for (size_t i = *end; i < size && i - *end <= RUN_GAP; i++) {
        *end = w->bytes[i] != bytes[i] ? i + 1 : *end;
    }
    return at < size;
}

/* Appends how `bytes` differ from the last ones. */
static int append_change(struct recording_writer *w, uint64_t time, const uint8_t *bytes)
{
    size_t first, end, at = 0, runs = 0, room = CHANGE_HEAD_MAX;
    for (; next_run(w, bytes, at, &first, &end); at = end) {
        runs++;
        room += RUN_HEAD_MAX + end - first;
    }
    if (!reserve(w, RECORDING_BLOCK_HEAD + room)) {
        return fail(w, -ENOMEM);
    }
    if (w->used == 0) {
        w->used = RECORDING_BLOCK_HEAD;
        w->block_time = w->change_time = time;
    }
    append(w, time - w->change_time);
    w->change_time = time;
    append(w, runs);
    for (at = 0; next_run(w, bytes, at, &first, &end); at = end) {
        append(w, first - at);
        append(w, end - first);
        memcpy(w->block + w->used, bytes + first, end - first);
        w->used += end - first;
    }
    memcpy(w->bytes, bytes, w->facts.recorded);
    return 0;
}

int recording_writer_bytes(struct recording_writer *w, uint64_t now, const uint8_t *bytes)
{
    uint64_t time = time_of(w, now);
    size_t size = w->facts.recorded, used = w->used;
    if (w->error != 0 || !w->started) {
        return w->error;
    }
    if (w->bytes == NULL) {
        w->bytes = malloc(size);
        if (w->bytes == NULL) {
            return fail(w, -ENOMEM);
        }
        memcpy(w->bytes, bytes, size);
        return write_picture(w, time);
    }
    if (memcmp(w->bytes, bytes, size) == 0) {
        return recording_writer_tick(w, now);
    }
    if (++w->changes > RECORDING_CHANGES_MAX) {
        return fail(w, -EFBIG);
    }
    int rc = append_change(w, time, bytes);
    w->since_picture += w->used - used;
    if (rc == 0 && w->since_picture >= (size > RECORDING_PICTURE_EVERY ? size : RECORDING_PICTURE_EVERY)) {
        return write_picture(w, time);
    }
    return rc != 0 ? rc : w->used >= BLOCK_LARGE ? flush(w) : recording_writer_tick(w, now);
}

int recording_writer_tick(struct recording_writer *w, uint64_t now)
{
    bool due = w->used > 0 && now > w->start && now - w->start - w->block_time >= RECORDING_WRITER_US;
    return due ? flush(w) : w->error;
}

/* ---- events ---- */

static int write_event(struct recording_writer *w, uint64_t now, const struct recording_event *e)
{
    uint8_t payload[RECORDING_EVENT_HEAD + RECORDING_TEXT_MAX];
    size_t length = strnlen(e->text, RECORDING_TEXT_MAX - 1);
    if (w->error != 0 || !w->started) {
        return w->error;
    }
    recording_put(payload, e->kind, 4);
    recording_put(payload + 4, e->pid, 4);
    recording_put(payload + 8, e->address, 8);
    recording_put(payload + 16, e->size, 8);
    memcpy(payload + 24, e->rights, 4);
    memcpy(payload + RECORDING_EVENT_HEAD, e->text, length);
    return write_single(w, RECORDING_EVENT, time_of(w, now), payload, RECORDING_EVENT_HEAD + length);
}

int recording_writer_note(struct recording_writer *w, uint64_t now, enum recording_event_kind kind, const char *text)
{
    struct recording_event e = {.kind = kind};
    snprintf(e.text, sizeof e.text, "%s", text);
    return write_event(w, now, &e);
}

static bool has(const struct attachments *a, const struct attachment *one)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].pid == one->pid && a->list[i].address == one->address) {
            return true;
        }
    }
    return false;
}

/* Writes an event for each attachment of `a` that is not in `other`. */
static int write_missing(struct recording_writer *w, uint64_t now, const struct attachments *a,
                         const struct attachments *other, enum recording_event_kind kind, pid_t viewer)
{
    int rc = 0;
    for (size_t i = 0; i < a->count && rc == 0; i++) {
        const struct attachment *one = &a->list[i];
        struct recording_event e = {kind, (uint32_t)one->pid, one->address, one->size, {0}, {0}};
        memcpy(e.rights, one->rights, sizeof e.rights);
        snprintf(e.text, sizeof e.text, "%s", one->name);
        rc = one->pid == viewer || has(other, one) ? 0 : write_event(w, now, &e);
    }
    return rc;
}

int recording_writer_attached(struct recording_writer *w, uint64_t now, const struct attachments *now_attached,
                              pid_t viewer)
{
    if (w->error != 0 || !w->started) {
        return w->error;
    }
    int rc = write_missing(w, now, &w->attached, now_attached, RECORDING_LEFT, viewer);
    rc = rc == 0 ? write_missing(w, now, now_attached, &w->attached, RECORDING_ATTACHED, viewer) : rc;
    size_t bytes = now_attached->count * sizeof *now_attached->list;
    struct attachment *list = malloc(bytes + 1);
    if (list == NULL) {
        return fail(w, -ENOMEM);
    }
    if (bytes > 0) {
        memcpy(list, now_attached->list, bytes);
    }
    attachments_free(&w->attached);
    w->attached = (struct attachments){.list = list, .count = now_attached->count};
    return rc;
}

int recording_writer_close(struct recording_writer *w, uint64_t now)
{
    if (w->started && w->error == 0) {
        write_single(w, RECORDING_END, time_of(w, now), NULL, 0);
    }
    if (w->fd >= 0 && close(w->fd) != 0 && w->error == 0) {
        w->error = -errno;
    }
    int rc = w->error;
    free(w->bytes);
    free(w->block);
    attachments_free(&w->attached);
    *w = RECORDING_WRITER_EMPTY;
    return rc;
}
