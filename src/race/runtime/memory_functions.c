/* Runtime: functions of libc that read and write shared memory. */
#define _GNU_SOURCE /* vasprintf */
#include "runtime.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads until the end of the text, so that a measuring of its length sees what others write meanwhile. */
static void read_text(const char *text, size_t most, uint64_t site, const char *call)
{
    struct race_attachment *a = race_attachment_at(text);
    if (a == NULL) {
        return;
    }
    race_flush(site);
    const uint8_t *now = race_runtime->control->memory + a->offset + (text - a->address);
    size_t room = (size_t)(a->address + a->size - text);
    size_t length = 0;
    most = most < room ? most : room;
    while (length < most) {
        size_t piece = 8 - (uintptr_t)(text + length) % 8;
        piece = most - length < piece ? most - length : piece;
        for (size_t i = 0; i < piece; i++) { /* what stands behind the end may be of others */
            piece = now[length + i] == '\0' ? i + 1 : piece;
        }
        race_read_range((char *)(uintptr_t)text, length + piece, site, NULL, call);
        for (size_t end = length + piece; length < end; length++) {
            if (text[length] == '\0') {
                return;
            }
        }
    }
}

/* Stores n bytes from memory of the process's own. */
void race_store_bytes(char *to, const char *from, size_t n, uint64_t site, const char *call)
{
    struct race_attachment *a = race_attachment_at(to);
    if (a != NULL) {
        race_must_be_writable(a, site);
    }
    race_copy(to, from, n);
    if (a != NULL && n > 0) {
        race_tell_store(a, to, n, site, site, call);
    }
}

static void *move_bytes(void *to, const void *from, size_t n, uint64_t site, const char *frame, const char *call)
{
    if (race_runtime == NULL || (race_attachment_at(to) == NULL && race_attachment_at(from) == NULL)) {
        return __real_memmove(to, from, n);
    }
    if (race_runtime->pending.range && race_runtime->pending.address == (char *)to && race_runtime->pending.size == n &&
        n > 0) {
        return __real_memmove(to, from, n); /* the compiler's own copying of a struct, which it has announced */
    }
    race_flush(site);
    race_read_range((char *)(uintptr_t)from, n, site, frame, call);
    char *bytes = __real_malloc(n + 1);
    race_copy(bytes, from, n);
    race_store_bytes(to, bytes, n, site, call);
    free(bytes);
    return to;
}

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
    __builtin_unwind_init();
    return move_bytes(to, from, n, HERE, FRAME, "memcpy");
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
    __builtin_unwind_init();
    return move_bytes(to, from, n, HERE, FRAME, "memmove");
}

void *__tsan_memcpy(void *to, const void *from, size_t n)
{
    return move_bytes(to, from, n, HERE, NULL, "memcpy");
}

void *__tsan_memmove(void *to, const void *from, size_t n)
{
    return move_bytes(to, from, n, HERE, NULL, "memmove");
}

static void *set_bytes(void *to, int byte, size_t n, uint64_t site)
{
    struct race_attachment *a = race_runtime == NULL ? NULL : race_attachment_at(to);
    if (a != NULL && !(race_runtime->pending.range && race_runtime->pending.address == (char *)to &&
                       race_runtime->pending.size == n)) {
        race_must_be_writable(a, site);
        race_flush(site);
        __real_memset(to, byte, n);
        if (n > 0) {
            race_tell_store(a, to, n, site, site, "memset");
        }
        return to;
    }
    return __real_memset(to, byte, n);
}

void *__wrap_memset(void *to, int byte, size_t n)
{
    return set_bytes(to, byte, n, HERE);
}

void *__tsan_memset(void *to, int byte, size_t n)
{
    return set_bytes(to, byte, n, HERE);
}

int __wrap_memcmp(const void *a, const void *b, size_t n)
{
    if (race_attachment_at(a) || race_attachment_at(b)) {
        race_flush(HERE);
        race_read_range((char *)(uintptr_t)a, n, HERE, NULL, "memcmp");
        race_read_range((char *)(uintptr_t)b, n, HERE, NULL, "memcmp");
    }
    return __real_memcmp(a, b, n);
}

size_t __wrap_strlen(const char *text)
{
    read_text(text, SIZE_MAX, HERE, "strlen");
    return __real_strlen(text);
}

int __wrap_strcmp(const char *a, const char *b)
{
    read_text(a, SIZE_MAX, HERE, "strcmp");
    read_text(b, SIZE_MAX, HERE, "strcmp");
    return __real_strcmp(a, b);
}

int __wrap_strncmp(const char *a, const char *b, size_t n)
{
    read_text(a, n, HERE, "strncmp");
    read_text(b, n, HERE, "strncmp");
    return __real_strncmp(a, b, n);
}

char *__wrap_strcpy(char *to, const char *from)
{
    read_text(from, SIZE_MAX, HERE, "strcpy");
    if (race_runtime != NULL && race_attachment_at(to) != NULL) {
        race_flush(HERE);
    }
    move_bytes(to, from, __real_strlen(from) + 1, HERE, NULL, "strcpy");
    return to;
}

char *__wrap_strncpy(char *to, const char *from, size_t n)
{
    read_text(from, n, HERE, "strncpy");
    char *bytes = __real_calloc(1, n + 1);
    for (size_t i = 0; i < n && from[i] != '\0'; i++) {
        bytes[i] = from[i];
    }
    race_flush(HERE);
    race_store_bytes(to, bytes, n, HERE, "strncpy");
    free(bytes);
    return to;
}

char *__wrap_strcat(char *to, const char *from)
{
    read_text(to, SIZE_MAX, HERE, "strcat");
    read_text(from, SIZE_MAX, HERE, "strcat");
    move_bytes(to + __real_strlen(to), from, __real_strlen(from) + 1, HERE, NULL, "strcat");
    return to;
}

static int print_into(char *to, size_t room, const char *format, va_list arguments, uint64_t site, const char *call)
{
    char *bytes = NULL;
    if (race_attachment_at(to) == NULL) {
        return vsnprintf(to, room, format, arguments);
    }
    int length = vasprintf(&bytes, format, arguments);
    if (length >= 0 && room > 0) {
        size_t n = (size_t)length < room ? (size_t)length : room - 1;
        bytes[n] = '\0';
        race_flush(site);
        race_store_bytes(to, bytes, n + 1, site, call);
    }
    free(bytes);
    return length;
}

int __wrap_snprintf(char *to, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = print_into(to, room, format, arguments, HERE, "snprintf");
    va_end(arguments);
    return length;
}

int __wrap_sprintf(char *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = print_into(to, INT_MAX, format, arguments, HERE, "sprintf");
    va_end(arguments);
    return length;
}

int __wrap_puts(const char *text)
{
    read_text(text, SIZE_MAX, HERE, "puts");
    return printf("%s\n", text) < 0 ? EOF : 0;
}

/* ---- memory of the process's own ---- */

static void uses_heap(void)
{
    if (race_runtime != NULL) {
        race_runtime->heap = true;
    }
}

void *__wrap_malloc(size_t size)
{
    uses_heap();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    uses_heap();
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    uses_heap();
    return __real_realloc(memory, size);
}
