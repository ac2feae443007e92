/* render: --render's help and errors tell what the table of renderers has, and each draws a picture made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures.h"
#include "render.h"

struct place {
    struct layout layout;
    uint8_t bytes[64];
    struct attachment_watch nobody;
    struct picture picture;
};

static int place_open(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->layout = layout_of(MESSAGE_TEXT);
    message_bytes(p->bytes);
    *state = p;
    p->picture = (struct picture){
        .grid = {.layout = &p->layout,
                 .segment_size = sizeof p->bytes,
                 .bytes = p->bytes,
                 .readable = sizeof p->bytes,
                 .cursor = SIZE_MAX},
        .count = sizeof p->bytes,
        .layout_title = "the message",
        .title = "drawn by hand",
        .state = "live",
        .attached = {.watch = &p->nobody},
        .cols = 80,
    };
    p->picture.finding_count =
        findings_list(&p->picture.grid, p->picture.differences, p->picture.findings, &p->picture.findings_more);
    return 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    layout_free(&p->layout);
    free(p);
    return 0;
}

/* What the renderer writes; the caller frees it. */
static char *drawn(const struct place *p, const char *name)
{
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    const struct renderer *r = render_find(name);
    assert_non_null(r);
    assert_int_equal(r->render(stream, &p->picture), 0);
    fclose(stream);
    return out;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no '%s' in:\n%s", part, text);
    }
}

static void each_is_found_by_its_whole_name_alone(void **state)
{
    (void)state;
    assert_ptr_equal(render_find("text"), &render_text);
    assert_ptr_equal(render_find("layout"), &render_layout);
    assert_null(render_find(""));
    assert_null(render_find("tex"));
    assert_null(render_find("texts"));
    assert_null(render_find("Text"));
}

/* The help, cut into its lines: the next one's name in `name`, which has room for 16; NULL: there is none. */
static const char *help_next(const char *at, char name[16], size_t *columns)
{
    if (*at == '\0') {
        return NULL;
    }
    *columns = strcspn(at + 1, "\n");
    snprintf(name, 16, "%.*s", (int)strcspn(at + 1, " "), at + 1);
    return at + 1 + *columns;
}

static void the_help_has_a_line_for_each_that_fits_beside_the_option(void **state)
{
    (void)state;
    char help[512], name[16];
    size_t columns, lines = 0;
    render_help(help, sizeof help);
    has(help, "\ntext    the grid, the fields and what is wrong\nansi    ");
    for (const char *at = help; (at = help_next(at, name, &columns)) != NULL; lines++) {
        assert_in_range(columns, 10, 58);
        assert_non_null(render_find(name));
    }
    assert_true(lines >= 6);
}

static bool supports(const struct renderer *r, enum render_what what)
{
    return what == RENDER_PICTURE || (what == RENDER_SCREEN ? r->screen != NULL : r->list != NULL);
}

/* "a, b or c" of those that the help has. */
static void expect_names(enum render_what what)
{
    char help[512], names[128], expected[128] = "", name[16];
    size_t columns, left = 0;
    render_help(help, sizeof help);
    for (const char *at = help; (at = help_next(at, name, &columns)) != NULL;) {
        left += supports(render_find(name), what);
    }
    for (const char *at = help; (at = help_next(at, name, &columns)) != NULL;) {
        if (supports(render_find(name), what)) {
            left--;
            strcat(expected, name);
            strcat(expected, left > 1 ? ", " : left == 1 ? " or " : "");
        }
    }
    render_names(what, names, sizeof names);
    assert_string_equal(names, expected);
}

static void their_names_are_listed_as_in_a_sentence(void **state)
{
    (void)state;
    char little[12];
    expect_names(RENDER_PICTURE);
    expect_names(RENDER_SCREEN);
    expect_names(RENDER_LIST);
    render_names(RENDER_PICTURE, little, sizeof little);
    assert_string_equal(little, "text, ansi,"); /* what is too long is cut */
}

static void each_draws_what_the_picture_says_and_needs_nothing_else(void **state)
{
    const struct place *p = *state;
    static const char *const names[] = {"text", "ansi", "json", "svg", "html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *all = drawn(p, names[i]);
        has(all, "drawn by hand");
        has(all, strcmp(names[i], "svg") != 0 ? "the message" : "the\u00a0message"); /* SVG: a blank that isn't lost */
        has(all, "farewell");
        has(all, "goodbye");
        free(all);
    }
    char *layout = drawn(p, "layout");
    has(layout, "shmlab layout 1\n");
    has(layout, "char[8] farewell\n");
    assert_null(strstr(layout, "drawn by hand"));
    free(layout);
}

