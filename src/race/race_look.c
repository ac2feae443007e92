/* Race, look: starts the programs and follows single orders. */
#include "race.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

enum { ARGUMENTS_MAX = 64 };

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
        fprintf(stderr, "%s: no program has a type '%s'\n", RACE_PROGRAM, r->type);
        return RACE_NOT_SEARCHED;
    }
    if (r->has_layout) {
        layout_fit(&r->layout, size);
    }
    return 0;
}

int race_start(struct race *r)
{
    char *arguments[RACE_PROCESSES][ARGUMENTS_MAX]; /* the programs have them when run_new returns */
    struct run_program programs[RACE_PROCESSES];
    for (unsigned i = 0; i < r->program_count; i++) {
        size_t n = 0;
        arguments[i][n++] = (char *)(uintptr_t)race_name_of(r, i);
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
                                            .seconds_max = RACE_SILENT_SECONDS},
                     &r->run);
    return rc < 0 ? report_failure(RACE_PROGRAM, rc, NULL, "start the programs") : 0;
}

const struct run_option *race_option(const struct run_option *path, size_t length, size_t index,
                                     const struct run_option *all, unsigned count)
{
    for (unsigned i = 0; index < length && i < count; i++) {
        if (all[i].who == path[index].who && all[i].drain == path[index].drain && all[i].index == path[index].index) {
            return &all[i];
        }
    }
    return &all[0];
}

/* Follows an order without a search: along the path, then the plain way. Keeps its steps. */
void race_follow(struct race *r, const struct run_option *path, size_t length)
{
    struct run_option all[RUN_OPTIONS];
    struct run_step step;
    unsigned count;
    bool lost = false;
    r->keeps_steps = true;
    r->loss = LOSS_NONE;
    race_forget_steps(r);
    run_begin(r->run);
    for (size_t i = 0; !lost && (count = run_options(r->run, all)) > 0; i++) {
        run_take(r->run, race_option(path, length, i, all, count), &step);
        lost = race_is_lost(r, r->run, &step);
    }
    if (!lost) {
        race_is_lost(r, r->run, NULL);
    }
    r->keeps_steps = false;
}

/* The plain order alone: how large the segment is, what type it has, and whether the programs can be searched at all. */
int race_look(struct race *r)
{
    char error[CONDITION_ERROR_MAX] = "";
    uint32_t size = 0;
    const char *name;
    race_follow(r, NULL, 0);
    const uint8_t *bytes = run_segment(r->run, run_first_segment(r->run), &size, &name);
    run_finish(r->run);
    if (r->refused) {
        fprintf(stderr, "%s: the programs cannot be searched. %s\n", RACE_PROGRAM, r->text);
        return RACE_NOT_SEARCHED;
    }
    if (bytes == NULL) {
        fprintf(stderr,
                "%s: the programs make no shared memory, or only of size 0 (shmget, shm_open with ftruncate, or mmap "
                "with MAP_SHARED and "
                "MAP_ANONYMOUS)\n",
                RACE_PROGRAM);
        return RACE_NOT_SEARCHED;
    }
    int rc = find_layout(r, size);
    if (rc == 0 && r->check_library != NULL) {
        rc = condition_load(r->check_library, &r->condition, error) < 0 ? RACE_NOT_SEARCHED : 0;
    } else if (rc == 0 && r->check != NULL && !r->has_layout) {
        snprintf(error, sizeof error, "which struct the segment holds is not known: give --type 'struct NAME'");
        rc = RACE_NOT_SEARCHED;
    } else if (rc == 0 && r->check != NULL &&
               condition_compile(r->check, &r->layout, r->cc, r->folder, &r->condition, error) < 0) {
        rc = 2;
    }
    if (error[0] != '\0') {
        fprintf(stderr, "%s: --check: %s\n", RACE_PROGRAM, error);
    }
    return rc;
}
