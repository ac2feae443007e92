/* Map list: prints the shared mappings of a process. See map_list.h. */
#include "map_list.h"

#include <errno.h>

#include "mapping.h"
#include "printable.h"

struct listing {
    FILE *out;
    unsigned line;
    size_t count;
};

static bool print_one(void *state, const struct mapping *m)
{
    struct listing *l = state;
    char name[4 * MAPPING_NAME_MAX];
    l->line++;
    if (!m->shared) {
        return true;
    }
    if (l->count++ == 0) {
        fprintf(l->out, "%5s  %-18s %12s  may  %s\n", "map", "address", "bytes", "what");
    }
    printable_text(m->name, printable_utf8(), name, sizeof name);
    fprintf(l->out, "%5u  0x%-16llx %12llu  %s  %s", l->line, (unsigned long long)m->start,
            (unsigned long long)(m->end - m->start), m->rights, name);
    if (mapping_is_segment(m)) {
        fprintf(l->out, ", shmid %llu", (unsigned long long)m->inode);
    }
    fputc('\n', l->out);
    return true;
}

int map_list_print(pid_t pid, FILE *out, size_t *count)
{
    struct listing l = {.out = out};
    int rc = mapping_each(pid, print_one, &l);
    *count = l.count;
    return rc < 0 ? rc : l.line == 0 ? -ESRCH : 0;
}
