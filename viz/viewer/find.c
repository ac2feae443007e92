/* Find: see find.h. */
#include "find.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

#define PATH_COLUMNS 60 /* of a path in a message */

/* ---- : ---- */

/* Moves the cursor to a row of the field table and unfolds its parents. */
static bool go_to_row(struct cursor *c, const struct window *w, struct field_row *row, const char *called)
{
    if (row->offset >= w->size) {
        cursor_answer(c, "%.40s lies past the segment's end", called);
        return false;
    }
    fields_reveal(&c->fields, row);
    cursor_choose(c, w, row);
    return true;
}

/* "slots has 1000 elements" for slots[1000].seq. */
static bool explain_elements(struct cursor *c, const char *text)
{
    char prefix[CURSOR_TYPED_MAX];
    struct field_row row;
    for (const char *at = strchr(text, '['); at != NULL; at = strchr(at + 1, '[')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(at - text), text);
        bool array =
            fields_by_path(&c->fields, prefix, &row) && (row.node->kind == LAYOUT_ARRAY || field_is_scalars(row.node));
        bool inside = array && isdigit((unsigned char)at[1]) && strtoull(at + 1, NULL, 10) < row.node->count;
        if (array && !inside) {
            cursor_answer(c, "%.40s has %zu elements: [0] to [%zu]", prefix, row.node->count, row.node->count - 1);
            return true;
        }
    }
    return false;
}

/* Explains why text leads nowhere, if that can be said. */
static void explain_no_field(struct cursor *c, const char *text)
{
    struct field_row row;
    char path[LAYOUT_PATH_MAX], name[CURSOR_MESSAGE_MAX];
    if (explain_elements(c, text)) {
        return;
    }
    if (isalpha((unsigned char)*text) && fields_by_name(&c->fields, text, NULL, 1, &row)) {
        fields_path(&c->fields, &row, path, sizeof path);
        printable_end(path, PATH_COLUMNS, "...", name, sizeof name);
        cursor_answer(c, "no field is called %.30s; there is %s", text, name);
    } else if (*text != '\0' && strspn(text, "0123456789abcdefABCDEF") == strlen(text)) {
        cursor_answer(c, "hex offsets begin with 0x: 0x%.30s", text);
    } else {
        cursor_answer(c, "neither a field nor an offset: %.40s (try 0x20, 32, +8 or a field's name)", text);
    }
}

bool find_goto(struct cursor *c, const struct window *w, const char *text)
{
    struct field_row row;
    char *end;
    c->message[0] = '\0';
    if (fields_by_path(&c->fields, text, &row)) {
        return go_to_row(c, w, &row, text);
    }
    errno = 0;
    bool relative = *text == '+' || *text == '-';
    const char *digits = relative ? text + 1 : text;
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    long long n = strtoll(text, &end, hex ? 16 : 10);
    if (!isdigit((unsigned char)*digits) || *end != '\0' || errno != 0) {
        explain_no_field(c, text);
        return false;
    }
    if (relative) {
        return cursor_move(c, w, (ptrdiff_t)n);
    }
    if ((unsigned long long)n >= w->size) {
        cursor_answer(c, "the segment ends at 0x%zx (%zu)", w->size, w->size);
        return false;
    }
    cursor_go(c, w, (size_t)n);
    return true;
}

/* ---- what to look for ---- */

/* Parses pairs of hex digits, with or without blanks between them. -1: anything else, half a byte, or too many. */
static int hex_pairs(const char *text, uint8_t *out, size_t most)
{
    size_t n = 0;
    for (; *text != '\0'; text += 2) {
        text += strspn(text, " ");
        unsigned byte;
        if (n == most || !isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
            sscanf(text, "%2x", &byte) != 1) {
            return -1;
        }
        out[n++] = (uint8_t)byte;
    }
    return (int)n;
}

/* Is it "16 00", pairs with blanks between, and so not a word? */
static bool looks_like_bytes(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i % 3 == 2 ? text[i] != ' ' : !isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return strlen(text) >= 5;
}

