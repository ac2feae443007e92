/* User: the name of a uid, for people. */
#ifndef SHMLAB_USER_H
#define SHMLAB_USER_H

#include <sys/types.h>

/* Writes the user's name, printable, or "uid 1234" where nobody knows one. */
void user_name(uid_t uid, char *out, size_t out_size);

#endif
