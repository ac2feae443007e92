/* witness: records which shm calls a learner's program makes, for a verdict if the memory alone can't show why.
 *
 * check.bash builds it as a shared library and preloads it: see witness there. WITNESS=FILE gets a line for each call,
 *   shmget SIZE FLAGS     shmat ID FLAGS     shmdt RESULT     shmctl COMMAND ID
 *   kill PID SIGNAL       signal SIGNAL      sigaction SIGNAL FLAGS
 * with flags in octal, as the program passes them, and RESULT 0 if shmdt has detached something.
 * WITNESS_WRITABLE=1: shmat always attaches for reading and writing. So a write that the kernel would refuse works, and
 * can be seen in memory. WITNESS_CORE=1: a child that was ended by a signal has left a core, as wait tells. WITNESS_OWNER=1:
 * segments belong to another user, as IPC_STAT tells. WITNESS_EPERM=1: so do processes, as kill(pid, 0) tells.
 * WITNESS_ZERO=1: shmget calls a segment 0, as it may call the first one of a machine, and shmat and shmctl find it so.
 * puts(NULL) prints "(null)", as printf does.
 * WITNESS_SIGNAL=N: if the program has no handler for SIGSEGV, a refused access ends it by signal N instead, after a moment
 * in which its parent shows whether it waits, and the file gets the line
 *   refused N */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int zero = -1; /* the id of the segment that shmget has called 0 */

static int real_id(int id)
{
    return id == 0 && zero != -1 ? zero : id;
}

int shmget(key_t key, size_t size, int flags)
{
    int (*next)(key_t, size_t, int);

    *(void **)&next = real("shmget");
    say("shmget %lu 0%lo\n", size, (unsigned)flags);
    int id = next(key, size, flags);
    if (id != -1 && getenv("WITNESS_ZERO") != NULL) {
        zero = id;
        return 0;
    }
    return id;
}

void *shmat(int id, const void *address, int flags)
{
    void *(*next)(int, const void *, int);

    *(void **)&next = real("shmat");
    say("shmat %lu 0%lo\n", (unsigned long)id, (unsigned)flags);
    return next(real_id(id), address, getenv("WITNESS_WRITABLE") != NULL ? flags & ~SHM_RDONLY : flags);
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
    int rc = next(real_id(id), command, buffer);
    if (rc != -1 && command == IPC_STAT && getenv("WITNESS_OWNER") != NULL) {
        buffer->shm_perm.uid++;
    }
    return rc;
}

int kill(pid_t pid, int number)
{
    int (*next)(pid_t, int);

    *(void **)&next = real("kill");
    say("kill %lu %lu\n", (unsigned long)pid, (unsigned long)number);
    int rc = next(pid, number);
    if (rc == 0 && number == 0 && getenv("WITNESS_EPERM") != NULL) {
        errno = EPERM;
        return -1;
    }
    return rc;
}

static sighandler_t real_signal(int number, sighandler_t handler)
{
    sighandler_t (*next)(int, sighandler_t);

    *(void **)&next = real("signal");
    return next(number, handler);
}

/* printf("%s\n", NULL) prints "(null)", but a compiler makes a puts of it, which crashes. */
int puts(const char *text)
{
    const char *volatile given =
        text; /* <stdio.h> promises that it is not NULL: a compiler would leave out the question */
    const char *shown = given;
    return fputs(shown != NULL ? shown : "(null)", stdout) == EOF || putchar('\n') == EOF ? EOF : 1;
}

/* A handler: the access was refused in the program's own code, so say may use the C library. */
static void end_otherwise(int refused)
{
    const char *wanted = getenv("WITNESS_SIGNAL");
    int number = wanted != NULL ? atoi(wanted) : refused;

    say("refused %lu\n", (unsigned)number, 0);
    usleep(50000);
    real_signal(number, SIG_DFL);
    raise(number);
}

/* A program without a handler of its own for SIGSEGV keeps ours. */
static int keeps_ours(int number, sighandler_t handler)
{
    return number == SIGSEGV && (handler == SIG_DFL || handler == SIG_IGN) && getenv("WITNESS_SIGNAL") != NULL;
}

sighandler_t signal(int number, sighandler_t handler)
{
    say("signal %lu\n", (unsigned long)number, 0);
    return real_signal(number, keeps_ours(number, handler) ? end_otherwise : handler);
}

int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    int (*next)(int, const struct sigaction *, struct sigaction *);

    *(void **)&next = real("sigaction");
    if (action != NULL) {
        say("sigaction %lu 0%lo\n", (unsigned long)number, (unsigned)action->sa_flags);
        if (keeps_ours(number, action->sa_handler)) {
            action = NULL;
        }
    }
    return next(number, action, old);
}

__attribute__((constructor)) static void handler_set(void)
{
    if (getenv("WITNESS_SIGNAL") != NULL) {
        real_signal(SIGSEGV, end_otherwise);
    }
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
