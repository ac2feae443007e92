/* Stage: what a bench or a test of viewers needs: a segment, a file with the same bytes for programs that read files,
 * and viewers of both on a strict terminal.
 *
 *   stage_open -> stage_poke, play_* ... -> stage_close
 *
 * If a signal ends the program, segment and file are removed too. */
#ifndef SHMLAB_TEST_STAGE_H
#define SHMLAB_TEST_STAGE_H

#include "session.h"

struct stage {
    int id;         /* of the segment; -1 */
    uint8_t *bytes; /* attached */
    uint8_t *file;  /* mapped; the first `mirrored` bytes are the same */
    size_t size, mirrored;
    char id_text[16], path[64], viewer[512];
};

/* Makes a segment of size bytes with a message at its start. 0 or -errno. */
int stage_open(struct stage *s, size_t size);
void stage_close(struct stage *s);

/* The path of the shm-view that lies beside the running program. 0 or -errno. */
int stage_viewer(char *out, size_t out_size);

/* Writes one byte into segment and file. */
void stage_poke(struct stage *s, size_t offset, uint8_t byte);

/* A viewer on its terminal. */
struct play {
    struct session session;
    int rows, cols;
    int grid_row, grid_col, grid_rows, width; /* of shm-view's hex grid: its first row and column, bytes a row */
    int64_t opened;                           /* microseconds from its start to the last byte of its first picture */
};

/* Starts shm-view with the segment and these arguments (NULL-terminated); returns when its first picture is there. 0,
 * -errno, -ETIME if no picture came. */
int play_ours(struct play *p, struct stage *s, const char *term, int rows, int cols, char *const arguments[]);

/* Starts `watch -t -n 0.1 -d COMMAND FILE`. */
int play_watch(struct play *p, struct stage *s, int rows, int cols, char *const command[]);

/* Finds the grid on the screen again, as after a new size. false: its first row isn't offset 0. */
bool play_grid_find(struct play *p);

/* The screen's place of the byte's two digits. */
void play_place(const struct play *p, size_t offset, int *row, int *col);

/* Does the grid show this byte? */
bool play_shows(const struct play *p, size_t offset, uint8_t byte);

/* Ends it; microseconds of CPU that it and its children took in all. */
int64_t play_close(struct play *p);

#endif
