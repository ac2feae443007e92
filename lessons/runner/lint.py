"""Is a lesson complete and consistent? Looks at its files without running a check. See docs/lesson-format.md.

lint(lesson) -> list of messages, one for each problem
"""

import re
import tempfile
from pathlib import Path

from . import lint_readme, patches, tap
from .paths import LAB, ROOT

# diagnoses that no check.bats gives
RUNNER_IDS = ("empty", "does-not-build", "crash", "hang", "sleeps", "flood", "success-as-failure", "goes-on",
              "enter-twice", "enter-not-enough", "enter-ignored",
              "check", "assert", "exit-status", "data-race", "deadlock", "lost-wakeup", "waits-for-ever", "endless",
              "fails-silently", "status-0-on-failure", "errors-on-stdout", "exit-minus-1", "status-is-errno")
PARTS = ("README.md", "lesson.conf", "start", "solution", "check.bats", "hints.md", "mistakes", "INSTRUCTOR.md")
MORE_PARTS = ("wrong", "pictures", "ask.h", "walk")  # and *.layout
HINTS_MIN, MISTAKES_MIN, RIGHT_MIN = 3, 5, 2
STRAY = re.compile(r"~$|\.(o|swp|swo|orig|rej|bak|log)$|^(a\.out|core(\.\d+)?|\.DS_Store|__pycache__|\..*\.un~)$")


def right_folder(lesson) -> Path:
    return ROOT / "tests" / "lessons" / "right" / lesson.name


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def tree(folder: Path) -> dict:
    """{path below folder: path} of all plain files, in order."""
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def variants(folder: Path) -> list:
    """The programs in right/: [(id, path)]; a path is ID.c, or a folder ID/ that is copied over the solution."""
    if not folder.is_dir():
        return []
    return [(path.stem if path.is_file() else path.name, path) for path in sorted(folder.iterdir())
            if path.is_dir() or path.suffix == ".c"]


def lint(lesson) -> list:
    missing = [f"{part} is missing" for part in PARTS if not (lesson.folder / part).exists()]
    return missing + [
        *lint_strays(lesson), *lint_start(lesson), *lint_hints(lesson), *lint_checks(lesson), *lint_mistakes(lesson),
        *lint_wrong(lesson), *lint_right(lesson), *lint_asks(lesson), *lint_readme.lint(lesson),
    ]


def lint_strays(lesson) -> list:
    found = []
    for path in sorted(lesson.folder.iterdir()):
        if path.name not in PARTS + MORE_PARTS and path.suffix != ".layout":
            found.append(f"{path.name}: a lesson has no such file")
    found += [f"{part}/{name}: not a patch" for part in ("mistakes", "wrong") for name in tree(lesson.folder / part)
              if not name.endswith(".patch")]
    for name, path in tree(lesson.folder).items():
        with open(path, "rb") as stream:
            binary = stream.read(4) == b"\x7fELF"
        if binary or STRAY.search(path.name):
            found.append(f"{name}: a stray file")
    for part in ("README.md", "hints.md", "INSTRUCTOR.md"):
        if (lesson.folder / part).exists() and not read(lesson.folder / part).strip():
            found.append(f"{part} is empty")
    return found


def lint_start(lesson) -> list:
    start, solution = tree(lesson.folder / "start"), tree(lesson.folder / "solution")
    found = [f"start/{name} is not in solution/" for name in start if name not in solution]
    found += [f"solution/{name} is not in start/" for name in solution if name not in start]
    known = set(lesson.edit).union(*lesson.programs.values())
    for name, path in start.items():
        if name not in known and path.suffix not in (".h", ".layout"):
            found.append(f"start/{name}: no program is built from it, and lesson.conf has no 'edit = {name}'")
        if name not in lesson.edit and name in solution and path.read_bytes() != solution[name].read_bytes():
            found.append(f"solution/{name} differs from start/{name}, but lesson.conf has no 'edit = {name}'")
    if not any("TODO" in read(start[name]) for name in lesson.edit if name in start):
        found.append("there is no TODO in start/")
    found += [f"solution/{name} has a TODO in it" for name, path in solution.items() if "TODO" in read(path)]
    for name, path in start.items():
        found += lint_readme.lint_columns(f"start/{name}", read(path))
    return found


def lint_hints(lesson) -> list:
    sections = re.split(r"^## +(.*)$", read(lesson.folder / "hints.md"), flags=re.M)
    names, texts = [name.strip() for name in sections[1::2]], sections[2::2]
    found = []
    if names != [str(number) for number in range(1, len(names) + 1)]:
        found.append(f"hints.md: its sections must be '## 1', '## 2', ... in order; they are: {', '.join(names)}")
    if len(names) < HINTS_MIN:
        found.append(f"hints.md has {len(names)} hints; the minimum is {HINTS_MIN}")
    return found + [f"hints.md: hint {name} is empty" for name, text in zip(names, texts) if not text.strip()]


def spelt(sentence: str, text: str) -> str:
    """The value of a text in double quotes, with the variables that the file sets at its beginning."""
    values = dict(re.findall(r"""^(?:readonly )?(\w+)=["']([^"'\n]*)["']$""", text, re.M))
    filled = re.sub(r"\$\{?(\w+)\}?", lambda match: values.get(match.group(1), match.group()), sentence)
    return re.sub(r"\\(.)", r"\1", filled)


