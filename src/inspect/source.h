/* Source: where the bytes come from, and what becomes of them: shared memory that may be removed and remade while one
 * looks at it, a mapping of another process, a file, or standard input.
 *
 *   source_open -> every frame: source_poll, source_read -> source_close
 *
 * A kind of source is a file, source_NAME.c, and a row in SOURCE_KINDS. Nothing else knows what a kind does.
 *
 * Only ever reads. A segment is attached with SHM_RDONLY; POSIX shared memory, which may shrink at any time, and the
 * mappings of others are read by system calls and never mapped, so that no access can fault. */
#ifndef SHMLAB_SOURCE_H
#define SHMLAB_SOURCE_H

#include "attachment.h"
#include "process.h"
#include "segment.h"

/* The table of all kinds, in the order of --help. */
#define SOURCE_KINDS(ROW)                                                                                              \
    ROW(source_segment) /* System V */                                                                                 \
    ROW(source_posix)   /* what shm_open makes */                                                                      \
    ROW(source_map)     /* memory of another process */                                                                \
    ROW(source_file)    /* a file, or standard input */

struct source;
struct source_kind;

/* Which source. Strings are the caller's. */
struct source_spec {
    const struct source_kind *kind;
    struct segment_name name; /* source_segment */
    const char *path;         /* source_file: NULL is standard input. source_posix: "/name", as shm_open takes it, or
                               * "name". Others: what their option was given */
    pid_t pid;                /* source_map: whose mapping */
    const char *map;          /* source_map: which one: its line in /proc/PID/maps from 1 on, its name, or an address in
                               * it (0x hex) */
};

/* How a source is named on a command line: --name ARG. */
struct source_option {
    const char *name, *arg, *help; /* as in struct option_row */
    const char *takes;             /* for who gave another argument: "the number of a process" */
    int (*take)(struct source_spec *spec, const char *arg); /* 0 or -EINVAL */
};

struct source_kind {
    const struct source_option *options; /* the first one names a source, others say more of it, the last one has no
                                          * name; NULL: those that name a segment (options.h) */
    bool counted; /* the kernel counts who has it attached, and knows who made it and who came or went last */
    bool maker;   /* one process made it or has it: s->creator. Its program may know the layout */

    /* Starts, as source_open says it; s is empty but for its spec. */
    int (*open)(struct source *s);
    /* Looks what became of it. NULL: it stays as it was. */
    void (*poll)(struct source *s);
    /* Copies bytes [first, first + count), which lie within s->size; returns how many could be read. */
    size_t (*read)(const struct source *s, size_t first, uint8_t *out, size_t count);
    void (*title)(const struct source *s, char *out, size_t out_size);
    int (*report)(const struct source *s, const char *program, int rc);
    /* Gives back what open and poll took: s->fd, s->own. Also after an open that failed. */
    void (*close)(struct source *s);
};

#define SOURCE_DECLARE(name) extern const struct source_kind name;
SOURCE_KINDS(SOURCE_DECLARE)
extern const struct source_kind *const source_kinds[];
extern const size_t source_kind_count;

enum source_state {
    SOURCE_LIVE,    /* attached */
    SOURCE_STATIC,  /* a file or standard input, read once */
    SOURCE_WAITING, /* nothing to be seen yet: no segment, no such path */
    SOURCE_DENIED,  /* something stands there that we may not read */
    SOURCE_REMOVED, /* removed, but others still use it, and so do we */
    SOURCE_GONE     /* it is gone; its last bytes are still with whoever read them */
};

#define SOURCE_LINE_MAX 160

struct source {
    struct source_spec spec;
    enum source_state state;
    size_t size;                     /* bytes; of the last ones where there are none now */
    const uint8_t *mapped;           /* the memory itself, where we have it attached; else NULL */
    int fd;                          /* what is read; -1: nothing, or by other means */
    void *own;                       /* what the kind keeps besides */
    uint64_t looked_at;              /* ms: when the kind last took a look that costs much */

    struct segment_stat stat;        /* the kernel's last word on it; nattch counts our own attachment. Of source_posix:
                                      * owner and mode */
    key_t key;                       /* of source_segment, asked for by key or path; 0: not known */
    pid_t last_pid;                  /* of source_segment: the last other process that attached or detached; 0: not
                                      * known */
    struct process creator;          /* who made the segment, or whose mapping it is; read when it was attached; name ""
                                      * where it can't be known */
    bool creator_runs;
    char creator_name[32];           /* printable; "?" where it can't be known */
    char owner[32];                  /* the owner's name, or "uid N"; printable; "" where it has none */
    bool attached_before;
    unsigned attachments;            /* goes up at each new attachment: the layout must be looked for again */
    char line[SOURCE_LINE_MAX];      /* one calm line that tells the state; printable. "" while all is well. What can be
                                      * said beside bytes has 65 columns at most: as much as 80 columns have room for */
    char news[SOURCE_LINE_MAX];      /* what happened last ("attached anew: ..."), printable; "" where nothing did */
    struct attachment_watch neighbours; /* who has it attached: source_look_around */
    pid_t viewer;                    /* our own pid, which stands among them */
    void (*leaving)(void *context);  /* where not NULL, called before memory is detached: for who has addresses in it */
    void *leaving_context;
};
#define SOURCE_EMPTY ((struct source){.state = SOURCE_WAITING, .fd = -1})

/* Starts. 0 also where there is no shared memory yet (SOURCE_WAITING or SOURCE_DENIED say so); -errno where a file or a
 * mapping can't be read, or a name can never name a segment. The caller closes it in any case. */
int source_open(struct source *s, const struct source_spec *spec);

/* Says on standard error why there is nothing to be seen, and what to do next. rc: source_open's, or 0 where it is open
 * in SOURCE_WAITING or SOURCE_DENIED. Returns 1, the exit status for it. */
int source_report(const struct source *s, const char *program, int rc);

/* Looks what became of it, attaches anew where it was remade. true where state, stat or line changed. */
bool source_poll(struct source *s);

/* Looks who has it attached, if it is worth the cost now (attachment.h). now_ms: any clock that only goes forward.
 * true: s->neighbours.now has changed. */
bool source_look_around(struct source *s, uint64_t now_ms);

/* Leaves our own attachment out of s->neighbours: a picture that is drawn once is the same in each run. */
void source_leave_out_viewer(struct source *s);

/* Who has it attached, as people are told. */
struct attached {
    const struct attachment_watch *watch; /* who was found */
    bool counted;             /* by the kernel, too (struct source_kind); else it tells neither creator nor last */
    pid_t creator_pid;
    bool creator_runs;
    const char *creator_name; /* printable */
    pid_t last_pid;           /* the last other process that attached or detached; 0: not known */
    pid_t viewer;             /* our own, which may be among them */
    bool nobody;              /* it was read once, so nobody can have it */
};

/* Good until the source changes. */
struct attached source_attached(const struct source *s);

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

/* Detaches and frees. Does nothing to an empty one. */
void source_close(struct source *s);

/* "key 0x0f20074e", "id 7", "file dump.bin", "posix /psm_1a": what was asked for, printable. */
void source_title(const struct source *s, char *out, size_t out_size);

const char *source_state_name(enum source_state state);

#endif
