/* Dashboard: see dashboard.h. Two shapes: wide, with the panels to the right of the grid, and stacked, with them below
 * it. */
#include "dashboard.h"

#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "panel_attached.h"

#define FOUND_STRINGS_ROWS 12 /* without a layout, instead of the fields */
#define TABLE_COLS 55       /* that the message's field table needs to show its values whole, in another struct, too */
#define RIGHT_COLS 37       /* of map and inspector below the grid: 5 for the offset, 32 characters */
#define RIGHT_LEAST 24      /* the same on a narrow screen, where values come before the map */
#define BESIDE_FROM_COLS 77 /* of the screen: with fewer only the fields are below the grid */
#define INSPECTOR_SMALL 7   /* rows: byte, heading, 5 readings */
#define INSPECTOR_FULL 10
#define PANELS_MIN_ROWS 14    /* with fewer the grid gets the whole screen */
#define PANELS_BESIDE_ROWS 6  /* with fewer the fields have the whole width, not a piece of the inspector beside them */
#define BELOW_LEAST 4         /* rows: a rule, the heading and two fields */
#define BELOW_WIDE 12         /* rows that the grid must leave free on a wide screen for the fields to be below it */
#define ATTACHED_MIN 3        /* rows: two programs and one other line */
#define ATTACHED_FROM_ROWS 30 /* of the screen: with fewer only key a shows the attachments */
#define ATTACHED_FROM_COLS 100
#define WHEEL_ROWS 3 /* of the field table, per notch */

static int clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

static int field_rows(const struct state *s)
{
    size_t rows = panel_fields_rows(&s->cursor.fields, 200);
    return rows == 0 ? FOUND_STRINGS_ROWS : (int)rows + 1;
}

/* The attachments, below the map. The size doesn't depend on their number, so nothing jumps as they come and go. */
static void plan_attached_wide(struct dashboard *d, struct rect side)
{
    d->attached_rule = d->map.row + d->map.rows;
    d->attached = (struct rect){d->attached_rule + 1, side.col, side.row + side.rows - d->attached_rule - 1, side.cols};
}

static bool has_attached_stacked(const struct dashboard *d, const struct state *s)
{
    return s->attached_known && d->rows >= ATTACHED_FROM_ROWS && d->cols >= ATTACHED_FROM_COLS;
}

/* Uses the room that the fields leave below them. */
static void plan_attached_stacked(struct dashboard *d, const struct state *s)
{
    int rows = clamp(d->fields.rows - field_rows(s), 1 + ATTACHED_MIN, d->fields.rows / 2);
    d->fields.rows -= rows;
    d->attached_rule = d->fields.row + d->fields.rows;
    d->attached = (struct rect){d->attached_rule + 1, 0, rows - 1, d->fields.cols};
}

/* The rows that the whole segment takes, but not fewer than 2. */
static size_t grid_rows(const struct dashboard *d, const struct state *s)
{
    size_t rows = (s->window.size + (size_t)d->shape.width - 1) / (size_t)d->shape.width;
    return rows > 2 ? rows : 2;
}

/* Does the whole segment leave room for the fields below it, in so many rows? */
static bool leaves_room(const struct dashboard *d, const struct state *s, int rows)
{
    return rows >= BELOW_WIDE && grid_rows(d, s) <= (size_t)(rows - BELOW_WIDE);
}

/* Fields at the top of the side, the inspector below them. attached: rows needed below both and the map. */
static void plan_fields_side(struct dashboard *d, const struct state *s, struct rect side, int attached)
{
    int inspector = side.rows >= 30 ? INSPECTOR_FULL : INSPECTOR_SMALL;
    int left_over = side.rows - attached - inspector - 2 - field_rows(s);
    int map = panel_map_rows(s->window.size, side.cols, clamp(left_over, 4, side.rows / 2 + 4));
    map = clamp(map, 0, side.rows - attached - inspector - 6);
    int fields = side.rows - attached - inspector - map - 2;
    fields = clamp(fields, 2, clamp(field_rows(s), 2, fields));
    d->fields = (struct rect){side.row, side.col, fields, side.cols};
    d->inspector_rule = side.row + fields;
    d->inspector = (struct rect){d->inspector_rule + 1, side.col, inspector, side.cols};
    d->map_rule = d->inspector.row + inspector;
    d->map = (struct rect){d->map_rule + 1, side.col, map, side.cols};
}

