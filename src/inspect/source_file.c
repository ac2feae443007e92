/* Source, a file or standard input: read once, when it is opened. See source.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printable.h"
#include "report.h"
#include "source.h"

#define FILE_MAX ((size_t)64 << 20) /* bytes; larger ones are refused */

/* Reads fd to its end. The caller frees *bytes, even on failure. */
static int read_all(int fd, uint8_t **bytes, size_t *size)
{
    size_t room = 64 << 10;
    *size = 0;
    *bytes = malloc(room);
    while (*bytes != NULL) {
        ssize_t n = read(fd, *bytes + *size, room - *size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? -errno : 0;
        }
        *size += (size_t)n;
        if (*size > FILE_MAX) {
            return -EFBIG;
        }
        if (*size == room) {
            uint8_t *more = realloc(*bytes, room *= 2);
            if (more == NULL) {
                return -ENOMEM;
            }
            *bytes = more;
        }
    }
    return -ENOMEM;
}

/* s->data holds the bytes. */
static int file_open(struct source *s)
{
    uint8_t *bytes;
    int fd = s->spec.path != NULL ? open(s->spec.path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (fd < 0) {
        return -errno;
    }
    int rc = read_all(fd, &bytes, &s->size);
    if (fd != STDIN_FILENO) {
        close(fd);
    }
    s->data = bytes;
    s->state = SOURCE_STATIC;
    return rc;
}

static size_t file_read(const struct source *s, size_t first, uint8_t *out, size_t count)
{
    memcpy(out, (const uint8_t *)s->data + first, count);
    return count;
}

static void file_title(const struct source *s, char *out, size_t out_size)
{
    char path[64];
    if (s->spec.path == NULL) {
        snprintf(out, out_size, "standard input");
        return;
    }
    printable_text(s->spec.path, printable_utf8(), path, sizeof path);
    snprintf(out, out_size, "file %s", path);
}

static int file_report(const struct source *s, const char *program, int rc)
{
    const char *name = s->spec.path != NULL ? s->spec.path : "standard input";
    const char *next = rc == -EISDIR  ? "it is a folder: name a file in it"
                       : rc == -EFBIG ? "shm-view reads files of at most 64 MiB: cut it with dd"
                                      : "check that the file exists and that you may read it";
    return report_failure(program, rc, next, "read %s", name);
}

static void file_close(struct source *s)
{
    free(s->data);
}

static int take_file(struct source_spec *spec, const char *path)
{
    spec->path = strcmp(path, "-") != 0 ? path : NULL;
    return 0;
}

static const struct source_option options[] = {
    {"file", "FILE", "show a file instead of a segment; - is standard input", .take = take_file},
    {.name = NULL},
};

const struct source_kind source_file = {
    .options = options,
    .open = file_open,
    .read = file_read,
    .title = file_title,
    .report = file_report,
    .close = file_close,
};
