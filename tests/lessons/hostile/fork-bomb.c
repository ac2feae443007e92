/* Each of its processes makes more of them, and none ends. */
#include <unistd.h>

int main(void)
{
    for (;;)
        if (fork() < 0)
            usleep(100);
}
