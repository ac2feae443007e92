# each guest's visit: before it, and after it
set confirm off
break work
commands
  silent
end
run
printf "ANSWER word %d\n", *(int *) board->sealed
printf "ANSWER weight %.6f\n", *(double *) &board->sealed[4]
printf "ANSWER third %d\n", *(board->readings + 2)
set $old = board->limit
delete
break guest
continue
while board->limit == $old
  finish
  if board->limit == $old
    continue
  end
end
printf "ANSWER day %d\n", day
print board->limit = $old
delete
continue
