/* options: valid and invalid arguments, and the help. */
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "options.h"

enum { OPTION_EVERY = 1100, OPTION_EVEN };

static const struct option_row rows[] = {
    {NULL, 0, NULL, "How"},
    {"every", OPTION_EVERY, "MS", "repeat it"},
    {"even", OPTION_EVEN, NULL, "a sentence that is so long that it doesn't fit on one line of 80 columns"},
    {"count", 'w', "N", "how many"},
    OPTIONS_SEGMENT_ROWS,
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = "shm-test",
    .usage = "[--every MS] [FILE]",
    .about = "Does what a test does.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* Captures stderr: stderr_take redirects it to a file, stderr_give restores it and returns what was printed. */
struct catch
{
    int kept;
    FILE *file;
    char text[1024];
};

static void stderr_take(struct catch *c)
{
    fflush(stderr);
    c->kept = dup(STDERR_FILENO);
    c->file = tmpfile();
    dup2(fileno(c->file), STDERR_FILENO);
}

static const char *stderr_give(struct catch *c)
{
    fflush(stderr);
    dup2(c->kept, STDERR_FILENO);
    close(c->kept);
    rewind(c->file);
    c->text[fread(c->text, 1, sizeof c->text - 1, c->file)] = '\0';
    fclose(c->file);
    return c->text;
}

#define ARGUMENTS_MAX 8

/* Fills argv with these arguments, up to NULL, and resets getopt_long. Returns argc. */
static int set_arguments(char **argv, const char *first, ...)
{
    int argc = 0;
    va_list args;

    argv[argc++] = (char *)"shm-test";
    va_start(args, first);
    for (const char *arg = first; arg != NULL; arg = va_arg(args, const char *)) {
        argv[argc++] = (char *)arg;
    }
    va_end(args);
    argv[argc] = NULL;
    optind = 0; /* getopt_long starts over */
    return argc;
}

/* What note_option was called with. */
struct noted {
    size_t count;
    int letters[ARGUMENTS_MAX];
    const char *args[ARGUMENTS_MAX];
    int status; /* that it returns */
};

static int note_option(void *state, int letter, const char *arg)
{
    struct noted *noted = state;

    noted->letters[noted->count] = letter;
    noted->args[noted->count++] = arg;
    return noted->status;
}

static void options_are_parsed_one_by_one(void **state)
{
    char *argv[ARGUMENTS_MAX];
    struct options with_operands = options;
    struct noted noted = {.status = 0};
    int argc = set_arguments(argv, "--every", "50", "operand", "-w3", "--even", NULL);

    (void)state;
    with_operands.operands = true;
    assert_int_equal(options_parse(&with_operands, argc, argv, note_option, &noted), -1);
    assert_int_equal(noted.count, 3);
    assert_int_equal(noted.letters[0], OPTION_EVERY);
    assert_string_equal(noted.args[0], "50");
    assert_int_equal(noted.letters[1], 'w');
    assert_string_equal(noted.args[1], "3");
    assert_int_equal(noted.letters[2], OPTION_EVEN);
    assert_null(noted.args[2]);
    assert_int_equal(optind, argc - 1);
    assert_string_equal(argv[optind], "operand");
}

static void the_program_may_stop_at_an_option(void **state)
{
    char *argv[ARGUMENTS_MAX];
    struct noted noted = {.status = 3};
    int argc = set_arguments(argv, "--even", "--every", "50", NULL);

    (void)state;
    assert_int_equal(options_parse(&options, argc, argv, note_option, &noted), 3);
    assert_int_equal(noted.count, 1);
}

static void expect_wrong(const char *first, const char *second, const char *expected)
{
    char *argv[ARGUMENTS_MAX];
    struct noted noted = {.status = 0};
    struct catch c;
    int argc = set_arguments(argv, first, second, NULL);

    stderr_take(&c);
    int status = options_parse(&options, argc, argv, note_option, &noted);
    const char *printed = stderr_give(&c);
    assert_int_equal(status, 2);
    assert_string_equal(printed, expected);
}

static void a_usage_error_is_one_line(void **state)
{
    (void)state;
    expect_wrong("--foo", NULL, "shm-test: unknown or ambiguous option '--foo' (try 'shm-test --help')\n");
    expect_wrong("--eve", NULL, "shm-test: unknown or ambiguous option '--eve' (try 'shm-test --help')\n");
    expect_wrong("--every", NULL, "shm-test: option '--every' needs an argument (try 'shm-test --help')\n");
    expect_wrong("-w", NULL, "shm-test: option '--count' needs an argument (try 'shm-test --help')\n");
    expect_wrong("--even=3", NULL, "shm-test: option '--even' takes no argument (try 'shm-test --help')\n");
    expect_wrong("--even", "-xh", "shm-test: unknown option '-x' (try 'shm-test --help')\n");
    expect_wrong("--even", "operand", "shm-test: unexpected argument 'operand' (try 'shm-test --help')\n");
    expect_wrong("--f\x1b[2J\n", NULL,
                 "shm-test: unknown or ambiguous option '--f\\x1b[2J\\n' (try 'shm-test --help')\n");
}

static void a_number_is_the_whole_argument_and_within_bounds(void **state)
{
    static const char *const wrong[] = {
        "", " 1", "1 ", "+1", "--1", "-", "1x", "0x", "08", "1.5", "101", "-1", "99999999999999999999", "one"};
    long long n = 4711;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(options_number(wrong[i], 0, 100, &n), -EINVAL);
    }
    assert_int_equal(n, 4711);
    assert_int_equal(options_number("0x0f", 0, 100, &n), 0);
    assert_int_equal(n, 15);
    assert_int_equal(options_number("017", 0, 100, &n), 0);
    assert_int_equal(n, 15);
    assert_int_equal(options_number("100", 0, 100, &n), 0);
    assert_int_equal(n, 100);
    assert_int_equal(options_number("-5", -5, 0, &n), 0);
    assert_int_equal(n, -5);
}

