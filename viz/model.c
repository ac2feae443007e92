/* Model: see model.h. */
#include "model.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "value.h"

void model_init(struct model *m)
{
    static const struct layout empty;
    *m = (struct model){.layout = &empty, .width = 16, .rows = 1};
    fields_reset(&m->fields, m->layout);
}

void model_free(struct model *m)
{
    grid_hues_free(&m->hues);
    free(m->bytes);
    free(m->changed_at);
    free(m->glow);
    model_init(m);
}

int model_set_layout(struct model *m, const struct layout *layout, const char *title)
{
    struct grid_hues hues;
    int rc = grid_hues_make(&hues, layout);
    if (rc < 0) {
        return rc;
    }
    grid_hues_free(&m->hues);
    m->hues = hues;
    m->layout = layout;
    fields_reset(&m->fields, layout);
    printable_text(title, printable_utf8(), m->layout_title, sizeof m->layout_title);
    return 0;
}

int model_resize(struct model *m, size_t size)
{
    uint8_t *bytes = calloc(size + 1, 1), *glow = calloc(size + 1, 1);
    uint64_t *changed_at = calloc(size + 1, sizeof *changed_at);
    if (bytes == NULL || glow == NULL || changed_at == NULL) {
        free(bytes);
        free(glow);
        free(changed_at);
        return -ENOMEM;
    }
    free(m->bytes);
    free(m->glow);
    free(m->changed_at);
    m->bytes = bytes;
    m->glow = glow;
    m->changed_at = changed_at;
    m->size = size;
    m->seen = false;
    m->frozen = false; /* of the frozen picture nothing is left */
    m->news.text[0] = '\0';
    model_go(m, m->cursor);
    return 0;
}

/* ---- time ---- */

/* "num: 21 -> 22" for the field that holds offset, or "0x0039: 00 -> 2a" where none does. Returns one past the last byte
 * that this tells of. */
static size_t news_of(const struct model *m, const uint8_t *after, size_t count, size_t offset, char *out, size_t out_size)
{
    struct layout_span span = layout_span_at(m->layout, offset);
    struct layout_leaf leaf;
    if (span.kind != LAYOUT_SPAN_FIELD || !layout_leaf_get(m->layout, span.leaf, &leaf) || leaf.offset >= count) {
        const char *what = span.kind == LAYOUT_SPAN_FREE ? "" : " (padding)";
        snprintf(out, out_size, "0x%04zx%s: %02x -> %02x", offset, what, m->bytes[offset], after[offset]);
        return offset + 1;
    }
    char path[64], old[56], new[56];
    layout_leaf_path(m->layout, leaf.index, path, sizeof path);
    value_format(leaf.node, m->bytes + leaf.offset, count - leaf.offset, old, sizeof old);
    value_format(leaf.node, after + leaf.offset, count - leaf.offset, new, sizeof new);
    snprintf(out, out_size, "%s: %s -> %s", path, old, new);
    return leaf.offset + leaf.node->size;
}

/* Tells the changes one after the other, as far as there is room. */
static void news_write(struct model *m, const uint8_t *after, size_t count)
{
    size_t used = 0;
    m->news.text[0] = '\0';
    m->news.at = m->now;
    for (size_t i = 0; i < count && used < sizeof m->news.text - 1;) {
        if (m->bytes[i] == after[i]) {
            i++;
            continue;
        }
        char one[MODEL_NEWS_MAX];
        size_t next = news_of(m, after, count, i, one, sizeof one);
        int n = snprintf(m->news.text + used, sizeof m->news.text - used, "%s%s", used > 0 ? "   " : "", one);
        used += n > 0 ? (size_t)n : 0;
        i = next > i ? next : i + 1;
    }
}

bool model_take(struct model *m, const uint8_t *bytes, size_t count)
{
    count = count < m->size ? count : m->size;
    if (m->frozen || memcmp(m->bytes, bytes, count) == 0) {
        m->seen = true;
        return false;
    }
    if (m->seen) {
        news_write(m, bytes, count);
    }
    for (size_t i = 0; i < count && m->seen; i++) {
        if (m->bytes[i] != bytes[i]) {
            m->changed_at[i] = m->now > 0 ? m->now : 1;
        }
    }
    memcpy(m->bytes, bytes, count);
    m->seen = true;
    return true;
}

