/* A date of three numbers is replaced while another program copies it: it may get the new day with the old year.
 *
 * race: lost by exit-status: torn-date-a.c torn-date-b.c */
#include <stddef.h>
#include <sys/shm.h>

struct date {
    int day, month, year;
};

int main(void)
{
    struct date date = {31, 12, 1999};
    int id = shmget(0x5e1f01, sizeof(struct date), IPC_CREAT | 0600);
    struct date *shared = shmat(id, NULL, 0);
    *shared = date;
    return 0;
}
