/* bench-view: what the viewer costs, beside `watch -d hexdump -C` over the same bytes in the same run.
 *
 *   bench-view [--quick] [PART]     PART: bytes, cpu, write, bell, size, flood or record; without it all
 *
 * All run on a pseudo-terminal of 80x24, so every byte and every microsecond is seen. CPU is the kernel's figure
 * (schedstat for the viewer; wait4 for watch with all the programs that it starts). A busy machine changes our figures
 * and those of the peer in the same way: the ratio says more. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "inspect/recording_reader.h"
#include "inspect/recording_writer.h"
#include "message.h"
#include "shm_bell.h"
#include "stage.h"

#define ROWS 24
#define COLS 80
#define TERM "xterm-256color"
#define SECOND 1000000 /* microseconds */
#define GIB ((size_t)1 << 30)

/* How long to look, and how often. */
struct effort {
    int seconds;   /* of idling while bytes are counted, and of one look at CPU time */
    int rounds;    /* looks at CPU time, of each in turn */
    int changes;   /* single changes whose bytes are counted */
    int latencies; /* single changes whose way is timed */
    int openings;  /* of each size */
    int flood;     /* seconds beside a writer that never rests */
};

static const struct effort full = {4, 7, 12, 300, 15, 20};
static const struct effort quick = {1, 1, 3, 4, 2, 1};

#define LATENCIES_MOST 512
#define KEYS_MOST 128

/* The message, with a bell behind it: what the viewer takes for the layout where bells are measured. */
struct rung {
    struct message message;
    shm_bell bell;
};

static char *const no_arguments[] = {NULL};
static char *const bell_arguments[] = {(char *)"--type", (char *)"struct rung", NULL};
static char *const hexdump[] = {(char *)"hexdump", (char *)"-C", NULL};
static char *const xxd[] = {(char *)"xxd", NULL};

/* ---- the table ---- */

/* A number that was not measured is below 0. */
static const char *number(char out[24], double n, const char *unit)
{
    if (n < 0) {
        snprintf(out, 24, "-");
    } else {
        snprintf(out, 24, "%.*f%s%s", n < 1 && n > 0 ? 3 : n < 100 ? 1 : 0, n, *unit != '\0' ? " " : "", unit);
    }
    return out;
}

static void row(const char *figure, double ours, double peer, const char *unit, const char *target)
{
    char a[24], b[24], ratio[24] = "-";
    if (ours > 0 && peer > 0) {
        snprintf(ratio, sizeof ratio, "%.*f", peer / ours < 10 ? 2 : 0, peer / ours);
    }
    printf("%-44s %12s %12s %7s  %s\n", figure, number(a, ours, unit), number(b, peer, unit), ratio, target);
    fflush(stdout);
}

