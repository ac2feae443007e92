/* A spinlock with __atomic_test_and_set, which looks first and yields while it waits.
 *
 * race: won: spinlock-fork.c --memory pso */
#include <assert.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct sign {
    char locked;
    char text[16];
};

static void lock(struct sign *sign)
{
    while (__atomic_test_and_set(&sign->locked, __ATOMIC_ACQUIRE)) {
        while (__atomic_load_n(&sign->locked, __ATOMIC_RELAXED)) {
            sched_yield();
        }
    }
}

static void unlock(struct sign *sign)
{
    __atomic_clear(&sign->locked, __ATOMIC_RELEASE);
}

int main(void)
{
    struct sign *sign = mmap(NULL, sizeof *sign, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    strcpy(sign->text, "we are open");
    if (fork() == 0) {
        lock(sign);
        strcpy(sign->text, "we are shut");
        unlock(sign);
        return 0;
    }
    lock(sign);
    assert(strcmp(sign->text, "we are open") == 0 || strcmp(sign->text, "we are shut") == 0);
    unlock(sign);
    wait(NULL);
    return 0;
}
