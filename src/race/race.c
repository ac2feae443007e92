/* shm-race: searches the orders in which several processes can use one segment. `./shmlab race` builds the programs, with
 * runtime.c, and starts it. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "condition.h"
#include "layout/value.h"
#include "options.h"
#include "printable.h"
#include "report.h"
#include "saved.h"
#include "search.h"
#include "table.h"

enum {
    LOST = 1,
    REFUSED = 3,
    COLUMNS_MIN = 80,
    COLUMNS_MAX = 160,
    TEXT_MAX = 512,
    SILENT_SECONDS = 5,
    RACES_SHOWN = 6,
    ARGUMENTS_MAX = 64
};

enum loss {
    LOSS_NONE,
    LOSS_CHECK,
    LOSS_ASSERT,
    LOSS_CRASH,
    LOSS_DEADLOCK,
    LOSS_WAKEUP,
    LOSS_WAITS,
    LOSS_STATUS,
    LOSS_ENDLESS,
    LOSS_RACE
};
static const char *const loss_names[] = {
    "", "check", "assert", "crash", "deadlock", "lost-wakeup", "waits-for-ever", "exit-status", "endless", "data-race"};

struct race {
    /* what was asked */
    const char *elf[RACE_PROCESSES];
    const char *source[RACE_PROCESSES];
    unsigned program_count, source_count;
    char **arguments;
    const char *check, *check_library, *type, *cc, *save, *replay;
    bool always;
    long long orders_max, seconds_max, steps_max;
    enum memory_model model;
    /* what is known */
    char folder[32]; /* for files of the search */
    struct run *run;
    struct layout layout;
    bool has_layout;
    char layout_type[128];
    struct condition condition;
    /* what was found */
    enum loss loss;
    char text[TEXT_MAX];    /* of the loss, as the first line tells it */
    struct run_step *steps; /* of the order that is shown */
    size_t step_count, step_room;
    bool keeps_steps;
    bool refused;
    bool progress_shown;
};

static const char program_name[] = "shm-race";

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
    OPTION_SOURCE,
    OPTION_CC
};

static const struct option_row rows[] = {
    {NULL, 0, NULL, "What must be true"},
    {"check", OPTION_CHECK, "EXPR",
     "this holds of the segment's fields when all processes have ended, as in 'counter == 6'"},
    {"always", OPTION_ALWAYS, NULL, "it holds after each step"},
    {"check-library", OPTION_LIBRARY, "FILE", "a library with int race_check(const void *segment)"},
    {NULL, 0, NULL, "The search"},
    {"memory", OPTION_MEMORY, "MODEL", "sc (default), tso, pso or weak: see docs/race.md"},
    {"orders", OPTION_ORDERS, "N", "try at most so many orders (default 20000)"},
    {"seconds", OPTION_SECONDS, "N", "search for at most so long (default 10)"},
    {"steps", OPTION_STEPS, "N", "an order of more steps does not end (default 10000)"},
    {NULL, 0, NULL, "The losing order"},
    {"save", OPTION_SAVE, "FILE", "keep it in FILE"},
    {"replay", OPTION_REPLAY, "FILE", "do not search: follow the order in FILE"},
    {NULL, 0, NULL, "The programs"},
    {"type", OPTION_TYPE, "TYPE", "the segment holds this C type (default: the struct that has its size)"},
    {"source", OPTION_SOURCE, "FILE", "the source of the next program, for texts"},
    {"cc", OPTION_CC, "COMMAND", "the compiler, for --check (default cc)"},
    OPTIONS_COMMON_ROWS,
};

static const struct options options = {
    .program = program_name,
    .usage = "[OPTION...] PROGRAM... [-- ARGUMENT...]",
    .about = "Runs programs that ./shmlab race has built in all orders of their accesses to shared memory. Exit "
             "status: 0 no "
             "order is lost, 1 one is, 2 wrong usage, 3 the programs cannot be searched.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .operands = true,
};

