/* Screen: see screen.h. */
#include "screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "wakeup.h"

/* What a crashing process needs to restore the terminal. */
struct rescue {
    char restore[256]; /* the bytes to write */
    size_t restore_length;
    int keys_fd;
    struct termios before;    /* as we found it */
    struct sigaction old[32]; /* of the fatal signals, by number */
};

/* curses is one per process, so there is one of these. */
struct screen {
    /* Fatal signals are handled on a stack of their own: its far end holds what they need, and the kernel tells them
     * where that is. Nothing global has to; and it works, too, where the other stack is full. */
    struct {
        struct rescue rescue;
        char stack[64 << 10];
    } crash;
    stack_t stack_before; /* as we found it */
    SCREEN *curses;
    FILE *keys; /* standard input, or the terminal if that is a pipe */
    struct canvas canvas;
    struct canvas last;  /* the last one shown; empty: curses' rows are not known */
    sigset_t signals;    /* those blocked as we found it */
    bool unread;         /* keys may be waiting, in the terminal or in curses */
    uint64_t size_asked; /* time of the last check, in seconds */
    struct wakeup wakeup;
};

/* Signals received, as bits of enum asked. Handlers run in wakeup.h's thread, so bits are set and cleared
 * atomically. */
static volatile sig_atomic_t asked;
enum asked { ASKED_STOP = 1, ASKED_SUSPEND = 2, ASKED_CONTINUE = 4, ASKED_REDRAW = 8 };

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS, SIGTRAP};
static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP};

static void on_signal(int number)
{
    int bit = number == SIGTSTP    ? ASKED_SUSPEND
              : number == SIGCONT  ? ASKED_CONTINUE
              : number == SIGWINCH ? ASKED_REDRAW
                                   : ASKED_STOP;
    __atomic_fetch_or(&asked, bit, __ATOMIC_SEQ_CST);
}

/* Was it asked for? Clears that. */
static bool asked_take(enum asked bit)
{
    return (__atomic_fetch_and(&asked, ~(int)bit, __ATOMIC_SEQ_CST) & (int)bit) != 0;
}

/* Makes only async-signal-safe calls (signal-safety(7)). endwin is not one, so its output was prepared beforehand.
 * Other threads block these signals: a crash there kills at once. */
static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)info;
    const struct rescue *rescue = ((const ucontext_t *)context)->uc_stack.ss_sp;
    ssize_t ignored = write(STDOUT_FILENO, rescue->restore, rescue->restore_length);
    (void)ignored;
    tcsetattr(rescue->keys_fd, TCSANOW, &rescue->before);
    sigaction(number, &rescue->old[number], NULL);
    raise(number);
}

/* Does the terminal's terminfo entry have this string? Entries can cancel one. */
static bool has(const char *string)
{
    return string != NULL && string != (const char *)-1;
}

/* Copies without the delays of an entry, as in "\E[m$<2>". */
static void restore_add(struct rescue *rescue, const char *string)
{
    for (const char *end; has(string) && *string != '\0'; string++) {
        if (string[0] == '$' && string[1] == '<' && (end = strchr(string, '>')) != NULL) {
            string = end;
        } else if (rescue->restore_length < sizeof rescue->restore) {
            rescue->restore[rescue->restore_length++] = *string;
        }
    }
}

/* Attributes, colours, cursor, keypad, screen. */
static void restore_prepare(struct rescue *rescue)
{
    rescue->restore_length = 0;
    if (has(key_mouse)) {
        restore_add(rescue, "\033[?1000l\033[?1002l\033[?1006l");
    }
    const char *const strings[] = {exit_attribute_mode, orig_pair, cursor_normal, keypad_local, exit_ca_mode};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        restore_add(rescue, strings[i]);
    }
}

static void signals_take(struct screen *s)
{
    const stack_t stack = {.ss_sp = &s->crash, .ss_size = sizeof s->crash};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++) {
        sigaction(stop_signals[i], &action, NULL);
    }
    sigaction(SIGCONT, &action, NULL);
    sigaltstack(&stack, &s->stack_before);
    action.sa_sigaction = on_crash;
    action.sa_flags = (int)SA_NODEFER | SA_ONSTACK | SA_SIGINFO;
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        sigaction(fatal_signals[i], &action, &s->crash.rescue.old[fatal_signals[i]]);
    }
}

static void crashes_leave(const struct screen *s)
{
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        sigaction(fatal_signals[i], &s->crash.rescue.old[fatal_signals[i]], NULL);
    }
    sigaltstack(&s->stack_before, NULL);
}

