/* Recording writer: writes a recording file: what a segment's bytes were, and how they changed.
 *
 *   recording_writer_open -> recording_writer_start -> recording_writer_bytes (each frame) ... -> recording_writer_close
 *
 * Times are in us, on any clock that never goes back; recording_writer_start is time 0. Changes are collected in a
 * block, which is written once it is RECORDING_WRITER_US old or large: a killed process loses no more. If a write fails,
 * the file is cut back to its last whole block and closed, and that call and all later ones return the error. */
#ifndef SHMLAB_RECORDING_WRITER_H
#define SHMLAB_RECORDING_WRITER_H

#include <stdbool.h>

#include "attachment.h"
#include "layout/layout.h"
#include "recording_format.h"

#define RECORDING_WRITER_US 500000

struct recording_writer {
    int fd;               /* -1: not open, or it failed */
    int error;            /* the first failure, -errno */
    uint64_t whole;       /* bytes of the file, up to its last whole block */
    uint64_t start, last; /* us: time 0, and the last time written */
    struct recording_facts facts;
    bool started;
    uint8_t *bytes;    /* facts.recorded of them, as written last; NULL before the first picture; owned */
    uint8_t *block;    /* its head and the changes collected so far; owned */
    size_t used, room; /* bytes of block; used 0: none */
    uint64_t block_time, change_time; /* of the first and the last change in it */
    size_t since_picture;             /* bytes of changes since the last full picture */
    uint64_t changes;                 /* so far */
    struct attachments attached;      /* the processes written last; owned */
};
#define RECORDING_WRITER_EMPTY ((struct recording_writer){.fd = -1})

/* Makes the file, which must not exist yet, as nobody else's to read. 0 or -errno: -EEXIST. Call
 * recording_writer_close in any case. */
int recording_writer_open(struct recording_writer *w, const char *path);

/* Writes what is recorded; facts->recorded is from 1 to RECORDING_SEGMENT_MAX. All functions below do nothing before. */
int recording_writer_start(struct recording_writer *w, uint64_t now, const struct recording_facts *facts);

/* The layout that the bytes have from now on. */
int recording_writer_layout(struct recording_writer *w, uint64_t now, const char *title, const struct layout *layout);

/* The bytes now, facts.recorded of them. */
int recording_writer_bytes(struct recording_writer *w, uint64_t now, const uint8_t *bytes);

/* The processes that have it attached now, but for the viewer's: writes who came and who left. */
int recording_writer_attached(struct recording_writer *w, uint64_t now, const struct attachments *now_attached,
                              pid_t viewer);

/* What happened to the segment. */
int recording_writer_note(struct recording_writer *w, uint64_t now, enum recording_event_kind kind, const char *text);

/* Writes changes that have waited long enough. Call it a few times per second. */
int recording_writer_tick(struct recording_writer *w, uint64_t now);

/* Ends the recording and frees everything. 0 or the first error. */
int recording_writer_close(struct recording_writer *w, uint64_t now);

#endif
