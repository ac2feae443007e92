# Replaces what differs between runs, machines or versions of gdb, before session-run compares a session with its
# transcript.
/^\[Thread debugging using libthread_db enabled\]$/d
/^Using host libthread_db library /d
# Warnings about core files differ between versions of gdb.
/^warning: (target file|Memory read failed|Can't open file|Section .\.reg-xstate)/d
/^warning: Error disabling address space randomization/d
s/[ \t]+$//

# Folders, and the lines of our source.
s|/[^ "']*/shmlab-session\.[A-Za-z0-9]+|FOLDER|g
s|/[^ "']*/(shm-[a-z]+)|FOLDER/\1|g
s/\b([a-z_]+\.[ch])(:| line |, line )[0-9]+/\1\2N/g
s/^[0-9]+\t/N\t/

# Keys, ids, pids.
s/(segment |key )0x[0-9a-f]{8}\b/\10xKEY/g
s/SYSV[0-9a-f]{8}/SYSVKEY/g
s/\b(shmid|pid|process|LWP) [0-9]+/\1 ID/g

# Addresses. Those in a segment keep their last three digits: it starts at a page.
s/^(=> )?0x[0-9a-f]{9}([0-9a-f]{3})\b/\10x---------\2/
s/(\*\) |base ?= ?|attached at )0x[0-9a-f]{9}([0-9a-f]{3})\b/\10x---------\2/g
s/\b0x(0000)?[0-9a-f]{12}\b/0x------------/g
s/(Breakpoint [0-9]+ at )0x[0-9a-f]+/\10x----/

# A breakpoint in two programs: the order of its locations depends on their addresses.
s/(hit Breakpoint [0-9]+)\.[0-9]/\1/
s/(process ID) +/\1 /

# Hardware watchpoints, and those for which gdb steps.
s/^Hardware w(atchpoint [0-9]+: )/W\1/
s/^([0-9]+ +)(hw watchpoint |watchpoint    ) /\1watchpoint     /

# gdb 15 and 16 have wider columns and another name for a setting.
/^ *0x-+ +0x-+ .*SYSV/{
    s/^ +//
    s/ +/ /g
}
s/set unwind-on-signal on/set unwindonsignal on/
