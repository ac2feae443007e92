/* Chooser: see chooser.h. */
#include "chooser.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "segment_table.h"

#define PAGE 10         /* lines */
#define REFRESH_MS 1000 /* between two readings of the list */
#define REFRESH_MOST_MS 4000
#define KIT_MS 200 /* between two checks for the kit's own segment */

/* ---- what is selected ---- */

static bool is_entry(const struct segment_entry *e, const struct attachment_object *object)
{
    struct attachment_object own = segment_entry_object(e);
    return own.segment == object->segment && own.inode == object->inode &&
           (own.segment || own.device == object->device);
}

void chooser_return(struct chooser *ch, const struct source *from)
{
    struct attachment_object object = from->attached.object;
    chooser_free(ch);
    ch->from = object;
    ch->seek = object.device != 0;
    ch->touched = true; /* the user asked for the list, so let them choose */
}

/* The line of the object in the list; `otherwise` if it isn't there. */
static size_t line_of(const struct segment_list *l, const struct attachment_object *object, size_t otherwise)
{
    for (size_t i = 0; i < l->count; i++) {
        if (is_entry(&l->list[i], object)) {
            return i + 1;
        }
    }
    return otherwise;
}

/* The selected line's entry; NULL: it is the line for the kit's own segment. */
static const struct segment_entry *entry_selected(const struct chooser *ch)
{
    return ch->selected > 0 && ch->selected <= ch->list.count ? &ch->list.list[ch->selected - 1] : NULL;
}

bool chooser_refresh(struct chooser *ch)
{
    struct segment_list fresh = {.list = NULL};
    if (segment_list_read(&fresh) < 0) {
        return false;
    }
    bool same = fresh.count == ch->list.count && fresh.more == ch->list.more &&
                (fresh.count == 0 || memcmp(fresh.list, ch->list.list, fresh.count * sizeof *fresh.list) == 0);
    const struct segment_entry *e = entry_selected(ch);
    size_t selected = ch->selected < fresh.count ? ch->selected : fresh.count;
    if (!ch->touched) {
        selected = fresh.count > 0 ? 1 : 0;
    } else if (e != NULL) {
        struct attachment_object object = segment_entry_object(e);
        selected = line_of(&fresh, &object, selected);
    }
    if (ch->seek) {
        selected = line_of(&fresh, &ch->from, selected);
    }
    ch->seek = false;
    segment_list_free(&ch->list);
    ch->list = fresh;
    ch->selected = selected;
    return !same;
}

void chooser_free(struct chooser *ch)
{
    segment_list_free(&ch->list);
    *ch = (struct chooser){.selected = 0};
}

/* ---- keys ---- */

/* Scrolls to the selected line. */
static void scroll(struct chooser *ch, int rows)
{
    size_t shown = (size_t)segment_table_lines(rows), lines = ch->list.count + 1;
    size_t most = lines > shown ? lines - shown : 0;
    if (ch->selected < ch->top) {
        ch->top = ch->selected;
    }
    if (ch->selected >= ch->top + shown) {
        ch->top = ch->selected - shown + 1;
    }
    ch->top = ch->top < most ? ch->top : most;
}

static void choose(struct chooser *ch)
{
    const struct segment_entry *e = entry_selected(ch);
    if (e != NULL && !e->readable) {
        snprintf(ch->message, sizeof ch->message, "not permitted: it belongs to uid %u, mode %04o", (unsigned)e->owner,
                 (unsigned)e->mode);
        return;
    }
    ch->chosen = true;
}

