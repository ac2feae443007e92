/* Vt: see vt.h. */
#include "vt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "vt_known.h"

static struct vt_cell *cell(const struct vt *v, int row, int col)
{
    return &v->cells[(size_t)row * (size_t)v->cols + (size_t)col];
}

static void blank(struct vt *v, int row, int from, int to)
{
    for (int col = from; col < to; col++) {
        *cell(v, row, col) = (struct vt_cell){.text = " ", .colour = -1};
    }
}

static void blank_all(struct vt *v)
{
    for (int row = 0; row < v->rows; row++) {
        blank(v, row, 0, v->cols);
    }
}

int vt_init(struct vt *v, const char *term, int rows, int cols, bool utf8)
{
    *v = (struct vt){.utf8 = utf8, .pen.colour = -1};
    int rc = vt_known_load(term, &v->known, &v->known_count);
    return rc < 0 ? rc : vt_resize(v, rows, cols);
}

void vt_free(struct vt *v)
{
    free(v->cells);
    free(v->charged);
    free(v->known);
    *v = (struct vt){.rows = 0};
}

int vt_resize(struct vt *v, int rows, int cols)
{
    struct vt old = *v;
    struct vt_cell *cells = calloc((size_t)rows * (size_t)cols + 1, sizeof *cells);
    uint32_t *charged = calloc((size_t)rows * (size_t)cols + 1, sizeof *charged);
    if (cells == NULL || charged == NULL) {
        free(cells);
        free(charged);
        return -ENOMEM;
    }
    v->cells = cells;
    v->charged = charged;
    v->rows = rows;
    v->cols = cols;
    v->scroll_top = 0;
    v->scroll_bottom = rows - 1;
    blank_all(v);
    for (int row = 0; row < rows && row < old.rows; row++) {
        int n = cols < old.cols ? cols : old.cols;
        memcpy(cell(v, row, 0), cell(&old, row, 0), (size_t)n * sizeof *cells);
    }
    v->row = v->row < rows ? v->row : rows - 1;
    v->col = v->col < cols ? v->col : cols - 1;
    free(old.cells);
    free(old.charged);
    return 0;
}

/* ---- obeying ---- */

static void scroll(struct vt *v, int top, int bottom, int lines)
{
    for (; lines > 0; lines--) {
        memmove(cell(v, top, 0), cell(v, top + 1, 0), (size_t)(bottom - top) * (size_t)v->cols * sizeof *v->cells);
        blank(v, bottom, 0, v->cols);
    }
    for (; lines < 0; lines++) {
        memmove(cell(v, top + 1, 0), cell(v, top, 0), (size_t)(bottom - top) * (size_t)v->cols * sizeof *v->cells);
        blank(v, top, 0, v->cols);
    }
}

static void line_feed(struct vt *v)
{
    v->wrap_next = false;
    if (v->row == v->scroll_bottom) {
        scroll(v, v->scroll_top, v->scroll_bottom, 1);
    } else if (v->row < v->rows - 1) {
        v->row++;
    }
}

static void go(struct vt *v, int row, int col)
{
    v->wrap_next = false;
    v->row = row < 0 ? 0 : row >= v->rows ? v->rows - 1 : row;
    v->col = col < 0 ? 0 : col >= v->cols ? v->cols - 1 : col;
}

static void character(struct vt *v, const uint8_t *text, size_t n)
{
    if (v->wrap_next) {
        v->col = 0;
        line_feed(v);
    }
    struct vt_cell *at = cell(v, v->row, v->col);
    *at = v->pen;
    memcpy(at->text, text, n);
    at->text[n] = '\0';
    memcpy(v->last, at->text, sizeof v->last);
    v->charged[(size_t)v->row * (size_t)v->cols + (size_t)v->col] += (uint32_t)(v->pending + n);
    v->pending = 0;
    if (v->col == v->cols - 1) {
        v->wrap_next = true;
    } else {
        v->col++;
    }
}

static void pen(struct vt *v, const struct vt_token *t)
{
    for (int i = 0; i < t->count; i++) {
        int p = t->params[i] < 0 ? 0 : t->params[i];
        if (p == 0) {
            v->pen = (struct vt_cell){.colour = -1};
        } else if (p == 1 || p == 2 || p == 7) {
            v->pen.attr |= p == 1 ? VT_BOLD : p == 2 ? VT_DIM : VT_REVERSE;
        } else if (p == 22) {
            v->pen.attr &= (uint8_t) ~(VT_BOLD | VT_DIM);
        } else if (p == 27) {
            v->pen.attr &= (uint8_t)~VT_REVERSE;
        } else if ((p >= 30 && p <= 37) || (p >= 90 && p <= 97)) {
            v->pen.colour = (int16_t)(p >= 90 ? p - 90 + 8 : p - 30);
            v->colours[v->pen.colour] = true;
        } else if (p == 38 && i + 2 < t->count) {
            v->pen.colour = (int16_t)(t->params[i + 2] & 255);
            v->colours[v->pen.colour] = true;
            i += 2;
        } else if (p == 39) {
            v->pen.colour = -1;
        } else if (p != 10 && p != 49) {
            v->pen.attr |= VT_OTHER;
        }
    }
}