/* ---- arguments ---- */

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
    case OPTION_REPLAY:
        r->replay = arg;
        break;
    case OPTION_CC:
        r->cc = arg;
        break;
    case OPTION_SOURCE:
        if (r->source_count == RACE_PROCESSES) {
            return options_wrong(&options, "there are more than %d programs", RACE_PROCESSES);
        }
        r->source[r->source_count++] = arg;
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

static const char *name_of(const struct race *r, unsigned program)
{
    const char *path = program < r->source_count ? r->source[program] : r->elf[program];
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- the layout of the segment ---- */

static bool layout_read(struct race *r, const char *elf, const char *type)
{
    struct layout_error error;
    int fd = open(elf, O_RDONLY | O_CLOEXEC);
    const struct layout_dwarf_file file = {.fd = fd, .name = elf};
    bool read = fd >= 0 && layout_dwarf_read(&file, type, &r->layout, &error) == 0;
    if (fd >= 0) {
        close(fd);
    }
    if (read) {
        snprintf(r->layout_type, sizeof r->layout_type, "%s", type);
    }
    return read;
}

/* The struct of this size, if there is only one. */
static bool layout_guess(struct race *r, const char *elf, uint32_t size)
{
    struct layout_types types;
    struct layout_error error;
    char type[sizeof r->layout_type] = "";
    int fd = open(elf, O_RDONLY | O_CLOEXEC), count = 0;
    if (fd < 0 || layout_dwarf_list(&(struct layout_dwarf_file){.fd = fd, .name = elf}, NULL, &types, &error) < 0) {
        return false;
    }
    for (size_t i = 0; i < types.count; i++) {
        if (types.list[i].known && types.list[i].size == size && types.list[i].name[0] != '_') {
            snprintf(type, sizeof type, "%s", types.list[i].name);
            count++;
        }
    }
    layout_types_free(&types);
    close(fd);
    return count == 1 && layout_read(r, elf, type);
}

static int find_layout(struct race *r, uint32_t size)
{
    for (unsigned i = 0; i < r->program_count && !r->has_layout; i++) {
        r->has_layout = r->type != NULL ? layout_read(r, r->elf[i], r->type) : layout_guess(r, r->elf[i], size);
    }
    if (r->type != NULL && !r->has_layout) {
        fprintf(stderr, "%s: no program has a type '%s'\n", program_name, r->type);
        return REFUSED;
    }
    if (r->has_layout) {
        layout_fit(&r->layout, size);
    }
    return 0;
}

/* ---- what lost means ---- */

static void where(const struct race *r, unsigned who, uint64_t site, char *out, size_t room)
{
    struct table_place place = table_place(r->elf[run_program_of(r->run, who)], site);
    if (place.file[0] == '\0') {
        snprintf(out, room, "at a place that is not known");
    } else {
        snprintf(out, room, "at %.60s:%d", place.file, place.line);
    }
}

static struct table table_of(const struct race *r)
{
    struct table t = {.steps = r->steps,
                      .count = r->step_count,
                      .processes = run_processes(r->run),
                      .layout = r->has_layout ? &r->layout : NULL,
                      .segment = run_first_segment(r->run),
                      .marked = {SIZE_MAX, SIZE_MAX},
                      .columns = COLUMNS_MIN,
                      .utf8 = printable_utf8()};
    for (unsigned i = 0; i < r->program_count; i++) {
        t.elf[i] = r->elf[i];
        t.name[i] = name_of(r, i);
    }
    bool spins;
    for (unsigned i = 0; i < t.processes; i++) {
        bool stuck = r->loss == LOSS_DEADLOCK || r->loss == LOSS_WAKEUP || r->loss == LOSS_WAITS;
        t.program[i] = run_program_of(r->run, i);
        t.waits[i] = stuck && run_status(r->run, i) < 0 ? run_event(r->run, i, &spins) : NULL;
    }
    return t;
}

static void set_loss(struct race *r, enum loss loss, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void set_loss(struct race *r, enum loss loss, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    r->loss = loss;
    vsnprintf(r->text, sizeof r->text, format, arguments);
    va_end(arguments);
}

/* "counter is 3, name is "x"": the fields of the condition as they are. */
static void field_values(const struct race *r, const uint8_t *bytes, char *out, size_t room)
{
    char fields[sizeof r->condition.fields], value[128];
    size_t used = 0;
    struct layout_leaf leaf;
    snprintf(fields, sizeof fields, "%s", r->condition.fields);
    out[0] = '\0';
    for (char *save = NULL, *name = strtok_r(fields, ", ", &save); name != NULL && used < room;
         name = strtok_r(NULL, ", ", &save)) {
        size_t index = layout_leaf_find(&r->layout, name);
        if (index != LAYOUT_NO_LEAF && layout_leaf_get(&r->layout, index, &leaf)) {
            value_format(leaf.node, bytes + leaf.offset, leaf.node->size, value, sizeof value);
            used += (size_t)snprintf(out + used, room - used, "%s%s is %s", used > 0 ? ", " : "", name, value);
        }
    }
}

static bool check_fails(struct race *r, bool at_end)
{
    uint32_t size;
    const char *name;
    const uint8_t *bytes = run_segment(r->run, run_first_segment(r->run), &size, &name);
    if (r->condition.holds == NULL || (!at_end && !r->always) || (bytes == NULL && !at_end)) {
        return false;
    }
    if (bytes == NULL || size < r->condition.size) {
        set_loss(r, LOSS_CHECK, "no process has made the segment");
        return true;
    }
    if (r->condition.holds(bytes)) {
        return false;
    }
    char values[TEXT_MAX / 2];
    field_values(r, bytes, values, sizeof values);
    set_loss(r, LOSS_CHECK, "%.160s is not true%s%s%s", r->check != NULL ? r->check : "race_check",
             at_end ? " at the end" : "", values[0] != '\0' ? ": " : "", values);
    return true;
}

/* "A waits in sem_wait at a.c:7" for each process that has not ended. */
static void waiters(const struct race *r, char *out, size_t room, enum loss *loss)
{
    size_t used = 0;
    bool all_sleep = true, all_loop = true;
    out[0] = '\0';
    for (unsigned who = 0; who < run_processes(r->run) && used < room; who++) {
        bool spins;
        const struct race_event *e = run_event(r->run, who, &spins);
        if (run_status(r->run, who) >= 0) {
            continue;
        }
        char place[TEXT_MAX / 4];
        where(r, who, e->site, place, sizeof place);
        used += (size_t)snprintf(out + used, room - used, "%s%c %s %s", used > 0 ? ", " : "", 'A' + who,
                                 spins                   ? "loops until another process writes,"
                                 : e->kind == RACE_SLEEP ? "sleeps in a futex wait"
                                 : e->call[0] != '\0'    ? "waits"
                                                         : "waits",
                                 place);
        if (!spins && e->call[0] != '\0' && e->kind != RACE_SLEEP && used < room) {
            used += (size_t)snprintf(out + used, room - used, " (%s)", e->call);
        }
        all_sleep = all_sleep && (e->kind == RACE_SLEEP || e->kind == RACE_JOIN);
        all_loop = all_loop && (spins || e->kind == RACE_JOIN);
    }
    *loss = all_sleep ? LOSS_WAKEUP : all_loop ? LOSS_WAITS : LOSS_DEADLOCK;
}

static bool is_lost_at_end(struct race *r)
{
    unsigned who;
    int number;
    const char *text;
    enum run_over over = run_over(r->run, &who, &number, &text);
    const struct race_event *e;
    char place[TEXT_MAX / 4], all[TEXT_MAX - 64];
    bool spins;
    enum loss loss;
    e = run_event(r->run, who, &spins);
    where(r, who, e->site, place, sizeof place);
    switch (over) {
    case RUN_ASSERT:
        set_loss(r, LOSS_ASSERT, "%c: the assertion %.160s is not true, %s", 'A' + who, text, place);
        return true;
    case RUN_CRASH:
        set_loss(r, LOSS_CRASH, "%c crashes: %s, %s", 'A' + who, strsignal(number), place);
        return true;
    case RUN_ENDLESS:
        set_loss(r, LOSS_ENDLESS, "this order does not end in %lld steps; %c is %s", r->steps_max, 'A' + who, place);
        return true;
    case RUN_SILENT:
        set_loss(r, LOSS_ENDLESS, "%c has not come to its next access for %d seconds; it was last %s", 'A' + who,
                 SILENT_SECONDS, place);
        return true;
    case RUN_REFUSED:
        r->refused = true;
        set_loss(r, LOSS_NONE, "%c: %.160s (%s)", 'A' + who, text, place);
        return true;
    case RUN_STUCK:
        waiters(r, all, sizeof all, &loss);
        set_loss(r, loss, "%s, for ever", all);
        return true;
    case RUN_GOES_ON:
    case RUN_ENDED:
        break;
    }
    for (unsigned i = 0; i < run_processes(r->run); i++) {
        if (run_status(r->run, i) > 0) {
            set_loss(r, LOSS_STATUS, "%c ends with status %d", 'A' + i, run_status(r->run, i));
            return true;
        }
    }
    return check_fails(r, true);
}

static bool is_lost(void *state, struct run *run, const struct run_step *step)
{
    struct race *r = state;
    (void)run;
    if (step == NULL) {
        return is_lost_at_end(r);
    }
    if (r->keeps_steps) {
        if (r->step_count == r->step_room) {
            size_t room = r->step_room * 2 + 256;
            struct run_step *larger = realloc(r->steps, room * sizeof *larger);
            if (larger == NULL) {
                return false;
            }
            r->steps = larger;
            r->step_room = room;
        }
        r->steps[r->step_count++] = *step;
    }
    bool changes = step->before != step->after;
    return changes && r->always && check_fails(r, false);
}

/* ---- searching and following ---- */

static void show_progress(void *state, unsigned orders, unsigned cost, unsigned waiting)
{
    struct race *r = state;
    r->progress_shown = true;
    fprintf(stderr, "\r\033[K%u orders tried, now those with %u switches; %u wait", orders, cost, waiting);
    fflush(stderr);
}

static int start_programs(struct race *r)
{
    char *arguments[RACE_PROCESSES][ARGUMENTS_MAX]; /* the programs have them when run_new returns */
    struct run_program programs[RACE_PROCESSES];
    for (unsigned i = 0; i < r->program_count; i++) {
        size_t n = 0;
        arguments[i][n++] = (char *)(uintptr_t)name_of(r, i);
        for (char **a = r->arguments; *a != NULL && n < ARGUMENTS_MAX - 1; a++) {
            arguments[i][n++] = *a;
        }
        arguments[i][n] = NULL;
        programs[i] = (struct run_program){.path = r->elf[i], .arguments = arguments[i]};
    }
    int rc = run_new(&(struct run_settings){.programs = programs,
                                            .program_count = r->program_count,
                                            .model = r->model,
                                            .steps_max = (unsigned)r->steps_max,
                                            .seconds_max = SILENT_SECONDS},
                     &r->run);
    return rc < 0 ? report_failure(program_name, rc, NULL, "start the programs") : 0;
}

/* Follows an order without a search: along the path, then the plain way. Keeps its steps. */
static void follow(struct race *r, const struct run_option *path, size_t length)
{
    struct run_option all[RUN_OPTIONS];
    struct run_step step;
    unsigned count;
    bool lost = false;
    r->keeps_steps = true;
    r->step_count = 0;
    run_begin(r->run);
    for (size_t i = 0; !lost && (count = run_options(r->run, all)) > 0; i++) {
        run_take(r->run, i < length ? &path[i] : &all[0], &step);
        lost = is_lost(r, r->run, &step);
    }
    if (!lost) {
        is_lost_at_end(r);
    }
    r->keeps_steps = false;
}

/* The plain order alone: how large the segment is, what type it has, and whether the programs can be searched at all. */
static int look(struct race *r)
{
    char error[CONDITION_ERROR_MAX] = "";
    uint32_t size = 0;
    const char *name;
    follow(r, NULL, 0);
    const uint8_t *bytes = run_segment(r->run, run_first_segment(r->run), &size, &name);
    run_finish(r->run);
    if (r->refused) {
        fprintf(stderr, "%s: the programs cannot be searched. %s\n", program_name, r->text);
        return REFUSED;
    }
    if (bytes == NULL) {
        fprintf(stderr,
                "%s: the programs make no shared memory (shmget, shm_open, or mmap with MAP_SHARED and "
                "MAP_ANONYMOUS)\n",
                program_name);
        return REFUSED;
    }
    int rc = find_layout(r, size);
    if (rc == 0 && r->check_library != NULL && condition_load(r->check_library, &r->condition, error) < 0) {
        rc = REFUSED;
    }
    if (rc == 0 && r->check != NULL && !r->has_layout) {
        snprintf(error, sizeof error, "which struct the segment holds is not known: give --type 'struct NAME'");
        rc = REFUSED;
    } else if (rc == 0 && r->check != NULL &&
               condition_compile(r->check, &r->layout, r->cc, r->folder, &r->condition, error) < 0) {
        rc = 2;
    }
    if (error[0] != '\0') {
        fprintf(stderr, "%s: --check: %s\n", program_name, error);
    }
    return rc;
}

/* ---- what is printed ---- */

/* "counter: counter.c:14 writes it and counter.c:14 reads it": the same text whichever was first. */
static void describe_race(const struct race *r, const struct search_race *found, const struct table *t, char *out,
                          size_t room)
{
    const struct memory_race *race = &found->race;
    char field[128], one[128], other[128];
    struct table_place before = table_place(r->elf[found->before_program], race->before.site);
    struct table_place after = table_place(r->elf[found->after_program], race->after.site);
    table_field(t, found->segment, found->offset, race->after.size, field, sizeof field);
    snprintf(one, sizeof one, "%.60s:%d %s it%s", before.file, before.line, race->before_writes ? "writes" : "reads",
             race->before.order == RACE_PLAIN ? "" : " atomically");
    snprintf(other, sizeof other, "%.60s:%d %s it%s", after.file, after.line, race->after_writes ? "writes" : "reads",
             race->after.order == RACE_PLAIN ? "" : " atomically");
    bool first = strcmp(one, other) > 0; /* "writes" before "reads" */
    snprintf(out, room, "%.60s: %s and %s, and nothing orders the two", field, first ? one : other,
             first ? other : one);
}

/* Whether the byte belongs to a struct that has a seqlock: plain copies are meant there, and checked by its counter. */
static bool is_guarded(const struct race *r, const struct search_race *found, int segment)
{
    struct layout_leaf leaf, lock;
    struct layout_span span = r->has_layout && found->segment == segment ? layout_span_at(&r->layout, found->offset)
                                                                         : (struct layout_span){.leaf = LAYOUT_NO_LEAF};
    if (span.kind != LAYOUT_SPAN_FIELD || span.leaf == LAYOUT_NO_LEAF ||
        !layout_leaf_get(&r->layout, span.leaf, &leaf)) {
        return false;
    }
    size_t node = (size_t)(leaf.node - r->layout.nodes);
    for (size_t i = 0; i < layout_leaves(&r->layout) && layout_leaf_get(&r->layout, i, &lock); i++) {
        uint32_t parent = lock.node->parent;
        if ((lock.node->flags & LAYOUT_SEQLOCK) && parent <= node && node < r->layout.nodes[parent].end) {
            return true;
        }
    }
    return false;
}

/* Takes the data races out of the result that a seqlock guards. Returns how many. */
static size_t leave_out_guarded(const struct race *r, struct search_result *result)
{
    size_t kept = 0, count = result->race_count;
    int segment = run_first_segment(r->run);
    for (size_t i = 0; i < count; i++) {
        if (!is_guarded(r, &result->races[i], segment)) {
            result->races[kept++] = result->races[i];
        }
    }
    result->race_count = kept;
    return count - kept;
}

/* At most RACES_SHOWN, each text once. */
static void print_races(const struct race *r, const struct search_result *result, const struct table *t,
                        const char *known)
{
    char texts[RACES_SHOWN][TEXT_MAX];
    unsigned count = 0;
    for (size_t i = 0; i < result->race_count && count < RACES_SHOWN; i++) {
        describe_race(r, &result->races[i], t, texts[count], sizeof texts[count]);
        bool again = strcmp(texts[count], known) == 0;
        for (unsigned k = 0; k < count; k++) {
            again = again || strcmp(texts[k], texts[count]) == 0;
        }
        if (!again) {
            printf("%s  data race on %s\n", count == 0 ? "\nAlso:\n" : "", texts[count]);
            count++;
        }
    }
}

static void print_won(const struct race *r, const struct search_result *result, size_t guarded)
{
    if (result->all) {
        printf("won: no order loses. All orders were tried (%u followed, --memory %s)\n", result->orders,
               memory_model_name(r->model));
    } else {
        printf("won so far: no order with at most %d switch%s loses; stopped after %u orders, others were not tried "
               "(--memory %s)\n",
               (int)result->cost - 1, result->cost == 2 ? "" : "es", result->orders, memory_model_name(r->model));
    }
    if (guarded > 0) {
        printf("  plain accesses to fields that a seqlock guards are not held as data races here, though C11 calls "
               "them so\n");
    }
}

static void print_output(const struct race *r)
{
    char text[4096];
    for (unsigned i = 0; i < r->program_count; i++) {
        FILE *in = NULL;
        int fd = run_output(r->run, i);
        if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0 || (in = fdopen(dup(fd), "r")) == NULL) {
            continue;
        }
        for (unsigned lines = 0; lines < 10 && fgets(text, sizeof text, in) != NULL; lines++) {
            char shown[sizeof text];
            text[strcspn(text, "\n")] = '\0';
            printable_text(text, printable_utf8(), shown, sizeof shown);
            printf("%s%s: %s\n", i == 0 && lines == 0 ? "\n" : "", name_of(r, i), shown);
        }
        fclose(in);
    }
}

static unsigned terminal_columns(void)
{
    struct winsize size;
    const char *text = getenv("COLUMNS");
    long columns = text != NULL ? strtol(text, NULL, 10) : 0;
    if (columns <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        columns = size.ws_col;
    }
    return columns < COLUMNS_MIN ? COLUMNS_MIN : columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)columns;
}

