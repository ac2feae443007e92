/* Process list: reads /proc. See process_list.h. */
#include "process_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

#define FIRST_NAMESPACE 0xEFFFFFFCU /* inode of the first PID namespace: PROC_PID_INIT_INO in linux/proc_ns.h */

/* Is this line of /proc/self/mountinfo that of /proc, with an option that hides processes? */
static bool hides(const char *line)
{
    char place[8] = "";
    const char *option = strstr(line, "hidepid=");
    if (sscanf(line, "%*s %*s %*s %*s %7s", place) != 1 || strcmp(place, "/proc") != 0 || option == NULL) {
        return false;
    }
    option += strlen("hidepid=");
    /* "off" hides nothing; with "noaccess" we see them all, and which are closed to us */
    return strchr("01o", *option) == NULL && strncmp(option, "noaccess", strlen("noaccess")) != 0;
}

enum process_unseen process_unseen(void)
{
    struct stat st;
    char *line = NULL;
    size_t room = 0;
    bool hidden = false;
    FILE *mounts = geteuid() != 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
    while (mounts != NULL && !hidden && getline(&line, &room, mounts) > 0) {
        hidden = hides(line);
    }
    free(line);
    if (mounts != NULL) {
        fclose(mounts);
    }
    if (hidden) {
        return PROCESS_HIDDEN;
    }
    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != FIRST_NAMESPACE ? PROCESS_OUTSIDE : PROCESS_ALL_SEEN;
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