bool model_tick(struct model *m, uint64_t now_ms)
{
    bool changed = false;
    m->now = now_ms;
    for (size_t i = 0; i < m->size; i++) {
        uint64_t age = now_ms - m->changed_at[i];
        unsigned glow = 0;
        if (m->changed_at[i] != 0 && age < MODEL_GLOW_MS) {
            glow = age < MODEL_GLOW_MS / 4 ? 3 : age < MODEL_GLOW_MS * 6 / 10 ? 2 : 1;
        }
        changed = changed || m->glow[i] != glow;
        m->glow[i] = (uint8_t)glow;
    }
    return changed;
}

void model_cells(const struct model *m, size_t first, size_t cursor, struct grid_cell *cells, size_t count)
{
    bool expected = m->expected != NULL && first < m->expected_size;
    first = first < m->size ? first : m->size;
    struct field_row row;
    bool container = cursor < m->size && fields_selected(&m->fields, cursor, &row) &&
                     (row.id.element != SIZE_MAX || layout_kind_is_container(row.node->kind));
    const struct grid_input in = {
        .layout = m->layout,
        .hues = &m->hues,
        .segment_size = m->size,
        .first = first,
        .bytes = m->bytes + first,
        .readable = m->size - first,
        .expected = expected ? m->expected + first : NULL,
        .expected_size = expected ? m->expected_size - first : 0,
        .glow = m->glow + first,
        .cursor = cursor,
        .focus = container ? row.offset : 0,
        .focus_end = container ? row.offset + row.size : 0,
    };
    grid_fill(&in, cells, count);
}

/* ---- moving ---- */

static void __attribute__((format(printf, 2, 3))) answer(struct model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->message, sizeof m->message, format, args);
    va_end(args);
}

/* Scrolls no farther from the row of `top` than the cursor asks for. */
static void scroll_to_cursor(struct model *m, size_t top)
{
    size_t width = (size_t)m->width, rows = (size_t)(m->rows > 0 ? m->rows : 1);
    size_t row = m->cursor / width;
    size_t all = (m->size + width - 1) / width, furthest = all > rows ? all - rows : 0;
    top /= width;
    top = row < top ? row : row >= top + rows ? row - rows + 1 : top;
    m->top = (top < furthest ? top : furthest) * width;
}

void model_shape(struct model *m, int width, int rows)
{
    m->width = width > 0 ? width : 1;
    m->rows = rows > 0 ? rows : 1;
    scroll_to_cursor(m, m->home);
}

void model_table(struct model *m, int rows)
{
    struct field_row row;
    bool any = m->size > 0 && fields_selected(&m->fields, m->cursor, &row);
    fields_scroll(&m->fields, any ? &row : NULL, rows > 0 ? (size_t)rows : 0);
}

void model_go(struct model *m, size_t offset)
{
    m->cursor = m->size == 0 ? 0 : offset < m->size ? offset : m->size - 1;
    scroll_to_cursor(m, m->top);
    m->home = m->top;
}

bool model_move(struct model *m, ptrdiff_t step)
{
    size_t before = m->cursor;
    if (step < 0) {
        model_go(m, (size_t)-step <= m->cursor ? m->cursor - (size_t)-step : 0);
    } else {
        model_go(m, (size_t)step <= SIZE_MAX - m->cursor ? m->cursor + (size_t)step : m->cursor);
    }
    return m->cursor != before;
}

void model_next_field(struct model *m, int direction)
{
    struct field_row row;
    if (m->size > 0 && fields_step(&m->fields, m->cursor, m->size, direction, &row)) {
        model_choose(m, &row);
    }
}

void model_choose(struct model *m, const struct field_row *row)
{
    if (row->offset < m->size) {
        model_go(m, row->offset);
        fields_choose(&m->fields, row, m->cursor);
    }
}

