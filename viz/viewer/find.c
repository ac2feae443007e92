/* Find: see find.h. */
#include "find.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- : ---- */

/* Puts the cursor on a row of the field table, unfolding what it is in. */
static bool go_to_row(struct model *m, struct field_row *row, const char *called)
{
    if (row->offset >= m->size) {
        model_answer(m, "%.40s lies past the segment's end", called);
        return false;
    }
    fields_reveal(&m->fields, row);
    model_choose(m, row);
    return true;
}

/* "slots has 1000 elements" for slots[1000].seq. */
static bool tell_elements(struct model *m, const char *text)
{
    char prefix[MODEL_PROMPT_MAX];
    struct field_row row;
    for (const char *at = strchr(text, '['); at != NULL; at = strchr(at + 1, '[')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(at - text), text);
        bool array = fields_by_path(&m->fields, prefix, &row) &&
                     (row.node->kind == LAYOUT_ARRAY || field_is_scalars(row.node));
        bool inside = array && isdigit((unsigned char)at[1]) && strtoull(at + 1, NULL, 10) < row.node->count;
        if (array && !inside) {
            model_answer(m, "%.40s has %zu elements: [0] to [%zu]", prefix, row.node->count, row.node->count - 1);
            return true;
        }
    }
    return false;
}

/* Why a word leads nowhere, where that can be told. */
static void tell_no_field(struct model *m, const char *text)
{
    struct field_row row;
    char path[MODEL_PROMPT_MAX];
    if (tell_elements(m, text)) {
        return;
    }
    if (isalpha((unsigned char)*text) && fields_by_name(&m->fields, text, NULL, 1, &row)) {
        fields_path(&m->fields, &row, path, sizeof path);
        model_answer(m, "no field is called %.30s; there is %s", text, path);
    } else if (*text != '\0' && strspn(text, "0123456789abcdefABCDEF") == strlen(text)) {
        model_answer(m, "hex offsets begin with 0x: 0x%.30s", text);
    } else {
        model_answer(m, "no field and no offset: %.40s (try 0x20, 32, +8 or a field's name)", text);
    }
}

bool find_goto(struct model *m, const char *text)
{
    struct field_row row;
    char *end;
    m->message[0] = '\0';
    if (fields_by_path(&m->fields, text, &row)) {
        return go_to_row(m, &row, text);
    }
    errno = 0;
    bool relative = *text == '+' || *text == '-';
    const char *digits = relative ? text + 1 : text;
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    long long n = strtoll(text, &end, hex ? 16 : 10);
    if (!isdigit((unsigned char)*digits) || *end != '\0' || errno != 0) {
        tell_no_field(m, text);
        return false;
    }
    if (relative) {
        return model_move(m, (ptrdiff_t)n);
    }
    if ((unsigned long long)n >= m->size) {
        model_answer(m, "the segment ends at 0x%zx (%zu)", m->size, m->size);
        return false;
    }
    model_go(m, (size_t)n);
    return true;
}

/* ---- what to look for ---- */

/* Pairs of hex digits, with or without blanks between them. -1: something else, or half a byte, or too many. */
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

/* "16 00": pairs apart from each other, so that it is no word. */
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
        f->wanted[i] = bytes[big ? size - 1 - i : i]; /* the machine is a little-endian one: psABI */
    }
    f->count = size;
}

/* "22", "-5", "0x16", "3.14" after the =. */
static bool wish_number(struct find *f, const char *text, bool big)
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

