/* When there is nothing to take, the function returns without the post.
 *
 * race: lost by deadlock: no-post-fork.c */
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shop {
    sem_t lock;
    int stock;
};

static int take(struct shop *shop)
{
    sem_wait(&shop->lock);
    if (shop->stock == 0) {
        return -1;
    }
    shop->stock--;
    sem_post(&shop->lock);
    return 0;
}

int main(void)
{
    struct shop *shop = mmap(NULL, sizeof *shop, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(&shop->lock, 1, 1);
    if (fork() == 0) {
        take(shop);
        return 0;
    }
    sem_wait(&shop->lock);
    shop->stock++;
    sem_post(&shop->lock);
    wait(NULL);
    return 0;
}
