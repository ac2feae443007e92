/* tty-faults: random faults while a viewer is open. In each round something happens to the segment with its key, to
 * the writer, to the terminal or to the viewer itself; then the screen must show the bytes of the segment, or the
 * reason why there are none. At the end nothing is left behind.
 *
 *   tty-faults ROUNDS [SEED]
 *
 * Run by root, the viewer runs as nobody: root may look at everything. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

#define OLD_MAX 64

struct trial {
    uint64_t seed;
    key_t key;
    int id;         /* of the segment under the key; -1: none */
    uint8_t *bytes; /* our attachment to it */
    size_t size;
    bool denied;      /* its mode lets nobody look */
    int old[OLD_MAX]; /* removed ones that must be gone */
    int old_count;
    struct play play;
    char dir[64], viewer[512];
    char did[256]; /* in this round, for who reads of a failure */
};

/* Signal handlers see nothing but globals. */
static volatile sig_atomic_t id_to_remove = -1;
static char dir_to_remove[64];

static void on_signal(int signal)
{
    shmctl((int)id_to_remove, IPC_RMID, NULL);
    if (dir_to_remove[0] != '\0') {
        char path[96];
        strcpy(path, dir_to_remove);
        strcat(path, "/shm-view");
        unlink(path);
        rmdir(dir_to_remove);
    }
    _exit(128 + signal);
}

/* xorshift64: the same rounds again for the same seed. */
static unsigned chance(struct trial *t, unsigned of)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;
    return (unsigned)(t->seed >> 33) % of;
}

static void __attribute__((format(printf, 2, 3))) note(struct trial *t, const char *format, ...)
{
    size_t used = strlen(t->did);
    va_list args;
    va_start(args, format);
    vsnprintf(t->did + used, sizeof t->did - used, format, args);
    va_end(args);
}

/* ---- what happens to the segment ---- */

static void scribble(struct trial *t)
{
    if (t->id < 0) {
        return;
    }
    unsigned n = 1 + chance(t, 40);
    note(t, " %u bytes written;", n);
    for (unsigned i = 0; i < n; i++) {
        size_t most = t->size < 512 ? t->size : 512;
        t->bytes[chance(t, (unsigned)most)] = (uint8_t)chance(t, 256);
    }
}

static void remove_it(struct trial *t)
{
    if (t->id < 0) {
        return;
    }
    note(t, " %d removed;", t->id);
    shmctl(t->id, IPC_RMID, NULL);
    shmdt(t->bytes);
    if (t->old_count < OLD_MAX) {
        t->old[t->old_count++] = t->id;
    }
    t->id = -1;
    id_to_remove = -1;
}

/* The owner may set the mode whatever it is now, but not ask for the rest: so the rest is known. */
static void permit(struct trial *t)
{
    struct shmid_ds st = {.shm_perm = {.uid = geteuid(), .gid = getegid()}};
    if (t->id < 0) {
        return;
    }
    t->denied = !t->denied;
    st.shm_perm.mode = t->denied ? 0 : 0644;
    shmctl(t->id, IPC_SET, &st);
    note(t, t->denied ? " denied;" : " allowed;");
}

static int make(struct trial *t)
{
    static const size_t sizes[] = {1, 7, 64, 100, 256, 1024, 1024, 4096, 5000, 16384, 16385, 65536, (size_t)1 << 20};
    if (t->id >= 0) {
        return 0;
    }
    t->size = sizes[chance(t, sizeof sizes / sizeof *sizes)];
    t->denied = false;
    t->id = shmget(t->key, t->size, IPC_CREAT | IPC_EXCL | 0644);
    id_to_remove = t->id;
    void *at = t->id < 0 ? (void *)-1 : shmat(t->id, NULL, 0);
    if (at == (void *)-1) {
        fprintf(stderr, "tty-faults: cannot make a segment: %s\n", strerror(errno));
        return -1;
    }
    t->bytes = at;
    note(t, " %d made, %zu bytes;", t->id, t->size);
    if (chance(t, 6) == 0) {
        permit(t);
    }
    scribble(t);
    return 0;
}

/* A process that writes as fast as it can, and is killed. */
static void kill_writer(struct trial *t)
{
    if (t->id < 0) {
        return;
    }
    size_t most = t->size < 256 ? t->size : 256;
    int64_t until = pty_now() + chance(t, 30000);
    pid_t writer = fork();
    if (writer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (unsigned n = 0;; n++) {
            memset(t->bytes, (int)(n & 255), most);
        }
    }
    while (pty_now() < until) {
        session_take(&t->play.session, until - pty_now());
    }
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    note(t, " writer killed;");
}

