/* source: POSIX shared memory and mappings of other processes, which change, move and end while they are read. */
#define _GNU_SOURCE /* memfd_create, mremap */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "inspect/mapping.h"
#include "inspect/source.h"

struct place {
    char name[64]; /* of a POSIX object */
    int fd;
    int id; /* of a segment; -1 */
    struct source s;
    pid_t child;
    int to_child[2], from_child[2];
};

static int place_open(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->name, sizeof p->name, "/shmlab-source-%d", (int)getpid());
    p->fd = p->id = -1;
    p->s = SOURCE_EMPTY;
    *state = p;
    return pipe(p->to_child) != 0 || pipe(p->from_child) != 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    source_close(&p->s);
    shm_unlink(p->name);
    close(p->fd);
    if (p->id >= 0) {
        shmctl(p->id, IPC_RMID, NULL);
    }
    if (p->child > 0) {
        kill(p->child, SIGKILL);
        waitpid(p->child, NULL, 0);
    }
    for (int i = 0; i < 2; i++) {
        close(p->to_child[i]);
        close(p->from_child[i]);
    }
    free(p);
    return 0;
}

static void make(struct place *p, size_t size, const char *text)
{
    close(p->fd);
    p->fd = shm_open(p->name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(p->fd >= 0);
    assert_int_equal(ftruncate(p->fd, (off_t)size), 0);
    assert_int_equal(pwrite(p->fd, text, strlen(text), 0), strlen(text));
}

static void open_posix(struct place *p)
{
    const struct source_spec spec = {.kind = &source_posix, .path = p->name};
    assert_int_equal(source_open(&p->s, &spec), 0);
}

static const char *text_of(struct place *p)
{
    static char text[16];
    memset(text, 0, sizeof text);
    source_read(&p->s, 0, (uint8_t *)text, sizeof text - 1);
    return text;
}

/* ---- POSIX ---- */

static void a_posix_object_is_read(void **state)
{
    struct place *p = *state;
    char title[96];
    make(p, 5000, "hello");
    open_posix(p);
    assert_int_equal(p->s.state, SOURCE_LIVE);
    assert_int_equal(source_size(&p->s), 5000);
    assert_string_equal(text_of(p), "hello");
    assert_int_equal(p->s.stat.mode, 0600);
    source_title(&p->s, title, sizeof title);
    assert_memory_equal(title, "posix /shmlab-source-", 21);
    assert_int_equal(pwrite(p->fd, "J", 1, 0), 1);
    assert_string_equal(text_of(p), "Jello");
}

static void it_is_waited_for_and_reopened(void **state)
{
    struct place *p = *state;
    open_posix(p);
    assert_int_equal(p->s.state, SOURCE_WAITING);
    assert_int_equal(source_size(&p->s), 0);
    assert_false(source_poll(&p->s));
    make(p, 100, "one");
    assert_true(source_poll(&p->s));
    assert_int_equal(p->s.state, SOURCE_LIVE);
    assert_int_equal(p->s.attachments, 1);
    shm_unlink(p->name);
    make(p, 200, "two");
    assert_true(source_poll(&p->s));
    assert_int_equal(p->s.attachments, 2);
    assert_int_equal(source_size(&p->s), 200);
    assert_string_equal(text_of(p), "two");
    assert_string_equal(p->s.news, "reopened: now 200 bytes, before 100");
}

static void shrinking_does_not_kill_us(void **state)
{
    struct place *p = *state;
    uint8_t byte;
    make(p, 3 * 4096, "text");
    open_posix(p);
    assert_int_equal(ftruncate(p->fd, 10), 0);
    assert_int_equal(source_read(&p->s, 8192, &byte, 1), 0); /* before we have noticed */
    assert_true(source_poll(&p->s));
    assert_int_equal(source_size(&p->s), 10);
    assert_string_equal(p->s.news, "resized: now 10 bytes, before 12288");
    assert_int_equal(ftruncate(p->fd, 0), 0);
    assert_true(source_poll(&p->s));
    assert_int_equal(source_size(&p->s), 0);
    assert_int_equal(ftruncate(p->fd, 20000), 0);
    assert_true(source_poll(&p->s));
    assert_int_equal(source_size(&p->s), 20000);
}

static void reading_allocates_no_pages(void **state)
{
    struct place *p = *state;
    struct stat st;
    static uint8_t out[1 << 20];
    make(p, 1 << 20, "x");
    open_posix(p);
    assert_int_equal(source_read(&p->s, 0, out, sizeof out), sizeof out);
    assert_int_equal(fstat(p->fd, &st), 0);
    assert_int_equal(st.st_blocks * 512, 4096);
}

static void an_unlinked_object_is_kept_while_others_map_it(void **state)
{
    struct place *p = *state;
    make(p, 4096, "kept");
    void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, p->fd, 0);
    open_posix(p);
    shm_unlink(p->name);
    assert_true(source_poll(&p->s));
    assert_int_equal(p->s.state, SOURCE_REMOVED);
    assert_true(source_scan_attachments(&p->s, 1000));
    assert_int_equal(p->s.attached.now.found, 1);
    source_poll(&p->s);
    assert_string_equal(p->s.line, "removed, but still mapped 1 time: you see the removed one");
    assert_string_equal(text_of(p), "kept");
    munmap(map, 4096);
    assert_true(source_scan_attachments(&p->s, 1000000000)); /* expensive scans are rare */
    assert_true(source_poll(&p->s));
    assert_int_equal(p->s.state, SOURCE_GONE);
    assert_int_equal(p->s.fd, -1); /* the kernel can free it */
    assert_int_equal(source_size(&p->s), 0);
    make(p, 10, "new");
    assert_true(source_poll(&p->s));
    assert_int_equal(p->s.state, SOURCE_LIVE);
}

