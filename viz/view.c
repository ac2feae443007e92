/* shm-view: shows every byte of a segment, live and read-only, with the fields and the padding that lie in it. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "choose_live.h"
#include "dashboard.h"
#include "find.h"
#include "pointer.h"
#include "glasses.h"
#include "keys.h"
#include "layout_sync.h"
#include "layout_text.h"
#include "pace.h"
#include "printable.h"
#include "render.h"
#include "screen.h"
#include "snapshot.h"
#include "tell.h"
#include "view_config.h"
#include "view_lists.h"
#include "view_words.h"

#define HZ 30                       /* looks a second, where nobody says otherwise */
#define DRAWN_MAX ((size_t)1 << 20) /* bytes of a segment that --render draws */

struct view {
    struct view_words words;

    struct config config;
    struct chooser chooser; /* words.spec may point into it */
    struct source source;
    struct glasses glasses;
    struct model model;
    struct snapshot snapshot;
    struct pace pace;
    unsigned attachments;   /* of source, when the model was last sized */
    unsigned layout_asked;  /* of model, when the glasses were last changed */
    uint8_t *fresh;         /* the bytes of one look; owned */
    size_t fresh_room;
    uint8_t *expected;
    int hz;                 /* looks a second */
    bool shown;             /* one frame was */
    bool on_screen;         /* curses has the terminal: nothing may be printed */
};

/* ---- bytes and layouts ---- */

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

/* Lays the layout over the bytes that the glasses have now. It also says how to look: by which bell, and counter. */
static int lay_over(struct view *v)
{
    const struct layout *l = glasses_layout(&v->glasses);
    snapshot_meet(&v->snapshot, l, source_size(&v->source));
    if (v->words.format == FORMAT_SCREEN) {
        pace_meet(&v->pace, &v->source, l);
    }
    v->model.rings = v->pace.address != NULL;
    v->model.guarded = v->snapshot.counter != LAYOUT_NO_OFFSET;
    return model_set_layout(&v->model, l, glasses_title(&v->glasses));
}

static int wear_glasses(struct view *v)
{
    struct layout_error error = {.line = 0};
    if (v->source.spec.kind == SOURCE_POSIX) {
        source_look_around(&v->source, now_ms()); /* its layout is that of a program which has it mapped */
    }
    int found = glasses_find(&v->glasses, &v->words.glasses, &v->source, v->model.size, &error);
    /* What the model wore may be gone now, whether others were found or not. */
    int rc = lay_over(v);
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
    if (v->words.format != FORMAT_SCREEN && size > DRAWN_MAX) {
        size = DRAWN_MAX;
    }
    v->attachments = v->source.attachments;
    v->model.neighbours = v->source.neighbours.what.device != 0;
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
    size_t n = snapshot_take(&v->snapshot, &v->source, now_ms(), first, v->fresh, count);
    v->model.doubt = snapshot_line(&v->snapshot);
    return n > 0 && model_take(&v->model, first, v->fresh, n);
}

/* Takes what the next frame shows. */
static bool look(struct view *v)
{
    size_t first, count;
    model_want(&v->model, &first, &count);
    return look_at(v, first, count);
}

/* The theme, with the person's colours for what is no field. */
static struct theme theme_make(const struct view *v, bool colours_work)
{
    struct theme theme = screen_theme(colours_work);
    memcpy(theme.role_colour, v->config.role_colour, sizeof theme.role_colour);
    return theme;
}

/* ---- once ---- */

/* Why there is no POSIX shared memory to draw. */
static int tell_no_posix(const struct source *s)
{
    char name[256];
    bool denied = s->state == SOURCE_DENIED;
    source_title(s, name, sizeof name);
    fprintf(stderr, "shm-view: cannot open %s: %s\n", name, denied ? strerror(EACCES) : "there is none");
    fprintf(stderr, "  %s\n", denied ? "its owner can allow it: chmod a+r" : "ls /dev/shm lists what there is");
    return 1;
}

