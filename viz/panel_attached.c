/* Attached panel: see panel_attached.h. */
#include "panel_attached.h"

#include <stdio.h>
#include <string.h>

#include "printable.h"

static bool known(const struct attached *who)
{
    return who->watch->scanned && who->watch->error == 0;
}

size_t panel_attached_missing(const struct attached *who)
{
    return who->counted ? attachments_missing(&who->watch->now, who->watch->seen.attached) : 0;
}

void panel_attached_head(const struct attached *who, char *out, size_t out_size)
{
    const struct attachments *a = &who->watch->now;
    out[0] = '\0';
    if (!who->watch->scanned) {
        return;
    }
    const char *what = who->counted ? "attached" : "mapped";
    size_t times = who->counted ? who->watch->seen.attached : a->found;
    if (!known(who)) {
        snprintf(out, out_size, "%s: by whom is not known", what);
    } else if (panel_attached_missing(who) > 0) {
        snprintf(out, out_size, "%s: %zu times, %zu seen", what, times, a->found);
    } else if (times == 0) {
        snprintf(out, out_size, "%s: by nobody that we can see", what);
    } else {
        snprintf(out, out_size, "%s: %zu time%s, by %zu process%s", what, times, times == 1 ? "" : "s", a->processes,
                 a->processes == 1 ? "" : "es");
    }
}

/* ---- what can't be seen ---- */

static void rest_missing(const struct attached *who, char *out, size_t out_size)
{
    size_t closed = who->watch->now.closed, more = panel_attached_missing(who);
    if (closed > 0) {
        snprintf(out, out_size, "%zu more: not permitted (%zu process%s closed to us)", more, closed,
                 closed == 1 ? " is" : "es are");
    } else if (who->watch->now.unseen == PROCESS_HIDDEN) {
        snprintf(out, out_size, "%zu more: by nobody that /proc shows us (hidepid)", more);
    } else {
        snprintf(out, out_size, "%zu more: by nobody in our PID namespace", more);
    }
}

bool panel_attached_rest(const struct attached *who, size_t index, char *out, size_t out_size)
{
    const struct attachments *a = &who->watch->now;
    if (!who->watch->scanned || index > 1) {
        return false;
    }
    if (!known(who)) {
        snprintf(out, out_size, "/proc doesn't show our own PID namespace");
        return index == 0;
    }
    bool hidden = a->found > a->count;
    if (hidden && index == 0) {
        snprintf(out, out_size, "%zu more, not listed here", a->found - a->count);
        return true;
    }
    index -= hidden ? 1 : 0;
    if (index > 0) {
        return false;
    }
    if (panel_attached_missing(who) > 0) {
        rest_missing(who, out, out_size);
        return true;
    }
    if (!who->counted && a->closed > 0) {
        snprintf(out, out_size, "maybe more: %zu process%s not permitted", a->closed, a->closed == 1 ? "" : "es");
        return true;
    }
    if (!who->counted && a->unseen != PROCESS_ALL_SEEN) {
        snprintf(out, out_size, "maybe more: %s",
                 a->unseen == PROCESS_HIDDEN ? "/proc hides processes (hidepid)" : "outside of our PID namespace");
        return true;
    }
    if (!who->counted && a->found == 0) {
        snprintf(out, out_size, "nobody in our PID namespace");
        return true;
    }
    return false;
}

size_t panel_attached_lines(const struct attached *who)
{
    char text[96];
    size_t n = who->watch->now.count;
    for (size_t i = 0; panel_attached_rest(who, i, text, sizeof text); i++) {
        n++;
    }
    return n;
}

/* ---- one attachment ---- */

static void add_note(char *out, size_t out_size, const char *note)
{
    size_t used = strlen(out);
    snprintf(out + used, out_size - used, "%s%s", used > 0 ? ", " : "", note);
}

