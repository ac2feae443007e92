# 01 raw-bytes: what lies in a segment, before anybody says which type it is
# program: shm-server
# minutes: 10
# Words: break, run, finish, x, info proc mappings. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/01-raw-bytes.gdb shm-server
set args --path . --quiet

#: The server makes a segment of 1024 bytes, and writes a message into it.
#: We stop it where it is about to write.
break message_write
run

#: base is the address that shmat gave: there the segment starts, in this process.
#: x shows memory. 32xb: 32 units, in hex (x), each of one byte (b).
x/32xb base

#: The kernel gives a new segment full of zeros. finish goes on until the message is written.
set $segment = (char *) base
finish
x/56xb $segment

#: The same bytes as characters. Not all of them were meant to be characters.
x/56c $segment

#: And as text. A text ends at its first byte 0.
x/s $segment

#: The next text starts behind that 0? No: these bytes are numbers. Memory doesn't say what lies in it.
x/3s $segment + 19

#: Read as what they are: an int at 20, another at 28, a double at 40, a text at 48.
x/1dw $segment + 20
x/1dw $segment + 28
x/1fg $segment + 40
x/s $segment + 48

#: The kernel's own view: the segment is a mapping of this process, readable, writable and shared (rw-s).
#: It is a whole page, 0x1000 bytes, although we asked for 1024.
pipe info proc mappings | grep SYSV

#: On SIGTERM the server detaches, removes the segment, and ends.
signal SIGTERM

#: That was all. `kill` would have ended the server, too, but a segment outlives its maker: it would still be there.
