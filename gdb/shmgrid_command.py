"""The base class of shmlab's commands in gdb: any error is one line, and gdb goes on. The docstring is its `help`."""
import re

import gdb


class Command(gdb.Command):
    def __init__(self, name, complete=None):
        if complete is None:
            super().__init__(name, gdb.COMMAND_DATA)
        else:
            super().__init__(name, gdb.COMMAND_DATA, complete)

    def invoke(self, text, _from_tty):
        self.dont_repeat()
        try:
            self.run(text.strip())
        except gdb.GdbError:
            raise
        except Exception as why: # pylint: disable=broad-except
            raise gdb.GdbError("shm: " + str(why).split("\n")[0])


def expression_and_size(text):
    """(EXPR or None, SIZE or None) of "EXPR SIZE". SIZE is the last word, if it is a number and not part of EXPR.

    After an operator or a cast, as in (char *) 0x1000, it is part of EXPR."""
    m = re.fullmatch(r"(.*[^\s+\-*/%&|^<>=(,!~.?:\[])\s+(0x[0-9a-fA-F]+|\d+)", text)
    if m and m.group(1).endswith(")"):
        try:
            gdb.parse_and_eval(m.group(1))
        except gdb.error:
            m = None
    return (m.group(1), int(m.group(2), 0)) if m else (text or None, None)
