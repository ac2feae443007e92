/* layout_sync: a bell and a seqlock counter are found anywhere in a layout, under any name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout/dwarf.h"
#include "layout/sync_fields.h"
#include "layout/text.h"
#include "layout/value.h"
#include "shm_bell.h"
#include "shm_layout.h"
#include "shm_seqlock.h"

#define SIZE 1024

/* ---- from this program's debug information ---- */

typedef shm_bell door_bell;
typedef volatile door_bell back_door_bell;

struct door {
    char name[12];
    back_door_bell bell;
};
struct house {
    uint32_t rings; /* an ordinary counter is not a bell */
    struct {
        short number;
        struct door doors[3];
    } floors[2];
    const shm_seqlock sequence;
};
struct bells {
    char odd;
    shm_bell bells[4];
};
SHM_LAYOUT(struct house);
SHM_LAYOUT(struct bells);

static struct layout of_program(const char *type)
{
    struct layout l;
    struct layout_error error;
    struct layout_dwarf_file itself = {.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), .name = "this test"};
    if (layout_dwarf_read(&itself, type, &l, &error) < 0) {
        fail_msg("%s", error.text);
    }
    close(itself.fd);
    return l;
}

static void they_are_found_through_typedefs_structs_and_arrays(void **state)
{
    (void)state;
    struct layout l = of_program("struct house");
    assert_int_equal(layout_sync_offset(&l, LAYOUT_BELL, SIZE), offsetof(struct house, floors[0].doors[0].bell));
    assert_int_equal(layout_sync_offset(&l, LAYOUT_SEQLOCK, SIZE), offsetof(struct house, sequence));
    layout_free(&l);
    l = of_program("struct bells");
    assert_int_equal(layout_sync_offset(&l, LAYOUT_BELL, SIZE), offsetof(struct bells, bells));
    assert_true(layout_sync_offset(&l, LAYOUT_SEQLOCK, SIZE) == LAYOUT_NO_OFFSET);
    layout_free(&l);
}

/* ---- from .layout files ---- */

static struct layout of_text(const char *text)
{
    struct layout l;
    struct layout_error error;
    if (layout_text_read(text, strlen(text), &l, &error) < 0) {
        fail_msg("%s", error.text);
    }
    return l;
}

static size_t bell_of(const char *text)
{
    struct layout l = of_text(text);
    layout_fit(&l, SIZE);
    size_t offset = layout_sync_offset(&l, LAYOUT_BELL, SIZE);
    layout_free(&l);
    return offset;
}

static void a_layout_file_marks_them_by_type_or_attribute(void **state)
{
    (void)state;
    assert_int_equal(bell_of("shmlab layout 1\nint a\nshm_bell b\n"), 4);
    assert_int_equal(bell_of("shmlab layout 1\nint a\nmy_bell b (kind unsigned, size 4, align 4, bell)\n"), 4);
    assert_int_equal(bell_of("shmlab layout 1\nlong a\n8 struct s[2] s {\n int x\n shm_bell b\n}\n"), 12);
    struct layout l = of_text("shmlab layout 1\nint a\nshm_seqlock s\n");
    assert_int_equal(layout_sync_offset(&l, LAYOUT_SEQLOCK, SIZE), 4);
    assert_true(layout_sync_offset(&l, LAYOUT_BELL, SIZE) == LAYOUT_NO_OFFSET);
    layout_free(&l);
}

