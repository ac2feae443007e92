/* first: makes a shared memory segment, holds it until Enter is pressed, and removes it.
 *
 * One cleanup label; the kernel's answer with strerror; waits with fgets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>

#define PROJ 1

static int fail(const char *what)
{
    fprintf(stderr, "first: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    const char *path = argc > 1 ? argv[1] : ".";
    size_t size = argc > 2 ? (size_t)atol(argv[2]) : 1024;
    int status = EXIT_SUCCESS, id;
    char line[80];
    void *base;
    key_t key;

    if ((key = ftok(path, PROJ)) == (key_t)-1)
        return fail("ftok");
    if ((id = shmget(key, size, S_IRUSR | S_IWUSR | IPC_EXCL | IPC_CREAT)) < 0)
        return fail("shmget");
    base = shmat(id, 0, 0);
    if ((long)base == -1) {
        status = fail("shmat");
        goto remove;
    }
    memset(base, 0, size);
    puts("Enter ends it.");
    if (fgets(line, sizeof line, stdin) == NULL)
        puts("end of input");
    if (shmdt(base) == -1)
        status = fail("shmdt");
remove:
    if (shmctl(id, IPC_RMID, 0) == -1)
        status = fail("shmctl");
    return status;
}
