/* layout_text: what is written reads back the same, hand-written files follow C, and errors name their line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layout/text.h"

/* ---- helpers ---- */

static struct layout read_ok(const char *text)
{
    struct layout l;
    struct layout_error error = {0};
    int rc = layout_text_read(text, strlen(text), &l, &error);
    if (rc < 0) {
        fail_msg("line %u: %s\n%s", error.line, error.text, text);
    }
    return l;
}

static char *write_text(const struct layout *l)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    assert_int_equal(layout_text_write(l, out), 0);
    fclose(out);
    return text;
}

static bool same_node(const struct layout_node *a, const struct layout_node *b)
{
    bool same = strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0 && a->kind == b->kind &&
                a->flags == b->flags && a->offset == b->offset && a->size == b->size && a->align == b->align &&
                a->count == b->count && a->stride == b->stride && a->bit_size == b->bit_size &&
                a->bit_offset == b->bit_offset && a->parent == b->parent && a->end == b->end &&
                a->enumerator_count == b->enumerator_count && a->padding_before == b->padding_before;
    for (size_t i = 0; same && i < a->enumerator_count; i++) {
        same = strcmp(a->enumerators[i].name, b->enumerators[i].name) == 0 &&
               a->enumerators[i].value == b->enumerators[i].value;
    }
    return same;
}

static void assert_round_trip(const struct layout *l)
{
    struct layout again;
    struct layout_error error = {0};
    char *text = write_text(l);
    if (layout_text_read(text, strlen(text), &again, &error) < 0) {
        fail_msg("line %u: %s\n%s", error.line, error.text, text);
    }
    if (again.count != l->count) {
        fail_msg("%u nodes became %u:\n%s", l->count, again.count, text);
    }
    for (uint32_t i = 0; i < l->count; i++) {
        if (!same_node(&l->nodes[i], &again.nodes[i])) {
            char *second = write_text(&again);
            fail_msg("node %u ('%s' '%s') changed:\n%s\n%s", i, l->nodes[i].type, l->nodes[i].name, text, second);
        }
    }
    free(text);
    layout_free(&again);
}

static void assert_field(const struct layout *l, const char *path, size_t offset, size_t size, enum layout_kind kind)
{
    struct layout_leaf leaf;
    size_t index = layout_leaf_find(l, path);
    if (!layout_leaf_get(l, index, &leaf)) {
        fail_msg("no field %s", path);
    }
    if (leaf.offset != offset || leaf.node->size != size || leaf.node->kind != kind) {
        fail_msg("%s: at %zu, %zu bytes, %s", path, leaf.offset, leaf.node->size, layout_kind_name(leaf.node->kind));
    }
}

/* ---- hand-written files ---- */

struct message {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq1, eq2;
    double ratio;
    char bye[8];
};

static void offsets_follow_c(void **state)
{
    (void)state;
    struct layout l = read_ok("shmlab layout 1\n"
                              "# the kit's message\n"
                              "struct message {\n"
                              "    char[19] intro\n"
                              "    int num\n"
                              "    char slash\n"
                              "    int den # the denominator\n"
                              "    char eq1;\n"
                              "    char eq2\n"
                              "    double ratio\n"
                              "    char bye[8];\n"
                              "}\n");
    assert_field(&l, "intro", 0, 19, LAYOUT_TEXT);
    assert_field(&l, "num", offsetof(struct message, num), sizeof(int), LAYOUT_SINT);
    assert_field(&l, "slash", offsetof(struct message, slash), 1, LAYOUT_CHAR);
    assert_field(&l, "den", offsetof(struct message, den), sizeof(int), LAYOUT_SINT);
    assert_field(&l, "eq2", offsetof(struct message, eq2), 1, LAYOUT_CHAR);
    assert_field(&l, "ratio", offsetof(struct message, ratio), sizeof(double), LAYOUT_REAL);
    assert_field(&l, "bye", offsetof(struct message, bye), 8, LAYOUT_TEXT);
    assert_int_equal(layout_size(&l), sizeof(struct message));
    assert_string_equal(l.nodes[0].type, "struct message");
    assert_round_trip(&l);
    layout_free(&l);
}

