"""Report: what one check of one folder found. All code that shows, writes or counts results uses only this.

check.check_folder(...) -> Report -> report_terminal, formats (tap, junit, json, autolab), grade, verify
"""

from dataclasses import dataclass, field


@dataclass
class Test:
    """One @test of check.bats."""

    name: str  # its sentence
    status: str  # "pass", "fail" or "skip"
    diagnoses: list = field(default_factory=list)  # ids of mistakes, from lesson.conf or the runner's own
    text: str = ""  # a few lines for the learner; for "skip" the reason
    grid: str = ""  # actual and expected bytes, drawn by shm-view; may have ANSI colours
    output: str = ""  # what the learner's program printed, cut, control characters made harmless
    line: int = 0  # the line of check.bats with the verdict that it failed with; 0 if unknown


@dataclass
class Report:
    """One check of one folder against one lesson."""

    lesson: str  # the lesson's folder: "02-typed-fields"
    status: str  # "pass": all tests passed; "fail": one did not; "error": nothing could be judged (does not build, ...)
    tests: list = field(default_factory=list)  # of Test, in order; empty for an error before the first
    diagnoses: list = field(default_factory=list)  # from all tests and the runner, each id once, in order
    text: str = ""  # for "error", or about all tests (the starter is unchanged): a few lines
    build_output: str = ""  # what the compiler printed, including warnings
    starter: bool = False  # the files are those of start/, unchanged
    seconds: float = 0.0
    sandbox: str = ""  # the sandbox of the programs: "bwrap", "room", "pid", "none"

    def passed(self):
        return sum(test.status == "pass" for test in self.tests)
