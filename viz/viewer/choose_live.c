/* Choose live: see choose_live.h. */
#include "choose_live.h"

#include <time.h>

#define REFRESH_MS 1000 /* between two readings of the list */
#define REFRESH_MOST_MS 4000
#define KIT_MS 200 /* between two checks for the kit's own segment */

static uint64_t clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool kit_stands(void)
{
    int id;
    return segment_name_id(&SEGMENT_NAME_DEFAULT, &id) == 0;
}

/* Reads the list when it is due. Scanning all processes can be expensive: this limits it to 0.3 % of a processor, with
 * at most REFRESH_MOST_MS between two scans. */
static bool refresh(struct chooser *ch, uint64_t *due)
{
    uint64_t now = clock_us(CLOCK_MONOTONIC), before = clock_us(CLOCK_THREAD_CPUTIME_ID);
    if (now < *due) {
        return false;
    }
    bool changed = chooser_refresh(ch);
    uint64_t pause = (clock_us(CLOCK_THREAD_CPUTIME_ID) - before) * 300;
    pause = pause < REFRESH_MOST_MS * 1000 ? pause : REFRESH_MOST_MS * 1000;
    *due = now + (pause > REFRESH_MS * 1000 ? pause : REFRESH_MS * 1000);
    return changed;
}

static int show(struct screen *screen, const struct chooser *ch, struct canvas *c, const struct theme *theme, int rows,
                int cols)
{
    if (c->rows != rows || c->cols != cols) {
        canvas_free(c);
        int rc = canvas_init(c, rows, cols, theme->utf8);
        if (rc < 0) {
            return rc;
        }
    }
    chooser_draw(c, theme, ch);
    screen_show(screen, c);
    return 0;
}

static bool act(struct chooser *ch, int rows, const struct screen_event *event)
{
    switch (event->kind) {
    case SCREEN_KEY:
        return chooser_press(ch, event->key);
    case SCREEN_CLICK:
        return chooser_click(ch, rows, event->row);
    case SCREEN_STOP:
        ch->quit = true;
        return false;
    case SCREEN_RESIZED:
        return true;
    default:
        return false;
    }
}

int choose_live(struct screen *screen, struct chooser *ch, const struct theme *theme)
{
    struct canvas canvas = {.glyphs = NULL};
    uint64_t due = 0;
    int rc = 0;
    for (bool dirty = true; rc == 0 && !ch->chosen && !ch->quit;) {
        int rows, cols;
        dirty = refresh(ch, &due) || dirty;
        screen_size(&rows, &cols);
        chooser_shape(ch, rows);
        if (dirty) {
            rc = show(screen, ch, &canvas, theme, rows, cols);
        }
        struct screen_event event = screen_wait(screen, clock_us(CLOCK_MONOTONIC) + KIT_MS * 1000, NULL, 0);
        dirty = act(ch, rows, &event);
        if (!ch->touched && kit_stands()) {
            ch->selected = ch->list.count;
            ch->chosen = true;
        }
    }
    canvas_free(&canvas);
    return rc;
}
