/* Memory: what several processes see of one memory, under a memory model. And who is ordered before whom.
 *
 *   memory_new -> memory_reset, then memory_read, memory_write, memory_update, memory_fence, memory_drain in any order
 *   -> memory_free
 *
 * It runs no process: it is told each access in the order in which it happens, and says what the access reads.
 *
 * The models, each of which allows more than the one before it, save that WEAK keeps all stores of a process to one byte
 * in the order in which they were made known (see docs/race.md for the litmus tests):
 *   SC    each access takes effect at once (Lamport 1979)
 *   TSO   a store waits in its process's buffer and reaches memory later, in order: x86 (Sewell et al., "x86-TSO", 2010)
 *   PSO   stores to different bytes may leave the buffer in any order, save across a release
 *   WEAK  no buffers; a load may return an older value unless happens-before, or what its process has read already, rules
 *         that out: C11 without values out of thin air and without load buffering (Lahav et al., "Repairing sequential
 *         consistency in C/C++11", 2017, with stores only ever added at the end)
 *
 * Happens-before is that of C11 (5.1.2.4), between processes, kept in vector clocks in all models. Two accesses to a byte,
 * at least one a write and at least one not atomic, that it does not order are a data race.
 *
 * Offsets are in bytes from the memory's start; sizes are at most MEMORY_ACCESS_MAX. */
#ifndef SHMLAB_RACE_MEMORY_H
#define SHMLAB_RACE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RACE_PROCESSES 8
#define MEMORY_ACCESS_MAX 16

enum memory_model { MEMORY_SC, MEMORY_TSO, MEMORY_PSO, MEMORY_WEAK, MEMORY_MODELS };

/* As compilers number them for __tsan_atomic32_load; and an access that is not atomic. */
enum race_order { RACE_RELAXED, RACE_CONSUME, RACE_ACQUIRE, RACE_RELEASE, RACE_ACQ_REL, RACE_SEQ_CST, RACE_PLAIN };

enum race_op { RACE_EXCHANGE, RACE_ADD, RACE_SUB, RACE_AND, RACE_OR, RACE_XOR, RACE_NAND, RACE_COMPARE };

__extension__ typedef unsigned __int128 race_value; /* an access's bytes, the first one lowest */

struct memory_access {
    unsigned who;    /* the process, below RACE_PROCESSES */
    uint32_t offset; /* in the memory */
    uint32_t size;   /* 1 to MEMORY_ACCESS_MAX */
    enum race_order order;
    uint64_t site; /* passed on in a data race: where in the program it is */
};

/* The first one that is found at each pair of sites: `before` was made first. */
struct memory_race {
    struct memory_access before, after;
    bool before_writes, after_writes;
    uint32_t offset; /* the first byte that both accesses touch */
};

struct memory;

/* `bytes` is where the newest values are kept, by the caller; other processes may map it. NULL if there is no memory. */
struct memory *memory_new(uint8_t *bytes, size_t size);
void memory_free(struct memory *m);

/* All bytes 0, nothing done yet. Keeps nothing of before. */
void memory_reset(struct memory *m, enum memory_model model);

/* How many values this load may return now, at least 1. */
unsigned memory_read_choices(struct memory *m, const struct memory_access *a);

/* Loads. choice: 0 for the newest value that the process can see, 1 for the one before, and so on. */
race_value memory_read(struct memory *m, const struct memory_access *a, unsigned choice);

/* The newest value, without an access. */
race_value memory_peek(const struct memory *m, uint32_t offset, uint32_t size);

void memory_write(struct memory *m, const struct memory_access *a, race_value value);

/* An atomic read-modify-write: op with `operand`; RACE_COMPARE stores operand if the bytes are `expected`, and is a load
 * otherwise. Returns the value before. The process's buffer is drained first. */
race_value memory_update(struct memory *m, const struct memory_access *a, enum race_op op, race_value operand,
                         race_value expected);

void memory_fence(struct memory *m, unsigned who, enum race_order order);

/* What `to` does next happens after all that `from` has done: fork, waitpid. */
void memory_join(struct memory *m, unsigned from, unsigned to);

/* ---- store buffers (TSO, PSO) ---- */

/* How many stores wait. */
unsigned memory_buffered(const struct memory *m, unsigned who);

/* Whether the store with this index (0: the oldest) may leave the buffer now. */
bool memory_may_drain(const struct memory *m, unsigned who, unsigned index);

/* Where it is to be stored. */
void memory_waiting(const struct memory *m, unsigned who, unsigned index, uint32_t *offset, uint32_t *size);

/* Lets it reach the memory; its place is stored in *offset and *size. */
void memory_drain(struct memory *m, unsigned who, unsigned index, uint32_t *offset, uint32_t *size);

/* ---- what happened ---- */

/* A hash of two numbers, or of one more and a hash. */
uint64_t memory_mix(uint64_t a, uint64_t b);

/* A number that is the same for two states after which all processes see the same, if they are in the same state
 * themselves: which store each byte holds, which stores wait, and of which stores each process knows. */
uint64_t memory_hash(const struct memory *m);

/* A number for the stores that the last memory_read or memory_update has read from. */
uint64_t memory_read_from(const struct memory *m);

/* Whether the last memory_write or memory_update replaced a value that its process had not seen, and whose: a lost
 * update. Returns RACE_PROCESSES if not. */
unsigned memory_overwritten(const struct memory *m);

/* The data races since memory_reset. The array belongs to the memory. */
const struct memory_race *memory_races(const struct memory *m, size_t *count);

/* "sc", "tso", "pso", "weak". */
const char *memory_model_name(enum memory_model model);

#endif
