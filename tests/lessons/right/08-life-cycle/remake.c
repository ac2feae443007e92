/* holder: holds a segment with a text in it until Enter or a signal ends it. Then nothing is left behind.
 *
 *   holder [PATH [SIZE [TEXT]]]      build it: make
 *
 * Another right way: what a dead holder left is removed, and made anew. The signals stay blocked but while it waits. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/shm.h>
#include <unistd.h>

#define PROJ 8 /* for ftok */

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

static sigset_t outside;

static void signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &outside);
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

/* Makes the segment; if a dead holder left one, removes that first. Returns its id; -1 after an error message. */
static int segment_get(key_t key, size_t size)
{
    int old = shmget(key, 0, 0);

    if (old != -1 && may_take_over(old, size))
        shmctl(old, IPC_RMID, NULL);
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1)
        perror("shmget");
    return id;
}

/* Until Enter, the end of the input, or a signal. */
static void wait_for_end(void)
{
    fd_set in;

    FD_ZERO(&in);
    FD_SET(STDIN_FILENO, &in);
    if (!told_to_end)
        pselect(STDIN_FILENO + 1, &in, NULL, NULL, NULL, &outside);
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
