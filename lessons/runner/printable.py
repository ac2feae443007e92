r"""Makes text from learners' programs harmless: no colours, no control characters, nothing that XML or YAML forbids.

printable(text) -> the same text with \x1b, \ufffe for characters that can't be shown. Newlines and tabs stay.
file_name(name) -> a file's name in one line, with nothing left out: two names that differ are not shown as one
unprintable(arguments) -> the first argument with a control character in it, shown as such a name; None: there is none
"""

import re

# CSI sequences (colours), OSC (titles), and other two-character escapes
ANSI = re.compile(r"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# what is not a Char of XML 1.0 or not printable in YAML 1.2: C0, DEL, C1, surrogates, U+FFFE, U+FFFF; and characters
# that change the direction of the text
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def _shown(match) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, kept by Python's surrogateescape
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(text: str) -> str:
    return FORBIDDEN.sub(_shown, ANSI.sub("", text).replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same, with the lines joined."""
    return " ".join(printable(text).split())


def file_name(name: str) -> str:
    shown = FORBIDDEN.sub(_shown, name).replace("\n", "\\n").replace("\t", "\\t")
    return re.sub(r"^ +| +$|  +", lambda match: "\\x20" * len(match.group()), shown)


def unprintable(arguments: list):
    return next((file_name(one) for one in arguments if any(ord(c) < 32 or ord(c) == 127 for c in one)), None)
