/* DWARF names: writes the C name of a type's DIE, and parses the user's. See dwarf_name.h. */
#include "dwarf_name.h"

#include <ctype.h>
#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_type.h"

#define STEPS_MAX 500 /* DIEs visited for one name, also the depth of the recursion: limits a hostile file */

struct name {
    char base[DWARF_TYPE_NAME_MAX];       /* "const struct point" */
    char declarator[DWARF_TYPE_NAME_MAX]; /* "*[4]", "(*)(int)" */
    unsigned *steps;                      /* DIEs visited so far, for this name and those inside it */
};

static void type_name(Dwarf_Die *type, unsigned *steps, char out[DWARF_TYPE_NAME_MAX]);

static void prepend(char *text, const char *piece)
{
    size_t n = strlen(text), m = strlen(piece), most = DWARF_TYPE_NAME_MAX - 1 - m;
    n = n < most ? n : most;
    memmove(text + m, text, n);
    memcpy(text, piece, m);
    text[m + n] = '\0';
}

static void append(char *text, const char *piece)
{
    size_t n = strlen(text), m = strlen(piece), most = DWARF_TYPE_NAME_MAX - 1 - n;
    m = m < most ? m : most;
    memcpy(text + n, piece, m);
    text[n + m] = '\0';
}

Dwarf_Die *dwarf_type_of(Dwarf_Die *die, Dwarf_Die *target)
{
    Dwarf_Attribute attribute;
    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), target);
}

void dwarf_resolve_signature(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    if (dwarf_hasattr(die, DW_AT_signature) &&
        dwarf_formref_die(dwarf_attr(die, DW_AT_signature, &attribute), &target) != NULL) {
        *die = target;
    }
}

bool dwarf_next_child(Dwarf_Die *parent, Dwarf_Die *child, bool *started)
{
    if (!*started) {
        *started = true;
        return dwarf_child(parent, child) == 0;
    }
    Dwarf_Off last = dwarf_dieoffset(child);
    return dwarf_siblingof(child, child) == 0 && dwarf_dieoffset(child) > last;
}

/* The first index where DWARF states none: 0 in C, 1 in Fortran. */
static Dwarf_Word default_lower(Dwarf_Die *subrange)
{
    Dwarf_Die unit;
    Dwarf_Sword lower = 0;
    int language = dwarf_diecu(subrange, &unit, NULL, NULL) != NULL ? dwarf_srclang(&unit) : -1;
    return language >= 0 && dwarf_default_lower_bound(language, &lower) == 0 && lower > 0 ? (Dwarf_Word)lower : 0;
}

bool dwarf_dimension_is_dynamic(Dwarf_Die *subrange)
{
    size_t count;
    return (dwarf_hasattr(subrange, DW_AT_upper_bound) || dwarf_hasattr(subrange, DW_AT_count)) &&
           !dwarf_dimension(subrange, &count);
}

bool dwarf_dimension(Dwarf_Die *subrange, size_t *count)
{
    Dwarf_Attribute attribute;
    Dwarf_Word upper, n, lower = default_lower(subrange);
    if (dwarf_formudata(dwarf_attr(subrange, DW_AT_count, &attribute), &n) == 0) {
        *count = (size_t)n;
        return true;
    }
    if (dwarf_formudata(dwarf_attr(subrange, DW_AT_upper_bound, &attribute), &upper) != 0) {
        *count = 0;
        return false;
    }
    /* Older gcc has -1 for int[0]. */
    bool minus_one = upper == UINT64_MAX || (dwarf_whatform(&attribute) == DW_FORM_data4 && upper == UINT32_MAX);
    dwarf_formudata(dwarf_attr(subrange, DW_AT_lower_bound, &attribute), &lower);
    *count = minus_one || upper + 1 < lower ? 0 : (size_t)(upper - lower + 1);
    return true;
}

/* ---- writing a name ---- */

/* C's declarators are written inside out, so text is added at both ends. */
static void put_type(Dwarf_Die *type, struct name *n, const char *qualifiers);

static void put_target(Dwarf_Die *die, struct name *n, const char *qualifiers)
{
    Dwarf_Die target;
    put_type(dwarf_type_of(die, &target), n, qualifiers);
}

