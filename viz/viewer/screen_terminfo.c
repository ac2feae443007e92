/* Screen, what terminfo says of the terminal: see screen_terminfo.h. */
#include "screen_terminfo.h"

#include <curses.h>
#include <string.h>
#include <term.h>

size_t terminfo_bytes(const char *text, char *out, size_t out_size)
{
    size_t n = 0;
    if (text == NULL || text == (const char *)-1) {
        return 0;
    }
    while (*text != '\0' && n < out_size) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end != NULL) {
            text = end + 1;
            continue;
        }
        out[n++] = *text++;
    }
    return n;
}

/* Does terminfo's string say `text`, pauses aside? */
static bool says(const char *name, const char *text)
{
    char now[64];
    size_t n = terminfo_bytes(tigetstr((char *)name), now, sizeof now);
    return n == strlen(text) && memcmp(now, text, n) == 0;
}

static bool colour_says(const char *text)
{
    char *made = tiparm(set_a_foreground, 2);
    return made != NULL && strcmp(made, text) == 0;
}

bool terminfo_paints(struct paint_terminal *t, char *clear, size_t clear_size)
{
    bool colours = has_colors() && COLORS >= 8;
    *t = (struct paint_terminal){
        .colours = colours,
        .attrs = (uint8_t)((says("bold", "\033[1m") ? STYLE_BOLD : 0) | (says("dim", "\033[2m") ? STYLE_DIM : 0) |
                           (says("rev", "\033[7m") ? STYLE_REVERSE : 0)),
        .not_coloured = (uint8_t)(no_color_video < 0 ? 0
                                  : ((no_color_video & 4) != 0 ? STYLE_REVERSE : 0) |
                                        ((no_color_video & 16) != 0 ? STYLE_DIM : 0) |
                                        ((no_color_video & 32) != 0 ? STYLE_BOLD : 0)),
        .column = says("hpa", "\033[%i%p1%dG"),
        .forward = says("cuf", "\033[%p1%dC"),
        .erase = says("el", "\033[K"),
        .last_cell = !auto_right_margin || eat_newline_glitch,
        .clear = clear,
    };
    size_t n = terminfo_bytes(clear_screen, clear, clear_size - 1);
    clear[n] = '\0';
    char reset[16] = "";
    terminfo_bytes(exit_attribute_mode, reset, sizeof reset - 1);
    bool coloured = !colours || (colour_says("\033[32m") && says("op", "\033[39;49m"));
    return n > 0 && says("cup", "\033[%i%p1%d;%p2%dH") && says("rev", "\033[7m") && coloured &&
           (strstr(reset, "\033[m") != NULL || strstr(reset, "\033[0") != NULL);
}
