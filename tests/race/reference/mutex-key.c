/* Three processes write a whole struct and one of them reads it, all under a mutex.
 *
 * race: won: mutex-key.c --memory weak --check 'x == y && writes == 2' */
#include <pthread.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

struct point {
    pthread_mutex_t mutex;
    int x, y, writes;
};

#define WITH(mutex, statement)       \
    do {                             \
        pthread_mutex_lock(mutex);   \
        statement;                   \
        pthread_mutex_unlock(mutex); \
    } while (0)

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct point), IPC_CREAT | 0600);
    struct point *point = shmat(id, NULL, 0);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&point->mutex, &shared);
    int x, y;
    for (int child = 1; child <= 2; child++) {
        if (fork() == 0) {
            WITH(&point->mutex, (point->x = point->y = child, point->writes++));
            return 0;
        }
    }
    WITH(&point->mutex, (x = point->x, y = point->y));
    wait(NULL);
    wait(NULL);
    return x == y ? 0 : 1;
}
