/* Condition: what must be true of a segment, as a C expression over the names of its fields.
 *
 * "counter == 2000 && strcmp(name, \"done\") == 0" is compiled with the names replaced by the fields' places, and loaded
 * into the controller. */
#ifndef SHMLAB_RACE_CONDITION_H
#define SHMLAB_RACE_CONDITION_H

#include "layout/layout.h"

struct condition {
    int (*holds)(const void *segment); /* NULL: there is no condition */
    void *library;
    size_t size;      /* bytes of the segment that it looks at */
    char fields[256]; /* the fields that it names, for a message: "counter, name" */
};

#define CONDITION_ERROR_MAX 512

/* Compiles `text` into *out, in `folder`, with the compiler `cc`. Returns 0, or -EINVAL with `error` set: a name that is no
 * field, or what the compiler says. */
int condition_compile(const char *text, const struct layout *layout, const char *cc, const char *folder,
                      struct condition *out, char error[CONDITION_ERROR_MAX]);

/* Loads a library with a function `int race_check(const void *segment)`, which returns whether all is well. 0, or -EINVAL. */
int condition_load(const char *library, struct condition *out, char error[CONDITION_ERROR_MAX]);

void condition_free(struct condition *c);

#endif
