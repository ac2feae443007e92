/* Source: where the viewer's bytes come from: shared memory, a mapping of another process, a file or standard input.
 *
 *   source_open -> every frame: source_poll, source_read -> source_close
 *
 * Shared memory may be removed and created again while a source is open: source_poll follows it. Each kind of source is
 * one file, source_NAME.c, and one row in SOURCE_KINDS; no other code depends on a kind.
 *
 * A source only reads. A segment is attached with SHM_RDONLY. POSIX shared memory may shrink at any time, so it and the
 * mappings of other processes are read with system calls and never mapped: no access can fault. */
#ifndef SHMLAB_SOURCE_H
#define SHMLAB_SOURCE_H

#include "attachment.h"
#include "process.h"
#include "segment.h"

/* The table of all kinds, in the order of --help. */
#define SOURCE_KINDS(ROW)                                 \
    ROW(source_segment)   /* System V */                  \
    ROW(source_posix)     /* POSIX, from shm_open */      \
    ROW(source_map)       /* memory of another process */ \
    ROW(source_file)      /* a file, or standard input */ \
    ROW(source_recording) /* a file of shm-view --record */

struct recording_reader;
struct segment_entry;
struct source;
struct source_kind;

/* Selects a source. The caller owns the strings, which must stay valid while the source is open. */
struct source_spec {
    const struct source_kind *kind;
    struct segment_name name; /* source_segment */
    const char *path;         /* source_file: NULL is standard input. source_posix: "/name", as for shm_open, or "name".
                               * Other kinds: the argument of their option */
    pid_t pid;                /* source_map: the process */
    const char *map;          /* source_map: the mapping: its line in /proc/PID/maps, counted from 1, its name, or an
                               * address in it (0x hex) */
    const char *time;         /* source_recording: seconds or percent; NULL: its end */
};

/* The kit's own segment. */
#define SOURCE_SPEC_DEFAULT ((struct source_spec){.kind = &source_segment, .name = SEGMENT_NAME_DEFAULT})

/* A command-line option that selects a source: --name ARG. */
struct source_option {
    const char *name, *arg, *help; /* as in struct option_row */
    const char *takes;             /* what arg must be, for error messages: "the number of a process" */
    int (*take)(struct source_spec *spec, const char *arg); /* 0 or -EINVAL */
};

struct source_kind {
    const struct source_option *options; /* the first selects the source, the others add details; ends with a row whose
                                          * name is NULL. NULL: the options that select a segment (options.h) */
    bool counted; /* the kernel counts attachments, and knows the creator and the last process to attach or detach */
    bool maker;   /* there is one process that created or maps it, s->creator, and its program may know the layout */

    /* Selects memory from the list (segment_list.h), whose strings *spec then uses. false: it is of another kind. NULL:
     * the list has none of this kind. */
    bool (*select)(struct source_spec *spec, const struct segment_entry *e);
    /* For options that select no source yet: prints what they can be completed with. -1: they do; else the exit status,
     * errors are printed on stderr. NULL: they always do. */
    int (*choices)(const struct source_spec *spec, const char *program);
    /* Does the work of source_open. Everything in s but the spec is empty. */
    int (*open)(struct source *s);
    /* Checks whether the source has changed. NULL: it never does. */
    void (*poll)(struct source *s);
    /* Copies bytes [first, first + count), which are within s->size. Returns how many could be read. */
    size_t (*read)(const struct source *s, size_t first, uint8_t *out, size_t count);
    void (*title)(const struct source *s, char *out, size_t out_size);
    int (*report)(const struct source *s, const char *program, int rc);
    /* See source_recording_of. NULL: it is no recording. */
    const struct recording_reader *(*recording)(const struct source *s, uint64_t *time);
    /* See source_recording_seek. NULL: it is no recording. */
    bool (*seek)(struct source *s, uint64_t time);
    /* Releases s->fd and s->data. Called even if open failed. */
    void (*close)(struct source *s);
};

#define SOURCE_DECLARE(name) extern const struct source_kind name;
SOURCE_KINDS(SOURCE_DECLARE)
extern const struct source_kind *const source_kinds[];
extern const size_t source_kind_count;

enum source_state {
    SOURCE_LIVE,    /* attached */
    SOURCE_STATIC,  /* a file or standard input, read once */
    SOURCE_WAITING, /* it does not exist yet */
    SOURCE_DENIED,  /* it exists, but we have no read permission */
    SOURCE_REMOVED, /* removed, but still attached by us and others */
    SOURCE_GONE     /* it no longer exists; the caller still has the bytes it read last */
};

#define SOURCE_LINE_MAX 160

