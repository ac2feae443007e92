/* layout: spans, padding and problems, compared with what the compiler does with the same types. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layout/layout.h"

struct message {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq1, eq2;
    double ratio;
    char bye[8];
};

struct pair {
    char tag;
    short v;
};

union number {
    int i;
    char raw[6];
};

struct nested {
    char c;
    struct pair pairs[3];
    union number u;
    struct pair last;
    long long n;
    char end;
};

static void put(struct layout *l, const char *name, enum layout_kind kind, size_t offset, size_t size, size_t align)
{
    const struct layout_node node = {
        .name = (char *)name, .kind = kind, .offset = offset, .size = size, .align = align};
    if (layout_kind_is_container(kind)) {
        layout_open(l, &node);
    } else {
        layout_add(l, &node);
    }
}

#define SIZE_OF(type, member) sizeof(((type *)0)->member)
#define MEMBER(l, type, member, kind, align) put(l, #member, kind, offsetof(type, member), SIZE_OF(type, member), align)

static void make_message(struct layout *l)
{
    layout_init(l);
    put(l, "", LAYOUT_STRUCT, 0, sizeof(struct message), _Alignof(struct message));
    MEMBER(l, struct message, intro, LAYOUT_TEXT, 1);
    MEMBER(l, struct message, num, LAYOUT_SINT, _Alignof(int));
    MEMBER(l, struct message, slash, LAYOUT_CHAR, 1);
    MEMBER(l, struct message, den, LAYOUT_SINT, _Alignof(int));
    MEMBER(l, struct message, eq1, LAYOUT_CHAR, 1);
    MEMBER(l, struct message, eq2, LAYOUT_CHAR, 1);
    MEMBER(l, struct message, ratio, LAYOUT_REAL, _Alignof(double));
    MEMBER(l, struct message, bye, LAYOUT_TEXT, 1);
    layout_close(l);
    assert_int_equal(layout_finish(l), 0);
}

static void put_pair(struct layout *l, const char *name, size_t offset)
{
    put(l, name, LAYOUT_STRUCT, offset, sizeof(struct pair), _Alignof(struct pair));
    MEMBER(l, struct pair, tag, LAYOUT_CHAR, 1);
    MEMBER(l, struct pair, v, LAYOUT_SINT, _Alignof(short));
    layout_close(l);
}

static void make_nested(struct layout *l)
{
    layout_init(l);
    put(l, "", LAYOUT_STRUCT, 0, sizeof(struct nested), _Alignof(struct nested));
    MEMBER(l, struct nested, c, LAYOUT_CHAR, 1);
    const struct layout_node pairs = {.name = (char *)"pairs",
                                      .kind = LAYOUT_ARRAY,
                                      .offset = offsetof(struct nested, pairs),
                                      .size = sizeof(struct pair[3]),
                                      .align = _Alignof(struct pair),
                                      .count = 3,
                                      .stride = sizeof(struct pair)};
    layout_open(l, &pairs);
    put_pair(l, "", 0);
    layout_close(l);
    MEMBER(l, struct nested, u, LAYOUT_UNION, _Alignof(union number));
    MEMBER(l, union number, i, LAYOUT_SINT, _Alignof(int));
    MEMBER(l, union number, raw, LAYOUT_TEXT, 1);
    layout_close(l);
    put_pair(l, "last", offsetof(struct nested, last));
    MEMBER(l, struct nested, n, LAYOUT_SINT, _Alignof(long long));
    MEMBER(l, struct nested, end, LAYOUT_CHAR, 1);
    layout_close(l);
    assert_int_equal(layout_finish(l), 0);
}

static void padding_at_the_end_is_due_to_the_double_not_to_its_struct_s_first_member(void **state)
{
    (void)state;
    struct layout l = {.count = 0};
    put(&l, "", LAYOUT_STRUCT, 0, 32, 8);
    put(&l, "inner", LAYOUT_STRUCT, 0, 24, 8);
    put(&l, "kind", LAYOUT_CHAR, 0, 1, 1);
    put(&l, "value", LAYOUT_REAL, 8, 8, 8);
    put(&l, "count", LAYOUT_SINT, 16, 4, 4);
    layout_close(&l);
    put(&l, "changes", LAYOUT_SINT, 24, 4, 4);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    struct layout_span span = layout_span_at(&l, 30);
    assert_int_equal(span.kind, LAYOUT_SPAN_TAIL);
    assert_string_equal(span.node->name, "value");
    layout_free(&l);
}

/* struct { struct { double d; char c; } items[2]; int last; } */
static void padding_at_the_end_has_the_name_of_the_struct_that_ends_there(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *cause, *owner;
    } tails[] = {{9, "items[0].d", "items[0]"},
                 {15, "items[0].d", "items[0]"},
                 {25, "items[1].d", "items[1]"},
                 {36, "items[0].d", ""},
                 {39, "items[0].d", ""}};
    struct layout l = {.count = 0};
    char text[32];
    put(&l, "", LAYOUT_STRUCT, 0, 40, 8);
    const struct layout_node items = {
        .name = (char *)"items", .kind = LAYOUT_ARRAY, .size = 32, .align = 8, .count = 2, .stride = 16};
    layout_open(&l, &items);
    put(&l, "", LAYOUT_STRUCT, 0, 16, 8);
    put(&l, "d", LAYOUT_REAL, 0, 8, 8);
    put(&l, "c", LAYOUT_CHAR, 8, 1, 1);
    layout_close(&l);
    layout_close(&l); /* items */
    put(&l, "last", LAYOUT_SINT, 32, 4, 4);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct layout_span span = layout_span_at(&l, tails[i].offset);
        assert_int_equal(span.kind, LAYOUT_SPAN_TAIL);
        layout_leaf_path(&l, span.leaf, text, sizeof text);
        assert_string_equal(text, tails[i].cause);
        assert_int_equal(layout_tail_path(&l, span.leaf, tails[i].offset, text, sizeof text), strlen(tails[i].owner));
        assert_string_equal(text, tails[i].owner);
        assert_int_equal(layout_tail_path(&l, span.leaf, tails[i].offset, text, 3), strlen(tails[i].owner));
        assert_true(strlen(text) <= 2);
    }
    layout_free(&l);
}

