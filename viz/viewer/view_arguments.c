/* View arguments: see view_arguments.h. One table has all options but those that select a source: these are in the
 * tables of the sources. */
#include "view_arguments.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inspect/recording_reader.h"
#include "options.h"

/* ---- the options ---- */

static bool take_number(const char *arg, long long least, long long most, int *out)
{
    long long n;
    if (options_number(arg, least, most, &n) < 0) {
        return false;
    }
    *out = (int)n;
    return true;
}

static bool take_renderer(struct view_arguments *w, const char *arg)
{
    w->renderer = render_find(arg);
    return w->renderer != NULL;
}

static bool take_types(struct view_arguments *w, const char *arg)
{
    w->types = arg != NULL ? arg : "";
    return true;
}

static bool take_ground(struct view_arguments *w, const char *arg)
{
    static const char *const names[] = {"auto", "light", "dark"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(arg, names[i]) == 0) {
            w->ground = (enum svg_ground)i;
            return true;
        }
    }
    return false;
}

static bool take_width(struct view_arguments *w, const char *arg)
{
    return take_number(arg, 1, 64, &w->width) && (w->width & (w->width - 1)) == 0;
}

static bool take_hz(struct view_arguments *w, const char *arg)
{
    return take_number(arg, 1, 1000, &w->hz);
}

static bool take_cols(struct view_arguments *w, const char *arg)
{
    return take_number(arg, 10, 1000, &w->cols);
}

static bool take_screen(struct view_arguments *w, const char *arg)
{
    const char *x = strchr(arg, 'x');
    char cols[8];
    if (x == NULL || x - arg >= (ptrdiff_t)sizeof cols) {
        return false;
    }
    snprintf(cols, sizeof cols, "%.*s", (int)(x - arg), arg);
    return take_number(cols, 20, 500, &w->screen_cols) && take_number(x + 1, 6, 200, &w->screen_rows);
}

static bool take_top(struct view_arguments *w, const char *arg)
{
    long long n;
    bool valid = options_number(arg, 0, LLONG_MAX, &n) == 0;
    w->top = valid ? (size_t)n : SIZE_MAX;
    return valid;
}

static bool take_count(struct view_arguments *w, const char *arg)
{
    long long n;
    bool valid = options_number(arg, 1, LLONG_MAX, &n) == 0;
    w->count = valid ? (size_t)n : SIZE_MAX;
    return valid;
}

#define MEMBER(name) offsetof(struct view_arguments, name)

