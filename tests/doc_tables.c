/* doc_tables: the tables in a page of docs that are made from the program's own tables: keys, marks, settings.
 *
 *   doc_tables PAGE           says whether they are up to date; status 1 if they aren't
 *   doc_tables PAGE --write   updates them (the CMake target `tables`)
 *
 * A table is between the lines <!-- table: NAME --> and <!-- end -->. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "theme.h"
#include "viewer/config.h"
#include "viewer/keys.h"

static void cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        fprintf(out, *text == '|' ? "\\|" : "%c", *text);
    }
}

static void keys(FILE *out)
{
    fputs("| key | what it does |\n|---|---|\n", out);
    for (size_t i = 0; i < key_row_count; i++) {
        if (*key_rows[i].label != '\0') { /* the others share the row before them */
            fputs("| `", out);
            cell(out, key_rows[i].label);
            fputs("` | ", out);
            cell(out, key_rows[i].help);
            fputs(" |\n", out);
        }
    }
}

static void marks(FILE *out)
{
    const struct theme utf8 = {.utf8 = true}, ascii = {.utf8 = false};
    fputs("| sign | in ASCII | what it says | in JSON |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < theme_mark_count; i++) {
        fprintf(out, "| `%s` | `%s` | %s | `%s` |\n", theme_sign(&utf8, theme_marks[i].sign),
                theme_sign(&ascii, theme_marks[i].sign), theme_marks[i].meaning, theme_marks[i].name);
    }
}

static void settings(FILE *out)
{
    fputs("| setting | takes | for |\n|---|---|---|\n", out);
    for (size_t i = 0; i < config_row_count; i++) {
        fprintf(out, "| `%s` | %s | %s |\n", config_rows[i].name, config_rows[i].takes, config_rows[i].help);
    }
}

static const struct {
    const char *name;
    void (*write)(FILE *out);
} tables[] = {{"keys", keys}, {"marks", marks}, {"settings", settings}};

/* Copies the page with updated tables. 0, or -EINVAL if a table is unknown or has no end. */
static int page_make(const char *page, FILE *out)
{
    static const char start[] = "<!-- table: ", end[] = "<!-- end -->";
    for (const char *at; (at = strstr(page, start)) != NULL;) {
        const char *name = at + sizeof start - 1, *line = strchr(at, '\n'), *close = strstr(at, end);
        size_t i = 0;
        while (i < sizeof tables / sizeof *tables && strncmp(name, tables[i].name, strlen(tables[i].name)) != 0) {
            i++;
        }
        if (i == sizeof tables / sizeof *tables || line == NULL || close == NULL) {
            return -EINVAL;
        }
        fwrite(page, 1, (size_t)(line + 1 - page), out);
        fputc('\n', out);
        tables[i].write(out);
        fputc('\n', out);
        fputs(end, out);
        page = close + sizeof end - 1;
    }
    fputs(page, out);
    return 0;
}

static char *file_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 1 << 20);
    if (file == NULL || text == NULL || fread(text, 1, (1 << 20) - 1, file) == 0) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    char *made = NULL;
    size_t size;
    if (argc < 2) {
        return 2;
    }
    char *page = file_read(argv[1]);
    FILE *out = open_memstream(&made, &size);
    int rc = page_make(page, out);
    fclose(out);
    bool same = rc == 0 && strcmp(page, made) == 0;
    if (rc == 0 && argc > 2 && !same) {
        FILE *file = fopen(argv[1], "w");
        rc = file == NULL || fputs(made, file) < 0 || fclose(file) != 0 ? -EIO : 0;
    } else if (!same) {
        fprintf(stderr,
                "%s: its tables are not what the program has. Renew them:\n"
                "  cmake --build --preset dev --target tables\n",
                argv[1]);
        rc = -EINVAL;
    }
    free(page);
    free(made);
    return rc < 0 ? 1 : 0;
}