static void the_natural_message_has_padding_of_1_3_and_6_bytes(void **state)
{
    (void)state;
    static const size_t offsets[] = {0, 20, 24, 28, 32, 33, 40, 48};
    static const size_t holes[] = {0, 1, 0, 3, 0, 0, 6, 0};
    struct layout l;
    make_message(&l);
    assert_int_equal(layout_size(&l), 56);
    assert_int_equal(layout_leaves(&l), 8);
    struct layout_leaf leaf;
    for (size_t i = 0; i < 8; i++) {
        assert_true(layout_leaf_get(&l, i, &leaf));
        assert_int_equal(leaf.offset, offsets[i]);
        assert_int_equal(leaf.padding_before, holes[i]);
        assert_false(leaf.misaligned);
    }
    assert_false(layout_leaf_get(&l, 8, &leaf));
    layout_free(&l);
}

static void padding_belongs_to_the_field_that_causes_it(void **state)
{
    (void)state;
    struct layout l;
    make_message(&l);
    struct layout_span span = layout_span_at(&l, 36);
    assert_int_equal(span.kind, LAYOUT_SPAN_PADDING);
    assert_int_equal(span.leaf, 6);
    assert_int_equal(span.offset, 34);
    assert_int_equal(span.end, 40);
    assert_string_equal(span.node->name, "ratio");
    span = layout_span_at(&l, 18);
    assert_int_equal(span.kind, LAYOUT_SPAN_FIELD);
    assert_int_equal(span.leaf, 0);
    assert_int_equal(span.end, 19);
    span = layout_span_at(&l, 56);
    assert_int_equal(span.kind, LAYOUT_SPAN_FREE);
    assert_int_equal(span.offset, 56);
    layout_free(&l);
}

/* Every byte of a span gives the same span, and there are no gaps between spans. */
static void assert_spans_consistent(const struct layout *l)
{
    for (size_t at = 0; at < layout_size(l);) {
        struct layout_span run = layout_span_at(l, at);
        assert_int_equal(run.offset, at);
        assert_true(run.end > at);
        for (size_t i = at; i < run.end; i++) {
            struct layout_span one = layout_span_at(l, i);
            assert_int_equal(one.kind, run.kind);
            assert_int_equal(one.leaf, run.leaf);
            assert_int_equal(one.offset, run.offset);
            assert_int_equal(one.end, run.end);
        }
        at = run.end;
    }
}

