/* A pair of 16-bit numbers is changed as one word of 32 bits, so both or none.
 *
 * race: won: cas-key.c cas-key.c --check 'word == 0x00020006' */
#include <stddef.h>
#include <stdint.h>
#include <sys/shm.h>

struct board {
    uint32_t word; /* the number of payments, and their sum */
};

#define PAY(word, amount)                                    \
    do {                                                     \
        before = __atomic_load_n(&(word), __ATOMIC_RELAXED); \
    } while (!__sync_bool_compare_and_swap(&(word), before, before + 0x10000u + (amount)))

int main(void)
{
    uint32_t before;
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    PAY(board->word, 3);
    return 0;
}
