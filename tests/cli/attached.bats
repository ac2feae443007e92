#!/usr/bin/env bats
# Who has a segment attached: shm-view compared with nattch, ipcs -mp and each process's maps.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
}

teardown()
{
    place_close
}

# look [COMMAND...]: the viewer's JSON in $T/j; run by COMMAND if it is given.
look()
{
    "$@" "${VIEW:-$BIN/shm-view}" --id "$ID" --render json >"$T/j"
}

# The viewer's list: lines PID PROGRAM ADDRESS RIGHTS.
listed()
{
    json 'map { "$_->{pid} $_->{program} $_->{address} $_->{rights}\n" } @{$j->{attached}{list}}' \
        "$T/j" | sed -e 's/^ //' -e '/^$/d'
}

# The same list, made by awk from the maps of these processes.
true_list()
{
    local pid
    for pid in "$@"; do
        awk -v id="$ID" -v pid="$pid" -v name="$(<"/proc/$pid/comm")" '$5 == id && $6 ~ /^\/SYSV/ {
            split($1, at, "-"); print pid, name, "0x" at[1], substr($2, 1, 3) }' "/proc/$pid/maps"
    done | sort -n -k 1,1
}

@test "each attachment is listed with its process, address and rights" {
    serve
    hold
    first=$HOLDER
    hold
    look
    [[ $(listed) == "$(true_list "$SERVER" "$first" "$HOLDER")" && $(listed | wc -l) == 3 ]]
    [[ $(listed | grep -c ' rw-$') == 1 ]]
    [[ $(json 'my $a = $j->{attached}; @$a{qw(found nattch missing processes)}' "$T/j") == '3 3 0 3' ]]
}

@test "nattch and ipcs -mp agree: creator and last pid" {
    serve
    hold
    read -r _ _ creator last < <(ipcs -mp | awk -v id="$ID" '$1 == id')
    look
    [[ $(json 'my $a = $j->{attached}; @$a{qw(creator_pid last_pid)}' "$T/j") == "$creator $last" ]]
    [[ $creator == "$SERVER" ]]
    [[ $(json 'map { "$_->{pid}:$_->{creator}" } grep { $_->{creator} } @{$j->{attached}{list}}' "$T/j") == \
        "$SERVER:1" ]]
    [[ $last == "$HOLDER" ]]
    [[ $(json 'map { $_->{pid} } grep { $_->{last} } @{$j->{attached}{list}}' "$T/j") == "$last" ]]
    [[ $(json '$j->{attached}{nattch}' "$T/j") == "$(shm_column "$ID" nattch)" ]]
}

@test "a process that attached it several times is listed each time, as the kernel counts it" {
    [[ $(uname -m) == x86_64 ]] || skip "knows the number of shmat for x86_64 only"
    serve
    perl -e 'my ($id, $attached) = @ARGV; $| = 1; # shmat by its number: perl has no function for it
        syscall(30, $id + 0, 0, 010000) > 0 or die for 1 .. 3; print "attached\n"; sleep 100' "$ID" >"$T/held" 3>&- &
    PIDS+=("$!")
    await says "$T/held" attached
    look
    [[ $(listed) == "$(true_list "$SERVER" $!)" && $(listed | grep -c "^$! ") == 3 ]]
    [[ $(json 'my $a = $j->{attached}; @$a{qw(found nattch processes)}' "$T/j") == '4 4 2' ]]
}

@test "--render text has a line for each attachment" {
    serve
    hold
    "$BIN/shm-view" --id "$ID" --render text >"$T/text"
    says "$T/text" 'attached: 2 times, by 2 processes' # the viewer leaves itself out
    grep -Eq "^ +$SERVER shm-server +0x[0-9a-f]+ rw-  made it$" "$T/text"
    grep -Eq "^ +$HOLDER holder +0x[0-9a-f]+ r--  last$" "$T/text"
    run -1 grep -q shm-view "$T/text"
    address=$(true_list "$HOLDER" | cut -d ' ' -f 3)
    says "$T/text" "$address"
}

@test "processes that we may not look into are counted, never guessed" {
    need_root
    serve --mode 0644
    hold
    cp "$BIN/shm-view" "$T/"
    VIEW=$T/shm-view look as_nobody
    [[ $(listed) == '' ]]
    [[ $(json 'my $a = $j->{attached}; @$a{qw(found nattch missing processes)}' "$T/j") == '0 2 2 0' ]]
    [[ $(json '$j->{attached}{rest}[0]' "$T/j") == '2 more: not permitted ('* ]]
    cp "$BIN/holder" "$T/"
    HOLD=$T/holder hold setpriv --reuid $NOBODY --regid $NOBODY --clear-groups
    VIEW=$T/shm-view look as_nobody # it sees its own processes
    [[ $(listed) == "$(true_list "$HOLDER")" ]]
    [[ $(json '$j->{attached}{missing}' "$T/j") == 2 ]]
}

