/* Source: where the bytes come from, and what becomes of them: shared memory that may be removed and remade while one
 * looks at it, a mapping of another process, a file, or standard input.
 *
 *   source_open -> every frame: source_poll, source_read -> source_close
 *
 * Only ever reads. A segment is attached with SHM_RDONLY; POSIX shared memory, which may shrink at any time, and the
 * mappings of others are read by system calls and never mapped, so that no access can fault. */
#ifndef SHMLAB_SOURCE_H
#define SHMLAB_SOURCE_H

#include "attachment.h"
#include "mapping.h"
#include "process.h"
#include "segment.h"

enum source_kind { SOURCE_SEGMENT, SOURCE_FILE, SOURCE_STDIN, SOURCE_POSIX, SOURCE_MAP };

struct source_spec {
    enum source_kind kind;
    struct segment_name name; /* SOURCE_SEGMENT */
    const char *path;         /* SOURCE_FILE; the caller's. SOURCE_POSIX: "/name", as shm_open takes it, or "name" */
    pid_t pid;                /* SOURCE_MAP: whose mapping */
    const char *map;          /* SOURCE_MAP: which one: its line in /proc/PID/maps from 1 on, its name, or an address in
                               * it (0x hex); the caller's */
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
    struct segment segment;          /* attached in SOURCE_LIVE and SOURCE_REMOVED; SOURCE_SEGMENT only */
    struct segment_stat stat;        /* the kernel's last word on it; nattch counts our own attachment. Of SOURCE_POSIX:
                                      * owner and mode */
    struct process creator;          /* who made the segment, or whose mapping it is; read when it was attached; name ""
                                      * where it can't be known */
    bool creator_runs;
    int creator_fd;                  /* pidfd of the creator of SOURCE_SEGMENT, which runs; -1: it has to be asked for */
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
    int fd;                          /* SOURCE_POSIX and SOURCE_MAP: what is read; -1: nothing, or by address */
    struct mapping map;              /* SOURCE_MAP */
    uint64_t looked_at;              /* source_clock_ms of the last look at /proc/PID/maps (SOURCE_MAP), or at the creator */
    struct attachment_watch neighbours; /* who has it attached: source_look_around */
    pid_t viewer;                    /* our own pid, which stands among them */
    pid_t last_pid;                  /* of SOURCE_SEGMENT: the last other process that attached or detached; 0: not
                                      * known */
    void (*leaving)(void *context);  /* where not NULL, called before memory is detached: for who has addresses in it */
    void *leaving_context;
};

/* Starts. 0 also where there is no shared memory yet (SOURCE_WAITING or SOURCE_DENIED say so); -errno where a file or a
 * mapping can't be read, or a name can never name a segment. s->line then tells what to do, or is "". The caller closes
 * it in any case. */
int source_open(struct source *s, const struct source_spec *spec);

/* Looks what became of it, attaches anew where it was remade. true where state, stat or line changed. */
bool source_poll(struct source *s);

/* Looks who has it attached, if it is worth the cost now (attachment.h). now_ms: any clock that only goes forward.
 * true: s->neighbours.now has changed. */
bool source_look_around(struct source *s, uint64_t now_ms);

/* Leaves our own attachment out of s->neighbours: a picture that is drawn once is the same in each run. */
void source_leave_out_viewer(struct source *s);

/* Bytes that can be read now; 0 while there is nothing. */
size_t source_size(const struct source *s);

/* Copies at most count bytes from offset first on to out; returns how many. */
size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count);

/* The 4 bytes at offset, a multiple of 4, in one load that nobody's store can divide, which no later load overtakes.
 * false: they can't be read. */
bool source_number(const struct source *s, size_t offset, uint32_t *number);

/* Where the 4 bytes at offset lie for futex(2), and for nothing else; NULL where they are not mapped. Good until
 * s->leaving is called. */
const void *source_futex(const struct source *s, size_t offset);

/* Detaches and frees. */
void source_close(struct source *s);

/* "key 0x0f20074e", "id 7", "file dump.bin", "posix /psm_1a": what was asked for, printable. */
void source_title(const struct source *s, char *out, size_t out_size);

const char *source_state_name(enum source_state state);

#endif
