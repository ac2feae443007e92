# 09 core: what a crashed program leaves, and the segment in it
# program: shm-server
# minutes: 8
# Words: generate-core-file, core-file, bt, frame, x. By hand, in a folder of your own:
#   gdb -x .../gdb/sessions/09-core.gdb .../shm-server
set args --path . --quiet

#: We stop the server where it is about to write ratio, and give it a bad address to write to: 8.
break message_write_field if field == MESSAGE_RATIO
run
next
set var at = (char *) 8

#: At address 8 there is no memory: SIGSEGV, in the middle of the message.
delete
continue

#: generate-core-file writes the process to a file, as the kernel does where cores are allowed (ulimit -c).
generate-core-file crash.core
kill

#: The process is gone. From here on gdb has nothing but the file. bt shows where it crashed.
core-file crash.core
bt
p at

#: The segment lies in the core, too: all fields before ratio are written, ratio and farewell are not.
p *(struct message *) base
x/16xb (char *) base + 40

#: A core can be read. It can't run, and nothing in it can be changed.
set var ((struct message *) base)->num = 23
core-file
shell rm -f crash.core

#: The segment itself still stands, as its server died without removing it. The next server takes it over, and says so.
break message_write
run
delete
signal SIGTERM
