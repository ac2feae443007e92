/* reader: reads the message that writer has put into a segment, and prints it.
 *
 * A struct over the bytes, with strnlen and fwrite for the texts; it prints more than it must. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 3

struct message {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq[2];
    double ratio;
    char farewell[8];
};

static int find(const char *path)
{
    key_t key = ftok(path, PROJ);

    if (key == -1)
        return -1;
    return shmget(key, sizeof(struct message), 0);
}

int main(int argc, char **argv)
{
    const struct message *m;
    int id = find(argc > 1 ? argv[1] : ".");

    if (id == -1 || (m = shmat(id, NULL, SHM_RDONLY)) == (void *)-1) {
        fprintf(stderr, "reader: %s\n", errno == ENOENT ? "There is no segment. Start writer first." : strerror(errno));
        return 1;
    }
    printf("Segment %d says:\n", id);
    fwrite(m->intro, 1, strnlen(m->intro, sizeof m->intro), stdout);
    printf("%d%c%d%.2s%g\n", m->num, m->slash, m->den, m->eq, m->ratio);
    printf("%.*s\n", (int)sizeof m->farewell, m->farewell);
    printf("Enter ends it.\n");
    getchar();
    shmdt(m);
    return 0;
}