static const struct view_option {
    const char *name, *arg, *help; /* as in struct option_row */
    size_t
        member; /* without take: the const char * that keeps the argument, or the bool that is set if there is none */
    bool (*take)(struct view_arguments *w, const char *arg); /* false: it is not valid */
    const char *takes;                                       /* what it must be, for error messages */
} view_options[] = {
    {"list", NULL, "list what shared memory there is, and exit; with --render json as JSON", .member = MEMBER(list)},
    {.help = "Which layout (with none of these: what the program says with SHM_LAYOUT)"},
    {"type", "NAME", "this C type, as 'struct message'", .member = MEMBER(layout_choice.type)},
    {"elf", "FILE", "the program that has the type in its debug information", .member = MEMBER(layout_choice.elf)},
    {"types", "[PATTERN]", "list the types of --elf FILE whose names contain PATTERN, with size and padding, and exit",
     .take = take_types},
    {"layout", "FILE", "a .layout file", .member = MEMBER(layout_choice.layout_file)},
    {"no-layout", NULL, "bytes only", .member = MEMBER(layout_choice.none)},
    {.help = "Picture"},
    {"render", "FORMAT", NULL, .take = take_renderer}, /* options_make fills in the help */
    {"expect", "FILE", "mark the bytes that differ from FILE's; with --render, exit 1 if any do",
     .member = MEMBER(expect)},
    {"was", "FILE", "with --render: the bytes as they were; what has changed since is marked", .member = MEMBER(was)},
    {"since", "FILE", "the same, longer ago: what has changed since then but not since --was has another mark",
     .member = MEMBER(since)},
    {"times", "A,B,...", "of --replay, with --render svg: these moments in one picture, what changed marked",
     .member = MEMBER(times)},
    {"width", "N", "bytes per row: 1, 2, 4, 8, 16, 32, 64 (default: what fits)", .take = take_width,
     .takes = "1, 2, 4, 8, 16, 32 or 64"},
    {"cols", "N", "columns of what --render draws (default 80)", .take = take_cols,
     .takes = "a number from 10 to 1000"},
    {"screen", "COLSxROWS", "with --render: the viewer's whole screen at that size, as 100x30", .take = take_screen,
     .takes = "columns and rows as 100x30, from 20x6 to 500x200"},
    {"ground", "WHICH", "of --render svg and html: light, dark or auto (light, but dark on a dark screen)",
     .take = take_ground, .takes = "auto, light or dark"},
    {"config", "FILE", "your preferences, instead of ~/.config/shmlab/config (which --render doesn't read)",
     .member = MEMBER(config)},
    {"record", "FILE", "write all that is seen, with its time, to a new file: --replay shows it again",
     .member = MEMBER(record)},
    {"top", "OFFSET", "of --screen: the first row shown is the one that has this byte", .take = take_top,
     .takes = "an offset, as 64 or 0x40"},
    {"at", "WHERE", "start there: an offset (32, 0x20) or a field", .member = MEMBER(at)},
    {"count", "N", "with --render: draw only so many bytes from there on", .take = take_count,
     .takes = "a number of bytes, at least 1"},
    {"all", NULL, "with --render: every row, also where rows of zeros would share a line", .member = MEMBER(all_rows)},
    {"hz", "N", "poll N times per second, 1 to 1000 (default 30)", .take = take_hz, .takes = "a number from 1 to 1000"},
};

/* Used for error messages; options_make adds the table. */
static const struct options options = {
    .program = "shm-view",
    .usage = "[OPTION]... [-]",
    .about = "Shows every byte of a shared memory segment as a hex grid, live and read-only, coloured by the fields "
             "that lie in it. Keys: ? shows them, q quits.",
    .operands = true,
};

#define OPTIONS_MAX 64
#define OPTION_FIRST 2000 /* the letter of row 0; the rows have consecutive ones, but for those of options.h */

/* The options of a segment, of each other kind of source, of view_options, and of all programs. */
struct option_table {
    struct option_row rows[OPTIONS_MAX];
    struct {
        const struct view_option *view;
        const struct source_option *source; /* one of kind's */
        const struct source_kind *kind;
        bool given;
    } of[OPTIONS_MAX]; /* what each row stands for */
    size_t count;
    char render_help[512];
};

static void rows_add(struct option_table *t, const struct option_row *rows, size_t count)
{
    for (size_t i = 0; i < count && t->count < OPTIONS_MAX; i++) {
        t->rows[t->count++] = rows[i];
    }
}

/* Returns its number. */
static size_t row_add(struct option_table *t, const char *name, const char *arg, const char *help)
{
    const struct option_row row = {name, OPTION_FIRST + (int)t->count, arg, help};
    rows_add(t, &row, 1);
    return t->count - 1;
}

