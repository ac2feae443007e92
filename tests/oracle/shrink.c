/* shrink: preloaded into a program, cuts a file short while the program reads it.
 *
 *   SHRINK_FILE=FILE SHRINK_AT=N LD_PRELOAD=libshrink.so PROGRAM
 *
 * Right after the Nth time that PROGRAM has read from FILE or mapped it, FILE is cut to 64 bytes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(int fd)
{
    static int count;
    const char *file = getenv("SHRINK_FILE"), *at = getenv("SHRINK_AT");
    struct stat one, other;
    if (fd < 0 || file == NULL || at == NULL || fstat(fd, &one) < 0 || stat(file, &other) < 0 ||
        one.st_ino != other.st_ino || one.st_dev != other.st_dev) {
        return;
    }
    if (++count == atoi(at) && truncate(file, 64) < 0) {
        abort();
    }
}

/* The next definition of that name, as a function of the type that *function has. */
static void find_next(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
    ssize_t (*next)(int, void *, size_t, off64_t);
    find_next("pread64", &next);
    ssize_t n = next(fd, bytes, size, offset);
    note(fd);
    return n;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
    return pread64(fd, bytes, size, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
    void *(*next)(void *, size_t, int, int, int, off64_t);
    find_next("mmap64", &next);
    void *map = next(at, size, protection, flags, fd, offset);
    note(fd);
    return map;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return mmap64(at, size, protection, flags, fd, offset);
}
