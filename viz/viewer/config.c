/* Config: see config.h. Names are in one table; docs/config.example must list them too, which a test checks. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "printable.h"

#define BLANKS " \t\r"

static void __attribute__((format(printf, 3, 4))) problem(struct config *c, unsigned line, const char *format, ...)
{
    if (c->problem_count++ >= CONFIG_PROBLEMS_MAX) {
        return;
    }
    struct config_problem *p = &c->problems[c->problem_count - 1];
    va_list args;
    p->line = line;
    va_start(args, format);
    vsnprintf(p->text, sizeof p->text, format, args);
    va_end(args);
}

/* ---- values ---- */

static bool take_hz(struct config *c, unsigned of, const char *value)
{
    long long n;
    (void)of;
    if (options_number(value, 1, 1000, &n) < 0) {
        return false;
    }
    c->hz = (int)n;
    return true;
}

static bool take_width(struct config *c, unsigned of, const char *value)
{
    long long n;
    (void)of;
    if (options_number(value, 1, 64, &n) < 0 || (n & (n - 1)) != 0) {
        return false;
    }
    c->width = (int)n;
    return true;
}

static bool take_either(const char *value, const char *no, const char *yes, bool *out)
{
    bool chosen = strcmp(value, yes) == 0;
    if (!chosen && strcmp(value, no) != 0) {
        return false;
    }
    *out = chosen;
    return true;
}

static bool take_order(struct config *c, unsigned of, const char *value)
{
    (void)of;
    return take_either(value, "little", "big", &c->big_endian);
}

static bool take_squeeze(struct config *c, unsigned of, const char *value)
{
    (void)of;
    bool yes;
    bool valid = take_either(value, "no", "yes", &yes);
    c->squeeze = valid ? yes : c->squeeze;
    return valid;
}

/* 1 to 7; 0: not a colour's name. Black is excluded: on most terminals it can't be read. */
static uint8_t colour_named(const char *name)
{
    static const char *const names[] = {"", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "default"};
    for (uint8_t i = 1; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return i < 7 ? i : 7;
        }
    }
    return 0;
}

static bool take_family(struct config *c, unsigned of, const char *value)
{
    uint8_t colour = colour_named(value);
    if (colour != 0) {
        c->palette.colour[of] = colour;
    }
    return colour != 0;
}

static bool take_role(struct config *c, unsigned of, const char *value)
{
    uint8_t colour = colour_named(value);
    if (colour != 0) {
        c->role_colour[of] = colour;
    }
    return colour != 0;
}

/* ---- names ---- */

#define COLOUR "red, green, yellow, blue, magenta, cyan or default"

const struct config_row config_rows[] = {
    {"hz", "a number from 1 to 1000", "polls per second", take_hz, 0},
    {"width", "1, 2, 4, 8, 16, 32 or 64", "bytes per row", take_width, 0},
    {"byte-order", "little or big", "the inspector's first column", take_order, 0},
    {"squeeze", "yes or no", "runs of rows that are zero share a line: yes as after `z`, no as with `--all`",
     take_squeeze, 0},
    {"colour.text", COLOUR, "texts and characters", take_family, GRID_TEXT},
    {"colour.integer", COLOUR, "integers, enums and booleans", take_family, GRID_INTEGER},
    {"colour.real", COLOUR, "float and double", take_family, GRID_REAL},
    {"colour.pointer", COLOUR, "pointers", take_family, GRID_POINTER},
    {"colour.sync", COLOUR, "locks and atomics", take_family, GRID_SYNC},
    {"colour.other", COLOUR, "fields of any other type", take_family, GRID_OTHER},
    {"colour.padding", COLOUR, "padding before a field", take_role, GRID_PADDING},
    {"colour.tail", COLOUR, "padding at a struct's end", take_role, GRID_TAIL},
    {"colour.free", COLOUR, "bytes that belong to no field", take_role, GRID_FREE},
};
const size_t config_row_count = sizeof config_rows / sizeof *config_rows;