static void put_number(struct find *f, const void *number, size_t size, bool big)
{
    const uint8_t *bytes = number;
    for (size_t i = 0; i < size; i++) {
        f->wanted[i] = bytes[big ? size - 1 - i : i]; /* the machine is little-endian: psABI */
    }
    f->count = size;
}

/* Parses what follows =: "22", "-5", "0x16", "3.14". */
static bool read_number(struct find *f, const char *text, bool big)
{
    char *end;
    errno = 0;
    const char *digits = text + (*text == '-');
    bool hex = digits[0] == '0' && digits[1] == 'x';
    long long n = strtoll(text, &end, hex ? 16 : 10);
    bool whole = end != text && *end == '\0' && errno == 0;
    double real = whole ? 0 : strtod(text, &end);
    if (end == text || *end != '\0') {
        return false;
    }
    bool small = n >= INT32_MIN && n <= UINT32_MAX;
    uint32_t low = (uint32_t)n;
    put_number(f, !whole ? (void *)&real : small ? (void *)&low : (void *)&n, whole && small ? 4 : 8, big);
    snprintf(f->what, sizeof f->what, "as %s of %zu bytes, %s endian", whole ? "an integer" : "a double", f->count,
             big ? "big" : "little");
    return true;
}

/* Parses the request, except for names. false: message says what is wrong with it. */
static bool read_request(struct find *f, struct cursor *c, const char *text)
{
    if (text[0] == '=') {
        if (!read_number(f, text + 1, c->big_endian)) {
            cursor_answer(c, "no number: %.40s (try =22, =0x16 or =3.14)", text);
            return false;
        }
        return true;
    }
    bool prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (prefixed || looks_like_bytes(text)) {
        int n = hex_pairs(text + (prefixed ? 2 : 0), f->wanted, sizeof f->wanted);
        if (n <= 0) {
            cursor_answer(c, "bytes are pairs of hex digits: 0x1600 or 16 00; a number is =0x16");
            return false;
        }
        f->count = (size_t)n;
        snprintf(f->what, sizeof f->what, "bytes in memory order");
        return true;
    }
    text += *text == '"';
    f->count = strlen(text) < sizeof f->wanted ? strlen(text) : sizeof f->wanted;
    memcpy(f->wanted, text, f->count);
    snprintf(f->what, sizeof f->what, "characters");
    return f->count > 0;
}

/* ---- names ---- */

static bool find_name(struct cursor *c, const struct window *w, const char *text, int direction)
{
    struct field_row at, row;
    const struct fields *f = &c->fields;
    char path[LAYOUT_PATH_MAX], name[CURSOR_MESSAGE_MAX];
    if (fields_by_path(f, text, &row) && strpbrk(text, ".[") != NULL) {
        return go_to_row(c, w, &row, text);
    }
    bool here = w->size > 0 && fields_selected(f, c->at, &at);
    /* Folded, or the cursor is in the padding before it: what the cursor's own field contains is still ahead. */
    bool around = !fields_by_name(f, text, here ? &at.id : NULL, direction, &row) || row.offset >= w->size;
    if (around && (!fields_by_name(f, text, NULL, direction, &row) || row.offset >= w->size)) {
        return false;
    }
    if (!go_to_row(c, w, &row, text)) {
        return true;
    }
    fields_path(f, &row, path, sizeof path);
    printable_end(path, PATH_COLUMNS, "...", name, sizeof name);
    cursor_answer(c, "found field %s%s", name, around && here ? " (around the end)" : "");
    return true;
}

/* ---- bytes ---- */

static void found_at(struct find *f, struct cursor *c, const struct window *w, size_t at)
{
    bool around = f->direction > 0 ? at <= f->from : at >= f->from;
    f->busy = false;
    cursor_go(c, w, at);
    cursor_answer(c, "found %s%s", f->what, around ? " (around the end)" : "");
}

/* The number of offsets where a match can start. */
static size_t places(const struct find *f, size_t size)
{
    return f->count <= size ? size - f->count + 1 : 0;
}

/* How many offsets, from f->at on in the search's direction, are tried next, without wrapping around. */
static size_t stretch(const struct find *f, size_t size)
{
    size_t to_end = f->direction > 0 ? places(f, size) - f->at : f->at + 1;
    size_t n = f->left < to_end ? f->left : to_end;
    return n < FIND_STEP ? n : FIND_STEP;
}

