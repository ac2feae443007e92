/* calls: makes the calls of a segment's life, one at each Enter. For the walk of lesson 01.
 *
 *   calls            from ftok to shmdt; the segment stays behind
 *   calls remove     finds the segment and removes it
 *   build it: gcc -o calls calls.c */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void announce(const char *call)
{
    printf("Enter: %s", call);
    fflush(stdout);
    while (getchar() != '\n' && !feof(stdin)) {
    }
}

/* Prints what the kernel said if a call failed. */
static int failed(void)
{
    printf("       -1: %s\n", strerror(errno));
    return 1;
}

static int remove_it(key_t key)
{
    announce("shmget(key, 0, 0)");
    int id = shmget(key, 0, 0);
    if (id == -1) {
        return failed();
    }
    printf("       id %d\n", id);
    announce("shmctl(id, IPC_RMID, NULL)");
    if (shmctl(id, IPC_RMID, NULL) == -1) {
        return failed();
    }
    printf("       0: removed\n");
    return 0;
}

int main(int argc, char **argv)
{
    announce("ftok(\".\", 1)");
    key_t key = ftok(".", 1);
    if (key == -1) {
        return failed();
    }
    printf("       key 0x%08x\n", (unsigned)key);
    if (argc > 1 && strcmp(argv[1], "remove") == 0) {
        return remove_it(key);
    }
    announce("shmget(key, 1024, IPC_CREAT | IPC_EXCL | 0600)");
    int id = shmget(key, 1024, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1) {
        return failed();
    }
    printf("       id %d\n", id);
    announce("shmat(id, NULL, 0)");
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        return failed();
    }
    printf("       address %p\n", (void *)base);
    announce("strcpy(address, \"Hello\")");
    strcpy(base, "Hello");
    announce("shmdt(address)");
    if (shmdt(base) == -1) {
        return failed();
    }
    printf("       0: detached\n");
    announce("the program ends");
    return 0;
}
