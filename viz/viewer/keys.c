/* Keys: see keys.h. They follow vi and less. */
#include "keys.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

static void left(struct state *s)
{
    cursor_move(&s->cursor, &s->window, -1);
}

static void right(struct state *s)
{
    cursor_move(&s->cursor, &s->window, 1);
}

static void up(struct state *s)
{
    cursor_move_lines(&s->cursor, &s->window, -1, true);
}

static void down(struct state *s)
{
    cursor_move_lines(&s->cursor, &s->window, 1, true);
}

static void page_up(struct state *s)
{
    cursor_move_lines(&s->cursor, &s->window, -s->cursor.rows, false);
}

static void page_down(struct state *s)
{
    cursor_move_lines(&s->cursor, &s->window, s->cursor.rows, false);
}

static void row_start(struct state *s)
{
    struct cursor *c = &s->cursor;
    cursor_go(c, &s->window, c->at - c->at % (size_t)c->width);
}

static void row_end(struct state *s)
{
    struct cursor *c = &s->cursor;
    cursor_go(c, &s->window, c->at - c->at % (size_t)c->width + (size_t)c->width - 1);
}

static void first(struct state *s)
{
    cursor_go(&s->cursor, &s->window, 0);
}

static void last(struct state *s)
{
    cursor_go(&s->cursor, &s->window, SIZE_MAX);
}

static void next_field(struct state *s)
{
    cursor_next_field(&s->cursor, &s->window, 1);
}

static void previous_field(struct state *s)
{
    cursor_next_field(&s->cursor, &s->window, -1);
}

static void flip(struct state *s)
{
    cursor_fold(&s->cursor, &s->window, CURSOR_FLIP);
}

static void unfold(struct state *s)
{
    cursor_fold(&s->cursor, &s->window, CURSOR_UNFOLD);
}

static void fold(struct state *s)
{
    cursor_fold(&s->cursor, &s->window, CURSOR_FOLD);
}

static void prompt_goto(struct state *s)
{
    s->cursor.prompt = ':';
    s->cursor.typed[0] = '\0';
}

static void prompt_find(struct state *s)
{
    s->cursor.prompt = '/';
    s->cursor.typed[0] = '\0';
}

static void find_next(struct state *s)
{
    state_find(s, s->cursor.found, 1);
}

static void find_previous(struct state *s)
{
    state_find(s, s->cursor.found, -1);
}

static void freeze(struct state *s)
{
    if (s->history.frozen) {
        history_live(&s->history, &s->window);
    } else {
        history_freeze(&s->history);
    }
}

static void step_back(struct state *s)
{
    state_step(s, -1);
}

static void step_forth(struct state *s)
{
    state_step(s, 1);
}

static void field_back(struct state *s)
{
    state_step_field(s, -1);
}

static void field_forth(struct state *s)
{
    state_step_field(s, 1);
}

static void mark(struct state *s)
{
    history_mark(&s->history, &s->window, true);
    cursor_answer(&s->cursor, "all changes from now on are marked; r starts over, R removes the marks");
}

static void unmark(struct state *s)
{
    history_mark(&s->history, &s->window, false);
    cursor_answer(&s->cursor, "no marks");
}

static void live(struct state *s)
{
    history_live(&s->history, &s->window);
}

static void width(struct state *s)
{
    struct cursor *c = &s->cursor;
    int before = c->cols == 0 && c->want_width > 0 ? c->want_width : c->width;
    int next = before >= 64 || before < 8 ? 8 : before * 2;
    struct rows_shape shape = rows_fit(c->cols, next, next, s->window.size);
    c->want_width = next;
    cursor_answer(c, "%d bytes a row", next);
    if (c->cols > 0 && shape.width < next) {
        shape.width = next;
        shape.characters = next > 8;
        c->want_width = before < 8 ? 0 : 8;
        cursor_answer(c, "%d bytes a row need %d columns, there are %d%s", next, rows_columns(&shape), c->cols,
                      next > 8 ? ": 8 again" : "");
    }
}

static void squeeze(struct state *s)
{
    struct cursor *c = &s->cursor;
    c->squeeze = !c->squeeze;
    cursor_go(c, &s->window, c->at);
    cursor_answer(c, "%s", c->squeeze ? "rows of zeros share a line; z shows them all" : "every row is shown");
}

static void byte_order(struct state *s)
{
    s->cursor.big_endian = !s->cursor.big_endian;
}

static void next_layout(struct state *s)
{
    s->cursor.next_layout++;
}

static void attached(struct state *s)
{
    s->cursor.attached = (struct cursor_list){.open = true};
}

static void others(struct state *s)
{
    s->cursor.others = true;
}

static void help(struct state *s)
{
    s->cursor.help = (struct cursor_list){.open = true};
}

static void quit(struct state *s)
{
    s->cursor.quit = true;
}

