/* View arguments: see view_arguments.h. */
#include "view_arguments.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "view_sources.h"

enum {
    OPTION_LIST = 2000,
    OPTION_LAYOUT,
    OPTION_TYPE,
    OPTION_ELF,
    OPTION_NO_LAYOUT,
    OPTION_RENDER,
    OPTION_EXPECT,
    OPTION_WAS,
    OPTION_SINCE,
    OPTION_CONFIG,
    OPTION_AT,
    OPTION_TOP,
    OPTION_WIDTH,
    OPTION_COLS,
    OPTION_SCREEN,
    OPTION_GROUND,
    OPTION_HZ,
    OPTION_SOURCE = 3000
}; /* the first option of the other kinds of source: they are numbered from here on */
#define OPTIONS_MAX 64

static const struct option_row segment_rows[] = {OPTIONS_SEGMENT_ROWS};

/* The rest; the options of the other kinds of source come before these. */
static const struct option_row rows[] = {
    {"list", OPTION_LIST, NULL, "list what shared memory there is, and exit; with --render json as JSON"},
    {NULL, 0, NULL, "Which layout (with none of these: what the program says with SHM_LAYOUT)"},
    {"type", OPTION_TYPE, "NAME", "this C type, as 'struct message'"},
    {"elf", OPTION_ELF, "FILE", "the program that has the type in its debug information"},
    {"layout", OPTION_LAYOUT, "FILE", "a .layout file"},
    {"no-layout", OPTION_NO_LAYOUT, NULL, "bytes only"},
    {NULL, 0, NULL, "Picture"},
    {"render", OPTION_RENDER, "FORMAT", NULL}, /* options_make fills in the help */
    {"expect", OPTION_EXPECT, "FILE", "mark the bytes that differ from FILE's; with --render, exit 1 if any do"},
    {"was", OPTION_WAS, "FILE", "with --render: the bytes as they were; what has changed since is marked"},
    {"since", OPTION_SINCE, "FILE",
     "the same, longer ago: what has changed since then but not since --was has another mark"},
    {"width", OPTION_WIDTH, "N", "bytes a row: 1, 2, 4, 8, 16, 32 or 64 (default: what fits)"},
    {"cols", OPTION_COLS, "N", "columns of what --render draws (default 80)"},
    {"screen", OPTION_SCREEN, "COLSxROWS", "with --render: the viewer's whole screen at that size, as 100x30"},
    {"ground", OPTION_GROUND, "WHICH",
     "of --render svg and html: light, dark or auto (light, but dark on a dark screen)"},
    {"config", OPTION_CONFIG, "FILE",
     "your preferences, instead of ~/.config/shmlab/config (which --render doesn't read)"},
    {"top", OPTION_TOP, "OFFSET", "of --screen: the first row shown is the one that has this byte"},
    {"at", OPTION_AT, "WHERE", "start there: an offset (32, 0x20) or a field"},
    {"hz", OPTION_HZ, "N", "reads of the bytes per second, 1 to 1000 (default 30)"},
    OPTIONS_COMMON_ROWS,
};

/* Used for error messages; options_make builds the option table. */
static const struct options options = {
    .program = "shm-view",
    .usage = "[OPTION]... [-]",
    .about = "Shows every byte of a shared memory segment as a hex grid, live and read-only, coloured by the fields "
             "that lie in it. Keys: ? shows them, q quits.",
};

struct option_table {
    struct option_row rows[OPTIONS_MAX];
    char render_help[512];
};

static struct options options_make(struct option_table *t)
{
    struct options made = options;
    size_t n = sizeof segment_rows / sizeof *segment_rows, rest = sizeof rows / sizeof *rows;
    memcpy(t->rows, segment_rows, sizeof segment_rows);
    n += view_sources_rows(t->rows + n, OPTIONS_MAX - n - rest, OPTION_SOURCE);
    memcpy(t->rows + n, rows, sizeof rows);
    made.rows = t->rows;
    made.row_count = n + rest;
    int used = snprintf(t->render_help, sizeof t->render_help, "draw once and exit:");
    render_help(t->render_help + used, sizeof t->render_help - (size_t)used);
    for (; n < made.row_count; n++) {
        t->rows[n].help = t->rows[n].letter == OPTION_RENDER ? t->render_help : t->rows[n].help;
    }
    return made;
}