static bool write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(path, "w");
    bool written = out != NULL && fwrite(bytes, 1, size, out) == size;
    return out != NULL && fclose(out) == 0 && written;
}

/* The last step that changed the segment; NULL: none. One that lost another's value comes before all others. */
static const struct run_step *decisive_step(const struct race *r, int segment)
{
    const struct run_step *found = NULL;
    for (size_t i = 0; i < r->step_count; i++) {
        const struct run_step *s = &r->steps[i];
        bool keeps = found != NULL && found->overwrote != RACE_PROCESSES && s->overwrote == RACE_PROCESSES;
        if (s->segment == segment && s->before != s->after && !keeps) {
            found = s;
        }
    }
    return found;
}

/* Has shm-view draw the segment's bytes at the end; what the decisive step changed is marked. */
static void show_grid(const struct race *r)
{
    char path[PATH_MAX + 16], view[PATH_MAX + 16], before[PATH_MAX + 16];
    int segment = run_first_segment(r->run);
    uint32_t size = 0;
    const char *name;
    const uint8_t *bytes = run_segment(r->run, segment, &size, &name);
    ssize_t length = readlink("/proc/self/exe", view, PATH_MAX);
    uint8_t *was = bytes == NULL || length < 0 ? NULL : malloc(size);
    if (was == NULL) {
        return;
    }
    view[length] = '\0';
    snprintf(strrchr(view, '/'), 16, "/shm-view");
    snprintf(path, sizeof path, "%s/segment", r->folder);
    snprintf(before, sizeof before, "%s/was", r->folder);
    memcpy(was, bytes, size);
    const struct run_step *step = decisive_step(r, segment);
    if (step != NULL) {
        memcpy(was + step->offset, &step->before, step->event.size);
    }
    if (write_file(path, bytes, size) && write_file(before, was, size)) {
        const char *command[] = {view,
                                 "--file",
                                 "segment",
                                 "--was",
                                 before,
                                 "--render",
                                 isatty(STDOUT_FILENO) ? "ansi" : "text",
                                 r->has_layout ? "--elf" : NULL,
                                 r->elf[0],
                                 "--type",
                                 r->layout_type,
                                 NULL};
        printf("\nThe segment at the end%s:\n",
               step != NULL ? "; what the last of the wrong steps changed is marked" : "");
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            if (chdir(r->folder) == 0) { /* so that the picture has a short name */
                execv(view, (char **)(uintptr_t)command);
            }
            _exit(127);
        }
        waitpid(pid, NULL, 0);
    }
    free(was);
}