/* `l` moves right as in vi; `L` is the next layout. A row without a label is described by the one above. */
const struct key_row key_rows[] = {
    {{'h', PRESS_CURSOR_LEFT}, "h l, arrows", "a byte back, a byte on", left},
    {{'l', PRESS_CURSOR_RIGHT}, "", "", right},
    {{'k', PRESS_CURSOR_UP}, "k j", "a row up, a row down", up},
    {{'j', PRESS_CURSOR_DOWN}, "", "", down},
    {{'b' - 'a' + 1, PRESS_PAGE_UP}, "PgUp PgDn", "a page; also ^B ^F", page_up},
    {{'f' - 'a' + 1, PRESS_PAGE_DOWN}, "", "", page_down},
    {{'0', '^'}, "0 $", "start, end of the row", row_start},
    {{'$'}, "", "", row_end},
    {{'g', PRESS_FIRST}, "g G", "first, last byte; Home End", first},
    {{'G', PRESS_LAST}, "", "", last},
    {{'\t'}, "Tab", "next field; Shift-Tab: back", next_field},
    {{PRESS_BACK_TAB}, "", "", previous_field},
    {{PRESS_RETURN, 'o'}, "Enter, o", "unfold or fold the field", flip},
    {{'+'}, "+ -", "unfold; fold it, or around", unfold},
    {{'-'}, "", "", fold},
    {{':'}, ":", "go to 0x20, 32, +8, a field", prompt_goto},
    {{'/'}, "/", "find name, text, 16 00, =22", prompt_find},
    {{'n'}, "n N", "find the next, the previous", find_next},
    {{'N'}, "", "", find_previous},
    {{' '}, "Space .", "freeze, and back to live", freeze},
    {{'.'}, "", "", live},
    {{'['}, "[ ]", "a change back or forward", step_back},
    {{']'}, "", "", step_forth},
    {{'{'}, "{ }", "the same, of this field", field_back},
    {{'}'}, "", "", field_forth},
    {{'r'}, "r R", "mark what changes, or don't", mark},
    {{'R'}, "", "", unmark},
    {{'w'}, "w", "bytes a row: 8, 16, 32, 64", width},
    {{'z'}, "z", "squeeze rows of zeros", squeeze},
    {{'e'}, "e", "swap the inspector's columns", byte_order},
    {{'L'}, "L", "other layout, same bytes", next_layout},
    {{'a'}, "a", "who has it attached, where", attached},
    {{'s'}, "s", "other memory: the list", others},
    {{'?'}, "? q", "this help; quit", help},
    {{'q'}, "", "", quit},
};
const size_t key_row_count = sizeof key_rows / sizeof *key_rows;

/* Return was pressed: runs the typed line. */
static void prompt_done(struct state *s)
{
    struct cursor *c = &s->cursor;
    char prompt = c->prompt;
    c->prompt = 0;
    if (prompt == ':' && c->typed[0] != '\0') {
        find_goto(c, &s->window, c->typed);
    } else if (prompt == '/') {
        if (c->typed[0] != '\0') {
            memcpy(c->found, c->typed, sizeof c->found);
        }
        state_find(s, c->found, 1);
    }
}

static bool prompt_press(struct state *s, int key)
{
    struct cursor *c = &s->cursor;
    size_t n = strlen(c->typed);
    if (key == PRESS_RETURN || key == '\n' || key == '\r') {
        prompt_done(s);
    } else if (key == PRESS_ESCAPE || (key == PRESS_RUBOUT && n == 0)) {
        c->prompt = 0;
    } else if (key == PRESS_RUBOUT) {
        c->typed[n - 1] = '\0';
    } else if (key >= ' ' && key < 0x7f && n + 1 < sizeof c->typed) {
        c->typed[n] = (char)key;
        c->typed[n + 1] = '\0';
    }
    return true;
}

/* While a list fills the screen, keys scroll or close it. */
static bool list_press(struct cursor_list *list, size_t page, int key)
{
    if (key == 'j' || key == PRESS_CURSOR_DOWN) {
        list->top++;
    } else if (key == 'k' || key == PRESS_CURSOR_UP) {
        list->top -= list->top > 0 ? 1 : 0;
    } else if (key == PRESS_PAGE_DOWN || key == ' ') {
        list->top += page;
    } else if (key == PRESS_PAGE_UP) {
        list->top -= list->top < page ? list->top : page;
    } else {
        list->open = false;
    }
    return true;
}

bool keys_press(struct state *s, int key)
{
    struct cursor *c = &s->cursor;
    if (s->find.busy) {
        find_stop(&s->find, c);
        return true;
    }
    if (c->prompt != 0) {
        return prompt_press(s, key);
    }
    c->message[0] = '\0';
    if (c->help.open || c->attached.open) {
        return list_press(c->help.open ? &c->help : &c->attached, (size_t)c->rows, key);
    }
    for (size_t i = 0; i < key_row_count; i++) {
        for (size_t k = 0; k < 3 && key != PRESS_NONE; k++) {
            if (key_rows[i].keys[k] == key) {
                key_rows[i].run(s);
                return true;
            }
        }
    }
    return false;
}
