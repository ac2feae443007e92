/* Vt: a strict terminal. It accepts only what the terminfo entry of its kind has, and refuses everything else: an
 * unknown sequence, a control character, a C1 byte, broken UTF-8.
 *
 *   vt_init -> vt_feed ... -> vt_row, vt_at -> vt_free
 *
 * For kinds of ANSI terminals (xterm, screen, tmux, linux, vt100 and others). */
#ifndef SHMLAB_TEST_VT_H
#define SHMLAB_TEST_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vt_attr { VT_BOLD = 1, VT_DIM = 2, VT_REVERSE = 4, VT_OTHER = 8 };

struct vt_cell {
    char text[5];   /* UTF-8 */
    uint8_t attr;   /* of enum vt_attr */
    int16_t colour; /* -1: the terminal's own */
};

struct vt_token; /* a sequence that the terminfo entry has */

struct vt {
    int rows, cols;
    struct vt_cell *cells;
    int row, col; /* the cursor */
    int scroll_top, scroll_bottom;
    struct vt_cell pen;
    char last[5]; /* the last character, which can be repeated */
    bool utf8, alternate, cursor_hidden, mouse, wrap_next;

    struct vt_token *known; /* what the entry has */
    size_t known_count;
    bool colours[256]; /* that the program used */

    uint8_t rest[256]; /* the start of a sequence that isn't complete yet */
    size_t rest_count;
    uint64_t bytes;    /* fed since the start */
    uint64_t pending;  /* control bytes since the last character, charged to the next one */
    uint32_t *charged; /* for each cell: the bytes that its characters took, with what went before them */
    char error[200];   /* the first thing that was refused; "" */
};

/* 0; -ENOMEM; -ENOENT: terminfo has no such kind. utf8: the program's locale. Only one at a time can be set up. */
int vt_init(struct vt *v, const char *term, int rows, int cols, bool utf8);
void vt_free(struct vt *v);

/* Another size: what was drawn stays where it is, as far as there is room. 0 or -ENOMEM. */
int vt_resize(struct vt *v, int rows, int cols);

/* Obeys. false: something was refused; v->error says what and where. */
bool vt_feed(struct vt *v, const void *bytes, size_t count);

/* The text of a row, without blanks at its end; "" outside. out has at least 4 * cols + 1 bytes. */
const char *vt_row(const struct vt *v, int row, char *out, size_t out_size);

/* The cell there; NULL outside. */
const struct vt_cell *vt_at(const struct vt *v, int row, int col);

/* true where some row has that text; the first such row and column go to *row and *col where they aren't NULL. */
bool vt_find(const struct vt *v, const char *text, int *row, int *col);

/* Bytes charged to the cells of a rectangle since the last vt_charge_reset. */
uint64_t vt_charged(const struct vt *v, int row, int col, int rows, int cols);
void vt_charge_reset(struct vt *v);

#endif
