/* Sets the flag and wakes who sleeps on it. */
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
    bell->flag = 1;
    syscall(SYS_futex, &bell->flag, FUTEX_WAKE, 1, NULL, NULL, 0);
    return 0;
}
