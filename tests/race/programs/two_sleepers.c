/* Two children sleep; the parent wakes one after the other. Who went to sleep first is woken first: is that child FIRST? */
#include <assert.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUTEX(word, operation, value) syscall(SYS_futex, word, operation, value, NULL, NULL, 0)

struct bed {
    unsigned number, woken;
};

int main(void)
{
    struct bed *bed = mmap(NULL, sizeof *bed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned child = 1; child <= 2; child++) {
        if (fork() == 0) {
            if (FUTEX(&bed->number, FUTEX_WAIT, 0) == 0) {
                __atomic_store_n(&bed->woken, child, __ATOMIC_SEQ_CST);
            }
            _exit(0);
        }
    }
    __atomic_store_n(&bed->number, 1, __ATOMIC_SEQ_CST); /* nobody goes to sleep any more */
    long one = FUTEX(&bed->number, FUTEX_WAKE, 1);
    unsigned first = __atomic_load_n(&bed->woken, __ATOMIC_SEQ_CST);
    long other = FUTEX(&bed->number, FUTEX_WAKE, 1);
    assert(one == 0 || other == 0 || first != FIRST);
    return 0;
}