@test "of processes outside our PID namespace it says that they are not in it" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "needs the right to make namespaces"
    serve
    hold
    look unshare --pid --fork --mount-proc
    [[ $(listed) == '' ]]
    [[ $(json 'my $a = $j->{attached}; @$a{qw(found missing creator_pid)}' "$T/j") == '0 2 0' ]]
    [[ $(json '$j->{attached}{rest}[0]' "$T/j") == '2 more: by nobody in our PID namespace' ]]
    # And a /proc of another namespace is not used.
    look unshare --pid --fork
    [[ $(json 'exists $j->{attached} ? 1 : 0' "$T/j") == 0 ]]
    "$BIN/shm-view" --id "$ID" --render text | grep -q 'attached: 2 times'
    unshare --pid --fork "$BIN/shm-view" --id "$ID" --render text | grep -q "doesn't show our own PID namespace"
}

@test "a process in a PID namespace below ours is seen" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "needs the right to make namespaces"
    serve
    hold unshare --pid --fork --mount-proc --kill-child
    look
    below=$(pgrep -P "$HOLDER")
    [[ $(listed) == "$(true_list "$SERVER" "$below")" && $(listed | wc -l) == 2 ]]
}

@test "the same shmid in another IPC namespace is another segment" {
    unshare --ipc true 2>/dev/null || skip "needs the right to make namespaces"
    serve
    # Ids start again in a new namespace: the first segment there has the same id as the first one here.
    ID=$ID unshare --ipc perl -e 'for (1 .. 40000) { my $id = shmget(0, 4096, 01600) // die;
        exec @ARGV, $id if $id == $ENV{ID};
        shmctl($id, 0, 0) }' "$BIN/holder" >"$T/held" 3>&- &
    PIDS+=("$!")
    await eval '[[ -s $T/held ]] || ended $!'
    [[ -s $T/held ]] || skip "this namespace's ids can't be met in another"
    look
    [[ $(listed) == "$(true_list "$SERVER")" ]]
    [[ $(json '$j->{attached}{missing}' "$T/j") == 0 ]]
}

@test "names of programs are escaped" {
    serve
    cp "$BIN/holder" "$T/"$'a\e[2J\nb'
    HOLD=$T/$'a\e[2J\nb' hold
    look
    [[ $(json 'map { $_->{program} } grep { $_->{pid} == '"$HOLDER"' } @{$j->{attached}{list}}' "$T/j") == \
        $'a\e[2J\nb' ]]
    "$BIN/shm-view" --id "$ID" --render text >"$T/text"
    says "$T/text" 'a\x1b[2J\nb'
    run -1 grep -q $'\e' "$T/text" "$T/j"
}

@test "POSIX shared memory: who has it mapped" {
    share
    "$BIN/shm-view" --posix "$POSIX" --render json >"$T/j"
    address=$(awk -v name="/dev/shm/$POSIX" '$6 == name { split($1, at, "-"); print "0x" at[1] }' "/proc/$MAPPER/maps")
    [[ $(listed) == "$MAPPER mapper $address rw-" ]]
    [[ $(json 'exists $j->{attached}{nattch} ? 1 : 0' "$T/j") == 0 ]]
}

@test "where /proc hides processes, or has those of one PID namespace only, there may be more" {
    need_root
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "needs the right to make namespaces"
    copy_programs
    cp "$BIN/shm-view" "$T/"
    serve
    share
    chmod a+r "/dev/shm/$POSIX"
    mkdir -m 777 "$T/seen"
    cat >"$T/look" <<END
mount -t proc -o "\$1" proc /proc
[ ! "\$3" ] || sleep 1000 & # a process of root's; it ends with this namespace
exec setpriv --clear-groups --reuid "\$2" --regid "\$2" sh -c '$T/shm-view --posix /$POSIX --render json >$T/seen/j
    $T/shm-view --list --render json >$T/seen/list'
END
    # unseen OPTION UID [ROOTS]: what that user sees in a PID namespace of its own, with /proc mounted so
    unseen() { unshare --mount --pid --fork sh "$T/look" "$@"; }
    rest() { json '$j->{attached}{maybe_more} ? "maybe" : "sure", @{$j->{attached}{rest}}' "$T/seen/j"; }
    of_list() { json 'map { $_->{maybe_more} ? "maybe" : "sure" } grep { ($_->{name} // "") =~ m{\Q'"$POSIX"'\E} } @{$j->{segments}}' "$T/seen/list"; }
    unseen hidepid=0 $NOBODY
    [[ $(rest) == 'maybe maybe more: outside of our PID namespace' && $(of_list) == maybe ]]
    for option in hidepid=2 hidepid=ptraceable; do
        unseen $option $NOBODY
        [[ $(rest) == 'maybe maybe more: /proc hides processes (hidepid)' && $(of_list) == maybe ]]
    done
    unseen hidepid=1 $NOBODY roots # all are seen, but closed
    [[ $(rest) == 'maybe maybe more: '*' not permitted' && $(of_list) == maybe ]]
    unseen hidepid=2 0
    [[ $(rest) == 'maybe maybe more: outside of our PID namespace' ]]
    # and, by root in the first namespace, it is sure, unless there are processes that even root may not look into
    [[ $(readlink /proc/self/ns/pid) == 'pid:[4026531836]' ]] || return 0
    "$BIN/shm-view" --posix "/$POSIX" --render json >"$T/seen/j"
    "$BIN/shm-view" --list --render json >"$T/seen/list"
    if [[ $(json '$j->{attached}{not_permitted}' "$T/seen/j") == 0 ]]; then
        [[ $(rest) == sure && $(of_list) == sure ]]
    fi
}
