/* Connects to a service of this machine. SOCKET: where it listens. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    struct sockaddr_un there = {.sun_family = AF_UNIX};
    strncpy(there.sun_path, SOCKET, sizeof there.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    printf("asked, %s\n", connect(fd, (struct sockaddr *)&there, sizeof there) == 0 ? "connected" : "no connection");
    return 1;
}
