/* no_ptrace attach|all COMMAND...: runs COMMAND without the right to ptrace, as Yama or a container would.
 * attach: not to running processes (ptrace_scope 1 for a plain user). all: not to its own children either (2 and 3).
 * A seccomp filter returns EPERM, also for all that COMMAND starts. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define WHERE(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "attach") != 0 && strcmp(argv[1], "all") != 0)) {
        fprintf(stderr, "no_ptrace attach|all COMMAND...\n");
        return 2;
    }
    unsigned char first = strcmp(argv[1], "all") == 0 ? 0 : 1; /* the jump if it is PTRACE_TRACEME */
    struct sock_filter filter[] = {
        LOAD(nr),
        WHERE(SYS_ptrace, 0, 5),
        LOAD(args[0]),
        WHERE(PTRACE_ATTACH, 2, 0),
        WHERE(PTRACE_SEIZE, 1, 0),
        WHERE(PTRACE_TRACEME, first, 1),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("no_ptrace: seccomp");
        return 1;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
