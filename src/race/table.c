#include "table.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout/value.h"
#include "printable.h"

enum { MEMORY_WIDTH = 26, NUMBER_WIDTH = 5, COLUMN_MIN = 18, CELL_MAX = 160 };
#define UNKNOWN_PLACE "(not known where)"

/* ---- places ---- */

static void line_text(const char *path, int number, char out[TABLE_LINE_MAX])
{
    char line[1024];
    FILE *in = fopen(path, "r");
    out[0] = '\0';
    for (int i = 0; in != NULL && i < number; i++) {
        if (fgets(line, sizeof line, in) == NULL) {
            line[0] = '\0';
            break;
        }
    }
    if (in == NULL) {
        return;
    }
    fclose(in);
    size_t start = strspn(line, " \t"), end = strcspn(line, "\n");
    while (end > start && (line[end - 1] == ' ' || line[end - 1] == '\t')) {
        end--;
    }
    line[end > start ? end : start] = '\0';
    printable_text(line + start, printable_utf8(), out, TABLE_LINE_MAX);
}

struct table_place table_place(const char *elf, uint64_t site)
{
    struct table_place place = {.file = ""};
    struct layout_source_line line;
    struct layout_error error;
    uint64_t address = site - 1; /* a site is where the call returns to */
    int fd = open(elf, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return place;
    }
    if (layout_dwarf_lines(&(struct layout_dwarf_file){.fd = fd, .name = elf}, &address, 1, &line, &error) == 0 &&
        line.file[0] != '\0' && line.line > 0) { /* 0: the compiler has merged the code of several lines */
        const char *slash = strrchr(line.file, '/');
        snprintf(place.file, sizeof place.file, "%s", slash == NULL ? line.file : slash + 1);
        place.line = line.line;
        line_text(line.file, line.line, place.text);
    }
    close(fd);
    return place;
}

/* ---- fields and values ---- */

static bool leaf_at(const struct table *t, int segment, uint32_t offset, struct layout_leaf *leaf)
{
    if (t->layout == NULL || segment != t->segment) {
        return false;
    }
    struct layout_span span = layout_span_at(t->layout, offset);
    return span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(t->layout, span.leaf, leaf);
}

void table_field(const struct table *t, int segment, uint32_t offset, uint32_t size, char *out, size_t room)
{
    struct layout_leaf leaf;
    if (!leaf_at(t, segment, offset, &leaf)) {
        snprintf(out, room, size > 1 ? "bytes %" PRIu32 " to %" PRIu32 : "byte %" PRIu32, offset, offset + size - 1);
        return;
    }
    layout_leaf_path(t->layout, leaf.index, out, room);
    char *inner = strstr(out, ".__"); /* libc's own names inside a sem_t or a pthread_mutex_t */
    if (inner != NULL) {
        *inner = '\0';
        return;
    }
    size_t used = strlen(out);
    if (leaf.node->count > 1 && leaf.node->stride > 0 && leaf.node->stride < size + leaf.node->stride) {
        size_t first = (offset - leaf.offset) / leaf.node->stride;
        if (leaf.node->kind != LAYOUT_TEXT || size == 1) {
            snprintf(out + used, room - used, "[%zu]", first);
        }
    }
}

/* A part of a sem_t or a pthread_mutex_t: its bytes are a number to the run-time. */
static bool is_of_libc(const struct table *t, const struct layout_leaf *leaf)
{
    char path[LAYOUT_PATH_MAX];
    layout_leaf_path(t->layout, leaf->index, path, sizeof path);
    return strstr(path, ".__") != NULL;
}

void table_value(const struct table *t, int segment, uint32_t offset, uint32_t size, race_value value, char *out,
                 size_t room)
{
    struct layout_leaf leaf;
    uint8_t bytes[MEMORY_ACCESS_MAX];
    memcpy(bytes, &value, sizeof bytes);
    bool known = leaf_at(t, segment, offset, &leaf) && !is_of_libc(t, &leaf);
    if (known && leaf.node->count == 1 && leaf.offset == offset && leaf.node->size == size) {
        value_format(leaf.node, bytes, size, out, room);
        return;
    }
    bool array = known && leaf.node->kind != LAYOUT_TEXT && leaf.node->stride == size;
    if (array) { /* one element */
        struct layout_node element = *leaf.node;
        element.count = 1;
        element.size = size;
        value_format(&element, bytes, size, out, room);
    } else if (known && leaf.node->kind == LAYOUT_TEXT) {
        const char *quote = size == 1 ? "'" : "\"";
        size_t used = (size_t)snprintf(out, room, "%s", quote);
        size_t length = size == 1 ? 1 : strnlen((const char *)bytes, size);
        used += printable_bytes(bytes, length, false, out + used, room - used);
        if (used < room) {
            snprintf(out + used, room - used, "%s", quote);
        }
    } else {
        int64_t number = size == 8   ? (int64_t)value
                         : size == 4 ? (int32_t)value
                         : size == 2 ? (int16_t)value
                                     : (int8_t)value;
        snprintf(out, room, "%" PRId64, number);
    }
}

