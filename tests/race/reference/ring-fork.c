/* A ring of texts, where an attempt to put or take may fail; the parent takes what is there.
 *
 * race: won: ring-fork.c --memory pso */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct ring {
    unsigned char head, tail;
    char text[2][8];
};

static int put(struct ring *ring, const char *text)
{
    unsigned char head = ring->head;
    if ((unsigned char)(head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE)) == 2) {
        return 0;
    }
    strcpy(ring->text[head % 2], text);
    __atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
    return 1;
}

static int take(struct ring *ring, char *text)
{
    unsigned char tail = ring->tail;
    if (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == tail) {
        return 0;
    }
    strcpy(text, ring->text[tail % 2]);
    __atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
    return 1;
}

int main(void)
{
    char text[8];
    struct ring *ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        put(ring, "one");
        put(ring, "two");
        put(ring, "three");
        return 0;
    }
    if (take(ring, text)) {
        assert(strcmp(text, "one") == 0);
    }
    if (take(ring, text)) {
        assert(strcmp(text, "one") == 0 || strcmp(text, "two") == 0);
    }
    wait(NULL);
    return 0;
}
