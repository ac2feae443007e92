#!/usr/bin/perl
# lifecycle.pl PART SERVER KEY: what lifecycle.bats needs speed and exact moments for. Exit 0, or 1 and a line.
#
#   kill    kill -9 at 200 random moments; each next start recovers
#   refuse  KIND HOLDER: 100 starts against a segment that is not ours to take; it stays as it is, to the byte
#   race    two servers started at once, 50 times with nothing there and 50 times over a dead one: one wins
#
# Of perl's own only: no module, so that the package perl-base is enough.
use strict;
use warnings;

my ($part, $server, $key, $kind, $holder_program) = @ARGV;
$kind //= '';
my ($IPC_CREAT, $IPC_EXCL, $IPC_RMID, $IPC_STAT, $SIZE) = (01000, 02000, 0, 2, 1024);
$| = 1;

# However it ends, no process of its making stays.
my $self = $$;
my %living;
alarm 300;
$SIG{ALRM} = sub { die "it takes too long\n" };
END { kill KILL => keys %living if $$ == $self }

# The ids under the key, by the kernel's own list.
sub ids {
    open my $f, '<', '/proc/sysvipc/shm' or die "/proc/sysvipc/shm: $!\n";
    my @ids = map { my @c = split; $c[0] =~ /^-?\d+$/ && ($c[0] & 0xffffffff) == hex $key ? $c[1] : () } <$f>;
    return @ids;
}

# Starts a server -> its pid, its output. With a gate, it calls exec only when a byte comes from there.
sub start {
    my ($gate, @arguments) = @_;
    pipe my $out, my $in or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        close $out;
        open STDOUT, '>&', $in;
        open STDERR, '>&', $in;
        $gate and sysread $gate, my $go, 1;
        become_nobody() if $kind eq 'roots';
        exec $server, '--key', $key, @arguments or exit 99;
    }
    close $in;
    $living{$pid} = 1;
    return { pid => $pid, out => $out, said => '' };
}

# Reads what it says until TEXT or its end. true: TEXT came.
sub says {
    my ($s, $text) = @_;
    until (index($s->{said}, $text) >= 0) {
        sysread($s->{out}, $s->{said}, 4096, length $s->{said}) or return 0;
    }
    return 1;
}

sub ended {
    my ($s) = @_;
    waitpid $s->{pid}, 0;
    delete $living{$s->{pid}};
    my $status = $?;
    says($s, "\0never");
    return $status;
}

sub stop_well {
    my ($s) = @_;
    kill TERM => $s->{pid};
    my $status = ended($s);
    $status == 0 or die "exit status $status: $s->{said}\n";
    ids() == 0 or die "it left a segment\n";
}

# How long it takes from fork to waiting, in seconds: as the clock of select counts it, by doubling.
sub time_to_ready {
    for (my $t = 0.0005; $t < 10; $t *= 1.4) {
        my $s = start(undef);
        select undef, undef, undef, $t;
        kill KILL => $s->{pid};
        ended($s);
        return $t if $s->{said} =~ /Ctrl-C/;
    }
    die "it never comes to wait\n";
}

sub part_kill {
    my ($left, $none, $span) = (0, 0, time_to_ready() * 1.3);
    for my $round (1 .. 200) {
        my $s = start(undef, $round % 2 ? () : ('--every', 1));
        if ($round % 4 == 0) { # while it ends
            says($s, 'Ctrl-C') or die "round $round: it did not start: $s->{said}\n";
            kill TERM => $s->{pid};
            select undef, undef, undef, rand() * 0.0005;
        } else { # while it starts
            select undef, undef, undef, rand() * $span;
        }
        kill KILL => $s->{pid};
        ended($s);
        my $n = ids();
        # What else the machine has to do changes while we go on: keep moments before and after the segment is there.
        $span *= $n ? 0.95 : 1.05 if $round % 4 != 0;
        $n <= 1 or die "round $round: $n segments are left\n";
        $n ? $left++ : $none++;

        my $next = start(undef);
        says($next, 'Ctrl-C') or die "round $round: no recovery: $next->{said}\n";
        ($next->{said} =~ /took over from a dead server/) == $n or die "round $round: $n left, but: $next->{said}\n";
        stop_well($next);
    }
    print "kill -9 at 200 moments: $left left a segment, $none left none; each next start recovered\n";
    $left >= 10 && $none >= 10 or die "the moments are not spread\n";
}

