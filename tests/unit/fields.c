/* fields: the tree of rows, compared with a simple listing, with random rows folded; and arrays too large to list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fields.h"
#include "layout/text.h"
#include "panels.h"
#include "pictures.h"

#define ROWS_MAX 4000

struct listing {
    const struct fields *f;
    struct field_id ids[ROWS_MAX];
    size_t offsets[ROWS_MAX], count;
};

/* Is it unfolded? As the header says it, from the tree itself. */
static bool open_by_rule(const struct fields *f, const struct field_id *id)
{
    const struct layout_node *n = &f->layout->nodes[id->node], *parent = &f->layout->nodes[n->parent];
    bool small_array = n->kind == LAYOUT_ARRAY && n->leaves <= FIELDS_SMALL;
    bool in_array = id->node != 0 && parent->kind == LAYOUT_ARRAY;
    bool is_struct = n->kind == LAYOUT_STRUCT || n->kind == LAYOUT_UNION;
    bool open = small_array || (is_struct && (!in_array || parent->leaves <= FIELDS_SMALL));
    for (size_t i = 0; i < f->flipped_count; i++) {
        open = open != field_same(id, &f->flipped[i]);
    }
    return open;
}

static void list_row(struct listing *list, struct field_id id, size_t offset)
{
    assert_true(list->count < ROWS_MAX);
    list->ids[list->count] = id;
    list->offsets[list->count++] = offset;
}

static void list_below(struct listing *list, uint32_t i, size_t leaf, size_t offset);

static void list_node(struct listing *list, uint32_t i, size_t leaf, size_t offset)
{
    struct field_id id = {i, leaf, SIZE_MAX};
    if (list->f->layout->nodes[i].leaves == 0) {
        return;
    }
    list_row(list, id, offset);
    if (open_by_rule(list->f, &id)) {
        list_below(list, i, leaf, offset);
    }
}

static void list_below(struct listing *list, uint32_t i, size_t leaf, size_t offset)
{
    const struct layout_node *nodes = list->f->layout->nodes, *n = &nodes[i];
    if (n->kind == LAYOUT_ARRAY) {
        for (size_t k = 0; k < n->count; k++) {
            list_node(list, i + 1, leaf + k * nodes[i + 1].leaves, offset + k * n->stride);
        }
    } else if (layout_kind_is_container(n->kind)) {
        for (uint32_t c = i + 1; c < n->end; leaf += nodes[c].leaves, c = nodes[c].end) {
            list_node(list, c, leaf, offset + nodes[c].offset);
        }
    } else {
        for (size_t k = 0; k < n->count; k++) {
            list_row(list, (struct field_id){i, leaf, k}, offset + k * n->stride);
        }
    }
}

/* The rows by walking are those of the listing, there and back. */
static void assert_walks_like(const struct fields *f, const struct listing *list)
{
    struct field_row row, same;
    bool any = fields_first(f, &row);
    assert_int_equal(any, list->count > 0);
    for (size_t i = 0; i < list->count; i++) {
        assert_true(field_same(&row.id, &list->ids[i]));
        assert_int_equal(row.offset, list->offsets[i]);
        assert_true(fields_row(f, &row.id, &same));
        assert_true(field_same(&row.id, &same.id) && row.depth == same.depth && row.offset == same.offset);
        assert_int_equal(fields_next(f, &row), i + 1 < list->count);
    }
    for (size_t i = list->count; i-- > 0;) {
        assert_true(field_same(&row.id, &list->ids[i]));
        assert_int_equal(fields_previous(f, &row), i > 0);
    }
}

/* Each byte's row holds it (or the padding that it made), and none of its rows below is visible. */
static void assert_bytes_have_rows(const struct fields *f)
{
    for (size_t at = 0; at < layout_size(f->layout); at++) {
        struct layout_span span = layout_span_at(f->layout, at);
        struct field_row row, next;
        assert_int_equal(fields_at(f, at, &row), span.leaf != LAYOUT_NO_LEAF);
        if (span.kind != LAYOUT_SPAN_FIELD) {
            continue;
        }
        assert_true(row.offset <= at && at - row.offset < row.size);
        assert_true(!row.open);
        next = row;
        bool down = fields_next(f, &next);
        assert_true(!down || next.depth <= row.depth || !row.foldable);
    }
}

static void flip_some(struct fields *f, uint64_t *random)
{
    struct field_row row;
    for (bool any = fields_first(f, &row); any; any = fields_next(f, &row)) {
        if (random_below(random, 4) == 0) {
            fields_flip(f, &row);
        }
    }
}

