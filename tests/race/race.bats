#!/usr/bin/env bats
# `shmlab race`: which orders lose, how that is told, and what is left behind.
bats_require_minimum_version 1.5.0

setup()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    cp "$BATS_TEST_DIRNAME"/programs/*.c "$T"
    cd "$T" || return
    export LC_ALL=C.UTF-8
    unset COLUMNS
    SHMLAB=$BATS_TEST_DIRNAME/../../shmlab
}

teardown() { rm -rf "$T"; }

# race STATUS ARGUMENT...: on a busy machine, too, all orders are tried where none is to lose
race()
{
    local wanted=$1
    shift
    ((wanted == 0)) && set -- --seconds 300 "$@"
    run "$SHMLAB" race "$@"
    [[ $status == "$wanted" ]] || { printf 'status %s\n%s\n' "$status" "$output" && false; }
}

says()
{
    local text
    for text in "$@"; do
        [[ $output == *"$text"* ]] || { printf 'not said: %s\n%s\n' "$text" "$output" && false; }
    done
}

@test "a lost update: what is wrong, the fewest switches, source lines and bytes, where it was lost" {
    for cc in gcc clang; do
        race 1 counter.c counter.c --check 'counter == 6' --cc "$cc"
        [[ ${lines[0]} =~ ^'lost by check: counter == 6 is not true at the end: counter is '[2-5]$ ]]
        says '14 board->counter++;' 'counter is 0' 'counter: 0 → 1' 'B wrote after A had read it: that value is lost' \
            'counter.c: done: ' 'data race on counter: counter.c:14 writes it and counter.c:14 reads it'
    done
    sed 's/board->counter++/(void)*(volatile int *)\&board->counter/' counter.c >looks.c # no copy: each is a row
    race 1 looks.c counter.c --check 'counter == 6'
    [[ $(grep -c '14 (void).* counter is 0$' <<<"$output") == 3 ]]
}

@test "a file without main is a part of each program" {
    mkdir parts
    printf 'struct board { int counter; };\nvoid add(struct board *board);\n' >parts/board.h
    sed 's/board->counter++;/add(board);/; /^struct board/,/^};/d; 1i #include "board.h"' counter.c >parts/main.c
    printf '#include "board.h"\nvoid add(struct board *board)\n{\n    board->counter += 1;\n}\n' >parts/add.c
    race 1 parts/main.c parts/add.c parts/main.c --check 'counter == 6' --save order
    says 'lost by check' 'A: main.c' 'B: main.c' '4 board->counter += 1;' 'data race on counter: add.c:4 writes it'
    [[ $output != *'C: '* ]]
    race 1 --replay order
    says 'lost by check' '4 board->counter += 1;'
    sed -i 's/+= 1/+= 2/' parts/add.c
    race 3 --replay order
    says 'parts/add.c has changed since the order was kept'
    rm parts/main.c
    race 3 parts
    says 'no file has a function main'
}

@test "with an atomic counter no order loses, and all are tried" {
    for cc in gcc clang; do
        race 0 atomic.c atomic.c --check 'counter == 6' --cc "$cc"
        says 'won: no order loses. All orders were tried'
    done
}

@test "a spinlock of forked processes: no order loses, and the search is the same each time" {
    race 0 lock.c
    says 'won: no order loses. All orders were tried'
    first=$output
    for _ in 1 2 3; do
        race 0 lock.c
        [[ $output == "$first" ]]
    done
    sed -i '/while (atomic_flag/,+1d' lock.c
    race 1 lock.c
    says 'lost by assert' 'g->count == 2 is not true' 'that value is lost'
}

@test "without a check the data race itself is told, with both accesses" {
    race 1 counter.c counter.c
    says 'lost by data-race: counter: counter.c:14 writes it and counter.c:14 reads it, and nothing orders the two'
    [[ $(grep -c '^ *[0-9]*>' <<<"$output") == 2 ]]
    sed 's/int counter;/int first, seats[2];/; s/board->counter/board->seats[1]/' counter.c >seats.c
    race 1 seats.c seats.c
    says 'lost by data-race: seats[1]: seats.c:14 writes it'
    sed '1i #include "shm_seqlock.h"
        s/char name.*/struct { shm_seqlock sequence; int x; } guarded;/' counter.c >beside.c # counter is not guarded
    race 1 beside.c beside.c
    says 'lost by data-race: counter: beside.c:15 writes it'
}