/* Fields below the grid, where the grid leaves room and values are not cut; the inspector at the top of the side. */
static void plan_fields_below(struct dashboard *d, const struct state *s, struct rect side, int attached)
{
    int end = d->grid.row + d->grid.rows;
    d->grid.rows = (int)grid_rows(d, s);
    d->divider = d->grid.row + d->grid.rows;
    d->fields = (struct rect){d->divider + 1, 0, end - d->divider - 1, d->wall_col};
    d->inspector = (struct rect){side.row, side.col, side.rows >= 30 ? INSPECTOR_FULL : INSPECTOR_SMALL, side.cols};
    d->map_rule = d->inspector.row + d->inspector.rows;
    int most = side.row + side.rows - d->map_rule - 1 - attached;
    d->map = (struct rect){d->map_rule + 1, side.col, panel_map_rows(s->window.size, side.cols, most), side.cols};
}

/* Grid at the left, with the fields below it if there is room; at the right, from the top: fields, inspector, map,
 * attachments. */
static void plan_wide(struct dashboard *d, const struct state *s)
{
    int body = d->rows - 2, left = rows_columns(&d->shape) + 2;
    struct rect side = {1, left + 1, body, d->cols - left - 1};
    int attached = s->attached_known && d->rows >= ATTACHED_FROM_ROWS ? 1 + ATTACHED_MIN : 0;
    d->header = true;
    d->grid = (struct rect){2, 1, body - 1, left - 1};
    d->wall_col = d->divider_cols = left;
    d->wall_row = 1;
    d->wall_rows = body;
    if (leaves_room(d, s, body - 1)) {
        plan_fields_below(d, s, side, attached);
    } else {
        plan_fields_side(d, s, side, attached);
    }
    if (attached > 0) {
        plan_attached_wide(d, side);
    }
}

/* Rows for the panels below a grid that has `room` rows with them; 0: none. */
static int rows_below(const struct dashboard *d, const struct state *s, int body, int room)
{
    int below = 0;
    if (body >= PANELS_MIN_ROWS) {
        int attached = has_attached_stacked(d, s) ? 1 + ATTACHED_MIN : 0;
        int wish = clamp(field_rows(s) + attached + 1, 1 + 4 + 1 + INSPECTOR_SMALL, (body + 5) / 2);
        below = clamp((body + 5) / 2, 8, wish);
    }
    size_t grid = grid_rows(d, s);
    int spare = grid < (size_t)room ? room - (int)grid : 0; /* a small segment leaves rows free */
    return below > 0 || spare >= BELOW_LEAST ? clamp(below, spare, room) : 0;
}

/* Grid at the top; below it the fields at the left, map and inspector at the right. */
static void plan_stacked(struct dashboard *d, const struct state *s)
{
    int body = d->rows > 2 ? d->rows - 2 : 0;
    d->header = body >= 8;
    int below = rows_below(d, s, body, body - (d->header ? 1 : 0));
    int left = rows_columns(&d->shape) < d->cols ? 1 : 0;
    d->grid = (struct rect){1 + (d->header ? 1 : 0), left, body - below - (d->header ? 1 : 0), d->cols - left};
    if (below == 0) {
        return;
    }
    d->divider = 1 + body - below;
    d->divider_cols = d->cols;
    struct rect panel = {d->divider + 1, 0, below - 1, d->cols};
    if (d->cols < BESIDE_FROM_COLS || panel.rows < PANELS_BESIDE_ROWS) {
        d->fields = panel;
        return;
    }
    int beside = clamp(d->cols - TABLE_COLS - 1, RIGHT_LEAST, RIGHT_COLS);
    d->fields = (struct rect){panel.row, 0, panel.rows, d->cols - beside - 1};
    d->wall_col = d->fields.cols;
    d->wall_row = panel.row;
    d->wall_rows = panel.rows;
    int right = d->wall_col + 1;
    int map = panel_map_rows(s->window.size, beside, clamp(panel.rows - INSPECTOR_SMALL - 1, 2, panel.rows / 2));
    map = clamp(map, 0, panel.rows / 2);
    d->map = (struct rect){panel.row, right, map, beside};
    d->inspector_rule = panel.row + map;
    d->inspector = (struct rect){d->inspector_rule + 1, right, panel.rows - map - 1, beside};
    if (has_attached_stacked(d, s)) {
        plan_attached_stacked(d, s);
    }
}