void panel_attached_note(const struct attached *who, const struct attachment *one, char *out, size_t out_size)
{
    char part[48];
    out[0] = '\0';
    if (who->counted && who->creator_runs && one->pid == who->creator_pid) {
        add_note(out, out_size, "made it");
    }
    if (who->viewer != 0 && one->pid == who->viewer) {
        add_note(out, out_size, "this viewer");
    }
    if (who->counted && one->pid == who->last_pid) {
        add_note(out, out_size, "last");
    }
    if (one->offset != 0) {
        snprintf(part, sizeof part, "from 0x%llx on", (unsigned long long)one->offset);
        add_note(out, out_size, part);
    }
    if (!one->shared) {
        add_note(out, out_size, "a private copy");
    }
}

struct columns {
    int pid, name, address, note; /* widths; 0: left out. Permissions take 3 */
};

#define NAME_LEAST 15 /* room for a program's name, unless much of it is escaped */
#define NOTE_LEAST 13 /* "made it, last" */

static void name_text(const struct attachment *one, bool utf8, char out[PROCESS_NAME_MAX * 4])
{
    printable_text(one->name, utf8, out, PROCESS_NAME_MAX * 4);
}

static int widest_name(const struct attachments *a, bool utf8)
{
    int widest = NAME_LEAST;
    for (size_t i = 0; i < a->count; i++) {
        char name[PROCESS_NAME_MAX * 4];
        name_text(&a->list[i], utf8, name);
        widest = canvas_width(name) > widest ? canvas_width(name) : widest;
    }
    return widest;
}

/* name: the width of the widest name. */
static struct columns columns_fit(int cols, int name)
{
    struct columns w = {.pid = 7, .name = NAME_LEAST, .address = 14, .note = 0};
    int rest = cols - 1 - w.pid - 1 - 3 - 1; /* for name, address, note and the blanks between them */
    if (rest < 6 + 1 + w.address) {
        w.address = 0;
        w.name = rest < name ? (rest > 0 ? rest : 0) : name;
        return w;
    }
    rest -= w.address + 1;
    int room = rest - 2 - NOTE_LEAST; /* a long name must leave room for the note */
    room = room > NAME_LEAST ? room : NAME_LEAST;
    w.name = name < room ? name : room;
    w.name = rest < w.name ? rest : w.name;
    w.note = rest - w.name - 2 >= 7 ? rest - w.name - 2 : 0;
    return w;
}

static void draw_head(struct canvas *c, const struct theme *t, int row, int col, const struct columns *w)
{
    struct style label = theme_text(t, TEXT_LABEL);
    canvas_printf(c, row, col, label, "%*s ", w->pid, "pid");
    col = canvas_put_cut(c, row, col + w->pid + 1, w->name, label, "program") + 1;
    if (w->address > 0) {
        col = canvas_put_cut(c, row, col, w->address, label, "at address") + 1;
    }
    canvas_put(c, row, col, label, "may");
}

static void draw_one(struct canvas *c, const struct theme *t, const struct attached *who, const struct attachment *one,
                     int row, int col, const struct columns *w)
{
    char name[PROCESS_NAME_MAX * 4], note[96], address[24];
    struct style plain = theme_text(t, TEXT_PLAIN);
    name_text(one, c->utf8, name);
    panel_attached_note(who, one, note, sizeof note);
    snprintf(address, sizeof address, "0x%llx", (unsigned long long)one->address);
    canvas_printf(c, row, col, plain, "%*d ", w->pid, (int)one->pid);
    col = canvas_put_cut(c, row, col + w->pid + 1, w->name, plain, name) + 1;
    if (w->address > 0) {
        col = canvas_put_cut(c, row, col, w->address, theme_text(t, TEXT_STRONG), address) + 1;
    }
    /* Emphasise write permission: that process can change the bytes. */
    bool writes = one->rights[1] == 'w';
    col = canvas_put(c, row, col, theme_text(t, writes ? TEXT_WARN : TEXT_PLAIN), one->rights) + 2;
    if (w->note > 0) {
        canvas_put_cut(c, row, col, w->note, theme_text(t, TEXT_LABEL), note);
    }
}

