/* order: a struct that gcc stores big-endian, and one inside it in the machine's order. Writes its bytes to the file
 * that is named, and its values, as the compiler reads them, to standard output: "NAME VALUE". */
#include <stdio.h>
#include <string.h>

#define BIG __attribute__((scalar_storage_order("big-endian")))

enum color { RED, GREEN = 200, BLUE = -1 };
struct inner {
    short a;
    int b;
    enum color c;
};
struct BIG net {
    unsigned char byte;
    unsigned short port;
    unsigned addr;
    long long wide;
    float load;
    double ratio;
    _Bool up;
    char text[4];
    short list[3];
    enum color color;
    void *at;
    unsigned ver : 4;
    unsigned len : 12;
    int minus : 9;
    enum color tint : 9;
    unsigned char low : 5;
    unsigned long long far : 40;
    struct inner in;
};

int main(int argc, char **argv)
{
    struct net n;
    memset(&n, 0, sizeof n);
    n.byte = 200, n.port = 264, n.addr = 0x1d242b32, n.wide = -2, n.load = 1.5F, n.ratio = 22 / 7.0, n.up = 1;
    memcpy(n.text, "abc", 4);
    n.list[0] = 1, n.list[1] = -2, n.list[2] = 300;
    n.color = GREEN, n.at = (void *)0x1234, n.ver = 7, n.len = 376, n.minus = -3, n.tint = GREEN, n.low = 21;
    n.far = 0x123456789a, n.in.a = 5, n.in.b = -6, n.in.c = GREEN;
    FILE *out = argc > 1 ? fopen(argv[1], "wb") : NULL;
    if (out == NULL || fwrite(&n, sizeof n, 1, out) != 1 || fclose(out) != 0) {
        return 1;
    }
    printf("byte %d\nport %d\naddr %u\nwide %lld\n", n.byte, n.port, n.addr, n.wide);
    printf("load %.9g\nratio %.16g\nup %s\ntext \"%s\"\n", (double)n.load, n.ratio, n.up ? "true" : "false", n.text);
    printf("list {%d, %d, %d}\ncolor GREEN (%d)\nat %p\n", n.list[0], n.list[1], n.list[2], n.color, n.at);
    printf("ver %d\nlen %d\nminus %d\ntint GREEN (%d)\n", n.ver, n.len, n.minus, n.tint);
    printf("low %d\nfar %llu\n", n.low, (unsigned long long)n.far);
    printf("in.a %d\nin.b %d\nin.c GREEN (%d)\n", n.in.a, n.in.b, n.in.c);
    return 0;
}
