/* A worker that is told to stop leaves at once. Who waits for it to say "ready" waits for ever.
 *
 * race: lost by waits-for-ever: nobody-sets-fork.c */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct orders {
    char stop, ready;
};

#define IS_SET(flag) __atomic_load_n(&(flag), __ATOMIC_SEQ_CST)
#define SET(flag) __atomic_store_n(&(flag), 1, __ATOMIC_SEQ_CST)

int main(void)
{
    struct orders *orders = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        if (!IS_SET(orders->stop)) {
            SET(orders->ready);
        }
        return 0;
    }
    SET(orders->stop);
    while (!IS_SET(orders->ready)) {
    }
    wait(NULL);
    return 0;
}
