/* See whole-struct-a.c: this one changes the other field. */
#include <string.h>
#include <sys/shm.h>

struct pair {
    int left, right;
};

int main(void)
{
    struct pair copy;
    int id = shmget(0x5e1f01, sizeof(struct pair), IPC_CREAT | 0600);
    void *shared = shmat(id, NULL, 0);
    memcpy(&copy, shared, sizeof copy);
    copy.right = 2;
    memcpy(shared, &copy, sizeof copy);
    return 0;
}
