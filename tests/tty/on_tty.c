/* on_tty: runs a program on a strict terminal, does the steps of a script, and prints what is on the screen. For tests.
 *
 *   on_tty TERM COLSxROWS [STEP]... -- PROGRAM [ARG]...
 *
 *   see:TEXT    waits until the text is on the screen
 *   lose:TEXT   waits until it is not
 *   keys:TEXT   types it (\e \r \t \\ and \xHH)
 *   size:CxR    gives the terminal another size
 *   show        prints the screen
 *   like:FILE   fails if a character, its colour or its attributes differ from FILE, the same picture by --render ansi
 *   colours     prints how many colours were used until now
 *   modes       prints which modes are on: alternate, hidden (the cursor), mouse
 *   still       waits until nothing has come for a tenth of a second
 *   end         the last step: waits until the program has ended, prints its modes and "status N"
 *
 * Exit status: 0; 1: a text did not come (the screen goes to stderr), or the program sent what its TERM does not have. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static void unescape(const char *text, char *out, size_t out_size)
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < out_size; text++) {
        unsigned byte;
        if (text[0] != '\\' || text[1] == '\0') {
            out[n++] = *text;
        } else if (text[1] == 'x' && sscanf(text + 2, "%2x", &byte) == 1) {
            out[n++] = (char)byte;
            text += 3;
        } else {
            text++;
            out[n++] = *text == 'e' ? '\033' : *text == 'r' ? '\r' : *text == 't' ? '\t' : *text;
        }
    }
    out[n] = '\0';
}

static int resize(struct session *s, const char *size)
{
    int rows, cols;
    return sscanf(size, "%dx%d", &cols, &rows) == 2 && session_resize(s, rows, cols) == 0 ? 0 : 1;
}

static void tell(const struct session *s, const char *what)
{
    int n = 0;
    for (int i = 0; i < 256; i++) {
        n += s->vt.colours[i];
    }
    if (strcmp(what, "colours") == 0) {
        printf("%d\n", n);
    } else {
        printf("%s%s%s\n", s->vt.alternate ? "alternate " : "", s->vt.cursor_hidden ? "hidden " : "",
               s->vt.mouse ? "mouse" : "");
    }
}

/* Of a blank nothing is seen but reverse. */
static bool looks_like(const struct vt_cell *a, const struct vt_cell *b)
{
    bool blank = a->text[0] == ' ' && ((a->attr | b->attr) & VT_REVERSE) == 0;
    return strcmp(a->text, b->text) == 0 && (blank || (a->attr == b->attr && a->colour == b->colour));
}

static int compare(const struct session *s, const char *path)
{
    struct vt want = {.known = s->vt.known, .known_count = s->vt.known_count, .utf8 = s->vt.utf8, .pen.colour = -1};
    char line[16384];
    int rc = -1, row = 0;
    FILE *in = fopen(path, "r");
    if (in == NULL || vt_resize(&want, s->vt.rows, s->vt.cols) < 0) {
        return 1;
    }
    for (; row < want.rows && fgets(line, sizeof line, in) != NULL; row++) {
        line[strcspn(line, "\n")] = '\0';
        want.row = row;
        want.col = 0;
        want.wrap_next = false;
        vt_feed(&want, line, strlen(line));
        for (int col = 0; col < want.cols; col++) {
            if (!looks_like(vt_at(&s->vt, row, col), vt_at(&want, row, col))) {
                fprintf(stderr, "on_tty: row %d, column %d is not as in %s\n", row, col, path);
                rc = 1;
            }
        }
    }
    fclose(in);
    free(want.cells);
    free(want.charged);
    return row == want.rows ? rc : 1;
}

/* -1: go on; else the exit status. */
static int step(struct session *s, const char *word)
{
    const char *text = strchr(word, ':');
    char made[512];
    unescape(text != NULL ? text + 1 : "", made, sizeof made);
    if (strncmp(word, "see:", 4) == 0 || strncmp(word, "lose:", 5) == 0) {
        if (!session_until(s, made, word[0] == 's')) {
            fprintf(stderr, "on_tty: waited in vain for %s\n", word);
            session_print(s, stderr);
            return 1;
        }
    } else if (strncmp(word, "keys:", 5) == 0) {
        return pty_write(&s->pty, made) < 0 ? 1 : -1;
    } else if (strncmp(word, "size:", 5) == 0) {
        return resize(s, made) != 0 ? 1 : -1;
    } else if (strncmp(word, "like:", 5) == 0) {
        return compare(s, made);
    } else if (strcmp(word, "show") == 0) {
        session_print(s, stdout);
    } else if (strcmp(word, "colours") == 0 || strcmp(word, "modes") == 0) {
        tell(s, word);
    } else if (strcmp(word, "still") == 0) {
        session_quiet(s, 100000);
    } else if (strcmp(word, "end") == 0) {
        while (!s->ended && session_quiet(s, 100000)) {
        }
    } else {
        fprintf(stderr, "on_tty: no such step: %s\n", word);
        return 1;
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct session s;
    int rows, cols, at = 3, status = -1;
    setlocale(LC_ALL, "");
    int program = 3;
    while (program < argc && strcmp(argv[program], "--") != 0) {
        program++;
    }
    if (program + 1 >= argc || sscanf(argv[2], "%dx%d", &cols, &rows) != 2) {
        fprintf(stderr, "usage: on_tty TERM COLSxROWS [STEP]... -- PROGRAM [ARG]...\n");
        return 2;
    }
    if (session_start(&s, argv[1], rows, cols, argv + program + 1) < 0) {
        fprintf(stderr, "on_tty: cannot start it on a terminal of kind %s\n", argv[1]);
        return 1;
    }
    for (; at < program && status < 0; at++) {
        status = step(&s, argv[at]);
    }
    if (s.vt.error[0] != '\0') {
        fprintf(stderr, "on_tty: %s\n", s.vt.error);
        status = 1;
    }
    bool end = at == program && strcmp(argv[program - 1], "end") == 0;
    if (!end) {
        pty_signal(&s.pty, SIGKILL);
    }
    if (end) {
        tell(&s, "modes");
    }
    int ended = session_end(&s);
    if (end) {
        printf("status %d\n", ended);
    }
    return status < 0 ? 0 : status;
}