/* ---- rows ---- */

struct row {
    const struct run_step *step;
    const struct run_step *last; /* of the steps that it stands for: accesses of one line */
    size_t index, steps;
    size_t next;     /* the step after it */
    unsigned number; /* of the row, as it is printed */
    struct table_place place;
};

static bool is_access(const struct run_step *s)
{
    return s->event.kind == RACE_READ || s->event.kind == RACE_WRITE;
}

bool table_shows(const struct run_step *s)
{
    if (s->repeats) {
        return false;
    }
    switch (s->event.kind) {
    case RACE_OPEN:
        return s->result < 0;
    case RACE_RESIZE:
    case RACE_REMOVE:
        return false;
    case RACE_END:
        return s->event.number != 0;
    default:
        return true;
    }
}

static bool is_marked(const struct table *t, size_t index)
{
    return index == t->marked[0] || index == t->marked[1];
}

/* Whether the step goes on with what the row shows: the next piece of the same copy. */
static bool continues(const struct table *t, const struct row *row, const struct run_step *s, size_t index)
{
    return is_access(s) && s->event.kind == row->step->event.kind && s->event.order == RACE_PLAIN &&
           s->option.who == row->step->option.who && s->event.site == row->step->event.site && !s->option.drain &&
           !row->step->option.drain && s->offset == row->last->offset + row->last->event.size && !is_marked(t, index) &&
           !is_marked(t, index - 1);
}

static const char *arrow(const struct table *t)
{
    return t->utf8 ? "→" : "->";
}

static void memory_text(const struct table *t, const struct row *row, char *out, size_t room)
{
    const struct run_step *s = row->step;
    char field[LAYOUT_PATH_MAX] = "", before[80], after[80];
    bool bytes = s->event.size > 0 && s->event.size <= MEMORY_ACCESS_MAX && s->segment >= 0;
    out[0] = '\0';
    if (bytes) {
        table_field(t, s->segment, s->offset, s->event.size, field, sizeof field);
        table_value(t, s->segment, s->offset, s->event.size, s->before, before, sizeof before);
        table_value(t, s->segment, s->offset, s->event.size, s->after, after, sizeof after);
    }
    if (row->steps > 1) {
        snprintf(out, room, "%.60s: %s %u bytes", field, s->event.kind == RACE_READ ? "reads" : "stores",
                 row->last->offset + row->last->event.size - s->offset);
    } else if (s->option.drain) {
        snprintf(out, room, "%.60s: %s %s %s (%c's buffer)", field, before, arrow(t), after, 'A' + s->option.who);
    } else if (s->event.kind == RACE_READ && bytes) {
        table_value(t, s->segment, s->offset, s->event.size, s->value, after, sizeof after);
        snprintf(out, room, "%.60s is %s%s", field, after, s->option.index > 0 ? " (older)" : "");
    } else if (s->event.kind == RACE_WRITE && bytes && s->buffered) {
        table_value(t, s->segment, s->offset, s->event.size, s->value, after, sizeof after);
        snprintf(out, room, "%.60s = %s waits", field, after);
    } else if (s->event.kind <= RACE_WAIT_COUNT && s->event.kind != RACE_FENCE && bytes) {
        snprintf(out, room, "%.60s: %s %s %s", field, before, arrow(t), after);
    } else if (s->event.kind == RACE_SLEEP) {
        snprintf(out, room, s->waits ? "sleeps" : s->result < 0 ? "has changed: no sleep" : "is woken");
    } else if (s->event.kind == RACE_WAKE) {
        snprintf(out, room, s->result == 0 ? "wakes nobody" : "wakes %d", s->result);
    } else if (s->event.kind == RACE_END) {
        snprintf(out, room, "exit status %d", s->event.number);
    } else if (s->event.kind == RACE_OPEN) {
        snprintf(out, room, "fails");
    } else if (s->event.kind == RACE_CRASH) {
        snprintf(out, room, "signal %d", s->event.number);
    } else {
        snprintf(out, room, "%s", s->event.call);
    }
}

/* At most `width` characters; one that is cut ends in "..". */
static void cut(const char *text, size_t width, char *out, size_t room)
{
    size_t n = strlen(text);
    if (n <= width) {
        snprintf(out, room, "%s", text);
    } else {
        snprintf(out, room, "%.*s..", (int)(width > 2 ? width - 2 : 0), text);
    }
}

static void cell_text(const struct row *row, char *out, size_t room)
{
    const struct run_step *s = row->step;
    if (s->option.drain) {
        snprintf(out, room, "(store leaves buffer)");
    } else if (row->place.file[0] == '\0') {
        snprintf(out, room, "%s",
                 s->event.call[0] != '\0'    ? s->event.call
                 : s->event.kind == RACE_END ? "(ends)"
                                             : UNKNOWN_PLACE);
    } else if (row->place.text[0] == '\0') {
        snprintf(out, room, "%.40s:%d %s", row->place.file, row->place.line, s->event.call);
    } else {
        snprintf(out, room, "%d %s", row->place.line, row->place.text);
    }
}

