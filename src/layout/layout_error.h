/* Layout error: why a layout could not be had, in words for a person. */
#ifndef SHMLAB_LAYOUT_ERROR_H
#define SHMLAB_LAYOUT_ERROR_H

struct layout_error {
    unsigned line;   /* in a .layout file, from 1; 0: it belongs to no line */
    char text[1024]; /* one or more lines, without a newline at the end; printable ASCII and newlines only */
};

/* Sets *error, printf-like; what does not print becomes '?'. A NULL error is left alone. */
__attribute__((format(printf, 3, 4))) void layout_error_set(struct layout_error *error, unsigned line,
                                                            const char *format, ...);

#endif
