/* Segment table: see segment_table.h. */
#include "segment_table.h"

#include <string.h>

#include "inspect/user.h"
#include "json.h"
#include "printable.h"
#include "report.h"

#define ABOUT_ROWS 4 /* of the explanation, at the smallest width */

/* ---- the text of a line ---- */

static const struct {
    const char *shown, *name; /* on the screen, in JSON */
} kinds[] = {
    [SEGMENT_SYSV] = {"SysV", "sysv"},       [SEGMENT_POSIX] = {"POSIX", "posix"},
    [SEGMENT_MEMFD] = {"memfd", "memfd"},    [SEGMENT_ANONYMOUS] = {"anon", "anonymous"},
    [SEGMENT_DELETED] = {"file", "deleted"},
};

enum column {
    COLUMN_KIND,
    COLUMN_NAME,
    COLUMN_ID,
    COLUMN_BYTES,
    COLUMN_MODE,
    COLUMN_OWNER,
    COLUMN_ATTACHED,
    COLUMN_MAKER,
    COLUMNS
};

static const struct {
    const char *head;
    int most; /* maximum width */
    bool right;
} columns[COLUMNS] = {
    [COLUMN_KIND] = {"kind", 5, false},   [COLUMN_NAME] = {"name or key", 48, false},
    [COLUMN_ID] = {"shmid", 10, true},    [COLUMN_BYTES] = {"bytes", 20, true},
    [COLUMN_MODE] = {"mode", 4, true},    [COLUMN_OWNER] = {"owner", 12, false},
    [COLUMN_ATTACHED] = {"att", 5, true}, [COLUMN_MAKER] = {"made by", 24, false},
};
#define NAME_LEAST 20 /* columns: names are cut no shorter while other columns can be dropped */
#define LINES_ASKED 200

