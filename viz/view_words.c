/* View words: see view_words.h. */
#include "view_words.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

enum { OPTION_FILE = 2000, OPTION_LAYOUT, OPTION_TYPE, OPTION_ELF, OPTION_NO_LAYOUT, OPTION_RENDER, OPTION_EXPECT,
       OPTION_WIDTH, OPTION_COLS, OPTION_SCREEN, OPTION_GROUND, OPTION_AT, OPTION_POSIX, OPTION_PID, OPTION_MAP, OPTION_LIST,
       OPTION_WAS, OPTION_CONFIG, OPTION_HZ,
       OPTION_SINCE, OPTION_TOP };

static const struct option_row rows[] = {
    OPTIONS_SEGMENT_ROWS,
    {"posix", OPTION_POSIX, "/NAME", "POSIX shared memory, as shm_open names it: /dev/shm/NAME"},
    {"pid", OPTION_PID, "PID", "memory of that process: --map says which; without it, lists what is shared"},
    {"map", OPTION_MAP, "WHICH", "its line in /proc/PID/maps, its name, or an address in it (0x...)"},
    {"list", OPTION_LIST, NULL, "list what shared memory there is, and exit; with --render json as JSON"},
    {"file", OPTION_FILE, "FILE", "the bytes of a file instead of a segment; - is standard input"},
    {NULL, 0, NULL, "Which layout (with none of these: what the program says with SHM_LAYOUT)"},
    {"type", OPTION_TYPE, "NAME", "this C type, as 'struct message'"},
    {"elf", OPTION_ELF, "FILE", "the program that has the type in its debug information"},
    {"layout", OPTION_LAYOUT, "FILE", "a .layout file"},
    {"no-layout", OPTION_NO_LAYOUT, NULL, "bytes only"},
    {NULL, 0, NULL, "Picture"},
    {"render", OPTION_RENDER, "FORMAT", "draw once and exit: text, ansi, json, svg, html, or layout (print the layout)"},
    {"expect", OPTION_EXPECT, "FILE", "mark the bytes that differ from FILE's; with --render, exit 1 if any do"},
    {"was", OPTION_WAS, "FILE", "with --render: the bytes as they were; what has changed since is marked"},
    {"since", OPTION_SINCE, "FILE",
     "the same, of long ago: what has changed since then, but not since --was, has a mark of its own"},
    {"width", OPTION_WIDTH, "N", "bytes a row: 1, 2, 4, 8, 16, 32 or 64 (default: what fits)"},
    {"cols", OPTION_COLS, "N", "columns for --render text, ansi, svg and html (default 80)"},
    {"screen", OPTION_SCREEN, "COLSxROWS", "with --render text, ansi, svg: the viewer's whole screen at that size, as 100x30"},
    {"ground", OPTION_GROUND, "WHICH", "of --render svg and html: light, dark or auto (light, but dark on a dark screen)"},
    {"config", OPTION_CONFIG, "FILE", "what you like, instead of ~/.config/shmlab/config (which --render doesn't read)"},
    {"top", OPTION_TOP, "OFFSET", "of --screen as text or ansi: the first row shown is the one that has this byte"},
    {"at", OPTION_AT, "WHERE", "start there: an offset (32, 0x20) or a field"},
    {"hz", OPTION_HZ, "N", "looks at the bytes a second, 1 to 1000 (default 30)"},
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = "shm-view",
    .usage = "[OPTION]... [-]",
    .about = "Shows every byte of a shared memory segment as a hex grid, live and read-only, coloured by the fields that "
             "lie in it. Keys: ? shows them, q quits.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
};

static int take_format(const char *word, enum format *format)
{
    static const char *const names[] = {"screen", "text", "ansi", "json", "svg", "html", "layout"};
    for (size_t i = FORMAT_TEXT; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) == 0) {
            *format = (enum format)i;
            return 0;
        }
    }
    return options_wrong(&options, "--render takes text, ansi, json, svg, html or layout, not '%s'", word);
}

static int take_width(const char *word, int *width)
{
    long long n;
    if (options_number(word, 1, 64, &n) < 0 || (n & (n - 1)) != 0) {
        return options_wrong(&options, "--width takes 1, 2, 4, 8, 16, 32 or 64, not '%s'", word);
    }
    *width = (int)n;
    return 0;
}

static int take_hz(const char *word, int *hz)
{
    long long n;
    if (options_number(word, 1, 1000, &n) < 0) {
        return options_wrong(&options, "--hz takes a number from 1 to 1000, not '%s'", word);
    }
    *hz = (int)n;
    return 0;
}

static int take_cols(const char *word, int *cols)
{
    long long n;
    if (options_number(word, 10, 1000, &n) < 0) {
        return options_wrong(&options, "--cols takes a number from 10 to 1000, not '%s'", word);
    }
    *cols = (int)n;
    return 0;
}

/* "100x30" */
static int take_screen(const char *word, struct view_words *w)
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

static int take_top(const char *word, size_t *top)
{
    long long n;
    if (options_number(word, 0, LLONG_MAX, &n) < 0) {
        return options_wrong(&options, "--top takes an offset, as 64 or 0x40, not '%s'", word);
    }
    *top = (size_t)n;
    return 0;
}

static int take_ground(const char *word, enum svg_ground *ground)
{
    static const char *const names[] = {"auto", "light", "dark"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) == 0) {
            *ground = (enum svg_ground)i;
            return 0;
        }
    }
    return options_wrong(&options, "--ground takes auto, light or dark, not '%s'", word);
}

