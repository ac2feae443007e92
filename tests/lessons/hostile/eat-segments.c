/* The same with segments, whose memory counts for no process. It prints how many MiB it got. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int got = 0;

    for (; got < 4096; got += 16) {
        int id = shmget(IPC_PRIVATE, 16 << 20, IPC_CREAT | 0600);
        char *base = id < 0 ? (char *)-1 : shmat(id, NULL, 0);
        if (base == (char *)-1)
            break;
        memset(base, 1, 16 << 20);
        shmdt(base);
    }
    printf("got %d MiB\n", got);
    return 1;
}
