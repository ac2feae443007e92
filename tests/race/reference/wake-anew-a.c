/* A mailbox: the count of letters goes up, and who sleeps on it is woken.
 *
 * race: lost by lost-wakeup: wake-anew-a.c wake-anew-b.c */
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

struct box {
    atomic_uint letters;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    box->letters++;
    syscall(SYS_futex, &box->letters, FUTEX_WAKE, 1, NULL, NULL, 0);
    return 0;
}