static void draw_lines(struct canvas *c, const struct theme *t, const struct attached *who, size_t top, struct rect r,
                       const struct columns *w, const char *how_on)
{
    size_t lines = panel_attached_lines(who), count = who->watch->now.count;
    for (int i = 0; i < r.rows && top + (size_t)i < lines; i++) {
        size_t line = top + (size_t)i, left = lines - line;
        char text[96];
        if (i == r.rows - 1 && left > 1) {
            canvas_printf(c, r.row + i, r.col + 1, theme_text(t, TEXT_LABEL), "+%zu: %s", left, how_on);
        } else if (line < count) {
            draw_one(c, t, who, &who->watch->now.list[line], r.row + i, r.col, w);
        } else if (panel_attached_rest(who, line - count, text, sizeof text)) {
            canvas_put_cut(c, r.row + i, r.col + 1, r.cols - 1, theme_text(t, TEXT_CALM), text);
        }
    }
}

void panel_attached(struct canvas *c, const struct theme *t, const struct attached *who, size_t top, struct rect r)
{
    if (r.rows <= 0 || r.cols < 16) {
        return;
    }
    struct columns w = columns_fit(r.cols, widest_name(&who->watch->now, c->utf8));
    draw_lines(c, t, who, top, r, &w, "a shows all");
}

/* ---- the whole screen ---- */

/* The creator and the last to attach or detach, if they aren't in the list. */
static int draw_story(struct canvas *c, const struct theme *t, const struct attached *who, int row)
{
    if (!who->counted || row + 1 >= c->rows) {
        return row;
    }
    char text[160];
    snprintf(text, sizeof text, "made by pid %d (%s); last to attach or detach: pid %d", (int)who->creator_pid,
             who->creator_runs ? who->creator_name : "it has ended", (int)who->last_pid);
    if (who->creator_pid == 0) {
        snprintf(text, sizeof text, "made in another PID namespace; last to attach or detach: pid %d",
                 (int)who->last_pid);
    }
    return row + canvas_put_wrapped(c, row, 1, c->cols - 2, 2, theme_text(t, TEXT_LABEL), text);
}

#define LESSON                                                                                      \
    "The same bytes, each time at another address: an address means something only inside its own " \
    "process. What is stored in the segment must be an offset, not a pointer."
#define LESSON_ROOM 200 /* most cells that it takes, allowing for lines that aren't full */

size_t panel_attached_full(struct canvas *c, const struct theme *t, const struct attached *who, size_t top)
{
    char head[96];
    panel_attached_head(who, head, sizeof head);
    canvas_clear(c);
    panel_title(c, t, head[0] != '\0' ? head : "who has it attached");
    size_t lines = panel_attached_lines(who);
    if (lines == 0) {
        const char *why = who->nobody       ? "A file or standard input was read once: nobody is attached."
                          : who->unrecorded ? "This recording has nothing about processes: who had it attached is not "
                                              "known."
                                            : "There is nothing to attach at present.";
        canvas_put_wrapped(c, 2, 1, c->cols - 2, c->rows - 2, theme_text(t, TEXT_CALM), why);
        return 0;
    }
    struct columns w = columns_fit(c->cols, widest_name(&who->watch->now, c->utf8));
    int row = c->rows >= 10 ? draw_story(c, t, who, 2) + 1 : 1;
    draw_head(c, t, row, 0, &w);
    struct rect list = {row + 1, 0, c->rows - row - 1, c->cols};
    size_t most = lines > (size_t)list.rows ? lines - (size_t)list.rows : 0;
    draw_lines(c, t, who, top < most ? top : most, list, &w, "j scrolls");
    int end = row + 2 + (int)(lines < (size_t)list.rows ? lines : (size_t)list.rows);
    int room = (c->rows - end - 1) * (c->cols - 2);
    if (who->watch->now.count > 1 && room > LESSON_ROOM) {
        canvas_put_wrapped(c, end + 1, 1, c->cols - 2, c->rows - end - 1, theme_text(t, TEXT_LABEL), LESSON);
    }
    return most;
}
