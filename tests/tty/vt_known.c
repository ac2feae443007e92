/* Vt_known: see vt_known.h. */
#include "vt_known.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

/* The one string that xterm's entry has: give the palette its first colours back (oc). */
static bool palette(const uint8_t *s, size_t n, struct vt_token *t)
{
    static const char oc[] = "\033]104\a";
    size_t length = sizeof oc - 1;
    if (memcmp(s, oc, n < length ? n : length) != 0 || n < 2) {
        return false;
    }
    *t = (struct vt_token){.kind = n < length ? VT_PARTIAL : VT_ESC, .final = ']', .length = length};
    return true;
}

struct vt_token vt_token_read(const uint8_t *s, size_t n)
{
    struct vt_token t = {.kind = VT_CONTROL, .final = (char)s[0], .length = 1};
    size_t at = 1;
    if (palette(s, n, &t)) {
        return t;
    }
    if (s[0] != 0x1b) {
        return t;
    }
    t.kind = VT_ESC;
    bool csi = n > 1 && s[1] == '[';
    if (csi) {
        t.kind = VT_CSI;
        at++;
        if (at < n && s[at] >= '<' && s[at] <= '?') {
            t.prefix = (char)s[at++];
        }
        int number = -1;
        for (; at < n && ((s[at] >= '0' && s[at] <= '9') || s[at] == ';'); at++) {
            if (s[at] == ';') {
                t.params[t.count < VT_PARAMS - 1 ? t.count++ : t.count] = number;
                number = -1;
            } else {
                number = (number < 0 ? 0 : number) * 10 + (s[at] - '0');
            }
        }
        t.params[t.count++] = number;
    }
    while (at < n && s[at] >= 0x20 && s[at] <= 0x2f) {
        t.intermediate = (char)s[at++];
    }
    if (at >= n) {
        t.kind = VT_PARTIAL;
        return t;
    }
    t.final = (char)s[at++];
    t.length = at;
    /* ESC with ] P X ^ _ starts a string that can set a title, and worse. */
    bool letter = csi ? t.final >= 0x40 && t.final <= 0x7e : t.final >= 0x30 && t.final <= 0x7e;
    if (!letter || (!csi && strchr("]PX^_", t.final) != NULL)) {
        t.kind = VT_BAD;
    }
    return t;
}

struct list {
    struct vt_token *tokens;
    size_t count, room;
    bool full; /* no memory */
};

static void list_add(struct list *l, const struct vt_token *t)
{
    if (l->count == l->room) {
        size_t room = l->room > 0 ? 2 * l->room : 256;
        struct vt_token *more = realloc(l->tokens, room * sizeof *more);
        if (more == NULL) {
            l->full = true;
            return;
        }
        l->tokens = more;
        l->room = room;
    }
    l->tokens[l->count++] = *t;
}

/* Takes a capability's text apart. $<5> asks for a pause and is no text. */
static void list_add_text(struct list *l, const char *text, bool numbers_free)
{
    const uint8_t *s = (const uint8_t *)text;
    size_t n = strlen(text);
    for (size_t at = 0; at < n;) {
        const char *pad = text[at] == '$' && text[at + 1] == '<' ? strchr(text + at, '>') : NULL;
        if (pad != NULL) {
            at = (size_t)(pad - text) + 1;
            continue;
        }
        if (s[at] >= 0x20 && s[at] != 0x7f) {
            at++;
            continue;
        }
        struct vt_token t = vt_token_read(s + at, n - at);
        if (t.kind == VT_PARTIAL || t.kind == VT_BAD) {
            return;
        }
        t.numbers_free = numbers_free && t.final != 'm' && t.final != 'h' && t.final != 'l';
        list_add(l, &t);
        at += t.length;
    }
}

/* What a program never sends: keys, what init and reset send (tset(1)), printers, function keys' programming, the
 * bell, and what sets colours anew. */
