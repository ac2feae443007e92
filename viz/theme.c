/* Theme: see theme.h. */
#include "theme.h"

static const struct {
    const char *utf8, *ascii;
} signs[SIGN_COUNT] = {
    [SIGN_EDGE] = {"│", "|"},         [SIGN_ELEMENT] = {"┊", ","},   [SIGN_HATCH] = {"░", "~"},
    [SIGN_STALE] = {"!", "!"},        [SIGN_CHANGED] = {"*", "*"},   [SIGN_OVERLAP] = {"&", "&"},
    [SIGN_MISALIGNED] = {"^", "^"},   [SIGN_DIFFERS] = {"≠", "#"},   [SIGN_CURSOR_LEFT] = {"[", "["},
    [SIGN_CURSOR_RIGHT] = {"]", "]"}, [SIGN_HLINE] = {"─", "-"},     [SIGN_VLINE] = {"│", "|"},
    [SIGN_TEE_DOWN] = {"┬", "+"},     [SIGN_TEE_RIGHT] = {"├", "+"}, [SIGN_TEE_UP] = {"┴", "+"},
    [SIGN_TEE_LEFT] = {"┤", "+"},     [SIGN_POINTER] = {"▸", ">"},   [SIGN_DOT] = {"·", "."},
    [SIGN_BLOCK] = {"■", "#"},        [SIGN_SINCE] = {"•", "+"},     [SIGN_LINE_EDGE] = {"─", "-"},
    [SIGN_PAGE_EDGE] = {"═", "="},
};

const char *theme_sign(const struct theme *t, enum theme_sign sign)
{
    return t->utf8 ? signs[sign].utf8 : signs[sign].ascii;
}

const struct theme_mark theme_marks[] = {
    {GRID_SELECTED, SIGN_CURSOR_LEFT, "selected", "under the cursor"},
    {GRID_DIFFERS, SIGN_DIFFERS, "differs", "not the byte that was expected"},
    {GRID_STALE, SIGN_STALE, "stale", "padding that is not zero: stale"},
    {GRID_OVERLAP, SIGN_OVERLAP, "overlap", "two fields claim this byte"},
    {GRID_CHANGED, SIGN_CHANGED, "changed", "changed just now"},
    {GRID_SINCE, SIGN_SINCE, "since", "changed since the mark (r)"},
    {GRID_MISALIGNED, SIGN_MISALIGNED, "misaligned", "a field at a misaligned address"},
};
const size_t theme_mark_count = sizeof theme_marks / sizeof *theme_marks;

const char *theme_role_name(enum grid_role role)
{
    static const char *const names[GRID_ROLES] = {"field", "padding", "tail", "free", "out", "unreadable"};
    return names[role];
}

static int8_t ansi_colour(const struct theme *t, unsigned colour)
{
    return (int8_t)(t->colour && colour < 7 ? (int)colour : -1);
}

struct style theme_field(const struct theme *t, unsigned colour)
{
    /* Plain blue is too dark to read on black. */
    return (struct style){ansi_colour(t, colour), colour == 4 ? STYLE_BOLD : 0};
}

/* The user's colour for a role overrides the cell's own, but text outside fields keeps its colour. */
static struct style cell_field(const struct theme *t, const struct grid_cell *cell)
{
    unsigned wanted = cell->text ? 0 : t->role_colour[cell->role];
    return theme_field(t, wanted != 0 ? wanted : cell->colour);
}

struct style theme_cell(const struct theme *t, const struct grid_cell *cell)
{
    struct style s = cell_field(t, cell);
    bool padding = cell->role == GRID_PADDING || cell->role == GRID_TAIL;
    if (cell->byte == 0 || padding) {
        s.attr = STYLE_DIM;
    } else if (cell->role == GRID_FIELD && !t->colour) {
        s.attr = STYLE_BOLD; /* monochrome: bytes of fields stand out */
    } else if (cell->text && !t->colour) {
        s.attr = STYLE_BOLD; /* and so does text outside fields */
    }
    if ((cell->marks & (GRID_FOCUS | GRID_SINCE)) != 0) {
        s.attr = (uint8_t)((s.attr & ~STYLE_DIM) | STYLE_BOLD);
    }
    if ((cell->marks & (GRID_STALE | GRID_DIFFERS | GRID_SELECTED)) != 0) {
        s.attr = STYLE_REVERSE | ((cell->marks & GRID_DIFFERS) != 0 ? STYLE_BOLD : 0);
    }
    if ((cell->marks & GRID_CHANGED) != 0 && (cell->marks & GRID_SELECTED) == 0) {
        static const uint8_t glow[GRID_GLOW_MAX + 1] = {0, STYLE_BOLD, STYLE_REVERSE};
        s.attr = glow[cell->glow <= GRID_GLOW_MAX ? cell->glow : GRID_GLOW_MAX];
    }
    return s;
}

const struct theme_mark *theme_mark_of(const struct grid_cell *cell)
{
    for (size_t i = 0; i < theme_mark_count; i++) {
        bool once = theme_marks[i].mark == GRID_MISALIGNED && (!cell->starts || cell->resumes);
        if ((cell->marks & theme_marks[i].mark) != 0 && !once) {
            return &theme_marks[i];
        }
    }
    return NULL;
}

const char *theme_lead(const struct theme *t, const struct grid_cell *cell, struct style *style)
{
    const struct theme_mark *mark = theme_mark_of(cell);
    bool padding = cell->role == GRID_PADDING || cell->role == GRID_TAIL;
    *style = cell_field(t, cell);
    if (mark != NULL) {
        /* A fresh change: sign and byte have the same style, so that the terminal gets it once. A sign in the place of
         * a field's bar is a bar itself, unless it is the cursor's. */
        bool fresh = mark->mark == GRID_CHANGED && cell->glow > 1;
        bool bar = cell->role == GRID_FIELD && cell->starts && mark->mark != GRID_SELECTED;
        style->attr = fresh ? STYLE_REVERSE : bar ? STYLE_BOLD | STYLE_REVERSE : STYLE_BOLD;
        return theme_sign(t, mark->sign);
    }
    bool focus = (cell->marks & GRID_FOCUS) != 0, edge = cell->role == GRID_FIELD && cell->starts;
    style->attr = focus ? STYLE_BOLD : edge ? 0 : STYLE_DIM;
    if (padding) {
        return theme_sign(t, SIGN_HATCH);
    }
    if (edge) {
        return theme_sign(t, SIGN_EDGE);
    }
    return cell->element ? theme_sign(t, SIGN_ELEMENT) : " ";
}

struct style theme_text(const struct theme *t, enum theme_text kind)
{
    static const struct style styles[] = {
        [TEXT_PLAIN] = {-1, 0},
        [TEXT_LABEL] = {-1, STYLE_DIM},
        [TEXT_STRONG] = {-1, STYLE_BOLD},
        [TEXT_TITLE] = {-1, STYLE_REVERSE},
        [TEXT_RULE] = {-1, STYLE_DIM},
        [TEXT_CALM] = {6, 0},
        [TEXT_GOOD] = {2, STYLE_BOLD},
        [TEXT_WARN] = {3, STYLE_BOLD},
        [TEXT_SELECTED] = {-1, STYLE_BOLD},
    };
    struct style s = styles[kind];
    s.colour = t->colour ? s.colour : -1;
    return s;
}