/* Adds "*", or, for a pointer to a function or an array, "(*" and ")". */
static void put_pointer(Dwarf_Die *die, struct name *n, const char *sign, const char *qualifiers)
{
    Dwarf_Die target, *to = dwarf_type_of(die, &target);
    char piece[64];
    size_t q = strlen(qualifiers); /* they end in a blank, needed only before another word */
    bool word = n->declarator[0] != '\0' && strchr("*([)", n->declarator[0]) == NULL;
    snprintf(piece, sizeof piece, "%s%.*s", sign, (int)(q > 0 && !word ? q - 1 : q), qualifiers);
    prepend(n->declarator, piece);
    int tag = to != NULL ? dwarf_tag(to) : 0;
    if (tag == DW_TAG_subroutine_type || tag == DW_TAG_array_type) {
        prepend(n->declarator, "(");
        append(n->declarator, ")");
    }
    put_type(to, n, "");
}

static void put_array(Dwarf_Die *die, struct name *n, const char *qualifiers)
{
    Dwarf_Die child;
    bool started = false, any = false;
    size_t count;
    char piece[32];
    while (++*n->steps < STEPS_MAX && dwarf_next_child(die, &child, &started)) {
        int tag = dwarf_tag(&child);
        if (tag != DW_TAG_subrange_type && tag != DW_TAG_enumeration_type) {
            continue;
        }
        any = true;
        bool known = tag == DW_TAG_subrange_type && dwarf_dimension(&child, &count);
        snprintf(piece, sizeof piece, known ? "[%zu]" : "[]", count);
        append(n->declarator, piece);
    }
    append(n->declarator, any ? "" : "[]");
    put_target(die, n, qualifiers);
}

static void put_function(Dwarf_Die *die, struct name *n)
{
    Dwarf_Die child, target;
    bool started = false, any = false;
    char argument[DWARF_TYPE_NAME_MAX];
    append(n->declarator, "(");
    while (*n->steps < STEPS_MAX && dwarf_next_child(die, &child, &started)) {
        int tag = dwarf_tag(&child);
        ++*n->steps;
        if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters) {
            continue;
        }
        snprintf(argument, sizeof argument, "...");
        if (tag == DW_TAG_formal_parameter) {
            type_name(dwarf_type_of(&child, &target), n->steps, argument);
        }
        append(n->declarator, any ? ", " : "");
        append(n->declarator, argument);
        any = true;
    }
    append(n->declarator, any ? ")" : "void)");
    put_target(die, n, "");
}

static void put_word(Dwarf_Die *type, struct name *n, const char *keyword, const char *qualifiers)
{
    Dwarf_Die whole = *type;
    dwarf_resolve_signature(&whole);
    const char *word = dwarf_diename(&whole);
    append(n->base, qualifiers);
    append(n->base, keyword);
    append(n->base, *keyword != '\0' && word != NULL ? " " : "");
    append(n->base, word != NULL ? word : "");
}

static const char *keyword_of(int tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
        return "struct";
    case DW_TAG_class_type:
        return "class";
    case DW_TAG_union_type:
        return "union";
    case DW_TAG_enumeration_type:
        return "enum";
    default:
        return "";
    }
}

static const char *qualifier_of(int tag)
{
    switch (tag) {
    case DW_TAG_const_type:
        return "const ";
    case DW_TAG_volatile_type:
        return "volatile ";
    case DW_TAG_atomic_type:
        return "_Atomic ";
    default: /* restrict, packed, shared, immutable: no effect on the layout */
        return "";
    }
}