static bool not_sent(const char *name)
{
    static const char *const names[] = {"is1",   "is2",   "is3",   "rs1",   "rs2", "rs3",  "iprog", "if",  "rf",
                                        "acsc",  "pfkey", "pfloc", "pfx",   "pln", "mc0",  "mc4",   "mc5", "mc5p",
                                        "initc", "initp", "bel",   "flash", "u6",  "u7",   "u8",    "u9",  "dial",
                                        "qdial", "pulse", "tsl",   "fsl",   "dsl", "wind", "hts",   "tbc"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return name[0] == 'k';
}

/* All that its parameters make of it, as far as they change more than numbers. */
static void list_add_capability(struct list *l, const char *name, char *text)
{
    if (strchr(text, '%') == NULL) {
        list_add_text(l, text, false);
        return;
    }
    long most = 2;
    if (strcmp(name, "sgr") == 0) {
        most = 512;
    } else if (strcmp(name, "setaf") == 0 || strcmp(name, "setab") == 0) {
        most = max_colors > 0 && max_colors < 256 ? max_colors : max_colors > 0 ? 256 : 0;
    }
    for (long i = 0; i < most; i++) {
        bool sgr = most == 512;
        char *made = sgr ? tparm(text, i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3 & 1, i >> 4 & 1, i >> 5 & 1, i >> 6 & 1,
                                 i >> 7 & 1, i >> 8 & 1)
                         : tparm(text, i, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L);
        if (made != NULL) {
            list_add_text(l, made, true);
        }
    }
}

static void list_add_extended(struct list *l)
{
    static char mouse[] = "XM", key_mouse_name[] = "kmous";
    char *text = tigetstr(mouse);
    char *keys = tigetstr(key_mouse_name);
    if (text != NULL && text != (char *)-1) {
        list_add_capability(l, "XM", text);
    } else if (keys != NULL && keys != (char *)-1) {
        /* curses' own idea of how a terminal with mouse keys is asked for them */
        list_add_text(l, "\033[?1000h\033[?1000l", false);
    }
}

int vt_known_load(const char *term, struct vt_token **known, size_t *count)
{
    struct list l = {.tokens = NULL};
    int found;
    if (setupterm((char *)term, 1, &found) != OK) {
        return -ENOENT;
    }
    for (size_t i = 0; strnames[i] != NULL; i++) {
        char name[16];
        strncpy(name, strnames[i], sizeof name - 1);
        name[sizeof name - 1] = '\0';
        char *text = not_sent(name) ? NULL : tigetstr(name);
        if (text != NULL && text != (char *)-1) {
            list_add_capability(&l, name, text);
        }
    }
    list_add_extended(&l);
    del_curterm(cur_term);
    *known = l.tokens;
    *count = l.count;
    return l.full ? -ENOMEM : 0;
}

/* Is this one parameter of an SGR sequence in one of the entry's? 38;5;n counts as three. */
static bool sgr_has(const struct vt_token *known, size_t count, int param)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].kind == VT_CSI && known[i].final == 'm' && known[i].prefix == 0) {
            for (int p = 0; p < known[i].count; p++) {
                int has = known[i].params[p];
                if ((has < 0 ? 0 : has) == (param < 0 ? 0 : param)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static bool same(const struct vt_token *a, const struct vt_token *b)
{
    if (a->kind != b->kind || a->prefix != b->prefix || a->intermediate != b->intermediate || a->final != b->final) {
        return false;
    }
    if (a->kind != VT_CSI || a->numbers_free) {
        return true;
    }
    if (a->final == 'h' || a->final == 'l') { /* each of the modes is one of the entry's */
        for (int i = 0; i < b->count; i++) {
            bool has = false;
            for (int k = 0; k < a->count; k++) {
                has = has || a->params[k] == b->params[i];
            }
            if (!has) {
                return false;
            }
        }
        return true;
    }
    return a->count == b->count && memcmp(a->params, b->params, (size_t)a->count * sizeof *a->params) == 0;
}

bool vt_known(const struct vt_token *known, size_t count, const struct vt_token *token)
{
    if (token->kind == VT_CSI && token->final == 'm' && token->prefix == 0) {
        for (int i = 0; i < token->count; i++) {
            if (!sgr_has(known, count, token->params[i])) {
                return false;
            }
        }
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (same(&known[i], token)) {
            return true;
        }
    }
    return false;
}