/* ---- what happens to the terminal, and to the viewer ---- */

static void resize(struct trial *t)
{
    int rows = 6 + (int)chance(t, 60), cols = 20 + (int)chance(t, 180);
    session_resize(&t->play.session, rows, cols);
    t->play.rows = rows;
    t->play.cols = cols;
    note(t, " %dx%d;", cols, rows);
}

static void press(struct trial *t)
{
    static const char *const keys[] = {"j", "k", "l", "h",    "G",    "g",      "\t",
                                       "w", "L", "e", "\006", "\002", "\033[Z", "?x"};
    unsigned i = chance(t, sizeof keys / sizeof *keys);
    pty_write(&t->play.session.pty, keys[i]);
    note(t, " key %u;", i);
}

static int something(struct trial *t, bool may_suspend);

static int suspend(struct trial *t)
{
    bool job = chance(t, 2) == 0;
    int64_t now = pty_now(), until = now + SESSION_WAIT, next = now;
    note(t, job ? " suspended (" : " stopped (");
    for (; pty_state(&t->play.session.pty) != 'T'; now = pty_now()) {
        if (now >= next) { /* once more: curses ignores SIGTSTP while it draws */
            pty_signal(&t->play.session.pty, job ? SIGTSTP : SIGSTOP);
            next = now + 300000;
        }
        session_take(&t->play.session, 1000);
        if (pty_now() > until) {
            fprintf(stderr, "tty-faults: it does not stop\n");
            return -1;
        }
    }
    int rc = something(t, false);
    pty_signal(&t->play.session.pty, SIGCONT);
    note(t, " ) continued;");
    return rc;
}

static int something(struct trial *t, bool may_suspend)
{
    switch (chance(t, may_suspend ? 9 : 7)) {
    case 0:
        remove_it(t);
        return 0;
    case 1:
        remove_it(t);
        return make(t);
    case 2:
        permit(t);
        return 0;
    case 3:
        kill_writer(t);
        return 0;
    case 4:
        resize(t);
        return 0;
    case 5:
        press(t);
        return 0;
    case 6:
        scribble(t);
        return make(t);
    default:
        return suspend(t);
    }
}

/* ---- what must be seen ---- */

static bool title_says(const struct trial *t, const char *state)
{
    char line[4 * 600 + 1];
    const char *title = vt_row(&t->play.session.vt, 0, line, sizeof line);
    size_t n = strlen(title), m = strlen(state);
    return n > m && strcmp(title + n - m, state) == 0 && title[n - m - 1] == ' ';
}

static bool bytes_are_true(struct trial *t)
{
    if (!title_says(t, "live") || !play_grid_find(&t->play)) {
        return false;
    }
    size_t shown = (size_t)t->play.grid_rows * (size_t)t->play.width;
    for (size_t i = 0; i < shown && i < t->size; i++) {
        if (!play_shows(&t->play, i, t->bytes[i])) {
            return false;
        }
    }
    return true;
}

static bool truth_is_shown(struct trial *t)
{
    if (t->id < 0) {
        return title_says(t, "gone") || title_says(t, "waiting");
    }
    /* Who has it attached already keeps it, whatever its mode is now. */
    return bytes_are_true(t) || (t->denied && title_says(t, "not permitted"));
}

/* Segments that were removed are freed as soon as nobody has them attached: the viewer let go of all of them. */
static bool old_ones_gone(struct trial *t)
{
    struct shmid_ds st;
    for (int i = 0; i < t->old_count; i++) {
        if (shmctl(t->old[i], IPC_STAT, &st) == 0 || errno == EACCES) {
            return false;
        }
        t->old[i--] = t->old[--t->old_count];
    }
    return true;
}

static int settle(struct trial *t)
{
    struct session *s = &t->play.session;
    int64_t until = pty_now() + SESSION_WAIT;
    pty_write(&s->pty, "g"); /* the grid starts at 0 again */
    while (!truth_is_shown(t) || !old_ones_gone(t)) {
        session_take(s, 20000);
        if (pty_state(&s->pty) == 'T') { /* asked twice, it stops twice */
            pty_signal(&s->pty, SIGCONT);
        }
        if (s->ended || pty_now() > until) {
            fprintf(stderr, "tty-faults: %s\n",
                    s->ended ? "the viewer has ended" : "the screen does not tell the truth");
            session_print(s, stderr);
            return -1;
        }
    }
    if (s->vt.error[0] != '\0') {
        fprintf(stderr, "tty-faults: %s\n", s->vt.error);
        return -1;
    }
    return 0;
}