/* ---- lines ---- */

static char *trimmed(char *text)
{
    text += strspn(text, BLANKS);
    size_t n = strlen(text);
    while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

static void setting_take(struct config *c, unsigned line, const char *name, const char *value)
{
    char shown[48];
    for (size_t i = 0; i < config_row_count; i++) {
        if (strcmp(config_rows[i].name, name) != 0) {
            continue;
        }
        const struct config_row *row = &config_rows[i];
        if (!row->take(c, row->of, value)) {
            printable_text(value, false, shown, sizeof shown);
            problem(c, line, "%s takes %s, not '%s'", name, row->takes, shown);
        }
        return;
    }
    printable_text(name, false, shown, sizeof shown);
    problem(c, line, "there is no setting '%s'", shown);
}

/* Parses a line without its end. */
static void line_take(struct config *c, unsigned number, const char *text, size_t n)
{
    char line[256];
    const char *comment = memchr(text, '#', n);
    n = comment != NULL ? (size_t)(comment - text) : n;
    if (memchr(text, '\0', n) != NULL) {
        problem(c, number, "it contains a zero byte: is this a text file?");
        return;
    }
    if (n >= sizeof line) {
        problem(c, number, "it is longer than %zu characters", sizeof line - 1);
        return;
    }
    memcpy(line, text, n);
    line[n] = '\0';
    char *name = trimmed(line), *equals = strchr(name, '=');
    if (*name == '\0') {
        return;
    }
    if (equals == NULL) {
        char shown[48];
        printable_text(name, false, shown, sizeof shown);
        problem(c, number, "'%s' is not 'name = value'", shown);
        return;
    }
    *equals = '\0';
    setting_take(c, number, trimmed(name), trimmed(equals + 1));
}

void config_init(struct config *c)
{
    *c = (struct config){.squeeze = -1};
    for (unsigned f = 0; f < GRID_FAMILIES; f++) {
        c->palette.colour[f] = (uint8_t)grid_colour(NULL, (enum grid_family)f);
    }
}

void config_parse(struct config *c, const char *text, size_t n)
{
    unsigned number = 1;
    for (const char *end = text + n; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline != NULL ? newline : end) - text);
        line_take(c, number, text, length);
        text += length + 1;
    }
}

/* ---- the file ---- */

/* Checks the owner: other users must not set our preferences, but an administrator may. */
static int file_check(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    }
    return st.st_uid == geteuid() || st.st_uid == 0 ? 0 : -EPERM;
}

int config_read(struct config *c, const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOTDIR ? -ENOENT : -errno;
    }
    int rc = file_check(fd);
    FILE *file = rc == 0 ? fdopen(fd, "r") : NULL;
    char *text = file != NULL ? malloc(CONFIG_SIZE_MAX + 1) : NULL;
    if (rc == 0 && text == NULL) {
        rc = -ENOMEM;
    }
    if (rc == 0) {
        size_t n = fread(text, 1, CONFIG_SIZE_MAX + 1, file);
        if (ferror(file)) {
            rc = -errno;
        } else if (n > CONFIG_SIZE_MAX) {
            problem(c, 0, "it is larger than %zu bytes, so it is not read", CONFIG_SIZE_MAX);
        } else {
            config_parse(c, text, n);
        }
    }
    free(text);
    if (file != NULL) {
        fclose(file);
    } else {
        close(fd);
    }
    return rc;
}

bool config_path(char *out, size_t out_size)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (xdg != NULL && *xdg == '/') { /* relative paths must be ignored: XDG Base Directory Specification */
        n = snprintf(out, out_size, "%s/shmlab/config", xdg);
    } else if (home != NULL && *home == '/') {
        n = snprintf(out, out_size, "%s/.config/shmlab/config", home);
    }
    return n > 0 && (size_t)n < out_size;
}
