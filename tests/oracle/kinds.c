/* kinds: one program with every kind of member that C has. It prints each type's size and alignment and each field's
 * offset, from its compiler, in the form of layout_dump -l; the tests compare. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "shm_layout.h"

#ifdef __clang__
#define FLAG_MEMBER "_Value" /* the compiler's own <stdatomic.h> */
#else
#define FLAG_MEMBER "__val"
#endif

#define ALIGNED(n) __attribute__((aligned(n)))
#define PACKED __attribute__((packed))

enum color { RED, GREEN = 200, BLUE = -1 };
enum wide { WIDE = 0x100000000 };
typedef struct point {
    int x, y;
} point_t;
typedef point_t path_t[3];
typedef int four_t __attribute__((vector_size(16)));
typedef int loose_t ALIGNED(1);
typedef struct {
    short a;
    double b;
} nameless_t;

struct all {
    char c;
    signed char sc;
    unsigned char uc;
    short s;
    unsigned short us;
    int i;
    unsigned u;
    long l;
    unsigned long ul;
    long long ll;
    unsigned long long ull;
    float f;
    double d;
    long double ld;
    bool b;
    __int128 big;
    _Complex float cf;
    _Complex double cd;
    char text[19];
    wchar_t wide[3];
    unsigned char raw[7];
    int grid[3][4];
    char names[2][5];
    struct point p;
    point_t points[2][2];
    path_t path;
    union {
        int ui;
        double ud;
        struct point up;
    } un;
    struct {
        int anon_a;
        union {
            char anon_b;
            long anon_c;
        };
    };
    enum color color;
    enum wide wide_enum;
    void *v;
    int (*call)(int, const char *);
    struct all *next;
    const char *const words[2];
    volatile int vi;
    _Atomic int at;
    atomic_llong atl;
    int *_Atomic atp;
    uint8_t u8;
    int64_t i64;
    size_t size;
    nameless_t nameless;
    four_t four;
    char end;
};

struct over {
    char c;
    ALIGNED(64) char apart;
    struct {
        char d;
        ALIGNED(32) int e;
    } inner;
    char last;
};
struct outer {
    char c;
    struct over o;
    char z;
} ALIGNED(128);

struct message_packed {
    char intro[19];
    int num;
    char slash;
    double ratio;
} PACKED;
struct half_packed {
    char c;
    int i PACKED;
    short s;
    loose_t loose;
    struct message_packed m;
    double d;
};
struct packed_aligned {
    char c;
    int i;
    char rest[3];
} __attribute__((packed, aligned(4)));

struct bits {
    unsigned a : 3;
    int b : 7;
    bool flag : 1;
    enum color color : 9;
    unsigned char uc : 5;
    unsigned : 0;
    unsigned z : 1;
    unsigned long long wide : 40;
    char c;
    unsigned : 4;
    unsigned d : 2;
    unsigned short s : 9;
    int plain;
    long long huge : 63;
};
struct bits_packed {
    unsigned a : 3;
    unsigned b : 30;
    unsigned long long c : 61;
    char d;
} PACKED;

struct sync {
    pthread_mutex_t *lock;
    sem_t *ready;
    pthread_cond_t *cond;
    pthread_spinlock_t spin;
    atomic_flag flag;
    atomic_int turn;
};

struct flexible {
    int count;
    struct point items[];
};
struct text_end {
    short length;
    char text[];
};
struct old_end {
    int count;
    int items[0];
};
union any {
    char c;
    int i[5];
    struct bits bits;
    nameless_t n;
};
struct empty_inside {
    int a;
    struct {
    } nothing;
    int b;
};

/* clang describes only what is used */
SHM_LAYOUT(struct all);
SHM_LAYOUT(struct over);
SHM_LAYOUT(struct outer);
SHM_LAYOUT(struct message_packed);
SHM_LAYOUT(struct half_packed);
SHM_LAYOUT(struct packed_aligned);
SHM_LAYOUT(struct bits);
SHM_LAYOUT(struct bits_packed);
SHM_LAYOUT(struct sync);
SHM_LAYOUT(struct flexible);
SHM_LAYOUT(struct text_end);
SHM_LAYOUT(struct old_end);
SHM_LAYOUT(nameless_t);
SHM_LAYOUT(struct empty_inside);
SHM_LAYOUT(union any);

static void header(const char *type, size_t size, size_t align)
{
    printf("= %s %zu %zu\n", type, size, align);
}

static void bit_line(const char *path, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    size_t first = SIZE_MAX, count = 0;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        if (p[bit / 8] >> bit % 8 & 1) {
            first = first == SIZE_MAX ? bit : first;
            count++;
        }
    }
    printf("%s bit %zu %zu\n", path, first, count);
}

