/* Looks for a key in the session keyring that it got. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    long key = syscall(SYS_keyctl, 10L /* KEYCTL_SEARCH */, -3L /* the session's */, "user", "shmlab-test", 0L);
    printf("looked, key %s\n", key > 0 ? "found" : "not found");
    return 1;
}