static void mode(struct vt *v, const struct vt_token *t)
{
    bool on = t->final == 'h';
    for (int i = 0; i < t->count && t->prefix == '?'; i++) {
        int p = t->params[i];
        if (p == 1049 || p == 47 || p == 1047) {
            v->alternate = on;
        } else if (p == 25) {
            v->cursor_hidden = !on;
        } else if (p == 1000) {
            v->mouse = on;
        }
    }
}

static void erase(struct vt *v, char what, int how)
{
    v->wrap_next = false;
    int from = how == 0 ? v->col : 0, to = how == 1 ? v->col + 1 : v->cols;
    blank(v, v->row, from, to);
    for (int row = 0; what == 'J' && row < v->rows; row++) {
        if ((how == 0 && row > v->row) || (how == 1 && row < v->row) || how == 2) {
            blank(v, row, 0, v->cols);
        }
    }
}

/* Moves the rest of the row by n cells. */
static void shift(struct vt *v, char how, int n)
{
    int rest = v->cols - v->col;
    n = n < rest ? n : rest;
    size_t keep = (size_t)(rest - n) * sizeof *v->cells;
    if (how == '@') {
        memmove(cell(v, v->row, v->col) + n, cell(v, v->row, v->col), keep);
        blank(v, v->row, v->col, v->col + n);
    } else if (how == 'P') {
        memmove(cell(v, v->row, v->col), cell(v, v->row, v->col) + n, keep);
        blank(v, v->row, v->cols - n, v->cols);
    } else {
        blank(v, v->row, v->col, v->col + n);
    }
}

/* The last character n times more. */
static void repeat(struct vt *v, int n)
{
    char text[sizeof v->last];
    memcpy(text, v->last, sizeof text);
    for (; n > 0 && *text != '\0'; n--) {
        character(v, (const uint8_t *)text, strlen(text));
    }
}

/* false: it is in the entry, but this terminal has never learned it. */
static bool csi(struct vt *v, const struct vt_token *t)
{
    int first = t->params[0] > 0 ? t->params[0] : 1, second = t->count > 1 && t->params[1] > 0 ? t->params[1] : 1;
    /* clang-format off */
    switch (t->final) {
    case 'H': go(v, first - 1, second - 1); return true;
    case 'G': go(v, v->row, first - 1); return true;
    case 'd': go(v, first - 1, v->col); return true;
    case 'A': go(v, v->row - first, v->col); return true;
    case 'B': go(v, v->row + first, v->col); return true;
    case 'C': go(v, v->row, v->col + first); return true;
    case 'D': go(v, v->row, v->col - first); return true;
    case 'J':
    case 'K': erase(v, t->final, t->params[0] > 0 ? t->params[0] : 0); return true;
    case '@':
    case 'P':
    case 'X': shift(v, t->final, first); return true;
    case 'b': repeat(v, first); return true;
    case 'L': scroll(v, v->row, v->scroll_bottom, -first); return true;
    case 'M': scroll(v, v->row, v->scroll_bottom, first); return true;
    case 'S': scroll(v, v->scroll_top, v->scroll_bottom, first); return true;
    case 'T': scroll(v, v->scroll_top, v->scroll_bottom, -first); return true;
    case 'r':
        v->scroll_top = first - 1;
        v->scroll_bottom = t->count > 1 && second <= v->rows ? second - 1 : v->rows - 1;
        go(v, 0, 0);
        return true;
    case 'm': pen(v, t); return true;
    case 'h':
    case 'l': mode(v, t); return true;
    case 'c': /* linux: the cursor's shape (\E[?25l\E[?1c) */
    case 't': return true; /* xterm: keeps the title on a stack */
    default: return false;
    }
    /* clang-format on */
}

static bool obey(struct vt *v, const struct vt_token *t)
{
    if (t->kind == VT_CSI) {
        return csi(v, t);
    }
    if (t->kind == VT_ESC) {
        if (t->final == 'M' && t->intermediate == 0) {
            scroll(v, v->scroll_top, v->scroll_bottom, v->row == v->scroll_top ? -1 : 0);
            v->row -= v->row > v->scroll_top ? 1 : 0;
        }
        return t->intermediate == '(' || t->intermediate == ')' || strchr("M=>78]", t->final) != NULL;
    }
    /* clang-format off */
    switch (t->final) {
    case '\r': go(v, v->row, 0); return true;
    case '\n': line_feed(v); return true;
    case '\b': go(v, v->row, v->col - 1); return true;
    case '\t': go(v, v->row, (v->col / 8 + 1) * 8); return true;
    case '\016':
    case '\017': return true;
    default: return false;
    }
    /* clang-format on */
}

