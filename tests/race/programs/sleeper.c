/* Sleeps until the flag is set. The wait's value is read anew, so a wake between the two reads is missed. */
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

struct bell {
    atomic_uint flag;
};

int main(void)
{
    int id = shmget(0x1234, sizeof(struct bell), IPC_CREAT | 0600);
    struct bell *bell = shmat(id, NULL, 0);
    while (bell->flag == 0) {
        syscall(SYS_futex, &bell->flag, FUTEX_WAIT, bell->flag, NULL, NULL, 0);
    }
    return 0;
}
