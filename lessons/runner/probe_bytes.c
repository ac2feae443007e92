/* Probe bytes: see probe_bytes.h. */
#include "probe_bytes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)64 << 20)

int probe_bytes_read(const char *path, struct probe_bytes *b)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t room = 0, got = 1;
    int rc = 0;

    *b = (struct probe_bytes){NULL, 0};
    if (in == NULL) {
        return -errno;
    }
    while (rc == 0 && got > 0) {
        if (b->size == room) {
            room = room == 0 ? 4096 : 2 * room;
            uint8_t *more = room > BYTES_MAX ? NULL : realloc(b->data, room);
            if (more == NULL) {
                rc = room > BYTES_MAX ? -EFBIG : -ENOMEM;
                break;
            }
            b->data = more;
        }
        got = fread(b->data + b->size, 1, room - b->size, in);
        b->size += got;
    }
    if (rc == 0 && ferror(in)) {
        rc = -EIO;
    }
    if (in != stdin) {
        fclose(in);
    }
    if (rc != 0) {
        probe_bytes_free(b);
    }
    return rc;
}

void probe_bytes_free(struct probe_bytes *b)
{
    free(b->data);
    *b = (struct probe_bytes){NULL, 0};
}

/* ---- one scalar from its text ---- */

static int real_pack(const char *text, uint8_t *at, size_t size)
{
    char *end;
    long double value = strtold(text, &end);

    if (end == text || *end != '\0') {
        return -EINVAL;
    }
    if (size == sizeof(float)) {
        float f = (float)value;
        memcpy(at, &f, size);
    } else if (size == sizeof(double)) {
        double d = (double)value;
        memcpy(at, &d, size);
    } else if (size == sizeof value) {
        memcpy(at, &value, size);
    } else {
        return -EINVAL;
    }
    return 0;
}

/* Signed or not: the lowest bytes of a two's complement number are the same. Little-endian, as in a layout. */
static int integer_pack(const char *text, uint8_t *at, size_t size)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = *text == '-' ? (unsigned long long)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    if (end == text || *end != '\0') {
        return -EINVAL;
    }
    if (errno != 0 || size > sizeof value) {
        return -ERANGE;
    }
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
    return 0;
}

static int hex_pack(const char *text, uint8_t *at, size_t size)
{
    unsigned byte;

    if (strlen(text) != 2 * size) {
        return -ERANGE;
    }
    for (size_t i = 0; i < size; i++) {
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) {
            return -EINVAL;
        }
        at[i] = (uint8_t)byte;
    }
    return 0;
}

static int scalar_pack(const struct layout_node *node, const char *text, uint8_t *at, size_t size)
{
    switch (node->kind) {
    case LAYOUT_REAL:
        return real_pack(text, at, size);
    case LAYOUT_CHAR:
        if (strlen(text) != 1) {
            return -EINVAL;
        }
        *at = (uint8_t)*text;
        return 0;
    case LAYOUT_BYTES:
        return hex_pack(text, at, size);
    default:
        return integer_pack(text, at, size);
    }
}

/* ---- a field ---- */

static int leaf_pack(const struct layout_node *node, const char *text, uint8_t *at)
{
    size_t count = node->count > 0 ? node->count : 1, i = 0;
    char one[256];

    if (node->kind == LAYOUT_TEXT) {
        if (strlen(text) >= node->size) {
            return -ERANGE;
        }
        memcpy(at, text, strlen(text) + 1);
        return 0;
    }
    for (; i < count; i++) {
        size_t n = count > 1 ? strcspn(text, ",") : strlen(text);
        if (n >= sizeof one) {
            return -ERANGE;
        }
        memcpy(one, text, n);
        one[n] = '\0';
        int rc = scalar_pack(node, one, at + i * node->stride, node->size / count);
        if (rc != 0) {
            return rc;
        }
        text += n;
        if (*text == '\0') {
            return i + 1 == count ? 0 : -ERANGE;
        }
        text++;
    }
    return -ERANGE;
}

int probe_pack(const struct layout *l, struct probe_bytes *b, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    struct layout_leaf leaf;
    char path[256];

    if (equals == NULL || (size_t)(equals - assignment) >= sizeof path) {
        return -EINVAL;
    }
    memcpy(path, assignment, (size_t)(equals - assignment));
    path[equals - assignment] = '\0';
    if (!layout_leaf_get(l, layout_leaf_find(l, path), &leaf)) {
        return -ENOENT;
    }
    if (leaf.offset + leaf.node->size > b->size || leaf.node->bit_size != 0) {
        return -ERANGE;
    }
    return leaf_pack(leaf.node, equals + 1, b->data + leaf.offset);
}