static void rows_are_those_of_the_tree(void **state)
{
    (void)state;
    static struct listing list;
    static struct fields f;
    uint64_t random = 11;
    for (int i = 0; i < 150; i++) {
        struct layout l;
        char *text;
        random_layout(&random, true, &l, &text);
        f.flat = false;
        fields_reset(&f, &l);
        for (int round = 0; round < 4; round++) {
            list.f = &f;
            list.count = 0;
            list_below(&list, 0, 0, 0);
            assert_walks_like(&f, &list);
            assert_bytes_have_rows(&f);
            flip_some(&f, &random);
            if (f.flipped_count == FIELDS_FLIPPED_MAX) {
                break;
            }
        }
        layout_free(&l);
        free(text);
    }
}

/* FIELDS_FLIPPED_MAX and one more are folded by hand: only the first is open again. */
static void of_many_folds_the_oldest_is_forgotten(void **state)
{
    (void)state;
    static struct fields f;
    struct layout l = layout_of("shmlab layout 1\nstruct s {\nstruct slot slots[300] {\nint a\nint b\n}\n}\n");
    struct field_row row;
    char path[32];
    fields_reset(&f, &l);
    assert_true(fields_by_path(&f, "slots", &row));
    fields_flip(&f, &row); /* an array of 600 fields starts folded */
    for (int i = 0; i < FIELDS_FLIPPED_MAX + 1; i++) {
        snprintf(path, sizeof path, "slots[%d]", i);
        assert_true(fields_by_path(&f, path, &row));
        fields_flip(&f, &row);
        assert_int_equal(f.flipped_count, i < FIELDS_FLIPPED_MAX - 1 ? i + 2 : FIELDS_FLIPPED_MAX);
    }
    assert_ptr_equal(f.layout, &l);
    bool before = false;
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "slots[%d]", i);
        assert_true(fields_by_path(&f, path, &row));
        before = i == 0 ? row.open : before;
        assert_int_equal(row.open, i > 0 && i < FIELDS_FLIPPED_MAX + 1 ? !before : before);
    }
    assert_true(fields_by_path(&f, "slots", &row)); /* two are forgotten: slots itself, and slots[0] */
    assert_false(row.open);
    layout_free(&l);
}

static void flat_rows_are_the_leaves(void **state)
{
    (void)state;
    static struct fields f;
    uint64_t random = 12;
    for (int i = 0; i < 60; i++) {
        struct layout l;
        char *text, name[256], path[256];
        random_layout(&random, true, &l, &text);
        f.flat = true;
        fields_reset(&f, &l);
        struct field_row row;
        struct layout_leaf leaf;
        bool any = fields_first(&f, &row);
        for (size_t k = 0; layout_leaf_get(&l, k, &leaf); k++, any = fields_next(&f, &row)) {
            assert_true(any && row.id.leaf == k && row.node == leaf.node && row.offset == leaf.offset);
            assert_int_equal(row.padding_before, leaf.padding_before);
            fields_name(&f, &row, name, sizeof name);
            layout_leaf_path(&l, k, path, sizeof path);
            assert_string_equal(name, path);
            fields_path(&f, &row, name, sizeof name);
            assert_string_equal(name, path);
        }
        assert_false(any);
        layout_free(&l);
        free(text);
    }
}

/* ---- one tree, by hand ---- */

static const char tree_text[] = "shmlab layout 1\nstruct r {\nstruct head head {\nint magic\nint[2][3] grid\n}\n"
                                "struct slot slots[1000000] {\nchar tag\nint n\n}\nunion {\nint i\ndouble d\n}\n"
                                "struct p tail[2] {\nshort x\n}\n}\n";

struct tree {
    struct layout l;
    struct fields f;
};

static void tree_open(struct tree *t)
{
    memset(t, 0, sizeof *t);
    t->l = layout_of(tree_text);
    fields_reset(&t->f, &t->l);
}

static void row_at(const struct tree *t, size_t number, struct field_row *row)
{
    assert_true(fields_first(&t->f, row));
    for (size_t i = 0; i < number; i++) {
        assert_true(fields_next(&t->f, row));
    }
}

static void flip_row(struct tree *t, size_t number)
{
    struct field_row row;
    row_at(t, number, &row);
    fields_flip(&t->f, &row);
}

/* All rows as "name type" with blanks for the levels; those of a large array not. */
static void assert_rows(const struct tree *t, const char *wanted)
{
    char got[4000] = "", name[64], type[64];
    struct field_row row;
    for (bool any = fields_first(&t->f, &row); any && strlen(got) < 3000; any = fields_next(&t->f, &row)) {
        fields_name(&t->f, &row, name, sizeof name);
        fields_type(&row, type, sizeof type);
        sprintf(got + strlen(got), "%*s%s%s %s\n", 2 * (int)row.indent, "",
                !row.foldable ? ""
                : row.open    ? "-"
                              : "+",
                name, type);
    }
    assert_string_equal(got, wanted);
}

