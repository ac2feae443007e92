/* board.h: what is in the segment. */
#ifndef BOARD_H
#define BOARD_H

enum { DAYS = 8 };

struct board {
    char name[16];            /* what is measured */
    int open;                 /* 1: a station has it attached; 2: closed */
    unsigned char sealed[12]; /* the board's maker knows what is in here */
    int limit;                /* more rain than this raises the alarm */
    int readings[DAYS];       /* of each day */
    int total;                /* their sum */
    int alarm;                /* 1: total is above limit */
};

#endif
