# 07 two-addresses: two processes, one segment, and two addresses of it
# program: shm-server
# minutes: 10
# Words: add-inferior, inferior, info inferiors, set var. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/07-two-addresses.gdb shm-server
set args --path . --quiet
set print inferior-events off

#: gdb would give both programs the same addresses, for convenience. We let the kernel choose, as without gdb.
set disable-randomization off

#: Process 1 is the server. We stop it when its message is written.
break message_write
run
set $server = (struct message *) base
finish

#: Process 2 is the client, in the same gdb. We stop it where it is about to read.
add-inferior -exec shm-client
inferior 2
set args --path .
break message_read
run
set $client = (const struct message *) base
info inferiors

#: The same segment, and another address: 0 means that they differ.
p $server == $client

#: But the same bytes. In the client:
p $client->num

#: And in the server:
inferior 1
p $server->num

#: What is written in one process is there in the other, at once.
set var $server->num = 355
inferior 2
p $client->num

#: The client has never heard of the server's address. A pointer that is stored in the segment means nothing to it:
#: only offsets travel. Now it reads the message.
delete
continue

#: Back to the server, which ends.
inferior 1
signal SIGTERM