/* Handles two signals in place of curses. At Ctrl-Z its handler would stop us in the middle of writing. At a resize it
 * compares the size: a terminal that was made smaller and larger again has lost lines, and would not be drawn anew. */
static void curses_signals_take(void)
{
    struct sigaction action = {.sa_handler = on_signal}, old;
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, NULL);
    sigaction(SIGTSTP, NULL, &old);
    if (old.sa_handler != SIG_IGN) {
        sigaction(SIGTSTP, &action, NULL);
    }
}

/* The signals that concern the terminal. */
static void screen_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGCONT);
    sigaddset(set, SIGTSTP);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++) {
        sigaddset(set, stop_signals[i]);
    }
}

/* Blocks them here, so that only wakeup's thread gets them: none is missed between checking the bits and sleeping. */
static void signals_hold(struct screen *s)
{
    sigset_t ours;
    screen_signals(&ours);
    sigprocmask(SIG_BLOCK, &ours, &s->signals);
}

static void signals_release(const struct screen *s)
{
    sigprocmask(SIG_SETMASK, &s->signals, NULL);
}

static void colours_start(void)
{
    if (!has_colors()) {
        return;
    }
    start_color();
    short ground = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (short i = 1; i < 8 && i < COLORS; i++) {
        init_pair(i, i, ground);
    }
}

/* With `producer | shm-view -` standard input carries the bytes, so keys come from the terminal. */
static int keys_open(struct screen *s)
{
    struct rescue *rescue = &s->crash.rescue;
    s->keys = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "r");
    if (s->keys == NULL) {
        return -ENOTTY;
    }
    rescue->keys_fd = fileno(s->keys);
    return tcgetattr(rescue->keys_fd, &rescue->before) < 0 ? -errno : 0;
}

static void keys_close(struct screen *s)
{
    if (s->keys != NULL && s->keys != stdin) {
        fclose(s->keys);
    }
    s->keys = NULL;
}

/* Makes reads return at once. curses first checks for a key, then reads it; a stop between the two (Ctrl-Z) discards
 * what was typed, and a blocking read would freeze the picture until the next key. */
static void never_block(int keys_fd)
{
    struct termios modes;
    if (tcgetattr(keys_fd, &modes) == 0) {
        modes.c_cc[VMIN] = 0;
        modes.c_cc[VTIME] = 0;
        tcsetattr(keys_fd, TCSADRAIN, &modes);
        def_prog_mode(); /* these modes return after a stop */
    }
}

/* Checks that the terminal can position its cursor, and prepares what restores it. 0 or -errno. */
static int terminal_ask(struct rescue *rescue)
{
    int rc;
    if (!isatty(STDOUT_FILENO)) {
        return -ENOTTY;
    }
    if (setupterm(NULL, STDOUT_FILENO, &rc) != OK) {
        return -ENOTSUP;
    }
    bool places = has(cursor_address);
    restore_prepare(rescue);
    del_curterm(cur_term); /* newterm loads its own */
    return places ? 0 : -ENOTSUP;
}

static void curses_set(int keys_fd)
{
    colours_start();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
    never_block(keys_fd);
    timeout(0);            /* screen_wait waits, not curses */
    leaveok(stdscr, TRUE); /* the cursor is hidden: leave it where the last change was */
    typeahead(-1);         /* else curses would interrupt a frame when a key is typed */
}

/* Takes over a terminal that can position its cursor, with keys already open. */
static int curses_open(struct screen *s)
{
    signals_hold(s); /* a resize while curses starts waits until we sleep */
    signals_take(s);
    s->curses = newterm(NULL, stdout, s->keys);
    if (s->curses == NULL) {
        return -ENOTSUP;
    }
    curses_set(s->crash.rescue.keys_fd);
    curses_signals_take();
    s->unread = true;
    sigset_t mask = s->signals;
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        sigaddset(&mask, fatal_signals[i]); /* on_crash runs on the main thread's stack only */
    }
    return wakeup_open(&s->wakeup, s->crash.rescue.keys_fd, &mask);
}

static void curses_close(struct screen *s)
{
    wakeup_close(&s->wakeup);
    if (s->curses != NULL) {
        endwin();
        delscreen(s->curses);
    }
    crashes_leave(s);
    signals_release(s);
}

