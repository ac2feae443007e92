# tour.gdb: a tour through station, as a script for gdb.
#   gdb -q -batch -x tour.gdb --args ./station .
break work
run

# $__ is what x showed last
x/1xw (char *) board + 20
printf "ANSWER word 0x%x\n", $__
x/1fg (char *) board + 24
printf "ANSWER weight %.3f\n", $__
printf "ANSWER third %d\n", board->readings[2]

set $before = board->limit
watch -l board->limit
continue
printf "ANSWER day %d\n", day

set var board->limit = $before
delete
continue