/* Stores up to two options in a new name. Returns the last result; what is printed is discarded. */
static int take(struct segment_name *name, int letter, const char *arg, int letter2, const char *arg2)
{
    struct catch c;

    *name = SEGMENT_NAME_DEFAULT;
    stderr_take(&c);
    int rc = options_segment(&options, letter, arg, name);
    if (rc == 0 && arg2 != NULL) {
        rc = options_segment(&options, letter2, arg2, name);
    }
    const char *printed = stderr_give(&c);
    assert_int_equal(rc != 0, printed[0] != '\0');
    return rc;
}

static void a_segment_is_selected_by_key_id_or_path(void **state)
{
    struct segment_name name;

    (void)state;
    assert_int_equal(take(&name, OPTION_KEY, "0x0f20074e", 0, NULL), 0);
    assert_int_equal(name.by, SEGMENT_BY_KEY);
    assert_int_equal(name.key, 0x0f20074e);
    assert_int_equal(take(&name, OPTION_KEY, "0xfffffffe", 0, NULL), 0);
    assert_int_equal(name.key, -2);
    assert_int_equal(take(&name, OPTION_KEY, "-2", 0, NULL), 0);
    assert_int_equal(name.key, -2);
    assert_int_equal(take(&name, OPTION_ID, "0", 0, NULL), 0);
    assert_int_equal(name.by, SEGMENT_BY_ID);
    assert_int_equal(name.id, 0);
    assert_int_equal(take(&name, OPTION_PROJ, "7", OPTION_PATH, "/tmp"), 0);
    assert_int_equal(name.by, SEGMENT_BY_PATH);
    assert_int_equal(name.proj, 7);
    assert_string_equal(name.path, "/tmp");
}

static void an_invalid_name_is_refused(void **state)
{
    struct segment_name name;

    (void)state;
    assert_int_equal(take(&name, OPTION_KEY, "0", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_KEY, "0x100000000", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_KEY, "key", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_ID, "-1", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_PROJ, "0", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_PROJ, "256", 0, NULL), 2);
    assert_int_equal(take(&name, OPTION_PATH, "", 0, NULL), 2);
}

static void only_one_segment_may_be_selected(void **state)
{
    struct segment_name name;

    (void)state;
    assert_int_equal(take(&name, OPTION_KEY, "5", OPTION_PROJ, "15"), 2);
    assert_int_equal(take(&name, OPTION_PROJ, "15", OPTION_KEY, "5"), 2);
    assert_int_equal(take(&name, OPTION_ID, "5", OPTION_PATH, "/tmp"), 2);
    assert_int_equal(take(&name, OPTION_PATH, "/tmp", OPTION_ID, "5"), 2);
    assert_int_equal(take(&name, OPTION_KEY, "5", OPTION_ID, "5"), 2);
    assert_int_equal(take(&name, OPTION_ID, "5", OPTION_KEY, "5"), 2);
}

static void the_help_shows_every_row_in_80_columns(void **state)
{
    char line[256], all[8192] = "";
    FILE *f = tmpfile();

    (void)state;
    options_help(&options, f);
    rewind(f);
    while (fgets(line, sizeof line, f) != NULL) {
        assert_true(strlen(line) <= 81);
        assert_true(strlen(line) < 2 || line[strlen(line) - 2] != ' ');
        strcat(all, line);
    }
    fclose(f);
    assert_non_null(strstr(all, "usage: shm-test [--every MS] [FILE]\nDoes what a test does.\n\nHow:\n"));
    assert_non_null(strstr(all, "\n      --every MS      repeat it\n"));
    assert_non_null(strstr(all, "\n  -w, --count N       how many\n"));
    assert_non_null(strstr(all, "\n      --even          a sentence that is so long that it doesn't fit on one line\n"
                                "                      of 80 columns\n"));
    for (size_t i = 0; i < options.row_count; i++) {
        assert_non_null(strstr(all, rows[i].name != NULL ? rows[i].name : rows[i].help));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_parsed_one_by_one),
        cmocka_unit_test(the_program_may_stop_at_an_option),
        cmocka_unit_test(a_usage_error_is_one_line),
        cmocka_unit_test(a_number_is_the_whole_argument_and_within_bounds),
        cmocka_unit_test(a_segment_is_selected_by_key_id_or_path),
        cmocka_unit_test(an_invalid_name_is_refused),
        cmocka_unit_test(only_one_segment_may_be_selected),
        cmocka_unit_test(the_help_shows_every_row_in_80_columns),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
