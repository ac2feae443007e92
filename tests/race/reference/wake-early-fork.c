/* The child is woken before the flag is set: it looks, sleeps again, and nobody wakes it.
 *
 * race: lost by lost-wakeup: wake-early-fork.c */
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUTEX(word, operation, value) syscall(SYS_futex, word, operation, value, NULL, NULL, 0)

int main(void)
{
    unsigned *flag = mmap(NULL, sizeof *flag, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) == 0) {
            FUTEX(flag, FUTEX_WAIT, 0);
        }
        return 0;
    }
    FUTEX(flag, FUTEX_WAKE, 1);
    __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
    wait(NULL);
    return 0;
}
