/* recording_file: what the writer writes the reader reads, at each time; cut, spoilt and hostile files are read up to
 * the last whole block, or refused. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "inspect/recording_reader.h"
#include "inspect/recording_writer.h"
#include "pictures.h"

#define SECOND UINT64_C(1000000)

static char folder[] = "/tmp/shmlab-recording-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/r", mkdtemp(folder));
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct recording_writer writer(size_t size)
{
    struct recording_writer w;
    struct recording_facts facts = {.size = size, .recorded = size, .wall = 1700000000000, .key = 0xf20074e, .id = 7};
    strcpy(facts.title, "key 0x0f20074e");
    unlink(path);
    assert_int_equal(recording_writer_open(&w, path), 0);
    assert_int_equal(recording_writer_start(&w, 5 * SECOND, &facts), 0);
    return w;
}

static uint8_t *file_bytes(size_t *length)
{
    FILE *in = fopen(path, "re");
    struct stat st;
    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    uint8_t *bytes = malloc((size_t)st.st_size + 1);
    *length = fread(bytes, 1, (size_t)st.st_size, in);
    assert_int_equal(*length, st.st_size);
    fclose(in);
    return bytes;
}

static struct recording_reader reader(void)
{
    struct recording_reader r;
    char error[RECORDING_ERROR_MAX] = "";
    if (recording_reader_open(&r, path, error) != 0) {
        fail_msg("%s", error);
    }
    return r;
}

/* A small recording with all kinds of blocks. */
static void write_small(void)
{
    uint8_t bytes[64] = {0};
    struct attachment server = {.pid = 41, .name = "shm-server", .address = 0x7000, .size = 4096, .rights = "rw-"};
    struct attachments one = {.list = &server, .count = 1}, none = {.list = NULL};
    struct layout l = layout_of(MESSAGE_TEXT);
    struct recording_writer w = writer(sizeof bytes);
    recording_writer_layout(&w, 5 * SECOND, "struct message", &l);
    recording_writer_attached(&w, 5 * SECOND, &one, 1);
    message_bytes(bytes);
    recording_writer_bytes(&w, 5 * SECOND, bytes);
    for (uint8_t i = 0; i < 30; i++) {
        bytes[20] = i;
        bytes[60] = (uint8_t)(i / 4);
        recording_writer_bytes(&w, 6 * SECOND + i * SECOND / 10, bytes);
    }
    recording_writer_attached(&w, 10 * SECOND, &none, 1);
    recording_writer_note(&w, 11 * SECOND, RECORDING_NOTE, "removed");
    assert_int_equal(recording_writer_close(&w, 12 * SECOND), 0);
    layout_free(&l);
}

static void all_that_is_written_is_read(void **state)
{
    (void)state;
    write_small();
    struct recording_reader r = reader();
    struct recording_place place = {0};
    struct recording_record record;
    unsigned pictures = 0, changes = 0, events = 0;
    assert_true(r.ended);
    assert_int_equal(r.end, 7 * SECOND);
    assert_int_equal(r.facts.key, 0xf20074e);
    assert_int_equal(r.facts.id, 7);
    assert_string_equal(r.facts.title, "key 0x0f20074e");
    assert_string_equal(r.layout_title, "struct message");
    struct layout written = layout_of(MESSAGE_TEXT), read;
    assert_int_equal(layout_text_read(r.layout, r.layout_length, &read, NULL), 0);
    assert_true(layout_same(&written, &read));
    layout_free(&written);
    layout_free(&read);
    while (recording_reader_next(&r, &place, &record)) {
        pictures += record.kind == RECORDING_PICTURE;
        if (record.kind == RECORDING_CHANGES) {
            assert_int_equal(record.time, SECOND + changes++ * SECOND / 10);
        }
        if (record.kind == RECORDING_EVENT) {
            static const char *const texts[] = {"shm-server", "shm-server", "removed"};
            static const int kinds[] = {RECORDING_ATTACHED, RECORDING_LEFT, RECORDING_NOTE};
            assert_string_equal(record.event.text, texts[events]);
            assert_int_equal(record.event.kind, kinds[events]);
            events++;
        }
    }
    assert_int_equal(pictures, 1);
    assert_int_equal(changes, 30);
    assert_int_equal(r.changes, 30);
    assert_int_equal(events, 3);
    uint64_t from, until;
    struct attachments a = {.list = NULL};
    assert_int_equal(recording_reader_attached(&r, 2 * SECOND, &a, &from, &until), 0);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.list[0].pid, 41);
    assert_string_equal(a.list[0].name, "shm-server");
    assert_true(from == 0 && until == 5 * SECOND);
    assert_int_equal(recording_reader_attached(&r, 5 * SECOND, &a, &from, &until), 0);
    assert_true(a.count == 0 && from == 5 * SECOND && until == 6 * SECOND);
    attachments_free(&a);
    recording_reader_close(&r);
}

