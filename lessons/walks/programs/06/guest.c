/* guest: attaches maker's segment in one of four ways, and writes numbers into it.
 *
 *   guest HOW [NUMBER]
 *
 *   plain     shmget(key, 0, 0)           shmat(id, NULL, 0)
 *   const     the same, but the pointer points to const
 *   shmget    shmget(key, 0, SHM_RDONLY)  shmat(id, NULL, 0)
 *   shmat     shmget(key, 0, 0)           shmat(id, NULL, SHM_RDONLY)
 *
 * Without NUMBER it reads lines: each number is written, an empty line shows the number that is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "board.h"

/* What the kernel lets this process do with the segment: proc(5), maps. */
static void rights_print(void)
{
    char line[512], rights[5];
    FILE *maps = fopen("/proc/self/maps", "r");

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (strstr(line, "/SYSV") != NULL && sscanf(line, "%*s %4s", rights) == 1) {
            printf("my rights: %s\n", rights);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
}

static void write_number(const struct board *board, int number)
{
    struct board *b = (struct board *)board; /* the cast takes const away */
    b->number = number;
    printf("written: %d\n", b->number);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "plain";
    int id = shmget(ftok(".", PROJ), 0, strcmp(how, "shmget") == 0 ? SHM_RDONLY : 0);
    const struct board *board = id == -1 ? (void *)-1 : shmat(id, NULL, strcmp(how, "shmat") == 0 ? SHM_RDONLY : 0);
    char line[32];

    if (board == (void *)-1) {
        perror("guest");
        return 1;
    }
    rights_print();
    if (argc > 2) {
        write_number(board, atoi(argv[2]));
        return 0;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (line[0] == '\n') {
            printf("number is %d\n", board->number);
        } else {
            write_number(board, atoi(line));
        }
    }
    return 0;
}
