# 02 fields: the same bytes, with their types
# program: shm-server
# minutes: 10
# Commands: ptype/o, p, p/x, p &, whatis, sizeof. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/02-fields.gdb shm-server
set args --path . --quiet

#: The server writes its message; we stop it when the message is complete.
break message_write
run
set $m = (struct message *) base
finish

#: ptype/o shows a struct with the offset and the size of each field.
#: A hole is padding: bytes of no field, so that the next field is at a multiple of its alignment.
ptype/o struct message

#: $m points to the segment, as a struct message. p prints all its fields.
p *$m

#: Single fields. /x: in hex.
p $m->intro
p $m->num
p/x $m->num
p $m->ratio
p $m->farewell

#: The address of a field is the segment's start plus the field's offset. 20 is 0x14.
p &$m->num
p (char *) &$m->num - (char *) $m

#: gdb knows the type of an expression and its size in bytes.
whatis $m->ratio
p sizeof *$m
p sizeof $m->intro

#: By pointer manipulation, as the server does it: 20 bytes after the start, read as an int.
p *(int *) ((char *) $m + 20)

#: Pointer arithmetic counts in units of the type: 5 ints are 20 bytes.
p *((int *) $m + 5)

#: And 20 ints are 80 bytes: that is after the message, where nobody has written.
p *((int *) $m + 20)

#: On SIGTERM the server detaches, removes the segment and ends.
signal SIGTERM