static void heading(const char *what, const char *peer)
{
    printf("\n%-44s %12s %12s %7s  %s\n", what, "shm-view", peer, "ratio", "target");
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The n values in their order; the one at that part of them. */
static double part(double *values, int n, double at)
{
    if (n == 0) {
        return -1;
    }
    qsort(values, (size_t)n, sizeof *values, compare);
    int i = (int)(at * n);
    return values[i < n ? i : n - 1];
}

/* ---- changes ---- */

/* Takes all that comes within that time. */
static uint64_t take_for(struct play *p, int64_t us)
{
    uint64_t before = p->session.bytes;
    int64_t until = pty_now() + us;
    for (int64_t now; (now = pty_now()) < until;) {
        session_take(&p->session, until - now);
    }
    return p->session.bytes - before;
}

/* Another byte for a place that the screen shows. */
static size_t change(struct stage *s, size_t shown)
{
    size_t offset = (size_t)rand() % shown;
    stage_poke(s, offset, (uint8_t)(s->bytes[offset] ^ (1 + rand() % 255)));
    return offset;
}

static size_t grid_bytes(const struct play *p)
{
    return (size_t)(p->grid_rows * p->width);
}

/* Bytes that one change sends: in the grid, and on the whole screen. */
static void bytes_ours(struct play *p, struct stage *s, int n, double *grid, double *all)
{
    *grid = *all = 0;
    int last, unused;
    play_place(p, (size_t)p->width - 1, &unused, &last);
    for (int i = 0; i < n; i++) {
        vt_charge_reset(&p->session.vt);
        change(s, grid_bytes(p));
        *all += (double)take_for(p, 150000) / n;
        *grid += (double)vt_charged(&p->session.vt, p->grid_row, 0, p->grid_rows, last + 4 + p->width) / n;
        take_for(p, SECOND + 200000); /* its marks fade */
    }
}

static double bytes_watch(struct play *p, struct stage *s, int n)
{
    double all = 0;
    for (int i = 0; i < n; i++) {
        take_for(p, 300000);
        uint64_t before = p->session.bytes;
        int64_t until = pty_now() + SECOND;
        change(s, 128);
        while (session_take(&p->session, SECOND) == 0 && pty_now() < until) {
        }
        session_quiet(&p->session, 30000); /* its next look comes after 100 ms */
        all += (double)(p->session.bytes - before);
    }
    return all / n;
}

static void measure_bytes(struct stage *s, const struct effort *e)
{
    struct play p;
    double grid = -1, all = -1, idle = -1, watch_hexdump = -1, watch_xxd = -1;
    heading("Bytes to the terminal, 80x24", "watch -d");
    if (play_ours(&p, s, TERM, ROWS, COLS, no_arguments) == 0) {
        idle = (double)take_for(&p, e->seconds * SECOND);
        bytes_ours(&p, s, e->changes, &grid, &all);
        play_close(&p);
    }
    if (play_watch(&p, s, ROWS, COLS, hexdump) == 0) {
        watch_hexdump = bytes_watch(&p, s, e->changes);
        play_close(&p);
    }
    if (play_watch(&p, s, ROWS, COLS, xxd) == 0) {
        watch_xxd = bytes_watch(&p, s, e->changes);
        play_close(&p);
    }
    row("idle, in all", idle, -1, "", "0");
    row("a changed byte, in the grid (peer: xxd)", grid, watch_xxd, "", "at most 30");
    row("a changed byte, all panels (peer: hexdump)", all, watch_hexdump, "", "at most 250");
}

/* ---- CPU ---- */

/* Changes one byte `each` microseconds (0: none), for some seconds. */
static void keep_changing(struct play *p, struct stage *s, int seconds, int64_t each)
{
    int64_t until = pty_now() + (int64_t)seconds * SECOND, next = pty_now() + each;
    for (int64_t now; (now = pty_now()) < until;) {
        if (each > 0 && now >= next) {
            change(s, 128);
            next += each;
        }
        session_take(&p->session, each > 0 && next < until ? next - now : until - now);
    }
}

/* CPU time of one look of the viewer with these arguments. First it is left alone, because it looks for attached
 * processes when it opens, and again a little later; if it sleeps on a bell, when it wakes for the first time. */
static double cpu_ours(struct stage *s, char *const arguments[], int seconds, int64_t each)
{
    bool bell = arguments == bell_arguments;
    struct play p;
    if (play_ours(&p, s, TERM, ROWS, COLS, arguments) < 0) {
        return -1;
    }
    take_for(&p, bell ? 4 * SECOND : SECOND + SECOND / 2);
    int64_t before = pty_cpu_ns(&p.session.pty);
    keep_changing(&p, s, seconds, each);
    int64_t ns = pty_cpu_ns(&p.session.pty) - before;
    play_close(&p);
    return (double)ns / 1e7 / seconds;
}

static double cpu_watch(struct stage *s, int seconds, int64_t each)
{
    struct play p;
    if (play_watch(&p, s, ROWS, COLS, hexdump) < 0) {
        return -1;
    }
    keep_changing(&p, s, seconds, each);
    return (double)play_close(&p) / 1e4 / seconds;
}

/* What a viewer costs that shows the bytes in hex by ncurses, and nothing else. */
static double cpu_curses(struct stage *s, int seconds, int64_t each)
{
    struct play p;
    char *const bare[] = {(char *)"/proc/self/exe", (char *)"--bare-curses", s->id_text, NULL};
    if (session_start(&p.session, TERM, ROWS, COLS, bare) < 0) {
        return -1;
    }
    take_for(&p, SECOND);
    int64_t before = pty_cpu_ns(&p.session.pty);
    keep_changing(&p, s, seconds, each);
    int64_t ns = pty_cpu_ns(&p.session.pty) - before;
    play_close(&p);
    return (double)ns / 1e7 / seconds;
}

/* In turns, so that what else the machine does meets all alike; the medians. */
static void measure_cpu(struct stage *s, const struct effort *e)
{
    enum { IDLE, IDLE_WATCH, IDLE_BELL, STEADY, STEADY_WATCH, STEADY_CURSES, KINDS };
    double looks[KINDS][8];
    int n = e->rounds < 8 ? e->rounds : 8;
    heading("CPU, of one core", "peer");
    for (int i = 0; i < n; i++) {
        looks[IDLE][i] = cpu_ours(s, no_arguments, e->seconds, 0);
        looks[IDLE_WATCH][i] = cpu_watch(s, e->seconds, 0);
        looks[IDLE_BELL][i] = cpu_ours(s, bell_arguments, e->seconds, 0);
        looks[STEADY][i] = cpu_ours(s, no_arguments, e->seconds, SECOND / 10);
        looks[STEADY_WATCH][i] = cpu_watch(s, e->seconds, SECOND / 10);
        looks[STEADY_CURSES][i] = cpu_curses(s, e->seconds, SECOND / 10);
    }
    for (int k = 0; k < KINDS; k++) {
        looks[k][0] = part(looks[k], n, 0.5);
    }
    row("idle, 30 looks a second (peer: watch)", looks[IDLE][0], looks[IDLE_WATCH][0], "%", "below 0.3 %");
    row("idle, with a bell (peer: 30 looks a second)", looks[IDLE_BELL][0], looks[IDLE][0], "%", "");
    row("10 changes a second (peer: watch)", looks[STEADY][0], looks[STEADY_WATCH][0], "%", "ratio at least 25");
    /* To start programs, as watch does, costs several times more on one machine than on another: this peer is steadier. */
    row("the same (peer: ncurses shows 1 KiB in hex)", looks[STEADY][0], looks[STEADY_CURSES][0], "%",
        "ratio at least 0.6");
}

/* ---- from a write to the screen ---- */

enum way { BY_LOOKS, BY_BELL, BY_BARE_BELL, BY_WATCH };

static int latencies(struct play *p, struct stage *s, int n, enum way way, double *ms)
{
    int got = 0;
    for (int i = 0; i < n; i++) {
        take_for(p, 20000 + rand() % 100000);
        uint64_t before = p->session.bytes;
        int64_t start = pty_now(), until = start + SECOND;
        bool rings = way == BY_BELL || way == BY_BARE_BELL, ours = way == BY_LOOKS || way == BY_BELL;
        size_t offset = change(s, rings ? sizeof(struct message) : 128);
        if (rings) {
            SHM_BELL_RING(&((struct rung *)(void *)s->bytes)->bell);
        }
        while (pty_now() < until && (ours ? !play_shows(p, offset, s->bytes[offset]) : p->session.bytes == before)) {
            session_take(&p->session, 100000);
        }
        session_quiet(&p->session, 3000);
        if (pty_now() < until) {
            ms[got++] = (double)(p->session.last - start) / 1000;
        }
    }
    return got;
}

static void measure_write(struct stage *s, const struct effort *e)
{
    struct play p;
    double ms[LATENCIES_MOST], peer_ms[LATENCIES_MOST];
    int n = 0, peer_n = 0;
    heading("From a write to the last byte of its frame", "watch -n 0.1");
    if (play_ours(&p, s, TERM, ROWS, COLS, no_arguments) == 0) {
        n = latencies(&p, s, e->latencies, BY_LOOKS, ms);
        play_close(&p);
    }
    if (play_watch(&p, s, ROWS, COLS, hexdump) == 0) {
        peer_n = latencies(&p, s, e->latencies, BY_WATCH, peer_ms);
        play_close(&p);
    }
    row("half of them within", part(ms, n, 0.5), part(peer_ms, peer_n, 0.5), "ms", "");
    row("99 of 100 within", part(ms, n, 0.99), part(peer_ms, peer_n, 0.99), "ms", "at most 35.3 ms");
}

static void measure_bell(struct stage *s, const struct effort *e)
{
    struct play p;
    double ms[LATENCIES_MOST], bare_ms[LATENCIES_MOST];
    int n = 0, bare_n = 0;
    char *const bare[] = {(char *)"/proc/self/exe", (char *)"--bare-bell", s->id_text, NULL};
    heading("From a bell's ring to the last byte", "64 bytes");
    if (play_ours(&p, s, TERM, ROWS, COLS, bell_arguments) == 0) {
        n = latencies(&p, s, e->latencies, BY_BELL, ms);
        play_close(&p);
    }
    if (session_start(&p.session, TERM, ROWS, COLS, bare) == 0) {
        session_take(&p.session, SECOND); /* it has written, and sleeps soon */
        bare_n = latencies(&p, s, e->latencies, BY_BARE_BELL, bare_ms);
        play_close(&p);
    }
    row("half of them within", part(ms, n, 0.5), part(bare_ms, bare_n, 0.5), "ms", "at most 0.5 ms");
    row("99 of 100 within", part(ms, n, 0.99), part(bare_ms, bare_n, 0.99), "ms", "at most 5 ms");
}

/* ---- size ---- */

struct opening {
    double ms, peak, proportional; /* KiB */
};

static struct opening open_once(struct stage *s)
{
    struct play p;
    struct opening o = {.ms = -1, .peak = -1, .proportional = -1};
    if (play_ours(&p, s, TERM, ROWS, COLS, no_arguments) == 0) {
        o.ms = (double)p.opened / 1000;
        take_for(&p, 100000);
        o.peak = (double)pty_status_kib(&p.session.pty, "VmHWM");
        o.proportional = (double)pty_smaps_kib(&p.session.pty, "Pss");
        play_close(&p);
    }
    return o;
}

static void ratio_row(const char *figure, double *small, double *large, int n, const char *unit)
{
    char a[24], b[24], ratio[24] = "-";
    double x = part(small, n, 0.5), y = part(large, n, 0.5);
    if (x > 0 && y > 0) {
        snprintf(ratio, sizeof ratio, "%.2f", y / x);
    }
    printf("%-44s %12s %12s %7s  %s\n", figure, number(a, x, unit), number(b, y, unit), ratio, "at most 1.1");
}

/* In turns, so that what else the machine does meets both alike. */
static void measure_size(struct stage *s, const struct effort *e)
{
    struct stage huge;
    double values[3][2][64];
    int n = e->openings < 64 ? e->openings : 64;
    if (stage_open(&huge, GIB) < 0) {
        printf("\n1 GiB: no such segment can be had here\n");
        stage_close(&huge);
        return;
    }
    for (int i = 0; i < 2 * n; i++) {
        struct opening o = open_once(i % 2 == 0 ? s : &huge);
        const double all[3] = {o.ms, o.peak, o.proportional};
        for (int k = 0; k < 3; k++) {
            values[k][i % 2][i / 2] = all[k];
        }
    }
    stage_close(&huge);
    printf("\n%-44s %12s %12s %7s  %s\n", "A segment's size", "1 KiB", "1 GiB", "ratio", "target");
    ratio_row("start to the first picture", values[0][0], values[0][1], n, "ms");
    ratio_row("memory: VmHWM (most that was resident)", values[1][0], values[1][1], n, "KiB");
    ratio_row("memory: Pss (its part of all)", values[2][0], values[2][1], n, "KiB");
}

/* ---- a writer that never rests ---- */

static pid_t flood(struct stage *s)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (unsigned n = 0;; n++) {
            memset(s->bytes + 64, (int)(n & 255), 192);
        }
    }
    return pid;
}

