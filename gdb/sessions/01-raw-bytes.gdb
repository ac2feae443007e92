# 01 raw-bytes: what is in a segment, before anybody says which type it is
# program: shm-server
# minutes: 10
# Commands: break, run, finish, x, info proc mappings. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/01-raw-bytes.gdb shm-server
set args --path . --quiet

#: The server makes a segment of 1024 bytes and writes a message into it.
#: We stop it just before it writes.
break message_write
run

#: base is the address that shmat returned: the segment starts there in this process.
#: x shows memory. 32xb: 32 units, in hex (x), each of one byte (b).
x/32xb base

#: The kernel fills a new segment with zeros. finish runs until the message is written.
set $segment = (char *) base
finish
x/56xb $segment

#: The same bytes as characters. Not all of them were meant to be characters.
x/56c $segment

#: And as text. A text ends at its first zero byte.
x/s $segment

#: Does the next text start after that 0? No: these bytes are numbers. Memory doesn't say what is in it.
x/3s $segment + 19

#: Read with the right types: an int at 20, another at 28, a double at 40, a text at 48.
x/1dw $segment + 20
x/1dw $segment + 28
x/1fg $segment + 40
x/s $segment + 48

#: What the kernel knows: the segment is a mapping of this process, readable, writable and shared (rw-s).
#: It is a whole page, 0x1000 bytes, although we asked for 1024.
pipe info proc mappings | grep SYSV

#: On SIGTERM the server detaches, removes the segment and ends.
signal SIGTERM

#: That was all. `kill` would end the server too, but a segment outlives its creator: it would still be there.
