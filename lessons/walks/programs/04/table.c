/* table: puts two readings into a segment. For the walk of lesson 04, which builds it with several orders of members.
 *
 *   table [old]      old: the segment holds old bytes first
 *   build it: gcc -g -DREADING='"sorted.h"' -o sorted table.c */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "shm_layout.h"
#include READING

#ifndef COUNTER_ALIGNMENT
#define COUNTER_ALIGNMENT _Alignof(int)
#endif

struct table {
    struct reading readings[2];
    _Alignas(COUNTER_ALIGNMENT) int changes;
};

SHM_LAYOUT(struct table);

static void put(struct reading *r, char kind, double value, char unit, int count)
{
    r->kind = kind;
    r->value = value;
    r->unit = unit;
    r->count = count;
}

int main(int argc, char **argv)
{
    int id = shmget(ftok(".", 4), 1024, IPC_CREAT | 0600);
    struct table *table = shmat(id, NULL, 0);

    if (table == (void *)-1) {
        perror(argv[0]);
        return 1;
    }
    if (argc > 1) {
        memset(table, 'Z', 1024);
    }
    put(&table->readings[0], 't', 21.5, 'C', 60);
    put(&table->readings[1], 'w', 7.75, 'm', 10);
    table->changes = 2;
    printf("A reading has %zu bytes. Enter ends.\n", sizeof(struct reading));
    getchar();
    shmdt(table);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
