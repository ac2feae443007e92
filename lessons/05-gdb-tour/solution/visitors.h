/* visitors.h: who comes to the board. */
#ifndef VISITORS_H
#define VISITORS_H

#include "board.h"

extern volatile int day;

/* All the days: each day the keeper comes, and the guest. */
void work(struct board *b, int seed);

/* The keeper adds the day's reading to the total. */
void keeper(struct board *b);

/* The guest says that it only looks. */
void guest(struct board *b, int mood);

/* Sets the alarm, from total and limit. */
void report(struct board *b);

#endif
