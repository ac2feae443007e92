/* board.h: what maker puts into its segment (lessons/06-read-only). */
#ifndef BOARD_H
#define BOARD_H

#include "shm_layout.h"

#define PROJ 6 /* for ftok */

struct board {
    int number;
    char text[28];
};

SHM_LAYOUT(struct board);

#endif
