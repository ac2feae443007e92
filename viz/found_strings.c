/* Found strings: see found_strings.h. */
#include "found_strings.h"

static bool printable(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

bool found_strings_next(const struct grid_input *in, size_t from, struct text_run *run)
{
    size_t i = from > in->first ? from - in->first : 0, count = in->bytes != NULL ? in->readable : 0;
    while (i > 0 && i < count && printable(in->bytes[i - 1]) && printable(in->bytes[i])) {
        i++; /* from is inside a run: skip its rest */
    }
    while (i < count) {
        size_t start = i;
        bool blank = true;
        for (; i < count && printable(in->bytes[i]); i++) {
            blank = blank && in->bytes[i] == ' ';
        }
        if (i - start >= GRID_TEXT_RUN && !blank) {
            *run = (struct text_run){in->first + start, i - start};
            return true;
        }
        i++;
    }
    return false;
}

bool found_strings_previous(const struct grid_input *in, size_t end, struct text_run *run)
{
    struct text_run at;
    bool found = false;
    for (size_t from = in->first; found_strings_next(in, from, &at) && at.offset < end; from = at.offset + at.size) {
        *run = at;
        found = true;
    }
    return found;
}

bool found_strings_list(const struct grid_input *in, size_t top, size_t rows, struct found_strings_list *list)
{
    size_t n = 0, above = 0;
    struct text_run at;
    for (size_t from = in->first; found_strings_next(in, from, &at); from = at.offset + at.size, n++) {
        above += at.offset + at.size <= top ? 1 : 0;
    }
    size_t most = n > rows ? n - rows : 0;
    list->total = n;
    list->above = above < most ? above : most;
    bool found = found_strings_next(in, in->first, &list->first);
    for (size_t i = 0; i < list->above && found; i++) {
        found = found_strings_next(in, list->first.offset + list->first.size, &list->first);
    }
    return found;
}