static void note_below(FILE *out, const struct table *t, const struct row *row)
{
    const struct run_step *s = row->step;
    if (s->overwrote != RACE_PROCESSES) {
        fprintf(out, "%*s%s %c wrote after %c had read it: that value is lost\n", NUMBER_WIDTH, "", t->utf8 ? "└" : "^",
                'A' + s->overwrote, 'A' + s->option.who);
    }
}

static void print_row(FILE *out, const struct table *t, const struct row *row, size_t width)
{
    char text[CELL_MAX + TABLE_LINE_MAX], shown[sizeof text], memory[256];
    unsigned who = row->step->option.who;
    cell_text(row, text, sizeof text);
    memory_text(t, row, memory, sizeof memory);
    fprintf(out, "%*u%c", NUMBER_WIDTH - 1, row->number, is_marked(t, row->index) ? '>' : ' ');
    size_t single = t->columns - NUMBER_WIDTH - 3 - MEMORY_WIDTH;
    cut(text, width == 0 ? single : width - 1, shown, sizeof shown);
    for (unsigned i = 0; i < t->processes && width > 0; i++) {
        fprintf(out, "%-*s", (int)width, i == who ? shown : "");
    }
    if (width == 0) {
        fprintf(out, "%c %-*s ", 'A' + who, (int)single, shown);
    }
    fprintf(out, "%s\n", memory);
    note_below(out, t, row);
}

static void print_heading(FILE *out, const struct table *t, size_t width)
{
    fprintf(out, "%*s", NUMBER_WIDTH, "");
    for (unsigned i = 0; i < t->processes && width > 0; i++) {
        char heading[CELL_MAX], shown[CELL_MAX];
        snprintf(heading, sizeof heading, "%c: %.120s", 'A' + i, t->name[t->program[i]]);
        cut(heading, width - 1, shown, sizeof shown);
        fprintf(out, "%-*s", (int)width, shown);
    }
    fprintf(out, width > 0 ? "memory\n" : "process and line\n");
}

/* The processes that wait when the order is over. */
static void print_waits(FILE *out, const struct table *t, size_t width)
{
    for (unsigned who = 0; who < t->processes; who++) {
        char shown[CELL_MAX + TABLE_LINE_MAX], text[sizeof shown];
        if (t->waits[who] == NULL) {
            continue;
        }
        struct table_place place = table_place(t->elf[t->program[who]], t->waits[who]->site);
        if (place.file[0] == '\0') {
            snprintf(text, sizeof text, "%s", UNKNOWN_PLACE);
        } else {
            snprintf(text, sizeof text, "%d %s", place.line, place.text);
        }
        cut(text, width == 0 ? t->columns - NUMBER_WIDTH - 3 - MEMORY_WIDTH : width - 1, shown, sizeof shown);
        fprintf(out, "%*s", NUMBER_WIDTH, "- ");
        if (width == 0) {
            fprintf(out, "%c %s (waits for ever)\n", 'A' + who, shown);
            continue;
        }
        for (unsigned i = 0; i < t->processes; i++) {
            fprintf(out, "%-*s", (int)width, i == who ? shown : "");
        }
        fprintf(out, "waits for ever\n");
    }
}

/* Goes on to the next row. False: there is none. */
static bool next_row(const struct table *t, struct row *row)
{
    size_t i = row->step == NULL ? 0 : row->next;
    while (i < t->count && !table_shows(&t->steps[i])) {
        i++;
    }
    if (i == t->count) {
        return false;
    }
    const struct run_step *first = &t->steps[i];
    *row = (struct row){.step = first,
                        .last = first,
                        .index = i,
                        .steps = 1,
                        .number = row->number + 1,
                        .place = table_place(t->elf[t->program[first->option.who]], first->event.site)};
    for (i++; i < t->count; i++) {
        bool same = continues(t, row, &t->steps[i], i);
        if (table_shows(&t->steps[i]) && !same) {
            break;
        }
        row->last = same ? &t->steps[i] : row->last;
        row->steps += same;
    }
    row->next = i;
    return true;
}

void table_print(FILE *out, const struct table *t)
{
    size_t width = (t->columns - NUMBER_WIDTH - MEMORY_WIDTH) / t->processes;
    width = width < COLUMN_MIN ? 0 : width;
    print_heading(out, t, width);
    struct row row = {.step = NULL};
    while (next_row(t, &row)) {
        print_row(out, t, &row, width);
    }
    print_waits(out, t, width);
}

size_t table_step(const struct table *t, unsigned number)
{
    struct row row = {.step = NULL};
    while (next_row(t, &row)) {
        if (row.number == number) {
            return row.index;
        }
    }
    return SIZE_MAX;
}
