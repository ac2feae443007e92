/* See offset-early-a.c: this one reads the text. */
#include <stdatomic.h>
#include <string.h>
#include <sys/shm.h>

struct page {
    atomic_uint offset; /* 0: no text */
    char bytes[60];
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct page), IPC_CREAT | 0600);
    struct page *page = shmat(id, NULL, 0);
    unsigned offset = page->offset;
    if (offset != 0 && strcmp((char *)page + offset, "news") != 0) {
        return 1;
    }
    return 0;
}
