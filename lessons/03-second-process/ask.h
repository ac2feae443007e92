#include <limits.h>
#include <stddef.h>

struct message {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq1, eq2;
    double ratio;
    char farewell[8];
};
