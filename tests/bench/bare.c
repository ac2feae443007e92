/* Bare: see bare.h. */
#include "bare.h"

#include <curses.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "shm_bell.h"

#define A_ROW 16 /* bytes of one row on the screen */

int bare_bell(int id, size_t offset)
{
    const uint8_t *bytes = shmat(id, NULL, SHM_RDONLY);
    if (bytes == (void *)-1) {
        return 1;
    }
    const shm_bell *bell = (const void *)(bytes + offset);
    char line[64];
    memset(line, 'x', sizeof line);
    memcpy(line, "\033[H", 3);
    for (;;) {
        uint32_t rings = shm_bell_rings(bell);
        if (write(STDOUT_FILENO, line, sizeof line) < 0) {
            return 1;
        }
        shm_bell_wait(bell, rings);
    }
}

int bare_curses(int id)
{
    static uint8_t seen[BARE_SIZE];
    const uint8_t *bytes = shmat(id, NULL, SHM_RDONLY);
    if (bytes == (void *)-1 || initscr() == NULL) {
        return 1;
    }
    noecho();
    curs_set(0);
    timeout(1000 / 30);
    do {
        for (int i = 0; i < BARE_SIZE; i++) {
            if (bytes[i] != seen[i]) {
                seen[i] = bytes[i];
                mvprintw(i / A_ROW, 3 * (i % A_ROW), "%02x", seen[i]);
            }
        }
        refresh();
    } while (getch() != 'q');
    endwin();
    return 0;
}
