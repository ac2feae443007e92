/* The types of the ELF files that the DWARF fuzzer starts from: small, but one of each kind. */
#include "shm_layout.h"

typedef struct point {
    int x, y;
} point;
enum color { RED, GREEN = 200, BLUE = -1 };
struct hidden;
struct all {
    char text[8];
    point p[2][2];
    unsigned a : 3, b : 7;
    enum color color;
    union any {
        double d;
        char raw[9];
    } u;
    struct {
        short s;
    };
    int (*call)(struct all *, const char *, ...);
    struct hidden *h;
    const volatile int *cv;
    _Atomic int turn;
    struct all *next;
    int grid[2][3];
    char names[2][4];
    long double ld;
    char end[];
};
typedef struct all message[3];
SHM_LAYOUT(struct all);
SHM_LAYOUT_WHEN(message, "packed --every");
union any one;
message *m;
