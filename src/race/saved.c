#include "saved.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_ = 8192 }; /* a path, an expression */

uint64_t saved_hash(const char *file)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    FILE *in = fopen(file, "r");
    if (in == NULL) {
        return 0;
    }
    for (int c; (c = fgetc(in)) != EOF;) {
        hash = (hash ^ (uint64_t)c) * 0x100000001b3u;
    }
    fclose(in);
    return hash;
}

static struct saved_step step_of(const struct run_step *s)
{
    return (struct saved_step){.who = s->option.who,
                               .kind = (int)s->event.kind,
                               .segment = s->segment,
                               .offset = s->offset,
                               .size = s->event.size,
                               .value = (uint64_t)s->value,
                               .after = (uint64_t)s->after};
}

static void write_option(FILE *out, const char *name, const char *text)
{
    if (text == NULL) {
        return;
    }
    fprintf(out, "%s ", name);
    for (; *text != '\0'; text++) {
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\n', out);
}

int saved_write(const char *file, const struct saved *s, const struct run *r)
{
    FILE *out = fopen(file, "w");
    const char *name;
    uint32_t offset, size;
    if (out == NULL) {
        return -errno;
    }
    fprintf(out, "shmlab race 1\nmemory %s\nlost %s\n", memory_model_name(s->model), s->loss);
    for (unsigned i = 0; i < s->programs; i++) {
        fprintf(out, "program %s %016" PRIx64 "\n", s->source[i], saved_hash(s->source[i]));
    }
    for (unsigned i = 0; i < s->with_count; i++) {
        fprintf(out, "with %s %016" PRIx64 "\n", s->with[i], saved_hash(s->with[i]));
    }
    write_option(out, "--check", s->check);
    write_option(out, "--type", s->type);
    write_option(out, "--cc", s->cc);
    write_option(out, "--cflags", s->cflags);
    fprintf(out, "%s--steps %lld\n", s->always ? "--always\n" : "", s->steps_max);
    for (char **a = s->arguments; *a != NULL; a++) {
        fprintf(out, "argument %s\n", *a);
    }
    for (unsigned i = 0; run_shared(r, i, &name, &offset, &size); i++) {
        fprintf(out, "shared %" PRIu32 " %" PRIu32 " %s\n", offset, size, name);
    }
    for (size_t i = 0; i < s->length; i++) {
        const struct run_option *o = &s->path[i];
        fprintf(out, "path %c %s%u\n", 'A' + o->who, o->drain ? "drain " : "", o->index);
    }
    for (size_t i = 0; i < s->step_count; i++) {
        struct saved_step step = step_of(&s->steps[i]);
        fprintf(out, "step %c %d %d %" PRIu32 " %" PRIu32 " %" PRIx64 " %" PRIx64 "\n", 'A' + (int)step.who, step.kind,
                step.segment, step.offset, step.size, step.value, step.after);
    }
    int failed = ferror(out);
    return fclose(out) != 0 || failed ? -EIO : 0;
}

static void *add(void *array, size_t *count, size_t element)
{
    void *larger = realloc(array, (*count + 1) * element);
    if (larger == NULL) {
        abort();
    }
    ++*count;
    return larger;
}

static bool read_model(struct saved_order *order, const char *name)
{
    for (enum memory_model model = MEMORY_SC; model < MEMORY_MODELS; model++) {
        if (strcmp(name, memory_model_name(model)) == 0) {
            order->model = model;
            return true;
        }
    }
    return false;
}

static bool read_path(struct saved_order *order, const char *line)
{
    char who;
    unsigned index;
    bool drain = sscanf(line, "path %c drain %u", &who, &index) == 2;
    if ((!drain && sscanf(line, "path %c %u", &who, &index) != 2) || who < 'A' || who >= 'A' + RACE_PROCESSES ||
        index > UINT16_MAX) {
        return false;
    }
    order->path = add(order->path, &order->length, sizeof *order->path);
    order->path[order->length - 1] =
        (struct run_option){.who = (uint8_t)(who - 'A'), .drain = drain, .index = (uint16_t)index};
    return true;
}

static bool read_step(struct saved_order *order, const char *line)
{
    struct saved_step s;
    char who;
    if (sscanf(line, "step %c %d %d %" SCNu32 " %" SCNu32 " %" SCNx64 " %" SCNx64, &who, &s.kind, &s.segment, &s.offset,
               &s.size, &s.value, &s.after) != 7) {
        return false;
    }
    s.who = (unsigned)(who - 'A');
    order->steps = add(order->steps, &order->step_count, sizeof *order->steps);
    order->steps[order->step_count - 1] = s;
    return true;
}

static bool read_shared(struct saved_order *order, const char *line)
{
    struct saved_bytes b = {.size = 0};
    int at = 0;
    if (sscanf(line, "shared %" SCNu32 " %" SCNu32 " %n", &b.offset, &b.size, &at) != 2 || at == 0) {
        return false;
    }
    snprintf(b.name, sizeof b.name, "%.*s", RACE_TEXT - 1, line + at);
    order->shared = add(order->shared, &order->shared_count, sizeof *order->shared);
    order->shared[order->shared_count - 1] = b;
    return true;
}

static bool read_line(struct saved_order *order, char *line)
{
    const char *space = strrchr(line, ' ');
    if (strncmp(line, "memory ", 7) == 0) {
        return read_model(order, line + 7);
    }
    if (strncmp(line, "program ", 8) == 0) {
        return order->programs < RACE_PROCESSES && sscanf(space, " %" SCNx64, &order->hash[order->programs++]) == 1;
    }
    if (strncmp(line, "with ", 5) == 0) {
        return order->with_count < RACE_PROCESSES &&
               sscanf(space, " %" SCNx64, &order->with_hash[order->with_count++]) == 1;
    }
    return strncmp(line, "lost ", 5) == 0 || strncmp(line, "--", 2) == 0 || strncmp(line, "argument ", 9) == 0 ||
           read_path(order, line) || read_step(order, line) || read_shared(order, line);
}

int saved_read(const char *file, struct saved_order *order, char *why, size_t room)
{
    char line[LINE_MAX_];
    FILE *in = fopen(file, "r");
    int number = 0;
    *order = (struct saved_order){0};
    if (in == NULL) {
        snprintf(why, room, "cannot read %s: %s", file, strerror(errno));
        return -errno;
    }
    bool good = true;
    while (good && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        good = ++number == 1 ? strcmp(line, "shmlab race 1") == 0 : read_line(order, line);
    }
    fclose(in);
    if (good && order->length == 0) {
        snprintf(why, room, "%s is cut short: it has no order", file);
        saved_free(order);
        return -EINVAL;
    }
    if (!good || number == 0) {
        snprintf(why, room,
                 number <= 1 ? "%s is not an order that shmlab race has kept" : "%s, line %d: not understood", file,
                 number);
        saved_free(order);
        return -EINVAL;
    }
    return 0;
}

void saved_free(struct saved_order *order)
{
    free(order->path);
    free(order->steps);
    free(order->shared);
    *order = (struct saved_order){0};
}

void saved_share(const struct saved_order *order, struct run *r)
{
    for (size_t i = 0; i < order->shared_count; i++) {
        run_share(r, order->shared[i].name, order->shared[i].offset, order->shared[i].size);
    }
}

size_t saved_differs(const struct saved_order *order, const struct run_step *steps, size_t count)
{
    for (size_t i = 0; i < order->step_count || i < count; i++) {
        if (i >= order->step_count || i >= count) {
            return i;
        }
        struct saved_step now = step_of(&steps[i]), then = order->steps[i];
        if (now.who != then.who || now.kind != then.kind || now.segment != then.segment || now.offset != then.offset ||
            now.size != then.size || now.value != then.value || now.after != then.after) {
            return i;
        }
    }
    return SIZE_MAX;
}
