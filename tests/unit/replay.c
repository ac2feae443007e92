/* replay: at each time, the viewer's bytes are those of the recording; it plays, stops, steps, and finds values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>
#include <unistd.h>

#include "inspect/recording_writer.h"
#include "pictures.h"
#include "viewer/keys.h"
#include "viewer/state.h"

#define SECOND UINT64_C(1000000)
#define SIZE 256

struct stage {
    struct recording_reader reader;
    struct layout layout;
    struct state state;
};

/* Records `changes`, ten per second from second 1 on: num counts, and other bytes change at random. Then loads it. */
static struct stage *stage_of(unsigned changes, unsigned others)
{
    struct stage *s = calloc(1, sizeof *s);
    char path[] = "/tmp/shmlab-replay-XXXXXX", error[RECORDING_ERROR_MAX] = "";
    struct recording_facts facts = {.size = SIZE, .recorded = SIZE};
    struct recording_writer w;
    uint8_t bytes[SIZE] = {0};
    uint64_t random = 5;
    close(mkstemp(path));
    unlink(path);
    message_bytes(bytes);
    bytes[20] = 0;
    assert_int_equal(recording_writer_open(&w, path), 0);
    recording_writer_start(&w, 0, &facts);
    recording_writer_bytes(&w, 0, bytes);
    for (unsigned n = 1; n <= changes; n++) {
        memcpy(bytes + 20, &n, 4);
        for (unsigned i = 0; i < others; i++) {
            bytes[64 + random_below(&random, SIZE - 64)]++;
        }
        recording_writer_bytes(&w, SECOND + (n - 1) * SECOND / 10, bytes);
    }
    assert_int_equal(recording_writer_close(&w, SECOND + changes * SECOND / 10), 0);
    assert_int_equal(recording_reader_open(&s->reader, path, error), 0);
    unlink(path);
    s->layout = layout_of(MESSAGE_TEXT);
    state_init(&s->state);
    state_resize(&s->state, SIZE);
    assert_int_equal(replay_load(&s->state.replay, &s->state.history, &s->reader), 0);
    state_set_layout(&s->state, &s->layout, "struct message");
    cursor_shape(&s->state.cursor, &s->state.window, 16, 10);
    return s;
}

static void stage_free(struct stage *s)
{
    state_free(&s->state);
    layout_free(&s->layout);
    recording_reader_close(&s->reader);
    free(s);
}

static int num(const struct stage *s)
{
    int n;
    memcpy(&n, window_at(&s->state.window, 20, 4), 4);
    return n;
}

static void seek(struct stage *s, uint64_t us)
{
    replay_seek(&s->state.replay, &s->state.history, &s->state.window, us);
}

static bool tick(struct stage *s, uint64_t us)
{
    return replay_tick(&s->state.replay, &s->state.history, &s->state.window, us);
}

static void type(struct stage *s, const char *text)
{
    for (; *text != '\0'; text++) {
        keys_press(&s->state, *text);
    }
}

static void go(struct stage *s, const char *text)
{
    s->state.cursor.message[0] = '\0';
    state_goto_time(&s->state, text);
}

static void each_time_shows_the_recordings_bytes(void **state)
{
    (void)state;
    struct stage *s = stage_of(3000, 100); /* several full pictures */
    uint64_t random = 9;
    uint8_t bytes[SIZE];
    for (unsigned i = 0; i < 300; i++) {
        uint64_t time = random_next(&random) % s->reader.end / 1000 * 1000;
        recording_reader_bytes(&s->reader, time, bytes);
        seek(s, time);
        assert_memory_equal(s->state.window.bytes, bytes, SIZE);
    }
    stage_free(s);
}

static void the_change_that_led_there_is_marked(void **state)
{
    (void)state;
    struct stage *s = stage_of(30, 0);
    seek(s, 2 * SECOND + 50000);
    assert_int_equal(num(s), 11);
    assert_int_equal(s->state.window.glow[20], GRID_GLOW_MAX);
    assert_int_equal(s->state.window.glow[40], 0);
    assert_string_equal(s->state.history.news, "num: 10 -> 11");
    seek(s, 0);
    assert_int_equal(s->state.window.glow[20], 0);
    stage_free(s);
}

