/* measure.h: what lies in the segment. */
#ifndef MEASURE_H
#define MEASURE_H

#define MEASURES 8 /* the table has room for so many */

/* TODO: put these members into an order in which the struct is as small as it
 * can be. Names and types stay. */
struct measure {
    char kind;      /* 't' temperature, 'w' wind, ... */
    double value;   /* what was measured */
    char unit;      /* 'C', 'm', ... */
    int count;      /* of how many readings value is the mean */
    short station;  /* the station's number */
    double error;   /* value is right to so much */
    char place[3];  /* two letters and their NUL */
};

struct table {
    int count; /* so many of the measures are filled */
    /* TODO: measures is to start on a cache line of its own: at offset 64. */
    struct measure measures[MEASURES];
};

#endif