@test "what stands behind a text is not read with it" {
    race 0 behind.c
    says 'All orders were tried'
}

@test "states that differ in little are not held as equal: a field of one process alone, who has slept longer" {
    race 1 mine.c
    says 'n->mine || !other is not true'
    for first in 1 2; do
        race 1 two_sleepers.c --cflags "-DFIRST=$first"
        says 'first != FIRST is not true'
    done
}

@test "a loss that needs bytes which nothing shared before keeps its own order" {
    printf '%s\n' '#include <assert.h>' '#include <sys/shm.h>' 'struct board { volatile int x, y; };' \
        'int main(void)' '{' '    struct board *b = shmat(shmget(0x1234, sizeof *b, IPC_CREAT | 0600), 0, 0);' >a.c
    cp a.c b.c
    printf '%s\n' '    b->y = 1;' '    b->x = 1;' '    b->x = 0;' '    return 0;' '}' >>a.c
    printf '%s\n' '    if (b->x == 1) {' '        assert(b->y == 0);' '    }' '    return 0;' '}' >>b.c
    race 1 a.c b.c
    says 'lost by assert: B: the assertion b->y == 0 is not true' '7 b->y = 1;' '8 assert(b->y == 0);' 'y is 1'
    [[ $output =~ 'was found after '([0-9]+) ]]
    last=$((BASH_REMATCH[1] - 1)) # it was seen before, in an order that can't be told
    race 1 a.c b.c --orders $last --save order
    says 'lost by assert: B: the assertion b->y == 0 is not true' "seen once; $last orders were too few to find it again"
    [[ $output != *'A: a.c'* && ! -e order ]]
}

@test "a data race is told with an order that has it, though another order has one that a seqlock guards" {
    printf '%s\n' '#include <stddef.h>' '#include <sys/shm.h>' '#include "shm_seqlock.h"' \
        'struct board { struct { shm_seqlock sequence; int x; } inner; int plain; };' 'int main(void) {' \
        'struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, 0);' 'PART' 'return 0; }' >part.c
    sed 's/PART/board->inner.x = 1; board->plain = 1;/' part.c >writes.c
    sed 's/PART/if (board->inner.x == 0) return board->plain > 1;/' part.c >reads.c
    race 1 writes.c reads.c
    says 'lost by data-race: plain: writes.c:7 writes it and reads.c:7 reads it'
    [[ $(grep -c '^ *[0-9]*>' <<<"$output") == 2 ]]
}

@test "an access for which the compiler gives no line" {
    sed -i '14s/.*/#line 0\n&\n#line 15/' counter.c # as clang -O2 says of code that stands for several lines
    race 1 counter.c counter.c --cc clang
    says 'lost by data-race: counter: a place that is not known writes it' '(not known where)'
    [[ $output != *counter.c:0* ]]
}

@test "a deadlock: who waits where" {
    race 1 deadlock.c --type 'struct pair'
    says 'lost by deadlock: A waits at deadlock.c:24 (sem_wait), B waits at deadlock.c:18 (sem_wait), for ever' \
        'left: 1 → 0' 'waits for ever'
    sed 's/for (int/sem_wait(sem_open("\/lock", O_CREAT, 0600, 1)); &/; 1i #include <fcntl.h>\n#include <semaphore.h>' counter.c >named.c
    race 1 named.c named.c # a named semaphore has no bytes
    says 'lost by deadlock: B waits at named.c:15 (sem_wait), for ever'
    [[ $output != *'bytes 0 to'* ]]
}

@test "store buffering: not in turn, lost on x86, never with seq_cst" {
    race 0 dekker.c
    race 1 dekker.c --memory tso
    says 'lost by assert: A: the assertion flags->seen_by_first || flags->seen_by_second is not true, at dekker.c:' \
        'first = 1 waits' '(store leaves buffer)' "second: 0 → 1 (B's buffer)"
    race 1 dekker.c --memory weak
    says 'first is 0 (older)'
    for memory in tso pso weak; do
        race 0 dekker.c --memory "$memory" --cflags '-O1 -DORDER=memory_order_seq_cst'
        says 'All orders were tried'
    done
}

