/* Process list: reads /proc. See process_list.h. */
#include "process_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int process_each(process_take *take, void *state)
{
    bool more = true;

    if (!process_proc_is_ours()) {
        return -ENOTSUP;
    }
    DIR *all = opendir("/proc");
    if (all == NULL) {
        return -ENOTSUP;
    }
    for (struct dirent *entry; more && (entry = readdir(all)) != NULL;) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            more = take(state, (pid_t)atol(entry->d_name));
        }
    }
    closedir(all);
    return 0;
}

void process_name(pid_t pid, char name[PROCESS_NAME_MAX])
{
    char path[64];

    memset(name, 0, PROCESS_NAME_MAX);
    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, name, PROCESS_NAME_MAX - 1) : 0;
    if (fd >= 0) {
        close(fd);
    }
    if (n > 0 && name[n - 1] == '\n') {
        name[n - 1] = '\0';
    }
}
