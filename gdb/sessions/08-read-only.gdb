# 08 read-only: a write through a read-only attachment
# program: shm-server
# minutes: 8
# Commands: add-inferior, call, signal, p $_siginfo. By hand, in the folder of the programs:
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

#: The client's mapping: r--s, without a w.
pipe info proc mappings | grep SYSV

#: Reading works.
p ((struct message *) base)->num

#: Not even gdb may write here: the kernel refuses it.
set var ((struct message *) base)->num = 23

#: Now the client itself writes: we let it call the server's function.
call message_write_field((void *) base, MESSAGE_NATURAL, MESSAGE_NUM, m)

#: SIGSEGV, although the address is right and can be read. bt shows where; si_addr is the address of the write: its last
#: digits are 014, and 0x14 is 20, the offset of num.
bt 1
p $_siginfo._sifields._sigfault.si_addr

#: si_code 2 (SEGV_ACCERR) means: there is memory, but this access is not allowed. 1 would mean: there is no memory.
p $_siginfo.si_code

#: The server's number has not changed.
kill
inferior 1
p ((struct message *) s->base)->num
delete
signal SIGTERM
