/* Race, tell: the losing order as a user reads it. */
#include "race.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "printable.h"

enum { COLUMNS_MIN = 60, COLUMNS = 80, COLUMNS_MAX = 160, RACES_SHOWN = 6, STEPS_SHOWN = 10000 };

static struct table table_of(const struct race *r)
{
    struct table t = {.steps = r->steps,
                      .count = r->step_count,
                      .processes = run_processes(r->run),
                      .layout = r->has_layout ? &r->layout : NULL,
                      .segment = run_first_segment(r->run),
                      .marked = {SIZE_MAX, SIZE_MAX},
                      .columns = COLUMNS,
                      .utf8 = printable_utf8()};
    for (unsigned i = 0; i < r->program_count; i++) {
        t.elf[i] = r->elf[i];
        t.name[i] = race_name_of(r, i);
    }
    bool spins;
    for (unsigned i = 0; i < t.processes; i++) {
        bool stuck = r->loss == LOSS_DEADLOCK || r->loss == LOSS_WAKEUP || r->loss == LOSS_WAITS;
        t.program[i] = run_program_of(r->run, i);
        t.waits[i] = stuck && run_status(r->run, i) < 0 ? run_event(r->run, i, &spins) : NULL;
    }
    return t;
}

/* "counter.c:14 writes it" */
static void describe_access(const struct race *r, unsigned program, const struct memory_access *a, bool writes,
                            char *out, size_t room)
{
    char at[80] = "a place that is not known";
    struct table_place place = table_place(r->elf[program], a->site);
    if (place.file[0] != '\0') {
        snprintf(at, sizeof at, "%.60s:%d", place.file, place.line);
    }
    snprintf(out, room, "%s %s it%s", at, writes ? "writes" : "reads", a->order == RACE_PLAIN ? "" : " atomically");
}

