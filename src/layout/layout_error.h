/* Layout error: the error message when a layout can't be read. */
#ifndef SHMLAB_LAYOUT_ERROR_H
#define SHMLAB_LAYOUT_ERROR_H

struct layout_error {
    unsigned line; /* of the .layout file, counted from 1; 0: not about a line */
    char text
        [1024]; /* one or more lines, without a newline at the end; only newlines and what is printable in the locale */
};

/* Sets *error like printf, with '?' for each unprintable character, and for each newline that isn't in the format.
 * Does nothing if error is NULL. Returns -EINVAL, which a reader of layouts may return in turn. */
__attribute__((format(printf, 3, 4))) int layout_error_set(struct layout_error *error, unsigned line,
                                                           const char *format, ...);

/* Appends to its text in the same way; what doesn't fit is cut off. */
__attribute__((format(printf, 2, 3))) void layout_error_add(struct layout_error *error, const char *format, ...);

#endif
