/* Stage: see stage.h. */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "shm_layout.h"

SHM_LAYOUT(struct message);

#define MIRROR_MOST 4096

/* What a signal has to remove: handlers see nothing but globals. */
static volatile sig_atomic_t stages[4] = {-1, -1, -1, -1};

static void on_signal(int signal)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (stages[i] >= 0) {
            shmctl((int)stages[i], IPC_RMID, NULL);
        }
    }
    _exit(128 + signal);
}

static void stage_note(int old, int new)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (stages[i] == old) {
            stages[i] = new;
            return;
        }
    }
}

/* The file is removed at once: /proc/PID/fd/N names it as long as we live. */
static int mirror_open(struct stage *s)
{
    char path[] = "/dev/shm/shmlab-bench.XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        return -errno;
    }
    unlink(path);
    s->mirrored = s->size < MIRROR_MOST ? s->size : MIRROR_MOST;
    if (ftruncate(fd, (off_t)s->mirrored) < 0) {
        return -errno;
    }
    s->file = mmap(NULL, s->mirrored, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    snprintf(s->path, sizeof s->path, "/proc/%d/fd/%d", (int)getpid(), fd);
    return s->file == MAP_FAILED ? -errno : 0;
}

int stage_viewer(char *out, size_t out_size)
{
    ssize_t n = readlink("/proc/self/exe", out, out_size - 16);
    if (n <= 0) {
        return -ENOENT;
    }
    out[n] = '\0';
    strcpy(strrchr(out, '/'), "/shm-view");
    return access(out, X_OK) < 0 ? -errno : 0;
}

int stage_open(struct stage *s, size_t size)
{
    static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    *s = (struct stage){.id = -1, .size = size};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        signal(endings[i], on_signal);
    }
    s->id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    if (s->id < 0) {
        return -errno;
    }
    stage_note(-1, s->id);
    void *at = shmat(s->id, NULL, 0);
    int rc = at == (void *)-1 ? -errno : mirror_open(s);
    if (rc < 0) {
        return rc;
    }
    s->bytes = at;
    snprintf(s->id_text, sizeof s->id_text, "%d", s->id);
    const struct message_live m = message_first();
    message_write(s->bytes, MESSAGE_NATURAL, false, &m);
    memcpy(s->file, s->bytes, s->mirrored);
    return stage_viewer(s->viewer, sizeof s->viewer);
}

void stage_close(struct stage *s)
{
    if (s->id >= 0) {
        shmctl(s->id, IPC_RMID, NULL);
        stage_note(s->id, -1);
    }
    if (s->bytes != NULL) {
        shmdt(s->bytes);
    }
    if (s->file != NULL && s->file != MAP_FAILED) {
        munmap(s->file, s->mirrored);
        close(atoi(strrchr(s->path, '/') + 1));
    }
    *s = (struct stage){.id = -1};
}

void stage_poke(struct stage *s, size_t offset, uint8_t byte)
{
    *(volatile uint8_t *)(s->bytes + offset) = byte;
    if (offset < s->mirrored) {
        *(volatile uint8_t *)(s->file + offset) = byte;
    }
}

/* ---- viewers ---- */

/* The offset that a row of the grid starts with, and the column after it: 0 if it is not such a row. A sign may follow. */
static int row_offset(const struct play *p, int row, unsigned *offset)
{
    char line[4 * 600 + 1];
    int start = 0, end = 0;
    vt_row(&p->session.vt, row, line, sizeof line);
    bool read = sscanf(line, " %n%x%n", &start, offset, &end) == 1;
    return read && start <= 1 && end - start >= 4 && line[start + 1] != 'x' ? end : 0;
}

bool play_grid_find(struct play *p)
{
    unsigned offset = 1;
    for (p->grid_row = 1; p->grid_row < p->rows; p->grid_row++) {
        p->grid_col = row_offset(p, p->grid_row, &offset);
        if (p->grid_col > 0 && offset == 0) {
            break;
        }
    }
    if (p->grid_row >= p->rows) {
        return false;
    }
    /* "0010" in the second row: 16 bytes a row. Where there is one row, it has all of them. */
    p->width = row_offset(p, p->grid_row + 1, &offset) > 0 && offset > 0 && offset <= 64 ? (int)offset : 64;
    for (p->grid_rows = 1; p->grid_row + p->grid_rows < p->rows; p->grid_rows++) {
        if (row_offset(p, p->grid_row + p->grid_rows, &offset) == 0 || offset != (unsigned)(p->grid_rows * p->width)) {
            break;
        }
    }
    return true;
}

static int play_start(struct play *p, const char *term, int rows, int cols, char *const argv[])
{
    *p = (struct play){.rows = rows, .cols = cols};
    return session_start(&p->session, term, rows, cols, argv);
}

int play_ours(struct play *p, struct stage *s, const char *term, int rows, int cols, char *const arguments[])
{
    char *argv[16] = {s->viewer, (char *)"--id", s->id_text};
    for (int i = 0; arguments[i] != NULL && i < 12; i++) {
        argv[3 + i] = arguments[i];
    }
    int64_t start = pty_now();
    int rc = play_start(p, term, rows, cols, argv);
    if (rc < 0) {
        return rc;
    }
    if (!session_until(&p->session, "q quit", true) || !play_grid_find(p)) {
        play_close(p);
        return -ETIME;
    }
    session_quiet(&p->session, 20000);
    p->opened = p->session.last - start;
    return 0;
}

int play_watch(struct play *p, struct stage *s, int rows, int cols, char *const command[])
{
    char *argv[16] = {(char *)"watch", (char *)"-t", (char *)"-n", (char *)"0.1", (char *)"-d"};
    int n = 5;
    for (int i = 0; command[i] != NULL && n < 14; i++) {
        argv[n++] = command[i];
    }
    argv[n] = s->path;
    int rc = play_start(p, "xterm-256color", rows, cols, argv);
    if (rc == 0 && !session_until(&p->session, "0000000", true)) {
        play_close(p);
        return -ETIME;
    }
    return rc;
}

void play_place(const struct play *p, size_t offset, int *row, int *col)
{
    int i = (int)(offset % (size_t)p->width);
    *row = p->grid_row + (int)(offset / (size_t)p->width);
    *col = p->grid_col + 1 + 3 * i + i / 8 + 1;
}

bool play_shows(const struct play *p, size_t offset, uint8_t byte)
{
    char digits[3];
    int row, col;
    snprintf(digits, sizeof digits, "%02x", byte);
    play_place(p, offset, &row, &col);
    const struct vt_cell *high = vt_at(&p->session.vt, row, col), *low = vt_at(&p->session.vt, row, col + 1);
    return high != NULL && low != NULL && high->text[0] == digits[0] && low->text[0] == digits[1];
}

int64_t play_close(struct play *p)
{
    struct rusage used = {.ru_maxrss = 0};
    pty_signal(&p->session.pty, SIGTERM);
    pty_end(&p->session.pty, SESSION_WAIT, &used);
    vt_free(&p->session.vt);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * (int64_t)1000000 + used.ru_utime.tv_usec +
           used.ru_stime.tv_usec;
}
