# 08 read-only: a write through an attachment that is only for reading
# program: shm-server
# minutes: 8
# Words: add-inferior, call, signal, p $_siginfo. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/08-read-only.gdb shm-server
set args --path . --quiet
set print inferior-events off

#: The server writes its message, and the client attaches the segment with SHM_RDONLY.
break message_write
run
finish
add-inferior -exec shm-client
inferior 2
set args --path .
break message_read
run

#: The kernel's view of the client's mapping: r--s, with no w.
pipe info proc mappings | grep SYSV

#: Reading works.
p ((struct message *) base)->num

#: Not even gdb may write here: the kernel refuses.
set var ((struct message *) base)->num = 23

#: Now the client itself writes: we have it call the server's own writer.
call message_write_field((void *) base, MESSAGE_NATURAL, MESSAGE_NUM, m)

#: SIGSEGV, although the address is right and can be read. bt shows where; si_addr is the address that it wrote to:
#: its last digits are 014, and 0x14 is 20, the offset of num.
bt 1
p $_siginfo._sifields._sigfault.si_addr

#: si_code 2 (SEGV_ACCERR) means: there is memory, but it may not be used so. 1 would be: there is nothing.
p $_siginfo.si_code

#: The server's number is as it was.
kill
inferior 1
p ((struct message *) s->base)->num
delete
signal SIGTERM