#define HEAD(type) header(#type, sizeof(type), _Alignof(type))
#define LEAF(type, path) printf("%s %zu %zu\n", #path, offsetof(type, path), sizeof(((type *)0)->path))
#define END(type, path) printf("%s %zu 0\n", #path, offsetof(type, path))
#define BITS(type, path)                                  \
    do {                                                  \
        type set;                                         \
        memset(&set, 0, sizeof set);                      \
        set.path = (__typeof__(((type *)0)->path + 0))-1; \
        bit_line(#path, &set, sizeof set);                \
    } while (0)

#define POINT(type, path) \
    LEAF(type, path.x);   \
    LEAF(type, path.y)

static void print_all(void)
{
    HEAD(struct all);
    LEAF(struct all, c);
    LEAF(struct all, sc);
    LEAF(struct all, uc);
    LEAF(struct all, s);
    LEAF(struct all, us);
    LEAF(struct all, i);
    LEAF(struct all, u);
    LEAF(struct all, l);
    LEAF(struct all, ul);
    LEAF(struct all, ll);
    LEAF(struct all, ull);
    LEAF(struct all, f);
    LEAF(struct all, d);
    LEAF(struct all, ld);
    LEAF(struct all, b);
    LEAF(struct all, big);
    LEAF(struct all, cf);
    LEAF(struct all, cd);
    LEAF(struct all, text);
    LEAF(struct all, wide);
    LEAF(struct all, raw);
    LEAF(struct all, grid);
    LEAF(struct all, names[0]);
    LEAF(struct all, names[1]);
    POINT(struct all, p);
    POINT(struct all, points[0][0]);
    POINT(struct all, points[0][1]);
    POINT(struct all, points[1][0]);
    POINT(struct all, points[1][1]);
    POINT(struct all, path[0]);
    POINT(struct all, path[1]);
    POINT(struct all, path[2]);
    LEAF(struct all, un.ui);
    LEAF(struct all, un.ud);
    POINT(struct all, un.up);
    LEAF(struct all, anon_a);
    LEAF(struct all, anon_b);
    LEAF(struct all, anon_c);
    LEAF(struct all, color);
    LEAF(struct all, wide_enum);
    LEAF(struct all, v);
    LEAF(struct all, call);
    LEAF(struct all, next);
    LEAF(struct all, words);
    LEAF(struct all, vi);
    LEAF(struct all, at);
    LEAF(struct all, atl);
    LEAF(struct all, atp);
    LEAF(struct all, u8);
    LEAF(struct all, i64);
    LEAF(struct all, size);
    LEAF(struct all, nameless.a);
    LEAF(struct all, nameless.b);
    LEAF(struct all, four);
    LEAF(struct all, end);
}

static void print_aligned(void)
{
    HEAD(struct over);
    LEAF(struct over, c);
    LEAF(struct over, apart);
    LEAF(struct over, inner.d);
    LEAF(struct over, inner.e);
    LEAF(struct over, last);
    HEAD(struct outer);
    LEAF(struct outer, c);
    LEAF(struct outer, o.c);
    LEAF(struct outer, o.apart);
    LEAF(struct outer, o.inner.d);
    LEAF(struct outer, o.inner.e);
    LEAF(struct outer, o.last);
    LEAF(struct outer, z);
}

#define MESSAGE(type, path) \
    LEAF(type, path intro); \
    LEAF(type, path num);   \
    LEAF(type, path slash); \
    LEAF(type, path ratio)

static void print_packed(void)
{
    HEAD(struct message_packed);
    LEAF(struct message_packed, intro);
    LEAF(struct message_packed, num);
    LEAF(struct message_packed, slash);
    LEAF(struct message_packed, ratio);
    HEAD(struct half_packed);
    LEAF(struct half_packed, c);
    LEAF(struct half_packed, i);
    LEAF(struct half_packed, s);
    LEAF(struct half_packed, loose);
    LEAF(struct half_packed, m.intro);
    LEAF(struct half_packed, m.num);
    LEAF(struct half_packed, m.slash);
    LEAF(struct half_packed, m.ratio);
    LEAF(struct half_packed, d);
    HEAD(struct packed_aligned);
    LEAF(struct packed_aligned, c);
    LEAF(struct packed_aligned, i);
    LEAF(struct packed_aligned, rest);
}

static void print_bits(void)
{
    HEAD(struct bits);
    BITS(struct bits, a);
    BITS(struct bits, b);
    BITS(struct bits, flag);
    BITS(struct bits, color);
    BITS(struct bits, uc);
    BITS(struct bits, z);
    BITS(struct bits, wide);
    LEAF(struct bits, c);
    BITS(struct bits, d);
    BITS(struct bits, s);
    LEAF(struct bits, plain);
    BITS(struct bits, huge);
    HEAD(struct bits_packed);
    BITS(struct bits_packed, a);
    BITS(struct bits_packed, b);
    BITS(struct bits_packed, c);
    LEAF(struct bits_packed, d);
}

static void print_others(void)
{
    HEAD(struct sync);
    LEAF(struct sync, lock);
    LEAF(struct sync, ready);
    LEAF(struct sync, cond);
    LEAF(struct sync, spin);
    printf("flag.%s %zu %zu\n", FLAG_MEMBER, offsetof(struct sync, flag), sizeof(atomic_flag));
    LEAF(struct sync, turn);
    HEAD(struct flexible);
    LEAF(struct flexible, count);
    HEAD(struct text_end);
    LEAF(struct text_end, length);
    END(struct text_end, text);
    HEAD(struct old_end);
    LEAF(struct old_end, count);
    END(struct old_end, items);
    HEAD(nameless_t);
    LEAF(nameless_t, a);
    LEAF(nameless_t, b);
    HEAD(struct empty_inside);
    LEAF(struct empty_inside, a);
    LEAF(struct empty_inside, b);
    HEAD(union any);
    LEAF(union any, c);
    LEAF(union any, i);
    BITS(union any, bits.a);
    BITS(union any, bits.b);
    BITS(union any, bits.flag);
    BITS(union any, bits.color);
    BITS(union any, bits.uc);
    BITS(union any, bits.z);
    BITS(union any, bits.wide);
    LEAF(union any, bits.c);
    BITS(union any, bits.d);
    BITS(union any, bits.s);
    LEAF(union any, bits.plain);
    BITS(union any, bits.huge);
    LEAF(union any, n.a);
    LEAF(union any, n.b);
}

int main(void)
{
    print_all();
    print_aligned();
    print_packed();
    print_bits();
    print_others();
    return 0;
}
