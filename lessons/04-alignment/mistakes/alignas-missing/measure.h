/* Mistake: nothing moves measures to a cache line of its own. */
/* measure.h: what lies in the segment. */
#ifndef MEASURE_H
#define MEASURE_H

#define MEASURES 8 /* the table has room for so many */

struct measure {
    double value;   /* what was measured */
    double error;   /* value is right to so much */
    int count;      /* of how many readings value is the mean */
    short station;  /* the station's number */
    char kind;      /* 't' temperature, 'w' wind, ... */
    char unit;      /* 'C', 'm', ... */
    char place[3];  /* two letters and their NUL */
};

struct table {
    int count; /* so many of the measures are filled */
    struct measure measures[MEASURES];
};

#endif
