#include "search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { COST_MAX = 64, PROGRESS_MS = 200 };

/* Orders share their beginnings: each step is a node, and an order the way from the root to one. */
struct node {
    uint32_t parent; /* the root's is 0 */
    uint32_t length;
    struct run_option option;
};

struct list { /* nodes, the first one first */
    uint32_t *at;
    size_t done, count, room;
};

struct state {
    struct run *run;
    const struct search_settings *settings;
    struct search_result *result;
    struct node *nodes;
    size_t node_count, node_room;
    struct list waiting[COST_MAX]; /* orders that are still to be tried, by cost */
    uint64_t *visited;             /* an open hash table of states; 0: free */
    size_t visited_count, visited_room;
    struct run_option *path;
    size_t path_room;
    uint64_t start, told;
    bool full; /* no memory */
};

static void *grow(struct state *s, void *array, size_t count, size_t *room, size_t element)
{
    if (count < *room) {
        return array;
    }
    size_t wanted = *room == 0 ? 256 : *room * 2;
    void *larger = realloc(array, wanted * element);
    if (larger == NULL) {
        s->full = true;
        return array;
    }
    *room = wanted;
    return larger;
}

static uint32_t node_add(struct state *s, uint32_t parent, const struct run_option *option)
{
    s->nodes = grow(s, s->nodes, s->node_count, &s->node_room, sizeof *s->nodes);
    if (s->full) {
        return 0;
    }
    s->nodes[s->node_count] = (struct node){.parent = parent, .length = s->nodes[parent].length + 1, .option = *option};
    return (uint32_t)s->node_count++;
}

static void wait_for_turn(struct state *s, uint32_t node, unsigned cost)
{
    struct list *list = &s->waiting[cost < COST_MAX ? cost : COST_MAX - 1];
    list->at = grow(s, list->at, list->count, &list->room, sizeof *list->at);
    if (!s->full) {
        list->at[list->count++] = node;
    }
}

/* Whether the state is new. */
static bool visit(struct state *s, uint64_t key)
{
    key |= 1;
    if (s->visited_count * 2 >= s->visited_room) {
        size_t room = s->visited_room == 0 ? 4096 : s->visited_room * 2;
        uint64_t *larger = calloc(room, sizeof *larger);
        if (larger == NULL) {
            s->full = true;
            return false;
        }
        for (size_t i = 0; i < s->visited_room; i++) {
            size_t at = s->visited[i] % room;
            while (s->visited[i] != 0 && larger[at] != 0) {
                at = (at + 1) % room;
            }
            larger[at] = s->visited[i] != 0 ? s->visited[i] : larger[at];
        }
        free(s->visited);
        s->visited = larger;
        s->visited_room = room;
    }
    size_t at = key % s->visited_room;
    while (s->visited[at] != 0) {
        if (s->visited[at] == key) {
            return false;
        }
        at = (at + 1) % s->visited_room;
    }
    s->visited[at] = key;
    s->visited_count++;
    return true;
}

/* Begins anew: with a root, and nothing visited. */
static void restart(struct state *s)
{
    s->node_count = 0;
    for (unsigned i = 0; i < COST_MAX; i++) {
        s->waiting[i].count = s->waiting[i].done = 0;
    }
    memset(s->visited, 0, s->visited_room * sizeof *s->visited);
    s->visited_count = 0;
    s->nodes = grow(s, s->nodes, 0, &s->node_room, sizeof *s->nodes);
    if (!s->full) {
        s->nodes[0] = (struct node){0};
        s->node_count = 1;
        wait_for_turn(s, 0, 0);
    }
}

static void path_of(struct state *s, uint32_t node)
{
    size_t length = s->nodes[node].length;
    if (length + 1 > s->path_room) {
        struct run_option *larger = realloc(s->path, (length + 256) * sizeof *larger);
        if (larger == NULL) {
            s->full = true;
            return;
        }
        s->path = larger;
        s->path_room = length + 256;
    }
    for (; length > 0; node = s->nodes[node].parent) {
        s->path[--length] = s->nodes[node].option;
    }
}

static struct run_option *path_copy(struct state *s, uint32_t node, size_t *length)
{
    path_of(s, node);
    *length = s->nodes[node].length;
    struct run_option *copy = s->full ? NULL : malloc((*length + 1) * sizeof *copy);
    if (copy == NULL) {
        s->full = true;
        *length = 0;
        return NULL;
    }
    memcpy(copy, s->path, *length * sizeof *copy);
    return copy;
}

static bool is_known(const struct search_result *result, const struct search_race *race)
{
    for (size_t i = 0; i < result->race_count; i++) {
        const struct search_race *known = &result->races[i];
        if (known->race.before.site == race->race.before.site && known->race.after.site == race->race.after.site &&
            known->before_program == race->before_program && known->after_program == race->after_program) {
            return true;
        }
    }
    return false;
}

