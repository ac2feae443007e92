/* layout_dump: prints the layouts that the library finds in an ELF file, for tests to compare.
 *
 *   layout_dump FILE TYPE         the type as a .layout file, or the error and its number
 *   layout_dump -l FILE TYPE      its leaves: a line "= TYPE SIZE ALIGN", then "PATH OFFSET SIZE" or "PATH bit BIT BITS"
 *   layout_dump -r FILE TYPE      nothing; the type is only found and built
 *   layout_dump -a FILE           every struct and union as compare_pahole wants it, in the order of the file: a line
 *                                 "struct NAME SIZE", then its members "  NAME OFFSET SIZE HOLE" (the hole before it) or
 *                                 "  NAME:BITS BIT"
 *   layout_dump -t FILE           a .layout file, read and written again
 *   layout_dump -c FILE [ARG...]  the candidates of SHM_LAYOUT for that command line, best first
 *   layout_dump -d PATH ...       looks for split debug files in PATH
 *
 * More than one TYPE may be named. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dwarf_each.h"
#include "layout/dwarf.h"
#include "layout/text.h"

static int fail(int rc, const struct layout_error *error)
{
    fprintf(stderr, "%s\n", error->text);
    printf("error %s\n", rc == -ENOENT     ? "ENOENT"
                         : rc == -ENODATA  ? "ENODATA"
                         : rc == -ENOTUNIQ ? "ENOTUNIQ"
                         : rc == -ENOEXEC  ? "ENOEXEC"
                         : rc == -EINVAL   ? "EINVAL"
                         : rc == -E2BIG    ? "E2BIG"
                         : rc == -EBADMSG  ? "EBADMSG"
                                           : strerror(-rc));
    return 1;
}

/* After a bit-field the hole is "?": pahole counts from the end of a storage unit there, which DWARF 5 does not tell.
 */
static void print_member(const struct layout_node *n, bool after_bits)
{
    const char *name = *n->name != '\0' ? n->name : "-";
    if (n->bit_size > 0) {
        printf("  %s:%u %zu\n", name, n->bit_size, 8 * n->offset + n->bit_offset);
    } else if (after_bits) {
        printf("  %s %zu %zu ?\n", name, n->offset, n->size);
    } else {
        printf("  %s %zu %zu %zu\n", name, n->offset, n->size, n->padding_before);
    }
}

static int print_all(void *context, const struct layout *l)
{
    (void)context;
    const struct layout_node *root = &l->nodes[0];
    bool bits = false;
    printf("%s %zu\n", root->type, root->size);
    for (uint32_t c = 1; c < root->end; c = l->nodes[c].end) {
        print_member(&l->nodes[c], bits);
        bits = l->nodes[c].bit_size > 0;
    }
    return 0;
}

static int dump_candidates(const struct layout_dwarf_file *file, int argc, char **argv)
{
    struct layout_candidates candidates;
    struct layout_error error;
    char cmdline[4096] = "";
    size_t size = 0;
    int rc = layout_dwarf_candidates(file, &candidates, &error);
    if (rc < 0) {
        return fail(rc, &error);
    }
    for (int i = 0; i < argc; i++) {
        size += (size_t)snprintf(cmdline + size, sizeof cmdline - size, "%s", argv[i]) + 1;
    }
    layout_candidates_order(&candidates, cmdline, size);
    for (size_t i = 0; i < candidates.count; i++) {
        printf("%s|%s\n", candidates.list[i].type, candidates.list[i].arguments);
    }
    layout_candidates_free(&candidates);
    return 0;
}

static void print_leaves(const struct layout *l, const char *type)
{
    struct layout_leaf leaf;
    printf("= %s %zu %zu\n", type, layout_size(l), l->nodes[0].align);
    for (size_t i = 0; layout_leaf_get(l, i, &leaf); i++) {
        char path[256];
        layout_leaf_path(l, i, path, sizeof path);
        if (leaf.node->bit_size > 0) {
            printf("%s bit %zu %u\n", path, 8 * leaf.offset + leaf.node->bit_offset, leaf.node->bit_size);
        } else {
            printf("%s %zu %zu\n", path, leaf.offset, leaf.node->size);
        }
    }
}

static int dump_text(const char *path)
{
    struct layout l;
    struct layout_error error;
    int rc = layout_text_load(path, &l, &error);
    if (rc < 0) {
        fprintf(stderr, "line %u: ", error.line);
        return fail(rc, &error);
    }
    layout_text_write(&l, stdout);
    layout_free(&l);
    return 0;
}

static int dump_type(const struct layout_dwarf_file *file, const char *type, int mode)
{
    struct layout l;
    struct layout_error error;
    int rc = layout_dwarf_read(file, type, &l, &error);
    if (rc < 0) {
        return fail(rc, &error);
    }
    if (mode == 0) {
        layout_text_write(&l, stdout);
    } else if (mode == 'l') {
        print_leaves(&l, type);
    }
    layout_free(&l);
    return 0;
}

int main(int argc, char **argv)
{
    struct layout_dwarf_file file = {.fd = -1};
    struct layout_error error;
    int letter, mode = 0;
    while ((letter = getopt(argc, argv, "+rlatcd:")) != -1) {
        if (letter == '?') {
            return 2;
        }
        file.debug_path = letter == 'd' ? optarg : file.debug_path;
        mode = letter == 'd' ? mode : letter;
    }
    if (argc - optind < (mode == 'a' || mode == 't' || mode == 'c' ? 1 : 2)) {
        fprintf(stderr, "usage: layout_dump [-d PATH] [-l|-r|-a|-t|-c] FILE [TYPE]\n");
        return 2;
    }
    file.name = argv[optind];
    file.fd = open(file.name, O_RDONLY | O_CLOEXEC);
    if (file.fd < 0) {
        perror(file.name);
        return 1;
    }
    int status = 0;
    if (mode == 'a') {
        int rc = dwarf_each(&file, print_all, NULL, &error);
        status = rc < 0 ? fail(rc, &error) : 0;
    } else if (mode == 't') {
        status = dump_text(file.name);
    } else if (mode == 'c') {
        status = dump_candidates(&file, argc - optind, argv + optind);
    } else {
        for (int i = optind + 1; i < argc; i++) {
            status |= dump_type(&file, argv[i], mode);
        }
    }
    close(file.fd);
    return status;
}
