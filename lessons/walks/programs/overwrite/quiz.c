/* quiz: makes the segment and holds it. Each Enter sets its values to those of the start; Ctrl-D removes it. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "quiz.h"

int main(void)
{
    int id = shmget(ftok(".", PROJ), sizeof(struct quiz), IPC_CREAT | IPC_EXCL | 0600);
    struct quiz *quiz = id == -1 ? (void *)-1 : shmat(id, NULL, 0);

    if (quiz == (void *)-1) {
        perror("quiz");
        return 1;
    }
    do {
        memset(quiz, 0, sizeof *quiz);
        strcpy(quiz->title, "quiz night");
        quiz->num = 22;
        printf("start: num = %d\n", quiz->num);
    } while (getchar() == '\n');
    shmdt(quiz);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