__attribute__((format(printf, 4, 5))) static bool refuse(struct vt *v, const uint8_t *s, size_t n, const char *format,
                                                         ...)
{
    char what[80], shown[80];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    printable_bytes(s, n < 16 ? n : 16, false, shown, sizeof shown);
    if (v->error[0] == '\0') {
        snprintf(v->error, sizeof v->error, "%s at byte %llu: %s", what, (unsigned long long)v->bytes, shown);
    }
    return false;
}

/* Obeys what starts at s. Returns how many bytes it took; 0: the rest of it hasn't come yet. */
static size_t one(struct vt *v, const uint8_t *s, size_t n)
{
    if (s[0] >= 0x20 && s[0] < 0x7f) {
        character(v, s, 1);
        return 1;
    }
    if (s[0] >= 0x80) {
        uint32_t point;
        size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
        if (s[0] >= 0xc2 && n < length) {
            return 0;
        }
        length = v->utf8 ? printable_decode(s, n, &point) : 0;
        if (length == 0 || point < 0xa0) {
            refuse(v, s, n, "no text of this locale");
            return 1;
        }
        character(v, s, length);
        return length;
    }
    struct vt_token t = vt_token_read(s, n);
    if (t.kind == VT_PARTIAL) {
        return 0;
    }
    v->pending += t.length;
    bool pad = t.kind == VT_CONTROL && t.final == '\0';
    if (!pad && (t.kind == VT_BAD || !vt_known(v->known, v->known_count, &t))) {
        refuse(v, s, n, "terminfo does not have");
    } else if (!pad && !obey(v, &t)) {
        refuse(v, s, n, "this terminal can't");
    }
    return t.length;
}

bool vt_feed(struct vt *v, const void *bytes, size_t count)
{
    const uint8_t *in = bytes;
    while (count > 0) {
        size_t n = sizeof v->rest - v->rest_count;
        n = n < count ? n : count;
        memcpy(v->rest + v->rest_count, in, n);
        v->rest_count += n;
        in += n;
        count -= n;
        size_t at = 0, took = 1;
        while (at < v->rest_count && (took = one(v, v->rest + at, v->rest_count - at)) > 0) {
            at += took;
            v->bytes += took;
        }
        if (at == 0 && v->rest_count == sizeof v->rest) {
            return refuse(v, v->rest, v->rest_count, "an endless sequence");
        }
        memmove(v->rest, v->rest + at, v->rest_count - at);
        v->rest_count -= at;
    }
    return v->error[0] == '\0';
}

/* ---- looking ---- */

const struct vt_cell *vt_at(const struct vt *v, int row, int col)
{
    return row >= 0 && row < v->rows && col >= 0 && col < v->cols ? cell(v, row, col) : NULL;
}

const char *vt_row(const struct vt *v, int row, char *out, size_t out_size)
{
    size_t used = 0, length = 0;
    for (int col = 0; col < v->cols && row >= 0 && row < v->rows; col++) {
        const char *text = cell(v, row, col)->text;
        size_t n = strlen(text);
        if (used + n + 1 > out_size) {
            break;
        }
        memcpy(out + used, text, n);
        used += n;
        length = *text != ' ' ? used : length;
    }
    out[length] = '\0';
    return out;
}

bool vt_find(const struct vt *v, const char *text, int *row, int *col)
{
    char line[4 * 600 + 1];
    for (int r = 0; r < v->rows; r++) {
        const char *at = strstr(vt_row(v, r, line, sizeof line), text);
        if (at != NULL) {
            int c = 0;
            for (const char *s = line; s < at; s++) {
                c += (*s & 0xc0) != 0x80;
            }
            if (row != NULL) {
                *row = r;
            }
            if (col != NULL) {
                *col = c;
            }
            return true;
        }
    }
    return false;
}

uint64_t vt_charged(const struct vt *v, int row, int col, int rows, int cols)
{
    uint64_t sum = 0;
    for (int r = row; r < row + rows && r < v->rows; r++) {
        for (int c = col; c < col + cols && c < v->cols; c++) {
            sum += v->charged[(size_t)r * (size_t)v->cols + (size_t)c];
        }
    }
    return sum;
}

void vt_charge_reset(struct vt *v)
{
    memset(v->charged, 0, (size_t)v->rows * (size_t)v->cols * sizeof *v->charged);
    v->pending = 0;
}