static void put_type(Dwarf_Die *type, struct name *n, const char *qualifiers)
{
    char more[64];
    int tag = type != NULL ? dwarf_tag(type) : 0;
    if (type == NULL || ++*n->steps > STEPS_MAX) {
        append(n->base, qualifiers);
        append(n->base, type == NULL ? "void" : "...");
        return;
    }
    switch (tag) {
    case DW_TAG_pointer_type:
        put_pointer(type, n, "*", qualifiers);
        return;
    case DW_TAG_reference_type:
        put_pointer(type, n, "&", qualifiers);
        return;
    case DW_TAG_rvalue_reference_type:
        put_pointer(type, n, "&&", qualifiers);
        return;
    case DW_TAG_ptr_to_member_type:
        put_pointer(type, n, "::*", qualifiers);
        return;
    case DW_TAG_array_type:
        put_array(type, n, qualifiers);
        return;
    case DW_TAG_subroutine_type:
        put_function(type, n);
        return;
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_atomic_type:
    case DW_TAG_restrict_type:
    case DW_TAG_packed_type:
    case DW_TAG_shared_type:
    case DW_TAG_immutable_type:
        /* "const" is written once, even if the chain has it more often. */
        snprintf(more, sizeof more, "%s%s", strstr(qualifiers, qualifier_of(tag)) ? "" : qualifier_of(tag), qualifiers);
        put_target(type, n, more);
        return;
    default:
        put_word(type, n, keyword_of(tag), qualifiers);
        return;
    }
}

static void type_name(Dwarf_Die *type, unsigned *steps, char out[DWARF_TYPE_NAME_MAX])
{
    struct name n;
    n.base[0] = n.declarator[0] = '\0';
    n.steps = steps;
    put_type(type, &n, "");
    memcpy(out, n.base, strlen(n.base) + 1);
    append(out, n.declarator[0] != '\0' && n.declarator[0] != '[' ? " " : "");
    append(out, n.declarator);
    if (strlen(out) == DWARF_TYPE_NAME_MAX - 1) {
        memcpy(out + DWARF_TYPE_NAME_MAX - 4, "...", 4);
    }
}

void dwarf_type_name(Dwarf_Die *type, char out[DWARF_TYPE_NAME_MAX])
{
    unsigned steps = 0;
    type_name(type, &steps, out);
}

/* ---- parsing a name ---- */

static int query_wrong(const char *type, struct layout_error *error)
{
    layout_error_set(error, 0,
                     "'%.200s' is not the name of a type: write it as in C, such as 'struct message' or 'message_t'",
                     type);
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

/* If the text starts with the word, moves past it. */
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

/* Cuts "[3][4]" off the end. Returns false if there are too many dimensions, or too large ones. */
static bool query_dimensions(struct type_query *q, char *text)
{
    size_t n = strlen(text), start = n;
    for (size_t open = start; open > 0 && text[open - 1] == ']';) {
        do {
            open--;
        } while (open > 0 && strchr("0123456789 ", text[open - 1]) != NULL);
        if (open < 2 || text[open - 1] != '[') {
            break; /* a part of the name */
        }
        start = --open;
        while (open > 0 && text[open - 1] == ' ') {
            open--;
        }
    }
    for (char *at = text + start; *at == '['; at = skip_blanks(strchr(at, ']') + 1)) {
        bool none = at[1 + strspn(at + 1, " ")] == ']';
        unsigned long long count = strtoull(at + 1, NULL, 10);
        if (q->array.n == QUERY_DIMENSIONS_MAX || count > (1ULL << 48) || (none && q->array.n > 0)) {
            return false;
        }
        q->array.flexible = q->array.flexible || none;
        q->array.count[q->array.n++] = (size_t)count;
    }
    text[start] = '\0';
    cut_blanks(text);
    return true;
}

/* The next "::" outside <>, () and {}; NULL: none. */
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
    if (!query_dimensions(q, text)) {
        return query_wrong(type, error);
    }
    if (text[strcspn(text, "*")] != '\0' && text[strlen(text) - 1] == '*') {
        layout_error_set(
            error, 0, "'%.200s' is a pointer: name the type that lies in the segment, or write a .layout file", type);
        return -EINVAL;
    }
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

bool type_query_fits(const struct type_query *q, int tag)
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

bool type_name_same(const char *a, const char *b)
{
    const char *p = a, *q = b;
    while (*p != '\0' || *q != '\0') {
        if (*p == ' ' || *q == ' ') {
            p += *p == ' ';
            q += *q == ' ';
        } else if (*p++ != *q++) {
            return c_type_same(a, b);
        }
    }
    return true;
}
