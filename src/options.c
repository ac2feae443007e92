/* Options: command-line parsing and --help. See options.h. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "report.h"

#define ROWS_MAX 64
#define HELP_COLUMN 22 /* where the descriptions start; after a longer option they start on the next line */
#define HELP_WIDTH 80

int options_wrong(const struct options *o, const char *format, ...)
{
    char message[1024], shown[sizeof message];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    printable_text(message, printable_utf8(), shown, sizeof shown);
    fprintf(stderr, "%s: %s (try '%s --help')\n", o->program, shown, o->program);
    return 2;
}

/* ---- parsing ---- */

/* Fills in getopt_long's two tables. longs has room for ROWS_MAX + 1 entries, shorts for 2 * ROWS_MAX + 2. */
static void getopt_tables(const struct options *o, struct option *longs, char *shorts)
{
    size_t n = 0;

    *shorts++ = ':'; /* report a missing argument as ':' instead of '?', and print nothing */
    for (size_t i = 0; i < o->row_count && n < ROWS_MAX; i++) {
        const struct option_row *row = &o->rows[i];
        if (row->name == NULL) {
            continue;
        }
        int has = row->arg == NULL ? no_argument : *row->arg == '[' ? optional_argument : required_argument;
        longs[n++] = (struct option){row->name, has, NULL, row->letter};
        if (row->letter > UCHAR_MAX) {
            continue;
        }
        *shorts++ = (char)row->letter;
        if (row->arg != NULL) {
            *shorts++ = ':';
        }
    }
    *shorts = '\0';
    longs[n] = (struct option){0};
}

/* Reports the argument at which getopt_long stopped. optopt is the option's letter, or 0 if it wasn't recognised.
 * Returns 2. */
static int report_argument(const struct options *o, int result, const char *arg)
{
    const char *name = NULL;

    for (size_t i = 0; i < o->row_count; i++) {
        if (o->rows[i].name != NULL && o->rows[i].letter == optopt) {
            name = o->rows[i].name;
        }
    }
    if (optopt == 0) {
        return options_wrong(o, "unknown or ambiguous option '%s'", arg);
    }
    if (name == NULL) {
        return options_wrong(o, "unknown option '-%c'", optopt);
    }
    return options_wrong(o, "option '--%s' %s", name, result == ':' ? "needs an argument" : "takes no argument");
}

/* The exit status after printing what the user asked for. */
static int printed(const struct options *o)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return report_failure(o->program, -errno, "is the output full or closed?", "print");
    }
    return 0;
}

int options_parse(const struct options *o, int argc, char **argv, options_take *take, void *state)
{
    struct option longs[ROWS_MAX + 1];
    char shorts[2 * ROWS_MAX + 2];
    int letter, status;

    getopt_tables(o, longs, shorts);
    opterr = 0;
    while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        switch (letter) {
        case OPTION_HELP:
            options_help(o, stdout);
            return printed(o);
        case OPTION_VERSION:
            printf("%s %s\n", o->program, SHMLAB_VERSION);
            return printed(o);
        case '?':
        case ':':
            return report_argument(o, letter, argv[optind - 1]);
        default:
            status = take(state, letter, optarg);
            if (status != 0) {
                return status;
            }
        }
    }
    if (optind < argc && !o->operands) {
        return options_wrong(o, "unexpected argument '%s'", argv[optind]);
    }
    return -1;
}

int options_number(const char *arg, long long min, long long max, long long *number)
{
    const char *digits = *arg == '-' ? arg + 1 : arg;
    char *end;

    if (*digits < '0' || *digits > '9') {
        return -EINVAL; /* strtoll would accept leading blanks and a plus sign */
    }
    errno = 0;
    long long n = strtoll(arg, &end, 0);
    if (errno != 0 || *end != '\0' || n < min || n > max) {
        return -EINVAL;
    }
    *number = n;
    return 0;
}

int options_segment(const struct options *o, int letter, const char *arg, struct segment_name *name)
{
    enum segment_by by = letter == OPTION_KEY ? SEGMENT_BY_KEY : letter == OPTION_ID ? SEGMENT_BY_ID : SEGMENT_BY_PATH;
    long long n;

    if (by != name->by && !segment_name_is_default(name)) {
        return options_wrong(o, "more than one segment given: choose it by --key, by --id, or by --path and --proj");
    }
    name->by = by;
    switch (letter) {
    case OPTION_PATH:
        if (*arg == '\0') {
            return options_wrong(o, "--path needs a file name");
        }
        name->path = arg;
        return 0;
    case OPTION_PROJ:
        if (options_number(arg, 1, 255, &n) != 0) {
            return options_wrong(o, "--proj %s: ftok needs a number from 1 to 255", arg);
        }
        name->proj = (int)n;
        return 0;
    case OPTION_KEY:
        /* Negative decimals too: that is how /proc/sysvipc/shm shows keys above 0x7fffffff. */
        if (options_number(arg, INT_MIN, UINT_MAX, &n) != 0) {
            return options_wrong(o, "--key %s: a key is a 32-bit number, such as 0x0f20074e", arg);
        }
        if (n == 0) {
            return options_wrong(o, "--key %s: this is IPC_PRIVATE, and no segment can be found by it", arg);
        }
        name->key = (key_t)(uint32_t)n;
        return 0;
    default:
        if (options_number(arg, 0, INT_MAX, &n) != 0) {
            return options_wrong(o, "--id %s: a shmid is a number, 0 or more, as ipcs -m shows it", arg);
        }
        name->id = (int)n;
        return 0;
    }
}

/* ---- help ---- */

/* Prints text wrapped at HELP_WIDTH. The first line continues at `column`, the others start at `indent`. */
static void print_wrapped(FILE *out, const char *text, int column, int indent)
{
    const char *between = ""; /* what separates the next word from the one before */

    while (*text != '\0') {
        int word = (int)strcspn(text, " \n");
        if (*between == '\n' || (*between == ' ' && column + 1 + word > HELP_WIDTH)) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else {
            column += fprintf(out, "%s", between);
        }
        column += fprintf(out, "%.*s", word, text);
        text += word;
        between = *text == '\n' ? "\n" : " ";
        text += *text != '\0';
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const struct option_row *row)
{
    int column = row->letter <= UCHAR_MAX ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");

    column += fprintf(out, "--%s", row->name);
    if (row->arg != NULL) {
        column += fprintf(out, " %s", row->arg);
    }
    if (column + 2 > HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - column, "");
    print_wrapped(out, row->help, HELP_COLUMN, HELP_COLUMN);
}

void options_help(const struct options *o, FILE *out)
{
    int column = fprintf(out, "usage: %s ", o->program);

    print_wrapped(out, o->usage, column, column);
    if (o->about != NULL) {
        print_wrapped(out, o->about, 0, 0);
    }
    for (size_t i = 0; i < o->row_count; i++) {
        if (o->rows[i].name == NULL) {
            fprintf(out, "\n%s:\n", o->rows[i].help);
        } else {
            print_row(out, &o->rows[i]);
        }
    }
}
