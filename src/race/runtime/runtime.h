/* Runtime: what `shmlab race` links into each program in place of libtsan.
 *
 * The compiler, with -fsanitize=thread, calls __tsan_read4(p), __tsan_write8(p) and so on before each access. Where p lies
 * in shared memory, the access becomes an event of control.h, and the process waits for its turn. Calls that may block, and
 * calls that make shared memory, are wrapped by the linker (--wrap=NAME for each __wrap_NAME): segments and semaphores of a
 * race are kept by the controller, so nothing of them is left behind in the system.
 *
 * A process has a private copy of each segment, which the program reads and writes. Before a load, the value that the
 * controller gives for it is put there. A store is told at the process's next event, or at its end: only then is its value
 * known, and between the two nothing that the process does can be seen by others. Bytes that one process alone uses are no
 * events (control.h: shared); their stores go to the memory at once.
 *
 * The files:   access.c loads, stores and atomics   memory_functions.c memcpy, strlen and their like   segments.c shmget,
 * shm_open, mmap   locks.c semaphores, mutexes, futexes   processes.c fork, wait, sleep, exit, and the start
 *
 * Nothing here calls a function of libc that is wrapped, except as __real_NAME. Each name is linked into a learner's
 * program, so it starts with race_ or is one that the compiler reserves. */
#ifndef SHMLAB_RACE_RUNTIME_H
#define SHMLAB_RACE_RUNTIME_H

#include <stddef.h>
#include <sys/types.h>

#include "../control.h"

enum { RACE_ATTACHMENTS = 16, RACE_FILES = 16 };

struct race_attachment {
    char *address; /* the private copy; NULL: free */
    char *before;  /* what the private copy would hold if only told stores had been made; NULL: too large for that */
    uint32_t offset, size;
    int number; /* of the segment */
    bool read_only;
};

struct race_runtime {
    struct race_control *control;
    unsigned me;
    struct race_attachment attached[RACE_ATTACHMENTS];
    struct { /* file descriptors of shm_open */
        int fd, number;
    } files[RACE_FILES];
    struct { /* the store that was announced and may have been made since */
        char *address;
        size_t size;
        uint64_t site;
        bool range;
    } pending;
    bool heap;          /* the program has called malloc */
    unsigned own_loads; /* since the last event: loads that are no events */
    char *stack_end;
    pid_t children[RACE_PROCESSES]; /* by slot: the real pid of a child that was not waited for; 0: none */
    char crash_stack[16384];
};

/* A pointer only, so that a hash of the program's variables doesn't change with what is in it. NULL before the start. */
extern struct race_runtime *race_runtime;

/* A site: where the function that is being called returns to. */
#define HERE ((uint64_t)(uintptr_t)__builtin_return_address(0))

/* Functions of libc by their own names. */
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int byte, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);
size_t __real_strlen(const char *text);
int __real_strcmp(const char *a, const char *b);
int __real_strncmp(const char *a, const char *b, size_t n);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);
int __real_ftruncate(int fd, off_t size);
int __real_close(int fd);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
pid_t __real_fork(void);
pid_t __real_waitpid(pid_t pid, int *status, int options);
long __real_syscall(long number, ...);
int __real_kill(pid_t pid, int number);

/* ---- access.c ---- */

void race_copy(void *to, const void *from, size_t n);
void race_text_copy(char *to, size_t room, const char *from);

/* Sleeps while the word has this value, perhaps not all the time; ends the process if the controller has ended. */
void race_sleep_on(const struct race_control *control, _Atomic uint32_t *word, uint32_t value);

/* Wakes all that sleep on it. */
void race_wake(_Atomic uint32_t *word);

/* Ends the process at once. */
void race_leave(int status);

/* Tells the event and waits for this process's turn. The answer stays valid until the next event. */
struct race_answer *race_ask(const struct race_event *event);

/* Says which function of libc the event is. */
void race_call_of(struct race_event *event, const char *name);

/* -1 with errno for a negative result; else the result. */
int race_result_of(int result);

/* The attached segment that has this address; NULL: none. */
struct race_attachment *race_attachment_at(const void *address);

/* Remembers that this process has read or written bytes. */
void race_mark(uint8_t *users, uint32_t offset, uint32_t size);

/* Ends the process as the kernel does at a store into memory that was attached read-only, if it was. */
void race_must_be_writable(const struct race_attachment *a, uint64_t site);

/* Tells the store that was announced last: the program has made it by now. And those that nobody announced. */
void race_flush(uint64_t site);

/* Tells a store of bytes that stand in the private copy, in pieces of at most 8 aligned bytes. site: of the
 * store; stands: where the program is now. */
void race_tell_store(struct race_attachment *a, char *address, size_t size, uint64_t site, uint64_t stands,
                     const char *call);

/* Loads bytes in such pieces. frame: that of the function of this file that the program has called; NULL: no loop is looked
 * for. */
void race_read_range(char *address, size_t size, uint64_t site, const char *frame, const char *call);

/* x86-64: __builtin_unwind_init saves the five registers that a call keeps right below the frame. */
#define FRAME ((const char *)__builtin_frame_address(0) - 40)

/* An atomic access to an attached segment. */
race_value race_atomic_update(void *address, uint32_t size, enum race_kind kind, enum race_op op, race_value operand,
                              race_value expected, enum race_order order, enum race_order failed, uint64_t site,
                              const char *frame, const char *call);
race_value race_atomic_load_at(void *address, uint32_t size, enum race_order order, uint64_t site, const char *frame);

/* ---- processes.c ---- */

/* Tells that the program does what can't be searched. Ends it. */
void race_refuse(const char *what, uint64_t site);

/* ---- memory_functions.c ---- */

/* Stores n bytes from memory of the process's own, anywhere. */
void race_store_bytes(char *to, const char *from, size_t n, uint64_t site, const char *call);

/* ---- segments.c ---- */

/* Asks for a segment. */
struct race_answer *race_open_segment(const char *call, const char *name, uint32_t size, unsigned flags, uint64_t site);
struct race_answer *race_segment_by_number(const char *call, int number, uint64_t site);

/* Makes a private copy. NULL with errno. */
void *race_attach(const struct race_answer *segment, int number, bool read_only);
int race_detach(const void *address, uint64_t site);

#endif
