/* Vt_known: the sequences that a terminfo entry has. For vt.c. */
#ifndef SHMLAB_TEST_VT_KNOWN_H
#define SHMLAB_TEST_VT_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VT_PARAMS 16

/* One control sequence: ESC [ prefix params intermediate final, or ESC intermediate final, or one control character. */
struct vt_token {
    enum { VT_CONTROL, VT_ESC, VT_CSI, VT_PARTIAL, VT_BAD } kind;
    char prefix;       /* '?', '>' ...; 0 */
    char intermediate; /* '(' ...; 0 */
    char final;        /* the control character itself for VT_CONTROL */
    bool numbers_free; /* in an entry: any numbers may stand there */
    int count;
    int params[VT_PARAMS]; /* -1: left out */
    size_t length;         /* bytes */
};

/* Reads the sequence that starts at s. */
struct vt_token vt_token_read(const uint8_t *s, size_t n);

/* All that terminfo's entry for `term` has: malloc'ed into *known. 0, -ENOMEM, or -ENOENT. */
int vt_known_load(const char *term, struct vt_token **known, size_t *count);

/* May a program that goes by the entry send this? */
bool vt_known(const struct vt_token *known, size_t count, const struct vt_token *token);

#endif