@test "a spinlock taken by compare-and-exchange: that it acquires is enough" {
    sed -i 's/atomic_flag_test_and_set(&g->lock)/!__atomic_compare_exchange_n((char *)\&g->lock, \&(char){0}, 1, 0, TAKE, __ATOMIC_RELAXED)/
        s/atomic_flag_clear(&g->lock)/__atomic_clear(\&g->lock, __ATOMIC_RELEASE)/' lock.c
    race 0 lock.c --memory weak --cflags -DTAKE=__ATOMIC_ACQUIRE
    says 'All orders were tried'
    race 1 lock.c --memory weak --cflags -DTAKE=__ATOMIC_RELAXED
}

@test "a lost wake-up" {
    race 1 waker.c sleeper.c
    says 'lost by lost-wakeup: B sleeps in a futex wait at sleeper.c:' 'wakes nobody' 'sleeps'
    sed -i 's/FUTEX_WAIT, bell->flag/FUTEX_WAIT, 0/' sleeper.c
    race 0 waker.c sleeper.c
    race 1 waker.c sleeper.c sleeper.c # one wake: for who has slept longer
    says 'lost by lost-wakeup: C sleeps in a futex wait at sleeper.c:' 'wakes 1' 'is woken' 'process and line'
}

@test "a torn copy, of a struct that the compiler copies" {
    for cc in gcc clang; do
        for level in -O0 -O2; do
            race 1 torn.c --cc "$cc" --cflags "$level"
            says 'lost by assert: A: the assertion copy.first == copy.last is not true'
        done
    done
    sed -i 's/sizeof \*shared/2 * sizeof *shared/; s/copy = \*shared/copy = (shared[1] = *shared)/ # from shared to shared
        s/\*shared = new;/& (void)*(volatile long *)\&shared[1].last;/' torn.c
    race 1 torn.c
    says 'copy.first == copy.last is not true' 'bytes 120 to 127: 0 → 1'
}

@test "a crash, a loop that waits for ever, one that does not end, and inline assembly" {
    race 1 other.c other.c -- crash
    says 'lost by crash: B crashes: Segmentation fault, at other.c:'
    race 1 other.c other.c -- waits
    says 'lost by waits-for-ever: A loops until another process writes, at other.c:'
    sed 's/== 0) {$/== 0) { usleep(1);/' other.c >yields.c
    race 1 yields.c yields.c -- waits
    says 'lost by waits-for-ever: A loops until another process writes, at yields.c:'
    sed 's/return 0/return 3/' atomic.c >status.c
    race 1 status.c status.c
    says 'lost by exit-status: A ends with status 3'
    race 0 other.c --steps 3
    race 1 other.c --steps 2
    says 'lost by endless: this order does not end in 2 steps'
    race 1 other.c other.c --steps 200 -- endless
    says 'lost by endless: this order does not end in 200 steps'
    race 0 other.c other.c --seconds 300 -- slow # longer than a process sleeps at a time
    says 'All orders were tried'
    race 1 other.c other.c -- assembly
    says 'other.c has inline assembly: what that does to memory is not seen' 'lost by data-race: counter' '(not instrumented)'
}

@test "what can't be searched says so at once" {
    race 3 other.c other.c -- threads
    says 'cannot be searched. A: it makes threads'
    race 3 other.c -- none
    says 'make no shared memory'
    sed '1i struct twin { int counter; char name[12]; } twin;' counter.c >twin.c
    race 3 twin.c --check 'counter == 3'
    says "which struct the segment holds is not known: give --type 'struct NAME'"
    race 1 twin.c twin.c
    says 'lost by data-race: bytes 0 to 3: twin.c:15 writes it'
    race 3 counter.c counter.c --type 'struct none'
    says "no program has a type 'struct none'"
    race 2 counter.c counter.c --check 'countr == 6'
    says "there is no field 'countr'; there is: counter name"
    race 2 counter.c counter.c --check 'counter == = 6'
    says 'the compiler says: '
    race 3 nothing.c
    says 'cannot read nothing.c'
    race 2 counter.o
    race 2
    echo 'int main(void) { return x; }' >bad.c
    race 3 bad.c
    says 'undeclared (first use' 'bad.c does not compile'
}