# What the kernel says of a segment, all times among it. (Looking at the bytes would change them.)
sub stat_of {
    my ($id) = @_;
    my $stat = '';
    shmctl $id, $IPC_STAT, $stat or die "IPC_STAT: $!\n";
    return $stat;
}

sub become_nobody {
    ($(, $)) = (65534, '65534 65534');
    ($<, $>) = (65534, 65534);
    $> == 65534 or die "setuid: $!\n";
}

# A segment with bytes of its own, made by a process that ends ('ends'), or stays ('stays'), or ends and is another
# user's ('nobody'). Its id and the pid that stays.
sub make_foreign {
    my ($size, $stays) = @_;
    pipe my $out, my $in or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        become_nobody() if $stays eq 'nobody';
        my $id = shmget hex $key, $size, $IPC_CREAT | $IPC_EXCL | 0600;
        my $bytes = join '', map { chr rand 256 } 1 .. $size;
        shmwrite $id, $bytes, 0, $size;
        syswrite $in, "$id\n";
        $stays eq 'stays' and sleep 1000;
        exec 'true'; # ends without perl's own cleaning up
    }
    close $in;
    sysread $out, my $id, 20 or die "no segment: $!\n";
    chomp $id;
    return ($id, $pid) if $stays eq 'stays';
    waitpid $pid, 0;
    return ($id, undef);
}

# KIND: larger, smaller, alive (its creator runs), attached (by HOLDER, its creator has ended), nobodys (another
# user's), roots (root's, and the server is another user's).
sub part_refuse {
    my $size = $kind eq 'larger' ? 4096 : $kind eq 'smaller' ? 1023 : $SIZE;
    my ($id, $alive) = make_foreign($size, $kind eq 'alive' ? 'stays' : $kind eq 'nobodys' ? 'nobody' : 'ends');
    my ($holder, $bytes, $bytes_after) = (undef, '', '');
    if ($kind eq 'attached') {
        $alive = open $holder, '-|', $holder_program, $id or die "$holder_program: $!\n";
        <$holder> eq "attached\n" or die "not attached\n";
    }
    eval {
        shmread $id, $bytes, 0, $size or die "shmread: $!\n";
        my $before = stat_of($id);
        for my $round (1 .. 100) {
            my $s = start(undef, $round % 2 ? () : ('--every', 1));
            says($s, 'Ctrl-C') and die "round $round: it has started: $s->{said}\n";
            my $status = ended($s);
            $status == 256 or die "round $round: exit status $status: $s->{said}\n";
            $s->{said} =~ /^shm-server: cannot create segment $key \(1024 bytes\): it exists already\n  shmid $id, /
                or die "round $round: $s->{said}\n";
            stat_of($id) eq $before or die "round $round: what IPC_STAT says has changed\n";
            print $s->{said} if $round == 1;
        }
        shmread $id, $bytes_after, 0, $size or die "shmread: $!\n";
        $bytes eq $bytes_after or die "its bytes have changed\n";
    };
    my $failed = $@;
    shmctl $id, $IPC_RMID, 0;
    if ($alive) { kill KILL => $alive; waitpid $alive, 0 }
    die $failed if $failed;
    print "refused 100 times of 100, and untouched: $kind\n";
}

sub part_race {
    my ($wins, $takeovers) = (0, 0);
    for my $round (1 .. 100) {
        make_foreign($SIZE, 'ends') if $round > 50; # a dead server's
        pipe my $gate, my $open or die "pipe: $!\n";
        my @s = map { start($gate) } 1 .. 2;
        syswrite $open, 'go';
        my @won = grep { says($_, 'Ctrl-C') } @s;
        @won == 1 or die "round $round: ", scalar @won, " have won: $s[0]{said}$s[1]{said}\n";
        my ($lost) = grep { $_ != $won[0] } @s;
        my $status = ended($lost);
        $status == 256 && $lost->{said} =~ /it exists already/
            or die "round $round: the loser has status $status: $lost->{said}\n";
        $takeovers += $won[0]{said} =~ /took over/ || $round > 50;
        $wins++;
        stop_well($won[0]);
    }
    print "two at once, 100 times: one has won $wins times, $takeovers times over a dead one\n";
}

my %parts = (kill => \&part_kill, refuse => \&part_refuse, race => \&part_race);
$parts{$part}->();