static void bare_fields_need_no_block(void **state)
{
    (void)state;
    struct layout l = read_ok("shmlab layout 1\nchar[19] intro\nint num\n40 double far\n0x10 int overlap\nint next\n");
    assert_field(&l, "intro", 0, 19, LAYOUT_TEXT);
    assert_field(&l, "num", 20, 4, LAYOUT_SINT);
    assert_field(&l, "far", 40, 8, LAYOUT_REAL);
    assert_field(&l, "overlap", 16, 4, LAYOUT_SINT);
    assert_field(&l, "next", 20, 4, LAYOUT_SINT);
    assert_int_equal(layout_size(&l), 48);
    assert_round_trip(&l);
    layout_free(&l);
}

static void packed_fields_have_no_padding(void **state)
{
    (void)state;
    struct layout l = read_ok("shmlab layout 1\nstruct m (packed) {\nchar[19] intro\nint num\nchar slash\nint den\n"
                              "char eq1\nchar eq2\ndouble ratio\nchar[8] bye\n}\n");
    assert_field(&l, "num", 19, 4, LAYOUT_SINT);
    assert_field(&l, "den", 24, 4, LAYOUT_SINT);
    assert_field(&l, "ratio", 30, 8, LAYOUT_REAL);
    assert_int_equal(layout_size(&l), 46);
    assert_true(l.nodes[0].flags & LAYOUT_PACKED);
    assert_round_trip(&l);
    layout_free(&l);
}

struct slot {
    char tag;
    short v;
};

struct deep {
    char c;
    struct slot slots[2][3];
    union {
        int i;
        double d;
        char raw[9];
    } u;
    char names[3][5];
    short m[2][2];
    struct slot *next;
    unsigned a : 3;
    int b : 7;
    unsigned char e : 5;
    unsigned long long w : 40;
    unsigned : 0;
    unsigned z : 1;
    struct slot tail[];
};

static const char deep_text[] = "shmlab layout 1\n"
                                "struct deep {\n"
                                "    char c\n"
                                "    struct slot slots[2][3] {\n"
                                "        char tag\n"
                                "        short v\n"
                                "    }\n"
                                "    union {\n"
                                "        int i\n"
                                "        double d\n"
                                "        char[9] raw\n"
                                "    } u\n"
                                "    char names[3][5]\n"
                                "    short[2][2] m\n"
                                "    struct slot *next\n"
                                "    unsigned a : 3;\n"
                                "    int b : 7\n"
                                "    unsigned char e : 5\n"
                                "    unsigned long long w : 40\n"
                                "    unsigned : 0\n"
                                "    unsigned z : 1\n"
                                "    struct slot[] tail {\n"
                                "        char tag\n"
                                "        short v\n"
                                "    }\n"
                                "}\n";

static void nested_types_follow_c(void **state)
{
    (void)state;
    struct layout l = read_ok(deep_text);
    assert_field(&l, "slots[1][2].v", offsetof(struct deep, slots[1][2].v), 2, LAYOUT_SINT);
    assert_field(&l, "u.raw", offsetof(struct deep, u), 9, LAYOUT_TEXT);
    assert_field(&l, "names[2]", offsetof(struct deep, names[2]), 5, LAYOUT_TEXT);
    assert_field(&l, "m", offsetof(struct deep, m), 8, LAYOUT_SINT);
    assert_field(&l, "next", offsetof(struct deep, next), sizeof(void *), LAYOUT_POINTER);
    assert_int_equal(layout_size(&l), sizeof(struct deep));
    char *text = write_text(&l);
    assert_non_null(strstr(text, " struct slot[2][3] slots (size 24, align 2) {\n"));
    assert_non_null(strstr(text, " char[3][5] names\n"));
    assert_non_null(strstr(text, " struct slot[] tail (size 0, align 2, stride 4) {\n"));
    free(text);
    layout_fit(&l, sizeof(struct deep) + 3 * sizeof(struct slot));
    assert_field(&l, "tail[2].v", offsetof(struct deep, tail[2].v), 2, LAYOUT_SINT);
    assert_round_trip(&l);
    layout_free(&l);
}

static void assert_bits(const struct layout *l, const char *name, const struct deep *set)
{
    struct deep mine;
    struct layout_leaf leaf;
    memset(&mine, 0, sizeof mine);
    assert_true(layout_leaf_get(l, layout_leaf_find(l, name), &leaf));
    for (unsigned bit = 0; bit < leaf.node->bit_size; bit++) {
        size_t at = leaf.offset * 8 + leaf.node->bit_offset + bit;
        ((unsigned char *)&mine)[at / 8] |= (unsigned char)(1u << at % 8);
    }
    if (memcmp(&mine, set, sizeof mine) != 0) {
        fail_msg("bit-field %s: at byte %zu bit %u", name, leaf.offset, leaf.node->bit_offset);
    }
}

