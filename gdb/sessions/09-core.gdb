# 09 core: the core file of a crashed program, with the segment in it
# program: shm-server
# minutes: 8
# Commands: generate-core-file, core-file, bt, frame, x. By hand, in your own folder:
#   gdb -x .../gdb/sessions/09-core.gdb .../shm-server
set args --path . --quiet

#: We stop the server just before it writes ratio, and give it a bad address: 8.
break message_write_field if field == MESSAGE_RATIO
run
next
set var at = (char *) 8

#: There is no memory at address 8: SIGSEGV, in the middle of the message.
delete
continue

#: generate-core-file writes the process to a file, as the kernel does if core files are allowed (ulimit -c).
generate-core-file crash.core
kill

#: The process is gone. From now on gdb has only the file. bt shows where it crashed.
core-file crash.core
bt
p at

#: The segment is in the core too: all fields before ratio are written, ratio and farewell are not.
p *(struct message *) base
x/16xb (char *) base + 40

#: You can read a core, but you can't run it or change anything in it.
set var ((struct message *) base)->num = 23
core-file
shell rm -f crash.core

#: The segment still exists, because its server died without removing it. The next server takes it over and says so.
break message_write
run
delete
signal SIGTERM
