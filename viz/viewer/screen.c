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
#include "keys.h"

/* curses is one per process, and signal handlers see nothing but globals: so this file has a few. What the handlers
 * read is written before they are installed. */
static volatile sig_atomic_t stop_asked, suspend_asked, continued;
static struct {
    SCREEN *curses;
    FILE *keys;                /* where keys come from: standard input, or the terminal where that is a pipe */
    int keys_fd;
    struct termios before;     /* as we found it */
    char restore[256];         /* what a dying process writes to give the terminal back */
    size_t restore_length;
    struct sigaction old[32];  /* of the fatal signals, by number */
    struct canvas last;        /* what was shown last; none: nobody knows what stands in curses' window */
    sigset_t signals;          /* those blocked as we found it */
    bool unread;               /* there may be keys: in the terminal, or read by curses already */
    uint64_t size_asked;       /* when, in seconds */
    struct wakeup wakeup;
} terminal;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS, SIGTRAP};
static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP};

static void on_stop(int signal)
{
    (void)signal;
    stop_asked = 1;
}

static void on_continue(int signal)
{
    (void)signal;
    continued = 1;
}

/* Only async-signal-safe calls (signal-safety(7)): endwin is none, so what it says was kept ready. */
static void on_crash(int signal)
{
    ssize_t ignored = write(STDOUT_FILENO, terminal.restore, terminal.restore_length);
    (void)ignored;
    tcsetattr(terminal.keys_fd, TCSANOW, &terminal.before);
    sigaction(signal, &terminal.old[signal], NULL);
    raise(signal);
}

/* Has the terminal's entry this string? One may also be cancelled. */
static bool has(const char *string)
{
    return string != NULL && string != (const char *)-1;
}

static int restore_add(int byte)
{
    if (terminal.restore_length < sizeof terminal.restore) {
        terminal.restore[terminal.restore_length++] = (char)byte;
    }
    return byte;
}

/* Attributes, colours, cursor, keypad, screen. tputs leaves out the pauses that an entry asks for as in "\E[m$<2>". */
static void restore_prepare(void)
{
    terminal.restore_length = 0;
    if (has(key_mouse)) {
        tputs("\033[?1000l\033[?1002l\033[?1006l", 1, restore_add);
    }
    const char *const strings[] = {exit_attribute_mode, orig_pair, cursor_normal, keypad_local, exit_ca_mode};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        if (has(strings[i])) {
            tputs(strings[i], 1, restore_add);
        }
    }
}

static void on_suspend(int signal)
{
    (void)signal;
    suspend_asked = 1;
}

static void signals_take(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++) {
        sigaction(stop_signals[i], &action, NULL);
    }
    action.sa_handler = on_continue;
    sigaction(SIGCONT, &action, NULL);
    action.sa_handler = on_crash;
    action.sa_flags = (int)SA_NODEFER;
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        sigaction(fatal_signals[i], &action, &terminal.old[fatal_signals[i]]);
    }
}

/* Ctrl-Z. curses would stop us in the midst of whatever is just being written: so this takes its handler's place. */
static void suspends_take(void)
{
    struct sigaction action = {.sa_handler = on_suspend}, old;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, NULL, &old);
    if (old.sa_handler != SIG_IGN) {
        sigaction(SIGTSTP, &action, NULL);
    }
}

/* What tells us of the terminal by a signal. SIGWINCH has a handler of curses', which makes getch answer KEY_RESIZE. */
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

/* From now on they come to that thread only: none is missed between a look at what they left and the sleep. */
static void signals_hold(void)
{
    sigset_t ours;
    screen_signals(&ours);
    sigprocmask(SIG_BLOCK, &ours, &terminal.signals);
}

static void signals_release(void)
{
    sigprocmask(SIG_SETMASK, &terminal.signals, NULL);
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

/* `producer | shm-view -`: the bytes take standard input, so keys come from the terminal itself. */
static int keys_open(void)
{
    terminal.keys = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "r");
    if (terminal.keys == NULL) {
        return -ENOTTY;
    }
    terminal.keys_fd = fileno(terminal.keys);
    return tcgetattr(terminal.keys_fd, &terminal.before) < 0 ? -errno : 0;
}

static void keys_close(void)
{
    if (terminal.keys != NULL && terminal.keys != stdin) {
        fclose(terminal.keys);
    }
    terminal.keys = NULL;
}

/* curses asks whether there is a key, and then reads it. A stop between the two (Ctrl-Z) throws away what was typed:
 * the read would wait until somebody types again, and the picture would stand still. So reading gives what there is. */
