# A gdb without Python, for the tests of plain gdb commands. They load this file.

# minimal: sets GDB_MINIMAL to its path. Skips the test if there is none.
minimal()
{
    GDB_MINIMAL=${GDB_MINIMAL:-$ROOT/build/gdb-minimal/usr/bin/gdb}
    # Debian 13's package of that name is empty: all its gdbs have Python.
    [[ -x $GDB_MINIMAL ]] || skip "no gdb without Python: build/gdb-minimal has none (Debian 12's package gdb-minimal has)"
    run "$GDB_MINIMAL" -nx -batch -ex 'python print(1)'
    [[ $output == *"not supported"* ]]
}
