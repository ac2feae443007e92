/* shm-server: makes a segment of 1024 bytes, writes the message into it by pointer manipulation, and waits.
 *
 *   ftok -> shmget -> shmat -> memset -> write -> wait for SIGINT, SIGTERM or SIGHUP -> shmdt -> shmctl(IPC_RMID)
 *
 * What lies where: message.h. The system calls and their traps: segment.c. */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
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
#include "segment.h"
#include "shm_layout.h"
#include "report.h"

/* For shm-view: which of our types lies at the segment's start, by the words that this program was started with. */
SHM_LAYOUT(struct message);
SHM_LAYOUT_WHEN(struct message_packed, "packed");
SHM_LAYOUT_WHEN(struct message_live, "--every");
SHM_LAYOUT_WHEN(struct message_live_packed, "packed --every");
SHM_LAYOUT_WHEN(struct message_bell, "--bell");
SHM_LAYOUT_WHEN(struct message_packed_bell, "packed --bell");
SHM_LAYOUT_WHEN(struct message_live_bell, "--every --bell");
SHM_LAYOUT_WHEN(struct message_live_packed_bell, "packed --every --bell");

#define PROGRAM "shm-server"
#define MS_MAX 86400000 /* a day */

/* ---- the call's words ---- */

enum { OPTION_STEP = 1100, OPTION_PAUSE, OPTION_EVERY, OPTION_BELL, OPTION_LAYOUT, OPTION_MODE, OPTION_QUIET };

static const struct option_row rows[] = {
    {NULL, 0, NULL, "How it writes"},
    {"step", OPTION_STEP, NULL, "write one value at each Enter, and say before what comes and where"},
    {"pause", OPTION_PAUSE, "MS", "write value by value, MS milliseconds apart"},
    {"every", OPTION_EVERY, "MS",
     "then go on: every MS milliseconds a counter, and a fraction that comes ever nearer to pi"},
    {"bell", OPTION_BELL, NULL, "a bell behind the message, rung after each write: shm-view sleeps until it rings"},
    {"layout", OPTION_LAYOUT, "NAME", "natural (aligned, with holes; the default) or packed"},
    {"mode", OPTION_MODE, "MODE", "who may read and write the segment, in octal (default 0600: only you)"},
    {"quiet", OPTION_QUIET, NULL, "no hints what to do next"},
    OPTIONS_KEY_ROWS,
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = PROGRAM,
    .usage = "[--step | --pause MS] [--every MS] [--bell] [--layout natural|packed] [--mode MODE] [--quiet] [--path FILE] "
             "[--proj N] [--key KEY]",
    .about = "Makes a shared memory segment of 1024 bytes, writes a message into it by pointer manipulation, and "
             "waits. On Ctrl-C (SIGINT), SIGTERM or SIGHUP it detaches and removes the segment.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* What the words ask for. */
struct order {
    struct segment_name name;
    enum message_layout layout;
    mode_t mode;
    bool step, bell, quiet;
    long pause; /* milliseconds before each value; 0: all at once */
    long every; /* milliseconds between two messages; 0: one message only */
};

/* Octal, as chmod takes it: "0600", "666". The server itself must be able to attach: at least 0600. */
static int take_mode(const char *word, mode_t *mode)
{
    char *end;
    unsigned long n = strtoul(word, &end, 8);

    if (word[0] < '0' || word[0] > '7' || *end != '\0' || n > 0777)
        return options_wrong(&options, "--mode %s: a mode is three octal digits, as 0600 or 0644", word);
    if ((n & 0600) != 0600)
        return options_wrong(&options, "--mode %s: the server itself needs 0600, to read and to write", word);
    *mode = (mode_t)n;
    return 0;
}

static int take_ms(const char *name, const char *word, long *ms)
{
    long long n;

    if (options_number(word, 1, MS_MAX, &n) != 0)
        return options_wrong(&options, "--%s %s: milliseconds are a number from 1 to %d", name, word, MS_MAX);
    *ms = (long)n;
    return 0;
}

/* One option. 0, or the exit status for a wrong one. */
static int take_option(struct order *o, int letter, const char *arg)
{
    switch (letter) {
    case OPTION_STEP:
        o->step = true;
        return 0;
    case OPTION_PAUSE:
        return take_ms("pause", arg, &o->pause);
    case OPTION_EVERY:
        return take_ms("every", arg, &o->every);
    case OPTION_BELL:
        o->bell = true;
        return 0;
    case OPTION_LAYOUT:
        if (message_layout_from_name(arg, &o->layout))
            return 0;
        return options_wrong(&options, "--layout %s: a layout is natural or packed", arg);
    case OPTION_MODE:
        return take_mode(arg, &o->mode);
    case OPTION_QUIET:
        o->quiet = true;
        return 0;
    default:
        return options_segment(&options, letter, arg, &o->name) == 0 ? 0 : 2;
    }
}

/* Reads the words into *o. true: go on; false: exit with *status. */
static bool order_take(int argc, char **argv, struct order *o, int *status)
{
    const char *arg;
    int letter;

    *o = (struct order){.name = SEGMENT_NAME_DEFAULT, .layout = MESSAGE_NATURAL, .mode = 0600};
    *status = 0;
    while ((letter = options_next(&options, argc, argv, &arg)) != -1) {
        if (letter == OPTION_HELP) {
            options_help(&options, stdout);
            return false;
        }
        if (letter == OPTION_VERSION) {
            options_version(&options, stdout);
            return false;
        }
        *status = letter == '?' ? 2 : take_option(o, letter, arg);
        if (*status != 0)
            return false;
    }
    if (optind < argc)
        *status = options_wrong(&options, "a word too many: '%s'", argv[optind]);
    else if (o->step && o->pause != 0)
        *status = options_wrong(&options, "--step waits for Enter and --pause for the clock: give only one of them");
    return *status == 0;
}

/* ---- waiting, until a signal says stop ---- */

static volatile sig_atomic_t stop_signal; /* 0, or the signal that asks us to end */

static void on_stop(int signal_number)
{
    stop_signal = signal_number; /* no more than this: few functions may be called here (signal-safety(7)) */
}

/* SIGPIPE is among them: who closes our output (shm-server | head -1) must not leave a segment behind. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++)
        sigaddset(set, stop_signals[i]);
}

static void catch_signals(void)
{
    /* Without SA_RESTART: a write that waits for a full pipe or a held terminal ends too. */
    struct sigaction catch = {.sa_handler = on_stop}, now;
    sigset_t stops;

    stop_set(&stops);
    catch.sa_mask = stops;
    for (size_t i = 0; i < sizeof stop_signals / sizeof stop_signals[0]; i++) {
        bool kept = stop_signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
        if (!kept) /* nohup shm-server: stays when its terminal goes */
            sigaction(stop_signals[i], &catch, NULL);
    }
    sigprocmask(SIG_UNBLOCK, &stops, NULL); /* whoever started us may have blocked them */
}