struct dashboard dashboard_plan(const struct state *s, int rows, int cols)
{
    struct dashboard d = {
        .rows = rows, .cols = cols, .divider = -1, .map_rule = -1, .inspector_rule = -1, .attached_rule = -1};
    if (s->window.size == 0) {
        d.shape = rows_fit(cols, 0, 16, 0);
        d.grid = (struct rect){1, cols > 40 ? 1 : 0, rows > 2 ? rows - 2 : 0, cols > 40 ? cols - 1 : cols};
        return d;
    }
    int most = s->cursor.want_width > 0 ? s->cursor.want_width : 32;
    d.shape = rows_fit(cols - TABLE_COLS - 3, s->cursor.want_width, most, s->window.size);
    /* Panels go beside the grid, unless that costs bytes per row that the user asked for, or leaves a small segment's
     * side of the screen empty. */
    struct rows_shape alone = rows_fit(cols, s->cursor.want_width, 16, s->window.size);
    bool small = d.shape.width == alone.width && leaves_room(&d, s, rows - 3);
    if (rows >= 22 && d.shape.characters && d.shape.width >= alone.width && !small) {
        plan_wide(&d, s);
    } else {
        d.shape = alone;
        plan_stacked(&d, s);
    }
    return d;
}

void dashboard_shape(const struct dashboard *d, struct state *s)
{
    s->cursor.cols = d->cols;
    cursor_shape(&s->cursor, &s->window, d->shape.width, d->grid.rows);
    cursor_table(&s->cursor, &s->window, d->fields.rows - 1);
}

/* ---- drawing ---- */

static void draw_title(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                       const struct source *source)
{
    struct style style = theme_text(t, TEXT_TITLE);
    char part[8][64] = {" shm-view "};
    size_t n = 1;
    source_title(source, part[n++], sizeof *part);
    bool segment = source->spec.kind->counted && source->attached_before;
    if (segment) {
        snprintf(part[n++], sizeof *part, "id %d", source->stat.id);
    }
    if (s->window.size > 0) {
        snprintf(part[n++], sizeof *part, "%zu bytes", s->window.size);
    }
    if (source->owner[0] != '\0') {
        snprintf(part[n++], sizeof *part, "%s %03o", source->owner, (unsigned)source->stat.mode);
    }
    if (segment) {
        snprintf(part[n++], sizeof *part, "nattch %lu", source->stat.attached);
        bool runs = source->creator_runs && source->state == SOURCE_LIVE;
        snprintf(part[n++], sizeof *part, "by %s %d", runs ? source->creator_name : "dead pid",
                 (int)source->stat.creator_pid);
    }
    canvas_fill(c, 0, 0, d->cols, style, " ");
    char state[48];
    snprintf(state, sizeof state, "%s%s", s->recording ? "recording, " : "",
             s->replay.playing   ? "playing"
             : s->replay.on      ? "stopped"
             : s->history.frozen ? "frozen"
                                 : source_state_name(source->state));
    int room = d->cols - canvas_width(state) - 3;
    canvas_printf(c, 0, d->cols - canvas_width(state) - 1, (struct style){style.colour, style.attr | STYLE_BOLD}, "%s",
                  state);
    int col = 0;
    for (size_t i = 0; i < n; i++) {
        int width = canvas_width(part[i]) + (i == 0 ? 0 : 2);
        if (col + width > room) {
            break; /* the least important come last */
        }
        col = canvas_put(c, 0, col, style, part[i]);
        col = canvas_put(c, 0, col, style, i == 0 ? "" : "  ");
    }
}

