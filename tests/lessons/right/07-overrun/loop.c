/* writer: changes the text intro of a message in a shared memory segment.
 *
 *   writer [PATH [TEXT]]      build it: make
 *
 * One of many right solutions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 7    /* for ftok */
#define SIZE 1024 /* bytes of the segment */
#define INTRO 19  /* bytes of the field intro, at offset 0 */

/* Copies text into the field intro, which is the first 19 bytes at base. A text that fits is whole; one that is
 * too long is cut, so that 18 characters of it are left. In both cases a NUL ends it. The bytes after the field
 * stay as they are. */
static void set_intro(char *base, const char *text)
{
    char *end = base + INTRO - 1;

    while (base < end && *text != '\0')
        *base++ = *text++;
    *base = '\0';
}

/* The message of lesson 02, for a new segment. */
static void write_message(char *base)
{
    strcpy(base + 0, "PI is defined as: ");
    *(int *)(base + 20) = 22;
    base[24] = '/';
    *(int *)(base + 28) = 7;
    base[32] = '=';
    base[33] = '=';
    *(double *)(base + 40) = 22 / 7.0;
    strcpy(base + 48, "goodbye");
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    const char *text = argc > 2 ? argv[2] : "PI is defined to be: ";

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int mine = 1; /* did we make it? */
    int id = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1 && errno == EEXIST) {
        mine = 0;
        id = shmget(key, SIZE, 0600);
    }
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        return 1;
    }
    if (mine)
        write_message(base);
    set_intro(base, text);
    printf("intro: %s\nnum:   %d\n", base, *(int *)(base + 20));
    printf("Look at it, then press Enter.\n");
    getchar();

    shmdt(base);
    if (mine)
        shmctl(id, IPC_RMID, NULL);
    return 0;
}
