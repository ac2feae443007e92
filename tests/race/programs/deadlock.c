/* Parent and child take two semaphores, in opposite orders. */
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
    sem_t left, right;
};

int main(void)
{
    struct pair *pair = mmap(NULL, sizeof *pair, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(&pair->left, 1, 1);
    sem_init(&pair->right, 1, 1);
    if (fork() == 0) {
        sem_wait(&pair->left);
        sem_wait(&pair->right);
        sem_post(&pair->right);
        sem_post(&pair->left);
        return 0;
    }
    sem_wait(&pair->right);
    sem_wait(&pair->left);
    sem_post(&pair->left);
    sem_post(&pair->right);
    wait(NULL);
    return 0;
}
