/* Layout DWARF, query: a type's name as the user gives it, taken apart. */
#include <ctype.h>
#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout_dwarf_internal.h"

static int query_wrong(const char *type, struct layout_error *error)
{
    layout_error_set(error, 0,
                     "'%.200s' is no name of a type: give it as C says it, like 'struct message' or 'message_t'", type);
    return -EINVAL;
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

static void cut_blanks(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1])) {
        text[--n] = '\0';
    }
}

/* Takes the word off the start where it stands there. */
static bool take_keyword(char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0 || !isspace((unsigned char)(*text)[n])) {
        return false;
    }
    *text = skip_blanks(*text + n);
    return true;
}

/* "@file.c", "@dir/file.c:12" */
static void query_file(struct type_query *q, char *text)
{
    char *at = strrchr(text, '@');
    if (at == NULL) {
        return;
    }
    *at = '\0';
    q->file = skip_blanks(at + 1);
    char *colon = strrchr(at + 1, ':');
    char *end;
    if (colon != NULL && isdigit((unsigned char)colon[1])) {
        q->line = strtol(colon + 1, &end, 10);
        *colon = '\0';
    }
}

/* The next "::" that stands outside <>, () and {}; NULL: none. */
static char *next_scope(char *text)
{
    int depth = 0;
    for (; *text != '\0'; text++) {
        depth += strchr("<({", *text) != NULL ? 1 : strchr(">)}", *text) != NULL ? -1 : 0;
        if (depth <= 0 && text[0] == ':' && text[1] == ':') {
            return text;
        }
    }
    return NULL;
}

int type_query_parse(struct type_query *q, const char *type, struct layout_error *error)
{
    *q = (struct type_query){.text = strdup(type)};
    if (q->text == NULL) {
        return -ENOMEM;
    }
    char *text = skip_blanks(q->text);
    query_file(q, text);
    cut_blanks(text);
    while (take_keyword(&text, "const") || take_keyword(&text, "volatile")) {
        ;
    }
    if (take_keyword(&text, "struct") || take_keyword(&text, "class")) {
        q->keyword = QUERY_STRUCT;
    } else if (take_keyword(&text, "union")) {
        q->keyword = QUERY_UNION;
    } else if (take_keyword(&text, "enum")) {
        q->keyword = QUERY_ENUM;
    }
    text += strncmp(text, "::", 2) == 0 ? 2 : 0;
    for (char *scope; (scope = next_scope(text)) != NULL && q->part_count < QUERY_PARTS_MAX - 1; text = scope + 2) {
        *scope = '\0';
        q->parts[q->part_count++] = text;
    }
    q->parts[q->part_count++] = text;
    for (size_t i = 0; i < q->part_count; i++) {
        if (*q->parts[i] == '\0') {
            return query_wrong(type, error);
        }
    }
    return q->file != NULL && *q->file == '\0' ? query_wrong(type, error) : 0;
}

void type_query_free(struct type_query *q)
{
    free(q->text);
    *q = (struct type_query){.text = NULL};
}

bool type_query_fits(const struct type_query *q, unsigned tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_STRUCT;
    case DW_TAG_union_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_UNION;
    case DW_TAG_enumeration_type:
        return q->keyword == QUERY_ANY || q->keyword == QUERY_ENUM;
    case DW_TAG_typedef:
    case DW_TAG_base_type:
        return q->keyword == QUERY_ANY;
    default:
        return false;
    }
}
