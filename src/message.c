/* Message: writes and reads typed values at computed addresses. message.h has a drawing of the layouts.
 *
 * The important functions are message_write_field and message_read_field. A segment is just bytes: the address of a
 * value is the segment's start plus an offset, and only the writer and the reader know which type is stored there. */
#include "message.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

static_assert(sizeof(struct message) == 56, "as drawn in message.h");
static_assert(sizeof(struct message_live) == 64, "as drawn in message.h");
static_assert(sizeof(struct message_packed) == 46, "as drawn in message.h");
static_assert(sizeof(struct message_live_packed) == 54, "as drawn in message.h");
static_assert(offsetof(struct message_bell, bell) == MESSAGE_BELL_AT, "as drawn in message.h");
static_assert(offsetof(struct message_live_bell, bell) == MESSAGE_BELL_AT, "as drawn in message.h");
static_assert(offsetof(struct message_packed_bell, bell) == MESSAGE_BELL_AT, "as drawn in message.h");
static_assert(offsetof(struct message_live_packed_bell, bell) == MESSAGE_BELL_AT, "as drawn in message.h");

/* ---- the layouts ---- */

/* offsetof gives us the compiler's offsets, in the natural and in the packed struct. */
/* clang-format off */
#define FIELD(type_text, member)                                                                                      \
    {type_text, #member, {offsetof(struct message, member), offsetof(struct message_packed, member)},                 \
     sizeof(((struct message *)0)->member)}
/* clang-format on */

static const struct field {
    const char *type, *name;
    size_t offset[MESSAGE_LAYOUTS];
    size_t size;
} fields[MESSAGE_FIELDS] = {
    [MESSAGE_INTRO] = FIELD("char[19]", intro),
    [MESSAGE_NUM] = FIELD("int", num),
    [MESSAGE_SLASH] = FIELD("char", slash),
    [MESSAGE_DEN] = FIELD("int", den),
    [MESSAGE_EQ1] = FIELD("char", eq1),
    [MESSAGE_EQ2] = FIELD("char", eq2),
    [MESSAGE_RATIO] = FIELD("double", ratio),
    [MESSAGE_FAREWELL] = FIELD("char[8]", farewell),
    [MESSAGE_COUNTER] = {"uint64_t",
                         "counter",
                         {offsetof(struct message_live, counter), offsetof(struct message_live_packed, counter)},
                         sizeof(uint64_t)},
};

static const char *const layout_names[MESSAGE_LAYOUTS] = {
    [MESSAGE_NATURAL] = "natural",
    [MESSAGE_PACKED] = "packed",
};

struct message_place message_place(enum message_layout layout, enum message_field field)
{
    const struct field *f = &fields[field];

    return (struct message_place){.type = f->type, .name = f->name, .offset = f->offset[layout], .size = f->size};
}

size_t message_size(enum message_layout layout, bool live)
{
    if (layout == MESSAGE_PACKED) {
        return live ? sizeof(struct message_live_packed) : sizeof(struct message_packed);
    }
    return live ? sizeof(struct message_live) : sizeof(struct message);
}

const char *message_layout_name(enum message_layout layout)
{
    return layout_names[layout];
}

bool message_layout_from_name(const char *name, enum message_layout *layout)
{
    for (int i = 0; i < MESSAGE_LAYOUTS; i++) {
        if (strcmp(name, layout_names[i]) == 0) {
            *layout = (enum message_layout)i;
            return true;
        }
    }
    return false;
}

/* ---- values ---- */

struct message_live message_first(void)
{
    return (struct message_live){
        .message = {.intro = "PI is defined as: ",
                    .num = 22,
                    .slash = '/',
                    .den = 7,
                    .eq1 = '=',
                    .eq2 = '=',
                    .ratio = 22 / 7.0,
                    .farewell = "goodbye"},
        .counter = 0,
    };
}

/* Adds one term of the continued fraction pi = 3 + 1/(7 + 1/(15 + 1/(1 + ...))): the new numerator (or denominator) is
 * term * last + before. Returns false if it doesn't fit in an int. */
static bool convergent_step(int term, int *last, int *before)
{
    long long next = (long long)term * *last + *before;

    if (next > INT_MAX) {
        return false;
    }
    *before = *last;
    *last = (int)next;
    return true;
}

void message_approximate(struct message *m, uint64_t n)
{
    static const int terms[] = {3, 7, 15, 1, 292, 1, 1, 1, 2, 1, 3, 1, 14, 2, 1, 1, 2, 2, 2, 2};
    enum { TERMS = sizeof terms / sizeof terms[0] };
    int nums[TERMS], dens[TERMS];
    int num = 1, num_before = 0, den = 0, den_before = 1;
    size_t count = 0;

    /* The numerator is the larger of the two, so it overflows first. */
    while (count < TERMS && convergent_step(terms[count], &num, &num_before) &&
           convergent_step(terms[count], &den, &den_before)) {
        nums[count] = num;
        dens[count] = den;
        count++;
    }
    m->num = nums[n % count];
    m->den = dens[n % count];
    m->ratio = (double)m->num / m->den;
}

