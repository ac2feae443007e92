/* shm-server: creates a segment of 1024 bytes, writes the message into it through pointers, and waits.
 *
 *   ftok -> shmget -> shmat -> memset -> write -> wait for SIGINT, SIGTERM or SIGHUP -> shmdt -> shmctl(IPC_RMID)
 *
 * message.h describes the layout. The system calls and their pitfalls are in segment.c. */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "printable.h"
#include "report.h"
#include "segment.h"
#include "shm_layout.h"

/* Tells shm-view which type is at the segment's start. It depends on the arguments that the server was started with. */
SHM_LAYOUT(struct message);
SHM_LAYOUT_WHEN(struct message_packed, "packed");
SHM_LAYOUT_WHEN(struct message_live, "--every");
SHM_LAYOUT_WHEN(struct message_live_packed, "packed --every");
SHM_LAYOUT_WHEN(struct message_bell, "--bell");
SHM_LAYOUT_WHEN(struct message_packed_bell, "packed --bell");
SHM_LAYOUT_WHEN(struct message_live_bell, "--every --bell");
SHM_LAYOUT_WHEN(struct message_live_packed_bell, "packed --every --bell");

#define PROGRAM "shm-server"
#define MS_MAX 86400000     /* a day */
#define SECOND 1000000000LL /* in nanoseconds, as all times here */
#define MS 1000000LL
#define FOREVER LLONG_MAX /* a deadline: some 292 years after the start of the machine */

/* ---- the options ---- */

enum { OPTION_STEP = 1100, OPTION_PAUSE, OPTION_EVERY, OPTION_BELL, OPTION_LAYOUT, OPTION_MODE, OPTION_QUIET };

static const struct option_row rows[] = {
    {NULL, 0, NULL, "How to write"},
    {"step", OPTION_STEP, NULL, "announce each value and its place, and write it when you press Enter"},
    {"pause", OPTION_PAUSE, "MS", "wait MS milliseconds before each value"},
    {"every", OPTION_EVERY, "MS",
     "then keep writing: every MS milliseconds a new counter and a better fraction for pi"},
    {"bell", OPTION_BELL, NULL, "add a bell, rung after each write: shm-view sleeps until it rings"},
    {"layout", OPTION_LAYOUT, "NAME", "natural (aligned, with padding; the default) or packed"},
    {"mode", OPTION_MODE, "MODE", "who may read and write the segment, in octal (default 0600: only you)"},
    {"quiet", OPTION_QUIET, NULL, "don't suggest what to do next"},
    OPTIONS_KEY_ROWS,
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = PROGRAM,
    .usage = "[--step | --pause MS] [--every MS] [--bell] [--layout natural|packed] [--mode MODE] [--quiet] "
             "[--path FILE] [--proj N] [--key KEY]",
    .about = "Creates a shared memory segment of 1024 bytes, writes a message into it through pointers, and waits. On "
             "Ctrl-C (SIGINT), SIGTERM or SIGHUP it detaches and removes the segment.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* The values of the options. */
struct settings {
    struct segment_name name;
    enum message_layout layout;
    mode_t mode;
    bool step, bell, quiet;
    long pause; /* milliseconds before each value; 0: none */
    long every; /* milliseconds between two messages; 0: only one message */
};

/* Octal, as for chmod: "0600", "666". At least 0600, since the server itself must be able to attach. */
static int parse_mode(const char *arg, mode_t *mode)
{
    char *end;
    unsigned long n = strtoul(arg, &end, 8);

    if (arg[0] < '0' || arg[0] > '7' || *end != '\0' || n > 0777) {
        return options_wrong(&options, "--mode %s: a mode is three octal digits, such as 0600 or 0644", arg);
    }
    if ((n & 0600) != 0600) {
        return options_wrong(&options, "--mode %s: the server itself needs 0600 to read and write", arg);
    }
    *mode = (mode_t)n;
    return 0;
}

static int parse_ms(const char *name, const char *arg, long *ms)
{
    long long n;

    if (options_number(arg, 1, MS_MAX, &n) != 0) {
        return options_wrong(&options, "--%s %s: give a number of milliseconds from 1 to %d", name, arg, MS_MAX);
    }
    *ms = (long)n;
    return 0;
}

/* Stores one option in the settings. Returns 0, or the exit status if it is invalid. */
static int take_option(void *state, int letter, const char *arg)
{
    struct settings *o = state;

    switch (letter) {
    case OPTION_STEP:
        o->step = true;
        break;
    case OPTION_PAUSE:
        return parse_ms("pause", arg, &o->pause);
    case OPTION_EVERY:
        return parse_ms("every", arg, &o->every);
    case OPTION_BELL:
        o->bell = true;
        break;
    case OPTION_LAYOUT:
        if (!message_layout_from_name(arg, &o->layout)) {
            return options_wrong(&options, "--layout %s: must be natural or packed", arg);
        }
        break;
    case OPTION_MODE:
        return parse_mode(arg, &o->mode);
    case OPTION_QUIET:
        o->quiet = true;
        break;
    default:
        return options_segment(&options, letter, arg, &o->name);
    }
    return 0;
}

/* ---- waiting for time, input or a signal ---- */

static volatile sig_atomic_t stop_signal; /* 0, or the signal that told us to stop */

static void on_stop(int signal_number)
{
    stop_signal = signal_number; /* that's all: a handler may call only a few functions (signal-safety(7)) */
}

/* SIGPIPE too, so that no segment is left behind when a reader closes our output (shm-server | head -1). */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++) {
        sigaddset(set, stop_signals[i]);
    }
}