static void a_bell_must_be_a_valid_futex(void **state)
{
    (void)state;
    assert_true(bell_of("shmlab layout 1\nuint32_t b\n") == LAYOUT_NO_OFFSET);
    assert_true(bell_of("shmlab layout 1\n2 shm_bell b\n") == LAYOUT_NO_OFFSET);    /* misaligned */
    assert_true(bell_of("shmlab layout 1\n1024 shm_bell b\n") == LAYOUT_NO_OFFSET); /* past the end */
    assert_int_equal(bell_of("shmlab layout 1\n1020 shm_bell b\n"), 1020);
    assert_true(bell_of("shmlab layout 1\nlong b (bell)\n") == LAYOUT_NO_OFFSET);
    assert_true(bell_of("shmlab layout 1\nshm_bell b[0]\n") == LAYOUT_NO_OFFSET);
    assert_int_equal(bell_of("shmlab layout 1\n2 shm_bell a\n8 shm_bell b\n"), 8); /* the first valid one */
    const bool little = !layout_is_big_endian(&(struct layout_node){.flags = 0});
    assert_int_equal(bell_of(little ? "shmlab layout 1\nshm_bell a (big)\n8 shm_bell b (little)\n"
                                    : "shmlab layout 1\nshm_bell a (little)\n8 shm_bell b (big)\n"),
                     8); /* the kernel compares in this machine's order */
    struct layout none;
    layout_init(&none);
    assert_true(layout_sync_offset(&none, LAYOUT_BELL, SIZE) == LAYOUT_NO_OFFSET);
}

static void writing_and_reading_a_layout_keeps_them(void **state)
{
    (void)state;
    struct layout l = of_program("struct house");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(layout_text_write(&l, out), 0);
    fclose(out);
    struct layout again = of_text(text);
    assert_int_equal(layout_sync_offset(&again, LAYOUT_BELL, SIZE), layout_sync_offset(&l, LAYOUT_BELL, SIZE));
    assert_int_equal(layout_sync_offset(&again, LAYOUT_SEQLOCK, SIZE), layout_sync_offset(&l, LAYOUT_SEQLOCK, SIZE));
    free(text);
    layout_free(&again);
    layout_free(&l);
}

/* ---- values and headers ---- */

static void value_is(const char *text, uint32_t number, const char *expected)
{
    struct layout l = of_text(text);
    char out[64];
    value_format(&l.nodes[1], &number, sizeof number, out, sizeof out);
    assert_string_equal(out, expected);
    layout_free(&l);
}

static void a_value_explains_the_counter(void **state)
{
    (void)state;
    value_is("shmlab layout 1\nshm_bell b\n", 0, "0 rings");
    value_is("shmlab layout 1\nshm_bell b\n", 1, "1 ring");
    value_is("shmlab layout 1\nshm_bell b\n", UINT32_MAX, "4294967295 rings");
    value_is("shmlab layout 1\nshm_seqlock s\n", 8, "8, whole");
    value_is("shmlab layout 1\nshm_seqlock s\n", 9, "9, being written");
    value_is("shmlab layout 1\nuint32_t s\n", 9, "9");
}

static void a_seqlock_distinguishes_consistent_copies(void **state)
{
    (void)state;
    shm_seqlock s = 0;
    uint32_t seen = shm_seqlock_read(&s);
    assert_true(shm_seqlock_whole(&s, seen));
    SHM_SEQLOCK_BEGIN(&s);
    assert_int_equal(s, 1);
    assert_false(shm_seqlock_whole(&s, seen));
    assert_false(shm_seqlock_whole(&s, shm_seqlock_read(&s)));
    SHM_SEQLOCK_BEGIN(&s); /* a second writer after one that died: still odd */
    assert_int_equal(s, 1);
    SHM_SEQLOCK_END(&s);
    assert_int_equal(s, 2);
    assert_false(shm_seqlock_whole(&s, seen));
    s = UINT32_MAX - 1;
    SHM_SEQLOCK_BEGIN(&s);
    SHM_SEQLOCK_END(&s);
    assert_int_equal(s, 0);
}

static void a_bell_counts_its_rings(void **state)
{
    (void)state;
    shm_bell bell = UINT32_MAX;
    SHM_BELL_RING(&bell);
    SHM_BELL_RING(&bell);
    assert_int_equal(shm_bell_rings(&bell), 1);
    shm_bell_wait(&bell, 0); /* it has rung since 0: returns at once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_found_through_typedefs_structs_and_arrays),
        cmocka_unit_test(a_layout_file_marks_them_by_type_or_attribute),
        cmocka_unit_test(a_bell_must_be_a_valid_futex),
        cmocka_unit_test(writing_and_reading_a_layout_keeps_them),
        cmocka_unit_test(a_value_explains_the_counter),
        cmocka_unit_test(a_seqlock_distinguishes_consistent_copies),
        cmocka_unit_test(a_bell_counts_its_rings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
