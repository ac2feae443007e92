/* C type: tables of C types, with sizes and alignments from sizeof and _Alignof. See c_type.h. */
#include "c_type.h"

#include <ctype.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>
#include <threads.h>
#include <time.h>
#include <uchar.h>
#include <wchar.h>

#include "shm_bell.h"
#include "shm_seqlock.h"

struct known {
    const char *name;
    struct c_type type;
};

/* clang-format off */
#define KNOWN(name, kind, flags)                                                                                      \
    {                                                                                                                 \
        #name, {kind, flags, sizeof(name), _Alignof(name) }                                                           \
    }
#define SIGNED(name) KNOWN(name, LAYOUT_SINT, 0)
#define UNSIGNED(name) KNOWN(name, LAYOUT_UINT, 0)
#define ATOMIC(name, kind) KNOWN(name, kind, LAYOUT_SYNC)
#define LOCK(name) KNOWN(name, LAYOUT_BYTES, LAYOUT_SYNC)

/* Type names from <stdint.h>, <sys/types.h>, <pthread.h> and similar headers. */
static const struct known known_words[] = {
    SIGNED(int8_t), SIGNED(int16_t), SIGNED(int32_t), SIGNED(int64_t), SIGNED(intptr_t), SIGNED(intmax_t),
    SIGNED(ssize_t), SIGNED(ptrdiff_t), SIGNED(off_t), SIGNED(pid_t), SIGNED(time_t), SIGNED(clock_t),
    SIGNED(key_t), SIGNED(blksize_t), SIGNED(blkcnt_t), SIGNED(suseconds_t), SIGNED(clockid_t), SIGNED(wchar_t),
    SIGNED(int_fast8_t), SIGNED(int_fast16_t), SIGNED(int_fast32_t), SIGNED(int_fast64_t),
    SIGNED(int_least8_t), SIGNED(int_least16_t), SIGNED(int_least32_t), SIGNED(int_least64_t),
    UNSIGNED(uint8_t), UNSIGNED(uint16_t), UNSIGNED(uint32_t), UNSIGNED(uint64_t), UNSIGNED(uintptr_t),
    UNSIGNED(uintmax_t), UNSIGNED(size_t), UNSIGNED(uid_t), UNSIGNED(gid_t), UNSIGNED(mode_t), UNSIGNED(dev_t),
    UNSIGNED(ino_t), UNSIGNED(nlink_t), UNSIGNED(u_char), UNSIGNED(u_short), UNSIGNED(u_int), UNSIGNED(u_long),
    UNSIGNED(uint), UNSIGNED(ushort), UNSIGNED(ulong), UNSIGNED(pthread_t), UNSIGNED(wint_t),
    UNSIGNED(uint_fast8_t), UNSIGNED(uint_fast16_t), UNSIGNED(uint_fast32_t), UNSIGNED(uint_fast64_t),
    UNSIGNED(uint_least8_t), UNSIGNED(uint_least16_t), UNSIGNED(uint_least32_t), UNSIGNED(uint_least64_t),
    KNOWN(char16_t, LAYOUT_CHAR, 0), KNOWN(char32_t, LAYOUT_CHAR, 0),
    LOCK(pthread_mutex_t), LOCK(pthread_cond_t), LOCK(pthread_rwlock_t), LOCK(pthread_barrier_t), LOCK(sem_t),
    LOCK(mtx_t), LOCK(cnd_t), LOCK(atomic_flag),
    ATOMIC(pthread_spinlock_t, LAYOUT_SINT), ATOMIC(pthread_once_t, LAYOUT_SINT), ATOMIC(once_flag, LAYOUT_SINT),
    ATOMIC(atomic_bool, LAYOUT_BOOL), ATOMIC(atomic_char, LAYOUT_CHAR), ATOMIC(atomic_schar, LAYOUT_SINT),
    ATOMIC(atomic_uchar, LAYOUT_UINT), ATOMIC(atomic_short, LAYOUT_SINT), ATOMIC(atomic_ushort, LAYOUT_UINT),
    ATOMIC(atomic_int, LAYOUT_SINT), ATOMIC(atomic_uint, LAYOUT_UINT), ATOMIC(atomic_long, LAYOUT_SINT),
    ATOMIC(atomic_ulong, LAYOUT_UINT), ATOMIC(atomic_llong, LAYOUT_SINT), ATOMIC(atomic_ullong, LAYOUT_UINT),
    ATOMIC(atomic_size_t, LAYOUT_UINT), ATOMIC(atomic_ptrdiff_t, LAYOUT_SINT),
    ATOMIC(atomic_intptr_t, LAYOUT_SINT), ATOMIC(atomic_uintptr_t, LAYOUT_UINT),
    ATOMIC(atomic_intmax_t, LAYOUT_SINT), ATOMIC(atomic_uintmax_t, LAYOUT_UINT),
    KNOWN(shm_bell, LAYOUT_UINT, LAYOUT_SYNC | LAYOUT_BELL),
    KNOWN(shm_seqlock, LAYOUT_UINT, LAYOUT_SYNC | LAYOUT_SEQLOCK),
    {"_Float16", {LAYOUT_REAL, 0, 2, 2}},
    {"_Float32", {LAYOUT_REAL, 0, 4, 4}},
    {"_Float64", {LAYOUT_REAL, 0, 8, _Alignof(double)}},
    {"_Float128", {LAYOUT_REAL, 0, 16, 16}},
    {"__float128", {LAYOUT_REAL, 0, 16, 16}},
};
/* clang-format on */