#define ASSERT_BITS(l, member, all_ones) \
    do {                                 \
        struct deep set;                 \
        memset(&set, 0, sizeof set);     \
        set.member = all_ones;           \
        assert_bits(l, #member, &set);   \
    } while (0)

/* The layout has each bit-field at the bits that the compiler uses. */
static void bit_fields_follow_c(void **state)
{
    (void)state;
    struct layout l = read_ok(deep_text);
    ASSERT_BITS(&l, a, 7);
    ASSERT_BITS(&l, b, -1);
    ASSERT_BITS(&l, e, 31);
    ASSERT_BITS(&l, w, (UINT64_C(1) << 40) - 1);
    ASSERT_BITS(&l, z, 1);
    layout_free(&l);
}

static void enums_and_flags_are_read(void **state)
{
    (void)state;
    struct layout l = read_ok("shmlab layout 1\n"
                              "enum color[2] tints {\n"
                              "  RED\n"
                              "  GREEN = 5,\n"
                              "  BLUE\n"
                              "  LOW = -3\n"
                              "}\n"
                              "_Atomic(int) turn\n"
                              "_Atomic unsigned seq\n"
                              "pthread_mutex_t lock\n"
                              "int bell (sync)\n"
                              "\"void (*)(int)\" call\n"
                              "const char *name\n"
                              "blob_t blob (size 12, align 4)\n"
                              "color_t other (kind enum, size 4, align 4) {\n  ONE = 1\n}\n");
    const struct layout_node *tints = &l.nodes[1];
    assert_int_equal(tints->kind, LAYOUT_ENUM);
    assert_int_equal(tints->count, 2);
    assert_int_equal(tints->enumerator_count, 4);
    assert_int_equal(tints->enumerators[2].value, 6);
    assert_int_equal(tints->enumerators[3].value, -3);
    for (uint32_t i = 2; i <= 5; i++) {
        assert_int_equal(l.nodes[i].flags, LAYOUT_SYNC);
    }
    assert_string_equal(l.nodes[2].type, "_Atomic(int)");
    assert_int_equal(l.nodes[6].kind, LAYOUT_POINTER);
    assert_string_equal(l.nodes[7].type, "const char *");
    assert_int_equal(l.nodes[8].kind, LAYOUT_BYTES);
    assert_int_equal(l.nodes[8].size, 12);
    assert_string_equal(l.nodes[9].enumerators[0].name, "ONE");
    assert_round_trip(&l);
    layout_free(&l);
}

static void lines_may_end_as_on_windows(void **state)
{
    (void)state;
    static const char unix_text[] =
        "shmlab layout 1\n\n# the fields\nstruct s {\n  int n # a comment\n  enum color c {\n"
        "    RED = 1\n  }\n  char[4] text;\n  struct {\n    int x\n  } in\n}\n";
    char text[2 * sizeof unix_text];
    size_t n = 0;
    for (const char *c = unix_text; *c != '\0'; c++) {
        if (*c == '\n') {
            text[n++] = '\r';
        }
        text[n++] = *c;
    }
    struct layout a = read_ok(unix_text), b;
    struct layout_error error;
    for (size_t cut = 0; cut <= 2; cut++) { /* whole, the last line ends in \r, or in nothing */
        assert_int_equal(layout_text_read(text, n - cut, &b, &error), 0);
        assert_true(layout_same(&a, &b));
        assert_string_equal(b.nodes[0].type, "struct s");
        layout_free(&b);
    }
    /* only the one at the end belongs to the line's end, and the lines are counted as they are */
    static const char wrong[] = "shmlab layout 1\r\nint n\r\nint \rx\r\n";
    assert_int_equal(layout_text_read(wrong, sizeof wrong - 1, &b, &error), -EINVAL);
    assert_int_equal(error.line, 3);
    assert_null(strchr(error.text, '\r'));
    static const char twice[] = "shmlab layout 1\r\nint n\r\r\n";
    assert_int_equal(layout_text_read(twice, sizeof twice - 1, &b, &error), -EINVAL);
    assert_int_equal(error.line, 2);
    layout_free(&a);
}

/* The last member of the last member has the rest of the segment; one that others follow has nothing. */
static void a_nested_flexible_member_ends_the_segment(void **state)
{
    (void)state;
    struct layout l = read_ok("shmlab layout 1\nint n\nstruct inner in {\n  int m\n  char c\n  char[] text\n}\n");
    for (size_t size = 64; size <= 64; size -= 28) { /* 64, 36, 8 */
        struct layout_leaf leaf;
        layout_fit(&l, size);
        assert_int_equal(layout_size(&l), size > 12 ? size : 12);
        assert_true(layout_leaf_get(&l, layout_leaf_find(&l, "in.text"), &leaf));
        assert_int_equal(leaf.offset, 9);
        assert_int_equal(leaf.node->size, size > 9 ? size - 9 : 0);
        assert_int_equal(l.nodes[2].size, size > 12 ? size - 4 : 8);
        assert_int_equal(l.nodes[2].stride, 8);
        for (size_t at = 9; at < size; at++) {
            struct layout_span span = layout_span_at(&l, at);
            assert_int_equal(span.kind, LAYOUT_SPAN_FIELD);
            assert_int_equal(span.leaf, leaf.index);
        }
        assert_round_trip(&l);
    }
    layout_free(&l);
    l = read_ok("shmlab layout 1\nstruct s {\nstruct inner in {\n  int m\n  char[] text\n}\nint n\n}\n");
    layout_fit(&l, 64);
    assert_int_equal(layout_size(&l), 8);
    struct layout_span span = layout_span_at(&l, 4);
    assert_string_equal(span.node->name, "n");
    assert_false(span.overlap);
    layout_free(&l);
}

/* ---- any layout ---- */

static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

static const char *pick(const char *const *list, size_t count)
{
    return list[random_below((uint32_t)count)];
}
#define PICK(list) pick(list, sizeof(list) / sizeof *(list))

static const char *const names[] = {"a",           "num", "int",   "size",  "struct",   "",
                                    "_vptr.Base",  "x y", "array", "kind",  "\x01\xff", "\"quoted\"",
                                    "back\\slash", "#",   "{",     "ns::x", "5",        "}"};
static const char *const types[] = {"int",
                                    "char",
                                    "unsigned long",
                                    "double",
                                    "struct point",
                                    "enum color",
                                    "char *",
                                    "char **",
                                    "void (*)(int)",
                                    "uint8_t",
                                    "my_t",
                                    "pthread_mutex_t",
                                    "_Atomic int",
                                    "_Atomic(long)",
                                    "const char *",
                                    "",
                                    "array",
                                    "struct",
                                    "std::pair<int, char>",
                                    "x[3]",
                                    "int[2][2]",
                                    "a b c d",
                                    "long double",
                                    "\"",
                                    "#",
                                    "\n",
                                    "sem_t",
                                    "[]",
                                    "char[]"};

static void random_node(struct layout_node *n, enum layout_kind kind)
{
    *n = (struct layout_node){.kind = kind};
    n->name = (char *)PICK(names);
    n->type = (char *)PICK(types);
    n->flags = random_below(3) ? 0 : random_below(8);
    n->offset = random_below(100);
    n->count = random_below(3) ? 1 : random_below(5);
    n->size = random_below(2) ? 4 : random_below(50);
    n->align = 1u << random_below(5);
    n->stride = random_below(2) ? 0 : 1 + random_below(50);
}

static void random_leaf(struct layout *l, bool element)
{
    static struct layout_enumerator enumerators[] = {{(char *)"RED", 0}, {(char *)"a b", -5}, {(char *)"", INT64_MIN}};
    struct layout_node n;
    random_node(&n, (enum layout_kind)(LAYOUT_TEXT + random_below(LAYOUT_KINDS - LAYOUT_TEXT)));
    n.offset = element ? 0 : n.offset;
    n.flags |= random_below(4) == 0 ? LAYOUT_SWAPPED : 0;
    if (random_below(6) == 0) {
        n.type = (char *)"unsigned";
        n.bit_size = 1 + random_below(32);
        n.bit_offset = random_below(8);
    }
    if (n.kind == LAYOUT_ENUM) {
        n.enumerators = enumerators;
        n.enumerator_count = random_below(4);
    }
    layout_add(l, &n);
}

static void random_block(struct layout *l, unsigned depth, bool element)
{
    struct layout_node n;
    random_node(&n, (enum layout_kind)random_below(3));
    n.offset = element ? 0 : n.offset;
    n.count = n.kind == LAYOUT_ARRAY ? n.count : 1;
    uint32_t block = layout_open(l, &n);
    uint32_t members = n.kind == LAYOUT_ARRAY ? 1 : random_below(5);
    for (uint32_t i = 0; i < members; i++) {
        if (depth > 0 && random_below(3) == 0) {
            random_block(l, depth - 1, n.kind == LAYOUT_ARRAY);
        } else {
            random_leaf(l, n.kind == LAYOUT_ARRAY);
        }
    }
    for (uint32_t c = block + 1; n.kind != LAYOUT_ARRAY && c < l->count; c = l->nodes[c].end) {
        size_t end = l->nodes[c].offset + l->nodes[c].size;
        size_t *size = &l->nodes[block].size;
        *size = end > *size ? end : *size;
    }
    l->nodes[block].stride = n.kind == LAYOUT_ARRAY ? l->nodes[block].stride : l->nodes[block].size;
    if (n.kind == LAYOUT_ARRAY) {
        struct layout_node *array = &l->nodes[block];
        if (array[1].size == 0) {
            array[1].count = 1;
            array[1].size = array[1].kind == LAYOUT_ARRAY ? array[1].stride : 1;
            array[1].stride = array[1].size;
        }
        array->stride = array[1].size;
        array->size = array->count * array->stride - (array->count > 0 ? random_below(2) : 0);
    }
    layout_close(l);
}

static void any_layout_reads_back_the_same(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 20000; seed++) {
        struct layout l;
        layout_init(&l);
        random_state = seed * 2654435761u;
        random_block(&l, random_below(6), true);
        assert_int_equal(layout_finish(&l), 0);
        assert_round_trip(&l);
        layout_free(&l);
    }
}

