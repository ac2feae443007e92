/* Found strings: see found_strings.h. */
#include "found_strings.h"

static bool printable(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

bool found_strings_next(const struct model *m, size_t from, struct text_run *run)
{
    size_t i = from > m->base ? from - m->base : 0;
    while (i > 0 && i < m->count && printable(m->bytes[i - 1]) && printable(m->bytes[i])) {
        i++; /* in the midst of one */
    }
    while (i < m->count) {
        size_t start = i;
        bool blank = true;
        for (; i < m->count && printable(m->bytes[i]); i++) {
            blank = blank && m->bytes[i] == ' ';
        }
        if (i - start >= GRID_TEXT_RUN && !blank) {
            *run = (struct text_run){m->base + start, i - start};
            return true;
        }
        i++;
    }
    return false;
}

bool found_strings_previous(const struct model *m, size_t end, struct text_run *run)
{
    struct text_run at;
    bool found = false;
    for (size_t from = m->base; found_strings_next(m, from, &at) && at.offset < end; from = at.offset + at.size) {
        *run = at;
        found = true;
    }
    return found;
}

bool found_strings_top(const struct model *m, size_t rows, struct text_run *run, size_t *total, size_t *index)
{
    size_t n = 0, above = 0;
    struct text_run at;
    for (size_t from = m->base; found_strings_next(m, from, &at); from = at.offset + at.size, n++) {
        above += at.offset + at.size <= m->top ? 1 : 0;
    }
    size_t most = n > rows ? n - rows : 0;
    *total = n;
    *index = above < most ? above : most;
    bool found = found_strings_next(m, m->base, run);
    for (size_t i = 0; i < *index && found; i++) {
        found = found_strings_next(m, run->offset + run->size, run);
    }
    return found;
}