struct grid_panel dashboard_grid(const struct dashboard *d, const struct state *s, const struct grid_input *in)
{
    return (struct grid_panel){in, cursor_lines(&s->cursor, &s->window), s->cursor.top, d->shape, d->grid};
}

/* Draws the fields, or without a layout the text found. */
static void draw_fields(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                        const struct grid_input *in)
{
    const struct field_table table = {&s->cursor.fields, in};
    const struct string_table strings = {in, s->cursor.top, s->window.layout_title};
    if (panel_fields_rows(&s->cursor.fields, 1) == 0) {
        panel_strings(c, t, &strings, d->fields);
    } else {
        panel_fields(c, t, &table, d->fields);
    }
}

#define WHERE_MAX 512
#define WHERE_REST 45 /* columns for what is told beside a path: "0x0014 = 20  num: int, byte 1 of 4 = 22" */
#define RULE_ENDS 4   /* columns of a rule that its text leaves free */

static void draw_rule(struct canvas *c, const struct theme *t, int row, int col, int cols, const char *text)
{
    struct style rule = theme_text(t, TEXT_RULE);
    canvas_fill(c, row, col, cols, rule, theme_sign(t, SIGN_HLINE));
    if (*text != '\0' && cols > 8) {
        int width = canvas_width(text) < cols - RULE_ENDS ? canvas_width(text) : cols - RULE_ENDS;
        canvas_put(c, row, col + 1, rule, " ");
        int end = canvas_put_cut(c, row, col + 2, width, theme_text(t, TEXT_PLAIN), text);
        canvas_put(c, row, end, rule, " ");
    }
}

/* Describes the byte under the cursor. On a wide screen, where the table shows as much of the value, it is left out if it
 * doesn't fit. */
static void where_text(const struct dashboard *d, const struct state *s, char *out, size_t out_size)
{
    char where[WHERE_MAX];
    const struct grid_input in = cursor_grid(&s->cursor, &s->window);
    const struct field_table table = {&s->cursor.fields, &in};
    int cols = d->divider >= 0 ? d->divider_cols : d->cols - d->wall_col - 1;
    panel_where(&table, (size_t)clamp(cols - WHERE_REST, 24, 200), where, sizeof where);
    if (s->window.size == 0) {
        snprintf(out, out_size, "%s", where);
    } else {
        int used = snprintf(out, out_size, "0x%04zx = %zu  ", s->cursor.at, s->cursor.at);
        char *value = strstr(where, " = ");
        if (value != NULL && cols < d->cols && used + canvas_width(where) > cols - RULE_ENDS) {
            *value = '\0';
        }
        snprintf(out + used, out_size - (size_t)used, "%s", where);
    }
}

static bool has_rule(struct canvas *c, const struct theme *t, int row, int col)
{
    return strcmp(canvas_at(c, row, col)->text, theme_sign(t, SIGN_HLINE)) == 0;
}

/* Draws the vertical line, which the headings at its sides meet with a tee. */
static void draw_wall(struct canvas *c, const struct theme *t, const struct dashboard *d)
{
    struct style rule = theme_text(t, TEXT_RULE);
    for (int row = d->wall_row; row < d->wall_row + d->wall_rows; row++) {
        bool left = has_rule(c, t, row, d->wall_col - 1), right = has_rule(c, t, row, d->wall_col + 1);
        enum theme_sign sign = left && right ? SIGN_HLINE : left ? SIGN_TEE_LEFT : right ? SIGN_TEE_RIGHT : SIGN_VLINE;
        canvas_put(c, row, d->wall_col, rule, theme_sign(t, sign));
    }
    if (d->wall_rows > 0 && d->divider >= 0 && has_rule(c, t, d->divider, d->wall_col)) {
        canvas_put(c, d->divider, d->wall_col, rule, theme_sign(t, SIGN_TEE_DOWN));
    }
}

/* Draws the lines between the panels. One of them, the divider or the inspector's heading, describes the byte under the
 * cursor. */
