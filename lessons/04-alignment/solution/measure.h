/* measure.h: what is in the segment. */
#ifndef MEASURE_H
#define MEASURE_H

#define MEASURES 8 /* the table has room for this many */

/* The strictest alignment first: then each member ends where the next one may start. 32 bytes, 5 of them at the end
 * only: the next element's value needs a multiple of 8. */
struct measure {
    double value;   /* what was measured */
    double error;   /* value may be wrong by this much */
    int count;      /* value is the mean of so many readings */
    short station;  /* the station's number */
    char kind;      /* 't' temperature, 'w' wind, ... */
    char unit;      /* 'C', 'm', ... */
    char place[3];  /* two letters and their NUL */
};

struct table {
    int count; /* how many of the measures are filled */
    _Alignas(64) struct measure measures[MEASURES];
};

#endif
