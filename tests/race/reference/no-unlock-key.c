/* A mutex that one branch doesn't unlock: the one for a number that is there already.
 *
 * race: lost by deadlock: no-unlock-key.c */
#include <pthread.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

struct set {
    pthread_mutex_t mutex;
    int has[2];
};

static void insert(struct set *set, int number)
{
    pthread_mutex_lock(&set->mutex);
    if (set->has[number]) {
        return;
    }
    set->has[number] = 1;
    pthread_mutex_unlock(&set->mutex);
}

static void delete (struct set *set, int number)
{
    pthread_mutex_lock(&set->mutex);
    set->has[number] = 0;
    pthread_mutex_unlock(&set->mutex);
}

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct set), IPC_CREAT | 0600);
    struct set *set = shmat(id, NULL, 0);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&set->mutex, &shared);
    set->has[1] = 1;
    pid_t child = fork();
    if (child == 0) {
        insert(set, 1);
    } else {
        delete (set, 1);
        wait(NULL);
    }
    return 0;
}
