/* Session: see session.h. */
#include "session.h"

#include <errno.h>

#include "printable.h"

int session_start(struct session *s, const char *term, int rows, int cols, char *const argv[])
{
    *s = (struct session){.pty = PTY_EMPTY};
    int rc = vt_init(&s->vt, term, rows, cols, printable_utf8());
    if (rc == 0) {
        rc = pty_start(&s->pty, rows, cols, term, argv);
    }
    if (rc < 0) {
        vt_free(&s->vt);
    }
    return rc;
}

size_t session_take(struct session *s, int64_t timeout_us)
{
    char buffer[16384];
    ssize_t n = pty_read(&s->pty, buffer, sizeof buffer, timeout_us);
    if (n <= 0) {
        s->ended = s->ended || n == -EIO;
        return 0;
    }
    s->last = pty_now();
    s->bytes += (uint64_t)n;
    vt_feed(&s->vt, buffer, (size_t)n);
    return (size_t)n;
}

bool session_quiet(struct session *s, int64_t quiet_us)
{
    int64_t until = pty_now() + SESSION_WAIT;
    while (pty_now() < until) {
        if (session_take(s, quiet_us) == 0) {
            return true;
        }
    }
    return false;
}

bool session_until(struct session *s, const char *text, bool shown)
{
    int64_t until = pty_now() + SESSION_WAIT;
    while (vt_find(&s->vt, text, NULL, NULL) != shown) {
        if (s->ended || pty_now() > until) {
            return false;
        }
        session_take(s, 100000);
    }
    return true;
}

int session_resize(struct session *s, int rows, int cols)
{
    int rc = vt_resize(&s->vt, rows, cols);
    return rc < 0 ? rc : pty_resize(&s->pty, rows, cols);
}

void session_print(const struct session *s, FILE *out)
{
    char line[4 * 600 + 1];
    for (int row = 0; row < s->vt.rows; row++) {
        fprintf(out, "%s\n", vt_row(&s->vt, row, line, sizeof line));
    }
}

int session_end(struct session *s)
{
    int64_t until = pty_now() + SESSION_WAIT;
    while (!s->ended && pty_now() < until) {
        session_take(s, 100000);
    }
    int status = pty_end(&s->pty, SESSION_WAIT, NULL);
    vt_free(&s->vt);
    return status;
}
