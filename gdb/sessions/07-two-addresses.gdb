# 07 two-addresses: two processes, one segment, two addresses
# program: shm-server
# minutes: 10
# Commands: add-inferior, inferior, info inferiors, set var. By hand, in the folder of the programs:
#   gdb -x .../gdb/sessions/07-two-addresses.gdb shm-server
set args --path . --quiet
set print inferior-events off

#: For convenience gdb gives both programs the same addresses. We let the kernel choose, as it does without gdb.
set disable-randomization off

#: Process 1 is the server. We stop it when its message is written.
break message_write
run
set $server = (struct message *) base
finish

#: Process 2 is the client, in the same gdb. We stop it just before it reads.
add-inferior -exec shm-client
inferior 2
set args --path .
break message_read
run
set $client = (const struct message *) base
info inferiors

#: The same segment, but another address: 0 means that they differ.
p $server == $client

#: But the same bytes. In the client:
p $client->num

#: And in the server:
inferior 1
p $server->num

#: What one process writes is in the other at once.
set var $server->num = 355
inferior 2
p $client->num

#: The client doesn't know the server's address. A pointer that the server stores in the segment means nothing to the
#: client: store offsets instead. Now the client reads the message.
delete
continue

#: Back to the server, which ends.
inferior 1
signal SIGTERM