int search_add_races(struct run *r, struct search_result *result)
{
    size_t count;
    const struct memory_race *races = memory_races(run_memory(r), &count);
    for (size_t i = 0; i < count; i++) {
        struct search_race found = {.race = races[i],
                                    .before_program = run_program_of(r, races[i].before.who),
                                    .after_program = run_program_of(r, races[i].after.who),
                                    .segment = -1};
        if (is_known(result, &found)) {
            continue;
        }
        run_locate(r, races[i].offset, &found.segment, &found.offset);
        struct search_race *larger = realloc(result->races, (result->race_count + 1) * sizeof *larger);
        if (larger == NULL) {
            return -ENOMEM;
        }
        result->races = larger;
        result->races[result->race_count++] = found;
    }
    return 0;
}

static void keep_races(struct state *s, uint32_t node)
{
    size_t known = s->result->race_count;
    s->full = s->full || search_add_races(s->run, s->result) < 0;
    for (size_t i = known; i < s->result->race_count && !s->full; i++) {
        s->result->races[i].path = path_copy(s, node, &s->result->races[i].path_length);
    }
}

static void tell_progress(struct state *s, unsigned cost)
{
    uint64_t now = run_now_ms();
    if (s->settings->progress != NULL && now - s->told >= PROGRESS_MS) {
        s->told = now;
        s->settings->progress(s->settings->state, s->result->orders, cost,
                              (unsigned)(s->waiting[cost].count - s->waiting[cost].done));
    }
}

/* Follows one order: along its path, and from there the plain way. Keeps all the other ways that it passes. */
static void follow(struct state *s, uint32_t node, unsigned cost)
{
    struct run_option options[RUN_OPTIONS];
    struct run_step step;
    size_t length = s->nodes[node].length, done = 0;
    unsigned count;
    path_of(s, node);
    run_begin(s->run);
    s->result->orders++;
    bool lost = false, pruned = false;
    for (; !s->full && !lost && (count = run_options(s->run, options)) > 0; done++) {
        struct run_option option = options[0];
        if (done < length) {
            option = s->path[done];
        } else {
            pruned = !visit(s, run_state(s->run));
            if (pruned) {
                break;
            }
            for (unsigned i = 1; i < count; i++) {
                wait_for_turn(s, node_add(s, node, &options[i]), cost + options[i].cost);
            }
            node = node_add(s, node, &option);
        }
        run_take(s->run, &option, &step);
        lost = s->settings->lost(s->settings->state, s->run, &step);
    }
    s->result->steps = done > s->result->steps ? (unsigned)done : s->result->steps;
    if (!pruned && !lost && !s->full) {
        lost = s->settings->lost(s->settings->state, s->run, NULL);
        if (s->settings->ended != NULL) {
            s->settings->ended(s->settings->state, s->run);
        }
    }
    keep_races(s, node);
    if (lost && !s->full) {
        s->result->lost = true;
        s->result->cost = cost;
        s->result->path = path_copy(s, node, &s->result->path_length);
    }
}

static void free_races(struct search_result *result)
{
    for (size_t i = 0; i < result->race_count; i++) {
        free(result->races[i].path);
    }
    free(result->races);
    result->races = NULL;
    result->race_count = 0;
}

/* More bytes are shared now, so that the orders have more steps, and the paths that were found lead elsewhere. Begins anew. */
static void forget_paths(struct state *s)
{
    free_races(s->result);
    free(s->result->path);
    s->result->path = NULL;
    s->result->lost = false;
    restart(s);
}

int search(struct run *r, const struct search_settings *settings, struct search_result *result)
{
    struct state s = {.run = r, .settings = settings, .result = result, .start = run_now_ms()};
    bool seen = false; /* a loss, in an order whose path is forgotten */
    *result = (struct search_result){0};
    s.visited = calloc(4096, sizeof *s.visited);
    s.visited_room = s.visited == NULL ? 0 : 4096;
    restart(&s);
    unsigned cost = 0;
    while (!s.full && !result->lost) {
        while (cost < COST_MAX && s.waiting[cost].count == s.waiting[cost].done) {
            cost++;
        }
        if (cost == COST_MAX) {
            result->all = true;
            break;
        }
        if (result->orders >= settings->orders_max || run_now_ms() - s.start > settings->milliseconds_max) {
            break;
        }
        follow(&s, s.waiting[cost].at[s.waiting[cost].done++], cost);
        if (run_finish(r)) {
            seen = seen || result->lost;
            forget_paths(&s);
            cost = 0;
        }
        tell_progress(&s, cost < COST_MAX ? cost : 0);
    }
    result->cost = result->lost ? result->cost : cost;
    result->lost = result->lost || seen;
    result->states = s.visited_count;
    for (unsigned i = 0; i < COST_MAX; i++) {
        free(s.waiting[i].at);
    }
    free(s.nodes);
    free(s.visited);
    free(s.path);
    if (s.full) {
        search_free(result);
        return -ENOMEM;
    }
    return 0;
}

void search_free(struct search_result *result)
{
    free(result->path);
    free_races(result);
    *result = (struct search_result){0};
}
