/* Fuzz: any bytes as a .layout file. Every function must work on what is read, and once written it must read back the
 * same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct layout *l, size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    if (out == NULL || layout_text_write(l, out) != 0 || fclose(out) != 0) {
        abort();
    }
    return text;
}

static void ask(const struct layout *l)
{
    struct layout_problem problems[8];
    struct layout_leaf leaf;
    char path[128];
    size_t size = layout_size(l), leaves = layout_leaves(l);
    for (size_t i = 0; i < leaves && i < 64; i++) {
        size_t at = i * (leaves / 64 + 1);
        if (layout_leaf_get(l, at, &leaf)) {
            layout_leaf_path(l, at, path, sizeof path);
            layout_leaf_find(l, path);
        }
    }
    for (size_t i = 0; i < 64; i++) {
        size_t at = i * (size / 64 + 1);
        struct layout_span span = layout_span_at(l, at);
        if (span.offset > at || span.end <= at) {
            abort();
        }
    }
    layout_problems(l, 1024, problems, 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct layout l, again;
    struct layout_error error;
    if (layout_text_read((const char *)data, size, &l, &error) < 0) {
        if (error.text[0] == '\0' || l.nodes != NULL) {
            abort();
        }
        return 0;
    }
    ask(&l);
    size_t length, length_again;
    char *text = written(&l, &length);
    if (layout_text_read(text, length, &again, &error) < 0) {
        fprintf(stderr, "line %u: %s\n%s", error.line, error.text, text);
        abort();
    }
    char *text_again = written(&again, &length_again);
    if (length != length_again || memcmp(text, text_again, length) != 0) {
        fprintf(stderr, "%s\nbecame\n%s\n", text, text_again);
        abort();
    }
    free(text);
    free(text_again);
    layout_fit(&l, 4096);
    ask(&l);
    layout_free(&l);
    layout_free(&again);
    return 0;
}
