/* shm-view: shows every byte of a segment, live and read-only, with the fields and the padding that lie in it. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "printable.h"
#include "report.h"
#include "view.h"
#include "view_types.h"

#define HZ 30 /* default polls per second */

/* --list. The exit status. */
static int list_segments(const struct view_arguments *w)
{
    struct segment_list list = {.list = NULL};
    int rc = segment_list_read(&list);
    if (rc == 0) {
        (w->renderer != NULL ? w->renderer : &render_text)->list(stdout, &list);
    }
    segment_list_free(&list);
    if (rc == 0 && fflush(stdout) != 0) {
        rc = -errno;
    }
    return rc < 0 ? report_failure("shm-view", rc, "is the output full or closed?", "list") : 0;
}

/* Handles arguments that ask for help or a list instead of a picture. -1: go on to the picture. */
static int print_lists(struct view_arguments *arguments, int argc, char **argv)
{
    int status = view_arguments_take(arguments, argc, argv);
    const struct source_spec *spec = &arguments->spec;
    if (status < 0 && arguments->types == NULL && spec->kind->choices != NULL) {
        status = spec->kind->choices(spec, "shm-view");
    }
    if (status < 0 && arguments->types != NULL) {
        return view_types(arguments);
    }
    return status < 0 && arguments->list ? list_segments(arguments) : status;
}

/* ---- the config file ---- */

/* Reports a problem on standard error, and the first one in the cursor's message, as the screen soon hides the rest. */
static void report_problem(struct view *v, const char *path, unsigned line, const char *text)
{
    char name[256], where[32] = "";
    printable_text(path, printable_utf8(), name, sizeof name);
    if (line > 0) {
        snprintf(where, sizeof where, ", line %u", line);
    }
    fprintf(stderr, "shm-view: %s%s: %s\n", name, where, text);
    if (v->state.cursor.message[0] == '\0') {
        cursor_answer(&v->state.cursor, "config%s: %s", where, text);
    }
}

/* Reads the file named by --config. Without it, the live screen reads the user's own file, if there is one; --render
 * reads none, so that a picture for others doesn't depend on one user's preferences. 0; 1 with the error printed: the
 * file named by --config can't be read. */
static int read_config(struct view *v)
{
    char text[160], own[4096];
    struct config *c = &v->config;
    const char *named = v->arguments.config, *path = named != NULL ? named : own;
    config_init(c);
    if (named == NULL && (v->arguments.renderer != NULL || !config_path(own, sizeof own))) {
        return 0;
    }
    int rc = config_read(c, path);
    if (rc < 0 && named != NULL) {
        return report_failure("shm-view", rc, "--config takes a file as docs/config.example", "read %s", named);
    }
    if (rc < 0 && rc != -ENOENT) {
        snprintf(text, sizeof text, "not read: %s", rc == -EPERM ? "it belongs to somebody else" : strerror(-rc));
        report_problem(v, path, 0, text);
    }
    for (size_t i = 0; i < c->problem_count && i < CONFIG_PROBLEMS_MAX; i++) {
        report_problem(v, path, c->problems[i].line, c->problems[i].text);
    }
    if (c->problem_count > CONFIG_PROBLEMS_MAX) {
        fprintf(stderr, "shm-view: and %zu more\n", c->problem_count - CONFIG_PROBLEMS_MAX);
    }
    return 0;
}

/* Sets the state from the config file; arguments take precedence. */
static void configure(struct view *v)
{
    v->state.cursor.want_width = v->arguments.width > 0 ? v->arguments.width : v->config.width;
    v->state.cursor.big_endian = v->config.big_endian;
    v->state.cursor.squeeze = v->config.squeeze > 0;
    v->state.window.palette = &v->config.palette;
}

/* ---- sources, one after another ---- */

/* 0; 1 with the error printed. */
static int read_expected(struct view *v)
{
    const char *path = v->arguments.expect;
    int rc = path != NULL ? view_read_file(path, &v->expected, &v->state.window.expected_size) : 0;
    v->state.window.expected = v->expected;
    return rc == 0 ? 0
                   : report_failure("shm-view", rc, "--expect takes a file with the bytes that should be there",
                                    "read %s", path);
}

