"""Explains the compiler's messages to a learner: what a common error means, and what to do.

lines(output, lesson, failed) -> a few lines, or nothing. The compiler's own output is shown too.
odd_characters(name, text) -> a line for each character of a source that only looks like one of C's
"""

import re
import unicodedata
from pathlib import Path
from typing import Optional

from .conf import Lesson
from .tap import read_text

MOST = 4  # pointers at once: the first errors often cause the others

HEADERS = {
    "stdio.h": "printf fprintf puts putchar fputs perror fgets getchar fopen fclose fflush snprintf sprintf scanf "
               "sscanf fread fwrite stdout stderr stdin FILE EOF",
    "stdlib.h": "exit malloc calloc free atoi atol strtol strtoul strtod abort rand srand EXIT_SUCCESS EXIT_FAILURE",
    "string.h": "memcpy memset memcmp memmove strcpy strncpy strlen strcmp strncmp strcat strerror strnlen strdup",
    "sys/shm.h": "shmget shmat shmdt shmctl SHM_RDONLY SHM_RND SHM_HUGETLB",
    "sys/ipc.h": "ftok IPC_CREAT IPC_EXCL IPC_PRIVATE IPC_RMID IPC_STAT IPC_SET",
    "sys/sem.h": "semget semop semctl semtimedop SEM_UNDO",
    "sys/types.h": "key_t pid_t",
    "sys/wait.h": "wait waitpid WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG",
    "unistd.h": "fork sleep usleep getpid getppid pause read write close pipe unlink alarm sysconf",
    "signal.h": "signal sigaction kill raise sigemptyset SIGINT SIGTERM SIGHUP SIGKILL sig_atomic_t",
    "errno.h": "errno EEXIST ENOENT EINVAL EACCES EINTR ENOMEM",
    "stddef.h": "offsetof NULL size_t ptrdiff_t max_align_t",
    "stdint.h": "uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t uintptr_t intptr_t SIZE_MAX",
    "stdbool.h": "bool true false",
    "stdatomic.h": "atomic_int atomic_uint atomic_load atomic_store atomic_fetch_add atomic_load_explicit",
    "stdalign.h": "alignof alignas",
    "limits.h": "INT_MAX INT_MIN CHAR_BIT LONG_MAX",
    "pthread.h": "pthread_create pthread_join pthread_mutex_t pthread_mutex_lock pthread_mutex_init",
    "time.h": "time nanosleep clock_gettime",
}
HEADER_OF = {name: header for header, names in HEADERS.items() for name in names.split()}

NEWER = ("strlcpy", "strlcat")  # glibc has them since 2.38 only

PLACE = r"(?P<place>[^\s:]+:\d+)(?::\d+)?: (?:fatal )?(?:error|warning): "
Q = r"['`\"‘’]"


def _header(name: str) -> str:
    return f"#include <{HEADER_OF[name]}>"


def _implicit(match, lesson):
    name, place = match["name"], match["place"]
    if name in HEADER_OF:
        danger = " Without it, C assumes that it returns an int, and an address does not fit into an int."
        danger = danger if name in ("shmat", "malloc") else ""
        return f"{place}: {name} needs {_header(name)} at the top of the file.{danger}"
    if name in NEWER:
        return f"{place}: {name} is not in this machine's C library. snprintf copies with a limit, too."
    return f"{place}: {name} is not declared before this line. Is it spelt as in its man page?"


def _undeclared(match, lesson):
    name, place = match["name"], match["place"]
    if name in HEADER_OF:
        return f"{place}: {name} needs {_header(name)} at the top of the file."
    if name == "PROJ":
        return f"{place}: PROJ is gone: the starter has the line  #define PROJ {lesson.proj}"
    return f"{place}: {name} is not declared here. Is it declared above, and spelt in the same way?"


def _semicolon(match, lesson):
    return f"{match['place']}: a semicolon is missing at the end of this statement, or of the one before it."


def _no_header(match, lesson):
    name = match["name"]
    if name in HEADER_OF.values():
        return f"{match['place']}: <{name}> belongs to the C library's own headers: sudo apt-get install libc6-dev"
    return (f"{match['place']}: there is no {name}. A check takes these files of yours: {', '.join(lesson.edit)}; "
            "it does not copy a header of your own.")


def _unlinked(match, lesson):
    name = match["name"]
    if name == "main":
        return "There is no main in the program: the linker looks for  int main(int argc, char **argv)"
    if name in NEWER:
        return f"{name} is not in this machine's C library. snprintf copies with a limit, too."
    return f"{name} is called, but no file defines it. Is the name spelt as in its man page?"


def _plain(text):
    return lambda match, lesson: f"{match['place']}: {text}"