static void never_block(void)
{
    struct termios modes;
    if (tcgetattr(terminal.keys_fd, &modes) == 0) {
        modes.c_cc[VMIN] = 0;
        modes.c_cc[VTIME] = 0;
        tcsetattr(terminal.keys_fd, TCSADRAIN, &modes);
        def_prog_mode(); /* these come back after a stop */
    }
}

/* Can the terminal place its cursor? If so, what gives it back is prepared. 0 or -errno. */
static int terminal_ask(void)
{
    int rc;
    if (!isatty(STDOUT_FILENO)) {
        return -ENOTTY;
    }
    if (setupterm(NULL, STDOUT_FILENO, &rc) != OK) {
        return -ENOTSUP;
    }
    bool places = has(cursor_address);
    restore_prepare();
    del_curterm(cur_term); /* newterm reads its own */
    return places ? 0 : -ENOTSUP;
}

static void curses_set(void)
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
    never_block();
    timeout(0); /* screen_wait waits, not curses */
    leaveok(stdscr, TRUE); /* nobody sees the cursor: it may stay where the last change was */
    typeahead(-1);         /* a frame is whole, whatever is typed meanwhile */
    terminal.unread = true;
}

int screen_open(void)
{
    int rc = terminal_ask();
    rc = rc == 0 ? keys_open() : rc;
    if (rc < 0) {
        keys_close();
        return rc;
    }
    signals_hold(); /* a new size while curses starts is kept until we sleep */
    signals_take();
    terminal.curses = newterm(NULL, stdout, terminal.keys);
    if (terminal.curses == NULL) {
        keys_close();
        signals_release();
        return -ENOTSUP;
    }
    curses_set();
    suspends_take();
    rc = wakeup_open(&terminal.wakeup, terminal.keys_fd, &terminal.signals);
    if (rc < 0) {
        screen_close();
    }
    return rc;
}

void screen_close(void)
{
    if (terminal.curses == NULL) {
        return;
    }
    wakeup_close(&terminal.wakeup);
    endwin();
    delscreen(terminal.curses);
    terminal.curses = NULL;
    canvas_free(&terminal.last);
    keys_close();
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        sigaction(fatal_signals[i], &terminal.old[fatal_signals[i]], NULL);
    }
    signals_release();
}

void screen_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

bool screen_has_colours(void)
{
    return terminal.curses != NULL && has_colors() && COLORS >= 8;
}

struct theme screen_theme(bool colours_work)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    bool console = term != NULL && (strcmp(term, "linux") == 0 || strncmp(term, "vt", 2) == 0);
    return (struct theme){.colour = colours_work && (no_color == NULL || *no_color == '\0'),
                          .utf8 = utf8,
                          .braille = utf8 && !console};
}

static attr_t attributes(struct style s)
{
    attr_t a = A_NORMAL;
    a |= (s.attr & STYLE_BOLD) != 0 ? A_BOLD : 0;
    a |= (s.attr & STYLE_DIM) != 0 ? A_DIM : 0;
    a |= (s.attr & STYLE_REVERSE) != 0 ? A_REVERSE : 0;
    return a;
}

