/* tty-bytes: the viewer shows every byte value at every offset of a segment of 1024 bytes. Each must be in the grid as
 * its two digits, and none may reach the terminal as a control character: the terminal is strict.
 *
 *   tty-bytes TERM */
#include <locale.h>
#include <string.h>

#include "stage.h"

#define SIZE 1024

static bool all_shown(const struct play *p, const struct stage *s)
{
    for (size_t i = 0; i < SIZE; i++) {
        if (!play_shows(p, i, s->bytes[i])) {
            return false;
        }
    }
    return true;
}

static int fail(const char *what, unsigned round, const struct play *p)
{
    fprintf(stderr, "tty-bytes: %s in round %u %s\n", what, round, p->session.vt.error);
    session_print(&p->session, stderr);
    return 1;
}

static int rounds(struct play *p, struct stage *s)
{
    for (unsigned round = 0; round < 256; round++) {
        for (size_t i = 0; i < SIZE; i++) {
            s->bytes[i] = (uint8_t)(i + i / 256 + round);
        }
        for (int64_t until = pty_now() + SESSION_WAIT; !all_shown(p, s);) {
            if (p->session.ended || pty_now() > until) {
                return fail("the bytes did not come", round, p);
            }
            session_take(&p->session, 100000);
        }
        if (p->session.vt.error[0] != '\0') {
            return fail("a byte was refused", round, p);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    char *const arguments[] = {(char *)"--hz", (char *)"1000", NULL};
    struct stage s;
    struct play p;
    setlocale(LC_ALL, "");
    int rc = stage_open(&s, SIZE);
    if (argc == 2 && rc == 0 && (rc = play_ours(&p, &s, argv[1], 90, 200, arguments)) == 0) {
        rc = rounds(&p, &s);
        printf("%llu bytes came\n", (unsigned long long)p.session.bytes);
        play_close(&p);
    } else {
        fprintf(stderr, "tty-bytes: cannot start (%s)\n", argc == 2 ? strerror(-rc) : "usage: tty-bytes TERM");
    }
    stage_close(&s);
    return rc == 0 ? 0 : 1;
}