/* "0x0f20074e", "private", "/psm_1a2b", "ring"; printable. */
static void entry_name(const struct segment_entry *e, char *out, size_t out_size)
{
    if (e->kind == SEGMENT_ANONYMOUS || (e->kind == SEGMENT_MEMFD && e->name[0] == '\0')) {
        snprintf(out, out_size, "(no name)");
    } else if (e->kind != SEGMENT_SYSV) {
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
    } else if (e->kind == SEGMENT_POSIX) {
        out[0] = '\0';
    } else if (e->kind != SEGMENT_SYSV) {
        snprintf(out, out_size, "in %d %s", (int)e->creator_pid, name);
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
        snprintf(out, out_size, "%s", kinds[e->kind].shown);
        break;
    case COLUMN_NAME:
        entry_name(e, out, out_size);
        break;
    case COLUMN_ID:
        if (e->kind == SEGMENT_SYSV) {
            snprintf(out, out_size, "%d", e->id);
        }
        break;
    case COLUMN_BYTES:
        snprintf(out, out_size, "%zu", e->size);
        break;
    case COLUMN_MODE:
        if (e->kind <= SEGMENT_POSIX) {
            snprintf(out, out_size, "%03o", (unsigned)e->mode);
        }
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

/* The width that each column wants, from the first lines of the list. */
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

/* Fits the widths to a screen of that many columns; 0: dropped. Names are cut a little, then the least important
 * columns dropped, then names cut to what is left. Returns the blanks between columns: two if there is room. */
static int widths_fit(const struct segment_list *l, int cols, int widths[COLUMNS])
{
    static const enum column goes[] = {COLUMN_MAKER, COLUMN_OWNER,    COLUMN_MODE,
                                       COLUMN_KIND,  COLUMN_ATTACHED, COLUMN_ID};
    int left = cols - 1 + 1; /* no blank after the last column */
    widths_wish(l, widths);
    for (int i = 0; i < COLUMNS; i++) {
        left -= widths[i] + 1;
    }
    if (left >= COLUMNS - 1) {
        return 2;
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
    return 1;
}

struct widths {
    int of[COLUMNS]; /* 0: dropped */
    int gap;         /* blanks between columns */
};

static int put(struct canvas *c, int row, int col, const struct widths *w, enum column which, struct style style,
               const char *text)
{
    int width = w->of[which];
    int shift = columns[which].right && canvas_width(text) < width ? width - canvas_width(text) : 0;
    canvas_put_cut(c, row, col + shift, width - shift, style, text);
    return col + width + w->gap;
}

static void draw_entry(struct canvas *c, const struct theme *t, const struct segment_entry *e, int row, bool selected,
                       const struct widths *w)
{
    int col = 1;
    struct style style = theme_text(t, selected ? TEXT_STRONG : e->readable ? TEXT_PLAIN : TEXT_LABEL);
    for (enum column i = 0; i < COLUMNS; i++) {
        char text[4 * sizeof e->name];
        if (w->of[i] > 0) {
            column_text(e, i, text, sizeof text);
            bool why = i == COLUMN_MAKER && !e->readable;
            col = put(c, row, col, w, i, why ? theme_text(t, TEXT_WARN) : style, text);
        }
    }
    if (w->of[COLUMN_MAKER] == 0 && !e->readable) {
        canvas_put(c, row, 0, theme_text(t, TEXT_WARN), "!");
    }
}

/* NULL: the line for the kit's own segment. */
static const struct segment_entry *entry_selected(const struct segment_table *table)
{
    return table->selected > 0 ? &table->list->list[table->selected - 1] : NULL;
}

static void draw_status(struct canvas *c, const struct theme *t, const struct segment_table *table)
{
    int row = c->rows - 1;
    char text[200];
    const struct segment_entry *e = entry_selected(table);
    if (table->message[0] != '\0') {
        canvas_put_cut(c, row, 0, c->cols, theme_text(t, TEXT_STRONG), table->message);
        return;
    }
    if (e != NULL && !e->readable) {
        snprintf(text, sizeof text, "not permitted: mode and owner give you no right to read it");
    } else if (table->list->more > 0) {
        snprintf(text, sizeof text, "and %zu more, not listed", table->list->more);
    } else {
        snprintf(text, sizeof text, "Enter opens   j k choose   %sq quits", table->back ? "s goes back   " : "");
    }
    canvas_put_cut(c, row, 0, c->cols, theme_text(t, TEXT_LABEL), text);
}

/* Explains the kind of memory of the selected line, for users who see such a list for the first time. */
static const char *about(const struct segment_entry *e)
{
    static const char *const kind[] = {
        [SEGMENT_SYSV] = "System V: made with shmget, found by its key. It stays until somebody removes it (ipcrm -m), "
                         "even when nobody has it attached.",
        [SEGMENT_POSIX] = "POSIX: made with shm_open, a file in /dev/shm. It stays until somebody unlinks it, even "
                          "when nobody has it mapped.",
        [SEGMENT_MEMFD] = "memfd: made with memfd_create. No other process can open it by a name: each gets it from "
                          "one that has it. It goes with the last of them.",
        [SEGMENT_ANONYMOUS] = "Anonymous: made with mmap, MAP_SHARED and no file. A process shares it with the "
                              "children that it forks, and it goes with the last of them.",
        [SEGMENT_DELETED] = "A file that was deleted or unlinked, but is still mapped. It goes with the last process "
                            "that has it mapped.",
    };
    if (e == NULL) {
        return "The segment that the kit's own server makes. Where it isn't there yet, the viewer waits for it.";
    }
    return e->removed ? "System V, and removed: it goes when the last process detaches. Until then it can be looked at."
                      : kind[e->kind];
}

static void draw_about(struct canvas *c, const struct theme *t, const struct segment_entry *e, int row)
{
    int rows = c->rows - 2 - row, width = c->cols - 2 < 76 ? c->cols - 2 : 76;
    struct style style = theme_text(t, TEXT_LABEL);
    if (rows < ABOUT_ROWS || width < 38) {
        return;
    }
    int used = canvas_put_wrapped(c, row + 1, 1, width, rows, style, about(e));
    if (e != NULL && e->more_attached && rows - used >= ABOUT_ROWS) {
        canvas_put_wrapped(
            c, row + used + 2, 1, width, rows - used - 1, style,
            "att: how many mappings were found. +: there may be more, in processes that you may not look "
            "into.");
    }
}

/* Draws the first line: the kit's own segment, which need not exist yet. Below hundreds of others nobody would find it. */
static void draw_own(struct canvas *c, const struct theme *t, int row, bool selected)
{
    char call[100], text[140];
    snprintf(text, sizeof text, "the kit's own segment, or wait for it (%s)", report_server(0, call, sizeof call));
    canvas_put_cut(c, row, 1, c->cols - 1, theme_text(t, selected ? TEXT_STRONG : TEXT_CALM), text);
}

int segment_table_first_row(int rows)
{
    return rows >= 8 ? 2 : 1; /* title and headings */
}

int segment_table_lines(int rows)
{
    int lines = rows - segment_table_first_row(rows) - 1;
    return lines > 1 ? lines : 1;
}

void segment_table_draw(struct canvas *c, const struct theme *t, const struct segment_table *table)
{
    const struct segment_list *l = table->list;
    struct widths w;
    int head = segment_table_first_row(c->rows), shown = segment_table_lines(c->rows);
    char title[96];
    canvas_clear(c);
    canvas_fill(c, 0, 0, c->cols, theme_text(t, TEXT_TITLE), " ");
    snprintf(title, sizeof title, " shm-view: what shared memory there is (%zu)", l->count + l->more);
    canvas_put_cut(c, 0, 0, c->cols, theme_text(t, TEXT_TITLE), title);
    w.gap = widths_fit(l, c->cols, w.of);
    int col = 1;
    for (enum column i = 0; head > 1 && i < COLUMNS; i++) {
        if (w.of[i] > 0) {
            col = put(c, 1, col, &w, i, theme_text(t, TEXT_LABEL), columns[i].head);
        }
    }
    for (int i = 0; i < shown && table->top + (size_t)i <= l->count; i++) {
        size_t line = table->top + (size_t)i;
        bool selected = line == table->selected;
        if (line == 0) {
            draw_own(c, t, head + i, selected);
        } else {
            draw_entry(c, t, &l->list[line - 1], head + i, selected, &w);
        }
        if (selected) {
            canvas_put(c, head + i, 0, theme_text(t, TEXT_STRONG), theme_sign(t, SIGN_POINTER));
        }
    }
    size_t lines = l->count + 1 - table->top;
    draw_about(c, t, entry_selected(table), head + (lines < (size_t)shown ? (int)lines : shown));
    draw_status(c, t, table);
}

/* ---- plain table and JSON ---- */

void segment_table_print(FILE *out, const struct segment_list *l)
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

void segment_table_json(FILE *out, const struct segment_list *l)
{
    fputs("{\"version\":1,\n\"segments\":[", out);
    for (size_t i = 0; i < l->count; i++) {
        const struct segment_entry *e = &l->list[i];
        fprintf(out, "%s\n{\"kind\":\"%s\"", i > 0 ? "," : "", kinds[e->kind].name);
        if (e->kind == SEGMENT_SYSV) {
            fprintf(out, ",\"shmid\":%d,\"key\":\"0x%08x\",\"nattch\":%lu,\"removed\":%s", e->id, (unsigned)e->key,
                    e->attached, json_bool(e->removed));
            fprintf(out, ",\"creator_pid\":%d,\"creator_runs\":%s,\"creator\":", (int)e->creator_pid,
                    json_bool(e->creator_runs));
            json_string(out, e->creator);
        } else {
            fputs(",\"name\":", out);
            json_string(out, e->name);
            fprintf(out, ",\"mapped\":%lu,\"maybe_more\":%s", e->attached, json_bool(e->more_attached));
        }
        if (e->kind >= SEGMENT_MEMFD) {
            fprintf(out, ",\"pid\":%d,\"address\":\"0x%llx\",\"program\":", (int)e->creator_pid,
                    (unsigned long long)e->address);
            json_string(out, e->creator);
        }
        fprintf(out, ",\"size\":%zu,\"mode\":\"%04o\",\"owner\":%u,\"readable\":%s}", e->size, (unsigned)e->mode,
                (unsigned)e->owner, json_bool(e->readable));
    }
    fprintf(out, "],\n\"more\":%zu}\n", l->more);
}
