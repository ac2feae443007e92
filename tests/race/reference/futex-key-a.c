/* A flag is set, then who sleeps on it is woken.
 *
 * race: won: futex-key-a.c futex-key-b.c --memory weak */
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

struct bell {
    atomic_uint rings;
    int why;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct bell), IPC_CREAT | 0600);
    struct bell *bell = shmat(id, NULL, 0);
    bell->why = 9;
    atomic_fetch_add_explicit(&bell->rings, 1, memory_order_release);
    syscall(SYS_futex, &bell->rings, FUTEX_WAKE, 1, NULL, NULL, 0);
    return 0;
}