/* A blank that isn't reversed looks the same in any style: in none, it costs no byte. */
static cchar_t cell_of(const struct glyph *g)
{
    bool blank = g->text[0] == ' ' && (g->style.attr & STYLE_REVERSE) == 0;
    struct style style = blank ? STYLE_PLAIN : g->style;
    wchar_t text[2] = {(wchar_t)g->text[0]};
    cchar_t cell;
    if ((g->text[0] & 0x80) != 0) {
        mbtowc(text, g->text, sizeof g->text);
    }
    setcchar(&cell, text, attributes(style), style.colour > 0 ? style.colour : 0, NULL);
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

/* What differs from the last frame goes to curses, which finds out the bytes. */
void screen_show(const struct canvas *c)
{
    struct canvas *last = &terminal.last;
    bool known = last->glyphs != NULL && last->rows == c->rows && last->cols == c->cols;
    size_t cols = (size_t)c->cols, cells = (size_t)c->rows * cols;
    for (int row = 0; row < c->rows; row++) {
        const struct glyph *glyphs = &c->glyphs[(size_t)row * cols];
        if (!known || memcmp(&last->glyphs[(size_t)row * cols], glyphs, cols * sizeof *glyphs) != 0) {
            row_show(row, glyphs, c->cols);
        }
    }
    if (!known) {
        canvas_free(last);
        known = canvas_init(last, c->rows, c->cols, c->utf8) == 0;
    }
    if (known) {
        memcpy(last->glyphs, c->glyphs, cells * sizeof *c->glyphs);
    }
    wnoutrefresh(stdscr);
    doupdate();
}

static struct screen_event key_event(int code)
{
    static const struct {
        int curses, ours;
    } keys[] = {
        {KEY_UP, PRESS_CURSOR_UP},     {KEY_DOWN, PRESS_CURSOR_DOWN}, {KEY_LEFT, PRESS_CURSOR_LEFT},
        {KEY_RIGHT, PRESS_CURSOR_RIGHT}, {KEY_PPAGE, PRESS_PAGE_UP},  {KEY_NPAGE, PRESS_PAGE_DOWN},
        {KEY_HOME, PRESS_FIRST},       {KEY_END, PRESS_LAST},         {KEY_BTAB, PRESS_BACK_TAB},
        {KEY_BACKSPACE, PRESS_RUBOUT}, {127, PRESS_RUBOUT},           {8, PRESS_RUBOUT},
        {KEY_ENTER, PRESS_RETURN},     {'\r', PRESS_RETURN},          {'\n', PRESS_RETURN},
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

/* What was on its way in the old size wrapped or was cut, or somebody else had the terminal: nobody knows what stands
 * there now. The next frame draws all of it. */
static struct screen_event drawn_anew(void)
{
    canvas_free(&terminal.last);
    clearok(curscr, TRUE);
    return (struct screen_event){.kind = SCREEN_RESIZED};
}

/* A new size sends SIGWINCH to the terminal's foreground only, and to nobody whose output is another's terminal: so the
 * size is asked for, too, once a second. */
static bool size_missed(uint64_t now_s)
{
    struct winsize w;
    if (now_s == terminal.size_asked) {
        return false;
    }
    terminal.size_asked = now_s;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0;
    return known && is_term_resized(w.ws_row, w.ws_col) && resizeterm(w.ws_row, w.ws_col) == OK;
}

/* Where we are to stop, gives the terminal back and stops. When we go on, somebody else has had the terminal meanwhile:
 * its modes and its contents are not ours any more. */
static struct screen_event come_back(void)
{
    endwin();
    if (suspend_asked) {
        suspend_asked = 0;
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        signals_release(); /* here it stops */
        signals_hold();
        suspends_take();
    }
    continued = 0;
    terminal.size_asked = 0;
    return drawn_anew(); /* its modes come back with the next frame */
}

/* A key, KEY_RESIZE, or ERR: there is nothing more to be read. */
static int key_read(void)
{
    int code = getch();
    terminal.unread = code != ERR;
    return code;
}

/* What the code that curses gave for a key, the mouse or a new size means. */
static struct screen_event event_of(int code)
{
    switch (code) {
    case ERR:
        return (struct screen_event){.kind = SCREEN_NOTHING};
    case KEY_RESIZE:
        return drawn_anew();
    case KEY_MOUSE:
        return mouse_event();
    default:
        return key_event(code);
    }
}

/* What was heard. A terminal that is gone can always be read: the signal that tells of it would wait for ever. */
static struct screen_event heard(void)
{
    if (stop_asked || atomic_load(&terminal.wakeup.gone)) {
        return (struct screen_event){.kind = SCREEN_STOP};
    }
    return suspend_asked || continued ? come_back() : event_of(key_read());
}

/* What there is to do before one may sleep. */
static struct screen_event awake(uint64_t until_us)
{
    if (stop_asked) {
        return (struct screen_event){.kind = SCREEN_STOP};
    }
    if (suspend_asked || continued) {
        return come_back();
    }
    if (size_missed(until_us / 1000000)) {
        return drawn_anew();
    }
    return terminal.unread ? event_of(key_read()) : (struct screen_event){.kind = SCREEN_NOTHING};
}

struct screen_event screen_wait(uint64_t until_us, const void *word, uint32_t rings)
{
    struct screen_event event = awake(until_us);
    if (event.kind != SCREEN_NOTHING || terminal.unread) {
        return event;
    }
    wakeup_again(&terminal.wakeup);
    switch (wakeup_sleep(&terminal.wakeup, word, rings, until_us)) {
    case WAKEUP_HEARD:
        return heard();
    case WAKEUP_BELL:
        return (struct screen_event){.kind = SCREEN_RANG};
    case WAKEUP_DEAF:
        return (struct screen_event){.kind = SCREEN_DEAF};
    case WAKEUP_TIME:
        break;
    }
    return (struct screen_event){.kind = SCREEN_NOTHING};
}
