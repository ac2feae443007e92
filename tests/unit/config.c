/* config: lines are taken one by one, and each wrong one is told with its number. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "viewer/config.h"

static struct config parsed(const char *text)
{
    struct config c;
    config_init(&c);
    config_parse(&c, text, strlen(text));
    return c;
}

static void expect_problem(const struct config *c, size_t i, unsigned line, const char *text)
{
    assert_true(i < c->problem_count);
    assert_int_equal(c->problems[i].line, line);
    assert_string_equal(c->problems[i].text, text);
}

static void nothing_is_set_by_nothing(void **state)
{
    (void)state;
    struct config c = parsed("\n  \n# hz = 3\n\t# width\n#\n");
    assert_int_equal(c.problem_count, 0);
    assert_int_equal(c.hz, 0);
    assert_int_equal(c.width, 0);
    assert_false(c.big_endian);
    assert_int_equal(c.role_colour[GRID_PADDING], 0);
    assert_int_equal(grid_colour(&c.palette, GRID_TEXT), grid_colour(NULL, GRID_TEXT));
}

static void settings_are_taken_with_any_blanks_and_comments(void **state)
{
    (void)state;
    struct config c =
        parsed("hz=60\r\n  width =\t16 # half a line\nbyte-order = big\nsqueeze = yes\ncolour.padding = blue");
    assert_int_equal(c.problem_count, 0);
    assert_int_equal(c.hz, 60);
    assert_int_equal(c.width, 16);
    assert_true(c.big_endian);
    assert_int_equal(c.squeeze, 1);
    assert_int_equal(c.role_colour[GRID_PADDING], 4);
}

static void the_last_line_of_a_name_counts(void **state)
{
    (void)state;
    struct config c = parsed("width = 8\nwidth = 32\nbyte-order = big\nbyte-order = little\n");
    assert_int_equal(c.width, 32);
    assert_false(c.big_endian);
}

static void a_kind_has_one_colour(void **state)
{
    (void)state;
    struct config c = parsed("colour.text = red\ncolour.pointer = default\ncolour.sync = white\n");
    assert_int_equal(c.problem_count, 0);
    assert_int_equal(c.palette.colour[GRID_TEXT], 1);
    assert_int_equal(c.palette.colour[GRID_POINTER], 7);
    assert_int_equal(c.palette.colour[GRID_SYNC], 7);
    c = parsed("colour.text = red, green\ncolour.real = \ncolour.other = black\n");
    assert_int_equal(c.problem_count, 3);
    assert_int_equal(c.palette.colour[GRID_TEXT], grid_colour(NULL, GRID_TEXT));
}

static void a_wrong_line_is_reported_and_the_others_have_effect(void **state)
{
    (void)state;
    struct config c = parsed("width = 12\nhz = 0\nhz = 5\nwidht = 8\nwidth\n= 3\ncolour.text = purple\nhz = \n"
                             "colour.real = red red\ncolour.free = red green\nbyte-order = middle\nhz = 1001\n");
    assert_int_equal(c.hz, 5);
    assert_int_equal(c.width, 0);
    assert_int_equal(c.problem_count, 11);
    expect_problem(&c, 0, 1, "width takes 1, 2, 4, 8, 16, 32 or 64, not '12'");
    expect_problem(&c, 1, 2, "hz takes a number from 1 to 1000, not '0'");
    expect_problem(&c, 2, 4, "there is no setting 'widht'");
    expect_problem(&c, 3, 5, "'width' is not 'name = value'");
    expect_problem(&c, 4, 6, "there is no setting ''");
    expect_problem(&c, 5, 7, "colour.text takes red, green, yellow, blue, magenta, cyan or default, not 'purple'");
    expect_problem(&c, 6, 8, "hz takes a number from 1 to 1000, not ''");
}

static void its_text_sends_no_control_characters(void **state)
{
    (void)state;
    static const char nul[] = "width = 1\0006\nhz = 7\n";
    struct config c = parsed("\x1b[31mevil = 1\nwidth = \x9b\xff\n");
    expect_problem(&c, 0, 1, "there is no setting '\\x1b[31mevil'");
    expect_problem(&c, 1, 2, "width takes 1, 2, 4, 8, 16, 32 or 64, not '\\x9b\\xff'");
    config_init(&c);
    config_parse(&c, nul, sizeof nul - 1);
    expect_problem(&c, 0, 1, "it contains a zero byte: is this a text file?");
    assert_int_equal(c.hz, 7);
}

static void a_line_without_end_is_reported(void **state)
{
    (void)state;
    char line[1000];
    struct config c;
    memset(line, 'a', sizeof line);
    config_init(&c);
    config_parse(&c, line, sizeof line);
    expect_problem(&c, 0, 1, "it is longer than 255 characters");
}

/* A file with that text in a folder of its own. The caller frees the path after file_gone. */
static char *file_with(const char *text, size_t n)
{
    char *path = strdup("/tmp/shmlab-config.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, n) == (ssize_t)n);
    close(fd);
    return path;
}

static void file_gone(char *path)
{
    unlink(path);
    free(path);
}

static void a_file_is_read_and_may_be_missing(void **state)
{
    (void)state;
    struct config c;
    char *path = file_with("hz = 9\nnothing\n", 15);
    config_init(&c);
    assert_int_equal(config_read(&c, path), 0);
    assert_int_equal(c.hz, 9);
    expect_problem(&c, 0, 2, "'nothing' is not 'name = value'");
    file_gone(path);
    assert_int_equal(config_read(&c, "/nonexistent/config"), -ENOENT);
    assert_int_equal(config_read(&c, "/dev/null/config"), -ENOENT);
    assert_int_equal(config_read(&c, "/tmp"), -EISDIR);
    assert_int_equal(config_read(&c, "/dev/zero"), -EINVAL);
}

static void a_fifo_does_not_make_it_wait(void **state)
{
    (void)state;
    struct config c;
    char folder[] = "/tmp/shmlab-config.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    config_init(&c);
    assert_int_equal(config_read(&c, path), -EINVAL);
    unlink(path);
    rmdir(folder);
}

static void another_users_file_is_not_read(void **state)
{
    (void)state;
    struct config c;
    if (geteuid() != 0) {
        print_message("# skip needs root\n");
        skip();
    }
    char *path = file_with("hz = 9\n", 7);
    config_init(&c);
    assert_int_equal(chown(path, 65534, 65534), 0);
    assert_int_equal(config_read(&c, path), -EPERM);
    assert_int_equal(c.hz, 0);
    file_gone(path);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct config c;
    size_t n = CONFIG_SIZE_MAX + 1;
    char *text = malloc(n);
    memset(text, '\n', n);
    memcpy(text, "hz = 9", 6);
    char *path = file_with(text, n);
    config_init(&c);
    assert_int_equal(config_read(&c, path), 0);
    assert_int_equal(c.hz, 0);
    expect_problem(&c, 0, 0, "it is larger than 65536 bytes, so it is not read");
    file_gone(path);
    free(text);
}

static void the_example_has_each_name_and_nothing_wrong(void **state)
{
    (void)state;
    struct config c;
    static char text[CONFIG_SIZE_MAX];
    FILE *file = fopen(CONFIG_EXAMPLE, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    config_init(&c);
    config_parse(&c, text, n);
    assert_int_equal(c.problem_count, 0);
    for (size_t i = 0; i < config_row_count; i++) {
        char line[64];
        snprintf(line, sizeof line, "\n# %s = ", config_rows[i].name);
        if (strstr(text, line) == NULL) {
            fail_msg("%s is not in the example", config_rows[i].name);
        }
    }
    /* the same with all of them taken */
    for (char *at = text; (at = strstr(at, "\n# ")) != NULL; at++) {
        if (strcspn(at + 3, " \n") > 0 && strncmp(at + 3 + strcspn(at + 3, " \n"), " = ", 3) == 0) {
            memcpy(at + 1, "  ", 2);
        }
    }
    config_parse(&c, text, n);
    assert_int_equal(c.problem_count, 0);
    assert_int_equal(c.hz, 30);
    assert_int_equal(c.width, 16);
    assert_int_equal(c.role_colour[GRID_FREE], 7);
}

static void the_path_is_that_of_the_user(void **state)
{
    (void)state;
    char path[256];
    setenv("XDG_CONFIG_HOME", "/xdg", 1);
    setenv("HOME", "/home/ada", 1);
    assert_true(config_path(path, sizeof path));
    assert_string_equal(path, "/xdg/shmlab/config");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_true(config_path(path, sizeof path));
    assert_string_equal(path, "/home/ada/.config/shmlab/config");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(config_path(path, sizeof path));
    setenv("HOME", "/home/ada", 1);
    assert_false(config_path(path, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_set_by_nothing),
        cmocka_unit_test(settings_are_taken_with_any_blanks_and_comments),
        cmocka_unit_test(the_last_line_of_a_name_counts),
        cmocka_unit_test(a_kind_has_one_colour),
        cmocka_unit_test(a_wrong_line_is_reported_and_the_others_have_effect),
        cmocka_unit_test(its_text_sends_no_control_characters),
        cmocka_unit_test(a_line_without_end_is_reported),
        cmocka_unit_test(a_file_is_read_and_may_be_missing),
        cmocka_unit_test(a_fifo_does_not_make_it_wait),
        cmocka_unit_test(another_users_file_is_not_read),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(the_example_has_each_name_and_nothing_wrong),
        cmocka_unit_test(the_path_is_that_of_the_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
