# 06 past-the-end: catch the write that goes past a field's end
# program: shm-server
# minutes: 8
# Words: break if, next, set var, watch -l, continue, bt, x. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/06-past-the-end.gdb shm-server
set args --path . --quiet --every 100

#: The server writes its message again and again. We let it write the first one, and stop it before the second.
break message_write
run
continue
set $m = (struct message *) base
p *$m

#: num lies at 20 to 23, and right behind it the '/' at 24. We go to where num is about to be written.
delete
break message_write_field if field == MESSAGE_NUM
continue

#: next goes one line on: at is now the address to which num will be written.
next
p at - (char *) base

#: Now we make a mistake for the server: at is two bytes too far.
set var at = at + 2

#: If we had not done it ourselves: who writes over the '/'? A watchpoint on it tells.
delete
watch -l $m->slash
continue

#: Caught: the '/' was overwritten by the line that writes num. Its four bytes go from 22 to 25.
bt 1
x/8xb &$m->num

#: 0x14d is 333. num's lower half is still the old 22, so num is now a number that nobody has written.
p *$m

#: No tool of the kernel complains: all these bytes are the server's to write.
delete
signal SIGTERM