/* Reads the wish, but for names. false: message says what is wrong with it. */
static bool wish_read(struct model *m, const char *text)
{
    struct find *f = &m->find;
    if (text[0] == '=') {
        if (!wish_number(f, text + 1, m->big_endian)) {
            model_answer(m, "no number: %.40s (try =22, =0x16 or =3.14)", text);
            return false;
        }
        return true;
    }
    bool prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (prefixed || looks_like_bytes(text)) {
        int n = hex_pairs(text + (prefixed ? 2 : 0), f->wanted, sizeof f->wanted);
        if (n <= 0) {
            model_answer(m, "bytes are pairs of hex digits: 0x1600 or 16 00; a number is =0x16");
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

static bool find_name(struct model *m, const char *text, int direction)
{
    struct field_row at, row;
    const struct fields *f = &m->fields;
    char path[MODEL_PROMPT_MAX];
    if (fields_by_path(f, text, &row) && strpbrk(text, ".[") != NULL) {
        return go_to_row(m, &row, text);
    }
    bool here = m->size > 0 && fields_selected(f, m->cursor, &at);
    /* Folded or in the gap before it: what the cursor's own field holds still lies ahead. */
    bool around = !fields_by_name(f, text, here ? &at.id : NULL, direction, &row) || row.offset >= m->size;
    if (around && (!fields_by_name(f, text, NULL, direction, &row) || row.offset >= m->size)) {
        return false;
    }
    if (!go_to_row(m, &row, text)) {
        return true;
    }
    fields_path(f, &row, path, sizeof path);
    model_answer(m, "found field %s%s", path, around && here ? " (around the end)" : "");
    return true;
}

/* ---- bytes ---- */

static void found_at(struct model *m, size_t at)
{
    struct find *f = &m->find;
    bool around = f->direction > 0 ? at <= f->from : at >= f->from;
    f->busy = false;
    model_go(m, at);
    model_answer(m, "found %s%s", f->what, around ? " (around the end)" : "");
}

/* The number of places where it may start. */
static size_t places(const struct model *m)
{
    return m->find.count <= m->size ? m->size - m->find.count + 1 : 0;
}

/* How many places, from f->at on in the search's direction, are looked at next: none around the end. */
static size_t stretch(const struct model *m)
{
    const struct find *f = &m->find;
    size_t to_end = f->direction > 0 ? places(m) - f->at : f->at + 1;
    size_t n = f->left < to_end ? f->left : to_end;
    return n < FIND_STEP ? n : FIND_STEP;
}

/* Looks through the bytes of one stretch, of which `count` bytes could be read. */
static bool look_through(struct model *m, const uint8_t *bytes, size_t count)
{
    struct find *f = &m->find;
    size_t n = stretch(m), first = f->direction > 0 ? f->at : f->at + 1 - n;
    for (size_t i = 0; i < n; i++) {
        size_t k = f->direction > 0 ? i : n - 1 - i;
        if (k + f->count <= count && memcmp(bytes + k, f->wanted, f->count) == 0) {
            found_at(m, first + k);
            return true;
        }
    }
    f->left -= n;
    f->read += n;
    f->at = f->direction > 0 ? (f->at + n) % places(m) : first > 0 ? first - 1 : places(m) - 1;
    return false;
}

void find_want(const struct model *m, size_t *first, size_t *count)
{
    const struct find *f = &m->find;
    size_t n = stretch(m);
    *first = f->direction > 0 ? f->at : f->at + 1 - n;
    *count = n + f->count - 1;
}

void find_take(struct model *m, const uint8_t *bytes, size_t count)
{
    struct find *f = &m->find;
    if (!f->busy || look_through(m, bytes, count)) {
        return;
    }
    f->busy = f->left > 0 && f->read < FIND_MOST;
    if (f->busy) {
        model_answer(m, "looking for %.20s: %zu of %zu MiB; any key stops", f->text, f->read >> 20, places(m) >> 20);
    } else if (f->left > 0) {
        f->resume = true;
        model_answer(m, "not in the %zu MiB up to 0x%zx; n looks on from there", f->read >> 20, f->at);
    } else {
        model_answer(m, "not found: %.40s (%s)", f->text, f->what);
    }
}

void find_stop(struct model *m)
{
    struct find *f = &m->find;
    if (f->busy) {
        f->busy = false;
        f->resume = true;
        model_answer(m, "stopped at 0x%zx; n looks on from there", f->at);
    }
}

/* Where the search starts: beside the cursor, or where the last one for the same came to. */
static void find_place(struct model *m, bool again)
{
    struct find *f = &m->find;
    size_t all = places(m);
    if (!again || !f->resume || f->from != m->cursor) {
        bool forth = f->direction > 0;
        f->at = forth ? (m->cursor + 1 < all ? m->cursor + 1 : 0) : m->cursor - 1 < all ? m->cursor - 1 : all - 1;
        f->left = all;
    }
    f->from = m->cursor;
    f->read = 0;
    f->resume = false;
    f->busy = true;
}

/* What lies in the window is looked through at once; where that doesn't reach, the source must help. */
static bool find_bytes(struct model *m, bool again)
{
    struct find *f = &m->find;
    size_t first, count;
    if (places(m) == 0) {
        model_answer(m, "not found: %.40s (%s)", f->text, f->what);
        return false;
    }
    find_place(m, again);
    while (f->busy) {
        find_want(m, &first, &count);
        const uint8_t *here = model_at(m, first, count);
        if (here == NULL) {
            f->busy = !m->frozen;
            if (m->frozen) {
                model_answer(m, "of a large segment only what is live can be searched; Space goes on");
            }
            return false;
        }
        if (look_through(m, here, count)) {
            return true;
        }
        f->busy = f->left > 0;
    }
    model_answer(m, "not found: %.40s (%s)", f->text, f->what);
    return false;
}

bool find_start(struct model *m, const char *text, int direction)
{
    struct find *f = &m->find;
    bool again = f->direction == direction && strcmp(f->text, text) == 0;
    m->message[0] = '\0';
    f->busy = false;
    if (*text == '\0') {
        model_answer(m, "nothing to look for yet: type / and a name, text, =22 or 0x1600");
        return false;
    }
    f->direction = direction;
    snprintf(f->text, sizeof f->text, "%s", text);
    bool name = *text != '=' && *text != '"' && strncmp(text, "0x", 2) != 0 && !looks_like_bytes(text);
    return (name && find_name(m, text, direction)) || (wish_read(m, text) && find_bytes(m, again));
}
