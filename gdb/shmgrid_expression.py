"""What the user writes after a command: an expression of gdb's language, perhaps with a size.

    with evaluated("m->num") as value: ...;  expression_and_size("m 64") -> ("m", 64)"""
import contextlib
import re

import gdb

# Texts and characters first, so that a "=" in them is none; then all operators with = that assign nothing.
HARMLESS = re.compile(r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![<>])[=!<>]=(?!=)''')
ASSIGNS = re.compile(r"=|\+\+|--|\b(?:and|or|xor)_eq\b")


@contextlib.contextmanager
def evaluated(expression):
    """The gdb.Value. Nothing that is done with it in the block calls a function of the program, as the address of a text
    would (malloc), and nothing is assigned: gdb.error or gdb.GdbError instead."""
    if ASSIGNS.search(HARMLESS.sub(" ", expression)):
        raise gdb.GdbError("shm: %s would assign a value, but this command only looks" % expression)
    allowed = gdb.parameter("may-call-functions")
    gdb.execute("set may-call-functions off")
    try:
        yield gdb.parse_and_eval(expression)
    finally:
        gdb.execute("set may-call-functions %s" % ("on" if allowed else "off"))


def segment_number(text):
    """N of "N", else None. No address is that small."""
    return int(text) if re.fullmatch(r"\d{1,3}", text) else None


def expression_and_size(text):
    """(EXPR or None, SIZE or None) of "EXPR SIZE". SIZE is the last word, if it is a number and not part of EXPR.

    After an operator or a cast, as in (char *) 0x1000, it is part of EXPR."""
    m = re.fullmatch(r"(.*[^\s+\-*/%&|^<>=(,!~.?:\[])\s+(0x[0-9a-fA-F]+|\d+)", text)
    if m and m.group(1).endswith(")"):
        try:
            with evaluated(m.group(1)):
                pass
        except (gdb.error, gdb.GdbError):
            m = None
    return (m.group(1), int(m.group(2), 0)) if m else (text or None, None)