static void rows_fold_and_unfold(void **state)
{
    (void)state;
    struct tree t;
    tree_open(&t);
    assert_rows(&t,
                "-head struct head\n  magic int\n  +grid int[2][3]\n+slots struct slot[1000000]\n-{union} union\n"
                "  i int\n  d double\n-tail struct p[2]\n  -[0] struct p\n    x short\n  -[1] struct p\n    x short\n");
    flip_row(&t, 2);
    flip_row(&t, 16 - 2);
    assert_rows(&t,
                "-head struct head\n  magic int\n  -grid int[2][3]\n    [0][0] int\n    [0][1] int\n    [0][2] int\n"
                "    [1][0] int\n    [1][1] int\n    [1][2] int\n+slots struct slot[1000000]\n-{union} union\n"
                "  i int\n  d double\n-tail struct p[2]\n  +[0] struct p\n  -[1] struct p\n    x short\n");
    flip_row(&t, 13);
    flip_row(&t, 0);
    assert_rows(&t, "+head struct head\n+slots struct slot[1000000]\n-{union} union\n  i int\n  d double\n"
                    "+tail struct p[2]\n");
    flip_row(&t, 0); /* what was unfolded inside is so again */
    struct field_row row;
    row_at(&t, 4, &row);
    char path[64];
    assert_int_equal(fields_path(&t.f, &row, path, sizeof path), 15);
    assert_string_equal(path, "head.grid[0][1]");
    assert_int_equal(row.offset, 8);
    assert_int_equal(row.size, 4);
    layout_free(&t.l);
}

static void an_element_has_the_type_and_the_value_of_an_element(void **state)
{
    (void)state;
    static const char text[] = "shmlab layout 1\n\"int (*[2])[4]\" rows (kind pointer, size 16, align 8, count 2)\n"
                               "int[2][1] grid\n";
    const int64_t bytes[] = {4096, 8192, 7 | (int64_t)8 << 32};
    static const char *const wanted[] = {"rows int (*[2])[4] {0x1000, 0x2000}",
                                         "[0] int (*)[4] 0x1000",
                                         "[1] int (*)[4] 0x2000",
                                         "grid int[2][1] {7, 8}",
                                         "[0][0] int 7",
                                         "[1][0] int 8"};
    struct tree t;
    struct layout_error error;
    struct field_row row;
    assert_int_equal(layout_text_read(text, sizeof text - 1, &t.l, &error), 0);
    t.f = (struct fields){.flat = false};
    fields_reset(&t.f, &t.l);
    const struct grid_input in = {
        .layout = &t.l, .bytes = (const uint8_t *)bytes, .readable = sizeof bytes, .segment_size = sizeof bytes};
    flip_row(&t, 0);
    flip_row(&t, 3);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char name[64], type[64], value[64], all[192];
        row_at(&t, i, &row);
        fields_name(&t.f, &row, name, sizeof name);
        fields_type(&row, type, sizeof type);
        panel_fields_value(&in, &row, value, sizeof value);
        snprintf(all, sizeof all, "%s %s %s", name, type, value);
        assert_string_equal(all, wanted[i]);
    }
    layout_free(&t.l);
}

static void a_million_elements_cost_what_is_looked_at(void **state)
{
    (void)state;
    struct tree t;
    struct field_row row;
    tree_open(&t);
    /* slots is folded: its bytes are all one row's */
    assert_true(fields_at(&t.f, 28 + 8 * 777777 + 4, &row));
    assert_true(row.foldable && !row.open && row.offset == 28);
    fields_flip(&t.f, &row);
    for (size_t i = 0; i < 20000; i++) { /* each of these would take a second in all if it listed rows */
        assert_true(fields_at(&t.f, 28 + 8 * (i * 47 % 1000000) + 4, &row));
        assert_true(row.index == i * 47 % 1000000 && !row.open);
        assert_true(fields_previous(&t.f, &row) && fields_next(&t.f, &row) && fields_next(&t.f, &row));
    }
    assert_true(fields_at(&t.f, 28 + 8 * 999999, &row));
    assert_int_equal(row.index, 999999);
    fields_flip(&t.f, &row);
    assert_true(fields_at(&t.f, 28 + 8 * 999999 + 4, &row));
    char path[64];
    fields_path(&t.f, &row, path, sizeof path);
    assert_string_equal(path, "slots[999999].n");
    assert_true(fields_parent(&t.f, &row) && fields_parent(&t.f, &row));
    assert_int_equal(row.offset, 28);
    assert_false(fields_parent(&t.f, &row));
    fields_scroll(&t.f, NULL, 30);
    assert_true(fields_first(&t.f, &row));
    assert_int_equal(fields_count_after(&t.f, &row, 500), 500);
    layout_free(&t.l);
}

