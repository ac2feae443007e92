/* writer: puts measures into a table in a shared memory segment.
 *
 *   writer [PATH [KIND VALUE UNIT COUNT STATION ERROR PLACE]...]
 *   build it: make
 *
 * Each measure is seven arguments; without any, it puts three of its own.
 * Change only put here, and measure.h. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "measure.h"

#define PROJ 4    /* for ftok */
#define SIZE 4096 /* bytes of the segment */
#define ARGS 7    /* of one measure */

/* Puts the values into element i of the table's measures. The table starts at
 * base. */
static void put(char *base, int i, char kind, double value, char unit,
                int count, short station, double error, const char *place)
{
    /* TODO: element 0 starts at offsetof(struct table, measures). Where does
     * element i start? Each value goes to its member there. */
    (void)base, (void)i, (void)kind, (void)value, (void)unit;
    (void)count, (void)station, (void)error, (void)place;
}

/* Puts one measure for every ARGS arguments; returns how many. */
static int put_all(char *base, char **args, int n)
{
    int i;

    for (i = 0; i < n / ARGS && i < MEASURES; i++, args += ARGS)
        put(base, i, args[0][0], atof(args[1]), args[2][0], atoi(args[3]),
            (short)atoi(args[4]), atof(args[5]), args[6]);
    return i;
}

int main(int argc, char **argv)
{
    static char *example[] = {"t", "21.5", "C", "60", "12",  "0.25", "OS",
                              "w", "7.75", "m", "10", "7",   "0.5",  "RO",
                              "t", "-3.5", "C", "60", "300", "0.25", "HE"};
    const char *path = argc > 1 ? argv[1] : ".";
    char **args = argc > 2 ? argv + 2 : example;
    int n = argc > 2 ? argc - 2 : (int)(sizeof example / sizeof example[0]);

    for (int i = 6; i < n; i += ARGS) {
        if (strlen(args[i]) > 2) {
            fprintf(stderr, "writer: the place %s has more than two letters\n",
                    args[i]);
            return 2;
        }
    }
    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, IPC_CREAT | 0600);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        return 1;
    }
    struct table *table = (struct table *)base;
    table->count = put_all(base, args, n);
    printf("A measure has %zu bytes. Look at the segment, then press Enter.\n",
           sizeof(struct measure));
    getchar();

    shmdt(base);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
