/* The same with relaxed accesses and fences. A third process passes the message on.
 *
 * race: won: message-fork.c --memory weak */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct box {
    int data, first, second;
};

static void tell(int *flag)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
    __atomic_store_n(flag, 1, __ATOMIC_RELAXED);
}

static void await(int *flag)
{
    while (!__atomic_load_n(flag, __ATOMIC_RELAXED)) {
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

int main(void)
{
    struct box *box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        box->data = 42;
        tell(&box->first);
        return 0;
    }
    if (fork() == 0) {
        await(&box->first);
        tell(&box->second);
        return 0;
    }
    await(&box->second);
    assert(box->data == 42);
    wait(NULL);
    wait(NULL);
    return 0;
}
