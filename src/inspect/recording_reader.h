/* Recording reader: reads a recording file: each change, event and full picture, and the bytes at any time.
 *
 *   recording_reader_open -> recording_reader_next ... | recording_reader_bytes -> recording_reader_close
 *
 * The whole file is checked when it is opened, so reading from it can't fail later. A file that was cut off, or whose
 * blocks have a wrong checksum, is read up to the last whole block. Times are in us since the recording began. */
#ifndef SHMLAB_RECORDING_READER_H
#define SHMLAB_RECORDING_READER_H

#include <stdbool.h>

#include "attachment.h"
#include "recording_format.h"

struct recording_block;

struct recording_reader {
    uint8_t *file; /* owned */
    size_t length; /* bytes of it, up to the last whole block */
    bool ended;    /* false: it was cut off, perhaps inside a block */
    struct recording_facts facts;
    char layout_title[RECORDING_TITLE_MAX * 2]; /* of the last layout; may contain any byte but NUL */
    const char *layout;                         /* its text, layout_length bytes, in file; NULL: there is none */
    size_t layout_length;
    uint64_t end;     /* time of the last block or change */
    uint64_t changes; /* how many there are */
    bool processes;   /* it tells who had it attached */

    struct recording_block *blocks; /* owned */
    size_t count, room;
};
#define RECORDING_READER_EMPTY ((struct recording_reader){.file = NULL})

#define RECORDING_ERROR_MAX 160
#define RECORDING_TIME_TEXT_MAX 64 /* bytes of a time in a list, with a NUL */

/* Opens a file. 0; -EINVAL with *error set, printable: it is no recording, or a broken one; another -errno: it can't be
 * read. Call recording_reader_close in any case. */
int recording_reader_open(struct recording_reader *r, const char *path, char error[RECORDING_ERROR_MAX]);

/* The same for bytes from malloc, which *r now owns. */
int recording_reader_take(struct recording_reader *r, uint8_t *bytes, size_t length, char error[RECORDING_ERROR_MAX]);

void recording_reader_close(struct recording_reader *r);

/* A run of adjacent bytes after a change. */
struct recording_piece {
    size_t offset, count;
    const uint8_t *bytes; /* the reader's */
};

/* One of RECORDING_PICTURE, RECORDING_CHANGES (a single change) and RECORDING_EVENT. */
struct recording_record {
    enum recording_kind kind;
    uint64_t time;
    const uint8_t *picture;       /* facts.recorded bytes; the reader's */
    size_t pieces, at;            /* of a change: how many are left, and where in the file: recording_reader_piece */
    size_t from;                  /* where the next piece can start */
    struct recording_event event; /* of an event */
};

/* A place in the recording; starts as {0}. */
struct recording_place {
    size_t block, at; /* index; bytes into its payload */
    uint64_t time;    /* of the change before, in the same block */
};

/* Reads the record at *place, and moves on. false: there are no more. */
bool recording_reader_next(const struct recording_reader *r, struct recording_place *place,
                           struct recording_record *record);

/* The next piece of a change, in order of offset. false: no more. */
bool recording_reader_piece(const struct recording_reader *r, struct recording_record *record,
                            struct recording_piece *piece);

/* Who had it attached at that time replaces the contents of *a. The answer is the same for all times in [*from, *until). 0 or
 * -ENOMEM. */
int recording_reader_attached(const struct recording_reader *r, uint64_t time, struct attachments *a, uint64_t *from,
                              uint64_t *until);

#define RECORDING_NEWS_US 3000000 /* how long news are shown */

/* What there is to say about the segment at that time: news, or its state; "": nothing. The answer is the same for all
 * times in [*from, *until). */
void recording_reader_note(const struct recording_reader *r, uint64_t time, char text[RECORDING_TEXT_MAX],
                           uint64_t *from, uint64_t *until);

/* Reads a time: seconds (12.5) or percent of the recording (50%); a later one is its end. 0 or -EINVAL. */
int recording_reader_time(const struct recording_reader *r, const char *text, uint64_t *time);

/* Reads a list of times, "1,2.5,50%", into times, at most `most` of them. Returns how many; -EINVAL with the text of the
 * first wrong one, perhaps cut, in `wrong`; -E2BIG: there are more. */
int recording_reader_times(const struct recording_reader *r, const char *list, uint64_t *times, int most,
                           char wrong[RECORDING_TIME_TEXT_MAX]);

/* Writes the facts.recorded bytes as they were at that time to out; before the first picture, they are zeros. The work
 * is limited by RECORDING_PICTURE_EVERY and the bytes recorded. */
void recording_reader_bytes(const struct recording_reader *r, uint64_t time, uint8_t *out);

#endif
