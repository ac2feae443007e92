/* shm-probe: looks at segments and processes for a lesson's check (check.bash). It only prints facts for a shell.
 *
 *   shm-probe key PATH PROJ                   the key that ftok makes
 *   shm-probe facts KEY|id:N                  SEG_ID=... SEG_SIZE=... ; exit 1: no such segment
 *   shm-probe list                            id, key, creator's pid, owner's uid, nattch, a line each
 *   shm-probe attached ID PID                 r-- or rw-, a line for each attachment of PID
 *   shm-probe make KEY SIZE MODE FILE         a segment with FILE's bytes (/dev/null: zeros); prints its id
 *   shm-probe bytes ID                        its bytes
 *   shm-probe remove ID
 *   shm-probe attach ID                       attaches it, with `stay` before it
 *   shm-probe stay COMMAND...                 runs COMMAND, and then stays until its parent ends
 *   shm-probe program PID NAME MS             waits until PID or a descendant is NAME, prints its pid; 3: PID has ended
 *   shm-probe rest PID MS                     waits until PID waits for something (0) or has ended (3); 4: neither, and
 *                                             5: at last it was waiting for a time only, as in sleep
 *   shm-probe end PID MS                      waits until PID has ended (0); 4: it has not
 *   shm-probe pack FILE LAYOUT FIELD=VALUE... puts values into FILE
 *   shm-probe compare LAYOUT EXPECTED ACTUAL BEFORE [FORGIVEN]   what differs (1) or not (0)
 *
 * Exit status otherwise: 0 done, 1 it could not be done, 2 wrong arguments. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "inspect/attachment.h"
#include "inspect/process_list.h"
#include "layout/text.h"
#include "options.h"
#include "probe_bytes.h"
#include "report.h"
#include "segment.h"

#define PROGRAM "shm-probe"

enum { RESTS = 0, ENDED = 3, BUSY = 4, SLEEPS = 5 };

/* A number from the command line. If it is not a number, exits: check.bash has passed it. */
static long long number(const char *text)
{
    long long n;

    if (options_number(text, 0, 0xffffffffLL, &n) != 0) {
        fprintf(stderr, PROGRAM ": '%s' is not a number\n", text);
        exit(2);
    }
    return n;
}

static int probe_key(char **args)
{
    key_t key;
    int rc = segment_key_from_path(args[0], (int)number(args[1]), &key);

    if (rc != 0) {
        return report_failure(PROGRAM, rc, NULL, "make a key of %s", args[0]);
    }
    printf("0x%08x\n", (unsigned)key);
    return 0;
}

static int probe_facts(char **args)
{
    struct segment_stat st;
    int id;

    if (strncmp(args[0], "id:", 3) == 0) {
        id = (int)number(args[0] + 3);
    } else if (segment_find((key_t)number(args[0]), &id) != 0) {
        return 1;
    }
    if (segment_stat(id, &st) != 0) {
        return 1;
    }
    printf("SEG_ID=%d SEG_SIZE=%zu SEG_MODE=%04o SEG_NATTCH=%lu SEG_CREATOR=%d SEG_UID=%u SEG_REMOVED=%d\n", st.id,
           st.size, (unsigned)st.mode, st.attached, (int)st.creator_pid, (unsigned)st.owner, st.removed);
    return 0;
}

static bool list_one(void *state, const struct segment_stat *st)
{
    (void)state;
    printf("%d 0x%08x %d %u %lu\n", st->id, (unsigned)st->key, (int)st->creator_pid, (unsigned)st->owner, st->attached);
    return true;
}

static int probe_list(char **args)
{
    int rc = segment_each(list_one, NULL);

    (void)args;
    return rc == 0 ? 0 : report_failure(PROGRAM, rc, NULL, "list segments");
}

static int probe_attached(char **args)
{
    struct attachment_object what;
    struct attachments found = {0};
    pid_t pid = (pid_t)number(args[1]);
    int rc = attachment_of_segment((int)number(args[0]), NULL, &what);

    if (rc == 0) {
        rc = attachments_scan(&found, &what);
    }
    if (rc != 0) {
        return report_failure(PROGRAM, rc, NULL, "see who is attached");
    }
    for (size_t i = 0; i < found.count; i++) {
        if (found.list[i].pid == pid) {
            puts(found.list[i].rights);
        }
    }
    attachments_free(&found);
    return 0;
}

static int probe_make(char **args)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_report report;
    struct probe_bytes fill;
    size_t size = (size_t)number(args[1]);
    int rc = probe_bytes_read(args[3], &fill);

    if (rc != 0) {
        return report_failure(PROGRAM, rc, NULL, "read %s", args[3]);
    }
    rc = segment_create(&s, (key_t)number(args[0]), size, (mode_t)strtoul(args[2], NULL, 8), &report);
    if (rc == 0) {
        memcpy(s.base, fill.data, fill.size < size ? fill.size : size);
        printf("%d\n", s.id);
        segment_detach(&s);
    }
    probe_bytes_free(&fill);
    return rc == 0 ? 0 : report_failure(PROGRAM, rc, NULL, "make a segment under %s", args[0]);
}