static struct timespec ms_from(struct timespec t, long ms)
{
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static struct timespec now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
}

/* Nanoseconds from a to b; negative where b is before a. */
static long long ns_between(struct timespec a, struct timespec b)
{
    return (long long)(b.tv_sec - a.tv_sec) * 1000000000 + (b.tv_nsec - a.tv_nsec);
}

/* Waits for the deadline (NULL: for ever), or for something to read from fd (-1: nothing). false: we are to stop. */
static bool wait_for(const struct timespec *deadline, int fd)
{
    /* The output is watched too, for who closes it while nothing is being written: that raises no SIGPIPE. */
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = STDOUT_FILENO, .events = 0}};
    sigset_t stops, open;

    /* A signal that comes between the look at stop_signal and the wait would be slept over. So they are blocked, and
     * ppoll lets them in and waits in one step. */
    stop_set(&stops);
    sigprocmask(SIG_BLOCK, &stops, &open);
    while (stop_signal == 0 && fds[0].revents == 0) {
        long long left = deadline != NULL ? ns_between(now(), *deadline) : 0;
        if (deadline != NULL && left <= 0)
            break;
        struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000)};
        if (ppoll(fds, 2, deadline != NULL ? &timeout : NULL, &open) < 0)
            fds[0].revents = fds[1].revents = 0; /* a signal: what poll left there is old */
        if ((fds[1].revents & (POLLERR | POLLHUP)) == POLLERR) /* a pipe without readers; a lost terminal has both */
            stop_signal = SIGPIPE;
        else if (fds[1].revents != 0)
            fds[1].fd = -1; /* nothing more to learn from it */
    }
    sigprocmask(SIG_SETMASK, &open, NULL);
    return stop_signal == 0;
}

enum enter { ENTER_PRESSED, ENTER_END_OF_INPUT, ENTER_STOP };

static enum enter wait_for_enter(void)
{
    char c;

    for (;;) {
        if (!wait_for(NULL, STDIN_FILENO))
            return ENTER_STOP;
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return ENTER_END_OF_INPUT;
        if (n == 1 && c == '\n')
            return ENTER_PRESSED;
    }
}

/* ---- the output ---- */

/* Can the output take a line at once? Not where a pipe is full, or a terminal held with Ctrl-S. */
static bool output_takes(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0;
}

/* printf, which after a stop signal waits for nobody: the segment must go, heard or not. */
static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
    va_list args;

    if (stop_signal != 0 && !output_takes()) {
        __fpurge(stdout); /* what is left of a line that the signal cut short: exit would wait to write it */
        return;
    }
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

/* ---- writing ---- */

