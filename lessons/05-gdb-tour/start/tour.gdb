# tour.gdb: a tour through station, as a script for gdb.
#   gdb -q -batch -x tour.gdb --args ./station .
# Lines that begin with # are comments. At the first command that fails, gdb
# leaves the script.

# Stop where the days begin. The segment is attached there: the variable board
# has its address.
break work
run

# TODO 1: the 4 bytes at offset 20, as one number
# TODO 2: the 8 bytes at offset 24, as a double
# TODO 3: the reading of the third day
# An answer is a line like this one:
#   printf "ANSWER name %d\n", board->total

# TODO 4: watch limit, and go on until somebody changes it. Which day is it
# then?

# TODO 5: put the old limit back into memory

# TODO 6: go on to the end