static void catch_signals(void)
{
    /* No SA_RESTART, so that a signal also interrupts a write to a full pipe or a stopped terminal (Ctrl-S). */
    struct sigaction catch = {.sa_handler = on_stop}, before;
    sigset_t stops;

    stop_set(&stops);
    catch.sa_mask = stops;
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++) {
        bool kept = stop_signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (!kept) { /* under nohup, SIGHUP stays ignored */
            sigaction(stop_signals[i], &catch, NULL);
        }
    }
    sigprocmask(SIG_UNBLOCK, &stops, NULL); /* our parent may have blocked them */
}

/* The time in nanoseconds, by a clock that nobody sets. */
static long long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* Waits until the deadline (a time of now(), or FOREVER) or until fd (-1: none) is readable. Returns false if we must
 * stop. */
static bool wait_for(long long deadline, int fd)
{
    /* Watch the output too: if its reader closes it while we aren't writing, there is no SIGPIPE. */
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = STDOUT_FILENO, .events = 0}};
    sigset_t stops, open;

    /* A signal that arrived between the test of stop_signal and the wait would be missed. So the signals are blocked,
     * and ppoll unblocks them and waits in one atomic step. */
    stop_set(&stops);
    sigprocmask(SIG_BLOCK, &stops, &open);
    while (stop_signal == 0 && fds[0].revents == 0) {
        long long left = deadline - now();
        if (left <= 0) {
            break;
        }
        struct timespec timeout = {.tv_sec = (time_t)(left / SECOND), .tv_nsec = (long)(left % SECOND)};
        if (ppoll(fds, 2, deadline == FOREVER ? NULL : &timeout, &open) < 0) {
            fds[0].revents = fds[1].revents = 0; /* interrupted by a signal: these are old values */
        }
        if ((fds[1].revents & (POLLERR | POLLHUP)) == POLLERR) { /* a pipe without readers; a lost terminal sets both */
            stop_signal = SIGPIPE;
        } else if (fds[1].revents != 0) {
            fds[1].fd = -1; /* poll would report this again and again */
        }
    }
    sigprocmask(SIG_SETMASK, &open, NULL);
    return stop_signal == 0;
}

enum enter { ENTER_PRESSED, ENTER_END_OF_INPUT, ENTER_STOP };

