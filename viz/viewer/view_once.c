/* View once: shm-view --render: prints one picture. See view.h. */
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard.h"
#include "inspect/recording_reader.h"
#include "layout/sync_fields.h"
#include "render.h"
#include "report.h"
#include "rows.h"

#define NO_MEMORY "is there memory left?"
#define COMPARED_AT_ONCE ((size_t)64 << 10) /* bytes */

/* Scrolls to --top, as far as the end allows. */
static void scroll_to_top(struct view *v, const struct dashboard *plan)
{
    size_t width = (size_t)plan->shape.width, rows = (size_t)plan->grid.rows;
    size_t all = width > 0 ? (v->state.window.size + width - 1) / width : 0, last = all > rows ? all - rows : 0;
    if (v->arguments.top != SIZE_MAX && all > 0) {
        v->state.cursor.top = width * (v->arguments.top / width < last ? v->arguments.top / width : last);
    }
}

/* Draws the screen as the live viewer would. */
static int draw_screen(struct view *v, const struct picture *p)
{
    struct canvas canvas;
    int rc = canvas_init(&canvas, v->arguments.screen_rows, v->arguments.screen_cols, p->theme.utf8);
    if (rc < 0) {
        return rc;
    }
    struct dashboard plan = dashboard_plan(&v->state, canvas.rows, canvas.cols);
    dashboard_shape(&plan, &v->state);
    scroll_to_top(v, &plan);
    dashboard_draw(&canvas, &p->theme, &plan, &v->state, &v->source);
    rc = v->arguments.renderer->screen(stdout, p, &canvas);
    canvas_free(&canvas);
    return rc;
}

/* The bytes of the segment that are drawn: [first, first + count). */
struct range {
    size_t first, count;
};

/* What --at and --count choose. With --screen: what the window has room for, with the cursor in it. */
static struct range range_of(const struct view *v)
{
    const struct view_arguments *w = &v->arguments;
    size_t size = v->state.window.size, at = w->at != NULL ? v->state.cursor.at : 0;
    struct range r = {at, size - at < w->count ? size - at : w->count};
    if (w->screen_rows > 0) {
        size_t before = at < VIEW_DRAWN_MAX / 2 ? at : VIEW_DRAWN_MAX / 2;
        r = (struct range){at - before, size - (at - before)};
    }
    if (r.count > VIEW_DRAWN_MAX) {
        r.count = VIEW_DRAWN_MAX;
    }
    return r;
}

/* What is read: from the start of the row on, however wide it is, and all of the fields that are drawn. */
static struct range range_read(const struct view *v)
{
    const struct window *w = &v->state.window;
    struct range drawn = range_of(v);
    struct layout_leaf leaf;
    size_t first = drawn.first - drawn.first % ROWS_WIDTH_MAX, end = drawn.first + drawn.count;
    for (size_t i = 0; drawn.count < w->size && layout_leaf_get(w->layout, i, &leaf); i++) {
        size_t leaf_end = leaf.offset + leaf.node->size;
        if (leaf.offset < drawn.first + drawn.count && leaf_end > drawn.first && leaf.node->size < VIEW_DRAWN_MAX) {
            first = leaf.offset < first ? leaf.offset : first;
            end = leaf_end > end && leaf_end <= w->size ? leaf_end : end;
        }
    }
    return (struct range){first, end - first};
}

/* The present bytes with the file's bytes written over them; the caller frees them. */
static int bytes_of_then(const struct view *v, const char *path, struct range r, uint8_t **bytes)
{
    uint8_t *was = NULL;
    size_t was_size = 0;
    int rc = view_read_file(path, &was, &was_size);
    if (rc < 0) {
        return rc;
    }
    *bytes = calloc(r.count + 1, 1);
    if (*bytes != NULL) {
        size_t there = was_size > r.first ? was_size - r.first : 0;
        source_read(&v->source, r.first, *bytes, r.count);
        memcpy(*bytes, was + (there > 0 ? r.first : 0), there < r.count ? there : r.count);
    }
    free(was);
    return *bytes != NULL ? 0 : -ENOMEM;
}

/* Records the bytes of a file as if seen at that time, so that later differences count as changes. Where the file is
 * shorter, the present bytes are used. path NULL: does nothing. 0; 1 with the error printed. */
