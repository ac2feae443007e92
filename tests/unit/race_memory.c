/* The memory models, held against the published verdicts on litmus tests: all executions of each small program are tried,
 * with all orders, all times at which stores leave their buffers, and all values that a load may return. */
#include "race/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { X, Y, NOTHING = 9 };
enum kind { END, LOAD, STORE, ADD_, FENCE };

struct step {
    enum kind kind;
    unsigned place; /* X or Y */
    enum race_order order;
    unsigned value; /* what is stored */
};

#define R(place, order)       \
    {                         \
        LOAD, place, order, 0 \
    }
#define W(place, value, order)     \
    {                              \
        STORE, place, order, value \
    }
#define U(place, value, order)    \
    {                             \
        ADD_, place, order, value \
    }
#define F(order)                 \
    {                            \
        FENCE, NOTHING, order, 0 \
    }
#define RLX RACE_RELAXED
#define ACQ RACE_ACQUIRE
#define REL RACE_RELEASE
#define SC_ RACE_SEQ_CST

/* Is there an execution whose loads return these values, in the order of the processes and their steps, and which ends
 * with these bytes in X and Y (NOTHING: any)? For sc, tso, pso, weak. */
struct litmus {
    const char *name;
    struct step process[4][6];
    unsigned loads[8], x, y;
    bool allowed[MEMORY_MODELS];
};

#define NO_ONE                     \
    {                              \
        false, false, false, false \
    }

/* The outcome of each is the weak one, which sequential consistency forbids. Verdicts: x86-TSO and SPARC PSO from Sewell et
 * al. 2010 and Adve and Gharachorloo 1996; WEAK as herd's C11 model (rc11.cat) has them, except where it says otherwise. */