static enum enter wait_for_enter(void)
{
    char c;

    for (;;) {
        if (!wait_for(FOREVER, STDIN_FILENO)) {
            return ENTER_STOP;
        }
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            return ENTER_END_OF_INPUT;
        }
        if (n == 1 && c == '\n') {
            return ENTER_PRESSED;
        }
    }
}

/* ---- the output ---- */

/* Whether a write to stdout would succeed at once. It would block on a full pipe or a stopped terminal (Ctrl-S). */
static bool output_ready(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0;
}

/* printf, but after a stop signal it never blocks: the segment must be removed even if nobody reads our output. */
static void __attribute__((format(printf, 1, 2))) print(const char *format, ...)
{
    va_list args;

    if (stop_signal != 0 && !output_ready()) {
        __fpurge(stdout); /* the rest of an interrupted line: exit would block on writing it */
        return;
    }
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

/* ---- writing ---- */

/* Rings the bell after a write, if there is one. */
static void ring(const struct settings *o, void *base)
{
    if (o->bell) {
        SHM_BELL_RING((shm_bell *)((char *)base + MESSAGE_BELL_AT));
    }
}

/* Prints a value for --step and --pause: "+0x14 int num = 22". */
static void print_value(const struct settings *o, enum message_field field, const struct message_live *m)
{
    struct message_place place = message_place(o->layout, field);
    char value[128];

    message_format(m, field, value, sizeof value);
    print("+0x%02zx %s %s = %s", place.offset, place.type, place.name, value);
}

/* Prints where the value goes: "bytes 20 to 23, after 1 byte of padding". */
static void print_place(const struct settings *o, enum message_field field)
{
    struct message_place place = message_place(o->layout, field);
    size_t end_before = 0;

    if (field > 0) {
        struct message_place before = message_place(o->layout, (enum message_field)(field - 1));
        end_before = before.offset + before.size;
    }
    size_t padding = place.offset - end_before;
    if (place.size == 1) {
        print("byte %zu", place.offset);
    } else {
        print("bytes %zu to %zu", place.offset, place.offset + place.size - 1);
    }
    if (padding > 0) {
        print(", after %zu %s of padding", padding, padding == 1 ? "byte" : "bytes");
    }
}

/* Announces a value, in two lines that fit into 80 columns, and waits for Enter. */
static enum enter announce(const struct settings *o, enum message_field field, const struct message_live *m, int count)
{
    print("  [%d/%d] ", (int)field + 1, count);
    print_value(o, field, m);
    print("\n        ");
    print_place(o, field);
    print(". Enter writes it\n");
    return wait_for_enter();
}

/* Writes the message value by value (--step, --pause). Returns false if we must stop. */
static bool write_slowly(const struct settings *o, void *base, const struct message_live *m)
{
    int count = o->every != 0 ? MESSAGE_FIELDS : MESSAGE_COUNTER;

    for (int i = 0; i < count; i++) {
        enum message_field field = (enum message_field)i;
        if (o->step) {
            enum enter enter = announce(o, field, m, count);
            if (enter == ENTER_STOP) {
                return false;
            }
            if (enter == ENTER_END_OF_INPUT) {
                print("  the input has ended: %d of %d values are written\n", i, count);
                return true;
            }
        } else if (!wait_for(now() + o->pause * MS, -1)) {
            return false;
        }
        message_write_field(base, o->layout, field, m);
        ring(o, base);
        if (!o->step) {
            print_value(o, field, m);
            print("\n");
        }
    }
    return true;
}

/* Keeps rewriting the message with new values (--every). A reader may see a mixture of old and new values, because
 * shared memory by itself synchronises nothing. */
static void keep_writing(const struct settings *o, void *base, struct message_live *m)
{
    long long next = now() + o->every * MS;

    while (wait_for(next, -1)) {
        m->counter++;
        message_approximate(&m->message, m->counter + 1); /* convergent 1 is 22/7, where we started */
        message_write(base, o->layout, true, m);
        ring(o, base);
        next += o->every * MS;
        if (next < now()) { /* we are late, for example after Ctrl-Z: don't try to catch up */
            next = now() + o->every * MS;
        }
    }
}

/* ---- from creation to removal ---- */

/* The folder part of argv[0], with its slash. It starts the commands that we suggest, so that they can be pasted. */
static void program_folder(const char *argv0, char *out, size_t out_size)
{
    const char *slash = strrchr(argv0, '/');

    printable_bytes(argv0, slash != NULL ? (size_t)(slash + 1 - argv0) : 0, printable_utf8(), out, out_size);
}

static void print_start(const struct settings *o, const struct segment *s, const char *argv0)
{
    char folder[512], client[560], view[560], call[640];
    const char *layout = o->layout == MESSAGE_PACKED ? " --layout packed" : "";

    program_folder(argv0, folder, sizeof folder);
    snprintf(client, sizeof client, "%sshm-client", folder);
    snprintf(view, sizeof view, "%sshm-view", folder);
    print(PROGRAM ": made segment 0x%08x: shmid %d, %zu bytes, mode %04o, pid %ld\n", (unsigned)s->key, s->id, s->size,
          (unsigned)o->mode, (long)getpid());
    print("  attached at %p; all its bytes are 0 at first\n", s->base);
    if (o->quiet) {
        return;
    }
    print("  look at it from another terminal: %s%s\n", report_command("read", client, s->key, call, sizeof call),
          layout);
    print("                                    %s\n", report_command("view", view, s->key, call, sizeof call));
    print("                                    ipcs -m\n");
}

/* Everything between creation and removal of the segment. */
static void serve(const struct settings *o, const struct segment *s, const char *argv0)
{
    struct message_live m = message_first();
    bool slowly = o->step || o->pause != 0, live = o->every != 0;

    memset(s->base, 0, s->size);
    if (!slowly) {
        message_write(s->base, o->layout, live, &m);
        ring(o, s->base);
    }
    print_start(o, s, argv0);
    if (!slowly) {
        print("  wrote the message in the %s layout: bytes 0 to %zu\n", message_layout_name(o->layout),
              message_size(o->layout, live) - 1);
    } else if (!write_slowly(o, s->base, &m)) {
        return;
    }

    if (o->bell) {
        print("  a bell at bytes %d to %d rings after each write\n", MESSAGE_BELL_AT,
              MESSAGE_BELL_AT + (int)sizeof(shm_bell) - 1);
    }
    if (live) {
        print("  the values change every %ld ms", o->every);
    } else {
        print("  waiting");
    }
    print("; Ctrl-C detaches, removes the segment and ends\n");
    if (live) {
        keep_writing(o, s->base, &m);
    } else {
        wait_for(FOREVER, -1);
    }
}

/* Suggests what to do when the key is taken. */
static void print_refusal_advice(const struct segment_report *r)
{
    int id = r->found.id;

    switch (r->why) {
    case SEGMENT_OTHER_OWNER:
        fprintf(stderr, "  it belongs to another user: give another --proj\n");
        break;
    case SEGMENT_OTHER_SIZE:
        fprintf(stderr,
                "  it has %zu bytes, so it is not this kit's: give another --proj, or, if nobody needs it, "
                "ipcrm -m %d\n",
                r->found.size, id);
        break;
    case SEGMENT_CREATOR_ALIVE:
        fprintf(stderr, "  stop that server, or give another --proj\n");
        break;
    case SEGMENT_STILL_ATTACHED:
        fprintf(stderr, "  end the programs that have it attached, or give another --proj\n");
        break;
    case SEGMENT_CREATOR_NOT_KNOWN:
        fprintf(stderr, "  its creator may still run: give another --proj, or, if nobody needs it, ipcrm -m %d\n", id);
        break;
    }
}

static int refused(key_t key, const struct segment_report *r)
{
    char creator[512];

    report_creator(&r->found, creator, sizeof creator);
    fprintf(stderr, PROGRAM ": cannot create segment 0x%08x (%d bytes): it exists already\n", (unsigned)key,
            SEGMENT_SIZE);
    fprintf(stderr, "  shmid %d, owner uid %ld, mode %04o, %lu attached, %s\n", r->found.id, (long)r->found.owner,
            (unsigned)r->found.mode, r->found.attached, creator);
    print_refusal_advice(r);
    return 1;
}

/* Reports why segment_create failed. Returns the exit status. */
static int create_failed(key_t key, int rc, const struct segment_report *r)
{
    const char *next = NULL;

    if (rc == -EEXIST && r->finding == SEGMENT_REFUSED) {
        return refused(key, r);
    }
    if (rc == -ENOSPC) {
        next = "a limit for shared memory is reached (ipcs -l); ipcs -m lists the segments, ipcrm -m ID removes one";
    } else if (rc == -EINVAL) {
        next = "the kernel does not accept this key or size; ipcs -l shows its limits";
    } else if (rc == -EEXIST || rc == -ESTALE) {
        next = "other programs are using this key right now: try again, or give another --proj";
    }
    return report_failure(PROGRAM, rc, next, "create segment 0x%08x (%d bytes)", (unsigned)key, SEGMENT_SIZE);
}

/* Detaches and removes the segment. Returns the exit status. */
static int finish(struct segment *s)
{
    int id = s->id;
    unsigned key = (unsigned)s->key;
    struct segment_stat st = {.attached = 0};

    int rc = segment_detach(s);
    if (rc != 0) {
        report_failure(PROGRAM, rc, NULL, "detach segment 0x%08x (shmid %d)", key, id);
    }
    int gone = segment_stat(id, &st);
    int removed = gone != 0 || st.removed ? -EIDRM : segment_remove(id);
    if (removed == -EINVAL || removed == -EIDRM) {
        print(PROGRAM ": detached; segment 0x%08x (shmid %d) had already been removed\n", key, id);
    } else if (removed != 0) {
        rc = removed;
        report_failure(PROGRAM, rc, "ipcrm -m ID removes it", "remove segment 0x%08x (shmid %d)", key, id);
    } else {
        print(PROGRAM ": detached and removed segment 0x%08x (shmid %d)\n", key, id);
        if (st.attached > 0) {
            print("  still attached: %lu; the memory is freed after the last detach\n", st.attached);
        }
    }
    if (stop_signal == SIGPIPE) {
        fprintf(stderr, PROGRAM ": stopped because its output was closed; removed segment 0x%08x (shmid %d)\n", key,
                id);
        return 1;
    }
    return rc == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct settings settings = {.name = SEGMENT_NAME_DEFAULT, .layout = MESSAGE_NATURAL, .mode = 0600};
    struct segment segment = SEGMENT_EMPTY;
    struct segment_report report;
    key_t key;

    setlocale(LC_CTYPE, "");
    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, also into a pipe */
    int status = options_parse(&options, argc, argv, take_option, &settings);
    if (status >= 0) {
        return status;
    }
    if (settings.step && settings.pause != 0) {
        return options_wrong(&options, "--step waits for Enter and --pause for the clock: give only one of them");
    }

    int rc = segment_name_key(&settings.name, &key);
    if (rc != 0) {
        return report_name_failure(PROGRAM, &settings.name, rc);
    }
    catch_signals();
    rc = segment_create(&segment, key, SEGMENT_SIZE, settings.mode, &report);
    if (rc != 0) {
        return create_failed(key, rc, &report);
    }
    if (report.finding == SEGMENT_TAKEN_OVER) {
        print(PROGRAM ": took over from a dead server\n  removed its segment (shmid %d, pid %ld) and made a new one\n",
              report.found.id, (long)report.found.creator_pid);
    }
    serve(&settings, &segment, argv[0]);
    return finish(&segment);
}
