/* Parent and child add to one counter through a function; the parent's exit status tells whether both counted.
 *
 * race: lost by exit-status: counter-fork.c */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void add(long *counter, long amount)
{
    *counter = *counter + amount;
}

int main(void)
{
    int fd = shm_open("/shmlab-reference", O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(long)) < 0) {
        return 2;
    }
    long *counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fork() == 0) {
        add(counter, 10);
        return 0;
    }
    add(counter, 1);
    wait(NULL);
    shm_unlink("/shmlab-reference");
    return *counter == 11 ? 0 : 1;
}
