/* holder: holds a segment with a text in it until Enter or a signal ends it.
 * Then nothing is left behind.
 *
 *   holder [PATH [SIZE [TEXT]]]      build it: make
 *
 * Another right way: /proc says whether the creator runs, and siginterrupt that
 * a signal ends the wait. */
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

static void signals_catch(void)
{
    static const int these[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof these / sizeof *these; i++) {
        signal(these[i], on_signal);
        siginterrupt(these[i], 1);
    }
}

/* May we take over the segment id? Only if it is ours, has this size, nobody is
 * attached, and its creator has ended. */
static int may_take_over(int id, size_t size)
{
    struct shmid_ds now;

    if (shmctl(id, IPC_STAT, &now) == -1)
        return 0;
    char proc[40];

    snprintf(proc, sizeof proc, "/proc/%d", (int)now.shm_cpid);
    if (now.shm_perm.uid != geteuid() || now.shm_segsz != size)
        return 0;
    if (now.shm_nattch != 0 || now.shm_cpid == 0)
        return 0;
    return access(proc, F_OK) != 0;
}

/* Makes the segment, or takes over an existing one. Returns its id; -1 after an
 * error message. */
static int segment_get(key_t key, size_t size)
{
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);

    if (id == -1 && errno == EEXIST) {
        id = shmget(key, 0, 0);
        if (id != -1 && !may_take_over(id, size)) {
            fprintf(stderr,
                    "segment %d exists already, and is not mine to take\n", id);
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
    char line[200];

    if (fgets(line, sizeof line, stdin) == NULL)
        return;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 64;
    const char *text = argc > 3 ? argv[3] : "I was here";
    int status = 1;

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
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        goto out_remove;
    }
    if (strlen(text) >= size) {
        fprintf(stderr, "the text does not fit into %zu bytes\n", size);
        goto out_detach;
    }
    memset(base, 0, size);
    strcpy(base, text);
    printf("Holding segment %d. Press Enter to end.\n", id);
    fflush(stdout);
    wait_for_end();
    status = 0;

out_detach:
    shmdt(base);
out_remove:
    shmctl(id, IPC_RMID, NULL);
    return status;
}
