/* Runtime: segments, which the controller keeps. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

enum { CHECKED = 65536 }; /* bytes of a segment that is looked through for stores that nobody announced */

/* Asks for a segment; its number, or -1 with errno. */
struct race_answer *race_open_segment(const char *call, const char *name, uint32_t size, unsigned flags, uint64_t site)
{
    race_flush(site);
    struct race_event event = {.kind = RACE_OPEN, .size = size, .flags = flags, .site = site};
    race_call_of(&event, call);
    race_text_copy(event.text, sizeof event.text, name);
    return race_ask(&event);
}

void *race_attach(const struct race_answer *segment, int number, bool read_only)
{
    struct race_attachment *a = race_runtime->attached;
    while (a < race_runtime->attached + RACE_ATTACHMENTS && a->address != NULL) {
        a++;
    }
    if (a == race_runtime->attached + RACE_ATTACHMENTS) {
        errno = EMFILE;
        return NULL;
    }
    /* The same address each time, and another one in each process, as pointers into a segment must not be shared. */
    uintptr_t wanted = 0x600000000000u + (uintptr_t)race_runtime->me * 0x100000000u + segment->offset * 16u +
                       (uintptr_t)(a - race_runtime->attached) * 0x10000000u;
    size_t pages = (segment->size + RACE_PAGE - 1) / RACE_PAGE * RACE_PAGE;
    char *address = __real_mmap((void *)(wanted / RACE_PAGE * RACE_PAGE), pages, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (address == MAP_FAILED) {
        return NULL;
    }
    *a = (struct race_attachment){
        .address = address, .offset = segment->offset, .size = segment->size, .number = number, .read_only = read_only};
    a->before = a->size <= CHECKED ? __real_malloc(a->size) : NULL;
    race_copy(address, race_runtime->control->memory + a->offset, a->size);
    if (a->before != NULL) {
        race_copy(a->before, address, a->size);
    }
    return address;
}

int race_detach(const void *address, uint64_t site)
{
    for (struct race_attachment *a = race_runtime->attached; a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        if (a->address != NULL && a->address == address) {
            race_flush(site);
            __real_munmap(a->address, (a->size + RACE_PAGE - 1) / RACE_PAGE * RACE_PAGE);
            free(a->before);
            *a = (struct race_attachment){0};
            return 0;
        }
    }
    return -1;
}

struct race_answer *race_segment_by_number(const char *call, int number, uint64_t site)
{
    char name[32];
    snprintf(name, sizeof name, "#%d", number);
    return race_open_segment(call, name, 0, 0, site);
}

int __wrap_shmget(key_t key, size_t size, int flags)
{
    char name[32] = "";
    unsigned how = (flags & IPC_CREAT ? RACE_OPEN_CREATE : 0u) | (flags & IPC_EXCL ? RACE_OPEN_NEW : 0u);
    if (key == IPC_PRIVATE) {
        how = RACE_OPEN_CREATE | RACE_OPEN_NEW;
    } else {
        snprintf(name, sizeof name, "key 0x%08x", (unsigned)key);
    }
    return race_result_of(
        race_open_segment("shmget", name, size > RACE_MEMORY ? RACE_MEMORY + 1 : (uint32_t)size, how, HERE)->result);
}

void *__wrap_shmat(int id, const void *address, int flags)
{
    (void)address;
    struct race_answer segment = *race_segment_by_number("shmat", id, HERE);
    if (race_result_of(segment.result) < 0) {
        errno = EINVAL;
        return (void *)-1;
    }
    void *at = race_attach(&segment, id, flags & SHM_RDONLY);
    return at == NULL ? (void *)-1 : at;
}

int __wrap_shmdt(const void *address)
{
    int result = race_detach(address, HERE);
    if (result < 0) {
        errno = EINVAL;
    }
    return result;
}

int __wrap_shmctl(int id, int command, struct shmid_ds *status)
{
    struct race_answer segment = *race_segment_by_number("shmctl", id, HERE);
    if (race_result_of(segment.result) < 0) {
        errno = EINVAL;
        return -1;
    }
    if (command == IPC_RMID) {
        struct race_event event = {.kind = RACE_REMOVE, .number = id, .site = HERE};
        race_call_of(&event, "shmctl");
        return race_result_of(race_ask(&event)->result);
    }
    if (command == IPC_STAT) {
        *status = (struct shmid_ds){.shm_segsz = segment.size, .shm_nattch = 1};
        status->shm_perm.mode = 0600;
        status->shm_perm.uid = status->shm_perm.cuid = geteuid();
    }
    return 0;
}

static int file_of(int fd)
{
    for (int i = 0; i < RACE_FILES; i++) {
        if (race_runtime->files[i].number != 0 && race_runtime->files[i].fd == fd) {
            return i;
        }
    }
    return -1;
}

int __wrap_shm_open(const char *name, int flags, ...)
{
    char text[RACE_TEXT];
    snprintf(text, sizeof text, "posix %s", name);
    unsigned how = (flags & O_CREAT ? RACE_OPEN_CREATE : 0u) | (flags & O_EXCL ? RACE_OPEN_NEW : 0u);
    struct race_answer segment = *race_open_segment("shm_open", text, 0, how, HERE);
    if (race_result_of(segment.result) < 0) {
        return -1;
    }
    int file = 0;
    while (file < RACE_FILES && race_runtime->files[file].number != 0) {
        file++;
    }
    int fd = file < RACE_FILES ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        race_runtime->files[file].fd = fd;
        race_runtime->files[file].number = segment.result + 1;
    }
    return fd;
}

int __wrap_shm_unlink(const char *name)
{
    struct race_event event = {.kind = RACE_REMOVE, .number = -1, .site = HERE};
    race_flush(HERE);
    race_call_of(&event, "shm_unlink");
    snprintf(event.text, sizeof event.text, "posix %s", name);
    return race_result_of(race_ask(&event)->result);
}

int __wrap_ftruncate(int fd, off_t size)
{
    int file = file_of(fd);
    if (file < 0) {
        return __real_ftruncate(fd, size);
    }
    struct race_event event = {
        .kind = RACE_RESIZE, .number = race_runtime->files[file].number - 1, .operand = (race_value)size, .site = HERE};
    race_flush(HERE);
    race_call_of(&event, "ftruncate");
    return race_result_of(race_ask(&event)->result);
}

int __wrap_close(int fd)
{
    int file = file_of(fd);
    if (file >= 0) {
        race_runtime->files[file].number = 0;
    }
    return __real_close(fd);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    int file = file_of(fd);
    struct race_answer segment;
    if (file >= 0) {
        segment = *race_segment_by_number("mmap", race_runtime->files[file].number - 1, HERE);
    } else if (fd < 0 && (flags & MAP_SHARED) && (flags & MAP_ANONYMOUS)) {
        segment = *race_open_segment("mmap", "", size > RACE_MEMORY ? RACE_MEMORY + 1 : (uint32_t)size,
                                     RACE_OPEN_CREATE | RACE_OPEN_NEW, HERE);
    } else {
        return __real_mmap(address, size, protection, flags, fd, offset);
    }
    if (race_result_of(segment.result) < 0) {
        return MAP_FAILED;
    }
    if (segment.size == 0 || offset != 0) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    void *at = race_attach(&segment, segment.result, !(protection & PROT_WRITE));
    return at == NULL ? MAP_FAILED : at;
}

int __wrap_munmap(void *address, size_t size)
{
    return race_detach(address, HERE) == 0 ? 0 : __real_munmap(address, size);
}