int screen_open(struct screen **out)
{
    struct screen *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return -ENOMEM;
    }
    s->wakeup = WAKEUP_CLOSED;
    int rc = terminal_ask(&s->crash.rescue);
    rc = rc == 0 ? keys_open(s) : rc;
    if (rc == 0) {
        rc = curses_open(s);
        if (rc < 0) {
            curses_close(s);
        }
    }
    if (rc < 0) {
        keys_close(s);
        free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void screen_close(struct screen *s)
{
    if (s == NULL) {
        return;
    }
    curses_close(s);
    canvas_free(&s->canvas);
    canvas_free(&s->last);
    keys_close(s);
    free(s);
}

void screen_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

bool screen_has_colours(void)
{
    return has_colors() && COLORS >= 8;
}

struct theme screen_theme(bool colours_work)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    bool console = term != NULL && (strcmp(term, "linux") == 0 || strncmp(term, "vt", 2) == 0);
    return (struct theme){
        .colour = colours_work && (no_color == NULL || *no_color == '\0'), .utf8 = utf8, .braille = utf8 && !console};
}

static attr_t attributes(struct style s)
{
    attr_t a = A_NORMAL;
    a |= (s.attr & STYLE_BOLD) != 0 ? A_BOLD : 0;
    a |= (s.attr & STYLE_DIM) != 0 ? A_DIM : 0;
    a |= (s.attr & STYLE_REVERSE) != 0 ? A_REVERSE : 0;
    return a;
}

static cchar_t cell_of(const struct glyph *g)
{
    wchar_t text[2] = {(wchar_t)g->text[0]};
    cchar_t cell;
    if ((g->text[0] & 0x80) != 0) {
        mbtowc(text, g->text, sizeof g->text);
    }
    setcchar(&cell, text, attributes(g->style), g->style.colour > 0 ? g->style.colour : 0, NULL);
    return cell;
}

static void row_show(int row, const struct glyph *glyphs, int cols)
{
    cchar_t cells[64];
    const int most = sizeof cells / sizeof *cells;
    for (int col = 0; col < cols; col += most) {
        int n = cols - col < most ? cols - col : most;
        for (int i = 0; i < n; i++) {
            cells[i] = cell_of(&glyphs[col + i]);
        }
        mvadd_wchnstr(row, col, cells, n);
    }
}

int screen_canvas(struct screen *s, bool utf8, struct canvas **canvas)
{
    int rows, cols, rc = 0;
    screen_size(&rows, &cols);
    if (s->canvas.rows != rows || s->canvas.cols != cols) {
        canvas_free(&s->canvas);
        rc = canvas_init(&s->canvas, rows, cols, utf8);
    }
    *canvas = &s->canvas;
    return rc;
}

/* Hands curses the rows that have changed since the last canvas, as most have not; curses finds the bytes that update the
 * terminal. */
void screen_show(struct screen *s)
{
    const struct canvas *c = &s->canvas;
    struct canvas *last = &s->last;
    size_t cols = (size_t)c->cols, size = cols * sizeof *c->glyphs;
    bool known = last->glyphs != NULL && last->rows == c->rows && last->cols == c->cols;
    if (!known) {
        canvas_free(last);
        canvas_init(last, c->rows, c->cols, c->utf8); /* without memory it stays empty */
    }
    for (int row = 0; row < c->rows; row++) {
        const struct glyph *now = &c->glyphs[(size_t)row * cols];
        if (!known || memcmp(&last->glyphs[(size_t)row * cols], now, size) != 0) {
            row_show(row, now, c->cols);
        }
        if (last->glyphs != NULL) {
            memcpy(&last->glyphs[(size_t)row * cols], now, size);
        }
    }
    refresh();
}

static struct screen_event key_event(int code)
{
    static const struct {
        int curses, ours;
    } keys[] = {
        {KEY_UP, PRESS_CURSOR_UP},     {KEY_DOWN, PRESS_CURSOR_DOWN},
        {KEY_LEFT, PRESS_CURSOR_LEFT}, {KEY_RIGHT, PRESS_CURSOR_RIGHT},
        {KEY_PPAGE, PRESS_PAGE_UP},    {KEY_NPAGE, PRESS_PAGE_DOWN},
        {KEY_HOME, PRESS_FIRST},       {KEY_END, PRESS_LAST},
        {KEY_BTAB, PRESS_BACK_TAB},    {KEY_BACKSPACE, PRESS_RUBOUT},
        {'\b', PRESS_RUBOUT},          {KEY_ENTER, PRESS_RETURN},
        {'\n', PRESS_RETURN},
    };
    struct screen_event e = {.kind = SCREEN_KEY, .key = code < 256 ? code : PRESS_NONE};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].curses == code) {
            e.key = keys[i].ours;
        }
    }
    return e;
}

