/* Keys: see keys.h. They follow vi and less. */
#include "keys.h"

#include <string.h>

#include "rows.h"
#include "screen.h"

static void byte(struct state *s, int direction)
{
    cursor_move(&s->cursor, &s->window, direction);
}

static void line(struct state *s, int direction)
{
    cursor_move_lines(&s->cursor, &s->window, direction, true);
}

static void page(struct state *s, int direction)
{
    cursor_move_lines(&s->cursor, &s->window, direction * s->cursor.rows, false);
}

static void row_edge(struct state *s, int direction)
{
    size_t width = (size_t)s->cursor.width, start = s->cursor.at - s->cursor.at % width;
    cursor_go(&s->cursor, &s->window, direction < 0 ? start : start + width - 1);
}

static void edge(struct state *s, int direction)
{
    cursor_go(&s->cursor, &s->window, direction < 0 ? 0 : SIZE_MAX);
}

static void field(struct state *s, int direction)
{
    cursor_next_field(&s->cursor, &s->window, direction);
}

static void fold(struct state *s, int how)
{
    cursor_fold(&s->cursor, &s->window, (enum cursor_fold)how);
}

static void prompt(struct state *s, int sign)
{
    s->cursor.prompt = (char)sign;
    s->cursor.typed[0] = '\0';
}

static void find(struct state *s, int direction)
{
    state_find(s, s->cursor.found, direction);
}

static void live(struct state *s, int unused)
{
    (void)unused;
    if (s->replay.on) {
        replay_play(&s->replay, &s->history, &s->window);
        return;
    }
    history_live(&s->history, &s->window);
}

static void freeze(struct state *s, int unused)
{
    if (s->replay.playing) {
        replay_stop(&s->replay, &s->history, &s->window);
    } else if (s->history.frozen) {
        live(s, unused);
    } else {
        history_freeze(&s->history);
    }
}

static void speed(struct state *s, int direction)
{
    if (!s->replay.on) {
        cursor_answer(&s->cursor, "only a recording can be played faster or slower: --replay");
        return;
    }
    replay_faster(&s->replay, direction);
}

static void mark(struct state *s, int on)
{
    history_mark(&s->history, &s->window, on != 0);
    cursor_answer(&s->cursor,
                  on ? "all changes from now on are marked; r starts over, R removes the marks" : "no marks");
}

static void width(struct state *s, int unused)
{
    (void)unused;
    struct cursor *c = &s->cursor;
    int before = c->cols == 0 && c->want_width > 0 ? c->want_width : c->width;
    int next = before >= 64 || before < 8 ? 8 : before * 2;
    struct rows_shape shape = rows_fit(c->cols, next, next, s->window.size);
    c->want_width = next;
    cursor_answer(c, "%d bytes per row", next);
    if (c->cols > 0 && shape.width < next) {
        shape.width = next;
        shape.characters = next > 8;
        c->want_width = before < 8 ? 0 : 8;
        cursor_answer(c, "%d bytes per row need %d columns, there are %d%s", next, rows_columns(&shape), c->cols,
                      next > 8 ? ": 8 again" : "");
    }
}

static void squeeze(struct state *s, int unused)
{
    (void)unused;
    struct cursor *c = &s->cursor;
    c->squeeze = !c->squeeze;
    cursor_go(c, &s->window, c->at);
    cursor_answer(c, "%s", c->squeeze ? "rows of zeros share a line; z shows them all" : "every row is shown");
}

static void byte_order(struct state *s, int unused)
{
    (void)unused;
    s->cursor.big_endian = !s->cursor.big_endian;
}

static void open_list(struct state *s, int which)
{
    s->list = (enum state_list)which;
    s->list_top = 0;
}

static void request(struct state *s, int what)
{
    s->request = (enum state_request)what;
}

