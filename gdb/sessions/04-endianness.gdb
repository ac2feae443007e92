# 04 endianness: the order of the bytes of a number
# program: shm-server
# minutes: 5
# Commands: x/xb, x/xw, set endian, set var. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/04-endianness.gdb shm-server
set args --path . --quiet

#: The server writes 22 into an int of four bytes.
break message_write
run
set $m = (struct message *) base
finish

#: 22 is 0x16. The lowest byte comes first: this machine is little-endian.
x/4xb &$m->num

#: As one unit of four bytes (w), gdb shows them in the order in which we write numbers.
x/1xw &$m->num
show endian

#: A number with four different bytes shows it better. set var writes into the program's memory.
set var $m->num = 0x11223344
x/4xb &$m->num

#: gdb can read as a big-endian machine would. The bytes are the same, but the number is different.
#: (The cast to long gives a plain address: x reads there in gdb's byte order, not in that of the program's types.)
set endian big
x/1xw (long) &$m->num
x/4xb &$m->num
set endian auto
x/1xw (long) &$m->num

#: Text has no byte order: each character is one byte.
x/7c $m->farewell
signal SIGTERM
