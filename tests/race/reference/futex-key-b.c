/* See futex-key-a.c: this one sleeps only if the value is still the one that it has looked at. */
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
    unsigned rings;
    while ((rings = atomic_load_explicit(&bell->rings, memory_order_acquire)) == 0) {
        syscall(SYS_futex, &bell->rings, FUTEX_WAIT, rings, NULL, NULL, 0);
    }
    return bell->why == 9 ? 0 : 1;
}
