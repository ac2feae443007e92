/* holder: holds a segment with a text in it until Enter or a signal ends it. Then nothing is left behind.
 *
 *   holder [PATH [SIZE [TEXT]]]      build it: make
 *
 * Another right way: exit calls what removes the segment. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#define PROJ 8 /* for ftok */

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

static int held = -1;

static void held_remove(void)
{
    if (held != -1)
        shmctl(held, IPC_RMID, NULL);
}

static void signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: getchar must return */

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* May we take over the segment id? Only if it is ours, has this size, nobody is attached, and its creator has ended. */
static int may_take_over(int id, size_t size)
{
    struct shmid_ds now;

    if (shmctl(id, IPC_STAT, &now) == -1)
        return 0;
    return now.shm_perm.uid == geteuid() && now.shm_segsz == size && now.shm_nattch == 0 &&
           kill(now.shm_cpid, 0) == -1 && errno == ESRCH;
}

/* Makes the segment, or takes over an existing one. Returns its id; -1 after an error message. */
static int segment_get(key_t key, size_t size)
{
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);

    if (id == -1 && errno == EEXIST) {
        id = shmget(key, 0, 0);
        if (id != -1 && !may_take_over(id, size)) {
            fprintf(stderr, "segment %d exists already, and is not mine to take\n", id);
            return -1;
        }
    }
    if (id == -1)
        perror("shmget");
    return id;
}

/* Until Enter, the end of the input, or a signal. */
static void wait_for_end(void)
{
    int c = 0;

    while (!told_to_end && c != EOF && c != '\n')
        c = getchar();
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 64;
    const char *text = argc > 3 ? argv[3] : "I was here";

    if (size == 0) {
        fprintf(stderr, "usage: holder [PATH [SIZE [TEXT]]]\n");
        return 2;
    }
    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    signals_catch(); /* before there is something to leave behind */
    int id = segment_get(key, size);
    if (id == -1)
        return 1;
    held = id;
    atexit(held_remove);
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        exit(1);
    }
    if (strlen(text) >= size) {
        fprintf(stderr, "the text does not fit into %zu bytes\n", size);
        exit(1);
    }
    memset(base, 0, size);
    strcpy(base, text);
    printf("Holding segment %d. Press Enter to end.\n", id);
    fflush(stdout);
    wait_for_end();
    shmdt(base);
    return 0;
}