/* ---- the whole ---- */

static int copy(const char *from, const char *to)
{
    char block[65536];
    FILE *in = fopen(from, "rb"), *out = in != NULL ? fopen(to, "wb") : NULL;
    size_t n;
    while (out != NULL && (n = fread(block, 1, sizeof block, in)) > 0) {
        fwrite(block, 1, n, out);
    }
    bool good = out != NULL && fclose(out) == 0 && chmod(to, 0755) == 0;
    if (in != NULL) {
        fclose(in);
    }
    return good ? 0 : -errno;
}

static int viewer_start(struct trial *t)
{
    char key[24];
    snprintf(key, sizeof key, "0x%08x", (unsigned)t->key);
    char *argv[] = {(char *)"setpriv",
                    (char *)"--reuid",
                    (char *)"65534",
                    (char *)"--regid",
                    (char *)"65534",
                    (char *)"--clear-groups",
                    t->viewer,
                    (char *)"--key",
                    key,
                    NULL};
    int rc = stage_viewer(t->viewer, sizeof t->viewer);
    if (rc == 0 && geteuid() == 0) {
        char from[512];
        memcpy(from, t->viewer, sizeof from);
        strcpy(t->dir, "/tmp/shmlab-faults.XXXXXX");
        if (mkdtemp(t->dir) == NULL || chmod(t->dir, 0755) < 0) {
            return -errno;
        }
        snprintf(t->viewer, sizeof t->viewer, "%s/shm-view", t->dir);
        strcpy(dir_to_remove, t->dir);
        rc = copy(from, t->viewer);
    }
    t->play.rows = 24;
    t->play.cols = 80;
    return rc < 0 ? rc : session_start(&t->play.session, "xterm-256color", 24, 80, geteuid() == 0 ? argv : argv + 6);
}

static int run(struct trial *t, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        t->did[0] = '\0';
        int rc = i == 0 ? make(t) : 0;
        for (unsigned n = 1 + chance(t, 3); n > 0 && rc == 0; n--) {
            rc = something(t, true);
        }
        if (rc < 0 || settle(t) < 0) {
            fprintf(stderr, "tty-faults: round %ld:%s\n", i, t->did);
            return -1;
        }
    }
    return 0;
}

/* It goes at `q`, with status 0, and has nothing attached any more. */
static int finish(struct trial *t)
{
    struct shmid_ds st;
    if (make(t) < 0 || settle(t) < 0) {
        return -1;
    }
    pty_write(&t->play.session.pty, "q");
    int status = session_end(&t->play.session);
    if (t->denied) {
        permit(t);
    }
    int rc = shmctl(t->id, IPC_STAT, &st);
    if (status != 0 || rc < 0 || st.shm_nattch != 1) {
        fprintf(stderr, "tty-faults: it ended with status %d, and nattch is %lu, not 1\n", status,
                rc < 0 ? 0UL : (unsigned long)st.shm_nattch);
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct trial t = {.id = -1};
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    if (rounds <= 0 || argc > 3) {
        fprintf(stderr, "usage: tty-faults ROUNDS [SEED]\n");
        return 2;
    }
    setlocale(LC_ALL, "");
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    t.seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 20240607;
    printf("%ld rounds, seed %llu\n", rounds, (unsigned long long)t.seed);
    fflush(stdout);
    t.key = (key_t)(0x5e000000 | (getpid() & 0xffffff));
    int rc = viewer_start(&t);
    if (rc < 0) {
        fprintf(stderr, "tty-faults: cannot start the viewer: %s\n", strerror(-rc));
    } else {
        rc = run(&t, rounds) < 0 ? -1 : finish(&t);
    }
    if (t.play.session.pty.fd >= 0 && rc < 0) {
        pty_signal(&t.play.session.pty, SIGKILL);
        session_end(&t.play.session);
    }
    remove_it(&t);
    if (t.dir[0] != '\0') {
        unlink(t.viewer);
        rmdir(t.dir);
    }
    return rc < 0 ? 1 : 0;
}