def functions(text: str) -> set:
    return set(re.findall(r"^(\w+) ?\(\)", text, re.M))


def lint_checks(lesson) -> list:
    check = lesson.folder / "check.bats"
    text = re.sub(r"^\s*#.*$", "", read(check), flags=re.M)
    names = tap.names(check) if check.exists() else []
    found = [f"check.bats has two tests '{name}'" for name in sorted(set(names)) if names.count(name) > 1]
    if not re.search(r'^load "?\$\{?LAB\}?/check"?', text, re.M):
        found.append('check.bats lacks the line: load "$LAB/check"')
    for needed in re.findall(r'^\s*needs "((?:\\.|[^"\\])*)"', text, re.M):
        if spelt(needed, text) not in [spelt(name, text) for name in names]:
            found.append(f'check.bats: needs "{needed}", but no test has that name')
    found += [f"check.bats has a function {name}, which hides that of check.bash"
              for name in sorted(functions(text) & functions(read(LAB / "check.bash")))]
    # `mistake ID`, where ID is not a variable
    for used in sorted(set(re.findall(r"(?:^|[\s;&|({])mistake ([a-z0-9][a-z0-9-]*)(?=\s|$)", text))):
        if not lesson.mistake(used) and used not in RUNNER_IDS:
            found.append(f"check.bats has 'mistake {used}', but lesson.conf has no such line")
    for mistake in lesson.mistakes:
        if mistake.id not in RUNNER_IDS and not re.search(rf"(?<![\w-]){re.escape(mistake.id)}(?![\w-])", text):
            found.append(f"check.bats never gives the mistake '{mistake.id}'")
    if lesson.starter not in RUNNER_IDS and not lesson.mistake(lesson.starter):
        found.append(f"starter = {lesson.starter}: lesson.conf has no mistake with that id")
    return found


QUOTED = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:^|(?<=\s))#[^\n]*""", re.M)
PLAIN = re.compile(r"(?:^|[\s;&|({])(wrong|exits|fails_well|said)(?=[\s;]|$)", re.M)


def plain_verdicts(check: str) -> list:
    """The lines of a check.bats with a verdict without a diagnosis."""
    bare = QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), check)
    return list(dict.fromkeys(bare.count("\n", 0, match.start(1)) + 1 for match in PLAIN.finditer(bare)))


def lint_mistakes(lesson) -> list:
    programs = patches.every(lesson.folder / "mistakes")
    ids = [patch.name for patch in programs]
    found = [f"{patch.shown}: lesson.conf has no line 'mistake = {patch.name} | ...'" for patch in programs
             if not lesson.mistake(patch.name)]
    # the starter's diagnosis needs no patch: start/ is its program
    found += [f"lesson.conf: the mistake '{mistake.id}' has no patch in mistakes/" for mistake in lesson.mistakes
              if mistake.id not in ids and mistake.id != lesson.starter]
    if len(ids) < MISTAKES_MIN:
        found.append(f"mistakes/ has {len(ids)} patches; the minimum is {MISTAKES_MIN}")
    return found + [sentence for patch in programs for sentence in lint_patch(lesson, patch)]


def lint_wrong(lesson) -> list:
    names, found = tap.names(lesson.folder / "check.bats") if (lesson.folder / "check.bats").exists() else [], []
    for patch in patches.every(lesson.folder / "wrong"):
        found += lint_patch(lesson, patch)
        if not patch.fails:
            found.append(f"{patch.shown} lacks the lines 'Fails: NAME OF A TEST' and 'Says: PART OF ITS VERDICT'")
        found += [f"{patch.shown}: check.bats has no test '{fails.test}'" for fails in patch.fails
                  if fails.test not in names]
    return found


def lint_patch(lesson, patch) -> list:
    label = patches.FIRST[patch.path.parent.name]
    found = [] if patch.about else [f"{patch.shown}: its first line is not '{label}: what is wrong.'"]
    found += [f"{patch.shown} changes {name}, but lesson.conf has no 'edit = {name}'" for name in patch.files
              if name not in lesson.edit]
    with tempfile.TemporaryDirectory(prefix="shmlab-lint.") as folder:
        try:
            patches.apply(patch, lesson, Path(folder))
        except patches.PatchError as error:
            found.append(str(error))
    return found


def lint_right(lesson) -> list:
    count = len(variants(right_folder(lesson)))
    ours = ROOT in lesson.folder.parents and (ROOT / "tests").is_dir()  # not a user's own lesson, nor an installed one
    if count >= RIGHT_MIN or not ours:
        return []
    return [f"tests/lessons/right/{lesson.name} has {count} right solutions; the minimum is {RIGHT_MIN}"]


def lint_asks(lesson) -> list:
    if lesson.asks and not (lesson.folder / "ask.h").exists():
        return ["lesson.conf has 'ask', but there is no ask.h"]
    return [f"lesson.conf: a wrong answer has no reason; add 'why = ...' below 'ask = {ask.question} ...'"
            for ask in lesson.asks if not ask.why]