static void only_regular_files_are_opened(void **state)
{
    struct place *p = *state;
    char path[128];
    snprintf(path, sizeof path, "/dev/shm%s", p->name);
    assert_int_equal(mkfifo(path, 0600), 0);
    open_posix(p); /* does not block */
    assert_int_equal(p->s.state, SOURCE_WAITING);
    unlink(path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    source_poll(&p->s);
    assert_int_equal(p->s.state, SOURCE_WAITING);
    const struct source_spec outside = {.kind = &source_posix, .path = "/../../etc/passwd"};
    source_close(&p->s);
    source_open(&p->s, &outside);
    assert_int_equal(p->s.state, SOURCE_WAITING);
}

/* ---- System V ---- */

struct leave {
    const struct source *s;
    unsigned times;
    char byte; /* what the memory held when the callback was called */
};

static void leave(void *context)
{
    struct leave *l = context;
    const char *at = source_futex(l->s, 0);
    l->times++;
    l->byte = at != NULL ? *at : '?';
}

static void the_callback_is_called_before_detaching(void **state)
{
    struct place *p = *state;
    p->id = shmget(IPC_PRIVATE, 100, 0600);
    char *own = shmat(p->id, NULL, 0);
    assert_ptr_not_equal(own, (void *)-1);
    const struct source_spec spec = {.kind = &source_segment, .name = {.by = SEGMENT_BY_ID, .id = p->id}};
    struct leave left = {.s = &p->s};
    strcpy(own, "here");
    assert_int_equal(source_open(&p->s, &spec), 0);
    p->s.before_detach = leave;
    p->s.before_detach_context = &left;
    assert_string_equal(text_of(p), "here");
    assert_int_equal(source_size(&p->s), 100);
    shmctl(p->id, IPC_RMID, NULL);
    source_poll(&p->s);
    assert_int_equal(p->s.state, SOURCE_REMOVED);
    assert_string_equal(text_of(p), "here");
    assert_int_equal(left.times, 0);
    shmdt(own);
    source_poll(&p->s);
    assert_int_equal(p->s.state, SOURCE_GONE);
    assert_int_equal(left.times, 1);
    assert_int_equal(left.byte, 'h');
    assert_non_null(strstr(p->s.line, "This id will not come back"));
    source_poll(&p->s);
    assert_int_equal(p->s.state, SOURCE_GONE);
    assert_null(source_futex(&p->s, 0));
    assert_int_equal(source_size(&p->s), 0);
    source_close(&p->s);
    assert_int_equal(left.times, 1);
}

/* ---- mappings of another process ---- */

/* The child runs act, which reports an address and does one step for each byte that we send, starting with step 0. */
static uint64_t child_start(struct place *p, void *(*act)(struct place *, void *, int step))
{
    uint64_t address = 0;
    p->child = fork();
    if (p->child == 0) {
        void *at = NULL;
        char byte;
        for (int step = 0;; step++) {
            at = act(p, at, step);
            address = (uintptr_t)at;
            if (write(p->from_child[1], &address, sizeof address) != sizeof address ||
                read(p->to_child[0], &byte, 1) != 1) {
                _exit(0);
            }
        }
    }
    assert_int_equal(read(p->from_child[0], &address, sizeof address), sizeof address);
    return address;
}

static uint64_t child_step(struct place *p)
{
    uint64_t address;
    assert_int_equal(write(p->to_child[1], "", 1), 1);
    assert_int_equal(read(p->from_child[0], &address, sizeof address), sizeof address);
    return address;
}

static void open_map(struct place *p, const char *map, int wanted)
{
    const struct source_spec spec = {.kind = &source_map, .pid = p->child, .map = map};
    source_close(&p->s);
    assert_int_equal(source_open(&p->s, &spec), wanted);
}

static void poll_now(struct place *p)
{
    p->s.looked_at = 0; /* as if the next check were due */
    source_poll(&p->s);
}

static void *memfd_act(struct place *p, void *at, int step)
{
    (void)p;
    static int fd;
    if (step == 0) {
        fd = memfd_create("the ring", 0);
        if (ftruncate(fd, 6000) == 0) {
            at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            strcpy(at, "memfd");
        }
    } else if (step == 1) {
        if (ftruncate(fd, 100) != 0) {
            _exit(1);
        }
    } else if (step == 2) {
        at = mremap(at, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)at + (1 << 30));
    } else if (step == 3) {
        munmap(at, 8192);
    }
    return at;
}