static struct options options_make(struct option_table *t)
{
    static const struct option_row segment[] = {OPTIONS_SEGMENT_ROWS}, common[] = {OPTIONS_COMMON_ROWS};
    *t = (struct option_table){.count = 0};
    rows_add(t, segment, sizeof segment / sizeof *segment);
    for (size_t i = 0; i < source_kind_count; i++) {
        for (const struct source_option *o = source_kinds[i]->options; o != NULL && o->name != NULL; o++) {
            size_t row = row_add(t, o->name, o->arg, o->help);
            t->of[row].source = o;
            t->of[row].kind = source_kinds[i];
        }
    }
    int used = snprintf(t->render_help, sizeof t->render_help, "draw once and exit:");
    render_help(t->render_help + used, sizeof t->render_help - (size_t)used);
    for (const struct view_option *o = view_options; o < view_options + sizeof view_options / sizeof *o; o++) {
        size_t row = row_add(t, o->name, o->arg, o->help != NULL ? o->help : t->render_help);
        t->of[row].view = o;
    }
    rows_add(t, common, sizeof common / sizeof *common);
    struct options made = options;
    made.rows = t->rows;
    made.row_count = t->count;
    return made;
}

/* ---- the command line ---- */

static int wrong(const char *option, const char *takes, const char *arg)
{
    return options_wrong(&options, "--%s takes %s, not '%s'", option, takes, arg);
}

static int view_option_take(struct view_arguments *w, const struct view_option *o, const char *arg)
{
    char names[128];
    if (o->take == NULL && o->arg != NULL) {
        memcpy((char *)w + o->member, &arg, sizeof arg);
        return 0;
    }
    if (o->take == NULL) {
        memcpy((char *)w + o->member, &(bool){true}, sizeof(bool));
        return 0;
    }
    render_names(RENDER_PICTURE, names, sizeof names);
    return o->take(w, arg) ? 0 : wrong(o->name, o->takes != NULL ? o->takes : names, arg);
}

/* Handles an option. 0, or the exit status. */
static int take(struct view_arguments *w, struct option_table *t, int letter, const char *arg)
{
    if (letter >= OPTION_PATH && letter <= OPTION_ID) {
        return options_segment(&options, letter, arg, &w->spec.name);
    }
    size_t row = (size_t)(letter - OPTION_FIRST);
    const struct source_option *source = t->of[row].source;
    t->of[row].given = true;
    if (source == NULL) {
        return view_option_take(w, t->of[row].view, arg);
    }
    w->spec.kind = t->of[row].kind;
    return source->take(&w->spec, arg) < 0 ? wrong(source->name, source->takes, arg) : 0;
}

/* Checks --times. 0, or the exit status. */
static int judge_times(const struct view_arguments *w)
{
    const struct recording_reader any = {.end = RECORDING_TIME_MAX};
    uint64_t times[VIEW_TIMES_MAX];
    char names[128], one[RECORDING_TIME_TEXT_MAX];
    if (w->times == NULL) {
        return 0;
    }
    if (w->spec.kind != &source_recording) {
        return options_wrong(&options, "--times goes with --replay");
    }
    if (w->renderer == NULL || w->renderer->strip == NULL) {
        render_names(RENDER_STRIP, names, sizeof names);
        return options_wrong(&options, "--times goes with --render %s", names);
    }
    if (w->spec.time != NULL || w->screen_rows > 0 || w->expect != NULL) {
        return options_wrong(&options, "--%s doesn't go with --times",
                             w->spec.time != NULL ? "time"
                             : w->screen_rows > 0 ? "screen"
                                                  : "expect");
    }
    int n = recording_reader_times(&any, w->times, times, VIEW_TIMES_MAX, one);
    if (n == -E2BIG) {
        return options_wrong(&options, "--times takes at most %d times", VIEW_TIMES_MAX);
    }
    return n > 0 ? 0 : options_wrong(&options, "--times takes seconds or percent, as 1,2.5,50%%: '%s' is neither", one);
}

