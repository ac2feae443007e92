# 05 watch: who writes this field?
# program: shm-server
# minutes: 8
# Words: watch -l, continue, bt, info watchpoints, delete. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/05-watch.gdb shm-server
set args --path . --quiet --every 100

#: The server stops where it is about to write for the first time. All bytes are 0.
break message_write
run
set $m = (struct message *) base
delete 1

#: watch -l takes the address of num, and stops the program after each write that changes the bytes there.
#: Where the processor has registers for this that answer, the program runs at full speed; else gdb steps, which is slower.
watch -l $m->num
continue

#: 0 became 22. bt tells who wrote it, and who called that.
bt

#: The server goes on with better fractions: 333/106 is next.
continue
p $m->num
p $m->den

#: We stopped in the middle of a message: num is new, den is still old. A reader who looks now sees 333/7.
continue
p $m->num
p $m->den
info watchpoints

#: A watchpoint sees the writes of the process that gdb runs. What another process writes into the segment, it
#: doesn't see: the registers are those of this process, and so are the steps.
delete
signal SIGTERM
