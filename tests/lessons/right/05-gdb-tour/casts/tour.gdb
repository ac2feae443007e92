set pagination off
tbreak work
run
set $base = (unsigned char *) board
set $word = *(unsigned int *) ($base + 20)
printf "ANSWER word %u\n", $word
printf "ANSWER weight %g\n", *(double *) ($base + 24)
printf "ANSWER third %d\n", *(int *) ($base + 36 + 2 * 4)

# the limit's address as a number: no name can go out of scope
set $limit = (int *) ($base + 32)
set $old = *$limit
watch *$limit
commands
  silent
  printf "ANSWER day %d\n", day
  set var *$limit = $old
  continue
end
continue