static void leaves_of_arrays_and_unions_have_c_names(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "c",   "pairs[0].tag", "pairs[0].v", "pairs[1].tag", "pairs[1].v", "pairs[2].tag", "pairs[2].v",
        "u.i", "u.raw",        "last.tag",   "last.v",       "n",          "end"};
    struct layout l;
    make_nested(&l);
    assert_int_equal(layout_leaves(&l), sizeof paths / sizeof *paths);
    for (size_t i = 0; i < layout_leaves(&l); i++) {
        char path[64];
        assert_int_equal(layout_leaf_path(&l, i, path, sizeof path), strlen(paths[i]));
        assert_string_equal(path, paths[i]);
        assert_int_equal(layout_leaf_find(&l, path), i);
    }
    char cut[5];
    assert_int_equal(layout_leaf_path(&l, 1, cut, sizeof cut), 12);
    assert_string_equal(cut, "pair");
    assert_int_equal(layout_leaf_find(&l, "pairs[3].v"), LAYOUT_NO_LEAF);
    assert_int_equal(layout_leaf_find(&l, "pair"), LAYOUT_NO_LEAF);
    assert_int_equal(layout_leaf_find(&l, "pairs[1]"), 3);
    layout_free(&l);
}

static void nested_spans_agree_with_the_compiler(void **state)
{
    (void)state;
    struct layout l;
    make_nested(&l);
    assert_spans_consistent(&l);
    struct layout_span span = layout_span_at(&l, offsetof(struct nested, pairs) + sizeof(struct pair) + 1);
    assert_int_equal(span.kind, LAYOUT_SPAN_PADDING);
    assert_int_equal(span.leaf, 4);
    span = layout_span_at(&l, offsetof(struct nested, u) + 5);
    assert_int_equal(span.kind, LAYOUT_SPAN_FIELD); /* past `i`, but inside `raw` */
    assert_string_equal(span.node->name, "raw");
    assert_false(span.overlap);
    assert_int_equal(layout_span_at(&l, offsetof(struct nested, u) + 6).kind, LAYOUT_SPAN_TAIL);
    span = layout_span_at(&l, sizeof(struct nested) - 1);
    assert_int_equal(span.kind, LAYOUT_SPAN_TAIL);
    assert_string_equal(span.node->name, "n"); /* because of the long long the struct's size is a multiple of 8 */
    assert_int_equal(layout_problems(&l, 1024, NULL, 0), 0);
    layout_free(&l);
}

static void overlaps_misalignment_and_fields_past_the_end_are_problems(void **state)
{
    (void)state;
    struct layout l;
    layout_init(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 40, 1);
    put(&l, "a", LAYOUT_SINT, 0, 4, 4);
    put(&l, "b", LAYOUT_SINT, 2, 4, 4);
    put(&l, "far", LAYOUT_REAL, 32, 8, 8);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    struct layout_problem p[4];
    assert_int_equal(layout_problems(&l, 36, p, 4), 3);
    assert_int_equal(p[0].kind, LAYOUT_OVERLAP);
    assert_int_equal(p[0].leaf, 1);
    assert_int_equal(p[0].other, 0);
    assert_int_equal(p[1].kind, LAYOUT_MISALIGNED);
    assert_int_equal(p[1].leaf, 1);
    assert_int_equal(p[2].kind, LAYOUT_PAST_END);
    assert_int_equal(p[2].leaf, 2);
    assert_false(layout_span_at(&l, 1).overlap);
    assert_true(layout_span_at(&l, 2).overlap);
    assert_int_equal(layout_span_at(&l, 2).leaf, 0);
    assert_false(layout_span_at(&l, 4).overlap);
    assert_true(layout_span_at(&l, 4).misaligned);
    assert_int_equal(layout_span_at(&l, 20).kind, LAYOUT_SPAN_FREE); /* 26 bytes: alignment 8 doesn't explain them */
    struct layout_leaf far;
    assert_true(layout_leaf_get(&l, 2, &far));
    assert_int_equal(far.padding_before, 0);
    assert_spans_consistent(&l);
    layout_free(&l);
}