/* Milliseconds from a key to the screen that shows that it was taken. */
static double key_ms(struct play *p, const char *key, const char *seen)
{
    int64_t start = pty_now();
    pty_write(&p->session.pty, key);
    bool answered = session_until(&p->session, seen, true);
    return answered ? (double)(pty_now() - start) / 1000 : -1;
}

static void measure_flood(struct stage *s, const struct effort *e)
{
    struct play p;
    double keys[KEYS_MOST];
    heading("A writer that never rests", "");
    if (play_ours(&p, s, TERM, ROWS, COLS, no_arguments) < 0) {
        return;
    }
    pid_t writer = flood(s);
    take_for(&p, SECOND);
    long before = pty_status_kib(&p.session.pty, "VmRSS");
    int n = 0;
    for (int i = 0; i < e->flood * 2 && n < KEYS_MOST; i++) {
        take_for(&p, SECOND / 2);
        keys[n++] = key_ms(&p, i % 2 == 0 ? "\t" : "g", i % 2 == 0 ? "0x0014 = 20" : "0x0000 = 0 ");
    }
    row("a key is answered, 99 of 100 within", part(keys, n, 0.99), -1, "ms", "a period: 33.3 ms");
    row("memory grown in that time", (double)(pty_status_kib(&p.session.pty, "VmRSS") - before), -1, "KiB", "bounded");
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    play_close(&p);
}

