/* For the questions in lesson.conf. */
#include <stddef.h>

struct counter {
    char name[8];
    int count;
};