void model_fold(struct model *m, enum model_fold how)
{
    struct field_row row;
    if (m->size == 0 || !fields_selected(&m->fields, m->cursor, &row)) {
        answer(m, layout_leaves(m->layout) == 0 ? "no layout: there are no fields to fold" : "no field here to fold");
        return;
    }
    bool unfold = row.foldable && !row.open && how != MODEL_FOLD;
    while (!unfold && !row.open) {
        if (how == MODEL_UNFOLD || !fields_parent(&m->fields, &row)) {
            answer(m, how == MODEL_UNFOLD ? "nothing to unfold here" : "nothing to fold here");
            return;
        }
    }
    if (how == MODEL_UNFOLD && !unfold) {
        answer(m, "unfolded already");
        return;
    }
    fields_choose(&m->fields, &row, m->cursor);
    fields_flip(&m->fields, &row);
}

static bool go_to_leaf(struct model *m, const char *path)
{
    struct layout_leaf leaf;
    size_t index = layout_leaf_find(m->layout, path);
    if (index == LAYOUT_NO_LEAF || !layout_leaf_get(m->layout, index, &leaf)) {
        return false;
    }
    if (leaf.offset >= m->size) {
        answer(m, "%.40s lies past the segment's end", path);
    } else {
        model_go(m, leaf.offset);
    }
    return true;
}

bool model_goto(struct model *m, const char *text)
{
    char *end;
    m->message[0] = '\0';
    if (go_to_leaf(m, text)) {
        return m->message[0] == '\0';
    }
    errno = 0;
    bool relative = *text == '+' || *text == '-';
    long long n = strtoll(text, &end, 0);
    if (*text == '\0' || *end != '\0' || end == text || errno != 0) {
        answer(m, "no field and no offset: %.40s (try 0x20, 32, +8 or a field's name)", text);
        return false;
    }
    if (relative) {
        return model_move(m, (ptrdiff_t)n);
    }
    if ((unsigned long long)n >= m->size) {
        answer(m, "the segment ends at 0x%zx (%zu)", m->size, m->size);
        return false;
    }
    model_go(m, (size_t)n);
    return true;
}

/* "0x16 00" or "0x1600" -> bytes as they lie in memory. Returns how many; 0: it is no hex. */
static size_t hex_bytes(const char *text, uint8_t out[MODEL_PROMPT_MAX])
{
    size_t n = 0;
    if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) {
        return 0;
    }
    for (text += 2; *text != '\0'; n++) {
        if (n == MODEL_PROMPT_MAX) {
            return 0;
        }
        if (*text == ' ') {
            text++;
        }
        unsigned byte;
        if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) || sscanf(text, "%2x", &byte) != 1) {
            return 0;
        }
        out[n] = (uint8_t)byte;
        text += 2;
    }
    return n;
}

bool model_find(struct model *m, const char *text, int direction)
{
    uint8_t bytes[MODEL_PROMPT_MAX];
    size_t n = hex_bytes(text, bytes);
    const char *what = n > 0 ? "bytes in memory order" : "characters";
    m->message[0] = '\0';
    if (*text == '\0') {
        answer(m, "nothing to look for yet: type / and a name, text, or 0x and hex bytes");
        return false;
    }
    if (n == 0 && go_to_leaf(m, text)) {
        return true;
    }
    const uint8_t *wanted = n > 0 ? bytes : (const uint8_t *)text;
    n = n > 0 ? n : strlen(text);
    for (size_t i = 1; i <= m->size && n <= m->size; i++) {
        size_t at = direction > 0 ? (m->cursor + i) % m->size : (m->cursor + m->size - i) % m->size;
        if (at + n <= m->size && memcmp(m->bytes + at, wanted, n) == 0) {
            bool around = direction > 0 ? at <= m->cursor : at >= m->cursor;
            model_go(m, at);
            answer(m, "found %s%s", what, around ? " (around the end)" : "");
            return true;
        }
    }
    answer(m, "not found: %.40s (%s)", text, what);
    return false;
}
