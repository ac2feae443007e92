/* Leaves many segments behind, attached by no process. */
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    for (int i = 0; i < 300; i++)
        shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    return 0;
}
