/* A named semaphore of 1 around the counter.
 *
 * race: won: semaphore-posix.c semaphore-posix.c --check 'counter == 4' */
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

struct board {
    int counter;
};

int main(void)
{
    sem_t *lock = sem_open("/shmlab-reference", O_CREAT, 0600, 1);
    int fd = shm_open("/shmlab-reference", O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct board)) < 0) {
        return 2;
    }
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < 2; i++) {
        sem_wait(lock);
        board->counter++;
        sem_post(lock);
    }
    return 0;
}
