# 02 fields: the same bytes, with the type that lies there
# program: shm-server
# minutes: 10
# Words: ptype/o, p, p/x, p &, whatis, sizeof. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/02-fields.gdb shm-server
set args --path . --quiet

#: The server writes its message; we stop it when all is written.
break message_write
run
set $m = (struct message *) base
finish

#: ptype/o shows a struct with the offset and the size of each field.
#: A hole is padding: bytes that belong to no field, so that the next one lies at a multiple of its alignment.
ptype/o struct message

#: $m points to the segment, as a struct message. p prints all its fields.
p *$m

#: One field each. /x: in hex.
p $m->intro
p $m->num
p/x $m->num
p $m->ratio
p $m->farewell

#: The address of a field: its offset, added to the segment's start. 20 is 0x14.
p &$m->num
p (char *) &$m->num - (char *) $m

#: How gdb knows: the type of an expression, and how many bytes it has.
whatis $m->ratio
p sizeof *$m
p sizeof $m->intro

#: By pointer manipulation, as the server does it: 20 bytes behind the start, taken as an int.
p *(int *) ((char *) $m + 20)

#: A pointer counts in the size of what it points to: 5 ints are 20 bytes.
p *((int *) $m + 5)

#: And 20 ints are 80 bytes: that is behind the message, where nobody has written.
p *((int *) $m + 20)

#: On SIGTERM the server detaches, removes the segment, and ends.
signal SIGTERM