static void what_is_found_and_expected_is_told(void **state)
{
    struct place *p = *state;
    uint8_t expected[64];
    memcpy(expected, p->bytes, sizeof expected);
    expected[20] = 21;
    p->bytes[19] = 0xaa;
    expected[19] = 0xaa;
    p->picture.grid.expected = expected;
    p->picture.grid.expected_size = sizeof expected;
    struct differences d = {.expected_size = sizeof expected, .size = sizeof expected};
    differences_add(&d, expected, p->bytes, sizeof expected);
    p->picture.differences = &d;
    p->picture.finding_count =
        findings_list(&p->picture.grid, p->picture.differences, p->picture.findings, &p->picture.findings_more);
    assert_int_equal(p->picture.finding_count, 1);
    p->picture.findings_more = 7;
    char *text = drawn(p, "text"), *json = drawn(p, "json"), *svg = drawn(p, "svg");
    has(text, "1 of 1 padding bytes at 0x0013 (before num) are not zero: stale\n  and 7 more");
    has(json, "\"findings_more\":7");
    has(text, "\n! 1 bytes are not as expected\n");
    has(json, "{\"kind\":\"differs\",\"offset\":20,\"size\":1,\"expected\":\"15\",\"actual\":\"16\",");
    has(json, "\"compared\":64,\"expected_size\":64,\n\"differences\":1}");
    has(svg, "and\u00a07\u00a0more");
    has(svg, "1 bytes are not as expected.");
    free(text);
    free(json);
    free(svg);
}

static void a_change_is_seen_in_the_table_too(void **state)
{
    struct place *p = *state;
    uint8_t glow[64] = {[20] = GRID_GLOW_MAX};
    char *calm = drawn(p, "ansi"), *plain = drawn(p, "text");
    p->picture.grid.glow = glow;
    char *glows = drawn(p, "ansi"), *marked = drawn(p, "text");
    has(plain, " num ");
    has(marked, "*16 00");
    const char *of_calm = strstr(strstr(calm, "the message"), "22"),
               *of_glows = strstr(strstr(glows, "the message"), "22");
    assert_non_null(of_calm);
    assert_non_null(of_glows);
    assert_memory_not_equal(of_calm - 4, of_glows - 4, 4); /* the value's style */
    free(calm);
    free(plain);
    free(glows);
    free(marked);
}

static void no_field_is_folded_away(void **state)
{
    struct place *p = *state;
    layout_free(&p->layout);
    p->layout = layout_of("shmlab layout 1\nstruct ring {\nstruct slot[9] slots {\nchar tag\nshort n\n}\n}\n");
    char *text = drawn(p, "text");
    has(text, "slots[0].tag ");
    has(text, "slots[8].n ");
    free(text);
}

static void what_the_kernel_tells_of_a_segment_is_in_json_alone_where_it_is_one(void **state)
{
    struct place *p = *state;
    const struct segment_stat st = {
        .id = 7, .key = 0x0f20074e, .mode = 0640, .owner = 3, .attached = 2, .creator_pid = 41};
    char *without = drawn(p, "json");
    assert_null(strstr(without, "shmid"));
    p->picture.stat = &st;
    char *with = drawn(p, "json");
    has(with, "\"key\":\"0x0f20074e\",\"shmid\":7,\"mode\":\"0640\",\"owner\":3,\"nattch\":2,\"creator_pid\":41}");
    free(without);
    free(with);
}

static void bytes_that_could_not_be_read_are_no_bytes(void **state)
{
    struct place *p = *state;
    p->picture.grid.readable = 2;
    char *json = drawn(p, "json"), *text = drawn(p, "text"), *svg = drawn(p, "svg");
    has(json, "\"size\":64,\"first\":0,\n\"bytes\":\"5049\"");
    has(json, "{\"offset\":2,\"size\":17,\"role\":\"unreadable\"");
    assert_null(strstr(json, "\"value\":\"22\""));
    has(text, "50 49 ?? ??");
    has(text, "not looked at");
    has(svg, "not\u00a0looked\u00a0at");
    free(json);
    free(text);
    free(svg);
}

static void a_screen_is_drawn_by_those_that_can(void **state)
{
    const struct place *p = *state;
    struct canvas c;
    assert_int_equal(canvas_init(&c, 2, 20, true), 0);
    canvas_put(&c, 1, 3, STYLE_PLAIN, "on the screen");
    static const char *const names[] = {"text", "ansi", "svg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *out = NULL;
        size_t size;
        FILE *stream = open_memstream(&out, &size);
        assert_int_equal(render_find(names[i])->screen(stream, &p->picture, &c), 0);
        fclose(stream);
        has(out, i < 2 ? "on the screen" : "on\u00a0the\u00a0screen");
        free(out);
    }
    assert_null(render_json.screen);
    canvas_free(&c);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_its_whole_name_alone),
        cmocka_unit_test(the_help_has_a_line_for_each_that_fits_beside_the_option),
        cmocka_unit_test(their_names_are_listed_as_in_a_sentence),
        IN_PLACE(each_draws_what_the_picture_says_and_needs_nothing_else),
        IN_PLACE(what_is_found_and_expected_is_told),
        IN_PLACE(a_change_is_seen_in_the_table_too),
        IN_PLACE(no_field_is_folded_away),
        IN_PLACE(what_the_kernel_tells_of_a_segment_is_in_json_alone_where_it_is_one),
        IN_PLACE(bytes_that_could_not_be_read_are_no_bytes),
        IN_PLACE(a_screen_is_drawn_by_those_that_can),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