unsigned c_type_sync_flags(const char *name)
{
    /* C++: std::atomic<int> and its base classes, and the locks; C's are in the table */
    static const char *const starts[] = {"atomic<", "__atomic_base<", "__atomic_flag_base"};
    static const char *const locks[] = {"mutex", "shared_mutex", "recursive_mutex", "condition_variable"};
    struct c_type type;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(name, starts[i], strlen(starts[i])) == 0) {
            return LAYOUT_SYNC;
        }
    }
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        if (strcmp(name, locks[i]) == 0) {
            return LAYOUT_SYNC;
        }
    }
    return c_type_find(name, &type) ? type.flags : 0;
}

/* The keywords of a base type, which C allows in any order. */
struct words {
    unsigned longs, shorts, signs, unsigneds, chars, ints, floats, doubles, bools, complexes, int128s, atomics;
    const char *other; /* a word that is not a keyword, other_length characters long */
    size_t other_length, others, stars;
};

static bool word_is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static void words_add(struct words *w, const char *word, size_t length)
{
    const struct {
        const char *text;
        unsigned *counter;
    } keywords[] = {
        {"long", &w->longs},       {"short", &w->shorts},    {"signed", &w->signs},      {"unsigned", &w->unsigneds},
        {"char", &w->chars},       {"int", &w->ints},        {"float", &w->floats},      {"double", &w->doubles},
        {"_Bool", &w->bools},      {"bool", &w->bools},      {"complex", &w->complexes}, {"_Complex", &w->complexes},
        {"__int128", &w->int128s}, {"_Atomic", &w->atomics},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (word_is(word, length, keywords[i].text)) {
            ++*keywords[i].counter;
            return;
        }
    }
    if (word_is(word, length, "const") || word_is(word, length, "volatile") || word_is(word, length, "restrict")) {
        return;
    }
    w->others++;
    if (w->other == NULL) {
        w->other = word;
        w->other_length = length;
    }
}

static void words_split(struct words *w, const char *name)
{
    while (*name != '\0') {
        if (*name == '*') {
            /* What came before describes the target, what follows the pointer itself. */
            w->stars++;
            w->atomics = 0;
            name++;
        } else if (*name == ' ' || *name == '(' || *name == ')') {
            name++;
        } else {
            size_t length = strcspn(name, " *()");
            words_add(w, name, length);
            name += length;
        }
    }
}