/* The line that a movement key leads to. false: it is another key. */
static bool moves(const struct chooser *ch, int key, size_t *to)
{
    size_t last = ch->list.count;
    switch (key) {
    case 'j':
    case '\t':
    case PRESS_CURSOR_DOWN:
        *to = ch->selected < last ? ch->selected + 1 : last;
        return true;
    case 'k':
    case PRESS_BACK_TAB:
    case PRESS_CURSOR_UP:
        *to = ch->selected > 0 ? ch->selected - 1 : 0;
        return true;
    case 'f' - 'a' + 1:
    case PRESS_PAGE_DOWN:
        *to = ch->selected + PAGE < last ? ch->selected + PAGE : last;
        return true;
    case 'b' - 'a' + 1:
    case PRESS_PAGE_UP:
        *to = ch->selected > PAGE ? ch->selected - PAGE : 0;
        return true;
    case 'g':
    case PRESS_FIRST:
        *to = 0;
        return true;
    case 'G':
    case PRESS_LAST:
        *to = last;
        return true;
    default:
        return false;
    }
}

/* Chooses the source that the user came from. */
static void go_back(struct chooser *ch)
{
    size_t line = line_of(&ch->list, &ch->from, 0);
    if (line > 0) {
        ch->selected = line;
        choose(ch);
    } else {
        snprintf(ch->message, sizeof ch->message, "what you came from is gone");
    }
}

static void press(struct chooser *ch, int key)
{
    ch->touched = true;
    ch->message[0] = '\0';
    if (moves(ch, key, &ch->selected)) {
        return;
    }
    if (key == PRESS_RETURN) {
        choose(ch);
    } else if (ch->from.device != 0 && (key == 's' || key == PRESS_ESCAPE)) {
        go_back(ch);
    } else if (key == 'q') {
        ch->quit = true;
    } else {
        snprintf(ch->message, sizeof ch->message, "j k or the arrows choose, Enter opens, q quits");
    }
}

/* Selects the line at that row of the screen. false: no line is there. */
static bool click(struct chooser *ch, int rows, int row)
{
    int line = row - segment_table_first_row(rows);
    if (line < 0 || row >= rows - 1 || ch->top + (size_t)line > ch->list.count) {
        return false;
    }
    ch->touched = true;
    ch->message[0] = '\0';
    ch->selected = ch->top + (size_t)line;
    return true;
}

void chooser_choice(const struct chooser *ch, struct source_spec *spec)
{
    const struct segment_entry *e = entry_selected(ch);
    *spec = SOURCE_SPEC_DEFAULT;
    for (size_t i = 0; i < source_kind_count && e != NULL; i++) {
        const struct source_kind *kind = source_kinds[i];
        if (kind->select != NULL && kind->select(spec, e)) {
            spec->kind = kind;
            return;
        }
    }
}

/* ---- the screen ---- */

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

static int show(const struct chooser *ch, struct screen *screen, const struct theme *theme)
{
    struct canvas *c;
    const struct segment_table table = {&ch->list, ch->selected, ch->top, ch->from.device != 0, ch->message};
    int rc = screen_canvas(screen, theme->utf8, &c);
    if (rc == 0) {
        segment_table_draw(c, theme, &table);
        screen_show(screen);
    }
    return rc;
}

static bool act(struct chooser *ch, int rows, const struct screen_event *event)
{
    switch (event->kind) {
    case SCREEN_KEY:
        press(ch, event->key);
        return true;
    case SCREEN_CLICK:
        return click(ch, rows, event->row);
    case SCREEN_STOP:
        ch->quit = true;
        return false;
    case SCREEN_RESIZED:
        return true;
    default:
        return false;
    }
}

int chooser_run(struct chooser *ch, struct screen *screen, const struct theme *theme)
{
    uint64_t due = 0;
    int rc = 0;
    for (bool dirty = true; rc == 0 && !ch->chosen && !ch->quit;) {
        int rows, cols;
        dirty = refresh(ch, &due) || dirty;
        screen_size(&rows, &cols);
        scroll(ch, rows);
        if (dirty) {
            rc = show(ch, screen, theme);
        }
        struct screen_event event = screen_wait(screen, clock_us(CLOCK_MONOTONIC) + KIT_MS * 1000, NULL, 0);
        dirty = act(ch, rows, &event);
        if (!ch->touched && kit_stands()) {
            ch->selected = 0;
            ch->chosen = true;
        }
    }
    return rc;
}
