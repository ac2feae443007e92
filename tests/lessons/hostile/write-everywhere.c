/* Writes a file named hostile-mark wherever it can: FOLDERS is a list of what the grader needs, set by the test. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    static const char *folders[] = {FOLDERS, "/tmp", "/var/tmp", "/dev/shm", "/run", "/root", "/etc", "/usr/bin", "..", "../.."};
    char name[4096];

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(name, sizeof name, "%s/hostile-mark", folders[i]);
        int fd = open(name, O_CREAT | O_WRONLY, 0666);
        if (fd >= 0)
            close(fd);
    }
    if (getenv("HOME"))
        return chdir(getenv("HOME")) == 0 && open("hostile-mark", O_CREAT | O_WRONLY, 0666) < 0;
    return 0;
}