/* Checks that the options go together, except those that select a source. 0, or the exit status. */
static int judge(const struct view_arguments *w)
{
    const struct renderer *r = w->renderer;
    char names[128];
    if (w->screen_rows > 0 && (r == NULL || r->screen == NULL)) {
        render_names(RENDER_SCREEN, names, sizeof names);
        return options_wrong(&options, "--screen goes with --render %s", names);
    }
    if (w->top != SIZE_MAX && w->screen_rows == 0) {
        return options_wrong(&options, "--top goes with --screen");
    }
    const char *drawn = w->count != SIZE_MAX ? "count" : w->all_rows ? "all" : NULL;
    if (drawn != NULL && (r == NULL || r->layout_only)) {
        return options_wrong(&options, "--%s goes with a --render that draws bytes", drawn);
    }
    if (drawn != NULL && w->screen_rows > 0) {
        return options_wrong(&options, "--%s doesn't go with --screen", drawn);
    }
    if ((w->was != NULL || w->since != NULL) && r == NULL) {
        return options_wrong(&options, "%s goes with --render", w->was != NULL ? "--was" : "--since");
    }
    if (w->spec.kind == &source_recording && (w->was != NULL || w->since != NULL || w->record != NULL)) {
        return options_wrong(&options, "--%s doesn't go with --replay",
                             w->record != NULL ? "record"
                             : w->was != NULL  ? "was"
                                               : "since");
    }
    if (w->record != NULL && r != NULL) {
        return options_wrong(&options, "--record goes with the viewer, not with --render");
    }
    if (w->types != NULL && (w->layout_choice.elf == NULL || w->named || r != NULL)) {
        return options_wrong(&options, "--types goes with --elf, and with no source and no --render");
    }
    if (w->list && (w->named || (r != NULL && r->list == NULL))) {
        render_names(RENDER_LIST, names, sizeof names);
        return options_wrong(&options, "--list goes with no other source, and with --render %s", names);
    }
    return judge_times(w);
}

/* Checks the options that select a source; others: how many were selected without one. Sets w->named. 0, or the exit
 * status. */
static int judge_sources(struct view_arguments *w, const struct option_table *t, int others)
{
    char names[256] = "";
    bool selected = false; /* the source that the option belongs to */
    for (size_t i = 0; i < t->count; i++) {
        const struct source_option *o = t->of[i].source;
        size_t used = strlen(names);
        if (o != NULL && o == t->of[i].kind->options) {
            selected = t->of[i].given;
            others += selected;
            snprintf(names + used, sizeof names - used, "--%s, ", o->name);
        } else if (o != NULL && t->of[i].given && !selected) {
            return options_wrong(&options, "--%s goes with --%s", o->name, t->of[i].kind->options->name);
        }
    }
    w->named = others > 0;
    return others <= 1 ? 0
                       : options_wrong(&options, "one source is enough: a segment, %sor - for standard input", names);
}

/* A file as the source; path NULL: standard input. */
static void take_file(struct view_arguments *w, const char *path)
{
    w->spec.kind = &source_file;
    w->spec.path = path;
}

/* What take_option needs. */
struct taking {
    struct view_arguments *arguments;
    struct option_table *table;
};

static int take_option(void *state, int letter, const char *arg)
{
    struct taking *t = state;
    return take(t->arguments, t->table, letter, arg);
}

int view_arguments_take(struct view_arguments *w, int argc, char **argv)
{
    *w = (struct view_arguments){.cols = 80, .count = SIZE_MAX, .top = SIZE_MAX, .spec = SOURCE_SPEC_DEFAULT};
    const struct segment_name *name = &w->spec.name;
    struct option_table table;
    const struct options made = options_make(&table);
    struct taking taking = {w, &table};
    int rc = options_parse(&made, argc, argv, take_option, &taking);
    if (rc >= 0) {
        return rc;
    }
    bool input = optind < argc && strcmp(argv[optind], "-") == 0;
    rc = judge_sources(w, &table, input + !segment_name_is_default(name));
    rc = rc != 0 ? rc : judge(w);
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
    if (w->types != NULL && *w->types == '\0' && optind < argc) {
        w->types = argv[optind++];
    }
    return optind < argc ? options_wrong(&options, "unexpected argument '%s'", argv[optind]) : -1;
}