static void a_field_that_exactly_fits_is_not_past_the_end(void **state)
{
    (void)state;
    struct layout l;
    struct layout_problem p;
    make_message(&l);
    assert_int_equal(layout_problems(&l, 56, &p, 1), 0);
    assert_int_equal(layout_problems(&l, 55, &p, 1), 1);
    assert_int_equal(p.kind, LAYOUT_PAST_END);
    assert_int_equal(p.leaf, 7);
    assert_int_equal(layout_problems(&l, 48, &p, 1), 1); /* it starts where the segment ends */
    assert_int_equal(p.leaf, 7);
    assert_int_equal(layout_problems(&l, 47, &p, 1), 2);
    assert_int_equal(p.leaf, 6);
    layout_free(&l);
    /* of an array, the last element counts, too */
    const struct layout_node pairs = {
        .name = (char *)"pairs", .kind = LAYOUT_ARRAY, .size = 12, .align = 2, .count = 3, .stride = 4};
    layout_open(&l, &pairs);
    put_pair(&l, "", 0);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    assert_int_equal(layout_problems(&l, 12, &p, 1), 0);
    assert_int_equal(layout_problems(&l, 11, &p, 1), 1);
    assert_int_equal(p.leaf, 5);
    assert_int_equal(layout_problems(&l, 10, &p, 1), 1);
    assert_int_equal(layout_problems(&l, 9, &p, 1), 1);
    assert_int_equal(layout_span_at(&l, 11).kind, LAYOUT_SPAN_FIELD);
    assert_int_equal(layout_span_at(&l, 12).kind, LAYOUT_SPAN_FREE);
    layout_free(&l);
}

/* "long at 8 + gap" after a field that ends at 8. */
static void make_gap(struct layout *l, size_t gap)
{
    layout_init(l);
    put(l, "", LAYOUT_STRUCT, 0, 64, 1);
    put(l, "a", LAYOUT_SINT, 0, 8, 8);
    put(l, "b", LAYOUT_SINT, 8 + gap, 8, 8);
    layout_close(l);
    assert_int_equal(layout_finish(l), 0);
}

static void a_gap_as_wide_as_the_alignment_is_free(void **state)
{
    (void)state;
    for (size_t gap = 1; gap <= 17; gap++) {
        struct layout l;
        struct layout_leaf leaf;
        make_gap(&l, gap);
        bool padding = gap < 8; /* alignment 8 makes gaps of at most 7 bytes */
        for (size_t at = 8; at < 8 + gap; at++) {
            struct layout_span span = layout_span_at(&l, at);
            assert_int_equal(span.kind, padding ? LAYOUT_SPAN_PADDING : LAYOUT_SPAN_FREE);
            assert_int_equal(span.leaf, padding ? 1 : LAYOUT_NO_LEAF);
            assert_int_equal(span.offset, 8);
            assert_int_equal(span.end, 8 + gap);
        }
        assert_true(layout_leaf_get(&l, 1, &leaf));
        assert_int_equal(leaf.padding_before, padding ? gap : 0);
        assert_int_equal(leaf.misaligned, gap % 8 != 0);
        layout_free(&l);
    }
}

static void put_bits(struct layout *l, const char *name, size_t offset, unsigned bit, unsigned bits)
{
    const struct layout_node node = {.name = (char *)name,
                                     .kind = LAYOUT_UINT,
                                     .offset = offset,
                                     .size = (bit + bits + 7) / 8,
                                     .align = 4,
                                     .count = 1,
                                     .bit_size = bits,
                                     .bit_offset = bit};
    layout_add(l, &node);
}

