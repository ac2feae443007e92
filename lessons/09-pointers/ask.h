#include <stddef.h>
#include <stdint.h>

struct node {
    uint64_t next;
    char word[8];
};

struct list {
    uint64_t first;
    char unused[8];
    struct node nodes[255];
};
