#include <stddef.h>

/* As the lesson hands it out. */
struct measure {
    char kind;
    double value;
    char unit;
    int count;
    short station;
    double error;
    char place[3];
};

/* Don't read on before you have guessed. */
struct ordered {
    double value, error;
    int count;
    short station;
    char kind, unit, place[3];
};
