/* View sources: see view_sources.h. */
#include "view_sources.h"

#include <stdio.h>
#include <string.h>

/* Option number `index` of all kinds, and its kind; NULL: there are no more. */
static const struct source_option *option_at(size_t index, const struct source_kind **kind)
{
    for (size_t i = 0; i < source_kind_count; i++) {
        *kind = source_kinds[i];
        for (const struct source_option *o = (*kind)->options; o != NULL && o->name != NULL; o++) {
            if (index-- == 0) {
                return o;
            }
        }
    }
    return NULL;
}

static bool was_given(unsigned given, size_t index)
{
    return (given >> index & 1) != 0;
}

size_t view_sources_rows(struct option_row *rows, size_t room, int first)
{
    const struct source_kind *kind;
    const struct source_option *o;
    size_t n = 0;
    for (; n < room && (o = option_at(n, &kind)) != NULL; n++) {
        rows[n] = (struct option_row){o->name, first + (int)n, o->arg, o->help};
    }
    return n;
}

int view_sources_take(const struct options *options, struct source_spec *spec, size_t index, const char *arg,
                      unsigned *given)
{
    const struct source_kind *kind;
    const struct source_option *o = option_at(index, &kind);
    if (o->take(spec, arg) < 0) {
        return options_wrong(options, "--%s takes %s, not '%s'", o->name, o->takes, arg);
    }
    spec->kind = kind;
    *given |= 1u << index;
    return 0;
}

int view_sources_named(unsigned given)
{
    const struct source_kind *kind;
    const struct source_option *o;
    int n = 0;
    for (size_t i = 0; (o = option_at(i, &kind)) != NULL; i++) {
        n += o == kind->options && was_given(given, i);
    }
    return n;
}

int view_sources_judge(const struct options *options, unsigned given, int named)
{
    const struct source_kind *kind;
    const struct source_option *o;
    char names[256] = "";
    bool is_named = false; /* the source that the option belongs to */
    for (size_t i = 0; (o = option_at(i, &kind)) != NULL; i++) {
        size_t used = strlen(names);
        if (o == kind->options) {
            is_named = was_given(given, i);
            snprintf(names + used, sizeof names - used, "--%s, ", o->name);
        } else if (was_given(given, i) && !is_named) {
            return options_wrong(options, "--%s goes with --%s", o->name, kind->options->name);
        }
    }
    return named <= 1 ? 0 : options_wrong(options, "one source is enough: a segment, %sor - for standard input", names);
}