/* A valid file, truncated anywhere or with any byte changed, is either read or refused. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    char text[sizeof deep_text];
    struct layout l;
    struct layout_error error;
    for (size_t n = 0; n < sizeof deep_text; n++) {
        if (layout_text_read(deep_text, n, &l, &error) < 0) {
            assert_true(error.text[0] != '\0');
        }
        layout_free(&l);
        for (int c = 0; c < 256; c += 5) {
            memcpy(text, deep_text, sizeof text);
            text[n] = (char)c;
            layout_text_read(text, sizeof text - 1, &l, NULL);
            layout_free(&l);
        }
    }
}

/* ---- invalid files ---- */

#define V "shmlab layout 1\n"

static const struct {
    const char *text;
    unsigned line;
    const char *says;
} invalid_files[] = {
    {"", 0, "must start with the line 'shmlab layout 1'"},
    {"int x\n", 1, "must start with the line 'shmlab layout 1'"},
    {"# hello\n\nshmlab layout 2\nint x\n", 3, "version 2"},
    {V, 1, "no field"},
    {V "4 struct x {\nint a\n}\n", 2, "start at offset 0"},
    {V "struct x {\nint a\n", 2, "no matching }"},
    {V "enum e x {\nA\n", 2, "no matching }"},
    {V "struct x {\n}\n}\n", 4, "no matching {"},
    {V "int a\n}\n", 3, "no matching {"},
    {V "struct x {\nint a\n}\nint b\n", 5, "ended"},
    {V "int\n", 2, "no name"},
    {V "foo_t x\n", 2, "'foo_t' is not known"},
    {V "int a, b\n", 2, "only one field on a line"},
    {V "int x y\n", 2, "unexpected 'y' after x"},
    {V "= x\n", 2, "expected a type"},
    {V "int x (size)\n", 2, "expected a number after 'size'"},
    {V "int x (sice 4)\n", 2, "unknown attribute 'sice'"},
    {V "struct s (big) {\nint x\n}\n", 2, "big and little belong to single fields"},
    {V "int x (align 0)\n", 2, "smallest alignment"},
    {V "int x (kind blue)\n", 2, "after 'kind'"},
    {V "int x (size 4\n", 2, "a ) is missing"},
    {V "int x : 33\n", 2, "32 bits, so 33"},
    {V "int x : 0\n", 2, "at least one bit"},
    {V "int x[3] : 3\n", 2, "can't be an array"},
    {V "int x[3\n", 2, "a ] is missing"},
    {V "int x[]\nint y[2][]\n", 3, "first dimension"},
    {V "12int x\n", 2, "expected a number"},
    {V "99999999999999999999 int x\n", 2, "expected a number"},
    {V "999999999999999 int x\n", 2, "too large"},
    {V "int x[999999999999][999999999999]\n", 2, "too large"},
    {V "int *x[999999999999999]\n", 2, "number of elements"},
    {V "struct a x[100000000000][100000] {\nint a\n}\n", 2, "too large"},
    {V "struct a x[100000000000] {\nint a[100000000000]\n}\n", 4, "too large"},
    {V "array 2 foo x {\nint a\nint b\n}\n", 5, "exactly one"},
    {V "array 2 foo x {\n}\n", 3, "exactly one"},
    {V "array 3 ring_t ring (stride 6) {\nint\n}\n", 4, "has 4 bytes, so its stride can't be 6"},
    {V "struct a (size 4) {\nint a\nint b\n}\n", 5, "has 4 bytes, but its fields need 8"},
    {V "struct a x[3] (size 10) {\nint a\n}\n", 4, "not a multiple"},
    {V "struct x {\n} a b\n", 3, "unexpected 'b' after }"},
    {V "struct x y {\n} a\n", 3, "already has a name"},
    {V "struct x {\n} y[3]\n", 3, "where the block opens"},
    {V "int x {\n", 2, "only a struct"},
    {V "struct p x (kind integer, size 4)\nint *y {\n", 3, "only a struct"},
    {V "struct p x (kind struct, size 4)\n", 2, "between { and }"},
    {V "enum e x {\n= 3\n}\n", 3, "enumerator"},
    {V "enum e x {\nA = b\n}\n", 3, "number"},
    {V "enum e x {\nA = 9223372036854775808\n}\n", 3, "number"},
    {V "\"int x\n", 2, "closing \""},
    {V "\"in\\t\" x\n", 2, "backslash"},
    {V "\"in\\x00\" x\n", 2, "backslash"},
    {V "int \xc3\xa9\n", 2, "unexpected character"},
    {V "void (*f)(int)\n", 2, "in quotes"},
    {V "struct e x[3] {\n}\n", 0, "no bytes"},
};

