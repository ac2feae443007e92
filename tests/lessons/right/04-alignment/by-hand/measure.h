#ifndef MEASURE_H
#define MEASURE_H
#include <stdint.h>

#define MEASURES 8

/* Types of the same kind and size under other names; the room before the array made by hand. */
typedef struct measure {
    double error;
    double value;
    char place[3];
    char unit;
    int32_t count;
    int16_t station;
    char kind;
} measure;

struct table {
    int count;
    char room[60];
    measure measures[MEASURES];
};

#endif
