/* poke: writes 8 bytes into builder's segment, as a program with a mistake might.
 *
 *   poke OFFSET VALUE */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 9 /* for ftok */

int main(int argc, char **argv)
{
    int id = shmget(ftok(".", PROJ), 0, 0600);
    char *base = id == -1 ? (void *)-1 : shmat(id, NULL, 0);

    if (argc != 3 || base == (void *)-1) {
        fprintf(stderr, "usage: poke OFFSET VALUE, while builder runs\n");
        return 1;
    }
    uint64_t value = strtoull(argv[2], NULL, 0);
    memcpy(base + strtoul(argv[1], NULL, 0), &value, sizeof value);
    shmdt(base);
    return 0;
}