static void draw_rules(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                       const struct attached *who)
{
    char where[WHERE_MAX + 48], head[96];
    int right = d->wall_col + 1;
    where_text(d, s, where, sizeof where);
    panel_attached_head(who, head, sizeof head);
    if (d->divider >= 0) {
        draw_rule(c, t, d->divider, 0, d->divider_cols, where);
    }
    if (d->inspector_rule >= 0) {
        draw_rule(c, t, d->inspector_rule, right, d->cols - right, d->divider >= 0 ? "" : where);
    }
    if (d->map_rule >= 0) {
        draw_rule(c, t, d->map_rule, right, d->cols - right, "the whole segment");
    }
    if (d->attached_rule >= 0) {
        draw_rule(c, t, d->attached_rule, d->attached.col, d->attached.cols, head[0] != '\0' ? head : "attached");
    }
    draw_wall(c, t, d);
}

/* For a frozen picture, and a recording: when it was, how far back, and what changed then. line: what there is to say
 * about a recording's segment; if it is long, less is said about the time. */
static void draw_when(struct canvas *c, const struct theme *t, const struct state *s, const char *line, int row,
                      int room)
{
    char when[96];
    if (s->replay.on) {
        replay_when(&s->replay, &s->history, false, when, sizeof when);
        if (*line != '\0' && canvas_width(when) + 2 + canvas_width(line) > room) {
            replay_when(&s->replay, &s->history, true, when, sizeof when);
        }
    } else {
        history_when(&s->history, when, sizeof when);
    }
    int col = canvas_width(when);
    canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_CALM), when);
    const char *news = *line != '\0' ? line : s->history.news;
    if (*news != '\0' && room - col > 4) {
        canvas_put_cut(c, row, col + 2, room - col - 2, theme_text(t, TEXT_PLAIN), news);
    }
}

static void draw_status(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                        const struct source *source)
{
    static const char keys[] = " ? help  q quit";
    int row = d->rows - 1, room = d->cols - (int)sizeof keys + 1;
    if (s->cursor.prompt != 0) {
        const char *typed = s->cursor.typed;
        int cut = canvas_width(typed) - (d->cols - 3);
        canvas_printf(c, row, 0, theme_text(t, TEXT_STRONG), "%c%s_", s->cursor.prompt, typed + (cut > 0 ? cut : 0));
        return;
    }
    if (room >= 16) {
        canvas_put(c, row, room, theme_text(t, TEXT_LABEL), keys);
    } else {
        room = d->cols;
    }
    if (s->cursor.message[0] != '\0') {
        canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_STRONG), s->cursor.message);
    } else if (s->replay.on) {
        draw_when(c, t, s, source->line, row, room);
    } else if (source->line[0] != '\0' && s->window.size > 0) {
        canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_CALM), source->line);
    } else if (s->window.doubt[0] != '\0' && !s->history.frozen) {
        canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_CALM), s->window.doubt);
    } else if (s->history.frozen) {
        draw_when(c, t, s, "", row, room);
    } else if (s->history.news[0] != '\0') {
        canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_PLAIN), s->history.news);
    } else if (layout_leaves(s->window.layout) > 0) {
        char text[160];
        snprintf(text, sizeof text, "layout: %s", s->window.layout_title);
        canvas_put_cut(c, row, 0, room, theme_text(t, TEXT_LABEL), text);
    }
}

/* Puts a text of one or two sentences, each from a line of its own. Returns how many lines it took. */
static int put_sentences(struct canvas *c, struct rect r, struct style style, const char *text)
{
    char first[SOURCE_LINE_MAX];
    const char *end = strstr(text, ". ");
    int used = 0;
    if (end != NULL && r.rows > 1) {
        snprintf(first, sizeof first, "%.*s", (int)(end + 1 - text), text);
        used = canvas_put_wrapped(c, r.row, r.col, r.cols, r.rows, style, first);
        text = end + 2;
    }
    return used + canvas_put_wrapped(c, r.row + used, r.col, r.cols, r.rows - used, style, text);
}