/* Why there is no segment to draw: what was tried, what the kernel said, what to do next. */
static int tell_no_segment(const struct source *s)
{
    char called[64];
    int id;
    if (s->spec.kind == SOURCE_POSIX) {
        return tell_no_posix(s);
    }
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

/* Scrolls to --top, as far as there is something to see. */
static void scroll_to_top(struct view *v, const struct dashboard *plan)
{
    size_t width = (size_t)plan->shape.width, rows = (size_t)plan->grid.rows;
    size_t all = width > 0 ? (v->model.size + width - 1) / width : 0, last = all > rows ? all - rows : 0;
    if (v->words.top != SIZE_MAX && all > 0) {
        v->model.top = width * (v->words.top / width < last ? v->words.top / width : last);
    }
}

/* The screen that the live viewer would show, as text or ANSI. */
static int draw_screen(struct view *v, const struct theme *theme)
{
    struct canvas canvas;
    int rc = canvas_init(&canvas, v->words.screen_rows, v->words.screen_cols, theme->utf8);
    if (rc < 0) {
        return rc;
    }
    struct dashboard plan = dashboard_plan(&v->model, canvas.rows, canvas.cols);
    dashboard_shape(&plan, &v->model);
    scroll_to_top(v, &plan);
    dashboard_draw(&canvas, theme, &plan, &v->model, &v->source);
    (v->words.format == FORMAT_ANSI ? canvas_ansi : canvas_text)(&canvas, stdout);
    canvas_free(&canvas);
    return 0;
}

/* A picture has all signs and colours, whatever the terminal has. */
static int draw_svg(struct view *v)
{
    struct theme theme = {.colour = true, .utf8 = true, .braille = true};
    const struct view_words *w = &v->words;
    memcpy(theme.role_colour, v->config.role_colour, sizeof theme.role_colour);
    return w->screen_rows > 0 ? render_svg_screen(&v->model, &v->source, &theme, w->screen_rows, w->screen_cols, w->ground,
                                                  stdout)
                              : render_svg(&v->model, &v->source, w->cols, w->ground, stdout);
}

/* Shows the model the bytes of a file at that time, so that what differs later is a change. What the file hasn't is as
 * it is now. path NULL: nothing to show. */
static int take_past(struct view *v, const char *option, const char *path, uint64_t when)
{
    uint8_t *was = NULL;
    size_t was_size = 0, size = v->model.size;
    if (path == NULL) {
        return 0;
    }
    int rc = read_file(path, &was, &was_size);
    if (rc < 0) {
        char next[64];
        snprintf(next, sizeof next, "%s takes a file with the bytes as they were", option);
        return fail("read", path, rc, next);
    }
    uint8_t *all = calloc(size + 1, 1);
    if (all != NULL) {
        source_read(&v->source, 0, all, size);
        memcpy(all, was, was_size < size ? was_size : size);
        model_tick(&v->model, when);
        model_take(&v->model, 0, all, size);
    }
    free(was);
    free(all);
    return all != NULL ? 0 : fail("draw", "", -ENOMEM, "is there memory left?");
}

/* --since, then --was, so far apart that what changed between them glows no more. */
static int take_pasts(struct view *v)
{
    const struct view_words *w = &v->words;
    uint64_t later = w->since != NULL ? 1 + MODEL_GLOW_MS : 1;
    int rc = take_past(v, "--since", w->since, 1);
    if (rc == 0 && w->since != NULL) {
        model_mark(&v->model, true);
        v->model.message[0] = '\0';
    }
    rc = rc != 0 ? rc : take_past(v, "--was", w->was, later);
    v->model.news.text[0] = '\0'; /* of what lies between them nothing is told */
    if (w->since != NULL && w->was != NULL) {
        model_tick(&v->model, later + MODEL_GLOW_MS);
    }
    return rc;
}

static int draw_once(struct view *v)
{
    if (v->source.state == SOURCE_WAITING || v->source.state == SOURCE_DENIED) {
        return tell_no_segment(&v->source);
    }
    if (source_size(&v->source) > DRAWN_MAX) {
        fprintf(stderr, "shm-view: %zu bytes; the first %zu are shown\n", source_size(&v->source), DRAWN_MAX);
    }
    if (take_pasts(v) != 0) {
        return 1;
    }
    look_at(v, 0, v->model.size);
    if (v->model.doubt[0] != '\0') {
        fprintf(stderr, "shm-view: %s\n", v->model.doubt);
        v->snapshot.counter = LAYOUT_NO_OFFSET;
        look_at(v, 0, v->model.size); /* as it is: half a picture says more than none */
    }
    model_tick(&v->model, v->model.now);
    source_look_around(&v->source, now_ms());
    source_leave_out_viewer(&v->source);
    struct theme theme = theme_make(v, v->words.format == FORMAT_ANSI);
    int rc = 0;
    switch (v->words.format) {
    case FORMAT_TEXT:
        rc = v->words.screen_rows > 0 ? draw_screen(v, &theme)
                                      : render_text(&v->model, &v->source, &theme, v->words.cols, stdout);
        break;
    case FORMAT_ANSI:
        rc = v->words.screen_rows > 0 ? draw_screen(v, &theme)
                                      : render_ansi(&v->model, &v->source, &theme, v->words.cols, stdout);
        break;
    case FORMAT_JSON:
        rc = render_json(&v->model, &v->source, stdout);
        break;
    case FORMAT_HTML:
        rc = render_html(&v->model, &v->source, v->words.cols, v->words.ground, stdout);
        break;
    case FORMAT_SVG:
        rc = draw_svg(v);
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
    lay_over(v);
    snprintf(v->model.message, sizeof v->model.message, "%s%s", other ? "layout: " : "the only layout: ",
             v->model.layout_title);
}

/* Looks who has the segment attached. A look through /proc takes its time: never before the first frame. */
static bool meet_neighbours(struct view *v)
{
    if (!source_look_around(&v->source, now_ms())) {
        return false;
    }
    if (v->source.spec.kind == SOURCE_POSIX && v->glasses.count == 0) {
        wear_glasses(v); /* the program that just came may know what lies there */
    }
    return true;
}

/* Asks what became of the source. true: something is new on the screen. */
static bool follow_source(struct view *v)
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
    return (v->shown && meet_neighbours(v)) || news;
}

/* Looks at the source and its bytes. true: something is new on the screen. */
static bool follow(struct view *v)
{
    const char *doubt = v->model.doubt;
    bool news = pace_asks(&v->pace, now_ms()) && follow_source(v);
    bool glow = model_tick(&v->model, now_ms());
    pace_look(&v->pace, &v->source, v->model.now);
    bool changed = look(v);
    return model_tick(&v->model, v->model.now) || glow || changed || news || v->model.doubt != doubt;
}

/* Sleeps until there may be something new. */
static struct screen_event await(struct view *v)
{
    bool settled = v->snapshot.state == SNAPSHOT_WHOLE || v->snapshot.state == SNAPSHOT_UNGUARDED;
    int fd;
    int ms = pace_sleep(&v->pace, now_ms(), model_fading(&v->model), settled, &fd);
    ms = v->model.find.busy ? 0 : ms;
    struct screen_event event = screen_wait(ms, fd);
    if (event.kind == SCREEN_OTHER) {
        ms = pace_rang(&v->pace, now_ms());
        event = ms > 0 ? screen_wait(ms, -1) : event;
    }
    return event;
}

#define SEARCH_MS 20 /* of a frame; the screen has the rest */

/* Looks on for what `/` asked for. true: something is new on the screen. */
static bool search_on(struct view *v)
{
    uint8_t *bytes = v->model.find.busy ? malloc(FIND_STEP + MODEL_PROMPT_MAX) : NULL;
    if (bytes == NULL) {
        return false;
    }
    for (uint64_t start = now_ms(); v->model.find.busy && now_ms() - start < SEARCH_MS;) {
        size_t first, count;
        find_want(&v->model, &first, &count);
        find_take(&v->model, bytes, source_read(&v->source, first, bytes, count));
    }
    free(bytes);
    return true;
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
    v->shown = true;
    return 0;
}

static bool act(struct view *v, const struct dashboard *plan, const struct screen_event *event)
{
    switch (event->kind) {
    case SCREEN_KEY:
        keys_press(&v->model, event->key);
        break;
    case SCREEN_CLICK:
        find_stop(&v->model);
        pointer_click(plan, &v->model, event->row, event->col);
        break;
    case SCREEN_WHEEL:
        pointer_wheel(plan, &v->model, event->row, event->col, event->key);
        break;
    case SCREEN_STOP:
        v->model.quit = true;
        break;
    case SCREEN_NOTHING:
    case SCREEN_OTHER:
        return false;
    case SCREEN_RESIZED:
        break;
    }
    if (v->model.next_layout != v->layout_asked) {
        next_glasses(v);
    }
    return true;
}

static int open_screen(void)
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
    return 0;
}

