#pragma once
#include <stdalign.h>

enum { MEASURES = 8 };

/* From the smallest to the largest: no hole either, as these sizes fit. */
struct measure {
    char kind, unit;
    short station;
    int count;
    double value, error;
    char place[3];
};

struct table {
    int count;
    alignas(64) struct measure measures[MEASURES];
};
