/* Render JSON: version 1 of the schema in docs/json.md. See render.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "printable.h"
#include "render.h"
#include "value.h"

#define PATH_SHOWN 1024  /* characters of a field's name */
#define VALUE_SHOWN 8192 /* and of its value: more than VALUE_TEXT_MAX escapes */

/* Printable ASCII only, so that no name or value ever steers a terminal: the rest as \uXXXX, what is no UTF-8 as
 * U+FFFD. */
static void string(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text != '\0') {
        uint32_t c = (unsigned char)*text;
        size_t length = c < 0x80 ? 1 : printable_decode(text, strlen(text), &c);
        text += length > 0 ? length : 1;
        c = length > 0 ? c : 0xfffd;
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", (char)c);
        } else if (c >= 0x20 && c < 0x7f) {
            fputc((int)c, out);
        } else if (c < 0x10000) {
            fprintf(out, "\\u%04x", (unsigned)c);
        } else {
            fprintf(out, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(c >> 10), 0xdc00u | (unsigned)(c & 0x3ff));
        }
    }
    fputc('"', out);
}

static const char *boolean(bool b)
{
    return b ? "true" : "false";
}

static void source_json(const struct source *s, const struct model *m, FILE *out)
{
    char title[96];
    source_title(s, title, sizeof title);
    fputs("\"source\":{\"title\":", out);
    string(out, title);
    fputs(",\"state\":", out);
    string(out, source_state_name(s->state));
    if (s->spec.kind == SOURCE_SEGMENT && s->attached_before) {
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
    string(out, path);
    fputs(",\"type\":", out);
    string(out, leaf->node->type);
    fprintf(out, ",\"kind\":\"%s\",\"offset\":%zu,\"size\":%zu,\"align\":%zu,\"padding_before\":%zu",
            layout_kind_name(leaf->node->kind), leaf->offset, leaf->node->size, leaf->node->align,
            leaf->padding_before);
    if (leaf->node->bit_size > 0) {
        fprintf(out, ",\"bit_offset\":%u,\"bit_size\":%u", leaf->node->bit_offset, leaf->node->bit_size);
    }
    bool inside = leaf->offset < m->size && leaf->node->size <= m->size - leaf->offset;
    fprintf(out, ",\"misaligned\":%s,\"in_union\":%s,\"past_end\":%s", boolean(leaf->misaligned),
            boolean(leaf->in_union), boolean(!inside));
    size_t known = inside ? model_known(m, leaf->offset, m->size - leaf->offset) : 0;
    if (known > 0) {
        value_format(leaf->node, m->bytes + (leaf->offset - m->base), known, value, sizeof value);
        fputs(",\"value\":", out);
        string(out, value);
    }
    fputs("}", out);
}

static void layout_json(const struct model *m, FILE *out)
{
    fputs("\"layout\":{\"title\":", out);
    string(out, m->layout_title);
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
        string(out, path);
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
    size_t more, n = findings_list(m, findings, &more);
    fputs("\"findings\":[", out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s\n{\"kind\":\"%s\",\"offset\":%zu,\"text\":", i > 0 ? "," : "", findings[i].kind,
                findings[i].offset);
        string(out, findings[i].text);
        fputs("}", out);
    }
    fprintf(out, "],\"findings_more\":%zu", more);
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
    fprintf(out, ",\n\"differences\":%zu}\n", render_differences(m));
    free(cells);
    return 0;
}