/* ---- Tab ---- */

static void tab_goes_from_row_to_row(void **state)
{
    (void)state;
    static const struct {
        size_t from, to;
        int direction;
    } steps[] = {
        {0, 4, 1},  {4, 28, 1},  {5, 28, 1},        {28, 8000032, 1}, {8000031, 8000032, 1}, {4, 0, -1},
        {7, 4, -1}, {28, 4, -1}, {4000000, 28, -1}, {30, 28, -1},     {8000044, 8000044, 1}, {8000050, 8000042, -1},
    };
    struct tree t;
    tree_open(&t);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct field_row row;
        size_t to = fields_step(&t.f, steps[i].from, SIZE_MAX, steps[i].direction, &row) ? row.offset : steps[i].from;
        if (to != steps[i].to) {
            fail_msg("from %zu by %d to %zu", steps[i].from, steps[i].direction, to);
        }
    }
    /* A chosen row is where the next step starts: so a union's second member can be reached. */
    struct field_row row;
    size_t cursor = 0, seen = 0;
    for (bool any = fields_first(&t.f, &row); any; seen++) {
        fields_choose(&t.f, &row, cursor);
        struct field_row selected;
        assert_true(fields_selected(&t.f, cursor, &selected) && field_same(&selected.id, &row.id));
        any = fields_step(&t.f, cursor, SIZE_MAX, 1, &row);
        cursor = any ? row.offset : cursor;
    }
    assert_int_equal(seen, 12);
    assert_false(fields_step(&t.f, 4, 5, 1, &row)); /* nothing starts before the end of what there is */
    layout_free(&t.l);
}

/* ---- scrolling ---- */

static void assert_in_table(const struct fields *f, const struct field_row *selected, size_t rows)
{
    struct field_row row;
    bool seen = false;
    assert_true(fields_row(f, &f->top, &row));
    for (size_t i = 0; i < rows; i++) {
        seen = seen || field_same(&row.id, &selected->id);
        if (!fields_next(f, &row)) {
            break;
        }
    }
    assert_true(seen);
}

static void the_table_follows_the_selected_row(void **state)
{
    (void)state;
    struct tree t;
    struct field_row row;
    uint64_t random = 13;
    tree_open(&t);
    flip_row(&t, 3); /* the million */
    for (int i = 0; i < 2000; i++) {
        size_t rows = 1 + random_below(&random, 30), at = random_below(&random, (unsigned)layout_size(&t.l));
        if (!fields_at(&t.f, at, &row)) {
            continue;
        }
        if (random_below(&random, 4) == 0) {
            fields_flip(&t.f, &row);
            assert_true(fields_at(&t.f, at, &row));
        }
        fields_scroll(&t.f, &row, rows);
        assert_in_table(&t.f, &row, rows);
        fields_wheel(&t.f, rows, (int)random_below(&random, 100) - 50);
        fields_scroll(&t.f, &row, rows);
    }
    assert_true(fields_at(&t.f, 28 + 8 * 20, &row));
    fields_scroll(&t.f, &row, 10);
    fields_wheel(&t.f, 10, -400); /* the wheel goes on where the cursor isn't, and stops at the end */
    assert_true(fields_row(&t.f, &t.f.top, &row));
    assert_false(fields_previous(&t.f, &row));
    layout_free(&t.l);
}

static void without_a_layout_there_are_no_rows(void **state)
{
    (void)state;
    static const struct layout empty;
    struct fields f = {.flat = false};
    struct field_row row;
    for (int i = 0; i < 2; i++) {
        assert_false(fields_first(&f, &row));
        assert_false(fields_at(&f, 0, &row));
        assert_false(fields_selected(&f, 0, &row));
        assert_false(fields_step(&f, 0, 100, 1, &row));
        assert_false(fields_step(&f, 0, 100, -1, &row));
        fields_scroll(&f, NULL, 5);
        fields_wheel(&f, 5, 3);
        fields_reset(&f, &empty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_tree),
        cmocka_unit_test(of_many_folds_the_oldest_is_forgotten),
        cmocka_unit_test(flat_rows_are_the_leaves),
        cmocka_unit_test(rows_fold_and_unfold),
        cmocka_unit_test(an_element_has_the_type_and_the_value_of_an_element),
        cmocka_unit_test(a_million_elements_cost_what_is_looked_at),
        cmocka_unit_test(tab_goes_from_row_to_row),
        cmocka_unit_test(the_table_follows_the_selected_row),
        cmocka_unit_test(without_a_layout_there_are_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
