/* View live: shm-view on a terminal: the list to choose from, and the viewer. See view.h. */
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dashboard.h"
#include "find.h"
#include "keys.h"
#include "report.h"
#include "screen.h"

#define SEARCH_MS 20 /* per frame for searching; the rest is for the screen */

static void next_layout(struct view *v)
{
    bool other = layout_choice_next(&v->layout_choice);
    view_use_layout(v);
    cursor_answer(&v->state.cursor, "%s%s", other ? "layout: " : "the only layout: ", v->state.window.layout_title);
}

/* Finds the processes attached. Scanning /proc takes time, so never before the first frame. */
static bool scan_attached(struct view *v)
{
    if (!source_scan_attachments(&v->source, view_now_ms())) {
        return false;
    }
    view_record_attached(v);
    if (!v->source.spec.kind->maker && v->layout_choice.count == 0) {
        view_apply_layout(v); /* a program that has just attached may know the layout */
    }
    return true;
}

/* Checks the source's status. true: the screen must be redrawn. */
static bool follow_source(struct view *v)
{
    enum source_state before = v->source.state;
    bool news = source_poll(&v->source);
    if (v->source.state != before) {
        v->state.cursor.message[0] = '\0'; /* an old answer would hide the source's status */
    }
    if (v->source.attachments != v->attachments) {
        cursor_answer(&v->state.cursor, "%s", v->source.news);
        view_start(v);
        news = true;
    }
    view_record_note(v);
    return (v->shown && scan_attached(v)) || news;
}

/* Checks the source and reads its bytes. true: the screen must be redrawn. */
static bool follow(struct view *v)
{
    const char *doubt = v->state.window.doubt;
    uint64_t now = view_now_us();
    bool news = poll_schedule_status_due(&v->schedule, now) && follow_source(v);
    struct state *s = &v->state;
    bool glow = s->replay.on ? replay_tick(&s->replay, &s->history, &s->window, now)
                             : history_tick(&s->history, &s->window, now / 1000);
    news = (s->replay.on && source_recording_seek(&v->source, s->history.now * 1000 + 999)) || news;
    poll_schedule_read_bell(&v->schedule, &v->source);
    bool changed = view_read(v);
    return glow || changed || news || v->state.window.doubt != doubt;
}

/* The ms until there is something to do without any change. -1: there isn't. */
static int fading(const struct view *v)
{
    int ms = v->state.replay.on ? -1 : history_fading(&v->state.history), most = RECORDING_WRITER_US / 1000;
    return v->recorder.used > 0 && (ms < 0 || ms > most) ? most : ms;
}

/* Sleeps until there may be something to do. */
static struct screen_event await(struct view *v)
{
    struct poll_schedule *p = &v->schedule;
    bool settled = v->snapshot.state == SNAPSHOT_WHOLE || v->snapshot.state == SNAPSHOT_UNGUARDED;
    uint64_t now = view_now_us();
    struct screen_event event;
    /* A file is read only once, and what stands still needs no frames. */
    bool still = v->source.state == SOURCE_STATIC && !v->state.replay.playing;
    p->period = still ? 1000000 : v->period;
    poll_schedule_plan(p, now, fading(v), settled);
    if (v->state.find.busy) {
        return screen_wait(v->screen, now, NULL, 0);
    }
    event = screen_wait(v->screen, p->next, p->address, p->seen);
    if (event.kind == SCREEN_BELL_REFUSED) {
        poll_schedule_drop_bell(p);
    } else if (event.kind == SCREEN_BELL && poll_schedule_rang(p, view_now_us())) {
        event = screen_wait(v->screen, p->next, NULL, 0);
    }
    return event;
}

/* Continues the search for a while. true: the screen must be redrawn. */
static bool search_on(struct view *v)
{
    struct find *f = &v->state.find;
    const struct window *w = &v->state.window;
    uint8_t *bytes = f->busy ? malloc(FIND_STEP + CURSOR_TYPED_MAX) : NULL;
    if (bytes == NULL) {
        return false;
    }
    for (uint64_t start = view_now_ms(); f->busy && view_now_ms() - start < SEARCH_MS;) {
        size_t first, count;
        find_want(f, w->size, &first, &count);
        find_take(f, &v->state.cursor, w, bytes, source_read(&v->source, first, bytes, count));
    }
    free(bytes);
    return true;
}

