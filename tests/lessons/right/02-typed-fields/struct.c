/* writer: writes a message into a shared memory segment, value by value.
 *
 *   writer [PATH [NUM DEN [INTRO FAREWELL]]]      build it: make
 *
 * One of many right solutions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 2    /* for ftok */
#define SIZE 1024 /* bytes of the segment */

/* Writes the message into the segment that starts at base:
 *
 *   offset  0  the text intro, with its NUL (at most 19 bytes)
 *          20  num, an int
 *          24  the character '/'
 *          28  den, an int
 *          32  the character '='
 *          33  the character '='
 *          40  num divided by den, a double
 *          48  the text farewell, with its NUL (at most 8 bytes)
 *
 * All other bytes stay as they are. */
static void write_message(char *base, const char *intro, int num, int den, const char *farewell)
{
    struct message {
        char intro[19];
        int num;
        char slash;
        int den;
        char eq1, eq2;
        double ratio;
        char farewell[8];
    } *m = (void *)base;

    strncpy(m->intro, intro, sizeof m->intro); /* zeros behind the text, within the field */
    m->num = num;
    m->slash = '/';
    m->den = den;
    m->eq1 = m->eq2 = '=';
    m->ratio = num / (double)den;
    strncpy(m->farewell, farewell, sizeof m->farewell);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    int num = argc > 3 ? atoi(argv[2]) : 22;
    int den = argc > 3 ? atoi(argv[3]) : 7;
    const char *intro = argc > 5 ? argv[4] : "PI is defined as: ";
    const char *farewell = argc > 5 ? argv[5] : "goodbye";

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, IPC_CREAT | 0600);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        return 1;
    }
    write_message(base, intro, num, den, farewell);
    printf("Written. Look at it, then press Enter.\n");
    getchar();

    shmdt(base);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
