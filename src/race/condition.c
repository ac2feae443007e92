#include "condition.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may stand in a condition besides fields. */
static const char *const words[] = {"sizeof", "strcmp", "strncmp", "strlen",   "memcmp", "abs",    "labs",
                                    "fabs",   "int",    "long",    "unsigned", "char",   "double", "float",
                                    "short",  "const",  "NULL",    "true",     "false"};

static bool is_word(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The C type of one element of the field; NULL if there is none. */
static const char *type_of(const struct layout_node *leaf)
{
    static const char *const integers[] = {"int8_t", "int16_t", "int32_t", "int64_t"};
    static const char *const unsigneds[] = {"uint8_t", "uint16_t", "uint32_t", "uint64_t"};
    unsigned index = leaf->stride == 1 ? 0 : leaf->stride == 2 ? 1 : leaf->stride == 4 ? 2 : leaf->stride == 8 ? 3 : 4;
    if (leaf->bit_size != 0 || leaf->flags & LAYOUT_SWAPPED) {
        return NULL;
    }
    switch (leaf->kind) {
    case LAYOUT_TEXT:
    case LAYOUT_CHAR:
        return "char";
    case LAYOUT_SINT:
    case LAYOUT_ENUM:
        return index < 4 ? integers[index] : NULL;
    case LAYOUT_UINT:
    case LAYOUT_POINTER:
        return index < 4 ? unsigneds[index] : NULL;
    case LAYOUT_BOOL:
        return "_Bool";
    case LAYOUT_REAL:
        return leaf->stride == 4 ? "float" : leaf->stride == 8 ? "double" : NULL;
    default:
        return NULL;
    }
}

/* The length of the path "a.b[3].c" that text starts with; 0 if it starts with no name. */
static size_t path_length(const char *text)
{
    size_t n = 0;
    if (!isalpha((unsigned char)text[0]) && text[0] != '_') {
        return 0;
    }
    for (;;) {
        while (isalnum((unsigned char)text[n]) || text[n] == '_') {
            n++;
        }
        size_t end = n;
        while (text[end] == '[' && isdigit((unsigned char)text[end + 1])) {
            size_t close = end + 1 + strspn(text + end + 1, "0123456789");
            if (text[close] != ']') {
                return n;
            }
            end = close + 1;
        }
        if (text[end] != '.' || !(isalpha((unsigned char)text[end + 1]) || text[end + 1] == '_')) {
            return end;
        }
        n = end + 1;
    }
}

struct writer {
    FILE *out;
    const struct layout *layout;
    struct condition *condition;
    char *error;
};

static int put_field(struct writer *w, const char *path, const struct layout_leaf *leaf)
{
    const char *type = type_of(leaf->node);
    bool array = leaf->node->kind == LAYOUT_TEXT || leaf->node->count != 1;
    if (leaf->node->bit_size != 0) {
        snprintf(w->error, CONDITION_ERROR_MAX, "'%.100s' is a bit-field: take --check FILE.c with race_check", path);
        return -EINVAL;
    }
    if (type == NULL) {
        snprintf(w->error, CONDITION_ERROR_MAX, "'%.100s' is of the type %.100s, which a condition cannot read", path,
                 leaf->node->type);
        return -EINVAL;
    }
    fprintf(w->out, array ? "((const %s *)(s + %zu))" : "(*(const %s *)(s + %zu))", type, leaf->offset);
    size_t end = leaf->offset + leaf->node->size, used = strlen(w->condition->fields);
    w->condition->size = end > w->condition->size ? end : w->condition->size;
    snprintf(w->condition->fields + used, sizeof w->condition->fields - used, "%s%s", used > 0 ? ", " : "", path);
    return 0;
}

/* Writes the field that the path names, with what is left of it behind: of "seen[1]", where seen is an array of int, the
 * pointer and "[1]". */
static int put_path(struct writer *w, const char *text, size_t length)
{
    char path[LAYOUT_PATH_MAX];
    struct layout_leaf leaf;
    size_t n = length < sizeof path ? length : sizeof path - 1;
    while (n > 0) {
        snprintf(path, sizeof path, "%.*s", (int)n, text);
        size_t index = layout_leaf_find(w->layout, path);
        if (index != LAYOUT_NO_LEAF && layout_leaf_get(w->layout, index, &leaf)) {
            int rc = put_field(w, path, &leaf);
            fprintf(w->out, "%.*s", (int)(length - n), text + n);
            return rc;
        }
        if (path[n - 1] != ']') {
            break;
        }
        while (n > 0 && path[--n] != '[') {
        }
    }
    snprintf(path, sizeof path, "%.*s", (int)length, text);
    if (is_word(path)) {
        fputs(path, w->out);
        return 0;
    }
    int used = snprintf(w->error, CONDITION_ERROR_MAX, "there is no field '%s'; there is:", path);
    for (size_t i = 0; i < layout_leaves(w->layout) && i < 12; i++) {
        layout_leaf_path(w->layout, i, path, sizeof path);
        used +=
            used < CONDITION_ERROR_MAX ? snprintf(w->error + used, CONDITION_ERROR_MAX - (size_t)used, " %s", path) : 0;
    }
    return -EINVAL;
}

static int put_expression(struct writer *w, const char *text)
{
    int rc = 0;
    while (*text != '\0' && rc == 0) {
        size_t n = path_length(text);
        if (*text == '"' || *text == '\'') { /* a literal as it is */
            n = 1;
            while (text[n] != '\0' && text[n] != text[0]) {
                n += text[n] == '\\' && text[n + 1] != '\0' ? 2 : 1;
            }
            n += text[n] != '\0';
            fprintf(w->out, "%.*s", (int)n, text);
        } else if (n > 0) {
            rc = put_path(w, text, n);
        } else if (isdigit((unsigned char)*text)) { /* with its suffix: 10u, 0x1f */
            while (isalnum((unsigned char)text[n]) || text[n] == '.') {
                n++;
            }
            fprintf(w->out, "%.*s", (int)n, text);
        } else {
            n = 1;
            fputc(*text, w->out);
        }
        text += n;
    }
    return rc;
}

/* The first message of the compiler, without its place. */
static void compiler_said(const char *log, char error[CONDITION_ERROR_MAX])
{
    char line[CONDITION_ERROR_MAX - 64];
    FILE *in = fopen(log, "r");
    snprintf(error, CONDITION_ERROR_MAX, "the compiler does not take it");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        const char *said = strstr(line, "error: ");
        if (said != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(error, CONDITION_ERROR_MAX, "the compiler says: %s", said + strlen("error: "));
            break;
        }
    }
    if (in != NULL) {
        fclose(in);
    }
}

