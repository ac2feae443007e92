/* Squeeze: see squeeze.h. */
#include "squeeze.h"

/* The bytes in the row at offset: the last row may be short. */
static size_t row_length(const struct squeeze *s, size_t row)
{
    return row < s->size && s->size - row < s->width ? s->size - row : s->width;
}

bool squeeze_known(const struct squeeze *s, size_t offset)
{
    size_t row = offset - offset % s->width;
    return row >= s->base && row - s->base < s->count && row_length(s, row) <= s->count - (row - s->base);
}

static bool is_zero(const struct squeeze *s, size_t row)
{
    if (row >= s->size || !squeeze_known(s, row)) {
        return false;
    }
    for (size_t i = row - s->base, end = i + row_length(s, row); i < end; i++) {
        if (s->bytes[i] != 0 || (s->keep != NULL && s->keep[i] != 0)) {
            return false;
        }
    }
    return true;
}

struct squeeze_line squeeze_line(const struct squeeze *s, size_t offset)
{
    size_t first = offset - offset % s->width, end = first + s->width;
    if (!s->on || !is_zero(s, first)) {
        return (struct squeeze_line){first, 1};
    }
    while (first >= s->width && is_zero(s, first - s->width)) {
        first -= s->width;
    }
    while (is_zero(s, end)) {
        end += s->width;
    }
    return (struct squeeze_line){first, (end - first) / s->width};
}

bool squeeze_next(const struct squeeze *s, struct squeeze_line *line)
{
    size_t next;
    if (__builtin_add_overflow(line->offset, line->rows * s->width, &next) || next >= s->size) {
        return false;
    }
    *line = squeeze_line(s, next);
    return true;
}

bool squeeze_previous(const struct squeeze *s, struct squeeze_line *line)
{
    if (line->offset == 0) {
        return false;
    }
    *line = squeeze_line(s, line->offset - 1);
    return true;
}

size_t squeeze_walk(const struct squeeze *s, struct squeeze_line *line, ptrdiff_t steps)
{
    size_t made = 0;
    for (; steps > 0 && squeeze_next(s, line); steps--) {
        made++;
    }
    for (; steps < 0 && squeeze_previous(s, line); steps++) {
        made++;
    }
    return made;
}

/* Goes back by at most that many lines, but not into unread rows: they may be one line or hundreds. */
static void walk_back(const struct squeeze *s, struct squeeze_line *line, size_t steps)
{
    struct squeeze_line at = *line;
    for (; steps > 0 && squeeze_previous(s, &at) && (!s->on || squeeze_known(s, at.offset)); steps--) {
        *line = at;
    }
}

size_t squeeze_top(const struct squeeze *s, size_t top, size_t cursor, size_t rows)
{
    if (s->size == 0) {
        return 0;
    }
    struct squeeze_line at = squeeze_line(s, cursor < s->size ? cursor : s->size - 1);
    struct squeeze_line first = squeeze_line(s, top < s->size ? top : s->size - 1), last = first;
    size_t below = rows > 0 ? rows - 1 : 0;
    squeeze_walk(s, &last, (ptrdiff_t)below);
    if (at.offset < first.offset) {
        first = at;
    } else if (at.offset > last.offset) {
        first = at;
        walk_back(s, &first, below);
    }
    last = first;
    size_t missing = below - squeeze_walk(s, &last, (ptrdiff_t)below);
    walk_back(s, &first, missing);
    return first.offset;
}
