"""Report: what one check of one folder found. Everything that shows, writes or counts results works on this alone.

check.check_folder(...) -> Report -> report_terminal, formats (tap, junit, json, autolab), grade, verify
"""

from dataclasses import dataclass, field


@dataclass
class Test:
    """One @test of check.bats."""

    name: str  # its sentence
    status: str  # "pass", "fail" or "skip"
    diagnoses: list = field(default_factory=list)  # ids of mistakes that it named, of lesson.conf or the runner's own
    text: str = ""  # what to tell the learner, some lines; for "skip" the reason
    grid: str = ""  # expected beside actual, as shm-view draws it; may hold ANSI colours
    output: str = ""  # what the learner's program printed, cut, control characters made harmless
    line: int = 0  # of check.bats: the verdict that it failed with; 0 where it has none


@dataclass
class Report:
    """One check of one folder against one lesson."""

    lesson: str  # the lesson's folder: "02-typed-fields"
    status: str  # "pass": all tests passed; "fail": one did not; "error": nothing could be judged (does not build, ...)
    tests: list = field(default_factory=list)  # of Test, in order; empty for an error before the first
    diagnoses: list = field(default_factory=list)  # of all tests and the runner, each id once, in order
    text: str = ""  # for "error", or about all tests (the starter is unchanged): a few lines
    build_output: str = ""  # what the compiler printed, warnings too
    starter: bool = False  # the files are those of start/, unchanged
    seconds: float = 0.0
    sandbox: str = ""  # how the programs were held: "bwrap", "room", "pid", "none"

    def passed(self):
        return sum(test.status == "pass" for test in self.tests)
