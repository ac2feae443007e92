/* See sleep-key-a.c: this one reads the answer. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>
#include <unistd.h>

struct box {
    atomic_int answer;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    usleep(20000);
    return box->answer == 42 ? 0 : 1;
}
