/* witness: records which shm calls a learner's program makes, for a verdict if the memory alone can't show why.
 *
 * check.bash builds it as a shared library and preloads it: see witness there. WITNESS=FILE gets a line for each call,
 *   shmget SIZE FLAGS     shmat ID FLAGS     shmdt RESULT     shmctl COMMAND ID
 * with flags in octal, as the program passes them, and RESULT 0 if shmdt has detached something.
 * WITNESS_WRITABLE=1: shmat always attaches for reading and writing. So a write that the kernel would refuse works, and
 * can be seen in memory. WITNESS_CORE=1: a child that was ended by a signal has left a core, as wait tells. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void say(const char *format, unsigned long one, unsigned long two)
{
    const char *path = getenv("WITNESS");
    FILE *out = path != NULL ? fopen(path, "ae") : NULL;

    if (out == NULL) {
        return;
    }
    fprintf(out, format, one, two);
    fclose(out);
}

int shmget(key_t key, size_t size, int flags)
{
    int (*next)(key_t, size_t, int);

    *(void **)&next = real("shmget");
    say("shmget %lu 0%lo\n", size, (unsigned)flags);
    return next(key, size, flags);
}

void *shmat(int id, const void *address, int flags)
{
    void *(*next)(int, const void *, int);

    *(void **)&next = real("shmat");
    say("shmat %lu 0%lo\n", (unsigned long)id, (unsigned)flags);
    return next(id, address, getenv("WITNESS_WRITABLE") != NULL ? flags & ~SHM_RDONLY : flags);
}

int shmdt(const void *address)
{
    int (*next)(const void *);
    int rc;

    *(void **)&next = real("shmdt");
    rc = next(address);
    say("shmdt %lu\n", rc == 0 ? 0 : 1, 0);
    return rc;
}

int shmctl(int id, int command, struct shmid_ds *buffer)
{
    int (*next)(int, int, struct shmid_ds *);

    *(void **)&next = real("shmctl");
    say("shmctl %lu %lu\n", (unsigned)command, (unsigned)id);
    return next(id, command, buffer);
}

/* The bit that WCOREDUMP tests: 0x80 on Linux. */
static pid_t with_core(pid_t pid, int *status)
{
    if (pid > 0 && status != NULL && WIFSIGNALED(*status) && getenv("WITNESS_CORE") != NULL) {
        *status |= 0x80;
    }
    return pid;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    pid_t (*next)(pid_t, int *, int);

    *(void **)&next = real("waitpid");
    return with_core(next(pid, status, options), status);
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}