/* After each write, where there is a bell. */
static void ring(const struct order *o, void *base)
{
    if (o->bell)
        SHM_BELL_RING((shm_bell *)((char *)base + MESSAGE_BELL_AT));
}

/* Value number `field` as --step and --pause tell it: "+0x14 int num = 22". */
static void print_value(const struct order *o, enum message_field field, const struct message_live *m)
{
    struct message_place place = message_place(o->layout, field);
    char value[128];

    message_format(m, field, value, sizeof value);
    say("+0x%02zx %s %s = %s", place.offset, place.type, place.name, value);
}

/* Where it will lie, in words: ": bytes 20 to 23, after 1 byte of padding". */
static void print_place(const struct order *o, enum message_field field)
{
    struct message_place place = message_place(o->layout, field);
    size_t end_before = 0;

    if (field > 0) {
        struct message_place before = message_place(o->layout, (enum message_field)(field - 1));
        end_before = before.offset + before.size;
    }
    size_t padding = place.offset - end_before;
    if (place.size == 1)
        say(": byte %zu", place.offset);
    else
        say(": bytes %zu to %zu", place.offset, place.offset + place.size - 1);
    if (padding > 0)
        say(", after %zu %s of padding", padding, padding == 1 ? "byte" : "bytes");
}

/* Asks for Enter before a value. */
static enum enter ask(const struct order *o, enum message_field field, const struct message_live *m, int count)
{
    say("  [%d/%d] ", (int)field + 1, count);
    print_value(o, field, m);
    print_place(o, field);
    say(". Enter writes it\n");
    return wait_for_enter();
}

/* Writes the message value by value. false: we are to stop. */
static bool write_slowly(const struct order *o, void *base, const struct message_live *m)
{
    int count = o->every != 0 ? MESSAGE_FIELDS : MESSAGE_COUNTER;

    for (int i = 0; i < count; i++) {
        enum message_field field = (enum message_field)i;
        if (o->step) {
            enum enter enter = ask(o, field, m, count);
            if (enter == ENTER_STOP)
                return false;
            if (enter == ENTER_END_OF_INPUT) {
                say("  the input has ended: %d of %d values are written\n", i, count);
                return true;
            }
        } else {
            struct timespec next = ms_from(now(), o->pause);
            if (!wait_for(&next, -1))
                return false;
        }
        message_write_field(base, o->layout, field, m);
        ring(o, base);
        if (!o->step) {
            print_value(o, field, m);
            say("\n");
        }
    }
    return true;
}

/* Rewrites the message with other values, again and again. Nothing keeps a reader from looking while only half of them
 * are new: shared memory alone synchronises nothing. */
static void write_on(const struct order *o, void *base, struct message_live *m)
{
    struct timespec next = ms_from(now(), o->every);

    while (wait_for(&next, -1)) {
        m->counter++;
        message_approximate(&m->message, m->counter + 1); /* number 1 is 22/7, where we started */
        message_write(base, o->layout, true, m);
        ring(o, base);
        next = ms_from(next, o->every);
        if (ns_between(now(), next) < 0) /* we were stopped (Ctrl-Z) for a while: don't make up for it */
            next = ms_from(now(), o->every);
    }
}

/* ---- the segment's life, told ---- */

/* The start of the commands that we advise: the folder through which we were called, so that they can be pasted. */
static void folder_of(const char *argv0, char *out, size_t out_size)
{
    const char *slash = strrchr(argv0, '/');

    printable_bytes(argv0, slash != NULL ? (size_t)(slash + 1 - argv0) : 0, printable_utf8(), out, out_size);
}

static void print_start(const struct order *o, const struct segment *s, const char *argv0)
{
    char which[32] = "", folder[512];
    const char *layout = o->layout == MESSAGE_PACKED ? " --layout packed" : "";

    folder_of(argv0, folder, sizeof folder);
    if (o->name.by != SEGMENT_BY_PATH || o->name.path != NULL || o->name.proj != 0)
        snprintf(which, sizeof which, " --key 0x%08x", (unsigned)s->key);
    say(PROGRAM ": made segment 0x%08x: shmid %d, %zu bytes, mode %04o, pid %ld\n", (unsigned)s->key, s->id, s->size,
        (unsigned)o->mode, (long)getpid());
    say("  attached at %p; all its bytes are 0 at first\n", s->base);
    if (o->quiet)
        return;
    say("  look at it from another terminal: %sshm-client%s%s\n", folder, which, layout);
    say("                                    %sshm-view%s\n", folder, which);
    say("                                    ipcs -m\n");
}

