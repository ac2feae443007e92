/* Each changes a field of its own, but copies the whole struct out and back.
 *
 * race: lost by check: whole-struct-a.c whole-struct-b.c --check 'left == 1 && right == 2' */
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
    copy.left = 1;
    memcpy(shared, &copy, sizeof copy);
    return 0;
}