@test "a store into memory that was attached read-only is the crash that it is; a load is not" {
    for store in 'board->counter = 1' 'strcpy(board->name, "x")' 'memset(board, 0, 4)' '__atomic_store_n(&board->counter, 1, 5)' \
        '__atomic_fetch_add(&board->counter, 1, 5)'; do
        printf '%s\n' '#include <stddef.h>' '#include <string.h>' '#include <sys/shm.h>' 'struct board { int counter; char name[12]; };' \
            'int main(void) {' 'struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, SHM_RDONLY);' \
            "$store; return 0; }" >reader.c
        race 1 reader.c
        says 'lost by crash: A crashes: Segmentation fault, at reader.c:7'
    done
    sed 's/#include <sys.shm.h>/&\n#include <sys\/mman.h>/
        s/shmat(.*/mmap(NULL, sizeof *board, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);/' reader.c >mapped.c
    race 1 mapped.c
    says 'lost by crash: A crashes: Segmentation fault, at mapped.c:8'
    sed -i '7s/.*/return board->counter; }/' reader.c
    race 0 reader.c
}

@test "a lock for the threads of one process, and calls that are not known, say so at once" {
    sed -i 's/sem_init(&pair->left, 1/sem_init(\&pair->left, 0/' deadlock.c
    race 3 deadlock.c
    says "sem_init's second argument must be 1"
    printf '%s\n' '#include <stddef.h>' '#include <sys/shm.h>' '#include <signal.h>' '#include <poll.h>' '#include <pthread.h>' 'int main(void) {' \
        'int *p = shmat(shmget(0x1234, 4, IPC_CREAT | 0600), NULL, 0);' 'CALL; return *p; }' >call.c
    for call in 'kill(1, 0)' 'poll(NULL, 0, -1)'; do
        sed "s/CALL/$call/" call.c >now.c
        race 3 now.c
    done
    says 'it waits in a call that the search does not know (at now.c'
    sed 's/CALL/syscall(SYS_exit_group, 0)/; 1i #include <sys/syscall.h>\n#include <unistd.h>' call.c >now.c
    race 3 now.c
    says 'it ended without exit or return'
    sed 's/, 4, IPC/, 64, IPC/; s/CALL/pthread_mutex_init((pthread_mutex_t *)p, NULL)/' call.c >now.c
    race 3 now.c
    says 'its mutex is for the threads of one process'
    sed 's/CALL/raise(SIGKILL)/' call.c >now.c
    race 1 now.c
    says 'lost by crash: A crashes: Killed'
}

@test "calls return what they do outside of a race; up to 8 processes" {
    cc -pthread calls.c && ./a.out
    for cc in gcc clang; do
        race 0 calls.c --cc "$cc"
        says 'All orders were tried'
    done
    sed -i 's/CHILDREN = 7/CHILDREN = 8/' calls.c
    race 3 calls.c
    says 'there would be more than 8 processes'
}

@test "a program that uses what another makes waits until it has a size" {
    printf '%s\n' '#include <fcntl.h>' '#include <sys/mman.h>' '#include <unistd.h>' 'int main(void) {' \
        'int fd = shm_open("/numbers", O_RDWR | O_CREAT, 0600);' 'if (ftruncate(fd, 4) < 0) return 1;' \
        'return mmap(NULL, 4, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED; }' >maker.c
    sed 's/ | O_CREAT//; /ftruncate/d' maker.c >user.c
    race 0 user.c maker.c
    says 'All orders were tried'
}

@test "clocks are those of the search: each order begins at the same time" {
    sed -i 's|return 0;|sleep(1); assert((time(NULL) - 1767225600) / 3 == 0); return 0;|
        1i #include <assert.h>\n#include <time.h>\n#include <unistd.h>' atomic.c
    race 0 atomic.c atomic.c
    says 'All orders were tried'
}

@test "a search that ends before all orders were tried says how far it came" {
    race 0 atomic.c atomic.c --orders 1
    says 'won so far: stopped after 1 order, others were not tried'
    race 0 atomic.c atomic.c --orders 2
    says 'won so far: no order with at most 0 switches loses; stopped after 2 orders'
    race 0 atomic.c atomic.c --orders 20
    says 'won so far: no order with at most 1 switch loses; stopped after 20 orders'
}

@test "what the lost update changed is marked in the bytes, though other fields are written later" {
    sed 's/i < 3/i < 1/; s/shmdt.*/board->name[0] = 1;/' counter.c >one.c
    sed 's/i < 3/i < 1/; s/counter++/counter += 2/; s/, board->counter/, board->name[0]/' counter.c >two.c
    race 1 one.c two.c --check 'counter == 3'
    says '═*01 00 00 00│01'
}

@test "a check in C, and one that must hold after each step" {
    printf '%s\n' '#include <string.h>' 'int race_check(const void *segment)' \
        '{ int counter; memcpy(&counter, segment, 4); return counter < 4; }' >check.c
    race 1 counter.c counter.c --check check.c
    says 'lost by check: race_check is not true at the end'
    race 1 counter.c counter.c --always --check 'counter != 2'
    says 'lost by check: counter != 2 is not true: counter is 2'
    race 1 counter.c counter.c --check 'counter == 6 && strcmp(name, "x") == 0'
    says 'counter is 6, name is ""'
    sed -i 's/int counter/_Atomic int counter/' counter.c
    race 0 counter.c counter.c --check \
        'counter == 6 && counter > -1 && counter != 16u && name[0] == 0 && strlen("\"counter") == 8'
}

@test "an order that was kept is the same each time, at each step; a changed program is told" {
    race 1 counter.c counter.c --check 'counter == 6' --save order
    table=$(sed -n '/memory$/,/^$/p' <<<"$output")
    for _ in 1 2 3; do
        race 1 --replay order
        says 'lost by check: counter == 6 is not true at the end'
        [[ $(sed -n '/memory$/,/^$/p' <<<"$output") == "$table" && $output != *'has changed'* ]]
    done
    race 1 --replay order --check 'counter < 6' # the data race is still there
    says 'lost by data-race'
    race 3 counter.c counter.c --save missing/order
    says 'cannot write missing/order: No such file or directory'
    cp order good
    race 1 counter.c counter.c --check 'counter == 6' --cc clang --cflags -O2 --save order
    race 1 --replay order
    race 3 --replay order --cc no-such-cc
    says "there is no compiler 'no-such-cc'"
    race 1 counter.c counter.c --save order
    says 'lost by data-race'
    race 1 --replay order
    says 'lost by data-race'
    sed '/^step A 1 /s/[^ ]*$/7/' good >order # what memory holds after a store
    race 3 --replay order
    says 'is not the one that was kept'
    cp good order
    sed -i 's/i < 3/i < 2/' counter.c
    race 3 --replay order
    says 'counter.c has changed since the order was kept' 'is not the one that was kept'
    sed 's/^path B 0/path B drain 7/' good >order # no store waits there
    race 3 --replay order
    says 'is not the one that was kept'
    echo nonsense >order
    race 3 --replay order counter.c
    says 'order is not an order that shmlab race has kept'
    head -n 4 good >order
    race 3 --replay order counter.c
    says 'order is cut short'
}

@test "an order is kept with its check, memory model, arguments, and the bytes that were seen to be shared" {
    race 1 counter.c counter.c --always --check 'counter != 2' --save order
    race 1 --replay order
    says 'lost by check: counter != 2 is not true: counter is 2'
    sed -i '/^--always/d' order # it goes on
    race 3 --replay order
    says 'is not the one that was kept'
    sed -i 's/main(void)/main(int argc, char **argv)/; s/assert(/assert(argv[argc - 1][0] != 120 || /' dekker.c # 120: x
    race 1 dekker.c --memory tso --save order -- y x
    table=$(sed -n '/memory$/,/^$/p' <<<"$output")
    race 1 --replay order
    [[ $(sed -n '/memory$/,/^$/p' <<<"$output") == "$table" ]]
    race 1 late.c --save order
    says '!n->first || !n->second is not true'
    race 1 --replay order
    says '!n->first || !n->second is not true'
}

# again ARGUMENT...: what is told of the losing order is told again by --replay with the file alone, except how it was found.
again()
{
    telling() { sed -e '/^  the order below was found/d' -e '/^Also:$/,/^$/d' -e '/^The order is kept/d' <<<"$output"; }
    race 1 --save order "$@"
    first=$(telling)
    race 1 --replay order
    diff <(printf '%s' "$first") <(printf '%s' "$(telling)")
}

@test "a kept order is lost again, with the check, the compiler and the arguments that it was found with" {
    again counter.c counter.c --check 'counter == 6 && name[0] == 0'
    again counter.c counter.c --check 'counter != 2' --always --cc clang --cflags '-O2 -g'
    again counter.c counter.c --memory tso
    says 'lost by data-race: counter'
    again other.c other.c --steps 200 -- endless
    again other.c other.c -- waits
    printf '%s\n' 'int race_check(const void *segment)' '{ return *(const int *)segment == 6; }' >check.c
    again counter.c counter.c --check check.c --type 'struct board'
    mkdir elsewhere
    cp ./*.c elsewhere
    race 1 --replay order elsewhere/counter.c elsewhere/counter.c --check 'counter == 6'
    says 'lost by check: counter == 6 is not true at the end: counter is'
    sed 's/int counter/_Atomic int counter/; /for (/,/^    }/d; s/printf.*/board->counter = board->counter + 1;/' counter.c >twice.c
    again twice.c twice.c --check 'counter == 2'
    sed -i 's/return 0/return board->counter == 2/; /shmdt/d' twice.c # the plain order is lost now, but not this one
    race 3 --replay order --check 'counter == 1'
    says 'not lost'
    again atomic.c atomic.c --check 'counter == 5'
    race 0 --replay order --check 'counter == 6'
    says 'not lost'
}

@test "a program's own variables lie at the same addresses, however long its environment is" {
    printf '%s\n' '#include <stdlib.h>' '#include <sys/shm.h>' 'struct board { int counter; int *own, *heap; };' \
        'int main(void) {' 'struct board *b = shmat(shmget(0x1234, sizeof *b, IPC_CREAT | 0600), NULL, 0);' 'int own = 0;' \
        'b->own = &own; b->heap = malloc(sizeof own); b->counter++; return 0; }' >own.c
    race 1 own.c own.c --save order
    for length in 1 8 9 300; do
        export RACE_A=${length/8/} RACE_B
        printf -v RACE_B "%0${length}d" 1
        race 1 --replay order
    done
}

@test "step by step: on, back, and the bytes of that step in shared memory, until the end" {
    mkfifo keys
    "$SHMLAB" race counter.c counter.c --check 'counter == 6' --step <keys >steps 3>&- &
    exec 4>keys
    row() { tail -n 1 steps | grep -q "^$1 of 14 rows"; }
    counter() { od -An -td4 -N4 "/dev/shm/$name"; }
    until row 1; do sleep 0.01; done
    name=$(grep -o 'shmlab-race[.][A-Za-z0-9]*' steps | head -n 1)
    grep -q -e "view --posix /$name --elf .*/counter --type 'struct board'" steps
    [[ $(counter) -eq 0 ]]
    printf '\n\n' >&4
    until row 3; do sleep 0.01; done
    [[ $(counter) -eq 1 ]]
    printf 'b\n' >&4
    until row 2; do sleep 0.01; done
    [[ $(counter) -eq 0 ]]
    printf 'q\n' >&4
    exec 4>&-
    wait || true
    grep -q 'The segment at the end' steps
    [[ ! -e /dev/shm/$name && ! -e /tmp/$name ]]
}

@test "gdb opens at a row, at the line of that process" {
    "$SHMLAB" race counter.c counter.c --check 'counter == 6' --gdb 3 >out 2>&1 3>&- <<<$'print board->counter\ninfo line\nquit' || true
    grep -q 'main () at counter.c:14' out
    grep -q '[$]1 = 1' out
    # B's last store: gdb stands right behind it
    "$SHMLAB" race counter.c counter.c --check 'counter == 6' --gdb 7 >out 2>&1 3>&- <<<$'print board->counter\nquit' || true
    grep -q '[$]1 = 3' out
    "$SHMLAB" race late.c --gdb 6 >out 2>&1 3>&- <<<quit || true # the assertion
    grep -q 'main () at late.c:16' out
    race 1 counter.c counter.c --check 'counter == 6' --gdb 99
    says '--gdb: row 99 is no step of a process'
}

@test "what a program prints last is shown, though it is slow to end" {
    printf '%s\n' '#include <time.h>' '__attribute__((destructor)) static void end(void)' \
        '{ while (clock() < CLOCKS_PER_SEC / 20) { } puts("the end"); fputs("an error\n", stderr); }' >>counter.c
    race 1 counter.c counter.c --orders 20
    [[ $(grep -c 'counter.c: the end' <<<"$output") == 2 && $(grep -c 'counter.c: an error' <<<"$output") == 2 ]]
}

@test "nothing is left: no segment, no process, no file, also when it is killed" {
    before=$(cat /proc/sysvipc/shm)
    race 1 counter.c counter.c
    [[ $(cat /proc/sysvipc/shm) == "$before" ]]
    "$BUILD_BIN/shm-race" --help >/dev/null
    setsid "$SHMLAB" race other.c other.c --steps 1000000 -- endless 3>&- &
    leader=$!
    until pgrep -s "$leader" -x shm-race >/dev/null; do kill -0 "$leader"; done
    until [[ $(pgrep -s "$leader" -c) -ge 4 ]]; do kill -0 "$leader"; done
    pkill -KILL -s "$leader" -x shm-race
    wait "$leader" || true
    until ! pgrep -s "$leader" >/dev/null; do sleep 0.01; done
}

# losing NAME MODELS [SED-SCRIPT]: those of the memory models in which NAME_write.c and NAME_read.c lose, with the kit's
# header shm_NAME.h as it is, or changed. Fails if in one of the others not all orders were tried.
losing()
{
    local name=$1 models=$2 model lost=
    if [[ ${3-} ]]; then
        sed "$3" "$BATS_TEST_DIRNAME/../../src/shm_$name.h" >"shm_$name.h"
        ! cmp -s "shm_$name.h" "$BATS_TEST_DIRNAME/../../src/shm_$name.h" || return
    fi
    for model in $models; do
        run "$SHMLAB" race "${name}_write.c" "${name}_read.c" --memory "$model" --seconds 300
        case $status in
            0) [[ $output == 'won: no order loses. All orders were tried'* ]] || return ;;
            1) lost+=" $model" ;;
            *) printf '%s\n' "$output" && return ;;
        esac
    done
    printf '%s' "${lost# }"
}

