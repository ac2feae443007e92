/* User: a user's name for a uid. See user.h. */
#include "user.h"

#include <pwd.h>
#include <stdio.h>

#include "printable.h"

void user_name(uid_t uid, char *out, size_t out_size)
{
    char buffer[1024];
    struct passwd entry, *found = NULL;

    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL) {
        printable_text(found->pw_name, printable_utf8(), out, out_size);
    } else {
        snprintf(out, out_size, "uid %u", (unsigned)uid);
    }
}
