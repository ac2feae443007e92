# 03 natural-packed: one message in two layouts, and one layout read as the other
# program: shm-server
# minutes: 8
# Words: ptype/o, p, x, set args. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/03-natural-packed.gdb shm-server
set args --path . --quiet

#: First the natural layout: the compiler leaves holes before fields that want an address of their own.
break message_write
run
finish
ptype/o struct message

#: SIGTERM ends this server; the next one gets another layout.
signal SIGTERM

#: Now the packed layout: no hole, 10 bytes less.
set args --path . --quiet --layout packed
run
set $packed = (struct message_packed *) base
set $natural = (struct message *) base
finish
ptype/o struct message_packed

#: num starts at 19, right behind the text: 22 is 0x16. An int at 19 is no multiple of 4.
x/46xb $packed
p $packed->num
p (unsigned long) &$packed->num % 4

#: All fields, read as what was written:
p *$packed

#: The same bytes, read in the other layout. Nothing in memory says that this is wrong.
p *$natural

#: The text is right: it is the first field in both. num is not: its bytes 20 to 23 are three of num's and the '/'.
x/4xb &$natural->num
signal SIGTERM