static struct screen_event mouse_event(void)
{
    MEVENT mouse;
    struct screen_event e = {.kind = SCREEN_NOTHING};
    if (getmouse(&mouse) != OK) {
        return e;
    }
    if ((mouse.bstate & BUTTON4_PRESSED) != 0 || (mouse.bstate & BUTTON5_PRESSED) != 0) {
        bool up = (mouse.bstate & BUTTON4_PRESSED) != 0;
        return (struct screen_event){.kind = SCREEN_WHEEL, .key = up ? -1 : 1, .row = mouse.y, .col = mouse.x};
    }
    return (struct screen_event){.kind = SCREEN_CLICK, .row = mouse.y, .col = mouse.x};
}

/* The terminal's size, where it is known and another than curses'. */
static bool size_differs(struct winsize *size)
{
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0 && size->ws_row > 0 && size->ws_col > 0 &&
           is_term_resized(size->ws_row, size->ws_col);
}

/* Adapts curses to the terminal's size, and has everything drawn anew.
 *
 * The scrolling region, too: curses sets it when it starts, and relies on it when it deletes a line. A terminal that
 * grows at that moment gets the region of the smaller one, and would keep it. */
static struct screen_event size_take(struct screen *s)
{
    struct winsize size;
    if (size_differs(&size) && resizeterm(size.ws_row, size.ws_col) == OK) {
        canvas_free(&s->last); /* curses has cut or added rows */
    }
    if (has(change_scroll_region)) {
        putp(tiparm(change_scroll_region, 0, LINES - 1));
        fflush(stdout); /* where putp writes; curses itself has a buffer of its own */
    }
    clearok(curscr, TRUE);
    return (struct screen_event){.kind = SCREEN_RESIZED};
}

/* SIGWINCH reaches only the terminal's foreground group, and nobody who writes to another's terminal: so also check the
 * size once a second. */
static bool size_missed(struct screen *s, uint64_t now_s)
{
    struct winsize size;
    bool check = now_s != s->size_asked;
    s->size_asked = now_s;
    return check && size_differs(&size);
}

/* If asked to stop, restores the terminal and stops. After that, another program may have changed its modes and
 * contents. */
static struct screen_event resume(struct screen *s)
{
    endwin();
    if (asked_take(ASKED_SUSPEND)) {
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        signals_release(s); /* the process stops here */
        signals_hold(s);
        curses_signals_take();
    }
    asked_take(ASKED_CONTINUE);
    s->size_asked = 0;
    return (struct screen_event){.kind = SCREEN_RESIZED};
}

/* A key, KEY_RESIZE, or ERR: nothing more to read. */
static int key_read(struct screen *s)
{
    int code = getch();
    s->unread = code != ERR;
    return code;
}

/* Translates the code from curses for a key, the mouse or a resize. */
static struct screen_event event_of(int code)
{
    switch (code) {
    case ERR:
        return (struct screen_event){.kind = SCREEN_NOTHING};
    case KEY_RESIZE:
        return (struct screen_event){.kind = SCREEN_RESIZED};
    case KEY_MOUSE:
        return mouse_event();
    default:
        return key_event(code);
    }
}

/* Handles what must be done before sleeping. A closed terminal is always readable, so the signal that reports it would
 * never get its turn. */
static struct screen_event before_sleep(struct screen *s, uint64_t until_us)
{
    if ((asked & ASKED_STOP) != 0 || atomic_load(&s->wakeup.gone)) {
        return (struct screen_event){.kind = SCREEN_STOP};
    }
    if (asked_take(ASKED_REDRAW)) {
        return size_take(s);
    }
    if (asked != 0) {
        return resume(s);
    }
    if (size_missed(s, until_us / 1000000)) {
        return size_take(s);
    }
    return s->unread ? event_of(key_read(s)) : (struct screen_event){.kind = SCREEN_NOTHING};
}

struct screen_event screen_wait(struct screen *s, uint64_t until_us, const void *word, uint32_t rings)
{
    struct screen_event event = before_sleep(s, until_us);
    if (event.kind != SCREEN_NOTHING || s->unread) {
        return event;
    }
    wakeup_watch(&s->wakeup);
    switch (wakeup_sleep(&s->wakeup, word, rings, until_us)) {
    case WAKEUP_INPUT:
        s->unread = true; /* perhaps */
        return before_sleep(s, until_us);
    case WAKEUP_BELL:
        return (struct screen_event){.kind = SCREEN_BELL};
    case WAKEUP_REFUSED:
        return (struct screen_event){.kind = SCREEN_BELL_REFUSED};
    case WAKEUP_TIME:
        break;
    }
    return (struct screen_event){.kind = SCREEN_NOTHING};
}
