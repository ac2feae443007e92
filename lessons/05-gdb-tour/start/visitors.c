/* visitors.c: who comes to the board, and what they do there. */
#include "visitors.h"

void work(struct board *b, int seed)
{
    b->total = 0;
    for (day = 1; day <= DAYS; day++) {
        keeper(b);
        guest(b, seed + day);
    }
}

void keeper(struct board *b)
{
    b->total += b->readings[day - 1];
}

void guest(struct board *b, int mood)
{
    if (mood % DAYS == 0)
        b->limit = b->total / 2;
}

void report(struct board *b)
{
    b->alarm = b->total > b->limit;
}