/* Marks the two accesses of a data race in the table. */
static void mark_race(const struct race *r, const struct memory_race *race, struct table *t)
{
    for (size_t i = 0; i < r->step_count; i++) {
        const struct run_step *s = &r->steps[i];
        if (s->event.site == race->before.site && s->option.who == race->before.who && t->marked[1] == SIZE_MAX) {
            t->marked[0] = i;
        }
        if (s->event.site == race->after.site && s->option.who == race->after.who && t->marked[0] != SIZE_MAX) {
            t->marked[1] = i;
            return;
        }
    }
}

/* Follows the order once more, with its steps and what the programs print, and tells it. */
static void tell_order(struct race *r, const struct run_option *path, size_t length, const struct search_result *found)
{
    char text[TEXT_MAX];
    follow(r, path, length);
    run_finish(r->run); /* what the programs print is whole */
    struct table t = table_of(r);
    t.columns = terminal_columns();
    bool by_race = r->loss == LOSS_NONE && found != NULL && found->race_count > 0;
    if (by_race) {
        describe_race(r, &found->races[0], &t, text, sizeof text);
        set_loss(r, LOSS_RACE, "%s", text);
        mark_race(r, &found->races[0].race, &t);
        t.count = t.marked[1] < t.count ? t.marked[1] + 1 : t.count;
    } else if (t.count > 0) {
        t.marked[0] = t.count - 1;
    }
    printf("lost by %s: %s\n", loss_names[r->loss], r->text);
    if (found != NULL) {
        printf("  the order below was found after %u orders, --memory %s\n", found->orders,
               memory_model_name(r->model));
    }
    printf("\n");
    table_print(stdout, &t);
    print_output(r);
    if (found != NULL) {
        print_races(r, found, &t, by_race ? r->text : "");
    }
    show_grid(r);
}

