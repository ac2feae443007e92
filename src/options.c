/* Options: see options.h. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

#define ROWS_MAX 64
#define HELP_COLUMN 22 /* where the sentences start; longer options push theirs to the next line */
#define HELP_WIDTH 80

int options_wrong(const struct options *o, const char *format, ...)
{
    char said[1024], shown[sizeof said];
    va_list args;

    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    printable_text(said, printable_utf8(), shown, sizeof shown);
    fprintf(stderr, "%s: %s (try '%s --help')\n", o->program, shown, o->program);
    return 2;
}

/* ---- reading words ---- */

/* getopt_long's two tables. longs has room for ROWS_MAX + 1, shorts for 2 * ROWS_MAX + 2. */
static void getopt_tables(const struct options *o, struct option *longs, char *shorts)
{
    size_t n = 0;

    *shorts++ = ':'; /* tell a missing argument (':') from an unknown option ('?'), and print nothing */
    for (size_t i = 0; i < o->row_count && n < ROWS_MAX; i++) {
        const struct option_row *row = &o->rows[i];
        if (row->name == NULL)
            continue;
        longs[n++] = (struct option){row->name, row->arg != NULL ? required_argument : no_argument, NULL, row->letter};
        if (row->letter > UCHAR_MAX)
            continue;
        *shorts++ = (char)row->letter;
        if (row->arg != NULL)
            *shorts++ = ':';
    }
    *shorts = '\0';
    longs[n] = (struct option){0};
}

/* Says what is wrong with the word at which getopt_long stopped: it left the option's letter, as far as it got to know
 * it, in optopt. */
static void wrong_word(const struct options *o, int result, const char *word)
{
    const char *name = NULL;

    for (size_t i = 0; i < o->row_count; i++)
        if (o->rows[i].name != NULL && o->rows[i].letter == optopt)
            name = o->rows[i].name;
    if (optopt == 0)
        options_wrong(o, "unknown or ambiguous option '%s'", word);
    else if (name == NULL)
        options_wrong(o, "unknown option '-%c'", optopt);
    else
        options_wrong(o, "option '--%s' %s", name, result == ':' ? "needs a value" : "takes no value");
}

int options_next(const struct options *o, int argc, char **argv, const char **arg)
{
    struct option longs[ROWS_MAX + 1];
    char shorts[2 * ROWS_MAX + 2];

    getopt_tables(o, longs, shorts);
    opterr = 0;
    int letter = getopt_long(argc, argv, shorts, longs, NULL);
    *arg = optarg;
    if (letter == '?' || letter == ':') {
        wrong_word(o, letter, argv[optind - 1]);
        return '?';
    }
    return letter;
}

int options_number(const char *word, long long min, long long max, long long *number)
{
    const char *digits = *word == '-' ? word + 1 : word;
    char *end;

    if (*digits < '0' || *digits > '9')
        return -EINVAL; /* strtoll would take blanks and a second sign */
    errno = 0;
    long long n = strtoll(word, &end, 0);
    if (errno != 0 || *end != '\0' || n < min || n > max)
        return -EINVAL;
    *number = n;
    return 0;
}

static int two_names(const struct options *o)
{
    options_wrong(o, "the segment is named twice: one name is enough, be it a key, an id, or a path and proj");
    return -EINVAL;
}

static int take_path(const struct options *o, const char *arg, struct segment_name *name)
{
    if (*arg == '\0') {
        options_wrong(o, "--path needs the name of a file");
        return -EINVAL;
    }
    name->path = arg;
    return 0;
}

static int take_number(const struct options *o, int letter, const char *arg, struct segment_name *name)
{
    static const struct {
        long long min, max;
        const char *wrong;
    } rules[] = {
        [OPTION_PROJ - OPTION_PATH] = {1, 255, "--proj %s: ftok takes a number from 1 to 255"},
        /* Also as a negative decimal: so /proc/sysvipc/shm shows the keys above 0x7fffffff. */
        [OPTION_KEY - OPTION_PATH] = {INT_MIN, UINT_MAX, "--key %s: a key is a number of 32 bits, as 0x0f20074e"},
        [OPTION_ID - OPTION_PATH] = {0, INT_MAX, "--id %s: a shmid is a number from 0, as ipcs -m shows it"},
    };
    int rule = letter - OPTION_PATH;
    long long n;

    if (options_number(arg, rules[rule].min, rules[rule].max, &n) != 0) {
        char wrong[256];
        snprintf(wrong, sizeof wrong, rules[rule].wrong, arg);
        options_wrong(o, "%s", wrong);
        return -EINVAL;
    }
    if (letter == OPTION_KEY && n == 0) {
        options_wrong(o, "--key %s: this is IPC_PRIVATE, under which no segment can be found", arg);
        return -EINVAL;
    }
    if (letter == OPTION_PROJ)
        name->proj = (int)n;
    else if (letter == OPTION_KEY)
        name->key = (key_t)(uint32_t)n;
    else
        name->id = (int)n;
    return 0;
}

int options_segment(const struct options *o, int letter, const char *arg, struct segment_name *name)
{
    bool by_path = name->path != NULL || name->proj != 0;

    switch (letter) {
    case OPTION_PATH:
    case OPTION_PROJ:
        if (name->by != SEGMENT_BY_PATH)
            return two_names(o);
        return letter == OPTION_PATH ? take_path(o, arg, name) : take_number(o, letter, arg, name);
    case OPTION_KEY:
        if (by_path || name->by == SEGMENT_BY_ID)
            return two_names(o);
        name->by = SEGMENT_BY_KEY;
        return take_number(o, letter, arg, name);
    case OPTION_ID:
        if (by_path || name->by == SEGMENT_BY_KEY)
            return two_names(o);
        name->by = SEGMENT_BY_ID;
        return take_number(o, letter, arg, name);
    default:
        return -EINVAL;
    }
}

/* ---- help ---- */

/* Prints text wrapped at HELP_WIDTH; the first line goes on at `column`, the next ones start at `indent`. */
static void print_wrapped(FILE *out, const char *text, int column, int indent)
{
    const char *between = ""; /* what stands before the next word */

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
    if (row->arg != NULL)
        column += fprintf(out, " %s", row->arg);
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
    if (o->about != NULL)
        print_wrapped(out, o->about, 0, 0);
    for (size_t i = 0; i < o->row_count; i++) {
        if (o->rows[i].name == NULL)
            fprintf(out, "\n%s:\n", o->rows[i].help);
        else
            print_row(out, &o->rows[i]);
    }
}

void options_version(const struct options *o, FILE *out)
{
    fprintf(out, "%s %s\n", o->program, SHMLAB_VERSION);
}