static void bit_fields_share_bytes_with_each_other_but_not_with_plain_fields(void **state)
{
    (void)state;
    struct layout l;
    struct layout_problem p[4];
    layout_init(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 8, 4);
    put_bits(&l, "a", 0, 0, 3);
    put_bits(&l, "b", 0, 3, 9); /* bytes 0 and 1 */
    put_bits(&l, "c", 1, 4, 2);
    put(&l, "plain", LAYOUT_CHAR, 2, 1, 1); /* right after them */
    put_bits(&l, "d", 3, 0, 8);             /* at an odd address, and no problem */
    put(&l, "last", LAYOUT_SINT, 4, 4, 4);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    assert_int_equal(layout_problems(&l, 8, p, 4), 0);
    static const size_t owner[] = {0, 1, 3, 4, 5, 5, 5, 5};
    for (size_t at = 0; at < 8; at++) {
        struct layout_span span = layout_span_at(&l, at);
        assert_int_equal(span.kind, LAYOUT_SPAN_FIELD);
        assert_int_equal(span.leaf, owner[at]);
        assert_false(span.overlap);
        assert_false(span.misaligned);
    }
    assert_spans_consistent(&l);
    layout_free(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 12, 4); /* neighbours in any order don't overlap */
    put(&l, "b", LAYOUT_SINT, 4, 4, 4);
    put(&l, "a", LAYOUT_SINT, 0, 4, 4);
    put(&l, "c", LAYOUT_SINT, 8, 4, 4);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    assert_int_equal(layout_problems(&l, 12, p, 4), 0);
    layout_free(&l);
    for (int first = 0; first < 2; first++) { /* in either order */
        layout_init(&l);
        put(&l, "", LAYOUT_STRUCT, 0, 4, 4);
        if (first == 0) {
            put_bits(&l, "bits", 0, 6, 4);
        }
        put(&l, "plain", LAYOUT_CHAR, 1, 1, 1);
        if (first == 1) {
            put_bits(&l, "bits", 0, 6, 4);
        }
        layout_close(&l);
        assert_int_equal(layout_finish(&l), 0);
        assert_int_equal(layout_problems(&l, 4, p, 4), 1);
        assert_int_equal(p[0].kind, LAYOUT_OVERLAP);
        assert_int_equal(p[0].leaf, 1);
        assert_int_equal(p[0].other, 0);
        assert_false(layout_span_at(&l, 0).overlap);
        assert_true(layout_span_at(&l, 1).overlap);
        layout_free(&l);
    }
}

static void a_run_in_a_union_ends_where_another_member_shows(void **state)
{
    (void)state;
    struct layout l;
    layout_init(&l);
    put(&l, "", LAYOUT_UNION, 0, 16, 8);
    put(&l, "c", LAYOUT_CHAR, 0, 1, 1);
    put_pair(&l, "pair", 0); /* tag, a hole of one byte, v */
    put(&l, "s", LAYOUT_TEXT, 0, 6, 1);
    put(&l, "d", LAYOUT_REAL, 0, 8, 8);
    put(&l, "late", LAYOUT_STRUCT, 0, 12, 4); /* its field is after all others */
    put(&l, "n", LAYOUT_SINT, 8, 4, 4);
    layout_close(&l);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    static const struct {
        size_t offset, end;
        enum layout_span_kind kind;
        const char *name;
    } runs[] = {{0, 1, LAYOUT_SPAN_FIELD, "c"},  {1, 2, LAYOUT_SPAN_FIELD, "s"},      {2, 4, LAYOUT_SPAN_FIELD, "v"},
                {4, 6, LAYOUT_SPAN_FIELD, "s"},  {6, 8, LAYOUT_SPAN_FIELD, "d"},      {8, 12, LAYOUT_SPAN_FIELD, "n"},
                {12, 16, LAYOUT_SPAN_TAIL, "d"}, {16, SIZE_MAX, LAYOUT_SPAN_FREE, ""}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct layout_span span = layout_span_at(&l, runs[i].offset);
        assert_int_equal(span.offset, runs[i].offset);
        assert_int_equal(span.end, runs[i].end);
        assert_int_equal(span.kind, runs[i].kind);
        assert_string_equal(span.node != NULL ? span.node->name : "", runs[i].name);
        assert_false(span.overlap);
    }
    assert_spans_consistent(&l);
    struct layout_leaf leaf;
    for (size_t i = 0; i < layout_leaves(&l); i++) {
        assert_true(layout_leaf_get(&l, i, &leaf));
        assert_true(leaf.in_union);
    }
    layout_free(&l);
    make_nested(&l);
    for (size_t i = 0; i < layout_leaves(&l); i++) {
        char path[32];
        layout_leaf_path(&l, i, path, sizeof path);
        assert_true(layout_leaf_get(&l, i, &leaf));
        assert_int_equal(leaf.in_union, strncmp(path, "u.", 2) == 0);
    }
    layout_free(&l);
}