int condition_compile(const char *text, const struct layout *layout, const char *cc, const char *folder,
                      struct condition *out, char error[CONDITION_ERROR_MAX])
{
    char source[PATH_MAX], library[PATH_MAX], log[PATH_MAX], command[3 * PATH_MAX + 256];
    *out = (struct condition){0};
    error[0] = '\0';
    snprintf(source, sizeof source, "%s/condition.c", folder);
    snprintf(library, sizeof library, "%s/condition.so", folder);
    snprintf(log, sizeof log, "%s/condition.log", folder);
    struct writer w = {.out = fopen(source, "w"), .layout = layout, .condition = out, .error = error};
    if (w.out == NULL) {
        snprintf(error, CONDITION_ERROR_MAX, "cannot write %.200s: %s", source, strerror(errno));
        return -EINVAL;
    }
    fputs("#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <string.h>\n"
          "int race_check(const void *segment)\n{\n    const char *s = segment;\n    (void)s;\n    return (",
          w.out);
    int rc = put_expression(&w, text);
    fputs(") != 0;\n}\n", w.out);
    fclose(w.out);
    if (rc < 0) {
        return rc;
    }
    snprintf(command, sizeof command, "%s -w -fno-strict-aliasing -shared -fPIC -o '%s' '%s' 2>'%s'", cc, library,
             source, log);
    if (system(command) != 0) {
        compiler_said(log, error);
        return -EINVAL;
    }
    struct condition named = *out;
    rc = condition_load(library, out, error);
    out->size = named.size;
    memcpy(out->fields, named.fields, sizeof out->fields);
    return rc;
}

int condition_load(const char *library, struct condition *out, char error[CONDITION_ERROR_MAX])
{
    *out = (struct condition){.library = dlopen(library, RTLD_NOW | RTLD_LOCAL)};
    void *symbol = out->library == NULL ? NULL : dlsym(out->library, "race_check");
    memcpy(&out->holds, &symbol, sizeof symbol); /* POSIX: dlsym gives functions as void * */
    if (symbol == NULL) {
        snprintf(error, CONDITION_ERROR_MAX, "%s", dlerror());
        condition_free(out);
        return -EINVAL;
    }
    return 0;
}

void condition_free(struct condition *c)
{
    if (c->library != NULL) {
        dlclose(c->library);
    }
    *c = (struct condition){0};
}