RULES = [(re.compile(pattern, re.M), explain) for pattern, explain in (
    (PLACE + rf"implicit declaration of function {Q}(?P<name>\w+)", _implicit),
    (PLACE + rf"call to undeclared (?:library )?function {Q}(?P<name>\w+)", _implicit),
    (PLACE + rf"implicitly declaring library function {Q}(?P<name>\w+)", _implicit),
    (PLACE + rf"{Q}(?P<name>\w+){Q} undeclared", _undeclared),
    (PLACE + rf"use of undeclared identifier {Q}(?P<name>\w+)", _undeclared),
    (PLACE + rf"unknown type name {Q}(?P<name>\w+)", _undeclared),
    (PLACE + rf"expected (?:{Q};{Q}|{Q}[,=:]{Q}.*{Q};{Q})", _semicolon),
    (PLACE + r"expected ';'", _semicolon),
    (PLACE + r"(?P<name>[\w./-]+): No such file or directory", _no_header),
    (PLACE + rf"{Q}(?P<name>[\w./-]+){Q} file not found", _no_header),
    (rf"undefined reference to {Q}(?P<name>\w+)", _unlinked),
    (PLACE + r"(?:stray .\\\d+|unexpected character|source file is not valid UTF-8|extended character|non-ASCII)",
     _plain("C does not allow this character here. Is it a quote or a blank copied from a web page? Type it again.")),
    (PLACE + r"(?:expected declaration or statement at end of input|expected .}.)",
     _plain("a closing } is missing somewhere above.")),
    (PLACE + rf"missing terminating {Q}?.{Q}? ?.*character", _plain("the closing quote is missing in this line.")),
    (PLACE + r"(?:void value not ignored|invalid use of void expression|dereferencing .void \*. pointer|"
             r"incomplete type .void. is not assignable|argument type .void. is incomplete)",
     _plain("a void * has no type, so you can't read or store a value through it. Assign it to a pointer with a type "
            "first, or use memcpy.")),
    (PLACE + rf"(?:(?:assignment to|initialization of) {Q}char{Q} from {Q}(?:const )?char ?\*{Q}.*integer from "
             rf"pointer|incompatible pointer to integer conversion .*{Q}char{Q} (?:from|with an expression of type) {Q}"
             rf"(?:const )?char ?[\[*])",
     _plain("a text in double quotes is an address, and a char holds one character: write that in single quotes, as '/'.")),
    (PLACE + r"(?:.*makes integer from pointer without a cast|incompatible pointer to integer)",
     _plain("an address is assigned to a number here. shmget returns a number, shmat an address.")),
    (PLACE + r"(?:.*makes pointer from integer without a cast|incompatible integer to pointer)",
     _plain("a number is assigned to a pointer here. Does the function return an address, as shmat does?")),
    (PLACE + r"(?:multi-character character constant|multi-character literal|character too large)",
     _plain("single quotes hold one character. A text needs double quotes.")),
    (PLACE + r"(?:lvalue required|expression is not assignable)",
     _plain("the left side of = is a value, not a place to store one. Is a * missing?")),
    (PLACE + r"(?:too few|too many) arguments (?:to|in|for)",
     _plain("the man page of this function lists its arguments.")),
    (PLACE + r"(?:request for member|member reference base type)",
     _plain("what is before the . or -> is no struct, and no pointer to one: only a struct has members.")),
    (PLACE + r"redefinition of", _plain("the same name is defined twice. Is the same code there twice?")),
)]


# What the source has outside of comments: a text in double quotes, or any other character.
TOKENS = re.compile(r'(?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*")|(?P<other>[^\x00-\x7f])', re.S)
LOOKS_LIKE = {**dict.fromkeys("\u2018\u2019\u201a", "'"), **dict.fromkeys("\u201c\u201d\u201e", '"'), "\u2215": "/", "\u2044": "/",
              **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"), "\u200b": "", "\ufeff": ""}


def odd_characters(name: str, text: str) -> list:
    """Characters as phones and web pages put them in: full-width ones, round quotes, a blank that is none; the first of
    each line. A text may have them, but not in place of what a program prints for another: digits, letters, '/', '=', '%'."""
    found = {}
    for match in TOKENS.finditer(text.lstrip("\ufeff")):
        for char in "" if match["comment"] else match.group():
            like = LOOKS_LIKE.get(char, unicodedata.normalize("NFKC", char))
            if char.isascii() or not like.isascii() or len(like) > 1 or (match["text"] and not re.match("[\\w/=%]", like)):
                continue
            place = f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
            what = f"not the {like} of the keyboard: type it again" if like.strip() else "not a blank: type it again"
            found.setdefault(place, f"{place}: this is {unicodedata.name(char, 'a character')} (U+{ord(char):04X}), {what}.")
    return list(found.values())


def lines(output: str, lesson: Lesson, failed: list, folder: Optional[Path] = None) -> str:
    """Pointers for the compiler's output. failed: the programs that don't build; none: there were only warnings. folder
    has the learner's files."""
    odd = [line for name in lesson.edit if folder for line in odd_characters(name, read_text(folder / name))]
    found = []
    for pattern, explain in RULES:
        for match in pattern.finditer(output):
            found.append((match.start(), explain(match, lesson)))
    places = {line.partition(": ")[0] for line in odd}
    texts = [*odd, *dict.fromkeys(text for _, text in sorted(found) if text.partition(": ")[0] not in places)][:MOST]
    if failed:
        names = " and ".join(failed)
        texts.insert(0, f"{names} {'does' if len(failed) == 1 else 'do'} not build: the compiler says why.")
    return "\n".join(texts)
