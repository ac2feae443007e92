/* quiz.h: what lies in the segment of quiz and game. */
#ifndef QUIZ_H
#define QUIZ_H

#include "shm_layout.h"

#define PROJ 22 /* for ftok */
#define TEAMS 4

struct quiz {
    char title[20];
    int points[TEAMS];
    int num; /* how many questions have been asked */
    char winner[8];
};

SHM_LAYOUT(struct quiz);

#endif
