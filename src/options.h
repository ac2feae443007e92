/* Options: command-line parsing and --help, both driven by one table of options. */
#ifndef SHMLAB_OPTIONS_H
#define SHMLAB_OPTIONS_H

#include <stdio.h>

#include "segment.h"

struct option_row {
    const char *name; /* the long name without dashes; NULL: this row is a heading, its text is in `help` */
    int letter;       /* what options_parse passes on: the short option, or a number above 255 if there is none */
    const char *arg;  /* the argument's name in the help; NULL: the option takes none. "[NAME]": --option or
                         --option=NAME; an operand may also be meant as the argument, which the program decides */
    const char *help; /* one phrase, wrapped if it is long; '\n' starts a new line */
};

struct options {
    const char *program; /* the program's name, for messages */
    const char *usage;   /* "[--step] [--every MS]" */
    const char *about;   /* a paragraph for the help, below the usage line; may be NULL */
    const struct option_row *rows;
    size_t row_count;
    bool operands; /* arguments that are not options are allowed */
};

/* The options that select a segment, the same in all programs: --path FILE, --proj N, --key KEY, --id N. A program
 * that creates its segment uses OPTIONS_KEY_ROWS, because the kernel chooses the id. Others use
 * OPTIONS_SEGMENT_ROWS. */
enum { OPTION_PATH = 1000, OPTION_PROJ, OPTION_KEY, OPTION_ID };
/* clang-format off */
#define OPTIONS_KEY_ROWS                                                                                              \
    {NULL, 0, NULL, "Which segment (default: the kit's own)"},                                                        \
    {"path", OPTION_PATH, "FILE", "the segment whose key is ftok(FILE, N)"},                                          \
    {"proj", OPTION_PROJ, "N", "the project number for ftok, 1 to 255 (default 15)"},                                 \
    {"key", OPTION_KEY, "KEY", "the segment with this key, as ipcs -m shows it (0x0f20074e)"}
#define OPTIONS_SEGMENT_ROWS OPTIONS_KEY_ROWS, {"id", OPTION_ID, "N", "the segment with this shmid"}
/* clang-format on */

/* The last rows of every program's table. */
enum { OPTION_HELP = 'h', OPTION_VERSION = 'V' };
/* clang-format off */
#define OPTIONS_COMMON_ROWS                                                                                           \
    {NULL, 0, NULL, "About"},                                                                                         \
    {"help", OPTION_HELP, NULL, "print this help and exit"},                                                          \
    {"version", OPTION_VERSION, NULL, "print the version and exit"}
/* clang-format on */

/* Parses the options and calls take(state, letter, arg) for each; arg is its argument or NULL. take returns 0, or the
 * status with which the program should exit. --help and --version print and mean status 0, or 1 if that
 * fails; invalid arguments mean 2. Both come after an error on stderr. Returns that status, or -1 if the program should go on: optind is then the index of the first operand
 * (getopt_long(3)). */
typedef int options_take(void *state, int letter, const char *arg);
int options_parse(const struct options *o, int argc, char **argv, options_take *take, void *state);

/* Prints the usage line, `about` and the table, wrapped to 80 columns. */
void options_help(const struct options *o, FILE *out);

/* Prints a usage error to stderr: "PROGRAM: what is wrong (try 'PROGRAM --help')". Control characters are escaped.
 * Returns 2, the exit status for usage errors. */
int options_wrong(const struct options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Stores the option `letter` (OPTION_PATH to OPTION_ID) with its argument in *name, which starts as
 * SEGMENT_NAME_DEFAULT. Returns 0, or 2 after printing an error to stderr if the argument is invalid or the options select
 * more than one segment. name->path points to arg, which must stay valid. */
int options_segment(const struct options *o, int letter, const char *arg, struct segment_name *name);

/* Parses all of arg as a number from min to max: decimal, 0x hex or 0 octal. 0, or -EINVAL; prints nothing. */
int options_number(const char *arg, long long min, long long max, long long *number);

#endif