/* The whole time between creation and removal. */
static void serve(const struct order *o, const struct segment *s, const char *argv0)
{
    struct message_live m = message_first();
    bool slowly = o->step || o->pause != 0, live = o->every != 0;

    memset(s->base, 0, s->size);
    if (!slowly) {
        message_write(s->base, o->layout, live, &m);
        ring(o, s->base);
    }
    print_start(o, s, argv0);
    if (!slowly)
        say("  wrote the message in the %s layout: bytes 0 to %zu\n", message_layout_name(o->layout),
            message_size(o->layout, live) - 1);
    else if (!write_slowly(o, s->base, &m))
        return;

    if (o->bell)
        say("  a bell at bytes %d to %d rings after each write\n", MESSAGE_BELL_AT,
            MESSAGE_BELL_AT + (int)sizeof(shm_bell) - 1);
    if (live)
        say("  the values move every %ld ms", o->every);
    else
        say("  waiting");
    say("; Ctrl-C detaches, removes the segment and ends\n");
    if (live)
        write_on(o, s->base, &m);
    else
        wait_for(NULL, -1);
}

/* What a refused server's user can do. */
static void print_refusal_advice(const struct segment_report *r)
{
    int id = r->found.id;

    switch (r->why) {
    case SEGMENT_OTHER_OWNER:
        fprintf(stderr, "  it is another user's: give another --proj\n");
        break;
    case SEGMENT_OTHER_SIZE:
        fprintf(stderr, "  it has %zu bytes, so it is not this kit's: give another --proj, or, where nobody needs it, "
                "ipcrm -m %d\n", r->found.size, id);
        break;
    case SEGMENT_CREATOR_ALIVE:
        fprintf(stderr, "  stop that server, or give another --proj\n");
        break;
    case SEGMENT_STILL_ATTACHED:
        fprintf(stderr, "  end the programs that have it attached, or give another --proj\n");
        break;
    case SEGMENT_CREATOR_NOT_KNOWN:
        fprintf(stderr, "  its creator may still run: give another --proj, or, where nobody needs it, ipcrm -m %d\n",
                id);
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

/* Tells why segment_create gave rc. Returns the exit status. */
static int create_failed(key_t key, int rc, const struct segment_report *r)
{
    const char *next = NULL;

    if (rc == -EEXIST && r->finding == SEGMENT_REFUSED)
        return refused(key, r);
    if (rc == -ENOSPC)
        next = "the kernel holds as many segments as it may (ipcs -l); ipcs -m lists them, ipcrm -m ID removes one";
    else if (rc == -EINVAL)
        next = "the kernel takes no such key or size; ipcs -l shows its limits";
    else if (rc == -EEXIST || rc == -ESTALE)
        next = "other programs work under the same key at this moment: try again, or give another --proj";
    return report_failure(PROGRAM, rc, next, "create segment 0x%08x (%d bytes)", (unsigned)key, SEGMENT_SIZE);
}

/* Detaches, removes, and says so. Returns the exit status. */
static int end(struct segment *s)
{
    int id = s->id;
    unsigned key = (unsigned)s->key;
    struct segment_stat st = {.attached = 0};

    int rc = segment_detach(s);
    if (rc != 0)
        report_failure(PROGRAM, rc, NULL, "detach segment 0x%08x (shmid %d)", key, id);
    int gone = segment_stat(id, &st);
    int removed = gone != 0 || st.removed ? -EIDRM : segment_remove(id);
    if (removed == -EINVAL || removed == -EIDRM) {
        say(PROGRAM ": detached; somebody else has removed segment 0x%08x (shmid %d) already\n", key, id);
    } else if (removed != 0) {
        rc = removed;
        report_failure(PROGRAM, rc, "ipcrm -m ID removes it", "remove segment 0x%08x (shmid %d)", key, id);
    } else {
        say(PROGRAM ": detached and removed segment 0x%08x (shmid %d)\n", key, id);
        if (st.attached > 0)
            say("  %lu still attached: its memory goes when they detach\n", st.attached);
    }
    if (stop_signal == SIGPIPE) {
        fprintf(stderr, PROGRAM ": stopped, as its output was closed; removed segment 0x%08x (shmid %d)\n", key, id);
        return 1;
    }
    return rc == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct order order;
    struct segment segment = SEGMENT_EMPTY;
    struct segment_report report;
    key_t key;
    int status;

    setlocale(LC_CTYPE, "");
    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, also into a pipe */
    if (!order_take(argc, argv, &order, &status))
        return status;

    int rc = segment_name_key(&order.name, &key);
    if (rc != 0)
        return report_name_failure(PROGRAM, &order.name, rc);
    catch_signals();
    rc = segment_create(&segment, key, SEGMENT_SIZE, order.mode, &report);
    if (rc != 0)
        return create_failed(key, rc, &report);
    if (report.finding == SEGMENT_TAKEN_OVER)
        say(PROGRAM ": took over from a dead server: removed its segment (shmid %d, pid %ld) and made a new one\n",
            report.found.id, (long)report.found.creator_pid);
    serve(&order, &segment, argv[0]);
    return end(&segment);
}
