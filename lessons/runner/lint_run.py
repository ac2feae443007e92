"""The part of the lint that runs programs: README.md's commands in a copy of the solution, lesson.conf's questions.

run(lesson) -> list of messages, one for each problem
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import ask, build, check, lint_readme
from .paths import ROOT

SECONDS = 60  # for all commands of one README.md
MAKEFILE = """CC = cc
CFLAGS = {flags}
PROGRAMS = {names}
all: $(PROGRAMS)
{rules}
clean:
\trm -f $(PROGRAMS)
"""


def run(lesson) -> list:
    if not (lesson.folder / "README.md").is_file() or not (lesson.folder / "solution").is_dir():
        return []  # lint.lint reports that it is missing
    with tempfile.TemporaryDirectory(prefix="shmlab-lint.", ignore_cleanup_errors=True) as name:
        work = Path(name) / "lab-work" / lesson.name
        start(lesson, work)
        if subprocess.run([str(ROOT / "gdb" / "hw-watch")], stdin=subprocess.DEVNULL, check=False).returncode in (1, 3):
            # as the READMEs tell learners on such a machine
            (Path(name) / ".gdbinit").write_text("set can-use-hw-watchpoints 0\n", encoding="utf-8")
        env = {**os.environ, "SHMLAB_WORK": str(work.parent), "PATH": f"{ROOT}:{os.environ.get('PATH', '')}",
               "HOME": name, "XDG_CONFIG_HOME": f"{name}/config"}
        found = lint_readme.run_commands(lesson, work, Path(name), list(check.own_ipc()), env, SECONDS)
        return found + run_asks(lesson, Path(name))


def start(lesson, work: Path):
    """The folder of a learner who has finished the lesson."""
    shutil.copytree(lesson.folder / "solution", work)
    rules = ""
    for program, files in lesson.programs.items():
        arguments = lesson.args.get(program, ".")
        rules += f"{program}: {' '.join(files)}\n\t$(CC) $(CFLAGS) -o $@ {' '.join(files)} -lm\n"
        rules += f"run-{program}: {program}\n\t./{program} {arguments}\n"
    flags = " ".join([*build.FLAGS, *lesson.cflags])
    (work / "Makefile").write_text(MAKEFILE.format(flags=flags, names=" ".join(lesson.programs), rules=rules))


def run_asks(lesson, scratch: Path) -> list:
    """Does each question's expression compile after ask.h, and run?"""
    found = []
    for number, expression in enumerate(ask.expressions(lesson)):
        source, program = scratch / f"ask{number}.c", scratch / f"ask{number}"
        source.write_text(f'#include <stdio.h>\n#include "ask.h"\nint main(void) {{ printf("%lld\\n", '
                          f"(long long)({expression})); return 0; }}\n", encoding="utf-8")
        command = [*shlex.split(os.environ.get("SHMLAB_CC", "cc")), *build.FLAGS, *lesson.cflags,
                   f"-I{lesson.folder}", "-o", str(program), str(source)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            said = "".join(f"\n  {line}" for line in built.stderr.splitlines()[:6])
            found.append(f"lesson.conf: the expression of a question does not compile: {expression}{said}")
        elif subprocess.run([str(program)], stdout=subprocess.DEVNULL, check=False).returncode:
            found.append(f"lesson.conf: the expression of a question does not run: {expression}")
    return found or [f"lesson.conf: a guess for 'ask = {question.question} ...' is the right answer, or given twice"
                     for question, answer in zip(lesson.asks, ask.answers(lesson))
                     if answer.right in answer.reasons or len(answer.reasons) < len(question.guesses)]
