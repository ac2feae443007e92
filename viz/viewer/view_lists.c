/* View lists: see view_lists.h. */
#include "view_lists.h"

#include <errno.h>
#include <stdio.h>

#include "chooser.h"
#include "inspect/map_list.h"
#include "report.h"

int view_list_segments(const struct view_arguments *w)
{
    struct segment_list list = {.list = NULL};
    int rc = segment_list_read(&list);
    if (rc == 0) {
        (w->renderer != NULL ? w->renderer : &render_text)->list(stdout, &list);
    }
    segment_list_free(&list);
    if (rc == 0 && fflush(stdout) != 0) {
        rc = -errno;
    }
    return rc < 0 ? report_failure("shm-view", rc, "is the output full or closed?", "list") : 0;
}

int view_list_maps(pid_t pid)
{
    char whose[32];
    size_t count;
    int rc = map_list_print(pid, stdout, &count);
    snprintf(whose, sizeof whose, "process %d", (int)pid);
    if (rc < 0) {
        return report_failure("shm-view", rc,
                              rc == -ESRCH ? "ps -e lists the running processes" : "only its own user or root may",
                              "look into %s", whose);
    }
    if (count == 0) {
        printf("%s has no shared mapping\n", whose);
    }
    return 0;
}