static int save(const struct race *r, const struct run_option *path, size_t length)
{
    struct saved saved = {.model = r->model, .programs = r->program_count, .loss = loss_names[r->loss]};
    for (unsigned i = 0; i < r->program_count; i++) {
        saved.source[i] = i < r->source_count ? r->source[i] : r->elf[i];
    }
    saved.arguments = r->arguments;
    saved.path = path;
    saved.length = length;
    saved.steps = r->steps;
    saved.step_count = r->step_count;
    int rc = saved_write(r->save, &saved, r->run);
    if (rc < 0) {
        return report_failure(program_name, rc, NULL, "write %s", r->save);
    }
    printf("\nThe order is kept in %s: --replay shows it again\n", r->save);
    return 0;
}

static int search_all(struct race *r)
{
    struct search_result found;
    int rc = search(r->run,
                    &(struct search_settings){.orders_max = (unsigned)r->orders_max,
                                              .milliseconds_max = (unsigned)r->seconds_max * 1000,
                                              .lost = is_lost,
                                              .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
                                              .state = r},
                    &found);
    if (r->progress_shown) {
        fprintf(stderr, "\r\033[K");
    }
    if (rc < 0) {
        return report_failure(program_name, rc, "try fewer --orders", "search");
    }
    size_t guarded = leave_out_guarded(r, &found);
    if (r->refused) {
        fprintf(stderr, "%s: the programs cannot be searched. %s\n", program_name, r->text);
        rc = REFUSED;
    } else if (!found.lost && found.race_count == 0) {
        print_won(r, &found, guarded);
    } else {
        const struct run_option *path = found.lost ? found.path : found.race_path;
        size_t length = found.lost ? found.path_length : found.race_path_length;
        r->loss = LOSS_NONE;
        tell_order(r, path, length, &found);
        rc = r->save != NULL && save(r, path, length) != 0 ? REFUSED : LOST;
    }
    search_free(&found);
    return rc;
}

