/* measure.h: what is in the segment. */
#ifndef MEASURE_H
#define MEASURE_H

#define MEASURES 8 /* the table has room for this many */

/* TODO: put these members into an order in which the struct is as small as
 * possible. Keep the names and types. */
struct measure {
    char kind;      /* 't' temperature, 'w' wind, ... */
    double value;   /* what was measured */
    char unit;      /* 'C', 'm', ... */
    int count;      /* value is the mean of so many readings */
    short station;  /* the station's number */
    double error;   /* value may be wrong by this much */
    char place[3];  /* two letters and their NUL */
};

struct table {
    int count; /* how many of the measures are filled */
    /* TODO: measures must start on its own cache line: at offset 64. */
    struct measure measures[MEASURES];
};

#endif
