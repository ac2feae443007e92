/* JSON picture: see json_picture.h. */
#include "json_picture.h"

#include "json.h"
#include "layout/value.h"
#include "theme.h"

static void field_json(const struct grid_input *in, const struct layout_leaf *leaf, FILE *out)
{
    char path[LAYOUT_PATH_MAX], value[JSON_VALUE_MAX];
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
    if (leaf->node->flags & LAYOUT_SWAPPED) {
        fprintf(out, ",\"byte_order\":\"%s\"", layout_is_big_endian(leaf->node) ? "big" : "little");
    }
    bool inside = leaf->offset < in->segment_size && leaf->node->size <= in->segment_size - leaf->offset;
    fprintf(out, ",\"misaligned\":%s,\"in_union\":%s,\"past_end\":%s", json_bool(leaf->misaligned),
            json_bool(leaf->in_union), json_bool(!inside));
    size_t known = inside ? grid_known(in, leaf->offset, in->segment_size - leaf->offset) : 0;
    if (known >= leaf->node->size && known > 0) {
        value_format(leaf->node, in->bytes + (leaf->offset - in->first), known, value, sizeof value);
        fputs(",\"value\":", out);
        json_string(out, value);
    }
    fputs("}", out);
}

void json_bytes(const struct grid_input *in, size_t first, size_t count, FILE *out)
{
    size_t known = grid_known(in, first, count);
    const uint8_t *bytes = grid_bytes(in, first, known);
    for (size_t i = 0; i < known; i++) {
        fprintf(out, "%02x", bytes[i]);
    }
}

void json_fields(const struct grid_input *in, size_t from, size_t to, FILE *out)
{
    struct layout_leaf leaf;
    fputs("[", out);
    for (size_t i = from; i < to && layout_leaf_get(in->layout, i, &leaf); i++) {
        fputs(i > from ? "," : "", out);
        field_json(in, &leaf, out);
    }
    fputs("]", out);
}

static void run_json(const struct layout *layout, const struct grid_cell *cell, size_t offset, size_t size, FILE *out)
{
    fprintf(out, "\n{\"offset\":%zu,\"size\":%zu,\"role\":\"%s\"", offset, size, theme_role_name(cell->role));
    if (cell->leaf != LAYOUT_NO_LEAF) {
        char path[LAYOUT_PATH_MAX];
        layout_leaf_path(layout, cell->leaf, path, sizeof path);
        fputs(",\"field\":", out);
        json_string(out, path);
        if (cell->role == GRID_TAIL) {
            layout_tail_path(layout, cell->leaf, offset, path, sizeof path);
            fputs(",\"end_of\":", out);
            json_string(out, path);
        }
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

void json_cells(const struct layout *layout, size_t first, const struct grid_cell *cells, size_t count, FILE *out)
{
    fputs("[", out);
    for (size_t start = 0; start < count;) {
        size_t end = start + 1;
        while (end < count && grid_same_run(&cells[start], &cells[end])) {
            end++;
        }
        fputs(start > 0 ? "," : "", out);
        run_json(layout, &cells[start], first + start, end - start, out);
        start = end;
    }
    fputs("]", out);
}
