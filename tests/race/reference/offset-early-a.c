/* The offset of a text is made known before the text is there.
 *
 * race: lost by exit-status: offset-early-a.c offset-early-b.c */
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
    page->offset = 20;
    strcpy((char *)page + 20, "news");
    return 0;
}