/* 0; 1 with the error printed; VIEW_OTHERS where it no longer exists and the user may choose another. */
static int open_source(struct view *v)
{
    int rc = source_open(&v->source, &v->arguments.spec);
    if (rc < 0 && v->screen != NULL) {
        chooser_return(&v->chooser, &v->source);
        snprintf(v->chooser.message, sizeof v->chooser.message, "it can't be opened any more: %s", strerror(-rc));
        return VIEW_OTHERS;
    }
    if (rc < 0) {
        return source_report(&v->source, "shm-view", rc);
    }
    if (read_expected(v) != 0) {
        return 1;
    }
    v->source.before_detach = poll_schedule_drop_bell;
    v->source.before_detach_context = &v->schedule;
    rc = view_start(v);
    uint64_t time;
    if (rc == 0 && source_recording_of(&v->source, &time) != NULL) {
        replay_seek(&v->state.replay, &v->state.history, &v->state.window, time);
    }
    struct cursor *c = &v->state.cursor;
    const struct window *w = &v->state.window;
    if (rc == 0 && v->arguments.at != NULL && w->size > 0 && !find_goto(c, w, v->arguments.at)) {
        char shown[2 * sizeof c->message];
        printable_text(c->message, printable_utf8(), shown, sizeof shown);
        fprintf(stderr, "shm-view: --at: %s\n", shown);
        rc = -EINVAL;
    }
    if (rc == 0 && v->expected != NULL && w->size > 0 && w->expected_size != source_size(&v->source)) {
        cursor_answer(c, "%zu bytes are expected, but there are %zu", w->expected_size, source_size(&v->source));
    }
    c->top = c->home = 0; /* once the screen's size is known, it scrolls no further than it must */
    return rc < 0 ? 1 : 0;
}

/* Frees everything that belongs to one source. */
static void forget(struct view *v)
{
    view_record_close(v);
    source_close(&v->source);
    state_free(&v->state);
    layout_choice_free(&v->layout_choice);
    free(v->expected);
    v->expected = NULL;
    v->arguments.at = v->arguments.expect = NULL; /* they apply to the first source only */
    v->shown = false;
}

/* Shows one source after another until the user quits. The exit status. */
static int watch(struct view *v)
{
    int hz = v->arguments.hz > 0 ? v->arguments.hz : v->config.hz > 0 ? v->config.hz : HZ;
    int status = v->arguments.named ? -1 : view_choose_first(v);
    status = status < 0 && view_record_open(v) != 0 ? 1 : status;
    while (status < 0) {
        configure(v);
        status = open_source(v);
        if (status == 0) {
            status = view_live(v, hz);
            if (status == VIEW_OTHERS) {
                chooser_return(&v->chooser, &v->source);
            }
        }
        if (status == VIEW_OTHERS) {
            forget(v);
            status = view_choose(v);
        }
    }
    view_leave(v);
    return status;
}

static int run(struct view *v)
{
    if (read_config(v) != 0) {
        return 1;
    }
    if (v->arguments.renderer == NULL) {
        return watch(v);
    }
    configure(v);
    return open_source(v) != 0 ? 1 : view_once(v);
}

int main(int argc, char **argv)
{
    struct view v = {.source = SOURCE_EMPTY, .recorder = RECORDING_WRITER_EMPTY};
    setlocale(LC_CTYPE, "");
    state_init(&v.state);
    poll_schedule_init(&v.schedule, HZ);
    int status = print_lists(&v.arguments, argc, argv);
    status = status >= 0 ? status : run(&v);
    view_record_close(&v);
    status = status == 0 ? view_record_report(&v) : status;
    source_close(&v.source);
    poll_schedule_drop_bell(&v.schedule);
    state_free(&v.state);
    layout_choice_free(&v.layout_choice);
    chooser_free(&v.chooser);
    free(v.expected);
    return status;
}