static int probe_bytes_of(char **args)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_stat st;
    int rc = segment_attach(&s, (int)number(args[0]), &st);

    if (rc != 0) {
        return report_failure(PROGRAM, rc, NULL, "read segment %s", args[0]);
    }
    size_t written = fwrite(s.base, 1, s.size, stdout);
    rc = written == s.size && fflush(stdout) == 0 ? 0 : 1;
    segment_detach(&s);
    return rc;
}

static int probe_attach(char **args)
{
    struct segment s = SEGMENT_EMPTY;
    struct segment_stat st;
    int rc = segment_attach(&s, (int)number(args[0]), &st);

    return rc == 0 ? 0 : report_failure(PROGRAM, rc, NULL, "attach segment %s", args[0]);
}

static int probe_remove(char **args)
{
    int rc = segment_remove((int)number(args[0]));

    return rc == 0 ? 0 : report_failure(PROGRAM, rc, NULL, "remove segment %s", args[0]);
}

/* ---- where is it, does it wait, has it ended? ---- */

static const struct timespec pause_ms = {.tv_nsec = 1000000};

static bool has_ended(pid_t pid)
{
    struct process p;

    return process_read(pid, &p) != 0 || process_has_ended(&p);
}

/* The latest child of pid; 0: it has none. */
static pid_t last_child(pid_t pid)
{
    char path[64];
    int child = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *in = fopen(path, "r");
    while (in != NULL && fscanf(in, "%d", &child) == 1) {
        /* on to the last one */
    }
    if (in != NULL) {
        fclose(in);
    }
    return child;
}

/* The pid of the program with that name: pid or a descendant; 0: there is none yet. */
static pid_t program_below(pid_t pid, const char *name)
{
    char found[PROCESS_NAME_MAX];

    while (pid != 0) {
        /* first the child, then the name: between the two, pid may become another program, which has other children */
        pid_t child = last_child(pid);
        process_name(pid, found);
        if (strncmp(found, name, 15) == 0) { /* the kernel keeps 15 characters of a name */
            return pid;
        }
        pid = child;
    }
    return 0;
}

/* args: PID NAME MS */
static int probe_program(char **args)
{
    pid_t sandbox = (pid_t)number(args[0]);
    pid_t pid = 0;

    for (long long looks = number(args[2]); looks > 0; looks--) {
        pid = program_below(sandbox, args[1]);
        if (pid != 0 || has_ended(sandbox)) {
            break;
        }
        nanosleep(&pause_ms, NULL);
    }
    if (pid == 0) {
        return ENDED;
    }
    printf("%d\n", (int)pid);
    return 0;
}

/* args: PID MS */
static int probe_end(char **args)
{
    pid_t pid = (pid_t)number(args[0]);
    long long looks = number(args[1]);

    while (!has_ended(pid)) {
        if (looks-- == 0) {
            return BUSY;
        }
        nanosleep(&pause_ms, NULL);
    }
    return 0;
}

/* How often it has given up the processor by itself: the number does not grow while it waits. -1: it has ended. */
static long switches(pid_t pid)
{
    char path[64], line[128];
    long n = -1;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        return -1;
    }
    while (n == -1 && fgets(line, sizeof line, in) != NULL) {
        (void)sscanf(line, "voluntary_ctxt_switches: %ld", &n);
    }
    fclose(in);
    return n;
}

/* Does this system call return after a time, whatever happens? */
static bool is_timed(long call, const unsigned long long arguments[3])
{
    switch (call) {
#ifdef SYS_nanosleep
    case SYS_nanosleep:
#endif
    case SYS_clock_nanosleep:
        return true;
#ifdef SYS_poll /* newer machines have only ppoll and pselect6 */
    case SYS_poll:
        return arguments[1] == 0 && (int)arguments[2] >= 0;
    case SYS_select:
#endif
    case SYS_pselect6: /* without a file to wait for */
        return arguments[0] == 0;
    case SYS_ppoll:
        return arguments[1] == 0 && arguments[2] != 0;
    default:
        return false;
    }
}

/* Does it wait for a time, in the kernel's words? false also where the kernel doesn't tell us. */
static bool sleeps(pid_t pid)
{
    char path[64], name[64] = "";
    long call;
    unsigned long long arguments[3];

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    FILE *in = fopen(path, "r");
    int n = in == NULL ? 0 : fscanf(in, "%ld %llx %llx %llx", &call, &arguments[0], &arguments[1], &arguments[2]);
    if (in != NULL) {
        fclose(in);
    }
    if (n == 4) {
        return is_timed(call, arguments);
    }
    snprintf(path, sizeof path, "/proc/%d/wchan", (int)pid); /* readable for more: ptrace(2), "access mode checking" */
    in = fopen(path, "r");
    if (in != NULL) {
        (void)!fgets(name, sizeof name, in);
        fclose(in);
    }
    return strstr(name, "nanosleep") != NULL;
}