/* ---- recordings ---- */

/* Records an hour, ten bytes changing 30 times per second. Its KiB; -1. */
static double hour_write(const char *path)
{
    static uint8_t bytes[1024];
    const struct recording_facts facts = {.size = sizeof bytes, .recorded = sizeof bytes};
    struct recording_writer w;
    if (recording_writer_open(&w, path) < 0) {
        return -1;
    }
    recording_writer_start(&w, 0, &facts);
    for (unsigned n = 0; n < 3600 * 30; n++) {
        for (unsigned i = 0; i < 10; i++) {
            bytes[(size_t)rand() % sizeof bytes]++;
        }
        recording_writer_bytes(&w, (uint64_t)n * SECOND / 30, bytes);
    }
    double kib = (double)w.whole / 1024;
    return recording_writer_close(&w, (uint64_t)3600 * SECOND) == 0 ? kib : -1;
}

/* The milliseconds to seek anywhere in it: the slowest of many. Opening it: *opened. */
static double hour_seek(const char *path, double *opened)
{
    static uint8_t bytes[1024];
    char error[RECORDING_ERROR_MAX];
    struct recording_reader r;
    int64_t start = pty_now(), most = -1;
    int rc = recording_reader_open(&r, path, error);
    *opened = (double)(pty_now() - start) / 1000;
    for (int i = 0; rc == 0 && i < 1000; i++) {
        start = pty_now();
        recording_reader_bytes(&r, (uint64_t)rand() * 1000 % r.end, bytes);
        most = pty_now() - start > most ? pty_now() - start : most;
    }
    recording_reader_close(&r);
    return (double)most / 1000;
}

