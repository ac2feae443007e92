/* segment_list: System V segments and files in /dev/shm that this test makes are listed as they are. */
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

#include "segment_list.h"

static const struct segment_entry *of_id(const struct segment_list *l, int id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (!l->list[i].posix && l->list[i].id == id)
            return &l->list[i];
    }
    return NULL;
}

static const struct segment_entry *of_name(const struct segment_list *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->list[i].posix && strcmp(l->list[i].name, name) == 0)
            return &l->list[i];
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

static void a_posix_one_is_listed_with_who_maps_it(void **state)
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
    shm_unlink(name); /* whatever is found wrong below */
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

static void system_v_comes_first_and_each_is_in_order(void **state)
{
    struct segment_list l = {.count = 0};
    int ids[3];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        ids[i] = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    assert_int_equal(segment_list_read(&l), 0);
    for (size_t i = 0; i < 3; i++)
        shmctl(ids[i], IPC_RMID, NULL);
    assert_true(l.count >= 3);
    for (size_t i = 1; i < l.count; i++) {
        const struct segment_entry *a = &l.list[i - 1], *b = &l.list[i];
        assert_false(a->posix && !b->posix);
        if (a->posix == b->posix)
            assert_true(a->posix ? strcmp(a->name, b->name) < 0 : a->id < b->id);
    }
    segment_list_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_listed_until_it_is_gone),
        cmocka_unit_test(a_posix_one_is_listed_with_who_maps_it),
        cmocka_unit_test(system_v_comes_first_and_each_is_in_order),
    };
    return cmocka_run_group_tests_name("segment_list", tests, NULL, NULL);
}
