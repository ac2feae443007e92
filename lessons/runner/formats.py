"""Reports in the formats that graders read. docs/grading.md is the contract.

write(reports, form, stream, several): prints them as "tap", "junit", "json" or "autolab"
"""

import json
from xml.sax.saxutils import escape, quoteattr

from .printable import one_line, printable

OUTPUT_MAX = 500  # of one test, as Exercism's interface asks
MESSAGE_MAX = 65535
CUT = "\nOutput was truncated. Please limit to 500 chars"
JUDGED = "can be judged"  # the test that stands for a report without tests


def write(reports: list, form: str, stream, several=None):
    """Prints reports in that format. several: use JSON's wrapper even for one report; None: not for exactly one."""
    if hasattr(stream, "reconfigure"):  # TAP, XML and JSON are UTF-8 in every locale
        stream.reconfigure(encoding="utf-8")
    FORMS[form](reports, stream, len(reports) != 1 if several is None else several)


def details(test) -> str:
    """All details of a test: its text, the grid, what the program printed."""
    parts = (printable(part).strip("\n") for part in (test.text, test.grid, test.output))
    return "\n\n".join(part for part in parts if part)


def whole(report) -> str:
    """What a report says about all its tests."""
    parts = (printable(part).strip("\n") for part in (report.text, report.build_output))
    return "\n\n".join(part for part in parts if part)


# ---- TAP 14 ----


def _tap(reports, stream, _several):
    points = [point for report in reports for point in _tap_points(report)]
    print("TAP version 14", file=stream)
    print(f"1..{len(points)}" if points else "1..0 # no lesson was checked", file=stream)
    for number, (passed, name, skipped, after) in enumerate(points, 1):
        skip = f" # SKIP {_tap_escape(skipped)}" if skipped else ""
        print(f"{'ok' if passed else 'not ok'} {number} - {_tap_escape(name)}{skip}", file=stream)
        stream.write(after)


def _tap_points(report) -> list:
    """[(passed, name, why skipped, YAML and comments after it)]"""
    points = []
    for test in report.tests:
        failed = test.status == "fail"
        after = _tap_after(report, test.diagnoses, test.text, details(test)) if failed else ""
        skipped = (one_line(test.text) or "not run") if test.status == "skip" else ""
        points.append((not failed, f"{report.lesson}: {test.name}", skipped, after))
    if report.status == "error" or not report.tests:
        after = _tap_after(report, report.diagnoses, report.text, whole(report))
        points.append((report.status == "pass", f"{report.lesson}: {JUDGED}", "", after))
    return points


def _tap_after(report, diagnoses, text, comment) -> str:
    lines = ["  ---", "  severity: fail", f"  lesson: {report.lesson}"]
    if diagnoses:
        lines += ["  diagnoses:"] + [f"    - {one_line(diagnosis)}" for diagnosis in diagnoses]
    # JSON's strings are YAML's double-quoted ones
    lines += [f"  message: {json.dumps(printable(text).strip(), ensure_ascii=False)}", "  ..."]
    lines += [f"# {line}".rstrip() for line in comment.split("\n")] if comment else []
    return "".join(f"{line}\n" for line in lines)


def _tap_escape(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("#", "\\#")


# ---- JUnit ----


def _junit(reports, stream, _several):
    print('<?xml version="1.0" encoding="UTF-8"?>', file=stream)
    print("<testsuites>", file=stream)
    for report in reports:
        junit_suite(report, report.lesson, stream)
    print("</testsuites>", file=stream)


def junit_suite(report, name: str, stream):
    """One testsuite element."""
    cases = [_junit_case(report, test) for test in report.tests]
    error = report.status == "error" or not report.tests
    if error:
        cases.append(_junit_error(report))
    counts = {status: sum(test.status == status for test in report.tests) for status in ("fail", "skip")}
    print(
        f"  <testsuite name={_attribute(name)} tests=\"{len(cases)}\" failures=\"{counts['fail']}\" "
        f"errors=\"{int(error)}\" skipped=\"{counts['skip']}\" time=\"{report.seconds:.3f}\">",
        file=stream,
    )
    stream.write("".join(cases))
    print("  </testsuite>", file=stream)


def _junit_case(report, test) -> str:
    head = f"    <testcase classname={_attribute(report.lesson)} name={_attribute(test.name)}"
    if test.status == "pass":
        return f"{head}/>\n"
    if test.status == "skip":
        return f"{head}>\n      <skipped message={_attribute(test.text)}/>\n    </testcase>\n"
    kind = " ".join(test.diagnoses) or "wrong"
    message = next(iter(test.text.strip().splitlines()), "")
    return (
        f"{head}>\n      <failure type={_attribute(kind)} message={_attribute(message)}>"
        f"{escape(details(test))}</failure>\n    </testcase>\n"
    )


def _junit_error(report) -> str:
    kind = " ".join(report.diagnoses) or "error"
    message = next(iter(report.text.strip().splitlines()), "")
    return (
        f"    <testcase classname={_attribute(report.lesson)} name={_attribute(JUDGED)}>\n"
        f"      <error type={_attribute(kind)} message={_attribute(message)}>{escape(whole(report))}</error>\n"
        "    </testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(one_line(text))


# ---- results.json of Exercism's test runners, version 2 ----


def _json(reports, stream, several):
    if several:
        lessons = {report.lesson: results(report) for report in reports}
        passed = bool(reports) and all(report.status == "pass" for report in reports)
        document = {"version": 1, "status": "pass" if passed else "fail", "lessons": lessons}
    else:
        document = results(reports[0])
    json.dump(document, stream, indent=2)
    stream.write("\n")


def results(report) -> dict:
    """One report in the form of results.json."""
    message = None
    if report.status == "error":
        message = (whole(report) or "Nothing could be judged.")[:MESSAGE_MAX]
    tests = [_json_test(test) for test in report.tests]
    return {"version": 2, "status": report.status, "message": message, "tests": tests}


def _json_test(test) -> dict:
    found = {"name": one_line(test.name), "status": "error" if test.status == "skip" else test.status, "message": None}
    if test.status == "skip":
        found["message"] = f"Not run: {printable(test.text).strip()}"
    elif test.status == "fail":
        parts = (printable(part).strip("\n") for part in (test.text, test.grid))
        found["message"] = "\n\n".join(part for part in parts if part)[:MESSAGE_MAX]
    output = printable(test.output).strip("\n")
    if output:
        found["output"] = output if len(output) <= OUTPUT_MAX else output[: OUTPUT_MAX - len(CUT)] + CUT
    if test.diagnoses:
        found["diagnoses"] = list(test.diagnoses)
    return found


# ---- Autolab ----


def _autolab(reports, stream, _several):
    for report in reports:
        print(f"{report.lesson}: {points(report)} of {len(report.tests)} tests passed", file=stream)
        for test in report.tests:
            print(f"  {test.status:4}  {one_line(test.name)}", file=stream)
            if test.status != "pass":
                _indented(details(test), stream)
        if report.status == "error":
            _indented(whole(report), stream)
    print("Scores, a point for each test that passed:", file=stream)
    print(json.dumps({"scores": {report.lesson: points(report) for report in reports}}), file=stream)


def points(report) -> int:
    """A point for each test that passed; none if nothing could be judged."""
    return 0 if report.status == "error" else report.passed()


def _indented(text: str, stream):
    for line in text.split("\n") if text else []:
        print(f"        {line}".rstrip(), file=stream)


FORMS = {"tap": _tap, "junit": _junit, "json": _json, "autolab": _autolab}
