/* Uses as much memory as it gets, in many processes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 3; i++)
        fork();
    for (;;) {
        char *more = malloc(1 << 20);
        if (!more)
            pause();
        memset(more, 1, 1 << 20);
    }
}