/* The address of a value within m, which is in the natural layout. */
static const char *value_in(const struct message_live *m, enum message_field field)
{
    return (const char *)m + fields[field].offset[MESSAGE_NATURAL];
}

/* ---- writing ---- */

void message_write_field(void *base, enum message_layout layout, enum message_field field, const struct message_live *m)
{
    /* Pointer arithmetic counts in units of the pointed-to type. A char is one byte, so this adds bytes. */
    char *at = (char *)base + fields[field].offset[layout];

    /* Packed: `at` may be misaligned for an int or a double, and storing through a cast pointer would be undefined
     * behaviour (C11 6.3.2.3p7). On x86 it happens to work. On other machines it traps, and it breaks wherever the
     * compiler relies on the alignment that the pointer's type promises. memcpy may store to any address and costs
     * nothing: the compiler turns it into the same single instruction. */
    if (layout == MESSAGE_PACKED) {
        memcpy(at, value_in(m, field), fields[field].size);
        return;
    }

    /* Natural: `at` is aligned for the value's type, since shmat returned the start of a page. So a cast is fine. */
    /* clang-format off */
    switch (field) {
    case MESSAGE_INTRO:    memcpy(at, m->message.intro, sizeof m->message.intro); break;
    case MESSAGE_NUM:      *(int *)at = m->message.num; break;
    case MESSAGE_SLASH:    *at = m->message.slash; break;
    case MESSAGE_DEN:      *(int *)at = m->message.den; break;
    case MESSAGE_EQ1:      *at = m->message.eq1; break;
    case MESSAGE_EQ2:      *at = m->message.eq2; break;
    case MESSAGE_RATIO:    *(double *)at = m->message.ratio; break;
    case MESSAGE_FAREWELL: memcpy(at, m->message.farewell, sizeof m->message.farewell); break;
    case MESSAGE_COUNTER:  *(uint64_t *)at = m->counter; break;
    case MESSAGE_FIELDS:   break;
    }
    /* clang-format on */
}

void message_write(void *base, enum message_layout layout, bool live, const struct message_live *m)
{
    int end = live ? MESSAGE_FIELDS : MESSAGE_COUNTER;

    for (int field = 0; field < end; field++) {
        message_write_field(base, layout, (enum message_field)field, m);
    }
}

/* ---- reading: the same addresses, in the other direction ---- */

void message_read_field(const void *base, enum message_layout layout, enum message_field field, struct message_live *m)
{
    const char *at = (const char *)base + fields[field].offset[layout];

    if (layout == MESSAGE_PACKED) {
        memcpy((char *)m + fields[field].offset[MESSAGE_NATURAL], at, fields[field].size);
        return;
    }
    /* clang-format off */
    switch (field) {
    case MESSAGE_INTRO:    memcpy(m->message.intro, at, sizeof m->message.intro); break;
    case MESSAGE_NUM:      m->message.num = *(const int *)at; break;
    case MESSAGE_SLASH:    m->message.slash = *at; break;
    case MESSAGE_DEN:      m->message.den = *(const int *)at; break;
    case MESSAGE_EQ1:      m->message.eq1 = *at; break;
    case MESSAGE_EQ2:      m->message.eq2 = *at; break;
    case MESSAGE_RATIO:    m->message.ratio = *(const double *)at; break;
    case MESSAGE_FAREWELL: memcpy(m->message.farewell, at, sizeof m->message.farewell); break;
    case MESSAGE_COUNTER:  m->counter = *(const uint64_t *)at; break;
    case MESSAGE_FIELDS:   break;
    }
    /* clang-format on */
}

void message_read(const void *base, enum message_layout layout, struct message_live *m)
{
    *m = (struct message_live){.counter = 0};
    for (int field = 0; field < MESSAGE_COUNTER; field++) {
        message_read_field(base, layout, (enum message_field)field, m);
    }
}

/* ---- formatting ---- */

void message_format(const struct message_live *m, enum message_field field, char *out, size_t out_size)
{
    const char *value = value_in(m, field);
    char text[4 * 19 + 1]; /* an escaped byte needs up to 4 characters: \x1b */

    switch (field) {
    case MESSAGE_INTRO:
    case MESSAGE_FAREWELL:
        printable_bytes(value, strnlen(value, fields[field].size), false, text, sizeof text);
        snprintf(out, out_size, "\"%s\"", text);
        break;
    case MESSAGE_SLASH:
    case MESSAGE_EQ1:
    case MESSAGE_EQ2:
        printable_bytes(value, 1, false, text, sizeof text);
        snprintf(out, out_size, "'%s'", text);
        break;
    case MESSAGE_NUM:
        snprintf(out, out_size, "%d", m->message.num);
        break;
    case MESSAGE_DEN:
        snprintf(out, out_size, "%d", m->message.den);
        break;
    case MESSAGE_RATIO:
        snprintf(out, out_size, "%.16g", m->message.ratio);
        break;
    case MESSAGE_COUNTER:
        snprintf(out, out_size, "%llu", (unsigned long long)m->counter);
        break;
    case MESSAGE_FIELDS:
        break;
    }
}
