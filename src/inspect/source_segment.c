/* Source, System V segments: attaches a segment and follows it when it is removed and created again. See source.h.
 *
 * The state is determined by the id and IPC_STAT, never by the bytes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "printable.h"
#include "report.h"
#include "segment_list.h"
#include "source_shared.h"
#include "user.h"

/* From attaching to the first check whether the creator runs and, if there is no pidfd, between two checks. */
#define CREATOR_MS 500

/* s->data. */
struct held {
    struct segment segment; /* attached in SOURCE_LIVE and SOURCE_REMOVED */
    int creator_fd;         /* pidfd of the running creator; -1: not opened */
};

static struct held *held(const struct source *s)
{
    return s->data;
}

/* The id of the segment that now has this name. 0 or -errno. */
static int current_id(struct source *s, int *id)
{
    const struct segment_name *name = &s->spec.name;
    if (name->by == SEGMENT_BY_ID) {
        *id = name->id;
        return 0;
    }
    key_t key;
    int rc = segment_name_key(name, &key);
    if (rc < 0) {
        return rc;
    }
    s->key = key;
    return segment_find(key, id);
}

static void creator_forget(struct held *h)
{
    if (h->creator_fd >= 0) {
        close(h->creator_fd);
    }
    h->creator_fd = -1;
}

static void detach(struct source *s)
{
    if (s->before_detach != NULL && s->mapped != NULL) {
        s->before_detach(s->before_detach_context);
    }
    s->mapped = NULL;
    segment_detach(&held(s)->segment);
}

static void attached(struct source *s, size_t old_size)
{
    struct held *h = held(s);
    s->state = SOURCE_LIVE;
    s->line[0] = '\0';
    s->attachments++;
    s->mapped = h->segment.base;
    s->last_pid = s->stat.last_pid; /* still the value from before; now we are the last */
    segment_stat(h->segment.id, &s->stat);
    if (s->key == 0) {
        s->key = s->stat.key;
    }
    creator_forget(h);
    source_creator_learn(s, s->stat.creator_pid, segment_creator_state(&s->stat) == SEGMENT_CREATOR_RUNS);
    s->looked_at = source_clock_ms();
    user_name(s->stat.owner, s->owner, sizeof s->owner);
    if (s->attached_before && old_size != h->segment.size) {
        source_message(s->news, "reattached: shmid %d, now %zu bytes, before %zu", h->segment.id, h->segment.size,
                       old_size);
    } else if (s->attached_before) {
        source_message(s->news, "reattached: there is a new segment here (shmid %d)", h->segment.id);
    }
    s->attached_before = true;
    s->size = h->segment.size;
    struct attachment_object what;
    if (attachment_of_segment(h->segment.id, h->segment.base, &what) == 0) {
        attachment_watch_start(&s->attached, &what);
    }
}

static void denied(struct source *s)
{
    s->state = SOURCE_DENIED;
    source_message(
        s->line, "not permitted: shmid %d belongs to uid %u, mode %04o. Its owner can allow it: shm-server --mode 0644",
        s->stat.id, (unsigned)s->stat.owner, (unsigned)s->stat.mode);
}

/* What to start so that the segment comes: "./shmlab serve", with the key if it isn't the kit's own. */
static void server_that_makes(key_t key, char *out, size_t out_size)
{
    const char *starts = getenv("SHMLAB_STARTS"); /* set by `lesson view`: the learner's program */
    char call[100], server[140];
    snprintf(server, sizeof server, "the server: %s", report_server(key, call, sizeof call));
    printable_text(starts != NULL ? starts : server, printable_utf8(), out, out_size);
}

/* Sets the state and the line when there is no segment. */
static void wait_for_segment(struct source *s)
{
    key_t key = 0;
    int rc = s->spec.name.by != SEGMENT_BY_ID ? segment_name_key(&s->spec.name, &key) : 0;
    s->state = s->attached_before ? SOURCE_GONE : SOURCE_WAITING;
    if (s->state == SOURCE_GONE && s->spec.name.by == SEGMENT_BY_ID) {
        source_message(s->line, "the segment is gone; its last bytes stay. This id will not come back");
    } else if (s->state == SOURCE_GONE) {
        source_message(s->line, "the segment is gone; its last bytes stay. Waiting for a new one");
    } else if (rc == -ENOENT) {
        source_message(s->line, "waiting: the file that gives the key does not exist yet");
    } else if (rc < 0) {
        source_message(s->line, "waiting: ftok can't make a key from the file (%s)", strerror(-rc));
    } else if (s->spec.name.by == SEGMENT_BY_ID) {
        source_message(s->line, "waiting: no segment has this shmid. ipcs -m lists those that there are");
    } else {
        char server[160];
        server_that_makes(key, server, sizeof server);
        source_message(s->line, "waiting: no segment exists here yet. Start %s", server);
    }
}

static void try_attach(struct source *s)
{
    int id;
    size_t old_size = s->size;
    int rc = current_id(s, &id);
    if (rc < 0) {
        wait_for_segment(s);
        return;
    }
    rc = segment_attach(&held(s)->segment, id, &s->stat);
    if (rc == 0) {
        attached(s, old_size);
    } else if (rc == -EACCES) {
        denied(s);
    } else {
        wait_for_segment(s);
    }
}

/* The segment that we have attached was removed. If there is a new one with its key, we switch to that. Otherwise we
 * keep the old one while others use it, and then detach, so that the kernel can free it. */
