/* Theme: styles and signs for roles and marks. 8 colours are enough, monochrome works, and no mark is shown by colour
 * alone. */
#ifndef SHMLAB_THEME_H
#define SHMLAB_THEME_H

#include "canvas.h"
#include "grid.h"

struct theme {
    bool colour;                     /* false: bold, dim and reverse only (NO_COLOR, a terminal without colours) */
    bool utf8;                       /* false: ASCII signs */
    bool braille;                    /* the font has U+2800 to U+28FF (the Linux console's doesn't) */
    uint8_t role_colour[GRID_ROLES]; /* 1 to 7: the user's colour for bytes with that role; 0: the cell's own */
};

enum theme_sign {
    SIGN_EDGE,      /* a field starts */
    SIGN_ELEMENT,   /* an array element starts */
    SIGN_LINE_EDGE, /* after a row's offset: a cache line starts */
    SIGN_PAGE_EDGE, /* a page starts */
    SIGN_HATCH,     /* padding */
    SIGN_STALE,
    SIGN_CHANGED,
    SIGN_SINCE, /* changed since the mark */
    SIGN_OVERLAP,
    SIGN_MISALIGNED,
    SIGN_DIFFERS,
    SIGN_CURSOR_LEFT,
    SIGN_CURSOR_RIGHT,
    SIGN_HLINE,
    SIGN_VLINE,
    SIGN_TEE_DOWN,
    SIGN_TEE_RIGHT,
    SIGN_TEE_UP,
    SIGN_TEE_LEFT,
    SIGN_POINTER, /* a table's selected row */
    SIGN_DOT,     /* a zero byte in the map, an unprintable character */
    SIGN_BLOCK,   /* a byte in the map that isn't zero */
    SIGN_COUNT
};

const char *theme_sign(const struct theme *t, enum theme_sign sign);

/* The marks, most urgent first: if several apply to a cell, the sign before it shows the first. */
struct theme_mark {
    enum grid_mark mark;
    enum theme_sign sign;
    const char *name;    /* one word, as in JSON */
    const char *meaning; /* for the help and the inspector */
};
extern const struct theme_mark theme_marks[];
extern const size_t theme_mark_count;

/* The most urgent mark to show before the cell; NULL: none. Misalignment is shown at its field's own first byte only. */
const struct theme_mark *theme_mark_of(const struct grid_cell *cell);

/* As in JSON: "field", "padding", "tail", "free", "out", "unreadable". */
const char *theme_role_name(enum grid_role role);

/* The style of a cell's hex digits and its character. */
struct style theme_cell(const struct theme *t, const struct grid_cell *cell);

/* The sign in the column before a cell, and its style. */
const char *theme_lead(const struct theme *t, const struct grid_cell *cell, struct style *style);

enum theme_text {
    TEXT_PLAIN,
    TEXT_LABEL,
    TEXT_STRONG,
    TEXT_TITLE,
    TEXT_RULE,
    TEXT_CALM,
    TEXT_GOOD,
    TEXT_WARN,
    TEXT_SELECTED
};
struct style theme_text(const struct theme *t, enum theme_text kind);

/* The style of a field's name in tables. */
struct style theme_field(const struct theme *t, unsigned colour);

#endif