static int take_past(struct view *v, const char *option, const char *path, uint64_t when)
{
    uint8_t *bytes = NULL;
    char next[64];
    if (path == NULL) {
        return 0;
    }
    struct range r = range_read(v);
    int rc = bytes_of_then(v, path, r, &bytes);
    if (rc < 0) {
        snprintf(next, sizeof next, "%s takes a file with the bytes as they were", option);
        return report_failure("shm-view", rc, rc == -ENOMEM ? NO_MEMORY : next, "read %s", path);
    }
    history_tick(&v->state.history, &v->state.window, when);
    history_take(&v->state.history, &v->state.window, r.first, bytes, r.count);
    free(bytes);
    return 0;
}

/* Records --since, then --was, so far apart that changes between them no longer glow. */
static int take_pasts(struct view *v)
{
    const struct view_arguments *w = &v->arguments;
    uint64_t later = w->since != NULL ? 1 + HISTORY_GLOW_MS : 1;
    int rc = take_past(v, "--since", w->since, 1);
    if (rc == 0 && w->since != NULL) {
        history_mark(&v->state.history, &v->state.window, true);
    }
    rc = rc != 0 ? rc : take_past(v, "--was", w->was, later);
    v->state.history.news[0] = '\0'; /* changes between the two are not news */
    if (w->since != NULL && w->was != NULL) {
        history_tick(&v->state.history, &v->state.window, later + HISTORY_GLOW_MS + HISTORY_FADE_MS);
    }
    return rc;
}

/* Records the bytes as they were and as they are, and finds the processes attached. 0; 1 with the error printed. */
static int take_all(struct view *v)
{
    const struct range drawn = range_of(v), r = range_read(v);
    size_t wanted = v->state.window.size - drawn.first;
    wanted = wanted < v->arguments.count ? wanted : v->arguments.count;
    if (v->arguments.screen_rows == 0 && drawn.count < wanted) {
        fprintf(stderr, "shm-view: %zu bytes; %zu from 0x%zx on are drawn: --at and --count draw others\n",
                v->state.window.size, drawn.count, drawn.first);
    }
    if (take_pasts(v) != 0) {
        return 1;
    }
    view_read_at(v, r.first, r.count);
    if (v->state.window.doubt[0] != '\0') {
        fprintf(stderr, "shm-view: %s\n", v->state.window.doubt);
        v->snapshot.counter = LAYOUT_NO_OFFSET;
        view_read_at(v, r.first, r.count); /* even if torn: half a picture says more than none */
    }
    if (!v->state.replay.on) {
        history_tick(&v->state.history, &v->state.window, v->state.history.now);
    }
    source_scan_attachments(&v->source, view_now_ms());
    source_leave_out_viewer(&v->source);
    return 0;
}

static struct theme theme_of(const struct view *v)
{
    struct theme theme = view_theme(v, true);
    if (v->arguments.renderer->all_signs) {
        theme.colour = theme.utf8 = theme.braille = true;
    }
    return theme;
}

/* Compares all of the source with --expect's bytes, however much of it is drawn. 0 or -ENOMEM. */
static int compare(const struct view *v, struct differences *d)
{
    const struct window *w = &v->state.window;
    const struct grid_input in = window_grid(w);
    size_t end = w->expected_size < d->size ? w->expected_size : d->size;
    uint8_t *bytes = malloc(COMPARED_AT_ONCE);
    size_t n = bytes != NULL ? 1 : 0;
    for (size_t at = 0; n > 0 && at < end; at += n) {
        n = end - at < COMPARED_AT_ONCE ? end - at : COMPARED_AT_ONCE;
        size_t drawn = grid_known(&in, at, n);
        const uint8_t *actual = drawn > 0 ? grid_bytes(&in, at, drawn) : bytes; /* what is compared is what is drawn */
        n = drawn > 0 ? drawn : source_read(&v->source, at, bytes, n);
        differences_add(d, w->expected + at, actual, n);
    }
    free(bytes);
    return bytes != NULL ? 0 : -ENOMEM;
}

/* Gathers what is drawn. */
static void take_picture(const struct view *v, const struct differences *d, struct picture *p)
{
    const struct source *s = &v->source;
    *p = (struct picture){
        .grid = window_grid(&v->state.window),
        .first = range_of(v).first,
        .count = range_of(v).count,
        .all_rows = v->arguments.all_rows || v->config.squeeze == 0,
        .layout_title = v->state.window.layout_title,
        .state = source_state_name(s->state),
        .time = v->state.history.now,
        .stat = s->spec.kind->counted && s->attached_before ? &s->stat : NULL,
        .attached = source_attached(s),
        .theme = theme_of(v),
        .cols = v->arguments.cols,
        .width = v->state.cursor.want_width,
        .ground = v->arguments.ground,
    };
    source_title(s, p->title, sizeof p->title);
    uint64_t opened_at;
    p->recording = source_recording_of(s, &opened_at);
    if (p->recording != NULL && v->arguments.times == NULL) {
        size_t used = strlen(p->title);
        snprintf(p->title + used, sizeof p->title - used, " at %" PRIu64 ".%03u s", p->time / 1000,
                 (unsigned)(p->time % 1000));
    }
    p->differences = v->expected != NULL ? d : NULL;
    p->finding_count = findings_list(&p->grid, p->differences, p->findings, &p->findings_more);
}

