/* shm-client: attaches the server's segment read-only, reads each value through a pointer, prints it and detaches.
 *
 *   ftok -> shmget -> shmat(SHM_RDONLY) -> read -> shmdt
 *
 * message.h describes the layout. The client trusts nothing that it reads: the segment may be too small, empty, or
 * another program's. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "printable.h"
#include "report.h"
#include "segment.h"
#include "shm_layout.h"

/* Tells a debugger of this program how it interprets the segment. */
SHM_LAYOUT(struct message);
SHM_LAYOUT_WHEN(struct message_packed, "packed");

#define PROGRAM "shm-client"

enum { OPTION_LAYOUT = 1100 };

static const struct option_row rows[] = {
    {NULL, 0, NULL, "How to read"},
    {"layout", OPTION_LAYOUT, "NAME", "natural (aligned, with padding; the default) or packed; must match the server"},
    OPTIONS_SEGMENT_ROWS,
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = PROGRAM,
    .usage = "[--layout natural|packed] [--path FILE] [--proj N] [--key KEY] [--id N]",
    .about = "Attaches the server's segment read-only, reads the message value by value, and prints it.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* The values of the options. */
struct settings {
    struct segment_name name;
    enum message_layout layout;
};

/* Stores one option in the settings. Returns 0, or the exit status if it is invalid. */
static int take_option(void *state, int letter, const char *arg)
{
    struct settings *o = state;

    if (letter != OPTION_LAYOUT) {
        return options_segment(&options, letter, arg, &o->name);
    }
    if (!message_layout_from_name(arg, &o->layout)) {
        return options_wrong(&options, "--layout %s: must be natural or packed", arg);
    }
    return 0;
}

static int attach_failed(const char *called, int rc, const struct segment_stat *st)
{
    if (rc == -EINVAL || rc == -EIDRM) {
        fprintf(stderr, PROGRAM ": cannot attach %s: there is none\n", called);
        char call[100];
        fprintf(stderr, "  start the server first: %s; ipcs -m lists the segments that exist\n",
                report_server(st->key, call, sizeof call));
        return 1;
    }
    if (rc != -EACCES) {
        return report_failure(PROGRAM, rc, "it changed while it was being attached: try again", "attach %s", called);
    }
    report_failure(PROGRAM, rc, NULL, "attach %s", called);
    fprintf(stderr, "  it belongs to uid %ld with mode %04o, which gives uid %ld no right to read\n", (long)st->owner,
            (unsigned)st->mode, (long)geteuid());
    fprintf(stderr, "  its owner can start the server with --mode 0644, so that others may read it\n");
    return 1;
}

/* Escapes a text of at most `size` bytes for the terminal. It may lack a NUL. Returns out. */
static const char *text(const char *bytes, size_t size, char *out, size_t out_size)
{
    printable_bytes(bytes, strnlen(bytes, size), false, out, out_size);
    return out;
}

static void print_message(const struct message *m)
{
    char intro[4 * sizeof m->intro + 1], farewell[4 * sizeof m->farewell + 1], slash[5], eq1[5], eq2[5];

    printable_bytes(&m->slash, 1, false, slash, sizeof slash);
    printable_bytes(&m->eq1, 1, false, eq1, sizeof eq1);
    printable_bytes(&m->eq2, 1, false, eq2, sizeof eq2);
    printf("%s%d%s%d%s%s%g\n", text(m->intro, sizeof m->intro, intro, sizeof intro), m->num, slash, m->den, eq1, eq2,
           m->ratio);
    printf("%s\n", text(m->farewell, sizeof m->farewell, farewell, sizeof farewell));
}

static bool all_zero(const void *bytes, size_t n)
{
    const char *p = bytes;

    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Reads the message and prints it. Returns the exit status. */
static int show(const char *called, const struct segment *s, enum message_layout layout)
{
    size_t size = message_size(layout, false);
    struct message_live m;

    if (s->size < size) {
        fprintf(stderr, PROGRAM ": cannot read the message in %s: it has %zu bytes, the message %zu\n", called, s->size,
                size);
        fprintf(stderr, "  this is another program's segment: choose the server's with --path, --proj or --key\n");
        return 1;
    }
    if (all_zero(s->base, size)) {
        fprintf(stderr, PROGRAM ": cannot read the message in %s: all its bytes are 0\n", called);
        fprintf(stderr, "  the server has not written it yet (--step, --pause): try again when it has\n");
        return 1;
    }
    message_read(s->base, layout, &m);
    print_message(&m.message);
    if (m.message.farewell[0] != '\0') {
        return 0;
    }
    fprintf(stderr, PROGRAM ": %s has no complete message: its farewell is empty\n", called);
    fprintf(stderr, "  the server still writes, or uses the other layout (--layout natural|packed)\n");
    return 1;
}

int main(int argc, char **argv)
{
    struct settings settings = {.name = SEGMENT_NAME_DEFAULT, .layout = MESSAGE_NATURAL};
    const struct segment_name *name = &settings.name;
    struct segment segment = SEGMENT_EMPTY;
    struct segment_stat st = {.id = -1};
    char called[64];
    key_t key = 0;
    int id;

    setlocale(LC_CTYPE, "");
    int status = options_parse(&options, argc, argv, take_option, &settings);
    if (status >= 0) {
        return status;
    }
    int rc = segment_name_id(name, &id);
    if (rc != 0) {
        return report_name_failure(PROGRAM, name, rc);
    }
    segment_name_key(name, &key);
    report_name(name, key, called, sizeof called);

    rc = segment_attach(&segment, id, &st);
    if (rc != 0) {
        return attach_failed(called, rc, &st);
    }
    status = show(called, &segment, settings.layout);
    segment_detach(&segment);
    if (fflush(stdout) != 0 && status == 0) {
        status = report_failure(PROGRAM, -errno, NULL, "print the message");
    }
    return status;
}