/* RESTS, ENDED, BUSY or SLEEPS; *n: its switches. */
static int activity(pid_t pid, long *n)
{
    struct process p;

    *n = switches(pid);
    if (process_read(pid, &p) != 0 || process_has_ended(&p)) {
        return ENDED;
    }
    if (p.state != 'S') {
        return BUSY;
    }
    return sleeps(pid) ? SLEEPS : RESTS;
}

static int probe_rest(char **args)
{
    const struct timespec pause = {.tv_nsec = 4000000};
    enum { QUIET = 5 }; /* looks in a row without a switch: 20 ms */
    pid_t pid = (pid_t)number(args[0]);
    long long looks = number(args[1]) / 4 + 1;
    long before = -2, now;
    int what = BUSY;

    for (int quiet = 0; looks > 0; looks--) {
        what = activity(pid, &now);
        if (what == ENDED) {
            return ENDED;
        }
        quiet = what == RESTS && now == before ? quiet + 1 : 0;
        if (quiet == QUIET) {
            return RESTS;
        }
        before = now;
        nanosleep(&pause, NULL);
    }
    return what == SLEEPS ? SLEEPS : BUSY;
}

/* ---- bytes ---- */

static int layout_take(const char *path, struct layout *l, size_t size)
{
    struct layout_error error;
    int rc = layout_text_load(path, l, &error);

    if (rc != 0) {
        fprintf(stderr, PROGRAM ": %s: line %u: %s\n", path, error.line, error.text);
        return 1;
    }
    layout_fit(l, size);
    return 0;
}

static int bytes_write(const char *path, const struct probe_bytes *b)
{
    FILE *out = fopen(path, "wb");
    bool whole = out != NULL && fwrite(b->data, 1, b->size, out) == b->size;

    if (out != NULL && fclose(out) != 0) {
        whole = false;
    }
    return whole ? 0 : report_failure(PROGRAM, -errno, NULL, "write %s", path);
}

static int probe_pack_all(char **args)
{
    struct probe_bytes b;
    struct layout l;
    int status, rc = probe_bytes_read(args[0], &b);

    if (rc != 0) {
        return report_failure(PROGRAM, rc, NULL, "read %s", args[0]);
    }
    layout_init(&l);
    status = layout_take(args[1], &l, b.size);
    for (int i = 2; status == 0 && args[i] != NULL; i++) {
        rc = probe_pack(&l, &b, args[i]);
        if (rc != 0) {
            status = report_failure(PROGRAM, rc, NULL, "put %s", args[i]);
        }
    }
    if (status == 0) {
        status = bytes_write(args[0], &b);
    }
    layout_free(&l);
    probe_bytes_free(&b);
    return status;
}

/* args: LAYOUT EXPECTED ACTUAL BEFORE [FORGIVEN] */
static int probe_compare_all(char **args)
{
    struct probe_bytes bytes[3] = {{0}};
    struct layout l;
    int status = 0, rc = 0;

    layout_init(&l);
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = probe_bytes_read(args[1 + i], &bytes[i]);
    }
    if (rc != 0) {
        status = report_failure(PROGRAM, rc, NULL, "read the bytes to compare");
    } else {
        status = layout_take(args[0], &l, bytes[1].size);
    }
    if (status == 0) {
        struct probe_compared c = {.layout = &l, .expected = &bytes[0], .actual = &bytes[1], .before = &bytes[2]};
        bool differs = probe_compare(&c, stdout) > 0 || bytes[0].size != bytes[1].size;
        probe_forgive(&c, &bytes[0]);
        if (args[4] != NULL) {
            status = bytes_write(args[4], &bytes[0]);
        }
        status = status != 0 ? status : differs;
    }
    for (int i = 0; i < 3; i++) {
        probe_bytes_free(&bytes[i]);
    }
    layout_free(&l);
    return status;
}

static const struct command {
    const char *name;
    int least, most; /* arguments */
    int (*run)(char **args);
} commands[] = {
    {"key", 2, 2, probe_key},         {"facts", 1, 1, probe_facts},
    {"list", 0, 0, probe_list},       {"attached", 2, 2, probe_attached},
    {"make", 4, 4, probe_make},       {"bytes", 1, 1, probe_bytes_of},
    {"remove", 1, 1, probe_remove},   {"rest", 2, 2, probe_rest},
    {"pack", 2, 999, probe_pack_all}, {"compare", 4, 5, probe_compare_all},
    {"attach", 1, 1, probe_attach},   {"program", 3, 3, probe_program},
    {"end", 2, 2, probe_end},
};

/* Waits until the parent ends; then the kernel kills this process. */
static int stay(int status)
{
    if (status != 0 || fflush(stdout) != 0) {
        return 1;
    }
    for (;;) {
        pause();
    }
}

int main(int argc, char **argv)
{
    bool stays = argc > 1 && strcmp(argv[1], "stay") == 0;

    if (stays && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return report_failure(PROGRAM, -errno, NULL, "end with its parent");
    }
    argc -= stays;
    argv += stays;
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].least && argc - 2 <= commands[i].most) {
            return stays ? stay(commands[i].run(argv + 2)) : commands[i].run(argv + 2);
        }
    }
    fprintf(stderr, PROGRAM ": a lesson's check calls this; see probe.c\n");
    return 2;
}