static void measure_record(struct stage *s, const struct effort *e)
{
    char folder[] = "/tmp/bench-record-XXXXXX", path[64];
    char *const record[] = {(char *)"--record", path, NULL};
    double looks[4][8], opened;
    int n = e->rounds < 8 ? e->rounds : 8;
    snprintf(path, sizeof path, "%s/r", mkdtemp(folder));
    heading("--record", "without");
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 4; k++) {
            looks[k][i] = cpu_ours(s, k % 2 == 0 ? record : no_arguments, e->seconds, k < 2 ? 0 : SECOND / 10);
            unlink(path);
        }
    }
    row("CPU, idle", part(looks[0], n, 0.5), part(looks[1], n, 0.5), "%", "ratio at least 0.5");
    row("CPU, 10 changes a second", part(looks[2], n, 0.5), part(looks[3], n, 0.5), "%", "ratio at least 0.5");
    row("an hour, 10 bytes change 30 times a second", hour_write(path), -1, "KiB", "below 20480 KiB");
    double seek = hour_seek(path, &opened);
    row("to open it", opened, -1, "ms", "");
    row("to go to a time in it, at most", seek, -1, "ms", "below 50 ms");
    unlink(path);
    rmdir(folder);
}

static const struct {
    const char *name;
    void (*measure)(struct stage *s, const struct effort *e);
} parts[] = {
    {"bytes", measure_bytes}, {"cpu", measure_cpu},     {"write", measure_write},   {"bell", measure_bell},
    {"size", measure_size},   {"flood", measure_flood}, {"record", measure_record},
};

/* Measures the part of that name, or all where it is NULL. How many there were. */
static int measure(struct stage *s, const struct effort *e, const char *name)
{
    int n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (name == NULL || strcmp(name, parts[i].name) == 0) {
            parts[i].measure(s, e);
            n++;
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    bool hasty = argc > 1 && strcmp(argv[1], "--quick") == 0;
    const char *name = argc > 1 + hasty ? argv[1 + hasty] : NULL;
    struct stage s;
    if (argc == 3 && strcmp(argv[1], "--bare-bell") == 0) {
        return bare_bell(atoi(argv[2]), offsetof(struct rung, bell));
    }
    if (argc == 3 && strcmp(argv[1], "--bare-curses") == 0) {
        return bare_curses(atoi(argv[2]));
    }
    setlocale(LC_ALL, "");
    srand(1);
    int rc = stage_open(&s, 1024);
    if (rc < 0) {
        fprintf(stderr, "bench-view: cannot make a segment and a file to look at: %s\n", strerror(-rc));
        stage_close(&s);
        return 1;
    }
    int n = measure(&s, hasty ? &quick : &full, name);
    stage_close(&s);
    if (n == 0) {
        fprintf(stderr, "usage: bench-view [--quick] [bytes|cpu|write|bell|size|flood|record]\n");
    }
    return n == 0 ? 2 : 0;
}