struct source {
    struct source_spec spec;
    enum source_state state;
    size_t size;           /* bytes; if it no longer exists, its last size */
    const uint8_t *mapped; /* the memory, if we have it attached; else NULL */
    int fd;                /* the file that is read; -1: none, or read by other means */
    void *data;            /* private to the kind */
    uint64_t looked_at;    /* ms: when the kind last made an expensive check */

    struct segment_stat stat; /* the last IPC_STAT; nattch includes our attachment. source_posix: only owner and
                                      * mode */
    key_t key;                /* source_segment by key or path; 0: unknown */
    pid_t last_pid;           /* source_segment: the last process except us to attach or detach; 0: unknown */
    struct process creator;   /* the creator of a segment or the process of a mapping, read when it was attached;
                                      * name "" if unknown */
    bool creator_runs;
    char creator_name[32]; /* printable; "?" if unknown */
    char owner[32];        /* the owner's name or "uid N", printable; "" if it has none */
    bool attached_before;
    unsigned attachments;             /* goes up with each attach or resize: then the layout must be chosen again */
    char line[SOURCE_LINE_MAX];       /* a line about the state, printable; "" if all is well. At most 65 columns if it
                                      * is shown beside bytes, so that it fits on a screen of 80 */
    char news[SOURCE_LINE_MAX];       /* the last event ("reattached: ..."), printable; "" if there was none */
    struct attachment_watch attached; /* which processes have it attached: source_scan_attachments */
    pid_t viewer;                     /* our own pid, which is among them */
    void (*before_detach)(void *context); /* if not NULL, called before `mapped` becomes invalid */
    void *before_detach_context;
};
#define SOURCE_EMPTY ((struct source){.state = SOURCE_WAITING, .fd = -1})

/* Opens a source. Returns 0 even if the shared memory does not exist yet or may not be read (SOURCE_WAITING,
 * SOURCE_DENIED); -errno if a file or a mapping can't be read, or if the name can never be that of a segment. Call
 * source_close in any case. */
int source_open(struct source *s, const struct source_spec *spec);

/* Prints to stderr why there is nothing to show, and what to do next. rc is the result of source_open; 0 if the state
 * is SOURCE_WAITING or SOURCE_DENIED. Returns 1, the exit status for failures. */
int source_report(const struct source *s, const char *program, int rc);

/* Checks what has happened to the source, and attaches it again if it was recreated. Returns whether state, stat or
 * line have changed. */
bool source_poll(struct source *s);

/* Scans for processes that have it attached, if a scan is due (attachment.h). now_ms is a monotonic clock. Returns
 * whether s->attached.now has changed. */
bool source_scan_attachments(struct source *s, uint64_t now_ms);

/* Removes our own attachment from s->attached, so that a picture that is rendered once is the same in each run. */
void source_leave_out_viewer(struct source *s);

/* Who has a source attached, for display. */
struct attached {
    const struct attachment_watch *watch; /* the processes found */
    bool counted;                         /* as in struct source_kind; if false, creator_pid and last_pid are unknown */
    pid_t creator_pid;
    bool creator_runs;
    const char *creator_name; /* printable */
    pid_t last_pid;           /* the last process except us to attach or detach; 0: unknown */
    pid_t viewer;             /* our own pid, which may be among them */
    bool nobody;              /* a file or standard input: nobody can have it attached */
    bool unrecorded;          /* a recording that tells nothing about processes */
};

/* The result is valid until the source changes. */
struct attached source_attached(const struct source *s);

/* The recording that this source is, and the time in it, in us, of the bytes read; NULL: it is none. Valid until the
 * source is closed. */
const struct recording_reader *source_recording_of(const struct source *s, uint64_t *time);

/* Sets s->attached to who had it attached at that time of the recording, in us, and s->line to what was said about it. Returns
 * whether they may have changed; false for other sources. */
bool source_recording_seek(struct source *s, uint64_t time);

/* How many bytes can be read now; 0 if there is nothing to read. */
size_t source_size(const struct source *s);

/* Copies at most count bytes, from offset `first`, to out. Returns how many were copied. */
size_t source_read(const struct source *s, size_t first, uint8_t *out, size_t count);

/* Reads the 4 bytes at offset, a multiple of 4. If the source is attached, this is one atomic load with acquire order.
 * Returns false if they can't be read. */
bool source_number(const struct source *s, size_t offset, uint32_t *number);

/* The address of the 4 bytes at offset, to be used only with futex(2); NULL if they are not attached. Valid until
 * s->before_detach is called. */
const void *source_futex(const struct source *s, size_t offset);

/* Detaches the source and frees everything. Does nothing if it is SOURCE_EMPTY. */
void source_close(struct source *s);

/* Writes what was asked for to out: "key 0x0f20074e", "shmid 7", "file dump.bin", "posix /psm_1a". Printable. */
void source_title(const struct source *s, char *out, size_t out_size);

const char *source_state_name(enum source_state state);

#endif
