/* Legend: see legend.h. */
#include "legend.h"

/* A cell with that role or mark; NULL: there is none, so it needs no legend. */
static const struct grid_cell *example(const struct grid_cell *cells, size_t count, unsigned role, unsigned mark)
{
    for (size_t i = 0; i < count; i++) {
        bool marked =
            (cells[i].marks & mark) != 0 && (mark != GRID_MISALIGNED || (cells[i].starts && !cells[i].resumes));
        if (mark != 0 ? marked : cells[i].role == role && cells[i].marks == 0) {
            return &cells[i];
        }
    }
    return NULL;
}

size_t legend_find(const struct grid_cell *cells, size_t count, struct legend_sign signs[LEGEND_MAX])
{
    static const struct {
        enum grid_role role;
        const char *text;
    } roles[] = {{GRID_PADDING, "padding: made by the next field's alignment"},
                 {GRID_TAIL, "padding at a struct's end"}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const struct grid_cell *cell = example(cells, count, roles[i].role, 0);
        if (cell != NULL) {
            signs[n++] = (struct legend_sign){*cell, roles[i].text};
        }
    }
    for (size_t i = 0; i < theme_mark_count; i++) {
        const struct grid_cell *cell = example(cells, count, 0, theme_marks[i].mark);
        if (cell != NULL) {
            signs[n] = (struct legend_sign){*cell, theme_marks[i].meaning};
            signs[n++].cell.marks = (uint8_t)theme_marks[i].mark;
        }
    }
    for (size_t i = 0; i < n; i++) {
        signs[i].cell.starts = true;
    }
    return n;
}