static void a_memfd_is_read_by_each_of_its_names(void **state)
{
    struct place *p = *state;
    char address[32];
    snprintf(address, sizeof address, "0x%llx", (unsigned long long)child_start(p, memfd_act) + 5000);
    const char *const names[] = {"the ring", "memfd:the ring", "/memfd:the ring", "/memfd:the ring (deleted)", address};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        open_map(p, names[i], 0);
        assert_int_equal(source_size(&p->s), 6000);
        assert_string_equal(text_of(p), "memfd");
        source_close(&p->s);
    }
    open_map(p, "no such", -ENOENT);
    open_map(p, "0", -ENOENT);
    open_map(p, "99999", -ENOENT);
    open_map(p, "0x10", -ENOENT);
    open_map(p, "", -ENOENT);
}

static void a_mapping_is_followed(void **state)
{
    struct place *p = *state;
    child_start(p, memfd_act);
    open_map(p, "the ring", 0);
    child_step(p);
    source_poll(&p->s);
    assert_int_equal(source_size(&p->s), 100);
    uint64_t there = child_step(p);
    poll_now(p);
    assert_int_equal(p->s.state, SOURCE_LIVE);
    char news[64];
    snprintf(news, sizeof news, "found again at 0x%llx: 100 bytes", (unsigned long long)there);
    assert_string_equal(p->s.news, news);
    assert_string_equal(text_of(p), "memfd");
    child_step(p);
    poll_now(p);
    assert_int_equal(p->s.state, SOURCE_GONE);
    assert_int_equal(source_size(&p->s), 0);
    assert_string_equal(p->s.line, "the process no longer has it mapped; its last bytes stay");
    kill(p->child, SIGKILL);
    waitpid(p->child, NULL, 0);
    p->child = 0;
    poll_now(p);
    assert_string_equal(p->s.line, "the process has ended; its last bytes stay");
}

static void *segment_act(struct place *p, void *at, int step)
{
    (void)p;
    if (step == 0) {
        int id = shmget(IPC_PRIVATE, 1000, IPC_CREAT | 0600);
        at = shmat(id, NULL, 0);
        shmctl(id, IPC_RMID, NULL);
        strcpy(at, "removed");
    }
    return at;
}

static void a_removed_segment_is_read_in_its_process(void **state)
{
    struct place *p = *state;
    child_start(p, segment_act);
    open_map(p, "SYSV00000000", 0);
    assert_int_equal(source_size(&p->s), p->s.fd >= 0 ? 1000 : 4096);
    assert_string_equal(text_of(p), "removed");
    assert_true(source_scan_attachments(&p->s, 1000));
    assert_int_equal(p->s.attached.now.count, 1);
    assert_int_equal(p->s.attached.now.list[0].pid, p->child);
}

static void *heap_act(struct place *p, void *at, int step)
{
    (void)p;
    if (step == 0) {
        at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        strcpy(at, "private");
    }
    return at;
}

struct start {
    uint64_t address, start;
};

static bool start_take(void *state, const struct mapping *m)
{
    struct start *s = state;
    s->start = m->start <= s->address ? m->start : s->start;
    return m->end <= s->address;
}

static void private_memory_is_read_at_its_address(void **state)
{
    struct place *p = *state;
    char address[32];
    uint64_t at = child_start(p, heap_act);
    struct start place = {.address = at}; /* the kernel may have merged it with the mapping before it */
    assert_int_equal(mapping_each(p->child, start_take, &place), 0);
    snprintf(address, sizeof address, "0x%llx", (unsigned long long)at);
    open_map(p, address, 0);
    char text[8] = "";
    assert_int_equal(source_read(&p->s, at - place.start, (uint8_t *)text, 8), 8);
    assert_string_equal(text, "private");
    assert_int_equal(p->s.fd, -1);
}

static void a_process_without_memory_is_reported(void **state)
{
    struct place *p = *state;
    child_start(p, heap_act);
    kill(p->child, SIGKILL);
    siginfo_t ended;
    assert_int_equal(waitid(P_PID, (id_t)p->child, &ended, WEXITED | WNOWAIT), 0); /* a zombie */
    open_map(p, "1", -ESRCH);
    waitpid(p->child, NULL, 0);
    open_map(p, "1", -ESRCH);
    p->child = 0;
    assert_string_equal(p->s.line, "there is no such process now; ps -e lists those that exist");
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_posix_object_is_read),
        IN_PLACE(it_is_waited_for_and_reopened),
        IN_PLACE(shrinking_does_not_kill_us),
        IN_PLACE(reading_allocates_no_pages),
        IN_PLACE(an_unlinked_object_is_kept_while_others_map_it),
        IN_PLACE(only_regular_files_are_opened),
        IN_PLACE(the_callback_is_called_before_detaching),
        IN_PLACE(a_memfd_is_read_by_each_of_its_names),
        IN_PLACE(a_mapping_is_followed),
        IN_PLACE(a_removed_segment_is_read_in_its_process),
        IN_PLACE(private_memory_is_read_at_its_address),
        IN_PLACE(a_process_without_memory_is_reported),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
