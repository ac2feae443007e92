/* Source, POSIX shared memory: reads the file in /dev/shm that shm_open creates. See source.h.
 *
 * The file may shrink at any time, and an access beyond its new end would kill us with SIGBUS. So it is never mapped
 * but read with pread, which also allocates no memory for pages that nobody has touched. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printable.h"
#include "report.h"
#include "segment_list.h"
#include "source_shared.h"
#include "user.h"

static int path_of(const struct source *s, char *out, size_t out_size)
{
    const char *name = s->spec.path + strspn(s->spec.path, "/");
    if (*name == '\0' || strchr(name, '/') != NULL) {
        return -EINVAL; /* shm_open doesn't allow folders either */
    }
    int n = snprintf(out, out_size, "%s/%s", SEGMENT_LIST_FOLDER, name);
    return n < 0 || (size_t)n >= out_size ? -ENAMETOOLONG : 0;
}

static void attached(struct source *s, int fd, const struct stat *st)
{
    size_t old_size = s->size;
    s->fd = fd;
    s->size = (size_t)st->st_size;
    s->state = SOURCE_LIVE;
    s->line[0] = '\0';
    s->attachments++;
    s->stat.owner = st->st_uid;
    s->stat.mode = st->st_mode & 0777;
    user_name(s->stat.owner, s->owner, sizeof s->owner);
    source_creator_learn(s, 0, false);
    attachment_watch_start(&s->attached, &(struct attachment_object){.device = st->st_dev, .inode = st->st_ino});
    if (s->attached_before && old_size != s->size) {
        source_message(s->news, "reopened: now %zu bytes, before %zu", s->size, old_size);
    } else if (s->attached_before) {
        source_message(s->news, "reopened: there is a new one with this name");
    }
    s->attached_before = true;
}

static void wait_for_it(struct source *s, int rc)
{
    if (rc == -EACCES) {
        s->state = SOURCE_DENIED;
        source_message(s->line, "not permitted to read it: its owner can allow it with chmod a+r");
        return;
    }
    s->state = s->attached_before ? SOURCE_GONE : SOURCE_WAITING;
    if (s->state == SOURCE_GONE) {
        source_message(s->line, "it is gone; its last bytes stay. Waiting for a new one");
    } else if (rc == -ENOENT) {
        source_message(s->line, "waiting: nothing in " SEGMENT_LIST_FOLDER " has this name yet");
    } else {
        source_message(s->line, "waiting: it can't be opened (%s)", strerror(-rc));
    }
}

/* Opens the file of this name. A pipe or a device is refused without opening it, which might block or have effects. */
static int open_name(const struct source *s, struct stat *st)
{
    char path[sizeof SEGMENT_LIST_FOLDER + 260];
    int rc = path_of(s, path, sizeof path);
    if (rc < 0) {
        return rc;
    }
    if (lstat(path, st) != 0) {
        return -errno;
    }
    if (!S_ISREG(st->st_mode)) {
        return -EINVAL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
        close(fd);
        return -EINVAL;
    }
    return fd;
}

static void try_open(struct source *s)
{
    struct stat st;
    int fd = open_name(s, &st);
    if (fd < 0) {
        wait_for_it(s, fd);
    } else {
        attached(s, fd, &st);
    }
}

/* The file that we have open was unlinked. If there is a new one with its name, we switch to that. Otherwise we keep
 * the old one while others map it, and then close it, so that the kernel can free it. */
static void unlinked(struct source *s)
{
    struct stat st;
    int other = open_name(s, &st);
    if (other < 0 && s->state != SOURCE_REMOVED) {
        s->attached.scanned = false; /* who has it now? */
    }
    if (other < 0 && (!s->attached.scanned || s->attached.now.found > 0)) {
        size_t others = s->attached.now.found;
        s->state = SOURCE_REMOVED;
        source_message(s->line,
                       others == 0 ? "removed: you see the removed one"
                                   : "removed, but still mapped %zu time%s: you see the removed one",
                       others, others == 1 ? "" : "s");
        return;
    }
    source_fd_close(s);
    s->state = SOURCE_GONE;
    if (other >= 0) {
        attached(s, other, &st);
    } else {
        wait_for_it(s, other);
    }
}

static void posix_poll(struct source *s)
{
    struct stat st;
    if (s->fd < 0) {
        try_open(s);
        return;
    }
    if (fstat(s->fd, &st) != 0) {
        return;
    }
    s->stat.mode = st.st_mode & 0777;
    if ((size_t)st.st_size != s->size) {
        source_message(s->news, "resized: now %zu bytes, before %zu", (size_t)st.st_size, s->size);
        s->size = (size_t)st.st_size;
        s->attachments++;
    }
    if (st.st_nlink == 0) {
        unlinked(s);
    } else {
        s->state = SOURCE_LIVE;
        s->line[0] = '\0';
    }
}

static int posix_open(struct source *s)
{
    posix_poll(s);
    return 0;
}

static size_t posix_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    return source_pread(s->fd, first, out, count);
}

static void posix_title(const struct source *s, char *out, size_t out_size)
{
    char path[64];
    printable_text(s->spec.path, printable_utf8(), path, sizeof path);
    snprintf(out, out_size, "posix %s%s", path[0] == '/' ? "" : "/", path);
}

/* source_open never fails for this kind: it waits for what doesn't exist yet. So rc doesn't matter. */
static int posix_report(const struct source *s, const char *program, int rc)
{
    char name[256];
    (void)rc;
    posix_title(s, name, sizeof name);
    if (s->state == SOURCE_DENIED) {
        return report_failure(program, -EACCES, "its owner can allow it: chmod a+r", "open %s", name);
    }
    fprintf(stderr, "%s: cannot open %s: there is none\n  ls /dev/shm lists those that exist\n", program, name);
    return 1;
}

static int take_posix(struct source_spec *spec, const char *name)
{
    const char *bare = name + strspn(name, "/");
    if (*bare == '\0' || strchr(bare, '/') != NULL || strlen(bare) > 255) {
        return -EINVAL;
    }
    spec->path = name;
    return 0;
}

static bool select_posix(struct source_spec *spec, const struct segment_entry *e)
{
    if (e->kind != SEGMENT_POSIX) {
        return false;
    }
    spec->path = e->name;
    return true;
}

static const struct source_option options[] = {
    {"posix", "/NAME", "POSIX shared memory by its name for shm_open: /dev/shm/NAME",
     .takes = "a name without folders, such as /psm_1a2b", .take = take_posix},
    {.name = NULL},
};

const struct source_kind source_posix = {
    .options = options,
    .select = select_posix,
    .open = posix_open,
    .poll = posix_poll,
    .read = posix_read,
    .title = posix_title,
    .report = posix_report,
    .close = source_fd_close,
};