static int live(struct view *v)
{
    int rc = open_screen();
    if (rc != 0) {
        return rc;
    }
    struct theme theme = theme_make(v, screen_has_colours());
    struct canvas canvas = {.glyphs = NULL};
    struct dashboard plan = {.rows = 0};
    bool dirty = true;
    v->on_screen = true;
    v->model.wall = wall_ms();
    v->pace.period_ms = 1000 / v->hz;
    while (!v->model.quit && rc == 0) {
        dirty = follow(v) || dirty;
        dirty = search_on(v) || dirty;
        if (dirty) {
            rc = show(v, &canvas, &theme, &plan);
        }
        struct screen_event event = await(v);
        dirty = act(v, &plan, &event);
    }
    screen_close();
    v->on_screen = false;
    canvas_free(&canvas);
    return rc < 0 ? fail("draw", "", rc, "is there memory left?") : 0;
}

/* No word, and no server of the kit: lets the person choose among what there is. -1: one was chosen, or there is nothing
 * to choose from and the kit's server is waited for; else the exit status. */
static int choose(struct view *v)
{
    int id;
    if (segment_name_id(&v->words.spec.name, &id) == 0) {
        return -1;
    }
    chooser_refresh(&v->chooser);
    if (v->chooser.list.count == 0) {
        return -1;
    }
    int rc = open_screen();
    if (rc != 0) {
        return rc;
    }
    struct theme theme = theme_make(v, screen_has_colours());
    rc = choose_live(&v->chooser, &theme);
    screen_close();
    chooser_choice(&v->chooser, &v->words.spec);
    return rc < 0 ? fail("draw", "", rc, "is there memory left?") : v->chooser.quit ? 0 : -1;
}

