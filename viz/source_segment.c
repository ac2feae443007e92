/* Source, System V segments: see source.h. All states of a segment's life are told apart by id and IPC_STAT, never by
 * its bytes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "printable.h"
#include "source_internal.h"
#include "tell.h"
#include "user.h"

#define CREATOR_MS 500 /* from attaching to the first look at whether the creator runs; without a pidfd, between two */

int source_segment_id(struct source *s, int *id)
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

static void attached(struct source *s, size_t old_size)
{
    s->state = SOURCE_LIVE;
    s->line[0] = '\0';
    s->attachments++;
    s->last_pid = s->stat.last_pid; /* of before: from now on we are the last */
    segment_stat(s->segment.id, &s->stat);
    if (s->key == 0) {
        s->key = s->stat.key;
    }
    source_creator_forget(s);
    source_creator_learn(s, s->stat.creator_pid, segment_creator_state(&s->stat) == SEGMENT_CREATOR_RUNS);
    s->looked_at = source_clock_ms();
    user_name(s->stat.owner, s->owner, sizeof s->owner);
    if (s->attached_before && old_size != s->segment.size) {
        source_say(s->news, "attached anew: shmid %d, now %zu bytes, before %zu", s->segment.id,
            s->segment.size, old_size);
    } else if (s->attached_before) {
        source_say(s->news, "attached anew: a new segment stands here (shmid %d)", s->segment.id);
    }
    s->attached_before = true;
    s->size = s->segment.size;
    struct attachment_object what;
    if (attachment_of_segment(s->segment.id, s->segment.base, &what) == 0) {
        attachment_watch_start(&s->neighbours, &what);
    }
}

static void denied(struct source *s)
{
    s->state = SOURCE_DENIED;
    source_say(s->line,
               "not permitted: shmid %d belongs to uid %u, mode %04o. Its owner can allow it: shm-server --mode 0644",
               s->stat.id, (unsigned)s->stat.owner, (unsigned)s->stat.mode);
}

/* Says why there is nothing to be seen. */
static void wait_for_segment(struct source *s)
{
    key_t key;
    int rc = s->spec.name.by == SEGMENT_BY_PATH ? segment_name_key(&s->spec.name, &key) : 0;
    s->state = s->attached_before ? SOURCE_GONE : SOURCE_WAITING;
    if (s->state == SOURCE_GONE) {
        source_say(s->line, "the segment is gone; its last bytes stay. Waiting for a new one");
    } else if (rc == -ENOENT) {
        source_say(s->line, "waiting: the file that gives the key does not exist yet");
    } else if (rc < 0) {
        source_say(s->line, "waiting: the file gives no key (%s)", strerror(-rc));
    } else {
        const char *starts = getenv("SHMLAB_STARTS"); /* `lesson view` names the learner's own program */
        char server[100], who[160], call[80];
        snprintf(server, sizeof server, "the server: %s", tell_server(call, sizeof call));
        printable_text(starts ? starts : server, printable_utf8(), who, sizeof who);
        source_say(s->line, "waiting: no segment stands here yet. Start %s", who);
    }
}

static void try_attach(struct source *s)
{
    int id;
    size_t old_size = s->size;
    int rc = source_segment_id(s, &id);
    if (rc < 0) {
        wait_for_segment(s);
        return;
    }
    rc = segment_attach(&s->segment, id, &s->stat);
    if (rc == 0) {
        attached(s, old_size);
    } else if (rc == -EACCES) {
        denied(s);
    } else {
        wait_for_segment(s);
    }
}

/* The segment that we have attached was removed. Another may stand under its key already; else somebody may still use
 * the old one; else we are the last and let it go, so that the kernel can free it. */
static void removed(struct source *s)
{
    int id;
    unsigned long others = s->stat.attached > 0 ? s->stat.attached - 1 : 0;
    bool another = s->spec.name.by != SEGMENT_BY_ID && source_segment_id(s, &id) == 0 && id != s->segment.id;
    if (!another && others > 0) {
        s->state = SOURCE_REMOVED;
        source_say(s->line, "removed, but %lu other%s it attached: you see the removed one", others,
            others == 1 ? " has" : "s have");
        return;
    }
    source_detach(s);
    s->state = SOURCE_GONE;
    try_attach(s);
}

/* Does it still run? Nothing that the kernel tells of a segment changes when its creator, which may have detached long
 * ago, ends. A pidfd tells it at once and cheaply (Linux 5.3). It is opened first, and then the process is read: so it
 * stands for the very one that made the segment, and not for another with its pid. */
static void look_at_creator(struct source *s)
{
    struct process now;
    struct pollfd ended = {.fd = s->creator_fd, .events = POLLIN};
    uint64_t ms = source_clock_ms();
    if (s->creator_runs && s->creator_fd >= 0) {
        s->creator_runs = poll(&ended, 1, 0) <= 0;
        return;
    }
    if (!s->creator_runs || ms - s->looked_at < CREATOR_MS) {
        return;
    }
    s->looked_at = ms;
    s->creator_fd = (int)syscall(SYS_pidfd_open, s->creator.pid, 0);
    int rc = process_read(s->creator.pid, &now);
    bool another = rc == 0 && s->creator.start != 0 && now.start != s->creator.start;
    if (rc == -ESRCH || another || (rc == 0 && process_has_ended(&now))) {
        s->creator_runs = false;
    }
}

void source_segment_poll(struct source *s)
{
    bool attached_already = s->segment.base != NULL;
    if (!attached_already) {
        try_attach(s);
    } else if (segment_stat(s->segment.id, &s->stat) == 0) {
        s->state = SOURCE_LIVE;
    }
    if (s->segment.base != NULL && s->stat.last_pid != s->viewer) {
        s->last_pid = s->stat.last_pid;
    }
    if (attached_already) {
        look_at_creator(s);
    }
    if (s->segment.base != NULL && s->stat.removed) {
        removed(s);
    }
}
