/* Mistake: one double came to the front, the other one stayed where it was. */
/* measure.h: what lies in the segment. */
#ifndef MEASURE_H
#define MEASURE_H

#define MEASURES 8 /* the table has room for so many */

struct measure {
    double value;   /* what was measured */
    char kind;      /* 't' temperature, 'w' wind, ... */
    char unit;      /* 'C', 'm', ... */
    int count;      /* of how many readings value is the mean */
    short station;  /* the station's number */
    double error;   /* value is right to so much */
    char place[3];  /* two letters and their NUL */
};

struct table {
    int count; /* so many of the measures are filled */
    _Alignas(64) struct measure measures[MEASURES];
};

#endif