static void an_error_names_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof invalid_files / sizeof *invalid_files; i++) {
        struct layout l;
        struct layout_error error = {.line = 99};
        int rc = layout_text_read(invalid_files[i].text, strlen(invalid_files[i].text), &l, &error);
        if (rc != -EINVAL || error.line != invalid_files[i].line || strstr(error.text, invalid_files[i].says) == NULL) {
            fail_msg("%s\ngave %d, line %u: %s", invalid_files[i].text, rc, error.line, error.text);
        }
        assert_null(l.nodes);
    }
    struct layout l;
    struct layout_error error;
    assert_int_equal(layout_text_read(V "int x\0\n", strlen(V) + 7, &l, &error), -EINVAL);
    assert_int_equal(error.line, 2);
}

static void depth_and_length_are_limited(void **state)
{
    (void)state;
    struct layout l;
    struct layout_error error;
    char text[8192] = V;
    for (int i = 0; i < 200; i++) {
        strcat(text, "struct x {\n");
    }
    assert_true(layout_text_read(text, strlen(text), &l, &error) < 0);
    assert_int_equal(error.line, LAYOUT_DEPTH_MAX + 2);
    assert_int_equal(layout_text_read(text, LAYOUT_TEXT_MAX + 1, &l, &error), -E2BIG);
    strcpy(text, V "struct x");
    for (int i = 0; i < 40; i++) {
        strcat(text, "[1]");
    }
    strcat(text, " {\n}\n");
    assert_int_equal(layout_text_read(text, strlen(text), &l, &error), -EINVAL);
}

static void a_missing_file_is_reported(void **state)
{
    (void)state;
    struct layout l;
    struct layout_error error;
    assert_int_equal(layout_text_load("/nowhere/x.layout", &l, &error), -ENOENT);
    assert_non_null(strstr(error.text, "/nowhere/x.layout: No such file"));
    assert_int_equal(layout_text_load("/", &l, &error), -EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_follow_c),
        cmocka_unit_test(bare_fields_need_no_block),
        cmocka_unit_test(packed_fields_have_no_padding),
        cmocka_unit_test(nested_types_follow_c),
        cmocka_unit_test(bit_fields_follow_c),
        cmocka_unit_test(enums_and_flags_are_read),
        cmocka_unit_test(lines_may_end_as_on_windows),
        cmocka_unit_test(a_nested_flexible_member_ends_the_segment),
        cmocka_unit_test(any_layout_reads_back_the_same),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(an_error_names_its_line),
        cmocka_unit_test(depth_and_length_are_limited),
        cmocka_unit_test(a_missing_file_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