static void it_plays_stops_and_ends(void **state)
{
    (void)state;
    struct stage *s = stage_of(30, 0);
    seek(s, 0);
    type(s, " ");
    assert_true(s->state.replay.playing);
    tick(s, 100 * SECOND);
    assert_true(tick(s, 101 * SECOND + SECOND / 2 + 1000));
    assert_int_equal(num(s), 6);
    assert_true(s->state.window.glow[20] > 0);
    type(s, " ");
    assert_false(s->state.replay.playing || tick(s, 105 * SECOND));
    assert_int_equal(num(s), 6);
    type(s, ">>"); /* four times as fast */
    type(s, " ");
    tick(s, 200 * SECOND);
    tick(s, 200 * SECOND + SECOND / 4);
    assert_int_equal(num(s), 16);
    tick(s, 300 * SECOND);
    assert_int_equal(num(s), 30);
    assert_false(s->state.replay.playing);
    type(s, " "); /* from the start */
    assert_true(s->state.replay.playing);
    assert_int_equal(num(s), 0);
    stage_free(s);
}

static void keys_step_from_where_it_plays(void **state)
{
    (void)state;
    struct stage *s = stage_of(30, 0);
    seek(s, 2 * SECOND);
    assert_int_equal(num(s), 11);
    type(s, " ]");
    assert_int_equal(num(s), 12);
    assert_false(s->state.replay.playing);
    type(s, "[[");
    assert_int_equal(num(s), 10);
    assert_int_equal(s->state.history.now, 1900);
    type(s, " ");
    assert_int_equal(s->state.replay.us, 1900000);
    seek(s, 0);
    type(s, "[");
    assert_string_equal(s->state.cursor.message, "this is the start of the recording");
    seek(s, 100 * SECOND);
    type(s, "]");
    assert_string_equal(s->state.cursor.message, "this is the last change of the recording");
    stage_free(s);
}

static void a_time_a_field_and_a_value_are_found(void **state)
{
    (void)state;
    struct stage *s = stage_of(30, 3);
    seek(s, 0);
    go(s, "2.05");
    assert_int_equal(num(s), 11);
    go(s, "50%");
    assert_int_equal(s->state.history.now, 2000);
    go(s, "num");
    assert_int_equal(num(s), 12);
    go(s, "num=22");
    assert_int_equal(num(s), 22);
    assert_string_equal(s->state.cursor.message, "");
    go(s, "num=0x18");
    assert_int_equal(num(s), 24);
    go(s, "num=22");
    assert_string_equal(s->state.cursor.message, "from the start again");
    assert_int_equal(num(s), 22);
    go(s, "num=99");
    assert_string_equal(s->state.cursor.message, "num did not become 99");
    assert_int_equal(num(s), 22);
    go(s, "ratio");
    assert_string_equal(s->state.cursor.message, "ratio did not change");
    go(s, "nothing=3");
    assert_string_equal(s->state.cursor.message, "no field nothing");
    stage_free(s);
}

static void a_status_line_says_when(void **state)
{
    (void)state;
    struct stage *s = stage_of(30, 0);
    char when[96];
    seek(s, 2 * SECOND + 5000);
    replay_when(&s->state.replay, &s->state.history, false, when, sizeof when);
    assert_string_equal(when, "2.005 s of 4.000 s, change 11 of 30");
    type(s, "<");
    replay_when(&s->state.replay, &s->state.history, false, when, sizeof when);
    assert_string_equal(when, "2.005 s of 4.000 s, change 11 of 30, 1/2 as fast");
    stage_free(s);
}

static void an_hour_is_loaded_and_sought_fast(void **state)
{
    (void)state;
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    struct stage *s = stage_of(108000, 10);
    clock_gettime(CLOCK_MONOTONIC, &b);
    double loaded = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6, most = 0;
    uint64_t random = 2;
    for (unsigned i = 0; i < 200; i++) {
        clock_gettime(CLOCK_MONOTONIC, &a);
        seek(s, random_next(&random) % s->reader.end);
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
        most = ms > most ? ms : most;
    }
    assert_int_equal(s->state.history.recording.newest, 108000);
    print_message("108000 changes: %.0f ms to write and load; the slowest of 200 seeks took %.2f ms\n", loaded, most);
    clock_gettime(CLOCK_MONOTONIC, &a);
    seek(s, 0);
    go(s, "num=107999");
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_int_equal(num(s), 107999);
    print_message("a search through all of them: %.0f ms\n",
                  (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
    stage_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_time_shows_the_recordings_bytes),
        cmocka_unit_test(the_change_that_led_there_is_marked),
        cmocka_unit_test(it_plays_stops_and_ends),
        cmocka_unit_test(keys_step_from_where_it_plays),
        cmocka_unit_test(a_time_a_field_and_a_value_are_found),
        cmocka_unit_test(a_status_line_says_when),
        cmocka_unit_test(an_hour_is_loaded_and_sought_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
