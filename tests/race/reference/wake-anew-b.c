/* See wake-anew-a.c: this one sleeps until a letter is there. It reads the value to sleep on anew, and so sleeps if the
 * letter came in between. */
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
    while (box->letters == 0) {
        syscall(SYS_futex, &box->letters, FUTEX_WAIT, box->letters, NULL, NULL, 0);
    }
    return 0;
}