static bool known_word(const struct words *w, struct c_type *type)
{
    for (size_t i = 0; i < sizeof known_words / sizeof *known_words; i++) {
        if (word_is(w->other, w->other_length, known_words[i].name)) {
            *type = known_words[i].type;
            return true;
        }
    }
    return false;
}

#define OF(kind, type) ((struct c_type){kind, 0, sizeof(type), _Alignof(type)})

static bool real_type(const struct words *w, struct c_type *type)
{
    if (w->floats + w->doubles != 1) {
        return false;
    }
    *type = w->floats ? OF(LAYOUT_REAL, float) : w->longs ? OF(LAYOUT_REAL, long double) : OF(LAYOUT_REAL, double);
    if (w->complexes) {
        type->kind = LAYOUT_BYTES;
        type->size *= 2;
    }
    return true;
}

static bool integer_type(const struct words *w, struct c_type *type)
{
    enum layout_kind kind = w->unsigneds ? LAYOUT_UINT : LAYOUT_SINT;
    if (w->chars) {
        *type = OF(w->unsigneds || w->signs ? kind : LAYOUT_CHAR, char);
    } else if (w->int128s) {
        *type = (struct c_type){kind, 0, 16, 16};
    } else if (w->shorts) {
        *type = OF(kind, short);
    } else if (w->longs > 1) {
        *type = OF(kind, long long);
    } else if (w->longs) {
        *type = OF(kind, long);
    } else if (w->ints || w->signs || w->unsigneds) {
        *type = OF(kind, int);
    } else {
        return false;
    }
    return true;
}

bool c_type_find(const char *name, struct c_type *type)
{
    struct words w = {0};
    words_split(&w, name);
    bool whole_atomic = strncmp(name, "_Atomic(", 8) == 0 && name[strlen(name) - 1] == ')';
    bool is_enum = w.others == 2 && word_is(w.other, w.other_length, "enum");
    if (w.stars > 0) {
        *type = OF(LAYOUT_POINTER, void *);
    } else if (is_enum) {
        *type = (struct c_type){LAYOUT_ENUM, 0, sizeof(int), _Alignof(int)};
    } else if (w.others > 1 || (w.others == 1 && !known_word(&w, type))) {
        return false;
    } else if (w.others == 0 && w.bools) {
        *type = OF(LAYOUT_BOOL, bool);
    } else if (w.others == 0 && !real_type(&w, type) && !integer_type(&w, type)) {
        return false;
    }
    if (w.atomics || whole_atomic) {
        type->flags |= LAYOUT_SYNC;
    }
    return true;
}

/* Whether it is a base type: nothing but C's keywords. Leaves those that it needs. */
static bool base_words(struct words *w, const char *name)
{
    *w = (struct words){0};
    words_split(w, name);
    unsigned sizes = w->longs + w->shorts, all = sizes + w->signs + w->unsigneds + w->ints;
    w->ints = all > 0 && w->chars + w->doubles == 0; /* "long int" is "long", "unsigned" is "unsigned int" */
    w->signs = w->chars > 0 ? w->signs : 0;
    return w->others == 0 && w->stars == 0 &&
           all + w->chars + w->floats + w->doubles + w->bools + w->int128s + w->complexes > 0;
}

bool c_type_same(const char *a, const char *b)
{
    struct words v, w;
    return base_words(&v, a) && base_words(&w, b) && v.longs == w.longs && v.shorts == w.shorts && v.signs == w.signs &&
           v.unsigneds == w.unsigneds && v.chars == w.chars && v.ints == w.ints && v.floats == w.floats &&
           v.doubles == w.doubles && v.bools == w.bools && v.complexes == w.complexes && v.int128s == w.int128s &&
           v.atomics == w.atomics;
}