/* Is each time later than the one before, in ms? If not, prints the error. */
static bool in_order(const struct recording_reader *r, const uint64_t *times, int count)
{
    for (int i = 1; i < count; i++) {
        uint64_t time = times[i] / 1000, before = times[i - 1] / 1000, end = r->end / 1000;
        if (time <= before) {
            fprintf(stderr,
                    "shm-view: --times: time %d, %" PRIu64 ".%03u s, is not after time %d, %" PRIu64 ".%03u s\n"
                    "  give times in order; the recording ends at %" PRIu64 ".%03u s\n",
                    i + 1, time / 1000, (unsigned)(time % 1000), i, before / 1000, (unsigned)(before % 1000),
                    end / 1000, (unsigned)(end % 1000));
            return false;
        }
    }
    return true;
}

/* Draws the moments of --times. The same result as a renderer's, or 1 with the error printed: they are not in order. */
static int draw_strip(const struct view *v, const struct picture *p)
{
    uint64_t times[VIEW_TIMES_MAX], now;
    struct picture_moment moments[VIEW_TIMES_MAX];
    char wrong[RECORDING_TIME_TEXT_MAX];
    const struct recording_reader *r = source_recording_of(&v->source, &now);
    int count = recording_reader_times(r, v->arguments.times, times, VIEW_TIMES_MAX, wrong);
    if (!in_order(r, times, count)) {
        return 1;
    }
    uint8_t *bytes = calloc((size_t)count, r->facts.recorded);
    for (int i = 0; bytes != NULL && i < count; i++) {
        uint8_t *then = bytes + (size_t)i * r->facts.recorded;
        recording_reader_bytes(r, times[i] / 1000 * 1000 + 999, then); /* as replay.h: all of this ms */
        moments[i] = (struct picture_moment){times[i] / 1000, then};
    }
    int rc = bytes != NULL ? v->arguments.renderer->strip(stdout, p, moments, (size_t)count) : -ENOMEM;
    free(bytes);
    return rc;
}

/* Says on standard error what is not as expected. The exit status. */
static int tell_differences(const struct view *v, const struct differences *d)
{
    if (v->expected == NULL || !differences_any(d)) {
        return 0;
    }
    if (differences_bytes(d) > 0) {
        fprintf(stderr, "shm-view: %zu of %zu bytes are not as expected\n", differences_bytes(d), d->expected_size);
    }
    if (d->expected_size != d->size) {
        fprintf(stderr, "shm-view: %zu bytes are expected, but there are %zu\n", d->expected_size, d->size);
    }
    return 1;
}

int view_once(struct view *v)
{
    const struct renderer *r = v->arguments.renderer;
    struct differences differences = {.expected_size = v->state.window.expected_size, .size = source_size(&v->source)};
    struct picture p;
    if (v->source.state == SOURCE_WAITING || v->source.state == SOURCE_DENIED) {
        return source_report(&v->source, "shm-view", 0);
    }
    if (take_all(v) != 0) {
        return 1;
    }
    if (r->layout_only && v->layout_choice.count == 0) {
        fprintf(stderr, "shm-view: there is no layout to print: %s\n", v->layout_choice.why);
        return 1;
    }
    if (compare(v, &differences) < 0) {
        return report_failure("shm-view", -ENOMEM, NO_MEMORY, "compare");
    }
    take_picture(v, &differences, &p);
    int rc = v->arguments.times != NULL     ? draw_strip(v, &p)
             : v->arguments.screen_rows > 0 ? draw_screen(v, &p)
                                            : r->render(stdout, &p);
    if (rc > 0) {
        return rc;
    }
    if (rc < 0 || fflush(stdout) != 0) {
        return report_failure("shm-view", rc < 0 ? rc : -errno, "is the output full or closed?", "draw");
    }
    return tell_differences(v, &differences);
}