static int show(struct view *v, const struct theme *theme, struct dashboard *plan)
{
    struct canvas *c;
    int rc = screen_canvas(v->screen, theme->utf8, &c);
    if (rc < 0) {
        return rc;
    }
    *plan = dashboard_plan(&v->state, c->rows, c->cols);
    dashboard_shape(plan, &v->state);
    view_read(v); /* keys or a resize may have scrolled */
    size_t most = dashboard_draw(c, theme, plan, &v->state, &v->source);
    v->state.list_top = v->state.list_top < most ? v->state.list_top : most;
    screen_show(v->screen);
    v->shown = true;
    return 0;
}

static bool act(struct view *v, const struct dashboard *plan, const struct screen_event *event)
{
    switch (event->kind) {
    case SCREEN_KEY:
        keys_press(&v->state, event->key);
        break;
    case SCREEN_CLICK:
        find_stop(&v->state.find, &v->state.cursor);
        dashboard_click(plan, &v->state, event->row, event->col);
        break;
    case SCREEN_WHEEL:
        dashboard_wheel(plan, &v->state, event->row, event->col, event->key);
        break;
    case SCREEN_STOP:
        v->state.request = REQUEST_QUIT;
        break;
    case SCREEN_NOTHING:
    case SCREEN_BELL:
    case SCREEN_BELL_REFUSED:
        return false;
    case SCREEN_RESIZED:
        break;
    }
    if (v->state.request == REQUEST_LAYOUT) {
        v->state.request = REQUEST_NONE;
        next_layout(v);
    }
    return true;
}

/* 0, also if it is open already; else the exit status, with the error printed. */
static int open_screen(struct view *v)
{
    int rc = v->screen != NULL ? 0 : screen_open(&v->screen);
    if (rc == -ENOTTY) {
        return report_failure("shm-view", rc, "the viewer needs a terminal; for a pipe there is --render text",
                              "open the screen");
    }
    if (rc < 0) {
        const char *term = getenv("TERM");
        return report_failure("shm-view", rc,
                              "this terminal can't place its cursor; --render text draws once without it",
                              "open the screen: TERM is %s", term != NULL ? term : "not set");
    }
    return 0;
}

void view_leave(struct view *v)
{
    screen_close(v->screen);
    v->screen = NULL;
}

/* rc: the screen's result. goes_on: the screen stays open for another source. */
static int end(struct view *v, int rc, bool goes_on)
{
    if (rc < 0 || !goes_on) {
        view_leave(v);
    }
    return rc < 0 ? report_failure("shm-view", rc, "is there memory left?", "draw") : goes_on ? -1 : 0;
}

int view_live(struct view *v, int hz)
{
    int rc = open_screen(v);
    if (rc != 0) {
        return rc;
    }
    struct theme theme = view_theme(v, screen_has_colours());
    struct dashboard plan = {.rows = 0};
    bool dirty = true;
    v->state.history.wall = view_wall_ms() - view_now_ms();
    v->period = 1000000 / (uint64_t)hz;
    if (v->state.replay.on && v->arguments.spec.time == NULL) {
        replay_seek(&v->state.replay, &v->state.history, &v->state.window, 0);
        replay_play(&v->state.replay, &v->state.history, &v->state.window);
    }
    while (v->state.request == REQUEST_NONE && rc == 0) {
        dirty = follow(v) || dirty;
        dirty = search_on(v) || dirty;
        if (dirty) {
            rc = show(v, &theme, &plan);
        }
        struct screen_event event = await(v);
        dirty = act(v, &plan, &event);
    }
    return end(v, rc, v->state.request == REQUEST_OTHERS);
}

int view_choose(struct view *v)
{
    int rc = open_screen(v);
    if (rc != 0) {
        return rc;
    }
    struct theme theme = view_theme(v, screen_has_colours());
    rc = chooser_run(&v->chooser, v->screen, &theme);
    chooser_choice(&v->chooser, &v->arguments.spec);
    return end(v, rc, !v->chooser.quit);
}

int view_choose_first(struct view *v)
{
    int id;
    if (segment_name_id(&v->arguments.spec.name, &id) == 0) {
        return -1;
    }
    chooser_refresh(&v->chooser);
    return v->chooser.list.count > 0 ? view_choose(v) : -1;
}
