/* Keys: see keys.h. They follow vi and less. */
#include "find.h"
#include "keys.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

static void left(struct model *m)
{
    model_move(m, -1);
}

static void right(struct model *m)
{
    model_move(m, 1);
}

static void up(struct model *m)
{
    model_move_lines(m, -1, true);
}

static void down(struct model *m)
{
    model_move_lines(m, 1, true);
}

static void page_up(struct model *m)
{
    model_move_lines(m, -m->rows, false);
}

static void page_down(struct model *m)
{
    model_move_lines(m, m->rows, false);
}

static void row_start(struct model *m)
{
    model_go(m, m->cursor - m->cursor % (size_t)m->width);
}

static void row_end(struct model *m)
{
    model_go(m, m->cursor - m->cursor % (size_t)m->width + (size_t)m->width - 1);
}

static void first(struct model *m)
{
    model_go(m, 0);
}

static void last(struct model *m)
{
    model_go(m, SIZE_MAX);
}

static void next_field(struct model *m)
{
    model_next_field(m, 1);
}

static void previous_field(struct model *m)
{
    model_next_field(m, -1);
}

static void flip(struct model *m)
{
    model_fold(m, MODEL_FLIP);
}

static void unfold(struct model *m)
{
    model_fold(m, MODEL_UNFOLD);
}

static void fold(struct model *m)
{
    model_fold(m, MODEL_FOLD);
}

static void prompt_goto(struct model *m)
{
    m->prompt = ':';
    m->typed[0] = '\0';
}

static void prompt_find(struct model *m)
{
    m->prompt = '/';
    m->typed[0] = '\0';
}

static void find_next(struct model *m)
{
    find_start(m, m->found, 1);
}

static void find_previous(struct model *m)
{
    find_start(m, m->found, -1);
}

static void freeze(struct model *m)
{
    if (m->frozen) {
        model_live(m);
    } else {
        model_freeze(m);
    }
}

static void step_back(struct model *m)
{
    model_step(m, -1);
}

static void step_forth(struct model *m)
{
    model_step(m, 1);
}

static void field_back(struct model *m)
{
    model_step_field(m, -1);
}

static void field_forth(struct model *m)
{
    model_step_field(m, 1);
}

static void mark(struct model *m)
{
    model_mark(m, true);
}

static void unmark(struct model *m)
{
    model_mark(m, false);
}

static void width(struct model *m)
{
    int before = m->cols == 0 && m->want_width > 0 ? m->want_width : m->width;
    int next = before >= 64 || before < 8 ? 8 : before * 2;
    struct rows_shape shape = rows_fit(m->cols, next, next, m->size);
    m->want_width = next;
    model_answer(m, "%d bytes a row", next);
    if (m->cols > 0 && shape.width < next) {
        shape.width = next;
        shape.characters = next > 8;
        m->want_width = before < 8 ? 0 : 8;
        model_answer(m, "%d bytes a row need %d columns, here are %d%s", next, rows_columns(&shape), m->cols,
                     next > 8 ? ": 8 again" : "");
    }
}

static void squeeze(struct model *m)
{
    m->squeeze = !m->squeeze;
    model_go(m, m->cursor);
    model_answer(m, "%s", m->squeeze ? "rows of zeros share a line; z shows them all" : "every row is shown");
}

static void byte_order(struct model *m)
{
    m->big_endian = !m->big_endian;
}

static void next_layout(struct model *m)
{
    m->next_layout++;
}

static void attached(struct model *m)
{
    m->attached = true;
    m->attached_top = 0;
}

static void others(struct model *m)
{
    m->others = true;
}

static void help(struct model *m)
{
    m->help = !m->help;
    m->help_top = 0;
}

static void quit(struct model *m)
{
    m->quit = true;
}

/* `l` is a step to the right here, as in vi; another layout is `L`. A row without a label is told by the one above. */
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
    {{'.'}, "", "", model_live},
    {{'['}, "[ ]", "a change back, or forth", step_back},
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

/* Return ends the typed line: what it asked for is done. */
static void prompt_done(struct model *m)
{
    char prompt = m->prompt;
    m->prompt = 0;
    if (prompt == ':' && m->typed[0] != '\0') {
        find_goto(m, m->typed);
    } else if (prompt == '/') {
        if (m->typed[0] != '\0') {
            memcpy(m->found, m->typed, sizeof m->found);
        }
        find_start(m, m->found, 1);
    }
}

static bool prompt_press(struct model *m, int key)
{
    size_t n = strlen(m->typed);
    if (key == PRESS_RETURN || key == '\n' || key == '\r') {
        prompt_done(m);
    } else if (key == PRESS_ESCAPE || (key == PRESS_RUBOUT && n == 0)) {
        m->prompt = 0;
    } else if (key == PRESS_RUBOUT) {
        m->typed[n - 1] = '\0';
    } else if (key >= ' ' && key < 0x7f && n + 1 < sizeof m->typed) {
        m->typed[n] = (char)key;
        m->typed[n + 1] = '\0';
    }
    return true;
}

/* While a list has the whole screen, keys scroll or close it. */
static bool list_press(bool *open, size_t *top, size_t page, int key)
{
    if (key == 'j' || key == PRESS_CURSOR_DOWN) {
        ++*top;
    } else if (key == 'k' || key == PRESS_CURSOR_UP) {
        *top -= *top > 0 ? 1 : 0;
    } else if (key == PRESS_PAGE_DOWN || key == ' ') {
        *top += page;
    } else if (key == PRESS_PAGE_UP) {
        *top -= *top < page ? *top : page;
    } else {
        *open = false;
    }
    return true;
}

bool keys_press(struct model *m, int key)
{
    if (m->find.busy) {
        find_stop(m);
        return true;
    }
    if (m->prompt != 0) {
        return prompt_press(m, key);
    }
    m->message[0] = '\0';
    if (m->help) {
        return list_press(&m->help, &m->help_top, (size_t)m->rows, key);
    }
    if (m->attached) {
        return list_press(&m->attached, &m->attached_top, (size_t)m->rows, key);
    }
    for (size_t i = 0; i < key_row_count; i++) {
        for (size_t k = 0; k < 3 && key != PRESS_NONE; k++) {
            if (key_rows[i].keys[k] == key) {
                key_rows[i].run(m);
                return true;
            }
        }
    }
    return false;
}
