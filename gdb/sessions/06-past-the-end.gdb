# 06 past-the-end: catch the write that goes past a field's end
# program: shm-server
# minutes: 8
# Commands: break if, next, set var, watch -l, continue, bt, x. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/06-past-the-end.gdb shm-server
set args --path . --quiet --every 100

#: The server writes its message again and again. We let it write the first one and stop it before the second.
break message_write
run
continue
set $m = (struct message *) base
p *$m

#: num is at 20 to 23, and right after it the '/' at 24. We go to where num is about to be written.
delete
break message_write_field if field == MESSAGE_NUM
continue

#: next runs one line: now at is the address to which num will be written.
next
p at - (char *) base

#: Now we put a mistake into the server: at is two bytes too far.
set var at = at + 2

#: If we did not know the mistake: who overwrites the '/'? A watchpoint on it shows that.
delete
watch -l $m->slash
continue

#: Caught: the line that writes num has overwritten the '/'. It wrote the bytes 22 to 25.
bt 1
x/8xb &$m->num

#: 0x14d is 333. The lower half of num is still the old 22, so num is now a number that nobody has written.
p *$m

#: The kernel does not complain: the server may write to all these bytes.
delete
signal SIGTERM
