/* What calls return, as the kernel and libc have it: outside of a race the program ends well, too. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILS(call, error) assert((errno = 0, (call)) == -1 && errno == (error))
#define FETCH(operation, operand) __atomic_fetch_##operation(number, operand, __ATOMIC_SEQ_CST)

enum { SIZE = 100, LARGE = 12288, CHILDREN = 7 };

struct page {
    sem_t semaphore;
    pthread_mutex_t mutex;
    unsigned number;
    char text[16];
};

static void segments(key_t key)
{
    struct shmid_ds about;
    int id = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    assert(id >= 0 && shmget(key, SIZE, IPC_CREAT | 0600) == id && shmget(key, SIZE / 2, 0) == id);
    FAILS(shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    FAILS(shmget(key, SIZE + 1, 0), EINVAL);
    assert(shmctl(id, IPC_STAT, &about) == 0 && about.shm_segsz == SIZE);
    assert(shmctl(id, IPC_RMID, NULL) == 0);
    FAILS(shmctl(id, IPC_RMID, NULL), EINVAL);
    FAILS(shmget(key, SIZE, 0), ENOENT);
    int first = shmget(IPC_PRIVATE, SIZE, 0600), second = shmget(IPC_PRIVATE, SIZE, 0600);
    assert(first >= 0 && second >= 0 && first != second);
    int large = shmget(key, LARGE, IPC_CREAT | 0600); /* it begins anew, and reaches into no other */
    memset(shmat(large, NULL, 0), 1, LARGE);
    assert(*(char *)shmat(first, NULL, 0) == 0 && *(char *)shmat(second, NULL, 0) == 0);
    shmctl(large, IPC_RMID, NULL);
    shmctl(first, IPC_RMID, NULL);
    shmctl(second, IPC_RMID, NULL);
}

static void semaphore_set(void)
{
    unsigned short values[] = {1, 2};
    struct sembuf take_two[] = {{0, -1, IPC_NOWAIT}, {0, -1, IPC_NOWAIT}}, zero = {1, 0, IPC_NOWAIT}, third = {2, 1, 0};
    struct sembuf give_and_take[] = {{0, 1, 0}, {0, -2, 0}};
    int set = semget(IPC_PRIVATE, 2, 0600);
    assert(semctl(set, 0, SETALL, values) == 0 && semctl(set, 1, GETVAL) == 2);
    FAILS(semop(set, take_two, 2), EAGAIN);
    assert(semctl(set, 0, GETVAL) == 1); /* both, or none */
    assert(semop(set, give_and_take, 2) == 0 && semctl(set, 0, GETVAL) == 0);
    FAILS(semop(set, &zero, 1), EAGAIN);
    FAILS(semop(set, &third, 1), EFBIG);
    semctl(set, 0, IPC_RMID);
}

static void locks(struct page *page)
{
    int value;
    sem_init(&page->semaphore, 1, 1);
    assert(sem_trywait(&page->semaphore) == 0);
    FAILS(sem_trywait(&page->semaphore), EAGAIN);
    assert(sem_post(&page->semaphore) == 0 && sem_getvalue(&page->semaphore, &value) == 0 && value == 1);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&page->mutex, &shared);
    assert(pthread_mutex_trylock(&page->mutex) == 0 && pthread_mutex_trylock(&page->mutex) == EBUSY);
    assert(pthread_mutex_unlock(&page->mutex) == 0 && pthread_mutex_trylock(&page->mutex) == 0);
    FAILS(syscall(SYS_futex, &page->number, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
    assert(syscall(SYS_futex, &page->number, FUTEX_WAKE, 1, NULL, NULL, 0) == 0);
    unsigned expected = 1;
    assert(!__atomic_compare_exchange_n(&page->number, &expected, 2, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    assert(expected == 0);
}

static void atomics(unsigned *number)
{
    __atomic_store_n(number, 12, __ATOMIC_SEQ_CST);
    assert(FETCH(or, 5) == 12 && FETCH(and, 7) == 13 && FETCH(xor, 6) == 5 && FETCH(sub, 1) == 3);
    assert(FETCH(nand, 3) == 2 && __atomic_exchange_n(number, 9, __ATOMIC_SEQ_CST) == ~2u);
    assert(__sync_val_compare_and_swap(number, 9, 8) == 9 && __sync_val_compare_and_swap(number, 9, 7) == 8);
    assert(FETCH(add, 2) == 8 && __atomic_load_n(number, __ATOMIC_SEQ_CST) == 10);
}

static void texts(char text[16])
{
    memset(text, 'x', 16);
    assert(text[0] == 'x' && text[15] == 'x');
    assert(snprintf(text, 4, "%s", "abcdef") == 6 && memcmp(text, "abc\0xx", 6) == 0);
    strncpy(text, "ab", 5);
    assert(memcmp(text, "ab\0\0\0xx", 7) == 0 && strncmp(text, "abcd", 2) == 0 && strncmp(text, "abcd", 3) != 0);
    strcat(text, "cd");
    assert(strcmp(text, "abcd") == 0 && strlen(text) == 4);
}

static void children(void)
{
    pid_t child[CHILDREN];
    int status = -1;
    for (int i = 0; i < CHILDREN; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            _exit(256); /* its last 8 bits: 0 */
        }
    }
    for (int i = CHILDREN - 1; i >= 0; i--) {
        assert(waitpid(child[i], &status, 0) == child[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    FAILS(wait(NULL), ECHILD);
}

int main(void)
{
    struct timespec before, after;
    char name[32];
    clock_gettime(CLOCK_REALTIME, &before);
    usleep(2000);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    clock_gettime(CLOCK_REALTIME, &after);
    assert((after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec >= 3000000);
    segments(0x51000000 + getpid());
    semaphore_set();
    snprintf(name, sizeof name, "/shmlab-calls-%d", (int)getpid());
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    assert(fd >= 0 && ftruncate(fd, sizeof(struct page)) == 0);
    FAILS(shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    struct page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    int zero = open("/dev/zero", O_RDWR); /* it may have the number that the other one had */
    FAILS(ftruncate(zero, sizeof(struct page)), EINVAL);
    assert(shm_unlink(name) == 0);
    FAILS(shm_open(name, O_RDWR, 0600), ENOENT);
    FAILS(shm_unlink(name), ENOENT);
    locks(page);
    atomics(&page->number);
    texts(page->text);
    children();
    return 0;
}