static void a_note_holds_until_the_next_one_and_news_for_a_while(void **state)
{
    (void)state;
    uint8_t bytes[64] = {0};
    struct recording_writer w = writer(sizeof bytes);
    recording_writer_bytes(&w, 5 * SECOND, bytes);
    recording_writer_note(&w, 7 * SECOND, RECORDING_NOTE, "gone");
    recording_writer_note(&w, 10 * SECOND, RECORDING_NEWS, "reattached");
    recording_writer_note(&w, 10 * SECOND, RECORDING_NOTE, "");
    recording_writer_note(&w, 15 * SECOND, RECORDING_NEWS, "again");
    recording_writer_note(&w, 16 * SECOND, RECORDING_NOTE, "gone again");
    assert_int_equal(recording_writer_close(&w, 25 * SECOND), 0);
    struct recording_reader r = reader();
    static const struct {
        uint64_t from, until; /* seconds; 0: no limit */
        const char *note;
    } expected[] = {{0, 2, ""},  {2, 5, "gone"},    {5, 8, "reattached"},
                    {8, 10, ""}, {10, 11, "again"}, {11, 0, "gone again"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint64_t first = expected[i].from * SECOND;
        uint64_t end = expected[i].until > 0 ? expected[i].until * SECOND : UINT64_MAX;
        const uint64_t times[] = {first, first + 1, end - 1};
        for (size_t t = 0; t < 3; t++) {
            char note[RECORDING_TEXT_MAX];
            uint64_t from, until;
            recording_reader_note(&r, times[t], note, &from, &until);
            assert_string_equal(note, expected[i].note);
            assert_true(from == first && until == end);
        }
    }
    assert_false(r.processes);
    recording_reader_close(&r);
}

static void the_bytes_are_those_of_any_time(void **state)
{
    (void)state;
    write_small();
    struct recording_reader r = reader();
    uint8_t bytes[64], expected[64] = {0};
    message_bytes(expected);
    recording_reader_bytes(&r, SECOND - 1, bytes);
    assert_memory_equal(bytes, expected, 64);
    for (uint64_t t = SECOND; t < 5 * SECOND; t += 50000) {
        uint64_t i = (t - SECOND) / 100000 < 29 ? (t - SECOND) / 100000 : 29;
        expected[20] = (uint8_t)i;
        expected[60] = (uint8_t)(i / 4);
        recording_reader_bytes(&r, t, bytes);
        assert_memory_equal(bytes, expected, 64);
    }
    recording_reader_close(&r);
}

static void an_existing_file_is_never_overwritten(void **state)
{
    (void)state;
    struct recording_writer w;
    write_small();
    assert_int_equal(recording_writer_open(&w, path), -EEXIST);
    assert_int_equal(recording_writer_close(&w, 0), -EEXIST);
    struct recording_reader r = reader();
    assert_true(r.ended);
    recording_reader_close(&r);
}

static int take_copy(struct recording_reader *r, const uint8_t *bytes, size_t length, char *error)
{
    uint8_t *copy = malloc(length + 1); /* of that size, so that a sanitizer sees a read past the end */
    memcpy(copy, bytes, length);
    copy = realloc(copy, length > 0 ? length : 1);
    error[0] = '\0';
    return recording_reader_take(r, copy, length, error);
}

static uint64_t read_all(const struct recording_reader *r)
{
    struct recording_place place = {0};
    struct recording_record record;
    struct recording_piece piece;
    uint64_t changes = 0;
    while (recording_reader_next(r, &place, &record)) {
        changes += record.kind == RECORDING_CHANGES;
        while (record.kind == RECORDING_CHANGES && recording_reader_piece(r, &record, &piece)) {
            assert_true(piece.offset + piece.count <= r->facts.recorded);
        }
    }
    return changes;
}

static void a_file_cut_anywhere_is_read_up_to_the_last_whole_block(void **state)
{
    (void)state;
    size_t length, whole = 0;
    char error[RECORDING_ERROR_MAX];
    write_small();
    uint8_t *bytes = file_bytes(&length);
    uint64_t most = 0;
    for (size_t cut = 0; cut <= length; cut++) {
        struct recording_reader r;
        int rc = take_copy(&r, bytes, cut, error);
        if (rc == 0) {
            uint64_t changes = read_all(&r);
            assert_int_equal(changes, r.changes);
            assert_true(changes >= most && r.length >= whole && r.length <= cut);
            assert_int_equal(r.ended, cut == length);
            most = changes;
            whole = r.length;
        } else {
            assert_int_equal(rc, -EINVAL);
            assert_true(error[0] != '\0' && whole == 0);
        }
        recording_reader_close(&r);
    }
    assert_int_equal(most, 30);
    free(bytes);
}

static void a_flipped_bit_ends_the_file_at_the_block_before(void **state)
{
    (void)state;
    size_t length;
    char error[RECORDING_ERROR_MAX];
    write_small();
    uint8_t *bytes = file_bytes(&length);
    for (size_t i = 0; i < length * 8; i++) {
        struct recording_reader r;
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        int rc = take_copy(&r, bytes, length, error);
        assert_true(rc == 0 ? !r.ended && r.length <= i / 8 && read_all(&r) == r.changes : error[0] != '\0');
        recording_reader_close(&r);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    free(bytes);
}

/* Makes the checksums right again, as somebody would who means harm. */
static void checksums_mend(uint8_t *bytes, size_t length)
{
    for (size_t at = RECORDING_HEAD; length - at >= RECORDING_BLOCK_HEAD;) {
        uint64_t size = recording_get(bytes + at + 8, 4);
        if (size > length - at - RECORDING_BLOCK_HEAD) {
            return;
        }
        recording_put(bytes + at, crc32(0, bytes + at + 4, (uInt)(RECORDING_BLOCK_HEAD - 4 + size)), 4);
        at += RECORDING_BLOCK_HEAD + size;
    }
}

static void hostile_bytes_with_right_checksums_are_refused_or_harmless(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    size_t length, refused = 0;
    char error[RECORDING_ERROR_MAX];
    write_small();
    uint8_t *bytes = file_bytes(&length), *spoilt = malloc(length), out[64];
    for (size_t i = RECORDING_HEAD; i < length * sizeof values; i++) {
        struct recording_reader r;
        memcpy(spoilt, bytes, length);
        spoilt[i / sizeof values] = values[i % sizeof values];
        checksums_mend(spoilt, length);
        int rc = take_copy(&r, spoilt, length, error);
        if (rc == 0 && r.facts.recorded <= sizeof out) {
            assert_int_equal(read_all(&r), r.changes);
            recording_reader_bytes(&r, r.end / 2, out);
        }
        assert_true(rc == 0 || (rc == -EINVAL && error[0] != '\0'));
        refused += rc != 0;
        recording_reader_close(&r);
    }
    assert_true(refused > 500);
    free(bytes);
    free(spoilt);
}

/* A random segment of that size, whose bytes come back as they were. */
static void random_bytes_come_back(size_t size, unsigned changes, unsigned most)
{
    uint64_t random = 7 + size;
    uint8_t *now = calloc(size, 1), *all = malloc(size * changes), *out = malloc(size);
    struct recording_writer w = writer(size);
    for (unsigned n = 0; n < changes; n++) {
        for (unsigned i = 1 + random_below(&random, most); i > 0; i--) {
            now[random_below(&random, (unsigned)size)] = (uint8_t)random_below(&random, 256);
        }
        memcpy(all + n * size, now, size);
        assert_int_equal(recording_writer_bytes(&w, (5 + n) * SECOND, now), 0);
    }
    assert_int_equal(recording_writer_close(&w, (5 + changes) * SECOND), 0);
    struct recording_reader r = reader();
    for (unsigned n = 0; n < changes; n++) {
        recording_reader_bytes(&r, n * SECOND, out);
        assert_memory_equal(out, all + n * size, size);
    }
    recording_reader_close(&r);
    free(now);
    free(all);
    free(out);
}

static void segments_of_any_size_come_back(void **state)
{
    (void)state;
    random_bytes_come_back(1, 20, 1);
    random_bytes_come_back(1024, 500, 30);
    random_bytes_come_back(100000, 100, 50000); /* more than one full picture */
}

static void a_failed_write_leaves_whole_blocks(void **state)
{
    (void)state;
    struct rlimit old, small = {.rlim_cur = 3000};
    struct recording_writer w = writer(64);
    uint8_t bytes[64] = {0};
    int rc = 0;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    for (unsigned i = 0; i < 1000 && rc == 0; i++) {
        memset(bytes, (int)i, sizeof bytes);
        rc = recording_writer_bytes(&w, (5 + i) * SECOND, bytes);
    }
    assert_int_equal(rc, -EFBIG);
    assert_int_equal(recording_writer_bytes(&w, 2000 * SECOND, bytes), -EFBIG);
    assert_int_equal(recording_writer_close(&w, 2000 * SECOND), -EFBIG);
    setrlimit(RLIMIT_FSIZE, &old);
    size_t length;
    free(file_bytes(&length));
    struct recording_reader r = reader();
    assert_int_equal(r.length, length);
    assert_true(length > 2500 && !r.ended && r.changes > 10);
    recording_reader_close(&r);
}

static void changes_are_written_within_a_second(void **state)
{
    (void)state;
    struct recording_writer w = writer(64);
    uint8_t bytes[64] = {0};
    for (uint64_t t = 0; t < 20 * SECOND; t += SECOND / 30) {
        bytes[3]++;
        recording_writer_bytes(&w, 5 * SECOND + t, bytes);
        struct recording_reader r = reader();
        assert_true(t - r.end <= SECOND);
        recording_reader_close(&r);
    }
    recording_writer_close(&w, 30 * SECOND);
}

/* An hour of the demo, 30 changes of ten bytes per second. */
static void an_hour_is_small(void **state)
{
    (void)state;
    static uint8_t bytes[1024];
    uint64_t random = 3;
    struct stat st;
    struct recording_writer w = writer(sizeof bytes);
    for (unsigned n = 0; n < 3600 * 30; n++) {
        for (unsigned i = 0; i < 10; i++) {
            bytes[random_below(&random, sizeof bytes)]++;
        }
        recording_writer_bytes(&w, 5 * SECOND + n * SECOND / 30, bytes);
    }
    recording_writer_close(&w, 3605 * SECOND);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 20 << 20);
    struct recording_reader r = reader();
    assert_int_equal(r.changes, 3600 * 30 - 1);
    uint64_t most = 0;
    for (unsigned i = 0; i < 200; i++) {
        struct timespec a, b;
        uint8_t out[1024];
        clock_gettime(CLOCK_MONOTONIC, &a);
        recording_reader_bytes(&r, random_next(&random) % r.end, out);
        clock_gettime(CLOCK_MONOTONIC, &b);
        uint64_t us = (uint64_t)((b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000);
        most = us > most ? us : most;
    }
    print_message("an hour: %lld KiB; the slowest of 200 seeks took %llu us\n", (long long)st.st_size >> 10,
                  (unsigned long long)most);
    recording_reader_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_written_is_read),
        cmocka_unit_test(a_note_holds_until_the_next_one_and_news_for_a_while),
        cmocka_unit_test(the_bytes_are_those_of_any_time),
        cmocka_unit_test(an_existing_file_is_never_overwritten),
        cmocka_unit_test(a_file_cut_anywhere_is_read_up_to_the_last_whole_block),
        cmocka_unit_test(a_flipped_bit_ends_the_file_at_the_block_before),
        cmocka_unit_test(hostile_bytes_with_right_checksums_are_refused_or_harmless),
        cmocka_unit_test(segments_of_any_size_come_back),
        cmocka_unit_test(a_failed_write_leaves_whole_blocks),
        cmocka_unit_test(changes_are_written_within_a_second),
        cmocka_unit_test(an_hour_is_small),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