/* ---- any layout, byte by byte ---- */

static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

static void random_type(struct layout *l, unsigned depth, size_t offset, bool element)
{
    struct layout_node n = {.name = (char *)"x", .offset = offset, .align = 1u << random_below(4), .count = 1};
    n.kind = depth == 0 || (l->count > 0 && random_below(3) == 0) ? LAYOUT_UINT : (enum layout_kind)random_below(3);
    if (n.kind == LAYOUT_UINT) {
        n.size = 1 + random_below(5);
        if (!element && random_below(3) == 0) {
            n.bit_offset = random_below(8);
            n.bit_size = 1 + random_below((uint32_t)n.size * 8 - n.bit_offset);
            n.size = (n.bit_offset + n.bit_size + 7) / 8;
        }
        layout_add(l, &n);
        return;
    }
    if (n.kind == LAYOUT_ARRAY) {
        n.count = 1 + random_below(3);
    }
    uint32_t i = layout_open(l, &n);
    uint32_t members = n.kind == LAYOUT_ARRAY ? 1 : 1 + random_below(4);
    size_t at = 0, size = 0;
    for (uint32_t m = 0; m < members; m++) {
        uint32_t c = l->count;
        random_type(l, depth - 1, n.kind == LAYOUT_ARRAY ? 0 : at, n.kind == LAYOUT_ARRAY);
        size_t end = l->nodes[c].offset + l->nodes[c].size;
        size = end > size ? end : size;
        at =
            n.kind == LAYOUT_UNION ? random_below(3) : end - random_below(2) + random_below(5); /* overlaps and holes */
    }
    layout_close(l);
    struct layout_node *node = &l->nodes[i];
    node->stride = size + (n.kind == LAYOUT_ARRAY ? 0 : random_below(4));
    node->size = node->stride * n.count;
}

/* The field that the header says a byte belongs to; LAYOUT_NO_LEAF: none. */
static size_t owner_of(const struct layout *l, uint32_t i, size_t byte, size_t leaf, bool *overlap)
{
    const struct layout_node *n = &l->nodes[i];
    if (!layout_kind_is_container(n->kind)) {
        return leaf;
    }
    if (n->kind == LAYOUT_ARRAY) {
        size_t element = byte / n->stride;
        return owner_of(l, i + 1, byte % n->stride, leaf + element * l->nodes[i + 1].leaves, overlap);
    }
    size_t found = LAYOUT_NO_LEAF;
    const struct layout_node *owner = NULL;
    for (uint32_t c = i + 1; c < n->end; leaf += l->nodes[c].leaves, c = l->nodes[c].end) {
        const struct layout_node *m = &l->nodes[c];
        if (byte < m->offset || byte >= m->offset + m->size) {
            continue;
        }
        if (n->kind == LAYOUT_UNION) {
            bool inner = *overlap;
            found = owner_of(l, c, byte - m->offset, leaf, &inner);
            if (found != LAYOUT_NO_LEAF) {
                *overlap = inner;
                return found;
            }
        } else if (owner == NULL) {
            owner = m;
            found = owner_of(l, c, byte - m->offset, leaf, overlap);
        } else {
            *overlap = *overlap || m->bit_size == 0 || owner->bit_size == 0;
        }
    }
    return found;
}

static void any_byte_of_any_layout_has_its_field(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        struct layout l;
        layout_init(&l);
        random_state = seed * 2654435761u;
        random_type(&l, 1 + random_below(4), 0, true);
        if (layout_finish(&l) != 0) {
            fail_msg("seed %u: layout_finish fails", seed);
        }
        for (size_t at = 0; at < layout_size(&l); at++) {
            struct layout_span span = layout_span_at(&l, at);
            bool overlap = false;
            size_t leaf = owner_of(&l, 0, at, 0, &overlap);
            if ((span.kind == LAYOUT_SPAN_FIELD) != (leaf != LAYOUT_NO_LEAF) ||
                (leaf != LAYOUT_NO_LEAF && (span.leaf != leaf || span.overlap != overlap))) {
                fail_msg("seed %u, byte %zu: leaf %zu, not %zu", seed, at, span.leaf, leaf);
            }
        }
        assert_spans_consistent(&l);
        layout_free(&l);
    }
}

