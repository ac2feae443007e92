/* weather: makes a segment with a sample in it, for visitor.c. For the walk of lesson 03.
 *
 *   weather      build it: gcc -g -o weather weather.c */
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

int main(void)
{
    int id = shmget(ftok(".", 3), 1024, IPC_CREAT | 0600);
    struct sample *sample = shmat(id, NULL, 0);

    if (sample == (void *)-1) {
        perror("weather");
        return 1;
    }
    strcpy(sample->place, "Cape Town.");
    sample->height = 1000;
    sample->unit = 'm';
    sample->mean = 3.5;
    printf("Written. Enter: a longer text.\n");
    getchar();
    memcpy(sample, "Johannesburg", 12); /* without its NUL, and one byte too long */
    printf("Written. Enter: the end.\n");
    getchar();
    shmdt(sample);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