@test "the kit's seqlock: each part that is left out is noticed" {
    [[ $(losing seqlock 'sc tso pso weak') == '' ]]
    [[ $(losing seqlock 'sc pso weak' 's/__atomic_thread_fence(__ATOMIC_RELEASE)/(void)0/') == 'pso weak' ]]
    [[ $(losing seqlock 'sc pso weak' 's/+ 1u, __ATOMIC_RELEASE/+ 1u, __ATOMIC_RELAXED/') == 'pso weak' ]]
    [[ $(losing seqlock 'sc weak' 's/__atomic_thread_fence(__ATOMIC_ACQUIRE)/(void)0/') == weak ]]
    [[ $(losing seqlock 'sc weak' 's/__atomic_load_n(sequence, __ATOMIC_ACQUIRE)/__atomic_load_n(sequence, __ATOMIC_RELAXED)/') == weak ]]
    [[ $(losing seqlock sc 's/ && __atomic_load_n(sequence, __ATOMIC_RELAXED) == seen//') == sc ]]
    [[ $(losing seqlock sc 's/(seen & 1u) == 0 && //') == sc ]]
}

@test "the kit's bell: each part that is left out is noticed" {
    [[ $(losing bell 'sc tso pso weak') == '' ]]
    [[ $(losing bell 'sc' 's/__atomic_fetch_add(bell, 1, __ATOMIC_RELEASE)/__atomic_fetch_add(bell, 1, __ATOMIC_RELAXED)/') == sc ]]
    [[ $(losing bell 'sc' 's/__atomic_load_n(bell, __ATOMIC_ACQUIRE)/__atomic_load_n(bell, __ATOMIC_RELAXED)/') == sc ]]
    [[ $(losing bell sc 's/FUTEX_WAIT, rings/FUTEX_WAIT, *bell/') == sc ]]
    [[ $(losing bell sc '/FUTEX_WAKE/d') == sc ]]
}
