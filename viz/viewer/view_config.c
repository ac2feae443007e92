/* View config: see view_config.h. */
#include "view_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

static void tell(const char *path, const struct config_problem *p, char *message, size_t message_size)
{
    char name[256], line[32] = "";
    printable_text(path, printable_utf8(), name, sizeof name);
    if (p->line > 0) {
        snprintf(line, sizeof line, ", line %u", p->line);
    }
    fprintf(stderr, "shm-view: %s%s: %s\n", name, line, p->text);
    if (message[0] == '\0') {
        snprintf(message, message_size, "config%s: %s", line, p->text);
    }
}

int view_config_read(struct config *c, const struct view_arguments *w, char *message, size_t message_size)
{
    char own[4096];
    const char *path = w->config;
    message[0] = '\0';
    config_init(c);
    if (path == NULL && (w->renderer != NULL || !config_path(own, sizeof own))) {
        return 0;
    }
    path = path != NULL ? path : own;
    int rc = config_read(c, path);
    if (rc < 0 && w->config != NULL) {
        return rc;
    }
    if (rc < 0 && rc != -ENOENT) {
        struct config_problem p = {.line = 0};
        snprintf(p.text, sizeof p.text, "not read: %s", rc == -EPERM ? "it belongs to somebody else" : strerror(-rc));
        tell(path, &p, message, message_size);
        return 0;
    }
    size_t kept = c->problem_count < CONFIG_PROBLEMS_MAX ? c->problem_count : CONFIG_PROBLEMS_MAX;
    for (size_t i = 0; i < kept; i++) {
        tell(path, &c->problems[i], message, message_size);
    }
    if (c->problem_count > kept) {
        fprintf(stderr, "shm-view: and %zu more\n", c->problem_count - kept);
    }
    return 0;
}