static void a_flexible_member_fills_the_segment(void **state)
{
    (void)state;
    struct layout l;
    const struct layout_node rest = {
        .name = (char *)"rest", .kind = LAYOUT_SINT, .offset = 8, .align = 4, .stride = 4, .flags = LAYOUT_FLEXIBLE};
    layout_init(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 8, 4);
    put(&l, "n", LAYOUT_SINT, 0, 4, 4);
    layout_add(&l, &rest);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), 0);
    assert_int_equal(layout_size(&l), 8);
    layout_fit(&l, 31);
    assert_int_equal(layout_size(&l), 28);
    assert_int_equal(l.nodes[2].count, 5);
    assert_int_equal(layout_span_at(&l, 27).leaf, 1);
    layout_fit(&l, 4);
    assert_int_equal(layout_size(&l), 8);
    layout_free(&l);
}

static void invalid_layouts_are_refused(void **state)
{
    (void)state;
    struct layout l;
    layout_init(&l);
    assert_int_equal(layout_finish(&l), -EINVAL); /* no root */
    layout_free(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 8, 4);
    layout_close(&l);
    put(&l, "after", LAYOUT_SINT, 0, 4, 4);
    assert_int_equal(layout_finish(&l), -EINVAL);
    layout_free(&l);
    put(&l, "", LAYOUT_STRUCT, 0, 8, 4);
    assert_int_equal(layout_finish(&l), -EINVAL); /* a container is still open */
    layout_free(&l);
    for (int i = 0; i < LAYOUT_DEPTH_MAX + 1; i++) {
        put(&l, "", LAYOUT_STRUCT, 0, 8, 4);
    }
    assert_int_equal(layout_finish(&l), -E2BIG);
    layout_free(&l);
    const struct layout_node array = {.kind = LAYOUT_ARRAY, .size = 80, .count = 2, .stride = 8};
    layout_open(&l, &array);
    put(&l, "x", LAYOUT_REAL, 0, 8, 8);
    layout_close(&l);
    assert_int_equal(layout_finish(&l), -EINVAL); /* 80 bytes, but room for 2 x 8 */
    layout_free(&l);
}

static void an_empty_layout_is_all_free(void **state)
{
    (void)state;
    struct layout l;
    layout_init(&l);
    assert_int_equal(layout_leaves(&l), 0);
    struct layout_span span = layout_span_at(&l, 5);
    assert_int_equal(span.kind, LAYOUT_SPAN_FREE);
    assert_int_equal(span.offset, 0);
    assert_int_equal(layout_leaf_find(&l, "x"), LAYOUT_NO_LEAF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_at_the_end_has_the_name_of_the_struct_that_ends_there),
        cmocka_unit_test(padding_at_the_end_is_due_to_the_double_not_to_its_struct_s_first_member),
        cmocka_unit_test(the_natural_message_has_padding_of_1_3_and_6_bytes),
        cmocka_unit_test(padding_belongs_to_the_field_that_causes_it),
        cmocka_unit_test(leaves_of_arrays_and_unions_have_c_names),
        cmocka_unit_test(nested_spans_agree_with_the_compiler),
        cmocka_unit_test(overlaps_misalignment_and_fields_past_the_end_are_problems),
        cmocka_unit_test(a_field_that_exactly_fits_is_not_past_the_end),
        cmocka_unit_test(a_gap_as_wide_as_the_alignment_is_free),
        cmocka_unit_test(bit_fields_share_bytes_with_each_other_but_not_with_plain_fields),
        cmocka_unit_test(a_run_in_a_union_ends_where_another_member_shows),
        cmocka_unit_test(any_byte_of_any_layout_has_its_field),
        cmocka_unit_test(a_flexible_member_fills_the_segment),
        cmocka_unit_test(invalid_layouts_are_refused),
        cmocka_unit_test(an_empty_layout_is_all_free),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