static int open_source(struct view *v)
{
    int rc = source_open(&v->source, &v->words.spec);
    if (rc < 0 && v->words.spec.kind == SOURCE_MAP) {
        char which[300];
        snprintf(which, sizeof which, "%s of process %d", v->words.spec.map, (int)v->words.spec.pid);
        return fail("look at mapping", which, rc, v->source.line);
    }
    if (rc < 0 && v->words.spec.kind == SOURCE_SEGMENT) {
        return fail("find the segment", "", rc, "name it with --path and --proj, --key or --id; 'ipcs -m' lists them");
    }
    if (rc < 0) {
        return fail("read", v->words.spec.path, rc, "does the file exist, and may you read it?");
    }
    if (v->words.expect != NULL) {
        rc = read_file(v->words.expect, &v->expected, &v->model.expected_size);
        if (rc < 0) {
            return fail("read", v->words.expect, rc, "--expect takes a file with the bytes that should be there");
        }
        v->model.expected = v->expected;
    }
    v->source.leaving = pace_leave;
    v->source.leaving_context = &v->pace;
    rc = meet_segment(v);
    if (rc == 0 && v->words.at != NULL && v->model.size > 0 && !find_goto(&v->model, v->words.at)) {
        fprintf(stderr, "shm-view: --at: %s\n", v->model.message);
        rc = -EINVAL;
    }
    v->model.top = v->model.home = 0; /* the screen, once its size is known, scrolls no further than it must */
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct view v = {.source = {.segment = SEGMENT_EMPTY}};
    setlocale(LC_ALL, "");
    model_init(&v.model);
    pace_init(&v.pace, 1000 / HZ);
    int status = view_words_take(&v.words, argc, argv);
    if (status < 0 && v.words.spec.kind == SOURCE_MAP && v.words.spec.map == NULL) {
        status = view_list_maps(v.words.spec.pid);
        goto out;
    }
    if (status < 0 && v.words.list) {
        status = view_list_segments(&v.words);
    }
    if (status >= 0) {
        goto out;
    }
    int rc = view_config_read(&v.config, &v.words, v.model.message, sizeof v.model.message);
    status = rc < 0 ? fail("read", v.words.config, rc, "--config takes a file as docs/config.example") : 0;
    bool asks = status == 0 && !v.words.named && v.words.format == FORMAT_SCREEN;
    int chosen = asks ? choose(&v) : -1;
    if (chosen >= 0) {
        status = chosen;
        goto out;
    }
    if (status == 0) {
        v.hz = v.words.hz > 0 ? v.words.hz : v.config.hz > 0 ? v.config.hz : HZ;
        v.model.want_width = v.words.width > 0 ? v.words.width : v.config.width;
        v.model.big_endian = v.config.big_endian;
        v.model.squeeze = v.config.squeeze;
        v.model.palette = &v.config.palette;
        status = open_source(&v);
    }
    if (status == 0) {
        status = v.words.format == FORMAT_SCREEN ? live(&v) : draw_once(&v);
    }
out:
    source_close(&v.source);
    pace_close(&v.pace);
    model_free(&v.model);
    glasses_free(&v.glasses);
    chooser_free(&v.chooser);
    free(v.fresh);
    free(v.expected);
    return status;
}
