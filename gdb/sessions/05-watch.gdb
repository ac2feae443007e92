# 05 watch: who writes this field?
# program: shm-server
# minutes: 8
# Commands: watch -l, continue, bt, info watchpoints, delete. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/05-watch.gdb shm-server
set args --path . --quiet --every 100

#: The server stops just before it writes for the first time. All bytes are 0.
break message_write
run
set $m = (struct message *) base
delete 1

#: watch -l takes the address of num and stops the program after each write that changes the bytes there.
#: If the processor's debug registers work, the program runs at full speed; else gdb steps, which is slower.
watch -l $m->num
continue

#: 0 became 22. bt shows which function wrote it, and who called that function.
bt

#: The server goes on with better fractions of pi: 333/106 is next.
continue
p $m->num
p $m->den

#: We stopped in the middle of a message: num is new, den is still old. A client that reads now gets 333/7.
continue
p $m->num
p $m->den
info watchpoints

#: A watchpoint sees only the writes of the process that gdb runs, not those of other processes: the debug registers
#: belong to this process, and gdb steps only this process.
delete
signal SIGTERM
