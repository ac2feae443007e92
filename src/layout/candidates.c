/* Layout candidates: parses and sorts the records of SHM_LAYOUT. See candidates.h. */
#include "candidates.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void candidate_free(struct layout_candidate *c)
{
    free(c->type);
    free(c->arguments);
    *c = (struct layout_candidate){.type = NULL};
}

void layout_candidates_free(struct layout_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        candidate_free(&candidates->list[i]);
    }
    free(candidates->list);
    *candidates = (struct layout_candidates){.list = NULL};
}

static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((text[i] < 32 || text[i] > 126) && text[i] != '\t') {
            return false;
        }
    }
    return true;
}

static bool is_known(const struct layout_candidates *candidates, const struct layout_candidate *c)
{
    for (size_t i = 0; i < candidates->count; i++) {
        const struct layout_candidate *one = &candidates->list[i];
        if (strcmp(one->type, c->type) == 0 && strcmp(one->arguments, c->arguments) == 0) {
            return true;
        }
    }
    return false;
}

static int add_entry(struct layout_candidates *out, const char *entry, size_t size)
{
    const char *tab = memchr(entry, '\t', size);
    size_t type_size = tab != NULL ? (size_t)(tab - entry) : size;
    if (type_size == 0 || !is_plain(entry, size)) {
        return 0;
    }
    struct layout_candidate c = {strndup(entry, type_size),
                                 tab != NULL ? strndup(tab + 1, size - type_size - 1) : strdup("")};
    if (c.type == NULL || c.arguments == NULL) {
        candidate_free(&c);
        return -ENOMEM;
    }
    if (is_known(out, &c)) {
        candidate_free(&c);
    } else {
        out->list[out->count++] = c;
    }
    return 0;
}

int layout_candidates_parse(const char *section, size_t size, struct layout_candidates *out)
{
    *out = (struct layout_candidates){.list = calloc(LAYOUT_CANDIDATES_MAX, sizeof *out->list)};
    int rc = out->list == NULL ? -ENOMEM : 0;
    while (rc == 0 && size > 0 && out->count < LAYOUT_CANDIDATES_MAX) {
        size_t length = strnlen(section, size);
        rc = add_entry(out, section, length);
        size_t used = length < size ? length + 1 : length;
        section += used;
        size -= used;
    }
    if (rc < 0) {
        layout_candidates_free(out);
    }
    return rc;
}

/* ---- matching the command line ---- */

/* An option matches as in getopt_long(3): in full or abbreviated, with or without =VALUE. */
static bool option_matches(const char *wanted, size_t length, const char *argument)
{
    size_t given = strcspn(argument, "=");
    size_t least = strncmp(wanted, "--", 2) == 0 ? 3 : length;
    return given >= least && given <= length && strncmp(wanted, argument, given) == 0;
}

/* Anything else matches a whole argument or an option's value: "packed", "--layout=packed". */
static bool value_matches(const char *wanted, size_t length, const char *argument)
{
    size_t n = strlen(argument);
    bool ends = n >= length && memcmp(argument + n - length, wanted, length) == 0;
    return ends && (n == length || argument[n - length - 1] == '=');
}

/* Whether one of the program's arguments matches. Options end at "--". An argument without a NUL is incomplete and
 * never matches. */
static bool argument_matches(const char *wanted, size_t length, const char *cmdline, size_t size)
{
    bool first = true, options = true;
    while (size > 0) {
        size_t n = strnlen(cmdline, size);
        if (n == size) {
            return false;
        }
        if (!first) {
            options = options && strcmp(cmdline, "--") != 0;
            bool is_option = wanted[0] == '-';
            if (is_option ? options && option_matches(wanted, length, cmdline)
                          : value_matches(wanted, length, cmdline)) {
                return true;
            }
        }
        first = false;
        cmdline += n + 1;
        size -= n + 1;
    }
    return false;
}

/* The number of wanted arguments if all of them match, else -1. */
static int score(const char *arguments, const char *cmdline, size_t size)
{
    int count = 0;
    for (arguments += strspn(arguments, " \t"); *arguments != '\0'; arguments += strspn(arguments, " \t")) {
        size_t length = strcspn(arguments, " \t");
        if (!argument_matches(arguments, length, cmdline, size)) {
            return -1;
        }
        count++;
        arguments += length;
    }
    return count;
}

void layout_candidates_order(struct layout_candidates *candidates, const char *cmdline, size_t size)
{
    int scores[LAYOUT_CANDIDATES_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        struct layout_candidate c = candidates->list[i];
        int mine = score(c.arguments, cmdline, size);
        if (mine < 0) {
            candidate_free(&c);
            continue;
        }
        size_t to = kept++;
        for (; to > 0 && scores[to - 1] < mine; to--) {
            candidates->list[to] = candidates->list[to - 1];
            scores[to] = scores[to - 1];
        }
        candidates->list[to] = c;
        scores[to] = mine;
    }
    candidates->count = kept;
}
