/* See torn-date-a.c: this one copies the date, which is all 0 or all new. */
#include <stdio.h>
#include <sys/shm.h>

struct date {
    int day, month, year;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct date), IPC_CREAT | 0600);
    struct date *shared = shmat(id, NULL, 0);
    struct date copy = *shared;
    printf("%d.%d.%d\n", copy.day, copy.month, copy.year);
    return (copy.day == 0) == (copy.year == 0) ? 0 : 1;
}
