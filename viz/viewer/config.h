/* Config: what a person likes, from a small file: colours, looks a second, bytes a row.
 *
 *   config_path -> config_read -> use what is set -> say what is wrong
 *
 * A line is `name = value`; # starts a comment. A wrong line is told with its number, and all others are taken. Words
 * of the call go before the file, and NO_COLOR before its colours: both are the caller's to see to. */
#ifndef SHMLAB_CONFIG_H
#define SHMLAB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grid.h"

#define CONFIG_PROBLEMS_MAX 8
#define CONFIG_SIZE_MAX ((size_t)64 << 10) /* bytes of a file that are read */

struct config_problem {
    unsigned line;  /* from 1 on; 0: of the whole file */
    char text[160]; /* one sentence; printable ASCII */
};

struct config {
    int hz;                          /* looks a second, 1 to 1000; 0: not set */
    int width;                       /* bytes a row, a power of 2 up to 64; 0: not set */
    bool big_endian;                 /* the inspector's first column */
    bool squeeze;                    /* runs of zero rows share a line, as key z has it */
    struct grid_palette palette;     /* of fields; the kit's own where nothing is set */
    uint8_t role_colour[GRID_ROLES]; /* 1 to 7 of bytes that are no field's; 0: as the field that made them */
    struct config_problem problems[CONFIG_PROBLEMS_MAX];
    size_t problem_count; /* all of them: there may be more than are kept */
};

struct config_row {
    const char *name;  /* "colour.text" */
    const char *takes; /* "a number from 1 to 1000" */
    const char *help;  /* what it is for */
};
extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* Nothing set, no problem. */
void config_init(struct config *c);

/* Takes n bytes of text on top of what is set. */
void config_parse(struct config *c, const char *text, size_t n);

/* Reads that file. 0, also where lines are wrong or it is larger than CONFIG_SIZE_MAX: c->problems tell. -ENOENT: there
 * is none. -EPERM: it belongs neither to us nor to root, so it isn't read; -EISDIR and the like: it is no plain file;
 * else what open and read said. Prints nothing. */
int config_read(struct config *c, const char *path);

/* The path of the person's own file: $XDG_CONFIG_HOME/shmlab/config, else $HOME/.config/shmlab/config. false where
 * neither is an absolute path that fits. */
bool config_path(char *out, size_t out_size);

#endif
