# 03 natural-packed: one message in two layouts, and one layout read as the other
# program: shm-server
# minutes: 8
# Commands: ptype/o, p, x, set args. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/03-natural-packed.gdb shm-server
set args --path . --quiet

#: First the natural layout: the compiler leaves holes before fields that need an aligned address.
break message_write
run
finish
ptype/o struct message

#: SIGTERM ends this server. The next one gets another layout.
signal SIGTERM

#: Now the packed layout: no holes, 10 bytes fewer.
set args --path . --quiet --layout packed
run
set $packed = (struct message_packed *) base
set $natural = (struct message *) base
finish
ptype/o struct message_packed

#: num starts at 19, right after the text: 22 is 0x16. 19 is not a multiple of 4.
x/46xb $packed
p $packed->num
p (unsigned long) &$packed->num % 4

#: All fields, read with the layout in which they were written:
p *$packed

#: The same bytes, read with the other layout. Nothing in memory says that this is wrong.
p *$natural

#: The text is right: it is the first field in both. num is wrong: bytes 20 to 23 are three bytes of num, and the '/'.
x/4xb &$natural->num
signal SIGTERM
