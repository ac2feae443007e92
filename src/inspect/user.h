/* User: a user's name for a uid. */
#ifndef SHMLAB_USER_H
#define SHMLAB_USER_H

#include <sys/types.h>

/* Writes the user's name to out, with control characters escaped (printable.h); "uid 1234" if the user database
 * (getpwuid(3)) has none. out is truncated to out_size bytes and always NUL-terminated. */
void user_name(uid_t uid, char *out, size_t out_size);

#endif
