/* Mapping: reads /proc/PID/maps. See mapping.h. */
#include "mapping.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A line is at most 73 characters and a path, in which each character may be escaped as \ooo. */
#define LINE_SIZE (73 + 4 * 4096 + 1)

/* ---- one line ---- */

/* Parses the number at *p in that base. It must be followed by `end`; *p moves past that. */
static bool number(const char **p, const char *limit, int base, char end, uint64_t *n)
{
    const char *start = *p;

    *n = 0;
    for (; *p < limit; (*p)++) {
        char c = **p;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
        if (digit >= base) {
            break;
        }
        *n = *n * (uint64_t)base + (uint64_t)digit;
    }
    if (*p == start || *p == limit || **p != end) {
        return false;
    }
    (*p)++;
    return true;
}

int mapping_parse(const char *line, size_t length, struct mapping *m)
{
    /* 7f9add11c000-7f9add11d000 r--s 00000000 00:01 2162700                    /SYSV00000000 (deleted) */
    const char *p = line, *limit = line + length;
    uint64_t high, low, inode;

    *m = (struct mapping){.start = 0};
    if (!number(&p, limit, 16, '-', &m->start) || !number(&p, limit, 16, ' ', &m->end) || limit - p < 5 ||
        p[4] != ' ') {
        return -EINVAL;
    }
    memcpy(m->rights, p, 3);
    m->shared = p[3] == 's';
    p += 5;
    if (!number(&p, limit, 16, ' ', &m->offset) || !number(&p, limit, 16, ':', &high) ||
        !number(&p, limit, 16, ' ', &low)) {
        return -EINVAL;
    }
    /* The inode is always followed by a blank, even if there is no name. */
    if (!number(&p, limit, 10, ' ', &inode)) {
        return -EINVAL;
    }
    while (p < limit && *p == ' ') {
        p++;
    }
    m->device = makedev((unsigned)high, (unsigned)low);
    m->inode = (ino_t)inode;
    size_t name = (size_t)(limit - p) < sizeof m->name - 1 ? (size_t)(limit - p) : sizeof m->name - 1;
    memcpy(m->name, p, name);
    return 0;
}

bool mapping_is_segment(const struct mapping *m)
{
    return strncmp(m->name, "/SYSV", 5) == 0;
}

/* ---- all lines ---- */

/* mapping_each for one file. *lines is the number of lines that were read. */
static int each_of(const char *path, mapping_take *take, void *state, size_t *lines)
{
    char buffer[LINE_SIZE];
    size_t have = 0;
    int rc = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *lines = 0;
    if (fd < 0) {
        return -errno;
    }
    for (bool more = true; more;) {
        ssize_t n = read(fd, buffer + have, sizeof buffer - have);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            rc = n < 0 ? -errno : 0;
            break;
        }
        have += (size_t)n;
        char *line = buffer;
        for (char *end; more && (end = memchr(line, '\n', have - (size_t)(line - buffer))) != NULL; line = end + 1) {
            struct mapping m;
            ++*lines;
            more = mapping_parse(line, (size_t)(end - line), &m) < 0 || take(state, &m);
        }
        have -= (size_t)(line - buffer);
        memmove(buffer, line, have);
        if (have == sizeof buffer) {
            have = 0; /* longer than any valid line */
        }
    }
    close(fd);
    return rc;
}

/* If its first thread has ended, /proc/PID/maps is empty. All threads share the memory, so read another thread's
 * maps. */
static int each_of_thread(pid_t pid, mapping_take *take, void *state)
{
    char path[64];
    size_t lines = 0;
    int rc = 0;

    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        return 0;
    }
    for (struct dirent *entry; lines == 0 && rc == 0 && (entry = readdir(tasks)) != NULL;) {
        long task = atol(entry->d_name);
        if (task > 0 && task != (long)pid) {
            snprintf(path, sizeof path, "/proc/%ld/task/%ld/maps", (long)pid, task);
            rc = each_of(path, take, state, &lines);
        }
    }
    closedir(tasks);
    return rc == -ENOENT || rc == -ESRCH ? 0 : rc;
}

int mapping_each(pid_t pid, mapping_take *take, void *state)
{
    char path[64];
    size_t lines;

    snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    int rc = each_of(path, take, state, &lines);
    if (rc == 0 && lines == 0) {
        return each_of_thread(pid, take, state);
    }
    return rc == -ENOENT ? -ESRCH : rc == -EPERM ? -EACCES : rc == -ESRCH && lines > 0 ? 0 : rc;
}
