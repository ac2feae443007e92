/* Two semaphores, which parent and child take in opposite orders: each may have one and wait for the other.
 *
 * race: lost by deadlock: order-fork.c */
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct table {
    sem_t fork, knife;
};

static void eat(sem_t *first, sem_t *second)
{
    sem_wait(first);
    sem_wait(second);
    sem_post(second);
    sem_post(first);
}

int main(void)
{
    struct table *table = mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(&table->fork, 1, 1);
    sem_init(&table->knife, 1, 1);
    if (fork() == 0) {
        eat(&table->fork, &table->knife);
        return 0;
    }
    eat(&table->knife, &table->fork);
    wait(NULL);
    return 0;
}
