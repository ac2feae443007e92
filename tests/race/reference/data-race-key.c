/* Both write the same number. The bytes come out right, but C calls it undefined.
 *
 * race: lost by data-race: data-race-key.c data-race-key.c --check 'version == 3' */
#include <stddef.h>
#include <sys/shm.h>

struct header {
    int version;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct header), IPC_CREAT | 0600);
    struct header *header = shmat(id, NULL, 0);
    header->version = 3;
    return 0;
}