/* Searches one stretch of bytes, of which `count` could be read. */
static bool search(struct find *f, struct cursor *c, const struct window *w, const uint8_t *bytes, size_t count)
{
    size_t all = places(f, w->size), n = stretch(f, w->size), first = f->direction > 0 ? f->at : f->at + 1 - n;
    for (size_t i = 0; i < n; i++) {
        size_t k = f->direction > 0 ? i : n - 1 - i;
        if (k + f->count <= count && memcmp(bytes + k, f->wanted, f->count) == 0) {
            found_at(f, c, w, first + k);
            return true;
        }
    }
    f->left -= n;
    f->read += n;
    f->at = f->direction > 0 ? (f->at + n) % all : first > 0 ? first - 1 : all - 1;
    return false;
}

void find_want(const struct find *f, size_t size, size_t *first, size_t *count)
{
    size_t n = stretch(f, size);
    *first = f->direction > 0 ? f->at : f->at + 1 - n;
    *count = n + f->count - 1;
}

void find_take(struct find *f, struct cursor *c, const struct window *w, const uint8_t *bytes, size_t count)
{
    if (!f->busy || search(f, c, w, bytes, count)) {
        return;
    }
    f->busy = f->left > 0 && f->read < FIND_MOST;
    if (f->busy) {
        cursor_answer(c, "looking for %.20s: %zu of %zu MiB; any key stops", f->text, f->read >> 20,
                      places(f, w->size) >> 20);
    } else if (f->left > 0) {
        f->resume = true;
        cursor_answer(c, "not in the %zu MiB up to 0x%zx; n continues from there", f->read >> 20, f->at);
    } else {
        cursor_answer(c, "not found: %.40s (%s)", f->text, f->what);
    }
}

void find_stop(struct find *f, struct cursor *c)
{
    if (f->busy) {
        f->busy = false;
        f->resume = true;
        cursor_answer(c, "stopped at 0x%zx; n continues from there", f->at);
    }
}

/* The start of the search: next to the cursor, or where the last one for the same text stopped. */
static void find_place(struct find *f, const struct cursor *c, size_t all, bool again)
{
    if (!again || !f->resume || f->from != c->at) {
        bool forth = f->direction > 0;
        f->at = forth ? (c->at + 1 < all ? c->at + 1 : 0) : c->at - 1 < all ? c->at - 1 : all - 1;
        f->left = all;
    }
    f->from = c->at;
    f->read = 0;
    f->resume = false;
    f->busy = true;
}

/* Searches the window at once; what it doesn't hold must be read from the source. */
static bool find_bytes(struct find *f, struct cursor *c, const struct window *w, bool again)
{
    size_t first, count, all = places(f, w->size);
    if (all == 0) {
        cursor_answer(c, "not found: %.40s (%s)", f->text, f->what);
        return false;
    }
    find_place(f, c, all, again);
    while (f->busy) {
        find_want(f, w->size, &first, &count);
        const uint8_t *here = window_at(w, first, count);
        if (here == NULL) {
            return false; /* still busy */
        }
        if (search(f, c, w, here, count)) {
            return true;
        }
        f->busy = f->left > 0;
    }
    cursor_answer(c, "not found: %.40s (%s)", f->text, f->what);
    return false;
}

bool find_start(struct find *f, struct cursor *c, const struct window *w, const char *text, int direction)
{
    bool again = f->direction == direction && strcmp(f->text, text) == 0;
    c->message[0] = '\0';
    f->busy = false;
    if (*text == '\0') {
        cursor_answer(c, "nothing to look for yet: type / and a name, text, =22 or 0x1600");
        return false;
    }
    f->direction = direction;
    snprintf(f->text, sizeof f->text, "%s", text);
    bool name = *text != '=' && *text != '"' && strncmp(text, "0x", 2) != 0 && !looks_like_bytes(text);
    return (name && find_name(c, w, text, direction)) || (read_request(f, c, text) && find_bytes(f, c, w, again));
}
