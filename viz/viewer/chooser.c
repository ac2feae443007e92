/* Chooser: see chooser.h. */
#include "chooser.h"

#include <stdio.h>
#include <string.h>

#include "screen.h"

#define PAGE 10 /* lines */

/* ---- what is selected ---- */

static bool same_entry(const struct segment_entry *a, const struct segment_entry *b)
{
    if (a->kind == SEGMENT_SYSV || b->kind == SEGMENT_SYSV) {
        return a->kind == b->kind && a->id == b->id;
    }
    if (a->kind == SEGMENT_POSIX && b->kind == SEGMENT_POSIX) {
        return strcmp(a->name, b->name) == 0;
    }
    return a->device == b->device && a->inode == b->inode;
}

void chooser_return(struct chooser *ch, const struct source *from)
{
    const struct source_spec *spec = &from->spec; /* its strings may be in the list */
    struct segment_entry e = {.kind = SEGMENT_SYSV};
    bool came = true;
    if (spec->kind == &source_segment) {
        e.id = from->stat.id;
        came = from->attached_before;
    } else if (spec->kind == &source_posix) {
        e.kind = SEGMENT_POSIX;
        snprintf(e.name, sizeof e.name, "/%s", spec->path + strspn(spec->path, "/"));
    } else if (spec->kind == &source_map) {
        e.kind = SEGMENT_MEMFD;
        e.device = from->neighbours.object.device;
        e.inode = from->neighbours.object.inode;
    } else {
        came = false;
    }
    chooser_free(ch);
    ch->from = e;
    ch->came = ch->seek = came;
    ch->touched = true; /* the user asked for the list, so let them choose */
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
    for (size_t i = 0; ch->seek && i < fresh.count; i++) {
        selected = same_entry(&fresh.list[i], &ch->from) ? i : selected;
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

int chooser_head_rows(int rows)
{
    return rows >= 8 ? 2 : 1;
}

int chooser_shape(struct chooser *ch, int rows)
{
    int shown = rows - chooser_head_rows(rows) - 1;
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

/* Selects the source that the user came from. */
static void go_back(struct chooser *ch)
{
    for (size_t i = 0; i < ch->list.count; i++) {
        if (same_entry(&ch->list.list[i], &ch->from)) {
            ch->selected = i;
            choose(ch);
            return;
        }
    }
    snprintf(ch->message, sizeof ch->message, "what you came from is gone");
}

bool chooser_press(struct chooser *ch, int key)
{
    ch->touched = true;
    ch->message[0] = '\0';
    if (moves(ch, key, &ch->selected)) {
        return true;
    }
    if (key == PRESS_RETURN) {
        choose(ch);
    } else if (ch->came && (key == 's' || key == PRESS_ESCAPE)) {
        go_back(ch);
    } else if (key == 'q') {
        ch->quit = true;
    } else {
        snprintf(ch->message, sizeof ch->message, "j k or the arrows choose, Enter opens, q quits");
    }
    return true;
}

bool chooser_click(struct chooser *ch, int rows, int row)
{
    int line = row - chooser_head_rows(rows);
    if (line < 0 || row >= rows - 1 || ch->top + (size_t)line > ch->list.count) {
        return false;
    }
    ch->touched = true;
    ch->message[0] = '\0';
    ch->selected = ch->top + (size_t)line;
    return true;
}

void chooser_choice(struct chooser *ch, struct source_spec *spec)
{
    *spec = (struct source_spec){.kind = &source_segment, .name = SEGMENT_NAME_DEFAULT};
    if (ch->selected >= ch->list.count) {
        return;
    }
    const struct segment_entry *e = &ch->list.list[ch->selected];
    if (e->kind == SEGMENT_SYSV) {
        spec->name = (struct segment_name){.by = SEGMENT_BY_ID, .id = e->id};
    } else if (e->kind == SEGMENT_POSIX) {
        spec->kind = &source_posix;
        spec->path = e->name;
    } else {
        snprintf(ch->address, sizeof ch->address, "0x%llx", (unsigned long long)e->address);
        spec->kind = &source_map;
        spec->pid = e->creator_pid;
        spec->map = ch->address;
    }
}