/* `l` moves right as in vi; `L` is the next layout. A row without a label is described by the one above. */
const struct key_row key_rows[] = {
    {{'h', PRESS_CURSOR_LEFT}, "h l, arrows", "a byte back, a byte forward", byte, -1},
    {{'l', PRESS_CURSOR_RIGHT}, "", "", byte, 1},
    {{'k', PRESS_CURSOR_UP}, "k j", "a row up, a row down", line, -1},
    {{'j', PRESS_CURSOR_DOWN}, "", "", line, 1},
    {{'b' - 'a' + 1, PRESS_PAGE_UP}, "PgUp PgDn", "a page; also ^B ^F", page, -1},
    {{'f' - 'a' + 1, PRESS_PAGE_DOWN}, "", "", page, 1},
    {{'0', '^'}, "0 $", "start, end of the row", row_edge, -1},
    {{'$'}, "", "", row_edge, 1},
    {{'g', PRESS_FIRST}, "g G", "first, last byte; Home End", edge, -1},
    {{'G', PRESS_LAST}, "", "", edge, 1},
    {{'\t'}, "Tab", "next field; Shift-Tab: back", field, 1},
    {{PRESS_BACK_TAB}, "", "", field, -1},
    {{PRESS_RETURN, 'o'}, "Enter, o", "unfold or fold the field", fold, CURSOR_FLIP},
    {{'+'}, "+ -", "unfold; fold (or the parent)", fold, CURSOR_UNFOLD},
    {{'-'}, "", "", fold, CURSOR_FOLD},
    {{':'}, ":", "to 0x20, +8, a field, t 12.5", prompt, ':'},
    {{'/'}, "/", "find name, text, 16 00, =22", prompt, '/'},
    {{'n'}, "n N", "find the next, the previous", find, 1},
    {{'N'}, "", "", find, -1},
    {{' '}, "Space . < >", "freeze, live; replay speed", freeze, 0},
    {{'.'}, "", "", live, 0},
    {{'<'}, "", "", speed, -1},
    {{'>'}, "", "", speed, 1},
    {{'['}, "[ ]", "a change back or forward", state_step, -1},
    {{']'}, "", "", state_step, 1},
    {{'{'}, "{ }", "the same, for this field", state_step_field, -1},
    {{'}'}, "", "", state_step_field, 1},
    {{'r'}, "r R", "mark what changes; unmark", mark, true},
    {{'R'}, "", "", mark, false},
    {{'w'}, "w", "bytes per row: 8, 16, 32, 64", width, 0},
    {{'z'}, "z", "squeeze rows of zeros", squeeze, 0},
    {{'e'}, "e", "swap the inspector's columns", byte_order, 0},
    {{'L'}, "L", "other layout, same bytes", request, REQUEST_LAYOUT},
    {{'a'}, "a", "who has it attached, where", open_list, LIST_ATTACHED},
    {{'s'}, "s", "other memory: the list", request, REQUEST_OTHERS},
    {{'?'}, "? q", "this help; quit", open_list, LIST_HELP},
    {{'q'}, "", "", request, REQUEST_QUIT},
};
const size_t key_row_count = sizeof key_rows / sizeof *key_rows;

/* Return was pressed: runs the typed line. */
static void prompt_done(struct state *s)
{
    struct cursor *c = &s->cursor;
    char sign = c->prompt;
    c->prompt = 0;
    if (sign == ':' && strncmp(c->typed, "t ", 2) == 0) {
        state_goto_time(s, c->typed + 2);
    } else if (sign == ':' && c->typed[0] != '\0') {
        find_goto(c, &s->window, c->typed);
    } else if (sign == '/') {
        if (c->typed[0] != '\0') {
            memcpy(c->found, c->typed, sizeof c->found);
        }
        state_find(s, c->found, 1);
    }
}

static void prompt_press(struct state *s, int key)
{
    struct cursor *c = &s->cursor;
    size_t n = strlen(c->typed);
    if (key == PRESS_RETURN) {
        prompt_done(s);
    } else if (key == PRESS_ESCAPE || (key == PRESS_RUBOUT && n == 0)) {
        c->prompt = 0;
    } else if (key == PRESS_RUBOUT) {
        c->typed[n - 1] = '\0';
    } else if (key >= ' ' && key < 0x7f && n + 1 < sizeof c->typed) {
        c->typed[n] = (char)key;
        c->typed[n + 1] = '\0';
    }
}

/* While a list fills the screen, keys scroll or close it. */
static void list_press(struct state *s, int key)
{
    size_t page = (size_t)s->cursor.rows;
    if (key == 'j' || key == PRESS_CURSOR_DOWN) {
        s->list_top++;
    } else if (key == 'k' || key == PRESS_CURSOR_UP) {
        s->list_top -= s->list_top > 0 ? 1 : 0;
    } else if (key == PRESS_PAGE_DOWN || key == ' ') {
        s->list_top += page;
    } else if (key == PRESS_PAGE_UP) {
        s->list_top -= s->list_top < page ? s->list_top : page;
    } else {
        s->list = LIST_NONE;
    }
}

bool keys_press(struct state *s, int key)
{
    struct cursor *c = &s->cursor;
    if (s->find.busy) {
        find_stop(&s->find, c);
        return true;
    }
    if (c->prompt != 0) {
        prompt_press(s, key);
        return true;
    }
    c->message[0] = '\0';
    if (s->list != LIST_NONE) {
        list_press(s, key);
        return true;
    }
    for (size_t i = 0; i < key_row_count; i++) {
        for (size_t k = 0; k < 3 && key != PRESS_NONE; k++) {
            if (key_rows[i].keys[k] == key) {
                key_rows[i].run(s, key_rows[i].how);
                return true;
            }
        }
    }
    return false;
}
