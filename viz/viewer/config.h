/* Config: the user's preferences, read from a small file: colours, polling rate, bytes per row.
 *
 *   config_path -> config_read -> apply what is set, report the problems
 *
 * A line is `name = value`; # starts a comment. A wrong line is reported by its number and skipped. Command line
 * options override the file, and NO_COLOR overrides its colours: that is up to the caller. */
#ifndef SHMLAB_CONFIG_H
#define SHMLAB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grid.h"

#define CONFIG_PROBLEMS_MAX 8
#define CONFIG_SIZE_MAX ((size_t)64 << 10) /* bytes; a larger file is not read */

struct config_problem {
    unsigned line;  /* from 1; 0: the file as a whole */
    char text[160]; /* one sentence; printable ASCII */
};

struct config {
    int hz;                          /* polls per second, 1 to 1000; 0: not set */
    int width;                       /* bytes per row, a power of 2 up to 64; 0: not set */
    bool big_endian;                 /* the inspector's first column */
    int squeeze;                     /* 1: runs of zero rows share a line, as with key z; 0: they don't; -1: not set */
    struct grid_palette palette;     /* of fields; the default colours where nothing is set */
    uint8_t role_colour[GRID_ROLES]; /* 1 to 7, for bytes outside fields; 0: as the field that caused them */
    struct config_problem problems[CONFIG_PROBLEMS_MAX];
    size_t problem_count; /* may exceed CONFIG_PROBLEMS_MAX: only the first are kept */
};

/* A setting. */
struct config_row {
    const char *name;  /* "colour.text" */
    const char *takes; /* "a number from 1 to 1000" */
    const char *help;
    bool (*take)(struct config *c, unsigned of, const char *value); /* false: it is not valid */
    unsigned of;                                                    /* the family or role, for colours */
};
extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* Nothing set, no problems. */
void config_init(struct config *c);

/* Parses n bytes of text into *c, overriding what is set. */
void config_parse(struct config *c, const char *text, size_t n);

/* Reads a file. 0, even if it has wrong lines or exceeds CONFIG_SIZE_MAX: see c->problems. -ENOENT: there is no such
 * file. -EPERM: neither the user nor root owns it, so it is not read. -EISDIR and the like: not a regular file.
 * Otherwise the error of open or read. */
int config_read(struct config *c, const char *path);

/* The path of the user's own file: $XDG_CONFIG_HOME/shmlab/config, else $HOME/.config/shmlab/config. false: neither is
 * an absolute path that fits. */
bool config_path(char *out, size_t out_size);

#endif
