/* Pictures: what the tests of the viewer's pure parts share: layouts from text, random layouts, a random stream that is
 * the same in every run. Include it after cmocka.h. */
#ifndef SHMLAB_TEST_PICTURES_H
#define SHMLAB_TEST_PICTURES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/text.h"

/* The kit's message, 56 bytes; holes at 19, 25 to 27 and 34 to 39. */
#define MESSAGE_TEXT                                                                                    \
    "shmlab layout 1\nstruct message {\n    char[19] intro\n    int num\n    char slash\n    int den\n" \
    "    char eq1\n    char eq2\n    double ratio\n    char[8] farewell\n}\n"

/* Its first 56 bytes. */
static inline void message_bytes(unsigned char out[56])
{
    static const double ratio = 22 / 7.0;
    static const int num = 22, den = 7;
    memset(out, 0, 56);
    memcpy(out, "PI is defined as: ", 19);
    memcpy(out + 20, &num, sizeof num);
    out[24] = '/';
    memcpy(out + 28, &den, sizeof den);
    out[32] = out[33] = '=';
    memcpy(out + 40, &ratio, sizeof ratio);
    memcpy(out + 48, "goodbye", 8);
}

static inline struct layout layout_of(const char *text)
{
    struct layout l;
    struct layout_error error = {0};
    if (layout_text_read(text, strlen(text), &l, &error) < 0) {
        fail_msg("line %u: %s\n%s", error.line, error.text, text);
    }
    return l;
}

/* xorshift64*: small, and the same everywhere. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static inline unsigned random_below(uint64_t *state, unsigned n)
{
    return (unsigned)((random_next(state) >> 32) % n);
}

/* ---- random layouts, written as text ---- */

struct layout_writer {
    uint64_t *random;
    FILE *out;
    unsigned names;
    bool unions;
};

static inline void write_members(struct layout_writer *w, unsigned depth);

static inline void write_member(struct layout_writer *w, unsigned depth)
{
    static const char *const types[] = {"char",    "short",  "int",       "unsigned",     "long",
                                        "double",  "float",  "void *",    "_Bool",        "char[5]",
                                        "char[8]", "int[3]", "double[2]", "unsigned char"};
    unsigned kind = random_below(w->random, depth > 0 ? 10 : 7);
    if (kind < 7) {
        fprintf(w->out, "%s m%u\n", types[random_below(w->random, sizeof types / sizeof *types)], w->names++);
        return;
    }
    bool is_union = w->unions && kind == 9;
    fprintf(w->out, "%s m%u", is_union ? "union u" : "struct s", w->names++);
    for (unsigned i = random_below(w->random, 3); i > 0; i--) {
        fprintf(w->out, "[%u]", 1 + random_below(w->random, 4));
    }
    fputs(" {\n", w->out);
    write_members(w, depth - 1);
    fputs("}\n", w->out);
}

static inline void write_members(struct layout_writer *w, unsigned depth)
{
    for (unsigned i = 1 + random_below(w->random, 5); i > 0; i--) {
        write_member(w, depth);
    }
}

/* A layout as a C compiler would make it: aligned, nested, with arrays of structs. The caller frees *text and *l. */
static inline void random_layout(uint64_t *random, bool unions, struct layout *l, char **text)
{
    size_t size;
    struct layout_writer w = {.random = random, .unions = unions};
    w.out = open_memstream(text, &size);
    assert_non_null(w.out);
    fputs("shmlab layout 1\nstruct r {\n", w.out);
    write_members(&w, 4);
    fputs("}\n", w.out);
    fclose(w.out);
    *l = layout_of(*text);
}

#endif
