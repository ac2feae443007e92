/* Report: error messages. See report.h. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "process.h"

int report_failure(const char *program, int rc, const char *next, const char *tried, ...)
{
    char what[1024], shown[sizeof what];
    va_list args;

    va_start(args, tried);
    vsnprintf(what, sizeof what, tried, args);
    va_end(args);
    printable_text(what, printable_utf8(), shown, sizeof shown);
    fprintf(stderr, "%s: cannot %s: %s\n", program, shown, strerror(-rc));
    if (next != NULL) {
        fprintf(stderr, "  %s\n", next);
    }
    return 1;
}

const char *report_command(const char *word, const char *program, key_t key, char *out, size_t out_size)
{
    const char *shmlab = getenv("SHMLAB_CALL");
    char command[600], option[24] = "";
    key_t own;

    if (key != 0 && (segment_name_key(&SEGMENT_NAME_DEFAULT, &own) < 0 || own != key)) {
        snprintf(option, sizeof option, " --key 0x%08x", (unsigned)key);
    }
    if (shmlab == NULL || *shmlab == '\0') {
        snprintf(command, sizeof command, "%s%s", program, option);
    } else {
        snprintf(command, sizeof command, strchr(shmlab, ' ') != NULL ? "'%s' %s%s" : "%s %s%s", shmlab, word, option);
    }
    printable_text(command, printable_utf8(), out, out_size);
    return out;
}

const char *report_server(key_t key, char *out, size_t out_size)
{
    return report_command("serve", "shm-server", key, out, out_size);
}

void report_name(const struct segment_name *name, key_t key, char *out, size_t out_size)
{
    if (name->by == SEGMENT_BY_ID) {
        snprintf(out, out_size, "segment with shmid %d", name->id);
    } else {
        snprintf(out, out_size, "segment 0x%08x", (unsigned)key);
    }
}

int report_name_failure(const char *program, const struct segment_name *name, int rc)
{
    key_t key = 0;
    char called[64];

    if (name->by == SEGMENT_BY_PATH && segment_name_key(name, &key) != 0) {
        const char *path = name->path != NULL ? name->path : "the program's own folder";
        const char *next = rc == -ERANGE ? "this file's key can't be used: give another --proj or another --path"
                                         : "give --path a file that exists, or give the segment's --key";
        return report_failure(program, rc, next, "make a key of %s (ftok, proj %d)", path,
                              name->proj != 0 ? name->proj : SEGMENT_PROJ);
    }
    segment_name_key(name, &key);
    report_name(name, key, called, sizeof called);
    if (rc != -ENOENT) {
        return report_failure(program, rc, NULL, "find %s", called);
    }
    fprintf(stderr, "%s: cannot find %s: there is none\n", program, called);
    char call[100];
    fprintf(stderr, "  start the server first: %s; ipcs -m lists the segments that exist\n",
            report_server(key, call, sizeof call));
    return 1;
}

void report_creator(const struct segment_stat *st, char *out, size_t out_size)
{
    struct process creator;
    char name[4 * PROCESS_NAME_MAX];
    const char *became = "running";

    if (st->creator_pid <= 0) {
        snprintf(out, out_size, "created by a process that can't be seen from here (another PID namespace)");
        return;
    }
    enum segment_creator state = segment_creator_state(st);
    int rc = process_read(st->creator_pid, &creator);
    if (rc != 0) {
        snprintf(out, out_size, "created by pid %ld (%s)", (long)st->creator_pid,
                 rc == -ESRCH ? "which has ended" : "about which /proc says nothing");
        return;
    }
    printable_text(creator.name, printable_utf8(), name, sizeof name);
    if (state == SEGMENT_CREATOR_DEAD) {
        became = process_has_ended(&creator) ? "a zombie: it has ended" : "a later process: the creator has ended";
    }
    snprintf(out, out_size, "created by pid %ld (%s, %s)", (long)st->creator_pid, name, became);
}
