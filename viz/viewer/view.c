/* shm-view: shows every byte of a segment, live and read-only, with the fields and the padding that lie in it. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "report.h"
#include "view_arguments.h"
#include "view_config.h"
#include "view_lists.h"
#include "view_live.h"
#include "view_look.h"
#include "view_once.h"

#define HZ 30 /* default polls per second */

/* Handles arguments that ask for help or a list instead of a picture. -1: go on to the picture. */
static int print_lists(struct view_arguments *arguments, int argc, char **argv)
{
    int status = view_arguments_take(arguments, argc, argv);
    if (status < 0 && arguments->spec.kind == &source_map && arguments->spec.map == NULL) {
        return view_list_maps(arguments->spec.pid);
    }
    return status < 0 && arguments->list ? view_list_segments(arguments) : status;
}

/* Sets the state from the config file; arguments take precedence. */
static void configure(struct view *v)
{
    v->state.cursor.want_width = v->arguments.width > 0 ? v->arguments.width : v->config.width;
    v->state.cursor.big_endian = v->config.big_endian;
    v->state.cursor.squeeze = v->config.squeeze;
    v->state.window.palette = &v->config.palette;
}

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
    v->source.before_detach = poll_schedule_leave;
    v->source.before_detach_context = &v->schedule;
    rc = view_meet(v);
    struct cursor *c = &v->state.cursor;
    const struct window *w = &v->state.window;
    if (rc == 0 && v->arguments.at != NULL && w->size > 0 && !find_goto(c, w, v->arguments.at)) {
        fprintf(stderr, "shm-view: --at: %s\n", c->message);
        rc = -EINVAL;
    }
    c->top = c->home = 0; /* once the screen's size is known, it scrolls no further than it must */
    return rc < 0 ? 1 : 0;
}

/* Frees everything that belongs to one source. */
static void forget(struct view *v)
{
    source_close(&v->source);
    state_free(&v->state);
    layout_choice_free(&v->layout_choice);
    free(v->expected);
    v->expected = NULL;
    v->arguments.at = v->arguments.expect = NULL; /* they apply to the first source only */
    v->layout_asked = 0;
    v->shown = false;
}

/* Shows one source after another until the user quits. The exit status. */
static int watch(struct view *v)
{
    int hz = v->arguments.hz > 0 ? v->arguments.hz : v->config.hz > 0 ? v->config.hz : HZ;
    int status = v->arguments.named ? -1 : view_choose_first(v);
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
    int rc = view_config_read(&v->config, &v->arguments, v->state.cursor.message, sizeof v->state.cursor.message);
    if (rc < 0) {
        return report_failure("shm-view", rc, "--config takes a file as docs/config.example", "read %s",
                              v->arguments.config);
    }
    if (v->arguments.renderer == NULL) {
        return watch(v);
    }
    configure(v);
    return open_source(v) != 0 ? 1 : view_once(v);
}

int main(int argc, char **argv)
{
    struct view v = {.source = SOURCE_EMPTY};
    setlocale(LC_CTYPE, "");
    state_init(&v.state);
    poll_schedule_init(&v.schedule, HZ);
    int status = print_lists(&v.arguments, argc, argv);
    status = status >= 0 ? status : run(&v);
    source_close(&v.source);
    poll_schedule_leave(&v.schedule);
    state_free(&v.state);
    layout_choice_free(&v.layout_choice);
    chooser_free(&v.chooser);
    free(v.fresh);
    free(v.expected);
    return status;
}
