/* Race, arguments: what shm-race takes. */
#include "race.h"

#include <string.h>
#include <unistd.h>

#include "options.h"

enum {
    OPTION_MEMORY = 256,
    OPTION_CHECK,
    OPTION_LIBRARY,
    OPTION_ALWAYS,
    OPTION_TYPE,
    OPTION_ORDERS,
    OPTION_SECONDS,
    OPTION_STEPS,
    OPTION_SAVE,
    OPTION_REPLAY,
    OPTION_STEP,
    OPTION_GDB,
    OPTION_FOLDER,
    OPTION_SOURCE,
    OPTION_WITH,
    OPTION_CC,
    OPTION_CFLAGS
};

static const struct option_row rows[] = {
    {NULL, 0, NULL, "What must be true"},
    {"check", OPTION_CHECK, "EXPR",
     "this holds of the segment's fields when all processes have ended, as in 'counter == 6'"},
    {"always", OPTION_ALWAYS, NULL, "it holds after each step"},
    {"check-library", OPTION_LIBRARY, "FILE",
     "a library with int race_check(const void *segment); --check is its source, for --save"},
    {NULL, 0, NULL, "The search"},
    {"memory", OPTION_MEMORY, "MODEL", "sc (default), tso, pso or weak: see docs/race.md"},
    {"orders", OPTION_ORDERS, "N", "try at most so many orders (default 20000)"},
    {"seconds", OPTION_SECONDS, "N", "search for at most so long (default 10)"},
    {"steps", OPTION_STEPS, "N", "an order of more steps does not end (default 10000)"},
    {NULL, 0, NULL, "The losing order"},
    {"save", OPTION_SAVE, "FILE", "keep it in FILE"},
    {"replay", OPTION_REPLAY, "FILE", "do not search: follow the order in FILE"},
    {"step", OPTION_STEP, NULL, "go through it by Enter"},
    {"gdb", OPTION_GDB, "ROW", "start gdb at this row of the table, on the process that is about to take that step"},
    {"folder", OPTION_FOLDER, "FOLDER", "where the search may put its files"},
    {NULL, 0, NULL, "The programs"},
    {"type", OPTION_TYPE, "TYPE", "the segment holds this C type (default: the struct that has its size)"},
    {"source", OPTION_SOURCE, "FILE", "the source of the next program, for texts"},
    {"with", OPTION_WITH, "FILE", "a source that is a part of each program, for --save"},
    {"cc", OPTION_CC, "COMMAND", "the compiler, for --check and --save (default cc)"},
    {"cflags", OPTION_CFLAGS, "FLAGS", "what the programs were compiled with, for --save"},
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = RACE_PROGRAM,
    .usage = "[OPTION...] PROGRAM... [-- ARGUMENT...]",
    .about = "Runs programs that ./shmlab race has built in all orders of their accesses to shared memory. Exit "
             "status: 0 no "
             "order is lost, 1 one is, 2 wrong usage, 3 the programs cannot be searched.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .operands = true,
};

static int take_model(struct race *r, const char *arg)
{
    for (enum memory_model model = MEMORY_SC; model < MEMORY_MODELS; model++) {
        if (strcmp(arg, memory_model_name(model)) == 0) {
            r->model = model;
            return 0;
        }
    }
    return options_wrong(&options, "--memory takes sc, tso, pso or weak, not '%s'", arg);
}

static int take_number(const char *name, const char *arg, long long max, long long *number)
{
    if (options_number(arg, 1, max, number) < 0) {
        return options_wrong(&options, "--%s takes a number from 1 to %lld, not '%s'", name, max, arg);
    }
    return 0;
}

static int take(void *state, int letter, const char *arg)
{
    struct race *r = state;
    switch (letter) {
    case OPTION_MEMORY:
        return take_model(r, arg);
    case OPTION_CHECK:
        r->check = arg;
        break;
    case OPTION_LIBRARY:
        r->check_library = arg;
        break;
    case OPTION_ALWAYS:
        r->always = true;
        break;
    case OPTION_TYPE:
        r->type = arg;
        break;
    case OPTION_ORDERS:
        return take_number("orders", arg, 100000000, &r->orders_max);
    case OPTION_SECONDS:
        return take_number("seconds", arg, 86400, &r->seconds_max);
    case OPTION_STEPS:
        return take_number("steps", arg, 1000000, &r->steps_max);
    case OPTION_SAVE:
        r->save = arg;
        break;
    case OPTION_STEP:
        r->step = true;
        break;
    case OPTION_GDB:
        return take_number("gdb", arg, 1000000, &r->gdb);
    case OPTION_FOLDER:
        r->folder = arg;
        break;
    case OPTION_REPLAY:
        r->replay = arg;
        break;
    case OPTION_CC:
        r->cc = arg;
        break;
    case OPTION_CFLAGS:
        r->cflags = arg;
        break;
    case OPTION_SOURCE:
        if (r->source_count == RACE_PROCESSES) {
            return options_wrong(&options, "there are more than %d programs", RACE_PROCESSES);
        }
        r->source[r->source_count++] = arg;
        break;
    case OPTION_WITH:
        if (r->with_count == RACE_PROCESSES) {
            return options_wrong(&options, "there are more than %d sources that are a part of each program",
                                 RACE_PROCESSES);
        }
        r->with[r->with_count++] = arg;
        break;
    }
    return 0;
}

/* Programs, up to `end`, and behind a -- there their arguments. */
static int take_operands(struct race *r, int argc, char **argv, int end)
{
    for (int i = optind; i < end; i++) {
        if (r->program_count == RACE_PROCESSES) {
            return options_wrong(&options, "there are more than %d programs", RACE_PROCESSES);
        }
        r->elf[r->program_count++] = argv[i];
    }
    r->arguments = argv + (end < argc ? end + 1 : argc);
    return r->program_count == 0 ? options_wrong(&options, "name at least one program") : -1;
}

const char *race_name_of(const struct race *r, unsigned program)
{
    const char *path = program < r->source_count ? r->source[program] : r->elf[program];
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int race_arguments(struct race *r, int argc, char **argv)
{
    int dashes = 1;
    while (dashes < argc && strcmp(argv[dashes], "--") != 0) {
        dashes++;
    }
    int rc = options_parse(&options, dashes, argv, take, r);
    return rc >= 0 ? rc : take_operands(r, argc, argv, dashes);
}
