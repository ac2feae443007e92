"""Units of the lesson runner that need no lesson to run: python3 tests/lessons/units.py"""

import io
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lessons"))
from runner import (ask, build, check, conf, grade, grade_files, grade_sandbox, lint, locate, paths,  # noqa: E402
                    pointers, progress, report, report_terminal, style, tap, verify, watch)  # after the path is set

CONF = """title = T
teaches = t
minutes = 5
goal = g
fact = f
program = writer: writer.c
edit = writer.c
proj = 7
starter = s
"""


class Conf(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.folder = Path(self.top.name) / "01-one"
        (self.folder / "start").mkdir(parents=True)
        (self.folder / "start" / "writer.c").touch()

    def errors(self, text):
        (self.folder / "lesson.conf").write_text(text, encoding="utf-8")
        try:
            self.lesson = conf.load(self.folder)
        except conf.ConfError as error:
            return error.errors
        return []

    def test_a_whole_one_is_read(self):
        self.assertEqual(self.errors(CONF + "args = writer: . 22 7 # 3\nlayout = type struct message writer\n"), [])
        self.assertEqual(self.lesson.layout, ("type", "struct message", "writer"))
        self.assertEqual(self.errors(CONF + "race = writer writer --always --check 'a b' -- 3 --x\n"), [])
        self.assertEqual(self.lesson.race, (("writer", "writer"), ("--always", "--check", "a b"), ("3", "--x")))
        self.assertEqual((self.lesson.number, self.lesson.main_file, self.lesson.proj), (1, "writer.c", 7))

    def test_a_race_has_each_main_as_often_as_it_is_named_and_parts_once(self):
        (self.folder / "start" / "part.c").touch()
        text = CONF.replace("writer.c\nedit", "writer.c part.c\nedit") + "layout = type struct board writer\n"
        for more, mains in (("", 1), ("race = writer writer --always\n", 2)):
            self.assertEqual(self.errors(text + more), [])
            words = build.race_words(self.lesson, Path("mine"))
            self.assertEqual((words.count("mine/writer.c"), words.count("mine/part.c")), (mains, 1))
            self.assertIn("--type struct board" + (" --always" if more else ""), " ".join(words))

    def test_each_error_has_its_line(self):
        for line, told in (("colour = red", "no 'colour'"), ("title = U", "given twice (first in line 1)"),
                           ("words", "expected 'name = value'"), ("layout =", "no value"),
                           ("layout = type struct", "'layout' must be"), ("program = writer: writer.c", "already"),
                           ("program = other: no.c", "no file start/no.c"), ("edit = ../x.c", "leads out"),
                           ("args = reader: .", "no program of that name"), ("mistake = a | b", "3 parts"),
                           ("mistake = A b | c | d", "lower-case letters"), ("ask = what", "2 parts"),
                           ("why = so", "below the 'ask'"), ("guess = 1 | so", "below the 'ask'"),
                           ("race = reader", "names the program 'reader'"), ("race = writer --save x", "can't have '--save'"),
                           ("race = --check", "--check needs an argument"), ("race = \"", "'race'"),
                           ("sanitize = yes", "NAME: ..."), ("layout = file no.layout", "no file no.layout")):
            with self.subTest(line):
                found = self.errors(CONF + line + "\n")
                self.assertTrue(any(told in error and error.startswith("01-one/lesson.conf:10:") for error in found), found)

    def test_reasons_belong_to_the_question_above(self):
        asks = CONF + "ask = a? | 1\nask = b? | 2\nguess = 3 | it is | not\nwhy = so\n"
        self.assertEqual(self.errors(asks), [])
        self.assertEqual([(question.why, question.guesses) for question in self.lesson.asks],
                         [("", []), ("so", [("3", "it is | not")])])
        self.assertIn("given twice", self.errors(asks + "why = then\n")[0])
        self.assertIn("2 parts", self.errors(asks + "guess = 4\n")[0])

    def test_numbers_out_of_range(self):
        for proj in ("0", "256", "x"):
            self.assertIn("lesson.conf:8: 'proj'", self.errors(CONF.replace("= 7", f"= {proj}"))[0])
        for proj, value in (("1", 1), ("255", 255), ("0x20", 32)):
            self.assertEqual(self.errors(CONF.replace("= 7", f"= {proj}")), [])
            self.assertEqual(self.lesson.proj, value)
        for minutes in ("-5", "5.5", "٥"):
            self.assertIn("lesson.conf:3: 'minutes' must be a number",
                          self.errors(CONF.replace("minutes = 5", f"minutes = {minutes}"))[0])

    def test_limits(self):
        many = "".join(f"program = p{n}: writer.c\n" for n in range(2, 6))
        self.assertEqual(self.errors(CONF + many.rsplit("program", 1)[0]), [])
        self.assertIn("at most four programs", self.errors(CONF + many)[0])
        for line, told in (("mistake = a | b | c\nmistake = a | d | e", "'a' is given twice"),
                           ("edit = writer.c", "'edit = writer.c' is given twice"), ("program = w: ", "no source file"),
                           ("program = -w: writer.c", "NAME: ..."), ("edit = /etc/passwd", "leads out"),
                           ("layout = type struct m reader", "names the program 'reader'"), ("args = writer", "NAME: ..."),
                           ("mistake = | b | c", "3 parts"), ("ask = a? | ", "2 parts"), ("cflags = \"", "'cflags'")):
            with self.subTest(line):
                found = self.errors(CONF + line + "\n")
                self.assertEqual(len(found), 1, found)
                self.assertIn(told, found[0])

    def test_what_is_missing_is_named(self):
        told = "\n".join(self.errors("title = T\n"))
        for name in ("teaches", "minutes", "goal", "fact", "proj", "starter", "program", "edit"):
            self.assertIn(f"'{name}' is missing", told)


class ScratchFolders(unittest.TestCase):
    def test_what_a_killed_process_left_is_removed_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as top, mock.patch.object(tempfile, "tempdir", top):
            with paths.scratch_folder("t.") as held:
                (held / "file").touch()
                left, link, other = Path(top, "t.left"), Path(top, "t.link"), Path(top, "other")
                (left / "deep").mkdir(parents=True)
                other.mkdir()
                link.symlink_to(other)
                with paths.scratch_folder("t.") as second:
                    self.assertFalse(left.exists())
                    self.assertTrue((held / "file").exists() and second.exists() and other.exists() and link.is_symlink())
            self.assertEqual(sorted(os.listdir(top)), ["other", "t.link"])

    def test_a_folder_that_another_call_removes_is_made_again(self):
        with tempfile.TemporaryDirectory() as top, mock.patch.object(tempfile, "tempdir", top):
            gone, late, stays = os.path.join(top, "gone"), *(tempfile.mkdtemp(dir=top) for _ in range(2))

            def locks(_lock, _how):
                if os.path.isdir(late):  # removed after it was opened
                    os.rmdir(late)

            with mock.patch.object(tempfile, "mkdtemp", side_effect=[gone, late, stays]), \
                    mock.patch.object(paths.fcntl, "flock", side_effect=locks):
                with paths.scratch_folder("t.") as made:
                    self.assertEqual(made, Path(os.path.realpath(stays)))


    def test_a_file_system_without_locks_will_do(self):
        with tempfile.TemporaryDirectory() as top, mock.patch.object(tempfile, "tempdir", top), \
                mock.patch.object(paths.fcntl, "flock", side_effect=OSError(95, "not supported")):
            with paths.scratch_folder("t.") as first, paths.scratch_folder("t.") as second:
                self.assertTrue(first.is_dir() and second.is_dir())
            self.assertEqual(os.listdir(top), [])


class Texts(unittest.TestCase):
    def test_answers_as_people_write_them(self):
        for text, value in (("20", 20), (" 0x14 ", 20), ("20 bytes", 20), ("-3", -3), ("= 4", 4), ("020", 20),
                            ("four", None), ("4.5", None), ("4x", None), ("", None)):
            self.assertEqual(ask.number(text), value, text)
        for text, value in (("010000", 4096), ("4096", 4096), ("0x1000", 4096), ("0", 0), ("089", 89)):
            self.assertEqual(ask.number(text, "Which bit (in octal)?"), value, text)

    def test_comments_are_not_code(self):
        self.assertFalse(build.has_code('/* int x; */ // y\n#define A \\\n  b\n'))
        self.assertTrue(build.has_code('char *s = "/*"; /* t */'))

    def test_other_blanks_are_no_other_text(self):
        self.assertTrue(build.same_text(b"int a;\n    b();\n", b"int a;\r\n\tb();"))
        self.assertFalse(build.same_text(b"int a;", b"inta;"))
        self.assertFalse(build.has_code("/* never closed int x;"))

    def test_pointers_understand_both_compilers(self):
        lesson = mock.Mock(proj=7, edit=["writer.c"])
        for said, told in (
                ("w.c:3:5: warning: implicit declaration of function 'shmat' [-W]", "<sys/shm.h>"),
                ("w.c:3:5: error: call to undeclared function 'ftok'; ISO C99", "<sys/ipc.h>"),
                ("w.c:3:5: error: use of undeclared identifier 'IPC_CREAT'", "<sys/ipc.h>"),
                ("w.c:3:5: error: 'nmu' undeclared (first use", "nmu is not declared here"),
                ("w.c:3:5: error: expected ';' after expression", "semicolon"),
                ("w.c:3:5: error: expected ',' or ';' before 'int'", "semicolon"),
                ("w.c:3:5: fatal error: mine.h: No such file or directory", "a header of your own"),
                ("ld: w.c:(.text+0x1): undefined reference to `main'", "no main"),
                ("ld: w.c:(.text+0x1): undefined reference to `strlcpy'", "snprintf copies with a limit"),
                ("w.c:3:5: warning: implicit declaration of function 'strlcpy' [-W]", "snprintf copies with a limit"),
                ("w.c:3:5: error: request for member 'intro' in something not a structure", "only a struct has members"),
                ("w.c:3:5: error: member reference base type 'char *' is not a struct", "only a struct has members"),
                ("w.c:3:5: warning: assignment to 'char' from 'char *' makes integer from pointer without a cast", "'/'"),
                ("w.c:3:5: error: incompatible pointer to integer conversion assigning to 'char' from 'char[2]'", "'/'"),
                ("w.c:3:5: warning: assignment to 'int' from 'char *' makes integer from pointer without a cast",
                 "an address is assigned to a number"),
                ("w.c:3:5: warning: initialization of 'char *' from 'int' makes pointer from integer without a cast",
                 "a number is assigned to a pointer"),
                ("w.c:3:5: error: incompatible integer to pointer conversion initializing 'char *' with an expression "
                 "of type 'int'", "a number is assigned to a pointer"),
                ("w.c:3:5: warning: multi-character character constant [-Wmultichar]", "A text needs double quotes"),
                ("w.c:3:5: error: stray '\\342' in program", "copied from a web page"),
                ("w.c:3:5: error: expected declaration or statement at end of input", "closing }")):
            self.assertIn(told, pointers.lines(said, lesson, []), said)


    def test_characters_that_only_look_right_are_named(self):
        for text, told in (("a = '\uff0f';", "w.c:1: this is FULLWIDTH SOLIDUS (U+FF0F), not the / of the keyboard: type it again."),
                           ("\n\n\u201ctext\u201d", 'w.c:3: this is LEFT DOUBLE QUOTATION MARK (U+201C), not the " of'),
                           ("int\xa0a;", "w.c:1: this is NO-BREAK SPACE (U+00A0), not a blank"),
                           ("int a\u200b;", "U+200B"), ("a \u2212 b", "MINUS SIGN"), ('printf("%d\uff1d")', "FULLWIDTH EQUALS")):
            found = pointers.odd_characters("w.c", text)
            self.assertEqual(len(found), 1, text)
            self.assertIn(told, found[0])
        for text in ('/* \uff0f */ // \u201c\n', 'printf("\u201cGr\xfc\xdfe\u201d \uff01")', "int \xe4;", "\ufeffint a;", "'/'"):
            self.assertEqual(pointers.odd_characters("w.c", text), [], text)

    def test_an_odd_character_is_told_instead_of_what_the_compiler_makes_of_it(self):
        lesson = mock.Mock(proj=7, edit=["w.c"])
        said = "w.c:1:5: warning: multi-character character constant\nw.c:2:1: error: stray '\\342' in program"
        with tempfile.TemporaryDirectory() as top:
            Path(top, "w.c").write_text("a = '\uff0f';\n", encoding="utf-8")
            found = pointers.lines(said, lesson, [], Path(top)).splitlines()
        self.assertEqual([line[:12] for line in found], ["w.c:1: this ", "w.c:2: C doe"])


class Lint(unittest.TestCase):
    def test_verdicts_without_a_diagnosis_are_found_by_their_lines(self):
        check = """# wrong, in a comment
@test "what is wrong is told" {
    exits 0 # exits 1
    ((RUNS)) || { finish_program && wrong "it ended"; }
    [[ $seen ]] || wrong \\
        "it said \\" wrong , and $(grep -m1 '^wrong ' "$OUT") wrong "
    case $fate in touched) wrong "changed" ;; esac
    mistake one "wrong "
    said "$OUT" 'it fails_well '; fails_well
    cannot "wrong "
}
"""
        self.assertEqual(lint.plain_verdicts(check), [3, 4, 5, 7, 9])


class Verify(unittest.TestCase):
    def test_a_part_is_the_first_build_and_one_more_and_each_gets_its_turn(self):
        lesson = conf.Lesson(Path("03-three"), 3)
        parts = [verify.routes(lesson, False, f"{commit:040x}") for commit in range(64)]
        self.assertEqual(parts[7], verify.routes(lesson, False, f"{7:040x}"))
        self.assertEqual({part[0] for part in parts}, {"gcc -O0"})
        self.assertEqual({part[1] for part in parts}, set(verify.ROUTES[1:]))
        routes = [verify.routes(conf.Lesson(Path("x"), number), False, "1")[1] for number in range(4)]
        self.assertEqual(len(set(routes)), 4)

    def test_all_builds_except_the_sanitized_one_if_that_cannot_be_used(self):
        lesson = conf.Lesson(Path("03-three"), 3, no_sanitize="why")
        self.assertEqual(verify.routes(lesson, False, None), list(verify.ROUTES[:-1]))
        self.assertEqual(verify.routes(lesson, True, None), ["gcc -O0"])

    def test_thirds_of_the_mistakes_together_are_all_of_them(self):
        lesson = conf.load(Path(__file__).resolve().parents[2] / "lessons/template")
        thirds = [verify.mistakes(lesson, f"{commit:040x}") for commit in range(64)]
        whole = verify.mistakes(lesson, None)
        self.assertTrue(all(len(whole) // 3 <= len(third) <= len(whole) // 3 + 1 for third in thirds))
        self.assertEqual({patch.name for third in thirds for patch in third}, {patch.name for patch in whole})


class Saved(unittest.TestCase):
    def test_progress_that_cannot_be_written_leaves_no_file(self):
        with tempfile.TemporaryDirectory() as top, \
                mock.patch.object(progress.os, "replace", side_effect=OSError(28, "No space left on device")):
            with self.assertRaises(OSError), progress.Progress(Path(top)).change():
                pass
            self.assertEqual(os.listdir(Path(top, ".shmlab")), ["lock"])


class Busy(unittest.TestCase):
    def test_a_second_counts_less_where_others_want_the_processors(self):
        for load, seconds, over, was_busy in ((1, 9, False, False), (1, 11, True, False), (10, 99, False, True),
                                              (10, 101, True, True)):
            with mock.patch.object(check, "busy", return_value=load), \
                    mock.patch.object(check.time, "monotonic", side_effect=[0, 0, seconds]):
                patience = check.Patience(10)
                self.assertEqual((patience.over(), patience.was_busy()), (over, was_busy), (load, seconds))

    def test_the_load_is_that_of_one_processor_and_at_most_20(self):
        for text, load in (("0.10 0 0 1/99 7", 1), ("8.00 0 0 3/99 7", 4), ("0.10 0 0 13/99 7", 6), ("999 0 0 1/9 7", 20)):
            with mock.patch.object(check.Path, "read_text", return_value=text), \
                    mock.patch.object(check.os, "sched_getaffinity", return_value={0, 1}):
                self.assertEqual(check.busy(), load, text)


class Tap(unittest.TestCase):
    def test_a_stream_that_breaks_off_gives_a_verdict_for_each(self):
        with tempfile.TemporaryDirectory() as name:
            check = Path(name) / "check.bats"
            check.write_text('@test "one" {\n}\n@test "say \\"two\\"" { \n}\n@test \'three\' {\n}\n', encoding="utf-8")
            found = tap.tests("1..3\nok 1 one\nok 2 say \"two\" # skip first fix: one\n", check, Path(name), "died")
        self.assertEqual([(test.name, test.status, test.text) for test in found],
                         [("one", "pass", ""), ('say "two"', "skip", "first fix: one"), ("three", "fail", "died")])


class Grading(unittest.TestCase):
    def test_the_folder_of_a_job_stays_the_graders(self):
        with tempfile.TemporaryDirectory() as top, mock.patch("os.chown") as chown:
            (Path(top) / "taken").mkdir()
            grade_sandbox.Sandbox([], 4711).prefix(Path(top))
            self.assertEqual(sorted(call.args for call in chown.call_args_list),
                             [(Path(top), -1, 4711), (Path(top) / "taken", 4711, 4711)])
            self.assertEqual(os.stat(top).st_mode & 0o777, 0o710)

    def graded(self, *arguments):
        """What main prints if there is no sandbox, and whether it began to grade."""
        with tempfile.TemporaryDirectory() as name, mock.patch("sys.stderr", io.StringIO()) as said:
            folder = Path(name, "class")
            folder.mkdir()
            (folder / "anna.c").write_text("int main(void) { return 0; }")
            sandbox = grade_sandbox.Sandbox([])
            sandbox.level = "none"
            with mock.patch.object(grade_sandbox, "sandboxes", return_value=[sandbox]) as made, \
                    mock.patch.object(grade, "grade", side_effect=KeyboardInterrupt) as began:
                self.assertNotEqual(grade.main([*arguments, str(folder)]), 0)
            results = Path(name, "class.grades")
            self.assertEqual(made.call_args.args[1], [folder, results])
            self.assertEqual(results.exists(), began.called)
            return said.getvalue(), began.called

    def test_all_gradings_of_a_class_are_hidden_from_its_programs(self):
        with tempfile.TemporaryDirectory() as name:
            for end in ("", ".grades", ".grades.2", ".grades.10", ".grades.old", "es.grades"):
                Path(name, f"class{end}").mkdir()
            found = grade_files.old_folders(Path(name, "class"))
        self.assertEqual([path.name for path in found], ["class.grades", "class.grades.2", "class.grades.10"])

    def test_a_file_of_another_lesson_is_not_graded(self):
        with tempfile.TemporaryDirectory() as name:
            lesson = conf.Lesson(Path("01-one"), 1, edit=["writer.c"])
            for folder in ("02-two", "deep/in"):
                Path(name, folder).mkdir(parents=True)
            Path(name, "02-two", "writer.c").touch()
            self.assertRaises(locate.Refused, locate.locate, lesson, Path(name))
            Path(name, "deep", "in", "writer.c").touch()
            self.assertEqual(locate.locate(lesson, Path(name)), Path(name, "deep", "in"))

    def test_no_cell_of_the_table_is_a_formula(self):
        for name in ("=a", "+a", "-a", "@a", "\ta"):
            self.assertIn(f"\n'{name},", grade_files.table_csv([(name, "", "error", 0, 0, "", "")]))

    def test_nothing_is_graded_without_a_sandbox(self):
        for found, text in (("/bin/bwrap", "bubblewrap needs"), (None, "apt-get install bubblewrap")):
            with mock.patch("shutil.which", return_value=found):
                said, began = self.graded()
            self.assertIn("programs can't run in a sandbox here: ", said)
            self.assertIn(text, said)
            self.assertFalse(began)
        self.assertTrue(self.graded("--anyway")[1])

    def test_another_user_or_a_namespace_is_a_sandbox(self):
        for uid, level, unheld in ((7, "none", False), (0, "none", True), (0, "pid", True), (0, "room", False),
                                   (0, "bwrap", False)):
            sandbox = grade_sandbox.Sandbox([], uid)
            sandbox.level = level
            self.assertEqual(sandbox.unheld(), unheld, (uid, level))


class Terminal(unittest.TestCase):
    def test_a_picture_is_cut_by_columns_and_its_colours_end(self):
        wide = style.Style(io.StringIO(), 20, colour=True)
        self.assertEqual(wide.clip("\x1b[1m" + "x" * 30 + "\x1b[0m"), "\x1b[1m" + "x" * 20 + "\x1b[0m")
        self.assertEqual(style.Style(io.StringIO(), 20, colour=False).clip("\x1b[1mab\x1b[0m"), "ab")

    def test_a_mistake_is_shown_once_and_its_other_tests_are_named(self):
        def fails(name, *ids):
            return report.Test(name, "fail", list(ids))
        tests = [fails("a", "x"), fails("b", "x"), fails("c"), fails("d"), fails("e", "y"), fails("f", "x")]
        shown, same = report_terminal.once_each(tests)
        self.assertEqual([test.name for test in shown], ["a", "c", "d", "e"])
        self.assertEqual([test.name for test in same[("x",)]], ["b", "f"])

    def test_how_many_more_failures_there_are_is_said_if_there_are_more(self):
        for count, told in ((2, ""), (3, "1 more is not ok"), (4, "2 more are not ok")):
            found = report.Report("01-one", "fail", [report.Test(f"t{n}", "fail") for n in range(count)])
            out = io.StringIO()
            report_terminal.show(found, conf.Lesson(Path("01-one"), 1), style.Style(out, 80, colour=False), "lesson")
            self.assertEqual("more" in out.getvalue(), bool(told))
            self.assertIn(told, out.getvalue())

    def test_network_drives_are_polled(self):
        with mock.patch.object(watch.shutil, "which", return_value="/usr/bin/inotifywait"):
            for kind in ("nfs4", "9p", "cifs", "fuse.sshfs"):
                with mock.patch.object(watch, "file_system", return_value=kind):
                    self.assertIn(kind, watch.no_inotify(Path("/")))
            with mock.patch.object(watch, "file_system", return_value="ext4"):
                self.assertEqual(watch.no_inotify(Path("/")), "")
        self.assertEqual(watch.file_system(Path("/proc/self")), "proc")


if __name__ == "__main__":
    unittest.main()
