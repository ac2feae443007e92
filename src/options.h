/* Options: what a program takes on its command line, from one table: getopt_long's arrays and --help are made of it. */
#ifndef SHMLAB_OPTIONS_H
#define SHMLAB_OPTIONS_H

#include <stdio.h>

#include "segment.h"

struct option_row {
    const char *name; /* the long name without dashes; NULL: a heading in the help, its text in `help` */
    int letter;       /* the short option, or a number above 255: what options_next returns */
    const char *arg;  /* the argument's name in the help; NULL: it takes none */
    const char *help; /* one sentence; wrapped where it is long; '\n' goes to the next line */
};

struct options {
    const char *program;          /* its name, for messages */
    const char *usage;            /* "[--step] [--every MS]" */
    const char *about;            /* one paragraph under the usage line */
    const struct option_row *rows;
    size_t row_count;
};

/* Rows that name a segment, the same in all programs: --path FILE, --proj N, --key 0xKEY, --id N. A program that makes
 * its segment takes OPTIONS_KEY_ROWS (nobody can choose the id), others OPTIONS_SEGMENT_ROWS. */
enum { OPTION_PATH = 1000, OPTION_PROJ, OPTION_KEY, OPTION_ID };
/* clang-format off */
#define OPTIONS_KEY_ROWS                                                                                              \
    {NULL, 0, NULL, "Which segment (with none of these: the kit's own)"},                                             \
    {"path", OPTION_PATH, "FILE", "the segment whose key is ftok(FILE, N)"},                                          \
    {"proj", OPTION_PROJ, "N", "the project number for ftok, 1 to 255 (default 15)"},                                 \
    {"key", OPTION_KEY, "KEY", "the segment under this key, as ipcs -m shows it (0x0f20074e)"}
#define OPTIONS_SEGMENT_ROWS OPTIONS_KEY_ROWS, {"id", OPTION_ID, "N", "the segment with this shmid"}
/* clang-format on */

/* Rows that all programs end with. */
enum { OPTION_HELP = 'h', OPTION_VERSION = 'V' };
/* clang-format off */
#define OPTIONS_COMMON_ROWS                                                                                           \
    {NULL, 0, NULL, "About"},                                                                                         \
    {"help", OPTION_HELP, NULL, "print this and exit"},                                                               \
    {"version", OPTION_VERSION, NULL, "print the version and exit"}
/* clang-format on */

/* The next option's letter; -1 at the end (optind then is the first plain word); '?' for a wrong word, of which
 * the error was printed to stderr already (exit status 2 follows). *arg is the argument or NULL. */
int options_next(const struct options *o, int argc, char **argv, const char **arg);

/* Prints usage, about and the table, wrapped for 80 columns. */
void options_help(const struct options *o, FILE *out);

/* Prints "PROGRAM VERSION". */
void options_version(const struct options *o, FILE *out);

/* Prints one line to stderr for a wrong word: "PROGRAM: what is wrong (try 'PROGRAM --help')". Returns 2, the exit
 * status for it. Control characters of the words are made harmless. */
int options_wrong(const struct options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes one of the OPTION_* letters above into *name, which started as SEGMENT_NAME_DEFAULT. 0; -EINVAL with a message
 * on stderr for a value that can't be, or for words that name two segments. name->path points into arg. */
int options_segment(const struct options *o, int letter, const char *arg, struct segment_name *name);

/* A number in decimal, 0x hex or 0 octal, the whole word, between min and max. 0 or -EINVAL; prints nothing. */
int options_number(const char *word, long long min, long long max, long long *number);

#endif
