/* shm-view: shows every byte of a segment, live and read-only, with the fields and the padding that lie in it. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dashboard.h"
#include "glasses.h"
#include "keys.h"
#include "layout_text.h"
#include "options.h"
#include "printable.h"
#include "render.h"
#include "screen.h"
#include "tell.h"

#define FRAME_MS 33                 /* a look 30 times a second */
#define DRAWN_MAX ((size_t)1 << 20) /* bytes of a segment that --render draws */

enum { OPTION_FILE = 2000, OPTION_LAYOUT, OPTION_TYPE, OPTION_ELF, OPTION_NO_LAYOUT, OPTION_RENDER, OPTION_EXPECT,
       OPTION_WIDTH, OPTION_COLS, OPTION_SCREEN, OPTION_GROUND, OPTION_AT };

static const struct option_row rows[] = {
    OPTIONS_SEGMENT_ROWS,
    {"file", OPTION_FILE, "FILE", "the bytes of a file instead of a segment; - is standard input"},
    {NULL, 0, NULL, "Which layout (with none of these: what the segment's creator says with SHM_LAYOUT)"},
    {"type", OPTION_TYPE, "NAME", "this C type, as 'struct message'"},
    {"elf", OPTION_ELF, "FILE", "the program that has the type in its debug information"},
    {"layout", OPTION_LAYOUT, "FILE", "a .layout file"},
    {"no-layout", OPTION_NO_LAYOUT, NULL, "bytes only"},
    {NULL, 0, NULL, "Picture"},
    {"render", OPTION_RENDER, "FORMAT", "draw once and exit: text, ansi, json, svg, or layout (print the layout)"},
    {"expect", OPTION_EXPECT, "FILE", "mark the bytes that differ from FILE's; with --render, exit 1 if any do"},
    {"width", OPTION_WIDTH, "N", "bytes a row: 1, 2, 4, 8, 16, 32 or 64 (default: what fits)"},
    {"cols", OPTION_COLS, "N", "columns for --render text, ansi and svg (default 80)"},
    {"screen", OPTION_SCREEN, "COLSxROWS", "with --render svg: the viewer's whole screen at that size, as 100x30"},
    {"ground", OPTION_GROUND, "WHICH", "of --render svg: light, dark or auto (light, but dark on a dark screen)"},
    {"at", OPTION_AT, "WHERE", "start there: an offset (32, 0x20) or a field"},
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

enum format { FORMAT_SCREEN, FORMAT_TEXT, FORMAT_ANSI, FORMAT_JSON, FORMAT_SVG, FORMAT_LAYOUT };

struct view {
    struct source_spec spec;
    struct glasses_spec glasses_spec;
    enum format format;
    const char *expect, *at;
    int width, cols;
    int screen_cols, screen_rows; /* --screen; 0: not said */
    enum svg_ground ground;

    struct source source;
    struct glasses glasses;
    struct model model;
    unsigned attachments;   /* of source, when the model was last sized */
    unsigned layout_asked;  /* of model, when the glasses were last changed */
    uint8_t *fresh;         /* the bytes of one look; owned */
    size_t fresh_room;
    uint8_t *expected;
    bool on_screen;         /* curses has the terminal: nothing may be printed */
};

/* ---- words ---- */

static int take_format(const char *word, enum format *format)
{
    static const char *const names[] = {"screen", "text", "ansi", "json", "svg", "layout"};
    for (size_t i = FORMAT_TEXT; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) == 0) {
            *format = (enum format)i;
            return 0;
        }
    }
    return options_wrong(&options, "--render takes text, ansi, json, svg or layout, not '%s'", word);
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
static int take_screen(const char *word, struct view *v)
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
    v->screen_cols = (int)c;
    v->screen_rows = (int)r;
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

static void take_file(struct view *v, const char *path)
{
    bool standard_input = strcmp(path, "-") == 0;
    v->spec.kind = standard_input ? SOURCE_STDIN : SOURCE_FILE;
    v->spec.path = path;
}

