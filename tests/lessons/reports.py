"""reports FORM WHICH...: prints made-up reports in a form. WHICH: pass, fail, error, hostile. For formats.bats."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lessons"))
from runner import formats  # noqa: E402 # after the path is set
from runner.report import Report, Test  # noqa: E402

# all bytes as a program may print them, what ends an element of XML, a colour, a result of TAP
HOSTILE = (
    bytes(range(256)).decode("utf-8", "surrogateescape")
    + "]]></failure>&amp;\x1b[31mred\x1b[0m\nok 1 - all is well # SKIP\n1..0\n  ...\n\ufffe\U0001f600\u202e"
)


def reports() -> dict:
    grid = "00 \x1b[7m41\x1b[0m 42"
    tests = [
        Test("makes the segment", "pass"),
        Test("num # holds the number", "fail", ["swapped"], "num is swapped.\nTwo lines: of it", grid,
             "It printed:\n x"),
        Test("leaves nothing behind", "skip", [], "first fix: num"),
    ]
    hostile = Test(HOSTILE, "fail", ["flood"], HOSTILE, HOSTILE, HOSTILE * 3)
    build = "writer.c:3:5: error: expected ';'"
    return {
        "pass": Report("01-first-segment", "pass", tests[:1], seconds=1.25),
        "fail": Report("02-typed-fields", "fail", tests, ["swapped"]),
        "error": Report("03-read", "error", [], ["does-not-build"], "It does not build.", build),
        "hostile": Report("04-hostile", "fail", [hostile], ["flood"], HOSTILE, HOSTILE),
        "hostile-error": Report("05-hostile", "error", [], ["does-not-build"], HOSTILE, HOSTILE),
    }


if __name__ == "__main__":
    formats.write([reports()[which] for which in sys.argv[2:]], sys.argv[1], sys.stdout)