static const struct litmus tests[] = {
    {"SB relaxed",
     {{W(X, 1, RLX), R(Y, RLX)}, {W(Y, 1, RLX), R(X, RLX)}},
     {0, 0},
     NOTHING,
     NOTHING,
     {false, true, true, true}},
    {"SB release, acquire",
     {{W(X, 1, REL), R(Y, ACQ)}, {W(Y, 1, REL), R(X, ACQ)}},
     {0, 0},
     NOTHING,
     NOTHING,
     {false, true, true, true}},
    {"SB seq_cst", {{W(X, 1, SC_), R(Y, SC_)}, {W(Y, 1, SC_), R(X, SC_)}}, {0, 0}, NOTHING, NOTHING, NO_ONE},
    {"SB fences",
     {{W(X, 1, RLX), F(SC_), R(Y, RLX)}, {W(Y, 1, RLX), F(SC_), R(X, RLX)}},
     {0, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"SB one fence",
     {{W(X, 1, RLX), F(SC_), R(Y, RLX)}, {W(Y, 1, RLX), R(X, RLX)}},
     {0, 0},
     NOTHING,
     NOTHING,
     {false, true, true, true}},
    {"SB one store and the other's load seq_cst",
     {{W(X, 1, RLX), R(Y, SC_)}, {W(Y, 1, SC_), R(X, RLX)}},
     {0, 0},
     NOTHING,
     NOTHING,
     {false, true, true, true}},
    {"SB one fence, the other seq_cst",
     {{W(X, 1, RLX), F(SC_), R(Y, RLX)}, {W(Y, 1, SC_), R(X, SC_)}},
     {0, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"R stores seq_cst",
     {{W(X, 1, SC_), W(Y, 1, SC_)}, {W(Y, 2, SC_), R(X, RLX)}},
     {0},
     NOTHING,
     2,
     {false, false, false, true}},
    {"MP relaxed",
     {{W(X, 1, RLX), W(Y, 1, RLX)}, {R(Y, RLX), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     {false, false, true, true}},
    {"MP release, acquire", {{W(X, 1, RLX), W(Y, 1, REL)}, {R(Y, ACQ), R(X, RLX)}}, {1, 0}, NOTHING, NOTHING, NO_ONE},
    {"MP plain data, release, acquire",
     {{W(X, 1, RACE_PLAIN), W(Y, 1, REL)}, {R(Y, ACQ), R(X, RACE_PLAIN)}},
     {1, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"MP acquire missing",
     {{W(X, 1, RLX), W(Y, 1, REL)}, {R(Y, RLX), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"MP release missing",
     {{W(X, 1, RLX), W(Y, 1, RLX)}, {R(Y, ACQ), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     {false, false, true, true}},
    {"MP fences",
     {{W(X, 1, RLX), F(REL), W(Y, 1, RLX)}, {R(Y, RLX), F(ACQ), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"MP acquire fence missing",
     {{W(X, 1, RLX), F(REL), W(Y, 1, RLX)}, {R(Y, RLX), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"MP release fence missing",
     {{W(X, 1, RLX), W(Y, 1, RLX)}, {R(Y, RLX), F(ACQ), R(X, RLX)}},
     {1, 0},
     NOTHING,
     NOTHING,
     {false, false, true, true}},
    /* Allowed by C11, forbidden here: no load is answered by a store that comes later. ARM allows it. */
    {"LB relaxed", {{R(X, RLX), W(Y, 1, RLX)}, {R(Y, RLX), W(X, 1, RLX)}}, {1, 1}, NOTHING, NOTHING, NO_ONE},
    {"IRIW relaxed",
     {{W(X, 1, RLX)}, {W(Y, 1, RLX)}, {R(X, RLX), R(Y, RLX)}, {R(Y, RLX), R(X, RLX)}},
     {1, 0, 1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"IRIW acquire",
     {{W(X, 1, REL)}, {W(Y, 1, REL)}, {R(X, ACQ), R(Y, ACQ)}, {R(Y, ACQ), R(X, ACQ)}},
     {1, 0, 1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"IRIW seq_cst",
     {{W(X, 1, SC_)}, {W(Y, 1, SC_)}, {R(X, SC_), R(Y, SC_)}, {R(Y, SC_), R(X, SC_)}},
     {1, 0, 1, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"CoRR", {{W(X, 1, RLX)}, {R(X, RLX), R(X, RLX)}}, {1, 0}, NOTHING, NOTHING, NO_ONE},
    {"CoRR in two processes",
     {{W(X, 1, RLX)}, {R(X, RLX), W(Y, 1, REL)}, {R(Y, ACQ), R(X, RLX)}},
     {1, 1, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"CoWR", {{W(X, 1, RLX), R(X, RLX)}}, {0}, NOTHING, NOTHING, NO_ONE},
    {"CoRW, CoWW", {{R(X, RLX), W(X, 1, RLX)}}, {1}, NOTHING, NOTHING, NO_ONE},
    /* C11 and ARM allow it; WEAK does not, as it adds stores only at the end. */
    {"2+2W relaxed",
     {{W(X, 1, RLX), W(Y, 2, RLX)}, {W(Y, 1, RLX), W(X, 2, RLX)}},
     {NOTHING},
     1,
     1,
     {false, false, true, false}},
    {"2+2W release", {{W(X, 1, REL), W(Y, 2, REL)}, {W(Y, 1, REL), W(X, 2, REL)}}, {NOTHING}, 1, 1, NO_ONE},
    {"2+2W seq_cst", {{W(X, 1, SC_), W(Y, 2, SC_)}, {W(Y, 1, SC_), W(X, 2, SC_)}}, {NOTHING}, 1, 1, NO_ONE},
    {"CoWW in a buffer", {{W(X, 1, RLX), W(X, 2, RLX)}}, {NOTHING}, 1, NOTHING, NO_ONE},
    {"a store before an add",
     {{W(X, 1, RLX), U(Y, 1, RLX)}, {U(Y, 1, RLX), R(X, RLX)}},
     {0, 1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"WRC acquire",
     {{W(X, 1, RLX)}, {R(X, RLX), W(Y, 1, REL)}, {R(Y, ACQ), R(X, RLX)}},
     {1, 1, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"WRC relaxed",
     {{W(X, 1, RLX)}, {R(X, RLX), W(Y, 1, RLX)}, {R(Y, RLX), R(X, RLX)}},
     {1, 1, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
    {"R relaxed",
     {{W(X, 1, RLX), W(Y, 1, RLX)}, {W(Y, 2, RLX), R(X, RLX)}},
     {0},
     NOTHING,
     2,
     {false, true, true, true}},
    {"two atomic adds", {{U(X, 1, RLX)}, {U(X, 1, RLX)}}, {0, 0}, NOTHING, NOTHING, NO_ONE},
    {"release sequence",
     {{W(X, 1, RLX), W(Y, 1, REL)}, {U(Y, 1, RLX)}, {R(Y, ACQ), R(X, RLX)}},
     {1, 2, 0},
     NOTHING,
     NOTHING,
     NO_ONE},
    {"SB with adds",
     {{U(X, 1, RLX), R(Y, RLX)}, {U(Y, 1, RLX), R(X, RLX)}},
     {0, 0, 0, 0},
     NOTHING,
     NOTHING,
     {false, false, false, true}},
};

static uint8_t bytes[2];

struct run {
    struct memory *m;
    unsigned at[4];
    unsigned values[4][6];
};

/* One choice of all that are possible now: number `choice`. False if there are not as many. */
static bool step(struct run *r, const struct litmus *t, unsigned choice)
{
    for (unsigned who = 0; who < 4; who++) {
        for (unsigned i = 0; i < memory_buffered(r->m, who); i++) {
            uint32_t offset, size;
            if (memory_may_drain(r->m, who, i) && choice-- == 0) {
                memory_drain(r->m, who, i, &offset, &size);
                assert_int_equal(size, 1);
                return true;
            }
        }
        const struct step *s = &t->process[who][r->at[who]];
        struct memory_access a = {.who = who, .offset = s->place, .size = 1, .order = s->order};
        unsigned count = s->kind == END ? 0 : s->kind == LOAD ? memory_read_choices(r->m, &a) : 1;
        if (choice >= count) {
            choice -= count;
            continue;
        }
        unsigned *value = &r->values[who][r->at[who]++];
        if (s->kind == LOAD) {
            *value = (unsigned)memory_read(r->m, &a, choice);
        } else if (s->kind == STORE) {
            memory_write(r->m, &a, s->value);
        } else if (s->kind == ADD_) {
            *value = (unsigned)memory_update(r->m, &a, RACE_ADD, s->value, 0);
        } else {
            memory_fence(r->m, who, s->order);
        }
        return true;
    }
    return false;
}

static bool is_outcome(const struct run *r, const struct litmus *t)
{
    unsigned load = 0;
    for (unsigned who = 0; who < 4; who++) {
        for (unsigned i = 0; t->process[who][i].kind != END; i++) {
            bool loads = t->process[who][i].kind == LOAD || t->process[who][i].kind == ADD_;
            if (loads && r->values[who][i] != t->loads[load++]) {
                return false;
            }
        }
    }
    return (t->x == NOTHING || bytes[X] == t->x) && (t->y == NOTHING || bytes[Y] == t->y);
}

/* Whether an execution has the outcome: depth first, each from the start. */
static bool possible(struct memory *m, const struct litmus *t, enum memory_model model)
{
    unsigned path[32] = {0};
    size_t depth = 0;
    for (;;) {
        struct run r = {.m = m};
        memory_reset(m, model);
        size_t done = 0;
        while (step(&r, t, path[done])) {
            done++;
        }
        if (path[done] != 0) { /* there were no more choices at this step */
            path[done] = 0;
            if (done == 0) {
                return false;
            }
            path[done - 1]++;
            continue;
        }
        if (is_outcome(&r, t)) {
            return true;
        }
        depth = done;
        if (depth == 0) {
            return false;
        }
        path[depth - 1]++;
    }
}

static void litmus_tests_are_as_published(void **state)
{
    (void)state;
    struct memory *m = memory_new(bytes, sizeof bytes);
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        for (enum memory_model model = MEMORY_SC; model < MEMORY_MODELS; model++) {
            bool found = possible(m, &tests[i], model);
            if (found != tests[i].allowed[model]) {
                print_error("%s is %s under %s\n", tests[i].name, found ? "possible" : "not possible",
                            memory_model_name(model));
                wrong++;
            }
        }
    }
    memory_free(m);
    assert_int_equal(wrong, 0);
}

/* ---- data races and lost updates ---- */

static struct memory_access access_at(unsigned who, uint32_t offset, enum race_order order, uint64_t site)
{
    return (struct memory_access){.who = who, .offset = offset, .size = 1, .order = order, .site = site};
}

static void load(struct memory *m, unsigned who, uint32_t offset, enum race_order order)
{
    struct memory_access a = access_at(who, offset, order, 10 + who + 100 * offset);
    memory_read(m, &a, 0);
}

static void store(struct memory *m, unsigned who, uint32_t offset, enum race_order order)
{
    struct memory_access a = access_at(who, offset, order, 20 + who + 100 * offset);
    memory_write(m, &a, 1);
}

static size_t races(struct memory *m)
{
    size_t count;
    memory_races(m, &count);
    memory_reset(m, MEMORY_SC);
    return count;
}

static void accesses_that_nothing_orders_are_a_race(void **state)
{
    (void)state;
    size_t count;
    struct memory *m = memory_new(bytes, sizeof bytes);
    memory_reset(m, MEMORY_SC);
    store(m, 0, X, RACE_PLAIN);
    load(m, 1, X, RACE_PLAIN);
    const struct memory_race *race = memory_races(m, &count);
    assert_int_equal(count, 1);
    assert_int_equal(race->before.site, 20);
    assert_int_equal(race->after.site, 11);
    assert_true(race->before_writes && !race->after_writes);
    load(m, 1, X, RACE_PLAIN); /* the same places again: no other race */
    assert_int_equal(races(m), 1);
    load(m, 0, X, RACE_PLAIN);
    store(m, 1, X, RACE_PLAIN); /* the read came first */
    assert_int_equal(races(m), 1);
    store(m, 0, X, RLX);
    load(m, 1, X, RACE_PLAIN); /* one of the two is not atomic */
    assert_int_equal(races(m), 1);
    store(m, 0, X, RACE_PLAIN);
    store(m, 1, Y, RACE_PLAIN); /* other bytes */
    load(m, 0, Y + 0, RLX);
    assert_int_equal(races(m), 1);
    memory_free(m);
}

static void what_is_ordered_is_no_race(void **state)
{
    (void)state;
    struct memory *m = memory_new(bytes, sizeof bytes);
    memory_reset(m, MEMORY_SC);
    store(m, 0, X, RACE_PLAIN);
    store(m, 0, X, RACE_PLAIN); /* one process */
    assert_int_equal(races(m), 0);
    load(m, 0, X, RACE_PLAIN);
    load(m, 1, X, RACE_PLAIN); /* two loads */
    assert_int_equal(races(m), 0);
    store(m, 0, X, RLX);
    store(m, 1, X, RLX); /* two atomics */
    assert_int_equal(races(m), 0);
    store(m, 0, X, RACE_PLAIN);
    store(m, 0, Y, REL);
    load(m, 1, Y, ACQ);
    store(m, 1, X, RACE_PLAIN); /* a release and an acquire */
    assert_int_equal(races(m), 0);
    store(m, 0, X, RACE_PLAIN);
    memory_join(m, 0, 1); /* fork, waitpid */
    store(m, 1, X, RACE_PLAIN);
    assert_int_equal(races(m), 0);
    store(m, 0, X, RACE_PLAIN);
    memory_fence(m, 0, REL);
    store(m, 0, Y, RLX);
    load(m, 1, Y, RLX);
    memory_fence(m, 1, ACQ);
    load(m, 1, X, RACE_PLAIN); /* fences */
    assert_int_equal(races(m), 0);
    memory_free(m);
}

static void half_of_a_release_and_acquire_orders_nothing(void **state)
{
    (void)state;
    static const enum race_order half[][2] = {{RLX, ACQ}, {REL, RLX}, {RLX, RLX}, {RACE_PLAIN, ACQ}};
    struct memory *m = memory_new(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof half / sizeof *half; i++) {
        memory_reset(m, MEMORY_SC);
        store(m, 0, X, RACE_PLAIN);
        store(m, 0, Y, half[i][0]);
        load(m, 1, Y, half[i][1]);
        load(m, 1, X, RACE_PLAIN);
        assert_int_equal(races(m), half[i][0] == RACE_PLAIN ? 2 : 1); /* on X; and on Y, if that is not atomic */
    }
    memory_free(m);
}

static void a_plain_load_and_a_fence_order_nothing(void **state)
{
    (void)state;
    struct memory *m = memory_new(bytes, sizeof bytes);
    memory_reset(m, MEMORY_SC);
    store(m, 0, X, RACE_PLAIN);
    store(m, 0, Y, REL);
    load(m, 1, Y, RACE_PLAIN);
    memory_fence(m, 1, ACQ);
    load(m, 1, X, RACE_PLAIN);
    assert_int_equal(races(m), 2);
    memory_free(m);
}

static void a_load_of_ones_own_waiting_store_orders_nothing(void **state)
{
    (void)state;
    uint32_t offset, size;
    struct memory *m = memory_new(bytes, sizeof bytes);
    memory_reset(m, MEMORY_TSO);
    store(m, 0, Y, RLX); /* waits */
    store(m, 1, X, RACE_PLAIN);
    store(m, 1, Y, REL);
    memory_drain(m, 1, 0, &offset, &size);
    memory_drain(m, 1, 0, &offset, &size);
    load(m, 0, Y, ACQ); /* its own */
    load(m, 0, X, RACE_PLAIN);
    assert_int_equal(races(m), 1);
    memory_free(m);
}

static void a_lost_update_is_one_between_a_load_and_its_store(void **state)
{
    (void)state;
    struct memory *m = memory_new(bytes, sizeof bytes);
    memory_reset(m, MEMORY_SC);
    load(m, 0, X, RACE_PLAIN);
    store(m, 1, X, RACE_PLAIN);
    assert_int_equal(memory_overwritten(m), RACE_PROCESSES); /* 1 has read nothing that it could have used */
    store(m, 0, X, RACE_PLAIN);
    assert_int_equal(memory_overwritten(m), 1);
    store(m, 0, X, RACE_PLAIN);
    assert_int_equal(memory_overwritten(m), RACE_PROCESSES);
    load(m, 1, X, RACE_PLAIN);
    store(m, 1, X, RACE_PLAIN);
    assert_int_equal(memory_overwritten(m), RACE_PROCESSES);
    memory_free(m);
}

static void equal_states_have_equal_hashes(void **state)
{
    (void)state;
    struct memory *m = memory_new(bytes, sizeof bytes);
    uint64_t hash[4];
    for (unsigned i = 0; i < 4; i++) {
        memory_reset(m, MEMORY_SC);
        store(m, i == 1, i == 1 ? Y : X, RLX); /* in the other order, the same two stores */
        store(m, i != 1, i == 1 ? X : Y, RLX);
        if (i == 2) {
            load(m, 1, Y, RLX); /* a load changes nothing for others */
        } else if (i == 3) {
            store(m, 0, Y, RLX);
        }
        hash[i] = memory_hash(m);
    }
    assert_true(hash[0] == hash[1]);
    assert_true(hash[0] == hash[2]);
    assert_true(hash[0] != hash[3]);
    for (unsigned i = 0; i < 2; i++) {
        memory_reset(m, MEMORY_SC);
        store(m, i, X, RLX); /* the same two stores to one place: who was last? */
        store(m, 1 - i, X, RLX);
        hash[i] = memory_hash(m);
        memory_reset(m, MEMORY_SC);
        store(m, 0, Y, REL);
        load(m, 1, Y, i == 0 ? RLX : ACQ); /* does it know of the store? */
        hash[2 + i] = memory_hash(m);
    }
    assert_true(hash[0] != hash[1]);
    assert_true(hash[2] != hash[3]);
    memory_free(m);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(litmus_tests_are_as_published),
        cmocka_unit_test(accesses_that_nothing_orders_are_a_race),
        cmocka_unit_test(what_is_ordered_is_no_race),
        cmocka_unit_test(a_plain_load_and_a_fence_order_nothing),
        cmocka_unit_test(a_load_of_ones_own_waiting_store_orders_nothing),
        cmocka_unit_test(half_of_a_release_and_acquire_orders_nothing),
        cmocka_unit_test(a_lost_update_is_one_between_a_load_and_its_store),
        cmocka_unit_test(equal_states_have_equal_hashes),
    };
    return cmocka_run_group_tests_name("race_memory", all, NULL, NULL);
}
