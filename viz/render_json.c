/* Render JSON: version 1 of the schema in docs/json.md. See render.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "layout/value.h"
#include "panel_attached.h"
#include "render.h"
#include "segment_table.h"

#define PATH_SHOWN 1024  /* characters of a field's name */
#define VALUE_SHOWN 8192 /* and of its value: more than VALUE_TEXT_MAX escapes */

static void source_json(const struct picture *p, FILE *out)
{
    const struct segment_stat *st = p->stat;
    fputs("\"source\":{\"title\":", out);
    json_string(out, p->title);
    fputs(",\"state\":", out);
    json_string(out, p->state);
    if (p->recorded) {
        fprintf(out, ",\"time\":%" PRIu64 ".%03u", p->time / 1000, (unsigned)(p->time % 1000));
    }
    if (st != NULL) {
        fprintf(out, ",\"key\":\"0x%08x\",\"shmid\":%d,\"mode\":\"%04o\",\"owner\":%u", (unsigned)st->key, st->id,
                (unsigned)st->mode, (unsigned)st->owner);
        fprintf(out, ",\"nattch\":%lu,\"creator_pid\":%d", st->attached, (int)st->creator_pid);
    }
    fprintf(out, "},\n\"size\":%zu,\n\"bytes\":\"", p->grid.segment_size);
    for (size_t i = 0; i < p->grid.readable; i++) {
        fprintf(out, "%02x", p->grid.bytes[i]);
    }
    fputs("\"", out);
}

static void field_json(const struct grid_input *in, const struct layout_leaf *leaf, FILE *out)
{
    char path[PATH_SHOWN], value[VALUE_SHOWN];
    layout_leaf_path(in->layout, leaf->index, path, sizeof path);
    fputs("\n{\"name\":", out);
    json_string(out, path);
    fputs(",\"type\":", out);
    json_string(out, leaf->node->type);
    fprintf(out, ",\"kind\":\"%s\",\"offset\":%zu,\"size\":%zu,\"align\":%zu,\"padding_before\":%zu",
            layout_kind_name(leaf->node->kind), leaf->offset, leaf->node->size, leaf->node->align,
            leaf->padding_before);
    if (leaf->node->bit_size > 0) {
        fprintf(out, ",\"bit_offset\":%u,\"bit_size\":%u", leaf->node->bit_offset, leaf->node->bit_size);
    }
    bool inside = leaf->offset < in->segment_size && leaf->node->size <= in->segment_size - leaf->offset;
    fprintf(out, ",\"misaligned\":%s,\"in_union\":%s,\"past_end\":%s", json_bool(leaf->misaligned),
            json_bool(leaf->in_union), json_bool(!inside));
    size_t known = inside ? grid_known(in, leaf->offset, in->segment_size - leaf->offset) : 0;
    if (known > 0) {
        value_format(leaf->node, in->bytes + (leaf->offset - in->first), known, value, sizeof value);
        fputs(",\"value\":", out);
        json_string(out, value);
    }
    fputs("}", out);
}

static void layout_json(const struct picture *p, FILE *out)
{
    const struct layout *layout = p->grid.layout;
    fputs("\"layout\":{\"title\":", out);
    json_string(out, p->layout_title);
    fprintf(out, ",\"size\":%zu,\"fields\":[", layout_size(layout));
    struct layout_leaf leaf;
    for (size_t i = 0; layout_leaf_get(layout, i, &leaf); i++) {
        fputs(i > 0 ? "," : "", out);
        field_json(&p->grid, &leaf, out);
    }
    fputs("]}", out);
}

static bool same_run(const struct grid_cell *a, const struct grid_cell *b)
{
    return a->role == b->role && a->leaf == b->leaf && a->marks == b->marks && !b->starts;
}

static void run_json(const struct layout *layout, const struct grid_cell *cell, size_t offset, size_t size, FILE *out)
{
    fprintf(out, "\n{\"offset\":%zu,\"size\":%zu,\"role\":\"%s\"", offset, size, theme_role_name(cell->role));
    if (cell->leaf != LAYOUT_NO_LEAF) {
        char path[PATH_SHOWN];
        layout_leaf_path(layout, cell->leaf, path, sizeof path);
        fputs(",\"field\":", out);
        json_string(out, path);
    }
    fputs(",\"marks\":[", out);
    const char *between = "";
    for (size_t i = 0; i < theme_mark_count; i++) {
        if ((cell->marks & theme_marks[i].mark) != 0) {
            fprintf(out, "%s\"%s\"", between, theme_marks[i].name);
            between = ",";
        }
    }
    fputs("]}", out);
}

static void cells_json(const struct grid_input *in, const struct grid_cell *cells, FILE *out)
{
    fputs("\"cells\":[", out);
    for (size_t start = 0; start < in->segment_size;) {
        size_t end = start + 1;
        while (end < in->segment_size && same_run(&cells[start], &cells[end])) {
            end++;
        }
        fputs(start > 0 ? "," : "", out);
        run_json(in->layout, &cells[start], start, end - start, out);
        start = end;
    }
    fputs("]", out);
}

static void findings_json(const struct picture *p, FILE *out)
{
    fputs("\"findings\":[", out);
    for (size_t i = 0; i < p->finding_count; i++) {
        const struct finding *f = &p->findings[i];
        fprintf(out, "%s\n{\"kind\":\"%s\",\"offset\":%zu,\"text\":", i > 0 ? "," : "", f->kind, f->offset);
        json_string(out, f->text);
        fputs("}", out);
    }
    fprintf(out, "],\"findings_more\":%zu", p->findings_more);
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
    fprintf(out, ",\"not_permitted\":%zu,\"rest\":[", a->closed);
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
    struct grid_cell *cells = calloc(p->grid.segment_size + 1, sizeof *cells);
    if (cells == NULL) {
        return -ENOMEM;
    }
    grid_fill(&p->grid, cells, p->grid.segment_size);
    fputs("{\"version\":1,\n", out);
    source_json(p, out);
    fputs(",\n", out);
    layout_json(p, out);
    fputs(",\n", out);
    cells_json(&p->grid, cells, out);
    fputs(",\n", out);
    findings_json(p, out);
    attached_json(&p->attached, out);
    fprintf(out, ",\n\"differences\":%zu}\n", p->differences);
    free(cells);
    return 0;
}

const struct renderer render_json = {
    .name = "json",
    .help = "the same for programs: docs/json.md",
    .render = render,
    .list = segment_table_json,
};