/* "counter: counter.c:14 writes it and counter.c:14 reads it": the same text whichever was first. */
static void describe_race(const struct race *r, const struct search_race *found, const struct table *t, char *out,
                          size_t room)
{
    const struct memory_race *race = &found->race;
    char field[128], one[128], other[128];
    table_field(t, found->segment, found->offset, race->after.size, field, sizeof field);
    describe_access(r, found->before_program, &race->before, race->before_writes, one, sizeof one);
    describe_access(r, found->after_program, &race->after, race->after_writes, other, sizeof other);
    bool first = strcmp(one, other) > 0; /* "writes" before "reads" */
    snprintf(out, room, "%.60s: %s and %s", field, first ? one : other, first ? other : one);
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
size_t race_leave_out_guarded(const struct race *r, struct search_result *result)
{
    size_t kept = 0, count = result->race_count;
    int segment = run_first_segment(r->run);
    for (size_t i = 0; i < count; i++) {
        if (!is_guarded(r, &result->races[i], segment)) {
            result->races[kept++] = result->races[i];
        } else {
            free(result->races[i].path);
        }
    }
    result->race_count = kept;
    return count - kept;
}

/* At most RACES_SHOWN, each text once. */
static void print_races(const struct race *r, const struct search_result *result, const struct table *t,
                        const char *known)
{
    char texts[RACES_SHOWN][RACE_TELL_MAX];
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

void race_tell_untold(const struct race *r, const struct search_result *result)
{
    printf("lost by %s: %s\n", race_loss_names[r->loss], r->text);
    printf("  seen once; %u orders were too few to find it again and show it: try more --orders and --seconds\n",
           result->orders);
}

void race_tell_won(const struct race *r, const struct search_result *result, size_t guarded)
{
    if (result->all) {
        printf("won: no order loses. All orders were tried (%u followed, --memory %s)\n", result->orders,
               memory_model_name(r->model));
    } else {
        printf("won so far: ");
        if (result->cost > 0) {
            printf("no order with at most %u switch%s loses; ", result->cost - 1, result->cost == 2 ? "" : "es");
        }
        printf("stopped after %u order%s, others were not tried (--memory %s)\n", result->orders,
               result->orders == 1 ? "" : "s", memory_model_name(r->model));
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
            printf("%s%s: %s\n", i == 0 && lines == 0 ? "\n" : "", race_name_of(r, i), shown);
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
    if (columns <= 0) {
        return COLUMNS;
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

/* POSIX shared memory with the name of the folder, which ./shmlab race removes: a viewer shows it live. */
static void shared_name(const struct race *r, char *out, size_t room)
{
    const char *slash = strrchr(r->folder, '/');
    snprintf(out, room, "/%s", slash == NULL ? r->folder : slash + 1);
}

static void write_shared(const struct race *r, size_t index)
{
    char shared[PATH_MAX];
    uint32_t size = 0;
    const char *name;
    run_segment(r->run, run_first_segment(r->run), &size, &name);
    shared_name(r, shared, sizeof shared);
    int fd = r->bytes[index] == NULL ? -1 : shm_open(shared, O_CREAT | O_RDWR, 0600);
    if (fd >= 0) {
        if (ftruncate(fd, size) < 0 || write(fd, r->bytes[index], size) < 0) {
            fprintf(stderr, RACE_PROGRAM ": cannot write %s: %s\n", shared, strerror(errno));
        }
        close(fd);
    }
}

static void step_hint(const struct race *r)
{
    char shared[PATH_MAX];
    const char *call = getenv("SHMLAB_CALL");
    shared_name(r, shared, sizeof shared);
    printf("Enter: the next row, b and Enter: back, q and Enter: end. In another terminal, the segment as it is "
           "then:\n  %s view --posix %s",
           call != NULL ? call : "./shmlab", shared);
    printf(r->has_layout ? " --elf %s --type '%s'\n\n" : "\n\n", r->elf[0], r->layout_type);
}

/* The table, row by row: Enter goes on, b back, q ends. A viewer can look on. */
static void step_through(const struct race *r, const struct table *whole)
{
    char line[64] = "";
    size_t at = 0, shown[STEPS_SHOWN], count = 0;
    for (size_t i = 0; i < whole->count && count < STEPS_SHOWN; i++) {
        if (table_shows(&whole->steps[i])) {
            shown[count++] = i;
        }
    }
    while (at < count) {
        struct table t = *whole;
        t.count = shown[at] + 1;
        write_shared(r, shown[at]);
        if (at > 0 && isatty(STDOUT_FILENO)) {
            printf("\033[H\033[2J"); /* all rows up to this one again: back is the same as on */
        }
        if (at == 0 || isatty(STDOUT_FILENO)) {
            step_hint(r);
        }
        memset(t.waits, 0, sizeof t.waits);
        table_print(stdout, &t);
        printf("%zu of %zu rows ", at + 1, count);
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL || line[0] == 'q') {
            break;
        }
        at = line[0] != 'b' ? at + 1 : at > 0 ? at - 1 : 0;
    }
    printf("\n");
}

/* Follows the order once more, with its steps and what the programs print, and tells it. */
void race_tell(struct race *r, const struct run_option *path, size_t length, const struct search_result *found)
{
    char text[RACE_TELL_MAX];
    struct search_result own = {0}; /* the data races of this order alone */
    race_follow(r, path, length);
    if (found == NULL && search_add_races(r->run, &own) == 0) {
        race_leave_out_guarded(r, &own);
    }
    run_finish(r->run); /* what the programs print is whole */
    struct table t = table_of(r);
    t.columns = terminal_columns();
    const struct search_result *races = found != NULL ? found : &own;
    bool by_race = r->loss == LOSS_NONE && races->race_count > 0;
    if (by_race) {
        describe_race(r, &races->races[0], &t, text, sizeof text);
        race_set_loss(r, LOSS_RACE, "%.400s, and nothing orders the two", text);
        mark_race(r, &races->races[0].race, &t);
        t.count = t.marked[1] < t.count ? t.marked[1] + 1 : t.count;
    } else if (t.count > 0) {
        t.marked[0] = t.count - 1;
    }
    if (r->loss == LOSS_NONE) {
        printf("not lost: this order loses nothing now\n");
    } else {
        printf("lost by %s: %s\n", race_loss_names[r->loss], r->text);
    }
    if (found != NULL) {
        printf("  the order below was found after %u order%s, --memory %s\n", found->orders,
               found->orders == 1 ? "" : "s", memory_model_name(r->model));
    }
    printf("\n");
    if (r->step) {
        step_through(r, &t);
    }
    table_print(stdout, &t);
    print_output(r);
    print_races(r, races, &t, by_race ? text : "");
    search_free(&own);
    show_grid(r);
    if (r->gdb > 0) {
        race_debug(r, path, length, table_step(&t, (unsigned)r->gdb));
    }
}