static int take(struct view *v, int letter, const char *arg)
{
    switch (letter) {
    case OPTION_PATH:
    case OPTION_PROJ:
    case OPTION_KEY:
    case OPTION_ID:
        return options_segment(&options, letter, arg, &v->spec.name) < 0 ? 2 : 0;
    case OPTION_FILE:
        take_file(v, arg);
        return 0;
    case OPTION_LAYOUT:
        v->glasses_spec.layout_file = arg;
        return 0;
    case OPTION_TYPE:
        v->glasses_spec.type = arg;
        return 0;
    case OPTION_ELF:
        v->glasses_spec.elf = arg;
        return 0;
    case OPTION_NO_LAYOUT:
        v->glasses_spec.none = true;
        return 0;
    case OPTION_RENDER:
        return take_format(arg, &v->format);
    case OPTION_EXPECT:
        v->expect = arg;
        return 0;
    case OPTION_WIDTH:
        return take_width(arg, &v->width);
    case OPTION_COLS:
        return take_cols(arg, &v->cols);
    case OPTION_SCREEN:
        return take_screen(arg, v);
    case OPTION_GROUND:
        return take_ground(arg, &v->ground);
    case OPTION_AT:
        v->at = arg;
        return 0;
    default:
        return 2;
    }
}

/* Reads the words. -1: go on; else the exit status. */
static int take_words(struct view *v, int argc, char **argv)
{
    const char *arg;
    for (int letter; (letter = options_next(&options, argc, argv, &arg)) != -1;) {
        if (letter == OPTION_HELP || letter == OPTION_VERSION) {
            (letter == OPTION_HELP ? options_help : options_version)(&options, stdout);
            return 0;
        }
        int rc = take(v, letter, arg);
        if (rc != 0) {
            return rc;
        }
    }
    if (v->screen_rows > 0 && v->format != FORMAT_SVG) {
        return options_wrong(&options, "--screen goes with --render svg");
    }
    bool named = v->spec.name.by != SEGMENT_BY_PATH || v->spec.name.path != NULL || v->spec.name.proj != 0;
    bool file = v->spec.kind != SOURCE_SEGMENT, input = optind < argc && strcmp(argv[optind], "-") == 0;
    if (named + file + input > 1) {
        return options_wrong(&options, "one source is enough: a segment, a file, or - for standard input");
    }
    if (input) {
        take_file(v, argv[optind++]);
    }
    if (optind < argc) {
        return options_wrong(&options, "unexpected word '%s'", argv[optind]);
    }
    return -1;
}

/* ---- bytes and layouts ---- */

static int fail(const char *what, const char *of, int rc, const char *next)
{
    char name[256];
    printable_text(of, printable_utf8(), name, sizeof name);
    fprintf(stderr, "shm-view: cannot %s%s%s: %s\n  %s\n", what, *name != '\0' ? " " : "", name, strerror(-rc), next);
    return 1;
}

static int read_file(const char *path, uint8_t **bytes, size_t *size)
{
    struct source file;
    const struct source_spec spec = {.kind = SOURCE_FILE, .path = path};
    int rc = source_open(&file, &spec);
    if (rc == 0) {
        *bytes = file.bytes;
        *size = file.size;
        file.bytes = NULL;
    }
    source_close(&file);
    return rc;
}

static int wear_glasses(struct view *v)
{
    struct layout_error error = {.line = 0};
    int found = glasses_find(&v->glasses, &v->glasses_spec, &v->source, v->model.size, &error);
    /* What the model wore may be gone now, whether others were found or not. */
    int rc = model_set_layout(&v->model, glasses_layout(&v->glasses), glasses_title(&v->glasses));
    if (found < 0 && v->on_screen) {
        snprintf(v->model.message, sizeof v->model.message, "%.*s", (int)strcspn(error.text, "\n"), error.text);
        return rc;
    }
    if (found < 0) {
        fprintf(stderr, "shm-view: %s\n", error.text);
    }
    return found < 0 ? found : rc;
}

/* Makes room for a segment that is looked at for the first time, or anew. */
static int meet_segment(struct view *v)
{
    size_t size = source_size(&v->source);
    if (v->format != FORMAT_SCREEN && size > DRAWN_MAX) {
        size = DRAWN_MAX;
    }
    v->attachments = v->source.attachments;
    int rc = model_resize(&v->model, size);
    return rc < 0 ? rc : wear_glasses(v);
}

/* Takes the bytes of [first, first + count). true: the picture changed. */
static bool look_at(struct view *v, size_t first, size_t count)
{
    if (count > v->fresh_room) {
        uint8_t *fresh = realloc(v->fresh, count);
        if (fresh == NULL) {
            return false;
        }
        v->fresh = fresh;
        v->fresh_room = count;
    }
    size_t n = source_read(&v->source, first, v->fresh, count);
    return n > 0 && model_take(&v->model, first, v->fresh, n);
}

/* Takes what the next frame shows. */
static bool look(struct view *v)
{
    size_t first, count;
    model_want(&v->model, &first, &count);
    return look_at(v, first, count);
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ms since 1970 when now_ms was 0. */
static uint64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000 - now_ms();
}

/* ---- once ---- */

