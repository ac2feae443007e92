/* The parent reads texts while the child writes the fields behind them. */
#include <stddef.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

struct board {
    char word[4]; /* it ends with a 0 */
    int counter;
    char code[4]; /* it is full */
    int other;
};

int main(void)
{
    struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, 0);
    memcpy(board->word, "ab", 3);
    memcpy(board->code, "wxyz", 4);
    if (fork() == 0) {
        board->counter = 1;
        board->other = 1;
        return 0;
    }
    int same = strlen(board->word) == 2 && strcmp(board->word, "ab") == 0 && strncmp(board->code, "wxyz", 4) == 0;
    wait(NULL);
    return !same;
}
