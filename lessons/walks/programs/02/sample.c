/* sample: writes values of several types into a segment, right and wrong, one per line. For the walk of lesson 02.
 *
 *   sample      with gdb, line by line; build it: gcc -g -o sample sample.c */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "shm_layout.h"

struct sample {
    char place[11];
    int height;
    char unit;
    double mean;
};

SHM_LAYOUT(struct sample);

static void write_sample(char *base, int height)
{
    int *p = (int *)base;

    strcpy(base, "Cape Town.");
    *(int *)(base + 12) = height;
    base[16] = 'm';
    *(double *)(base + 24) = 7 / 2;
    *(double *)(base + 24) = 7 / 2.0;
    height = 1025;
    *(p + 12) = height;
    *(base + 12) = (char)height;
    memcpy(base, "Bern", 4);
}

int main(void)
{
    int id = shmget(ftok(".", 2), 1024, IPC_CREAT | 0600);
    char *base = shmat(id, NULL, 0);

    if (base == (void *)-1) {
        perror("sample");
        return 1;
    }
    write_sample(base, 1000);
    shmdt(base);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
