/* Makes folders in folders, deeper than Python can remove them, the last one closed. */
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 3000 && mkdir("d", 0700) == 0 && chdir("d") == 0; i++) {
    }
    mkdir("closed", 0700);
    mkdir("closed/in", 0700);
    chmod("closed", 0);
    return 1;
}