/* The index of word in names; -1: not there. */
static int which_name(const char *word, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(word, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static int take_renderer(struct view_arguments *w, const char *word)
{
    char names[128];
    render_names(false, names, sizeof names);
    w->renderer = render_find(word);
    return w->renderer != NULL ? 0 : options_wrong(&options, "--render takes %s, not '%s'", names, word);
}

static int take_ground(struct view_arguments *w, const char *word)
{
    static const char *const names[] = {"auto", "light", "dark"};
    int i = which_name(word, names, (int)(sizeof names / sizeof *names));
    if (i < 0) {
        return options_wrong(&options, "--ground takes auto, light or dark, not '%s'", word);
    }
    w->ground = (enum svg_ground)i;
    return 0;
}

static int take_width(struct view_arguments *w, const char *word)
{
    long long n;
    if (options_number(word, 1, 64, &n) < 0 || (n & (n - 1)) != 0) {
        return options_wrong(&options, "--width takes 1, 2, 4, 8, 16, 32 or 64, not '%s'", word);
    }
    w->width = (int)n;
    return 0;
}

static int take_hz(struct view_arguments *w, const char *word)
{
    long long n;
    if (options_number(word, 1, 1000, &n) < 0) {
        return options_wrong(&options, "--hz takes a number from 1 to 1000, not '%s'", word);
    }
    w->hz = (int)n;
    return 0;
}

static int take_cols(struct view_arguments *w, const char *word)
{
    long long n;
    if (options_number(word, 10, 1000, &n) < 0) {
        return options_wrong(&options, "--cols takes a number from 10 to 1000, not '%s'", word);
    }
    w->cols = (int)n;
    return 0;
}

/* "100x30" */
static int take_screen(struct view_arguments *w, const char *word)
{
    const char *x = strchr(word, 'x');
    char cols[8];
    long long c, r;
    if (x == NULL || x - word >= (ptrdiff_t)sizeof cols) {
        return options_wrong(&options, "--screen takes columns and rows as 100x30, not '%s'", word);
    }
    snprintf(cols, sizeof cols, "%.*s", (int)(x - word), word);
    if (options_number(cols, 20, 500, &c) < 0 || options_number(x + 1, 6, 200, &r) < 0) {
        return options_wrong(&options, "--screen takes 20x6 to 500x200, not '%s'", word);
    }
    w->screen_cols = (int)c;
    w->screen_rows = (int)r;
    return 0;
}

static int take_top(struct view_arguments *w, const char *word)
{
    long long n;
    if (options_number(word, 0, LLONG_MAX, &n) < 0) {
        return options_wrong(&options, "--top takes an offset, as 64 or 0x40, not '%s'", word);
    }
    w->top = (size_t)n;
    return 0;
}

static int take_list(struct view_arguments *w, const char *arg)
{
    (void)arg;
    w->list = true;
    return 0;
}

static int take_no_layout(struct view_arguments *w, const char *arg)
{
    (void)arg;
    w->layout_choice.none = true;
    return 0;
}

/* What each option sets, except those that name a source. */
static const struct taker {
    int letter;
    int (*take)(struct view_arguments *w, const char *arg); /* 0, or the exit status; NULL: arg itself is kept */
    size_t word;                                            /* offset of the const char * that keeps it */
} takers[] = {
    {OPTION_LIST, .take = take_list},
    {OPTION_LAYOUT, .word = offsetof(struct view_arguments, layout_choice.layout_file)},
    {OPTION_TYPE, .word = offsetof(struct view_arguments, layout_choice.type)},
    {OPTION_ELF, .word = offsetof(struct view_arguments, layout_choice.elf)},
    {OPTION_NO_LAYOUT, .take = take_no_layout},
    {OPTION_RENDER, .take = take_renderer},
    {OPTION_EXPECT, .word = offsetof(struct view_arguments, expect)},
    {OPTION_WAS, .word = offsetof(struct view_arguments, was)},
    {OPTION_SINCE, .word = offsetof(struct view_arguments, since)},
    {OPTION_CONFIG, .word = offsetof(struct view_arguments, config)},
    {OPTION_AT, .word = offsetof(struct view_arguments, at)},
    {OPTION_TOP, .take = take_top},
    {OPTION_WIDTH, .take = take_width},
    {OPTION_COLS, .take = take_cols},
    {OPTION_SCREEN, .take = take_screen},
    {OPTION_GROUND, .take = take_ground},
    {OPTION_HZ, .take = take_hz},
};

/* 0, or the exit status. */
static int take(struct view_arguments *w, int letter, const char *arg)
{
    if (letter >= OPTION_PATH && letter <= OPTION_ID) {
        return options_segment(&options, letter, arg, &w->spec.name) < 0 ? 2 : 0;
    }
    for (const struct taker *t = takers; t < takers + sizeof takers / sizeof *takers; t++) {
        if (t->letter != letter) {
            continue;
        }
        if (t->take != NULL) {
            return t->take(w, arg);
        }
        memcpy((char *)w + t->word, &arg, sizeof arg);
        return 0;
    }
    return 2; /* wrong usage: options_next has printed the error */
}

/* Checks that the options go together, except those that name a source. 0, or the exit status. */
static int judge(const struct view_arguments *w)
{
    const struct renderer *r = w->renderer;
    char names[128];
    if (w->screen_rows > 0 && (r == NULL || r->screen == NULL)) {
        render_names(true, names, sizeof names);
        return options_wrong(&options, "--screen goes with --render %s", names);
    }
    if (w->top != SIZE_MAX && w->screen_rows == 0) {
        return options_wrong(&options, "--top goes with --screen");
    }
    if ((w->was != NULL || w->since != NULL) && r == NULL) {
        return options_wrong(&options, "%s goes with --render", w->was != NULL ? "--was" : "--since");
    }
    if (w->list && (w->named || (r != NULL && r != &render_text && r != &render_json))) {
        return options_wrong(&options, "--list goes with no other source, and with --render text or json");
    }
    return 0;
}

/* A file as the source; path NULL: standard input. */
static void take_file(struct view_arguments *w, const char *path)
{
    w->spec.kind = &source_file;
    w->spec.path = path;
}

/* Reads the options; *given: which options of view_sources.h were used. -1: go on; else the exit status. */
static int take_options(struct view_arguments *w, int argc, char **argv, unsigned *given)
{
    struct option_table table;
    const struct options made = options_make(&table);
    const char *arg;
    for (int letter; (letter = options_next(&made, argc, argv, &arg)) != -1;) {
        if (letter == OPTION_HELP || letter == OPTION_VERSION) {
            (letter == OPTION_HELP ? options_help : options_version)(&made, stdout);
            return 0;
        }
        int rc = letter < OPTION_SOURCE
                     ? take(w, letter, arg)
                     : view_sources_take(&made, &w->spec, (size_t)(letter - OPTION_SOURCE), arg, given);
        if (rc != 0) {
            return rc;
        }
    }
    return -1;
}

int view_arguments_take(struct view_arguments *w, int argc, char **argv)
{
    *w = (struct view_arguments){
        .cols = 80, .top = SIZE_MAX, .spec.kind = &source_segment, .spec.name = SEGMENT_NAME_DEFAULT};
    const struct segment_name *name = &w->spec.name;
    unsigned given = 0;
    int rc = take_options(w, argc, argv, &given);
    if (rc >= 0) {
        return rc;
    }
    bool input = optind < argc && strcmp(argv[optind], "-") == 0;
    int sources =
        view_sources_named(given) + input + (name->by != SEGMENT_BY_PATH || name->path != NULL || name->proj != 0);
    w->named = sources > 0;
    rc = judge(w);
    rc = rc != 0 ? rc : view_sources_judge(&options, given, sources);
    if (rc != 0) {
        return rc;
    }
    if (input) {
        take_file(w, NULL);
        optind++;
    } else if (!w->named && w->renderer != NULL && w->renderer->layout_only &&
               (w->layout_choice.elf != NULL || w->layout_choice.layout_file != NULL)) {
        take_file(w, "/dev/null"); /* it needs no bytes */
    }
    return optind < argc ? options_wrong(&options, "unexpected argument '%s'", argv[optind]) : -1;
}