/* Why there is no segment to draw: what was tried, what the kernel said, what to do next. */
static int tell_no_segment(const struct source *s)
{
    char called[64];
    int id;
    int rc = segment_name_id(&s->spec.name, &id);
    if (rc < 0) {
        return tell_name_failure("shm-view", &s->spec.name, rc);
    }
    tell_name(&s->spec.name, s->key, called, sizeof called);
    if (s->state != SOURCE_DENIED) {
        fprintf(stderr, "shm-view: cannot attach %s: there is none\n", called);
        fprintf(stderr, "  start the server first: shm-server; ipcs -m lists the segments that there are\n");
        return 1;
    }
    tell_failure("shm-view", -EACCES, NULL, "attach %s", called);
    fprintf(stderr, "  it belongs to uid %ld with mode %04o, which gives uid %ld no right to read\n", (long)s->stat.owner,
            (unsigned)s->stat.mode, (long)geteuid());
    fprintf(stderr, "  its owner can start the server with --mode 0644, so that others may look\n");
    return 1;
}

/* The screen that the live viewer would show, as a picture. */
static int draw_screen(struct view *v)
{
    static const struct theme theme = {.colour = true, .utf8 = true, .braille = true};
    struct canvas canvas;
    char title[128], source[96], about[256];
    int rc = canvas_init(&canvas, v->screen_rows, v->screen_cols, theme.utf8);
    if (rc < 0) {
        return rc;
    }
    struct dashboard plan = dashboard_plan(&v->model, canvas.rows, canvas.cols);
    model_shape(&v->model, plan.shape.width, plan.grid.rows);
    if (v->at != NULL) {
        model_goto(&v->model, v->at);
    }
    dashboard_draw(&canvas, &theme, &plan, &v->model, &v->source);
    source_title(&v->source, source, sizeof source);
    snprintf(title, sizeof title, "shm-view: %s", source);
    snprintf(about, sizeof about,
             "The viewer's screen, %d columns and %d rows: a hex grid of %zu bytes, the fields that lie in it, a map of "
             "the whole segment and all readings of the byte under the cursor.",
             canvas.cols, canvas.rows, v->model.size);
    rc = render_svg_canvas(&canvas, v->ground, title, about, stdout);
    canvas_free(&canvas);
    return rc;
}

static int draw_once(struct view *v)
{
    if (source_size(&v->source) == 0 && v->source.state != SOURCE_STATIC) {
        return tell_no_segment(&v->source);
    }
    if (source_size(&v->source) > DRAWN_MAX) {
        fprintf(stderr, "shm-view: %zu bytes; the first %zu are shown\n", source_size(&v->source), DRAWN_MAX);
    }
    look_at(v, 0, v->model.size);
    struct theme theme = screen_theme(v->format == FORMAT_ANSI);
    int rc = 0;
    switch (v->format) {
    case FORMAT_TEXT:
        rc = render_text(&v->model, &v->source, &theme, v->cols, stdout);
        break;
    case FORMAT_ANSI:
        rc = render_ansi(&v->model, &v->source, &theme, v->cols, stdout);
        break;
    case FORMAT_JSON:
        rc = render_json(&v->model, &v->source, stdout);
        break;
    case FORMAT_SVG:
        rc = v->screen_rows > 0 ? draw_screen(v) : render_svg(&v->model, &v->source, v->cols, v->ground, stdout);
        break;
    default:
        if (v->glasses.count == 0) {
            fprintf(stderr, "shm-view: there is no layout to print: %s\n", v->glasses.why);
            return 1;
        }
        rc = layout_text_write(glasses_layout(&v->glasses), stdout);
    }
    if (rc < 0 || fflush(stdout) != 0) {
        return fail("draw", "", rc < 0 ? rc : -errno, "is the output full or closed?");
    }
    size_t different = v->expected != NULL ? render_differences(&v->model) : 0;
    if (different > 0) {
        fprintf(stderr, "shm-view: %zu of %zu bytes are not as expected\n", different, v->model.expected_size);
    }
    return different > 0 ? 1 : 0;
}

/* ---- live ---- */

static void next_glasses(struct view *v)
{
    v->layout_asked = v->model.next_layout;
    bool other = glasses_next(&v->glasses);
    model_set_layout(&v->model, glasses_layout(&v->glasses), glasses_title(&v->glasses));
    snprintf(v->model.message, sizeof v->model.message, "%s%s", other ? "layout: " : "the only layout: ",
             v->model.layout_title);
}