/* Until there are bytes, the grid's place explains why, and what will happen. */
static void draw_empty(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct source *source)
{
    struct rect r = d->grid;
    int end = r.row + r.rows, above = r.rows >= 6 ? r.rows / 3 : 0;
    struct rect text = {r.row + above, r.col + 1, r.rows - above, (r.cols < 76 ? r.cols : 76) - 2};
    const char *line = source->line[0] != '\0' ? source->line : "there are no bytes to show";
    text.row += put_sentences(c, text, theme_text(t, TEXT_CALM), line) + 1;
    text.rows = end - text.row;
    if (source->spec.kind->poll != NULL && text.rows >= 2) {
        put_sentences(c, text, theme_text(t, TEXT_LABEL),
                      "This viewer goes on by itself as soon as there is something to see. "
                      "Key s lists what memory there is.");
    }
}

static size_t draw_help(struct canvas *c, const struct theme *t, const struct state *s)
{
    struct help_key keys[64];
    const struct grid_input in = cursor_grid(&s->cursor, &s->window);
    struct help help = {
        .keys = keys, .grid = &in, .rings = s->history.rings, .guarded = s->window.guarded, .top = s->list_top};
    for (size_t i = 0; i < key_row_count && help.key_count < sizeof keys / sizeof *keys; i++) {
        if (key_rows[i].label[0] != '\0') {
            keys[help.key_count++] = (struct help_key){key_rows[i].label, key_rows[i].help};
        }
    }
    return panel_help(c, t, &help);
}

size_t dashboard_draw(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                      const struct source *source)
{
    canvas_clear(c);
    if (s->list == LIST_HELP) {
        return draw_help(c, t, s);
    }
    const struct attached who = source_attached(source);
    if (s->list == LIST_ATTACHED) {
        return panel_attached_full(c, t, &who, s->list_top);
    }
    const struct grid_input in = cursor_grid(&s->cursor, &s->window);
    draw_title(c, t, d, s, source);
    if (d->header) {
        rows_header(c, d->grid.row - 1, d->grid.col, t, &d->shape, in.cursor);
    }
    if (s->window.size > 0) {
        const struct grid_panel grid = dashboard_grid(d, s, &in);
        panel_grid(c, t, &grid);
    } else {
        draw_empty(c, t, d, source);
    }
    draw_rules(c, t, d, s, &who);
    draw_fields(c, t, d, s, &in);
    panel_inspector(c, t, &in, s->cursor.big_endian, d->inspector);
    panel_map(c, t, &in, d->map);
    panel_attached(c, t, &who, 0, d->attached);
    draw_status(c, t, d, s, source);
    return 0;
}

/* ---- the mouse ---- */

static bool inside(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

/* The panel shows the fields, or without a layout the text found. */
static void fields_click(const struct dashboard *d, struct state *s, int row)
{
    struct cursor *c = &s->cursor;
    struct field_row field, selected;
    if (layout_leaves(s->window.layout) == 0) {
        size_t text;
        const struct grid_input in = cursor_grid(c, &s->window);
        const struct string_table table = {&in, c->top, s->window.layout_title};
        if (panel_strings_at(&table, d->fields, row, &text)) {
            cursor_go(c, &s->window, text);
        }
        return;
    }
    if (!panel_fields_row_at(&c->fields, d->fields, row, &field)) {
        return;
    }
    bool again = s->window.size > 0 && fields_selected(&c->fields, c->at, &selected) &&
                 field_same(&field.id, &selected.id) && field.foldable;
    if (again) {
        fields_choose(&c->fields, &field, c->at);
        fields_flip(&c->fields, &field);
    } else {
        cursor_choose(c, &s->window, &field);
    }
}

void dashboard_click(const struct dashboard *d, struct state *s, int row, int col)
{
    const struct grid_input in = cursor_grid(&s->cursor, &s->window);
    const struct grid_panel grid = dashboard_grid(d, s, &in);
    size_t offset = panel_grid_offset_at(&grid, row, col);
    if (inside(d->fields, row, col)) {
        fields_click(d, s, row);
    } else if (offset != SIZE_MAX) {
        cursor_go(&s->cursor, &s->window, offset);
    }
}

void dashboard_wheel(const struct dashboard *d, struct state *s, int row, int col, int direction)
{
    if (inside(d->fields, row, col) && d->fields.rows > 1) {
        fields_wheel(&s->cursor.fields, (size_t)d->fields.rows - 1, direction * WHEEL_ROWS);
    } else {
        cursor_move_lines(&s->cursor, &s->window, direction, true);
    }
}