static void removed(struct source *s)
{
    int id;
    unsigned long others = s->stat.attached > 0 ? s->stat.attached - 1 : 0;
    bool another = s->spec.name.by != SEGMENT_BY_ID && current_id(s, &id) == 0 && id != held(s)->segment.id;
    if (!another && others > 0) {
        s->state = SOURCE_REMOVED;
        source_message(s->line, "removed, but %lu other%s it attached: you see the removed one", others,
                       others == 1 ? " has" : "s have");
        return;
    }
    detach(s);
    s->state = SOURCE_GONE;
    try_attach(s);
}

/* Checks whether the creator still runs. It may have detached long ago, so IPC_STAT doesn't change when it ends. A
 * pidfd (pidfd_open(2), Linux 5.3) shows it at once and cheaply. We open it first and then compare the start time, so
 * that it can't refer to a later process with the same pid. */
static void check_creator(struct source *s)
{
    struct held *h = held(s);
    struct process now;
    struct pollfd ended = {.fd = h->creator_fd, .events = POLLIN};
    uint64_t ms = source_clock_ms();
    if (s->creator_runs && h->creator_fd >= 0) {
        s->creator_runs = poll(&ended, 1, 0) <= 0;
        return;
    }
    if (!s->creator_runs || ms - s->looked_at < CREATOR_MS) {
        return;
    }
    s->looked_at = ms;
    h->creator_fd = (int)syscall(SYS_pidfd_open, s->creator.pid, 0);
    int rc = process_read(s->creator.pid, &now);
    bool another = rc == 0 && s->creator.start != 0 && now.start != s->creator.start;
    if (rc == -ESRCH || another || (rc == 0 && process_has_ended(&now))) {
        s->creator_runs = false;
    }
}

static void segment_poll(struct source *s)
{
    bool attached_already = s->mapped != NULL;
    if (s->state == SOURCE_GONE && s->spec.name.by == SEGMENT_BY_ID) {
        return; /* the kernel gives ids in turn: another segment would get this one after some 100,000 */
    }
    if (!attached_already) {
        try_attach(s);
    } else if (segment_stat(held(s)->segment.id, &s->stat) == 0) {
        s->state = SOURCE_LIVE;
    }
    if (s->mapped != NULL && s->stat.last_pid != s->viewer) {
        s->last_pid = s->stat.last_pid;
    }
    if (attached_already) {
        check_creator(s);
    }
    if (s->mapped != NULL && s->stat.removed) {
        removed(s);
    }
}

static int segment_open(struct source *s)
{
    const struct segment_name *name = &s->spec.name;
    struct held *h = malloc(sizeof *h);
    key_t key;
    if (h == NULL) {
        return -ENOMEM;
    }
    *h = (struct held){.segment = SEGMENT_EMPTY, .creator_fd = -1};
    s->data = h;
    if (name->by != SEGMENT_BY_ID && segment_name_key(name, &key) == -EINVAL) {
        return -EINVAL;
    }
    segment_poll(s);
    return 0;
}

static size_t segment_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    memcpy(out, s->mapped + first, count);
    return count;
}

static void segment_title(const struct source *s, char *out, size_t out_size)
{
    if (s->key != 0) {
        snprintf(out, out_size, "key 0x%08x", (unsigned)s->key);
    } else if (s->spec.name.by == SEGMENT_BY_ID) {
        snprintf(out, out_size, "shmid %d", s->spec.name.id);
    } else {
        snprintf(out, out_size, "no key yet");
    }
}

static int segment_report(const struct source *s, const char *program, int rc)
{
    const struct segment_name *name = &s->spec.name;
    char called[64], call[100];
    int id;
    if (rc < 0) {
        return report_failure(program, rc, "choose it by --path and --proj, --key or --id; ipcs -m lists them",
                              "find the segment");
    }
    rc = segment_name_id(name, &id);
    if (rc < 0) {
        return report_name_failure(program, name, rc);
    }
    report_name(name, s->key, called, sizeof called);
    if (s->state != SOURCE_DENIED) {
        fprintf(stderr, "%s: cannot attach %s: there is none\n", program, called);
        fprintf(stderr, "  start the server first: %s; ipcs -m lists the segments that exist\n",
                report_server(s->key, call, sizeof call));
        return 1;
    }
    report_failure(program, -EACCES, NULL, "attach %s", called);
    fprintf(stderr, "  it belongs to uid %ld with mode %04o, which gives uid %ld no right to read\n",
            (long)s->stat.owner, (unsigned)s->stat.mode, (long)geteuid());
    fprintf(stderr, "  its owner can start the server with --mode 0644, so that others may read it\n");
    return 1;
}

static void segment_close(struct source *s)
{
    if (held(s) != NULL) {
        detach(s);
        creator_forget(held(s));
        free(s->data);
    }
}

static bool select_segment(struct source_spec *spec, const struct segment_entry *e)
{
    if (e->kind != SEGMENT_SYSV) {
        return false;
    }
    spec->name = (struct segment_name){.by = SEGMENT_BY_ID, .id = e->id};
    return true;
}

const struct source_kind source_segment = {
    .select = select_segment,
    .counted = true,
    .maker = true,
    .open = segment_open,
    .poll = segment_poll,
    .read = segment_read,
    .title = segment_title,
    .report = segment_report,
    .close = segment_close,
};
