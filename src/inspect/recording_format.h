/* Recording format: what the writer and the reader of recording files share. docs/recording-format.md describes the
 * format. */
#ifndef SHMLAB_RECORDING_FORMAT_H
#define SHMLAB_RECORDING_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define RECORDING_MAGIC "\x89SHMREC\n" /* 8 bytes; the first and the last show what a text filter would spoil */
#define RECORDING_VERSION 1
#define RECORDING_HEAD 12       /* bytes: magic, version */
#define RECORDING_BLOCK_HEAD 20 /* bytes: crc, kind, size, time */
#define RECORDING_EVENT_HEAD 28 /* bytes of an event before its text */

#define RECORDING_TITLE_MAX 96                      /* bytes, with a NUL */
#define RECORDING_TEXT_MAX 160                      /* bytes of an event's text, with a NUL */
#define RECORDING_SEGMENT_MAX ((size_t)1 << 20)     /* bytes that are recorded of a segment */
#define RECORDING_BLOCK_MAX ((size_t)17 << 20)      /* bytes in a block: there is room for the longest layout */
#define RECORDING_FILE_MAX ((size_t)256 << 20)      /* bytes */
#define RECORDING_CHANGES_MAX 4000000               /* a day and a half at 30 per second */
#define RECORDING_TIME_MAX ((uint64_t)1 << 53)      /* us */
#define RECORDING_PICTURE_EVERY ((size_t)256 << 10) /* bytes of changes until the next full picture, at least */

enum recording_kind {
    RECORDING_FACTS = 1, /* what was recorded; the first block */
    RECORDING_LAYOUT,    /* a title, and the text of a .layout file */
    RECORDING_PICTURE,   /* all bytes */
    RECORDING_CHANGES,   /* one change after another */
    RECORDING_EVENT,
    RECORDING_END, /* the recording was ended, not cut off */
    RECORDING_KINDS
};

/* What was recorded. */
struct recording_facts {
    uint64_t size;     /* bytes of the segment */
    uint64_t recorded; /* bytes recorded of it, from its start */
    uint64_t wall;     /* ms since 1970 (UTC) when the recording's time was 0 */
    int64_t key, id;   /* of a System V segment; -1: unknown or none */
    char title[RECORDING_TITLE_MAX];
};

enum recording_event_kind {
    RECORDING_ATTACHED = 1, /* by a process: it was attached already when the recording began, or attached it */
    RECORDING_LEFT,         /* the process detached it, or ended */
    RECORDING_NOTE,         /* the segment's state from then on, as text: "removed"; "": all is well again */
    RECORDING_NEWS,         /* what happened to it at that time, as text: "reattached" */
    RECORDING_EVENT_KINDS
};

struct recording_event {
    enum recording_event_kind kind;
    uint32_t pid;
    uint64_t address, size;        /* of the mapping in that process */
    char rights[4];                /* "rw-" */
    char text[RECORDING_TEXT_MAX]; /* the process's name, or the text; may contain any byte but NUL */
};

static inline void recording_put(uint8_t *out, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(number >> 8 * i);
    }
}

static inline uint64_t recording_get(const uint8_t *in, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        number |= (uint64_t)in[i] << 8 * i;
    }
    return number;
}

#endif
