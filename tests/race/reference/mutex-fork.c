/* Each adds under a mutex that is shared between processes.
 *
 * race: won: mutex-fork.c */
#include <assert.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct account {
    pthread_mutex_t mutex;
    int balance;
};

static void pay_in(struct account *account, int amount)
{
    pthread_mutex_lock(&account->mutex);
    account->balance += amount;
    pthread_mutex_unlock(&account->mutex);
}

int main(void)
{
    struct account *account = mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&account->mutex, &shared);
    if (fork() == 0) {
        pay_in(account, 5);
        return 0;
    }
    pay_in(account, 50);
    wait(NULL);
    assert(account->balance == 55);
    return 0;
}
