/* Chooser: see chooser.h. */
#include "chooser.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "keys.h"
#include "printable.h"
#include "user.h"

/* ---- what is selected ---- */

static bool same_entry(const struct segment_entry *a, const struct segment_entry *b)
{
    return a->posix == b->posix && (a->posix ? strcmp(a->name, b->name) == 0 : a->id == b->id);
}

bool chooser_refresh(struct chooser *ch)
{
    struct segment_list fresh = {.list = NULL};
    if (segment_list_read(&fresh) < 0) {
        return false;
    }
    bool same = fresh.count == ch->list.count && fresh.more == ch->list.more &&
                (fresh.count == 0 || memcmp(fresh.list, ch->list.list, fresh.count * sizeof *fresh.list) == 0);
    bool at_last = ch->selected >= ch->list.count;
    size_t selected = at_last || ch->selected < fresh.count ? (at_last ? fresh.count : ch->selected) : fresh.count;
    for (size_t i = 0; !at_last && i < fresh.count; i++) {
        if (same_entry(&fresh.list[i], &ch->list.list[ch->selected])) {
            selected = i;
        }
    }
    if (!ch->touched) {
        selected = fresh.count > 0 ? 0 : fresh.count;
    }
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

/* Title and heading above the list, one line for messages below it. */
static int head_rows(int rows)
{
    return rows >= 8 ? 2 : 1;
}

int chooser_shape(struct chooser *ch, int rows)
{
    int shown = rows - head_rows(rows) - 1;
    shown = shown > 1 ? shown : 1;
    size_t lines = ch->list.count + 1, most = lines > (size_t)shown ? lines - (size_t)shown : 0;
    if (ch->selected < ch->top) {
        ch->top = ch->selected;
    }
    if (ch->selected >= ch->top + (size_t)shown) {
        ch->top = ch->selected - (size_t)shown + 1;
    }
    ch->top = ch->top < most ? ch->top : most;
    return shown;
}

static void choose(struct chooser *ch)
{
    if (ch->selected < ch->list.count && !ch->list.list[ch->selected].readable) {
        const struct segment_entry *e = &ch->list.list[ch->selected];
        snprintf(ch->message, sizeof ch->message, "not permitted: it belongs to uid %u, mode %04o", (unsigned)e->owner,
                 (unsigned)e->mode);
        return;
    }
    ch->chosen = true;
}

bool chooser_press(struct chooser *ch, int key)
{
    size_t last = ch->list.count;
    ch->touched = true;
    ch->message[0] = '\0';
    switch (key) {
    case 'j':
    case '\t':
    case PRESS_CURSOR_DOWN:
        ch->selected += ch->selected < last ? 1 : 0;
        return true;
    case 'k':
    case PRESS_BACK_TAB:
    case PRESS_CURSOR_UP:
        ch->selected -= ch->selected > 0 ? 1 : 0;
        return true;
    case 'f' - 'a' + 1:
    case PRESS_PAGE_DOWN:
        ch->selected = ch->selected + 10 < last ? ch->selected + 10 : last;
        return true;
    case 'b' - 'a' + 1:
    case PRESS_PAGE_UP:
        ch->selected -= ch->selected > 10 ? 10 : ch->selected;
        return true;
    case 'g':
    case PRESS_FIRST:
        ch->selected = 0;
        return true;
    case 'G':
    case PRESS_LAST:
        ch->selected = last;
        return true;
    case PRESS_RETURN:
    case '\n':
    case '\r':
        choose(ch);
        return true;
    case 'q':
        ch->quit = true;
        return true;
    default:
        snprintf(ch->message, sizeof ch->message, "j k or the arrows choose, Enter opens, q quits");
        return true;
    }
}

bool chooser_click(struct chooser *ch, int rows, int row)
{
    int line = row - head_rows(rows);
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
    *spec = (struct source_spec){.kind = SOURCE_SEGMENT, .name = SEGMENT_NAME_DEFAULT};
    if (ch->selected >= ch->list.count) {
        return;
    }
    const struct segment_entry *e = &ch->list.list[ch->selected];
    if (e->posix) {
        spec->kind = SOURCE_POSIX;
        spec->path = e->name;
    } else {
        spec->name = (struct segment_name){.by = SEGMENT_BY_ID, .id = e->id};
    }
}

/* ---- one line as words ---- */

enum column {
    COLUMN_KIND, COLUMN_NAME, COLUMN_ID, COLUMN_BYTES, COLUMN_MODE, COLUMN_OWNER, COLUMN_ATTACHED, COLUMN_MAKER, COLUMNS
};

static const struct {
    const char *head;
    int most;       /* columns that it takes at most */
    bool right;
} columns[COLUMNS] = {
    [COLUMN_KIND] = {"kind", 5, false},   [COLUMN_NAME] = {"name or key", 48, false}, [COLUMN_ID] = {"shmid", 10, true},
    [COLUMN_BYTES] = {"bytes", 20, true}, [COLUMN_MODE] = {"mode", 4, true},
    [COLUMN_OWNER] = {"owner", 12, false}, [COLUMN_ATTACHED] = {"att", 5, true},
    [COLUMN_MAKER] = {"made by", 24, false},
};
#define NAME_LEAST 20   /* columns that a name keeps as long as others could be left out */
#define LINES_ASKED 200

void chooser_name(const struct segment_entry *e, char *out, size_t out_size)
{
    if (e->posix) {
        printable_text(e->name, printable_utf8(), out, out_size);
    } else if (e->removed) {
        snprintf(out, out_size, "removed");
    } else if (e->key == 0) {
        snprintf(out, out_size, "private");
    } else {
        snprintf(out, out_size, "0x%08x", (unsigned)e->key);
    }
}

static void maker(const struct segment_entry *e, char *out, size_t out_size)
{
    char name[4 * PROCESS_NAME_MAX];
    printable_text(e->creator, printable_utf8(), name, sizeof name);
    if (!e->readable) {
        snprintf(out, out_size, "not permitted");
    } else if (e->posix) {
        out[0] = '\0';
    } else if (e->creator_pid == 0) {
        snprintf(out, out_size, "?");
    } else {
        snprintf(out, out_size, "%d %s", (int)e->creator_pid, e->creator_runs ? name : "(ended)");
    }
}

static void column_text(const struct segment_entry *e, enum column which, char *out, size_t out_size)
{
    out[0] = '\0';
    switch (which) {
    case COLUMN_KIND:
        snprintf(out, out_size, "%s", e->posix ? "POSIX" : "SysV");
        break;
    case COLUMN_NAME:
        chooser_name(e, out, out_size);
        break;
    case COLUMN_ID:
        if (!e->posix) {
            snprintf(out, out_size, "%d", e->id);
        }
        break;
    case COLUMN_BYTES:
        snprintf(out, out_size, "%zu", e->size);
        break;
    case COLUMN_MODE:
        snprintf(out, out_size, "%03o", (unsigned)e->mode);
        break;
    case COLUMN_OWNER:
        user_name(e->owner, out, out_size);
        break;
    case COLUMN_ATTACHED:
        snprintf(out, out_size, "%lu%s", e->attached, e->more_attached ? "+" : "");
        break;
    default:
        maker(e, out, out_size);
    }
}

/* ---- drawing ---- */

/* What each column would take; of a long list the first lines are asked. */
static void widths_wish(const struct segment_list *l, int widths[COLUMNS])
{
    for (enum column i = 0; i < COLUMNS; i++) {
        widths[i] = canvas_width(columns[i].head);
        for (size_t line = 0; line < l->count && line < LINES_ASKED; line++) {
            char text[4 * sizeof l->list->name];
            column_text(&l->list[line], i, text, sizeof text);
            int width = canvas_width(text);
            width = width < columns[i].most ? width : columns[i].most;
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
}

/* The widths for a screen of so many columns, 0: left out. Names are cut a little, then the least important go, then
 * names are cut to what is left. */
static void widths_fit(const struct segment_list *l, int cols, int widths[COLUMNS])
{
    static const enum column goes[] = {COLUMN_MAKER, COLUMN_OWNER, COLUMN_MODE, COLUMN_KIND, COLUMN_ATTACHED, COLUMN_ID};
    int left = cols - 1 + 1; /* the last one has no blank behind it */
    widths_wish(l, widths);
    for (int i = 0; i < COLUMNS; i++) {
        left -= widths[i] + 1;
    }
    int cut = widths[COLUMN_NAME] - NAME_LEAST;
    if (left < 0 && cut > 0) {
        cut = cut < -left ? cut : -left;
        widths[COLUMN_NAME] -= cut;
        left += cut;
    }
    for (size_t i = 0; left < 0 && i < sizeof goes / sizeof *goes; i++) {
        left += widths[goes[i]] + 1;
        widths[goes[i]] = 0;
    }
    int name = widths[COLUMN_NAME] + (left < 0 ? left : 0);
    widths[COLUMN_NAME] = name > 1 ? name : 1;
}

static int put(struct canvas *c, int row, int col, int width, bool right, struct style style, const char *text)
{
    int shift = right && canvas_width(text) < width ? width - canvas_width(text) : 0;
    canvas_put_cut(c, row, col + shift, width - shift, style, text);
    return col + width + 1;
}

static void draw_entry(struct canvas *c, const struct theme *t, const struct segment_entry *e, int row, bool selected,
                       const int widths[COLUMNS])
{
    int col = 1;
    struct style style = theme_words(t, selected ? WORDS_STRONG : e->readable ? WORDS_PLAIN : WORDS_LABEL);
    for (enum column i = 0; i < COLUMNS; i++) {
        char text[4 * sizeof e->name];
        if (widths[i] > 0) {
            column_text(e, i, text, sizeof text);
            bool why = i == COLUMN_MAKER && !e->readable;
            col = put(c, row, col, widths[i], columns[i].right, why ? theme_words(t, WORDS_WARN) : style, text);
        }
    }
    if (widths[COLUMN_MAKER] == 0 && !e->readable) {
        canvas_put(c, row, 0, theme_words(t, WORDS_WARN), "!");
    }
}

static void draw_status(struct canvas *c, const struct theme *t, const struct chooser *ch)
{
    int row = c->rows - 1;
    char text[200];
    if (ch->message[0] != '\0') {
        canvas_put_cut(c, row, 0, c->cols, theme_words(t, WORDS_STRONG), ch->message);
        return;
    }
    bool at_entry = ch->selected < ch->list.count;
    if (at_entry && !ch->list.list[ch->selected].readable) {
        snprintf(text, sizeof text, "not permitted: mode and owner give you no right to read it");
    } else if (ch->list.more > 0) {
        snprintf(text, sizeof text, "and %zu more, not listed", ch->list.more);
    } else {
        snprintf(text, sizeof text, "Enter opens   j k choose   q quits");
    }
    canvas_put_cut(c, row, 0, c->cols, theme_words(t, WORDS_LABEL), text);
}

void chooser_draw(struct canvas *c, const struct theme *t, const struct chooser *ch)
{
    int widths[COLUMNS], head = head_rows(c->rows), shown = c->rows - head - 1;
    char title[96];
    canvas_clear(c);
    canvas_fill(c, 0, 0, c->cols, theme_words(t, WORDS_TITLE), " ");
    snprintf(title, sizeof title, " shm-view: what shared memory there is (%zu)", ch->list.count + ch->list.more);
    canvas_put_cut(c, 0, 0, c->cols, theme_words(t, WORDS_TITLE), title);
    widths_fit(&ch->list, c->cols, widths);
    for (int i = 0, col = 1; head > 1 && i < COLUMNS; i++) {
        if (widths[i] > 0) {
            col = put(c, 1, col, widths[i], columns[i].right, theme_words(t, WORDS_LABEL), columns[i].head);
        }
    }
    for (int i = 0; i < shown && ch->top + (size_t)i <= ch->list.count; i++) {
        size_t line = ch->top + (size_t)i;
        bool selected = line == ch->selected;
        if (line < ch->list.count) {
            draw_entry(c, t, &ch->list.list[line], head + i, selected, widths);
        } else {
            canvas_put_cut(c, head + i, 1, c->cols - 1, theme_words(t, selected ? WORDS_STRONG : WORDS_CALM),
                           "wait for the kit's server (./shmlab serve)");
        }
        if (selected) {
            canvas_put(c, head + i, 0, theme_words(t, WORDS_STRONG), theme_sign(t, SIGN_POINTER));
        }
    }
    draw_status(c, t, ch);
}

/* ---- for pipes ---- */

void chooser_print(const struct segment_list *l, FILE *out)
{
    int widths[COLUMNS];
    widths_wish(l, widths);
    widths[COLUMN_MAKER] = 0; /* no blanks at the end of a line */
    for (size_t line = 0; line <= l->count; line++) {
        for (enum column i = 0; i < COLUMNS; i++) {
            char text[4 * sizeof l->list->name];
            snprintf(text, sizeof text, "%s", columns[i].head);
            if (line > 0) {
                column_text(&l->list[line - 1], i, text, sizeof text);
            }
            fprintf(out, "%s%*s", i > 0 ? "  " : "", columns[i].right ? widths[i] : -widths[i], text);
        }
        fputc('\n', out);
    }
    if (l->more > 0) {
        fprintf(out, "and %zu more\n", l->more);
    }
}

void chooser_json(const struct segment_list *l, FILE *out)
{
    fputs("{\"version\":1,\n\"segments\":[", out);
    for (size_t i = 0; i < l->count; i++) {
        const struct segment_entry *e = &l->list[i];
        fprintf(out, "%s\n{\"kind\":\"%s\"", i > 0 ? "," : "", e->posix ? "posix" : "sysv");
        if (e->posix) {
            fputs(",\"name\":", out);
            json_string(out, e->name);
            fprintf(out, ",\"mapped\":%lu,\"maybe_more\":%s", e->attached, json_bool(e->more_attached));
        } else {
            fprintf(out, ",\"shmid\":%d,\"key\":\"0x%08x\",\"nattch\":%lu,\"removed\":%s", e->id, (unsigned)e->key,
                    e->attached, json_bool(e->removed));
            fprintf(out, ",\"creator_pid\":%d,\"creator_runs\":%s,\"creator\":", (int)e->creator_pid,
                    json_bool(e->creator_runs));
            json_string(out, e->creator);
        }
        fprintf(out, ",\"size\":%zu,\"mode\":\"%04o\",\"owner\":%u,\"readable\":%s}", e->size, (unsigned)e->mode,
                (unsigned)e->owner, json_bool(e->readable));
    }
    fprintf(out, "],\n\"more\":%zu}\n", l->more);
}
