/* segment_list: System V segments, files in /dev/shm and memory without a name, all created here, are listed. */
#define _GNU_SOURCE /* memfd_create */
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
#include <unistd.h>

#include <cmocka.h>

#include "inspect/process_list.h"
#include "inspect/segment_list.h"

static const struct segment_entry *of_id(const struct segment_list *l, int id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->list[i].kind == SEGMENT_SYSV && l->list[i].id == id) {
            return &l->list[i];
        }
    }
    return NULL;
}

static const struct segment_entry *of_name(const struct segment_list *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->list[i].kind == SEGMENT_POSIX && strcmp(l->list[i].name, name) == 0) {
            return &l->list[i];
        }
    }
    return NULL;
}

static void a_segment_is_listed_until_it_is_gone(void **state)
{
    struct segment_list l = {.count = 0};
    char name[PROCESS_NAME_MAX];
    int id = shmget(IPC_PRIVATE, 4711, IPC_CREAT | 0640);

    (void)state;
    void *base = shmat(id, NULL, 0);
    assert_int_equal(segment_list_read(&l), 0);
    const struct segment_entry *one = of_id(&l, id);
    assert_non_null(one);
    assert_int_equal(one->key, 0);
    assert_int_equal(one->size, 4711);
    assert_int_equal(one->mode, 0640);
    assert_int_equal(one->owner, geteuid());
    assert_int_equal(one->attached, 1);
    assert_int_equal(one->creator_pid, getpid());
    assert_true(one->creator_runs);
    assert_true(one->readable);
    assert_false(one->removed);
    process_name(getpid(), name);
    assert_string_equal(one->creator, name);
    shmctl(id, IPC_RMID, NULL);
    assert_int_equal(segment_list_read(&l), 0);
    assert_true(of_id(&l, id)->removed);
    shmdt(base);
    assert_int_equal(segment_list_read(&l), 0);
    assert_null(of_id(&l, id));
    segment_list_free(&l);
}

static void a_posix_object_is_listed_with_its_mappings(void **state)
{
    struct segment_list l = {.count = 0};
    char name[64];

    (void)state;
    snprintf(name, sizeof name, "/shmlab-unit-%d", (int)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 10000), 0);
    void *one_map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    void *other_map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
    assert_int_equal(segment_list_read(&l), 0);
    shm_unlink(name); /* now, in case an assertion below fails */
    const struct segment_entry *one = of_name(&l, name);
    assert_non_null(one);
    assert_int_equal(one->size, 10000);
    assert_int_equal(one->mode, 0600);
    assert_int_equal(one->owner, geteuid());
    assert_int_equal(one->attached, 2);
    assert_true(one->readable);
    assert_int_equal(one->creator_pid, 0);
    munmap(one_map, 4096);
    munmap(other_map, 4096);
    close(fd);
    assert_int_equal(segment_list_read(&l), 0);
    assert_null(of_name(&l, name));
    segment_list_free(&l);
}

/* The entry for a mapping of this process, by kind and name. */
static const struct segment_entry *of_ours(const struct segment_list *l, enum segment_kind kind, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct segment_entry *one = &l->list[i];
        if (one->kind == kind && one->creator_pid == getpid() && strcmp(one->name, name) == 0) {
            return one;
        }
    }
    return NULL;
}

static void memory_without_a_name_is_listed_with_a_process_that_maps_it(void **state)
{
    struct segment_list l = {.count = 0};
    char path[] = "/tmp/shmlab-unit-XXXXXX", program[PROCESS_NAME_MAX];

    (void)state;
    int ring = memfd_create("a ring", 0), file = mkstemp(path);
    assert_true(ring >= 0 && file >= 0);
    assert_int_equal(ftruncate(ring, 12288), 0);
    assert_int_equal(ftruncate(file, 4096), 0);
    void *first = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
    void *second = mmap(NULL, 4096, PROT_READ, MAP_SHARED, ring, 0);
    void *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, ring, 0);
    void *deleted = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    void *none = mmap(NULL, 8192, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unlink(path);
    assert_int_equal(segment_list_read(&l), 0);
    const struct segment_entry *one = of_ours(&l, SEGMENT_MEMFD, "a ring");
    assert_non_null(one);
    assert_int_equal(one->attached, 2);
    assert_true(one->address == (uintptr_t)first || one->address == (uintptr_t)second);
    assert_int_equal(one->size, one->address == (uintptr_t)first ? 12288 : 4096);
    assert_int_equal(one->owner, geteuid());
    assert_true(one->readable);
    process_name(getpid(), program);
    assert_string_equal(one->creator, program);
    one = of_ours(&l, SEGMENT_DELETED, path);
    assert_non_null(one);
    assert_int_equal(one->address, (uintptr_t)deleted);
    one = of_ours(&l, SEGMENT_ANONYMOUS, "");
    assert_non_null(one);
    assert_int_equal(one->address, (uintptr_t)none);
    assert_int_equal(one->size, 8192);
    munmap(first, 12288);
    munmap(second, 4096);
    munmap(private, 4096);
    munmap(deleted, 4096);
    munmap(none, 8192);
    close(ring);
    close(file);
    assert_int_equal(segment_list_read(&l), 0);
    assert_null(of_ours(&l, SEGMENT_MEMFD, "a ring"));
    segment_list_free(&l);
}

static void system_v_comes_first_and_each_kind_is_sorted(void **state)
{
    struct segment_list l = {.count = 0};
    int ids[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ids[i] = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    }
    assert_int_equal(segment_list_read(&l), 0);
    for (size_t i = 0; i < 3; i++) {
        shmctl(ids[i], IPC_RMID, NULL);
    }
    assert_true(l.count >= 3);
    for (size_t i = 1; i < l.count; i++) {
        const struct segment_entry *a = &l.list[i - 1], *b = &l.list[i];
        if (a->kind != b->kind) {
            assert_true(a->kind < b->kind || (a->kind >= SEGMENT_MEMFD && b->kind >= SEGMENT_MEMFD));
        } else if (a->kind == SEGMENT_SYSV) {
            assert_true(a->id < b->id);
        } else if (a->kind == SEGMENT_POSIX) {
            assert_true(strcmp(a->name, b->name) < 0);
        } else {
            assert_true(a->creator_pid <= b->creator_pid);
        }
    }
    segment_list_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_listed_until_it_is_gone),
        cmocka_unit_test(a_posix_object_is_listed_with_its_mappings),
        cmocka_unit_test(memory_without_a_name_is_listed_with_a_process_that_maps_it),
        cmocka_unit_test(system_v_comes_first_and_each_kind_is_sorted),
    };
    return cmocka_run_group_tests_name("segment_list", tests, NULL, NULL);
}