static void take_file(struct view_words *w, const char *path)
{
    bool standard_input = strcmp(path, "-") == 0;
    w->spec.kind = standard_input ? SOURCE_STDIN : SOURCE_FILE;
    w->spec.path = path;
}

static int take_posix(struct view_words *w, const char *name)
{
    const char *bare = name + strspn(name, "/");
    if (*bare == '\0' || strchr(bare, '/') != NULL || strlen(bare) > 255) {
        return options_wrong(&options, "--posix takes a name without folders, as /psm_1a2b, not '%s'", name);
    }
    w->spec.kind = SOURCE_POSIX;
    w->spec.path = name;
    return 0;
}

static int take_pid(struct view_words *w, const char *word)
{
    long long n;
    if (options_number(word, 1, INT_MAX, &n) < 0) {
        return options_wrong(&options, "--pid takes the number of a process, not '%s'", word);
    }
    w->spec.kind = SOURCE_MAP;
    w->spec.pid = (pid_t)n;
    return 0;
}

/* How many sources were named: one is enough. */
static int sources_named(const struct view_words *w, unsigned kinds, bool input)
{
    bool named = w->spec.name.by != SEGMENT_BY_PATH || w->spec.name.path != NULL || w->spec.name.proj != 0;
    int n = named + input;
    for (; kinds != 0; kinds &= kinds - 1) {
        n++;
    }
    return n;
}

static int take(struct view_words *w, int letter, const char *arg)
{
    switch (letter) {
    case OPTION_PATH:
    case OPTION_PROJ:
    case OPTION_KEY:
    case OPTION_ID:
        return options_segment(&options, letter, arg, &w->spec.name) < 0 ? 2 : 0;
    case OPTION_FILE:
        take_file(w, arg);
        return 0;
    case OPTION_POSIX:
        return take_posix(w, arg);
    case OPTION_PID:
        return take_pid(w, arg);
    case OPTION_LIST:
        w->list = true;
        return 0;
    case OPTION_MAP:
        w->spec.map = arg;
        return 0;
    case OPTION_LAYOUT:
        w->glasses.layout_file = arg;
        return 0;
    case OPTION_TYPE:
        w->glasses.type = arg;
        return 0;
    case OPTION_ELF:
        w->glasses.elf = arg;
        return 0;
    case OPTION_NO_LAYOUT:
        w->glasses.none = true;
        return 0;
    case OPTION_RENDER:
        return take_format(arg, &w->format);
    case OPTION_EXPECT:
        w->expect = arg;
        return 0;
    case OPTION_CONFIG:
        w->config = arg;
        return 0;
    case OPTION_WAS:
        w->was = arg;
        return 0;
    case OPTION_SINCE:
        w->since = arg;
        return 0;
    case OPTION_TOP:
        return take_top(arg, &w->top);
    case OPTION_WIDTH:
        return take_width(arg, &w->width);
    case OPTION_COLS:
        return take_cols(arg, &w->cols);
    case OPTION_SCREEN:
        return take_screen(arg, w);
    case OPTION_GROUND:
        return take_ground(arg, &w->ground);
    case OPTION_HZ:
        return take_hz(arg, &w->hz);
    case OPTION_AT:
        w->at = arg;
        return 0;
    default:
        return 2;
    }
}

int view_words_take(struct view_words *w, int argc, char **argv)
{
    *w = (struct view_words){.cols = 80, .top = SIZE_MAX, .spec.name = SEGMENT_NAME_DEFAULT};
    const char *arg;
    unsigned kinds = 0; /* of source, a bit for each that was named */
    for (int letter; (letter = options_next(&options, argc, argv, &arg)) != -1;) {
        if (letter == OPTION_HELP || letter == OPTION_VERSION) {
            (letter == OPTION_HELP ? options_help : options_version)(&options, stdout);
            return 0;
        }
        int rc = take(w, letter, arg);
        if (rc != 0) {
            return rc;
        }
        kinds |= letter == OPTION_FILE ? 1u : letter == OPTION_POSIX ? 2u : letter == OPTION_PID ? 4u : 0;
    }
    if (w->screen_rows > 0 && w->format != FORMAT_TEXT && w->format != FORMAT_ANSI && w->format != FORMAT_SVG) {
        return options_wrong(&options, "--screen goes with --render text, ansi or svg");
    }
    if (w->top != SIZE_MAX && (w->screen_rows == 0 || w->format == FORMAT_SVG)) {
        return options_wrong(&options, "--top goes with --screen and --render text or ansi");
    }
    if ((w->was != NULL || w->since != NULL) && w->format == FORMAT_SCREEN) {
        return options_wrong(&options, "%s goes with --render", w->was != NULL ? "--was" : "--since");
    }
    bool input = optind < argc && strcmp(argv[optind], "-") == 0;
    int sources = sources_named(w, kinds, input);
    if (sources > 1) {
        return options_wrong(&options, "one source is enough: a segment, --posix, --pid, a file, or - for standard input");
    }
    w->named = sources > 0;
    if (w->list && (w->named || (w->format != FORMAT_SCREEN && w->format != FORMAT_TEXT && w->format != FORMAT_JSON))) {
        return options_wrong(&options, "--list goes with no other source, and with --render text or json");
    }
    if (w->spec.map != NULL && w->spec.kind != SOURCE_MAP) {
        return options_wrong(&options, "--map goes with --pid");
    }
    if (input) {
        take_file(w, argv[optind++]);
    }
    if (optind < argc) {
        return options_wrong(&options, "unexpected word '%s'", argv[optind]);
    }
    return -1;
}
