/* Source: where the bytes come from, and what becomes of them: a System V segment that may be removed and remade while
 * one looks at it, a file, or standard input.
 *
 *   source_open -> every frame: source_poll, source_read -> source_close
 *
 * Only ever reads. A segment is attached with SHM_RDONLY. */
#ifndef SHMLAB_SOURCE_H
#define SHMLAB_SOURCE_H

#include "process.h"
#include "segment.h"

enum source_kind { SOURCE_SEGMENT, SOURCE_FILE, SOURCE_STDIN };

struct source_spec {
    enum source_kind kind;
    struct segment_name name; /* SOURCE_SEGMENT */
    const char *path;         /* SOURCE_FILE; the caller's */
};

enum source_state {
    SOURCE_LIVE,    /* attached */
    SOURCE_STATIC,  /* a file or standard input, read once */
    SOURCE_WAITING, /* nothing to be seen yet: no segment, no such path */
    SOURCE_DENIED,  /* a segment stands there that we may not read */
    SOURCE_REMOVED, /* removed, but others still use it, and so do we */
    SOURCE_GONE     /* it is gone; its last bytes are still with whoever read them */
};

#define SOURCE_LINE_MAX 160

struct source {
    struct source_spec spec;
    enum source_state state;
    struct segment segment;          /* attached in SOURCE_LIVE and SOURCE_REMOVED */
    struct segment_stat stat;        /* the kernel's last word on it; nattch counts our own attachment */
    struct process creator;          /* read when the segment was attached; name "" where it can't be known */
    bool creator_runs;
    char creator_name[32];           /* printable; "?" where it can't be known */
    char owner[32];                  /* the owner's name, or "uid N"; printable */
    key_t key;                       /* asked for by key or path; 0: not known */
    bool attached_before;
    unsigned attachments;            /* goes up at each new attachment: the layout must be looked for again */
    char line[SOURCE_LINE_MAX];      /* one calm line that tells the state; printable. "" while all is well. What can be
                                      * said beside bytes has 65 columns at most: as much as 80 columns have room for */
    char news[SOURCE_LINE_MAX];      /* what happened last ("attached anew: ..."), printable; "" where nothing did */
    uint8_t *bytes;                  /* a file's or standard input's; owned */
    size_t size;
};

/* Starts. 0 also where there is no segment yet (SOURCE_WAITING or SOURCE_DENIED say so); -errno where a file can't be
 * read, or a name can never name a segment. The caller closes it in any case. */
int source_open(struct source *s, const struct source_spec *spec);

/* Looks what became of the segment, attaches anew where it was remade. true where state, stat or line changed. */
bool source_poll(struct source *s);

/* Bytes that can be read now; 0 while there is nothing. */
size_t source_size(const struct source *s);

/* Copies at most count bytes from offset first on to out; returns how many. */
size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count);

/* Detaches and frees. */
void source_close(struct source *s);

/* "key 0x0f20074e", "id 7", "file dump.bin": what was asked for, printable. */
void source_title(const struct source *s, char *out, size_t out_size);

const char *source_state_name(enum source_state state);

#endif