/* Follows the order of a file, and compares each step with the one that was kept. */
static int replay(struct race *r, const struct saved_order *order)
{
    for (unsigned i = 0; i < r->source_count && i < order->programs; i++) {
        if (saved_hash(r->source[i]) != order->hash[i]) {
            fprintf(stderr, "%s: %s has changed since the order was kept: it may go another way\n", program_name,
                    name_of(r, i));
        }
    }
    saved_share(order, r->run);
    tell_order(r, order->path, order->length, NULL);
    size_t differs = saved_differs(order, r->steps, r->step_count);
    if (differs != SIZE_MAX) {
        fprintf(stderr, "%s: step %zu is not the one that was kept in %s\n", program_name, differs + 1, r->replay);
        return REFUSED;
    }
    return LOST;
}

static void folder_remove(const char *folder)
{
    static const char *const names[] = {"condition.c", "condition.so", "condition.log", "segment", "was"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void pin_to_one_core(void)
{
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) < 0) {
        return;
    }
    for (size_t cpu = CPU_SETSIZE; cpu-- > 0;) {
        if (CPU_ISSET(cpu, &all)) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one); /* a wakeup across cores costs ten times one on the same core */
            return;
        }
    }
}

int main(int argc, char **argv)
{
    struct saved_order order = {.path = NULL};
    char why[TEXT_MAX];
    struct race r = {
        .cc = "cc", .orders_max = 20000, .seconds_max = 10, .steps_max = 10000, .folder = "/tmp/shmlab-race.XXXXXX"};
    setlocale(LC_CTYPE, "");
    int dashes = 1;
    while (dashes < argc && strcmp(argv[dashes], "--") != 0) {
        dashes++;
    }
    int rc = options_parse(&options, dashes, argv, take, &r);
    rc = rc >= 0 ? rc : take_operands(&r, argc, argv, dashes);
    if (rc >= 0) {
        return rc;
    }
    if (r.replay != NULL && saved_read(r.replay, &order, why, sizeof why) < 0) {
        fprintf(stderr, "%s: %s\n", program_name, why);
        return REFUSED;
    }
    r.model = r.replay != NULL ? order.model : r.model;
    if (mkdtemp(r.folder) == NULL) {
        return report_failure(program_name, -errno, NULL, "make a folder in /tmp");
    }
    pin_to_one_core();
    rc = start_programs(&r);
    if (rc == 0) {
        rc = look(&r);
        rc = rc != 0 ? rc : r.replay != NULL ? replay(&r, &order) : search_all(&r);
        run_free(r.run);
    }
    folder_remove(r.folder);
    saved_free(&order);
    condition_free(&r.condition);
    layout_free(&r.layout);
    free(r.steps);
    return fflush(stdout) != 0 ? report_failure(program_name, -errno, "is the output full or closed?", "print") : rc;
}