/* Looks at the source. true: something is new on the screen. */
static bool follow(struct view *v)
{
    enum source_state before = v->source.state;
    bool news = source_poll(&v->source);
    if (v->source.state != before) {
        v->model.message[0] = '\0'; /* an older answer would hide what the source has to say now */
    }
    if (v->source.attachments != v->attachments) {
        snprintf(v->model.message, sizeof v->model.message, "%s", v->source.news);
        meet_segment(v);
        news = true;
    }
    bool glow = model_tick(&v->model, now_ms());
    bool changed = look(v);
    return model_tick(&v->model, v->model.now) || glow || changed || news;
}

static int show(struct view *v, struct canvas *c, const struct theme *theme, struct dashboard *plan)
{
    int screen_rows, screen_cols;
    screen_size(&screen_rows, &screen_cols);
    if (c->rows != screen_rows || c->cols != screen_cols) {
        canvas_free(c);
        int rc = canvas_init(c, screen_rows, screen_cols, theme->utf8);
        if (rc < 0) {
            return rc;
        }
    }
    *plan = dashboard_plan(&v->model, screen_rows, screen_cols);
    dashboard_shape(plan, &v->model);
    look(v); /* keys and another size may have brought other rows into sight */
    dashboard_draw(c, theme, plan, &v->model, &v->source);
    screen_show(c);
    return 0;
}

static bool act(struct view *v, const struct dashboard *plan, const struct screen_event *event)
{
    switch (event->kind) {
    case SCREEN_KEY:
        keys_press(&v->model, event->key);
        break;
    case SCREEN_CLICK: {
        size_t offset = dashboard_offset_at(plan, &v->model, event->row, event->col);
        if (offset != SIZE_MAX) {
            model_go(&v->model, offset);
        }
        break;
    }
    case SCREEN_STOP:
        v->model.quit = true;
        break;
    case SCREEN_NOTHING:
        return false;
    case SCREEN_RESIZED:
        break;
    }
    if (v->model.next_layout != v->layout_asked) {
        next_glasses(v);
    }
    return true;
}

static int live(struct view *v)
{
    int rc = screen_open();
    if (rc == -ENOTTY) {
        return fail("open the screen", "", rc, "the viewer needs a terminal; for a pipe there is --render text");
    }
    if (rc < 0) {
        const char *term = getenv("TERM");
        return fail("open the screen: TERM is", term != NULL ? term : "not set", rc,
                    "this terminal can't place its cursor; --render text draws once without it");
    }
    struct theme theme = screen_theme(screen_has_colours());
    struct canvas canvas = {.glyphs = NULL};
    struct dashboard plan = {.rows = 0};
    bool dirty = true;
    v->on_screen = true;
    v->model.wall = wall_ms();
    while (!v->model.quit && rc == 0) {
        dirty = follow(v) || dirty;
        if (dirty) {
            rc = show(v, &canvas, &theme, &plan);
        }
        struct screen_event event = screen_wait(FRAME_MS);
        dirty = act(v, &plan, &event);
    }
    screen_close();
    v->on_screen = false;
    canvas_free(&canvas);
    return rc < 0 ? fail("draw", "", rc, "is there memory left?") : 0;
}

static int open_source(struct view *v)
{
    int rc = source_open(&v->source, &v->spec);
    if (rc < 0 && v->spec.kind == SOURCE_SEGMENT) {
        return fail("find the segment", "", rc, "name it with --path and --proj, --key or --id; 'ipcs -m' lists them");
    }
    if (rc < 0) {
        return fail("read", v->spec.path, rc, "does the file exist, and may you read it?");
    }
    if (v->expect != NULL) {
        rc = read_file(v->expect, &v->expected, &v->model.expected_size);
        if (rc < 0) {
            return fail("read", v->expect, rc, "--expect takes a file with the bytes that should be there");
        }
        v->model.expected = v->expected;
    }
    rc = meet_segment(v);
    if (rc == 0 && v->at != NULL && v->model.size > 0 && !model_goto(&v->model, v->at)) {
        fprintf(stderr, "shm-view: --at: %s\n", v->model.message);
        rc = -EINVAL;
    }
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct view v = {.cols = 80, .source = {.segment = SEGMENT_EMPTY}, .spec.name = SEGMENT_NAME_DEFAULT};
    setlocale(LC_ALL, "");
    model_init(&v.model);
    int status = take_words(&v, argc, argv);
    if (status < 0) {
        v.model.want_width = v.width;
        status = open_source(&v);
    } else {
        goto out;
    }
    if (status == 0) {
        status = v.format == FORMAT_SCREEN ? live(&v) : draw_once(&v);
    }
out:
    source_close(&v.source);
    model_free(&v.model);
    glasses_free(&v.glasses);
    free(v.fresh);
    free(v.expected);
    return status;
}
