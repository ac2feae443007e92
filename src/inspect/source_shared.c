/* Source, shared code: helper functions for several kinds of sources. See source_shared.h. */
#include "source_shared.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "printable.h"

void source_message(char out[SOURCE_LINE_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out, SOURCE_LINE_MAX, format, args);
    va_end(args);
}

void source_creator_learn(struct source *s, pid_t pid, bool runs)
{
    s->creator = (struct process){.pid = pid};
    s->creator_runs = runs;
    if (runs) {
        process_read(pid, &s->creator);
    }
    const char *name = s->creator.name[0] != '\0' ? s->creator.name : "?";
    printable_text(name, printable_utf8(), s->creator_name, sizeof s->creator_name);
}

uint64_t source_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

size_t source_pread(int fd, uint64_t offset, uint8_t *out, size_t count)
{
    size_t have = 0;
    while (have < count) {
        ssize_t n = pread(fd, out + have, count - have, (off_t)(offset + have));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        have += (size_t)n;
    }
    return have;
}

void source_fd_close(struct source *s)
{
    if (s->fd >= 0) {
        close(s->fd);
    }
    s->fd = -1;
}
