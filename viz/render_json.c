/* Render JSON: version 1 of the schema in docs/json.md. See render.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "json.h"
#include "panel_attached.h"
#include "render.h"
#include "layout/value.h"

#define PATH_SHOWN 1024  /* characters of a field's name */
#define VALUE_SHOWN 8192 /* and of its value: more than VALUE_TEXT_MAX escapes */

static void source_json(const struct source *s, const struct model *m, FILE *out)
{
    char title[96];
    source_title(s, title, sizeof title);
    fputs("\"source\":{\"title\":", out);
    json_string(out, title);
    fputs(",\"state\":", out);
    json_string(out, source_state_name(s->state));
    if (s->spec.kind->counted && s->attached_before) {
        fprintf(out, ",\"key\":\"0x%08x\",\"shmid\":%d,\"mode\":\"%04o\",\"owner\":%u", (unsigned)s->stat.key,
                s->stat.id, (unsigned)s->stat.mode, (unsigned)s->stat.owner);
        fprintf(out, ",\"nattch\":%lu,\"creator_pid\":%d", s->stat.attached, (int)s->stat.creator_pid);
    }
    fprintf(out, "},\n\"size\":%zu,\n\"bytes\":\"", m->size);
    for (size_t i = 0; i < m->count; i++) {
        fprintf(out, "%02x", m->bytes[i]);
    }
    fputs("\"", out);
}

static void field_json(const struct model *m, const struct layout_leaf *leaf, FILE *out)
{
    char path[PATH_SHOWN], value[VALUE_SHOWN];
    layout_leaf_path(m->layout, leaf->index, path, sizeof path);
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
    bool inside = leaf->offset < m->size && leaf->node->size <= m->size - leaf->offset;
    fprintf(out, ",\"misaligned\":%s,\"in_union\":%s,\"past_end\":%s", json_bool(leaf->misaligned),
            json_bool(leaf->in_union), json_bool(!inside));
    size_t known = inside ? model_known(m, leaf->offset, m->size - leaf->offset) : 0;
    if (known > 0) {
        value_format(leaf->node, m->bytes + (leaf->offset - m->base), known, value, sizeof value);
        fputs(",\"value\":", out);
        json_string(out, value);
    }
    fputs("}", out);
}

static void layout_json(const struct model *m, FILE *out)
{
    fputs("\"layout\":{\"title\":", out);
    json_string(out, m->layout_title);
    fprintf(out, ",\"size\":%zu,\"fields\":[", layout_size(m->layout));
    struct layout_leaf leaf;
    for (size_t i = 0; layout_leaf_get(m->layout, i, &leaf); i++) {
        fputs(i > 0 ? "," : "", out);
        field_json(m, &leaf, out);
    }
    fputs("]}", out);
}

static bool same_run(const struct grid_cell *a, const struct grid_cell *b)
{
    return a->role == b->role && a->leaf == b->leaf && a->marks == b->marks && !b->starts;
}

static void run_json(const struct model *m, const struct grid_cell *cell, size_t offset, size_t size, FILE *out)
{
    fprintf(out, "\n{\"offset\":%zu,\"size\":%zu,\"role\":\"%s\"", offset, size, theme_role_name(cell->role));
    if (cell->leaf != LAYOUT_NO_LEAF) {
        char path[PATH_SHOWN];
        layout_leaf_path(m->layout, cell->leaf, path, sizeof path);
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

static void cells_json(const struct model *m, const struct grid_cell *cells, FILE *out)
{
    fputs("\"cells\":[", out);
    for (size_t start = 0; start < m->size;) {
        size_t end = start + 1;
        while (end < m->size && same_run(&cells[start], &cells[end])) {
            end++;
        }
        fputs(start > 0 ? "," : "", out);
        run_json(m, &cells[start], start, end - start, out);
        start = end;
    }
    fputs("]", out);
}

static void findings_json(const struct model *m, FILE *out)
{
    struct finding findings[FINDINGS_MAX];
    const struct grid_input in = model_grid(m, SIZE_MAX);
    size_t more, n = findings_list(&in, findings, &more);
    fputs("\"findings\":[", out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s\n{\"kind\":\"%s\",\"offset\":%zu,\"text\":", i > 0 ? "," : "", findings[i].kind,
                findings[i].offset);
        json_string(out, findings[i].text);
        fputs("}", out);
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

/* Nothing for files, and where it can't be told. */
static void attached_json(const struct attached *who, FILE *out)
{
    const struct attachments *a = &who->watch->now;
    char rest[96];
    if (!who->watch->scanned || who->watch->error < 0) {
        return;
    }
    fprintf(out, ",\n\"attached\":{\"found\":%zu,\"processes\":%zu", a->found, a->processes);
    if (who->counted) {
        fprintf(out, ",\"nattch\":%lu,\"missing\":%zu,\"creator_pid\":%d,\"last_pid\":%d",
                who->watch->seen.attached, panel_attached_missing(who), (int)who->creator_pid, (int)who->last_pid);
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

int render_json(const struct model *m, const struct source *s, FILE *out)
{
    struct grid_cell *cells = calloc(m->size + 1, sizeof *cells);
    if (cells == NULL) {
        return -ENOMEM;
    }
    model_cells(m, 0, SIZE_MAX, cells, m->size);
    fputs("{\"version\":1,\n", out);
    source_json(s, m, out);
    fputs(",\n", out);
    layout_json(m, out);
    fputs(",\n", out);
    cells_json(m, cells, out);
    fputs(",\n", out);
    findings_json(m, out);
    const struct attached who = source_attached(s);
    attached_json(&who, out);
    fprintf(out, ",\n\"differences\":%zu}\n", render_differences(m));
    free(cells);
    return 0;
}
