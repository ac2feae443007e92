/* Render JSON: version 1 of the schema in docs/json.md. See render.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "json.h"
#include "json_picture.h"
#include "panel_attached.h"
#include "render.h"
#include "segment_table.h"

static void source_json(const struct picture *p, FILE *out)
{
    const struct segment_stat *st = p->stat;
    fputs("\"source\":{\"title\":", out);
    json_string(out, p->title);
    fputs(",\"state\":", out);
    json_string(out, p->state);
    if (p->recording != NULL) {
        fprintf(out, ",\"time\":%" PRIu64 ".%03u", p->time / 1000, (unsigned)(p->time % 1000));
    }
    if (st != NULL) {
        fprintf(out, ",\"key\":\"0x%08x\",\"shmid\":%d,\"mode\":\"%04o\",\"owner\":%u", (unsigned)st->key, st->id,
                (unsigned)st->mode, (unsigned)st->owner);
        fprintf(out, ",\"nattch\":%lu,\"creator_pid\":%d", st->attached, (int)st->creator_pid);
    }
    fprintf(out, "},\n\"size\":%zu,\"first\":%zu,\n\"bytes\":\"", p->grid.segment_size, p->first);
    json_bytes(&p->grid, p->first, p->count, out);
    fputs("\"", out);
}

static void layout_json(const struct picture *p, FILE *out)
{
    fputs("\"layout\":{\"title\":", out);
    json_string(out, p->layout_title);
    size_t from, to;
    picture_fields(p, &from, &to);
    fprintf(out, ",\"size\":%zu,\"fields\":", layout_size(p->grid.layout));
    json_fields(&p->grid, from, to, out);
    fputs("}", out);
}

/* The first bytes of a run that differs. */
static void run_bytes_json(const char *name, const uint8_t *bytes, size_t size, FILE *out)
{
    fprintf(out, ",\"%s\":\"", name);
    for (size_t i = 0; i < size && i < DIFFERENCE_BYTES; i++) {
        fprintf(out, "%02x", bytes[i]);
    }
    fputs("\"", out);
}

/* A finding for each run that differs. `between` comes before the first. Returns how many there are. */
static size_t differences_json(const struct differences *d, const char *between, FILE *out)
{
    size_t count = d->run_count < DIFFERENCES_MAX ? d->run_count : DIFFERENCES_MAX;
    for (const struct difference *run = d->runs; run < d->runs + count; run++, between = ",") {
        fprintf(out, "%s\n{\"kind\":\"differs\",\"offset\":%zu,\"size\":%zu", between, run->offset, run->size);
        run_bytes_json("expected", run->expected, run->size, out);
        run_bytes_json("actual", run->actual, run->size, out);
        fprintf(out, ",\"text\":\"%zu bytes at 0x%04zx are not as expected\"}", run->size, run->offset);
    }
    return count;
}

static void findings_json(const struct picture *p, FILE *out)
{
    size_t more = p->findings_more;
    fputs("\"findings\":[", out);
    for (size_t i = 0; i < p->finding_count; i++) {
        const struct finding *f = &p->findings[i];
        fprintf(out, "%s\n{\"kind\":\"%s\",\"offset\":%zu,\"text\":", i > 0 ? "," : "", f->kind, f->offset);
        json_string(out, f->text);
        fputs("}", out);
    }
    if (p->differences != NULL) {
        more += p->differences->run_count - differences_json(p->differences, p->finding_count > 0 ? "," : "", out);
    }
    fprintf(out, "],\"findings_more\":%zu", more);
}

static void attachment_json(const struct attached *who, const struct attachment *one, FILE *out)
{
    fprintf(out, "\n{\"pid\":%d,\"program\":", (int)one->pid);
    json_string(out, one->name);
    fprintf(out, ",\"address\":\"0x%llx\",\"size\":%llu,\"offset\":%llu,\"rights\":\"%s\",\"private\":%s",
            (unsigned long long)one->address, (unsigned long long)one->size, (unsigned long long)one->offset,
            one->rights, json_bool(!one->shared));
    fprintf(out, ",\"creator\":%s,\"last\":%s}",
            json_bool(who->counted && who->creator_runs && one->pid == who->creator_pid),
            json_bool(who->counted && one->pid == who->last_pid));
}

/* Writes nothing for files, or if it can't be known. */
static void attached_json(const struct attached *who, FILE *out)
{
    const struct attachments *a = &who->watch->now;
    char rest[96];
    if (!who->watch->scanned || who->watch->error < 0) {
        return;
    }
    fprintf(out, ",\n\"attached\":{\"found\":%zu,\"processes\":%zu", a->found, a->processes);
    if (who->counted) {
        fprintf(out, ",\"nattch\":%lu,\"missing\":%zu,\"creator_pid\":%d,\"last_pid\":%d", who->watch->seen.attached,
                panel_attached_missing(who), (int)who->creator_pid, (int)who->last_pid);
    }
    bool more = who->counted ? panel_attached_missing(who) > 0 : a->closed > 0 || a->unseen != PROCESS_ALL_SEEN;
    fprintf(out, ",\"not_permitted\":%zu,\"maybe_more\":%s,\"rest\":[", a->closed, json_bool(more));
    for (size_t i = 0; panel_attached_rest(who, i, rest, sizeof rest); i++) {
        fputs(i > 0 ? "," : "", out);
        json_string(out, rest);
    }
    fputs("],\"list\":[", out);
    for (size_t i = 0; i < a->count; i++) {
        fputs(i > 0 ? "," : "", out);
        attachment_json(who, &a->list[i], out);
    }
    fputs("]}", out);
}

static int render(FILE *out, const struct picture *p)
{
    struct grid_cell *cells = calloc(p->count + 1, sizeof *cells);
    if (cells == NULL) {
        return -ENOMEM;
    }
    grid_cells(&p->grid, p->first, cells, p->count);
    fputs("{\"version\":1,\n", out);
    source_json(p, out);
    fputs(",\n", out);
    layout_json(p, out);
    fputs(",\n", out);
    fputs("\"cells\":", out);
    json_cells(p->grid.layout, p->first, cells, p->count, out);
    fputs(",\n", out);
    findings_json(p, out);
    attached_json(&p->attached, out);
    const struct differences *d = p->differences;
    if (d != NULL) {
        fprintf(out, ",\n\"compared\":%zu,\"expected_size\":%zu", d->compared, d->expected_size);
    }
    fprintf(out, ",\n\"differences\":%zu}\n", d != NULL ? differences_bytes(d) : 0);
    free(cells);
    return 0;
}

const struct renderer render_json = {
    .name = "json",
    .help = "the same for programs: docs/json.md",
    .render = render,
    .list = segment_table_json,
};
