# Which gdb the tests can judge. Loaded by all of them.

# gdb_known: skips where gdb is newer than what the kit's gdb files were made for: gdb 16 tells mappings otherwise.
gdb_known()
{
    local major
    major=$(gdb --version | sed -nE '1s/.* ([0-9]+)\..*/\1/p')
    ((${major:-0} <= 13)) || skip "the kit's gdb files are made for gdb 13 so far, and this is gdb $major"
}
