/* View tell: see view_tell.h. */
#include "view_tell.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tell.h"

int view_tell_unopened(const struct source *s, int rc)
{
    const struct source_spec *spec = &s->spec;
    if (spec->kind == SOURCE_MAP) {
        return tell_failure("shm-view", rc, s->line, "look at mapping %s of process %d", spec->map, (int)spec->pid);
    }
    if (spec->kind == SOURCE_SEGMENT) {
        return tell_failure("shm-view", rc, "name it with --path and --proj, --key or --id; 'ipcs -m' lists them",
                            "find the segment");
    }
    const char *next = rc == -EISDIR ? "it is a folder: name a file in it" : "does the file exist, and may you read it?";
    return tell_failure("shm-view", rc, next, "read %s",
                        spec->path != NULL ? spec->path : "standard input");
}

static int tell_no_posix(const struct source *s)
{
    char name[256];
    source_title(s, name, sizeof name);
    if (s->state == SOURCE_DENIED) {
        return tell_failure("shm-view", -EACCES, "its owner can allow it: chmod a+r", "open %s", name);
    }
    fprintf(stderr, "shm-view: cannot open %s: there is none\n  ls /dev/shm lists what there is\n", name);
    return 1;
}

int view_tell_nothing(const struct source *s)
{
    char called[64];
    int id;
    if (s->spec.kind == SOURCE_POSIX) {
        return tell_no_posix(s);
    }
    int rc = segment_name_id(&s->spec.name, &id);
    if (rc < 0) {
        return tell_name_failure("shm-view", &s->spec.name, rc);
    }
    tell_name(&s->spec.name, s->key, called, sizeof called);
    if (s->state != SOURCE_DENIED) {
        fprintf(stderr, "shm-view: cannot attach %s: there is none\n", called);
        fprintf(stderr, "  start the server first: shm-server; ipcs -m lists the segments that there are\n");
        return 1;
    }
    tell_failure("shm-view", -EACCES, NULL, "attach %s", called);
    fprintf(stderr, "  it belongs to uid %ld with mode %04o, which gives uid %ld no right to read\n",
            (long)s->stat.owner, (unsigned)s->stat.mode, (long)geteuid());
    fprintf(stderr, "  its owner can start the server with --mode 0644, so that others may look\n");
    return 1;
}
