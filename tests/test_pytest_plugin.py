"""`pytest exercises/`: the judge's verdicts as pytest's outcomes, and pytest runs nothing of a submission."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader import selfcheck
from grader.authoring.exercise import Check, Exercise
from grader.errors import AuthorError, HarnessError, SubmissionOutOfReach, SubmissionUnreadable
from grader.records import CheckResult, ExerciseResult, Finding, Plain
from grader.selfcheck import OURS, SelfCheck, Verdict, printed, words
from tests.report import samples
from tests.terminals import in_terminal, plain

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
RIGHT = (HERE.parent / "exercises" / "student42" / "corr2d.py").read_text(encoding="utf-8")
FLIPPED = (HERE / "planted" / "corr2d" / "wrong_kernel_flipped" / "corr2d.py").read_text(encoding="utf-8")
LOADS, PRINTED = "corr2d.py::loads", "printed by the student"


def trap(marker: Path) -> str:
    """Python that tells that it was run."""
    return f"open({str(marker)!r}, 'a').write(__name__ + ' ')\n"


def hostile(folder: Path, marker: Path) -> None:
    """A right answer among all the files that pytest or Python could be led to run or to obey."""
    spring = trap(marker)
    options = f"-k nothing --junitxml={marker} --import-mode=importlib"
    ini = f"addopts = {options}\npythonpath = .\npython_files = *.py\nmarkers = evil\n"
    table = f'addopts = "{options}"\npythonpath = "."\npython_files = "*.py"\n'
    files = {
        "corr2d.py": f"import sys\nif 'pytest' in sys.modules:\n    {spring}{RIGHT}",
        "conftest.py": spring,
        "__init__.py": spring,
        "test_x.py": f"{spring}def test_x():\n    {spring}",
        "x_test.py": spring,
        "sitecustomize.py": spring,
        "usercustomize.py": spring,
        "setup.py": spring,
        "tests/__init__.py": spring,
        "tests/conftest.py": spring,
        "tests/test_y.py": spring,
        "course.toml": 'exercises = ["corr2d"]\n',
        "rubric/corr2d.py": spring,
        "pytest.ini": f"[pytest]\n{ini}",
        ".pytest.ini": f"[pytest]\n{ini}",
        "tox.ini": f"[pytest]\n{ini}",
        "setup.cfg": f"[tool:pytest]\n{ini}",
        "pyproject.toml": f"[tool.pytest.ini_options]\n{table}",
        "pytest.toml": "[pytest]\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def submission(folder: Path, text: str, file: str = "corr2d.py") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "CI", "PY"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**environment, "COLUMNS": "200", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """exercises/ with submissions of every kind; the traps of the hostile one write to `marker`."""
    root = tmp_path_factory.mktemp("course")
    exercises = root / "exercises"
    submission(exercises / "ann", RIGHT + f"print({PRINTED!r})\n")
    submission(exercises / "bob", FLIPPED + "print('\\x1b[2J\\nFAILED by hand')\n")
    submission(exercises / "cy", "def corr2d(X, K)\n    return X\n")
    hostile(exercises / "dan", root / "marker")
    return root


@pytest.fixture(scope="module")
def class_run(course: Path) -> subprocess.CompletedProcess[str]:
    """The one run that grades: three submissions, and a check of the hostile one; warnings are errors."""
    named = [f"exercises/{name}" for name in ("ann", "bob", "cy", "dan/corr2d.py::values")]
    return run_pytest(course, *named, "-rA", "-W", "error")


Run = subprocess.CompletedProcess[str]


def lines(run: Run) -> pytest.LineMatcher:
    return pytest.LineMatcher((run.stdout + run.stderr).splitlines())


def summary(run: Run, folder: str) -> dict[str, str]:
    """Outcome by name for the items of one submission, from the short summary."""
    found = {}
    for line in run.stdout.splitlines():
        word, _, rest = line.partition(" ")
        start = f"exercises/{folder}/corr2d.py::"
        if word in ("PASSED", "FAILED", "ERROR") and rest.startswith(start):
            found[rest.removeprefix(start).split(" ")[0]] = word
    return found


def test_a_right_submission_passes(class_run: Run) -> None:
    """One item a public check, no hidden one, with the node ids that the documentation names."""
    found = summary(class_run, "ann")

    assert set(found.values()) == {"PASSED"}
    assert {"loads", "shape", "values"} <= found.keys()
    assert not {"linear", "shift"} & found.keys()


def test_a_wrong_submission_fails_in_the_words_of_the_report(
    class_run: Run,
) -> None:
    """Message, call, arrays and next step; of the grader's own code not a line."""
    assert class_run.returncode == 1
    assert summary(class_run, "bob")["values"] == "FAILED"
    lines(class_run).fnmatch_lines(
        [
            "*__ corr2d.values: Every output cell is the sum of the window under the kernel. __*",
            "Likely mistake: The kernel is flipped before it slides. *",
            "  | all * values are wrong; the greatest difference is at *",
            "  | Call: corr2d(X, K)",
            "  | X * K * Expected * Yours",
            "  | Next step: *",
        ]
    )
    lines(class_run).fnmatch_lines(["FAILED exercises/bob/corr2d.py::values - Likely mistake: The kernel is flipped*"])
    lines(class_run).no_fnmatch_line("*Traceback*")
    lines(class_run).no_fnmatch_line("*pytest_plugin.py*")


def test_prints_of_the_student_are_shown_and_harmless(class_run: Run) -> None:
    """In a section of their own, under the first check that failed; no escape acts."""
    lines(class_run).fnmatch_lines(["*Captured stdout call*", r"  | \x1b[[]2J", "  | FAILED by hand"])
    lines(class_run).no_fnmatch_line("FAILED by hand")

    assert "\x1b" not in class_run.stdout
    assert class_run.stdout.count(f"| {PRINTED}") == 1


def test_what_cannot_be_tried_is_skipped_with_its_reason(class_run: Run) -> None:
    """A file that does not load fails once; the other checks say what they need."""
    assert summary(class_run, "cy") == {"loads": "FAILED"}
    lines(class_run).fnmatch_lines(
        ["SKIPPED * exercises/cy/corr2d.py:1: not tried: it needs corr2d.loads, which failed"]
    )
    lines(class_run).fnmatch_lines(["FAILED exercises/cy/corr2d.py::loads - corr2d.py has a syntax error in line 1*"])


def test_nothing_of_a_hostile_submission_runs_but_its_exercise(course: Path, class_run: Run) -> None:
    """Neither by its names nor through options of its ini files; its exercise is graded all the same."""
    assert summary(class_run, "dan") == {"values": "PASSED"}
    assert "test_x" not in class_run.stdout
    assert not (course / "marker").exists()


# --- what is collected, without grading ---------------------------------------------------------------


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
    """Verdicts by check name in place of grading; passed unless given."""
    given: dict[str, Verdict] = {}

    def verdict(self: SelfCheck, check: Check, folder: Path, chosen: object) -> Verdict:
        return given.get(check.name, Verdict(outcome="passed"))

    monkeypatch.setattr(SelfCheck, "verdict", verdict)
    return given


@pytest.fixture
def collected(pytester: pytest.Pytester, verdicts: dict[str, Verdict]) -> Callable[..., list[str]]:
    """The node ids of a `loads` item each that a command line leads to; runs in this process."""

    def collect(*arguments: str) -> list[str]:
        found, _ = pytester.inline_genitems(*arguments)
        return [item.nodeid for item in found if item.name in ("loads", "test_own")]

    return collect


def test_folders_named_by_the_ini_option_are_collected(
    pytester: pytest.Pytester, collected: Callable[..., list[str]]
) -> None:
    """`grader_paths` replaces the default; exercises that lie elsewhere are left alone."""
    for name in ("handed_in/ann", "handed_in/group/bob", "exercises/cy", "tests/planted/corr2d/dan", "src"):
        submission(pytester.path / name, RIGHT)
    pytester.makeini("[pytest]\ngrader_paths = handed_in more\n")

    assert collected() == [f"handed_in/ann/{LOADS}", f"handed_in/group/bob/{LOADS}"]


@pytest.mark.parametrize("argument", ["src", "src/corr2d.py", "src/corr2d.py::loads", "./src/../src/"])
def test_what_the_command_line_names_is_collected(
    pytester: pytest.Pytester, collected: Callable[..., list[str]], argument: str
) -> None:
    """Wherever it lies; and of that folder nothing else."""
    submission(pytester.path / "src", RIGHT)
    (pytester.path / "src" / "test_a.py").write_text("1 / 0")
    pytester.makeini("[pytest]\n")

    assert collected(argument) == [f"src/{LOADS}"]


@pytest.mark.parametrize(
    ("place", "own", "ini", "arguments"),
    [
        ("models", "tests", "", []),
        ("models", "tests", "", ["."]),
        ("src/project", "tests/unit", "", []),
        ("models", "checks", "[pytest]\ntestpaths = checks\n", []),
        ("models", "checks", "[pytest]\n", ["checks"]),
        ("models", "checks", "", ["checks/test_b.py", "checks/test_b.py::test_own"]),
        ("tests/planted", "tests", "", ["tests"]),
        ("tests/planted/wrong", "tests", "", ["tests/test_b.py"]),
        ("checks/planted", "checks", "[pytest]\ntestpaths = checks\n", ["checks"]),
        ("exercises/ann", "checks", "", []),
        ("exercises/ann", "tests", "", ["tests", "exercises"]),
        ("class/ann", "tests", "", ["tests", "class"]),
    ],
)
def test_a_project_keeps_its_tests(
    pytester: pytest.Pytester,
    collected: Callable[..., list[str]],
    place: str,
    own: str,
    ini: str,
    arguments: list[str],
) -> None:
    """The plugin is loaded in every pytest run: it must not take over a stranger's, whatever lies beside the tests."""
    submission(pytester.path / place, RIGHT)
    submission(pytester.path / own, "def test_own(fix): ...", "test_b.py")
    submission(pytester.path / own, "import pytest\n@pytest.fixture\ndef fix(): ...", "conftest.py")
    if ini:
        pytester.makeini(ini)
    with_exercises = any(argument in place for argument in arguments if argument != own) or place == "exercises/ann"

    assert set(collected(*arguments)) - {f"{own}/test_b.py::test_own"} == (
        {f"{place}/{LOADS}"} if with_exercises and arguments != ["."] else set()
    )
    assert f"{own}/test_b.py::test_own" in collected(*arguments)


def test_where_a_folder_is_mistaken_for_a_submission(pytester: pytest.Pytester) -> None:
    """A line says so, and how to have one's own tests run all the same."""
    submission(pytester.path, "def pool(): ...", "pooling.py")
    pytester.makepyfile(test_a="def test_own(): ...")
    taken = pytester.runpytest_subprocess("--collect-only")
    mine = pytester.runpytest_subprocess("-p", "no:grader")

    taken.stdout.fnmatch_lines(["grader: exercises only in */*, of submissions (other tests: -p no:grader)"])
    mine.assert_outcomes(passed=1)


# --- seeds --------------------------------------------------------------------------------------------


@pytest.fixture
def asked_with(monkeypatch: pytest.MonkeyPatch, verdicts: dict[str, Verdict]) -> list[int]:
    """The seeds of the self-checks that were made."""
    seeds: list[int] = []
    make = SelfCheck.__init__

    def init(self: SelfCheck, course_file: Path | None, seed: int) -> None:
        seeds.append(seed)
        make(self, course_file, seed)

    monkeypatch.setattr(SelfCheck, "__init__", init)
    return seeds


def header(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("grader: seed")]


def test_a_fresh_seed(pytester: pytest.Pytester, asked_with: list[int]) -> None:
    """Every session asks otherwise; the header tells the seed."""
    submission(pytester.path / "exercises" / "ann", RIGHT)
    told = [header(pytester.runpytest_inprocess("exercises")) for _ in range(3)]

    assert 3 == len(set(asked_with)) == len(asked_with)
    assert all(0 <= seed < 1 << 32 for seed in asked_with)
    wanted = [[f"grader: seed {seed} (the same is asked again with --grader-seed={seed})"] for seed in asked_with]
    assert wanted == told


@pytest.mark.parametrize(("given", "used"), [("7", 7), ("0", 0), (str((1 << 32) + 3), 3)])
def test_a_given_seed(pytester: pytest.Pytester, asked_with: list[int], given: str, used: int) -> None:
    """Asks the same again; NumPy's generators take 32 bits."""
    submission(pytester.path / "exercises" / "ann", RIGHT)
    told = header(pytester.runpytest_inprocess("exercises/ann/corr2d.py::values", f"--grader-seed={given}"))

    assert [used] == asked_with
    assert [f"grader: seed {used} (the same is asked again with --grader-seed={used})"] == told


def test_no_seed_where_nothing_is_graded(pytester: pytest.Pytester) -> None:
    """A stranger's own tests are none of our business."""
    submission(pytester.path / "tests", "def test_own(): ...", "test_b.py")
    result = pytester.runpytest_inprocess("tests")

    assert [] == header(result)
    result.assert_outcomes(passed=1)


# --- where submissions lie, whatever the folders are called ---------------------------------------------

QUICK = """
import pytest
from grader.pytest_plugin import ExerciseFile
class Quick(pytest.Item):
    def runtest(self):
        import colorsys  # as much of the grader is imported late
        print(f"\\nRUN {self.path}")
ExerciseFile.collect = lambda self: [Quick.from_parent(self, name="values")]
"""  # an item without the judge


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class folder of an ordinary name: good, hostile, wrapped, without an exercise, as a notebook, packed, linked."""
    root = tmp_path_factory.mktemp("course")
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "quick.py").write_text(QUICK)
    folder = root / "klass"
    submission(folder / "ann", RIGHT)
    for name in ("dan", "eve", "bob", "bob/deep/in"):
        hostile(folder / name, root / "marker")
        submission(folder / name, trap(root / "marker"), "colorsys.py")
    for name in ("eve", "bob"):
        (folder / name / "corr2d.py").unlink()
        (folder / name / "rubric" / "corr2d.py").unlink()
    submission(folder / "flo", "{}", "corr2d.ipynb")
    submission(folder / "flo", trap(root / "marker"), "conftest.py")
    (folder / "cy.zip").write_bytes(b"PK")
    (folder / "gus").symlink_to(folder / "ann")
    return folder


def quick(folder: Path, elsewhere: Path, *arguments: str, module: bool = False) -> Run:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "CI", "PY"))}
    command = [sys.executable, *(["-m"] if module else ["-P", "-m"]), "pytest"]  # -P: as the script `pytest` does it
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "quick", "-s", *arguments],
        cwd=folder,
        env={**environment, "COLUMNS": "200", "PYTHONPATH": str(elsewhere)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


ANN, BOB, DAN, FLO = "ann/corr2d.py", "bob/deep/in/corr2d.py", "dan/corr2d.py", "flo/corr2d.ipynb"
ALL = [ANN, BOB, DAN, FLO]


@pytest.mark.parametrize(
    ("started", "arguments", "expected"),
    [
        ("..", ["klass"], ALL),
        ("..", ["klass/"], ALL),
        ("..", ["./elsewhere/../klass"], ALL),
        ("../elsewhere", ["../klass"], ALL),
        ("..", ["klass", "--import-mode=importlib"], ALL),
        ("..", ["klass", "--doctest-modules", "--confcutdir=/"], ALL),
        ("..", ["klass/dan"], [DAN]),
        ("..", ["klass/dan/corr2d.py"], [DAN]),
        ("..", ["klass/dan/corr2d.py::values"], [DAN]),
        ("..", ["klass/dan/test_x.py"], []),
        ("..", ["klass/dan/test_x.py::test_x"], []),
        ("..", ["klass/dan/conftest.py"], []),
        ("..", ["klass/dan/tests"], []),
        ("..", ["klass/bob"], [BOB]),
        ("..", ["klass/bob/deep"], [BOB]),
        ("..", ["klass/bob/deep/in/corr2d.py::values"], [BOB]),
        ("..", ["klass/flo/corr2d.ipynb"], [FLO]),
        ("..", ["klass/ann", "klass/dan"], [ANN, DAN]),
        ("..", ["klass/ann", "klass/eve"], [ANN]),
        ("..", ["klass/eve/tests", "klass/ann/corr2d.py", "klass/bob"], [ANN, BOB]),
        (".", [], ALL),
        (".", ["."], ALL),
        (".", ["../klass"], ALL),
        (".", ["dan"], [DAN]),
        (".", ["bob/deep/in", "dan/tests"], [BOB]),
        ("dan", [], [DAN]),
        ("dan", ["."], [DAN]),
        ("dan", ["corr2d.py::values"], [DAN]),
        ("dan", ["tests"], []),
        ("dan", ["test_x.py::test_x"], []),
        ("dan", [".."], ALL),
        ("dan/tests", [], []),
        ("bob/deep/in", [], [BOB]),
    ],
)
def test_nothing_of_a_submission_runs(klass: Path, started: str, arguments: list[str], expected: list[str]) -> None:
    """Wherever pytest is started and whatever is named: only exercises are collected, and no trap is sprung."""
    nothing_runs(klass, started, arguments, expected)


@pytest.mark.parametrize(
    ("started", "arguments", "expected"),
    [("..", ["klass"], ALL), (".", [], ALL), ("dan", [], [DAN]), ("bob/deep/in", ["corr2d.py"], [BOB])],
)
def test_nothing_of_a_submission_runs_in_python_m(
    klass: Path, started: str, arguments: list[str], expected: list[str]
) -> None:
    """`python -m pytest` puts the folder where it is started on the path of imports."""
    nothing_runs(klass, started, arguments, expected, module=True)


def nothing_runs(klass: Path, started: str, arguments: list[str], expected: list[str], *, module: bool = False) -> None:
    marker = klass.parent / "marker"
    marker.unlink(missing_ok=True)
    run = quick(klass / started, klass.parent / "elsewhere", *arguments, module=module)
    found = [line.split()[1] for line in run.stdout.splitlines() if line.startswith("RUN")]

    assert not marker.exists()
    assert [str(klass / path) for path in expected] == sorted(found), run.stdout + run.stderr


@pytest.mark.parametrize(
    ("started", "arguments"),
    [
        ("..", ["klass"]),
        ("..", ["klass/dan"]),
        ("..", ["klass/ann", "klass/eve"]),
        ("..", ["klass/bob/deep/in"]),
        ("bob/deep/in", []),
        ("dan", ["--confcutdir=/"]),
    ],
)
def test_with_an_ini_file_of_your_own(klass: Path, started: str, arguments: list[str]) -> None:
    """It counts, whatever lies in a submission."""
    elsewhere = klass.parent / "elsewhere"
    (klass.parent / "marker").unlink(missing_ok=True)
    (elsewhere / "own.ini").write_text("[pytest]\nmarkers = mine\n")
    run = quick(klass / started, elsewhere, "-c", str(elsewhere / "own.ini"), "--markers", *arguments)
    found = quick(klass / started, elsewhere, "-c", str(elsewhere / "own.ini"), *arguments)

    assert "pytest.mark.mine" in run.stdout and "pytest.mark.evil" not in run.stdout
    assert "RUN " in found.stdout
    assert not (klass.parent / "marker").exists()


@pytest.mark.parametrize(
    ("arguments", "sprung"),
    [(["klass/dan"], True), (["klass"], False), (["klass/dan", "-c", os.devnull], False)],
)
def test_the_hole_that_pytest_leaves(tmp_path: Path, arguments: list[str], sprung: bool) -> None:
    """An ini file in the folder that is named can keep the plugin out; in a class folder it is not read."""
    submission(tmp_path / "klass" / "dan", RIGHT)
    submission(tmp_path / "klass" / "dan", trap(tmp_path / "marker"), "conftest.py")
    submission(tmp_path / "klass" / "dan", "[pytest]\naddopts = -p no:grader\n", "pytest.ini")
    run_pytest(tmp_path, "--collect-only", *arguments)

    assert (tmp_path / "marker").exists() == sprung


def test_of_a_submission_only_its_exercises_are_collected(
    pytester: pytest.Pytester, collected: Callable[..., list[str]]
) -> None:
    """Not its folders, its notebooks beside scripts, its links; but a notebook that stands alone."""
    ann = submission(pytester.path / "exercises" / "ann", RIGHT)
    submission(ann / "old", RIGHT)
    submission(ann, "{}", "corr2d.ipynb")
    submission(ann, "{}", "pooling.ipynb")
    (pytester.path / "exercises" / "circle").symlink_to(pytester.path / "exercises")

    assert collected("exercises") == [f"exercises/ann/{LOADS}", "exercises/ann/pooling.ipynb::loads"]
    assert collected("exercises/ann/old") == [f"exercises/ann/old/{LOADS}"]


def test_the_starter_is_collected_only_when_it_is_named(
    pytester: pytest.Pytester, collected: Callable[..., list[str]]
) -> None:
    """Somebody may well work in it."""
    submission(pytester.path / "exercises" / "starter", RIGHT)

    assert collected("exercises") == []
    assert collected("exercises/starter") == [f"exercises/starter/{LOADS}"]


def test_outcomes_are_those_of_pytest(pytester: pytest.Pytester, verdicts: dict[str, Verdict]) -> None:
    """Passed, failed, skipped; and an error where the grader is at fault."""
    submission(pytester.path / "exercises" / "ann", RIGHT)
    verdicts["shape"] = Verdict(outcome="failed", text="the result has shape (1,)\nNext step: think", printed="hello")
    verdicts["values"] = Verdict(outcome="skipped", text="not tried: it needs corr2d.shape, which failed")
    verdicts["fresh"] = Verdict(outcome="errored", text=f"{OURS}: no memory left")
    result = pytester.runpytest_inprocess("exercises", "-ra", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()

    assert (outcomes["failed"], outcomes["skipped"], outcomes["errors"]) == (1, 1, 1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["* ERROR at setup of corr2d.fresh: *", f"{OURS}: no memory left"])
    result.stdout.fnmatch_lines(["* corr2d.shape: *", "the result has shape (1,)", "*Captured stdout call*", "hello"])
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] exercises/ann/corr2d.py:1: not tried: it needs corr2d.shape*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("toml", "words_"),
    [('exercises = ["corr3d"]', "*corr3d*"), ("exercises = 3", "*course.toml*"), ("= [", "*course.toml*")],
)
def test_a_wrong_course_is_a_clear_error(
    pytester: pytest.Pytester, verdicts: dict[str, Verdict], toml: str, words_: str
) -> None:
    """In the author's terms."""
    submission(pytester.path / "exercises" / "ann", RIGHT)
    submission(pytester.path / "exercises" / "ann", RIGHT, "corr3d.py")
    (pytester.path / "course.toml").write_text(toml)
    result = pytester.runpytest_inprocess("exercises", "-p", "no:cacheprovider")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["* ERROR collecting exercises/ann/cor*", words_])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_an_ini_file_in_a_submission_is_refused_where_pytest_cannot_start_again(
    pytester: pytest.Pytester, verdicts: dict[str, Verdict]
) -> None:
    """Called by a program, as here."""
    submission(pytester.path / "exercises" / "ann", RIGHT)
    (pytester.path / "exercises" / "ann" / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    refused = pytester.runpytest_inprocess("exercises/ann")
    allowed = pytester.runpytest_inprocess("-c", "exercises/ann/pytest.ini", "exercises/ann")

    assert (refused.ret, allowed.ret) == (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
    refused.stderr.fnmatch_lines(["ERROR: */pytest.ini belongs to a submission: name another ini file with -c*"])


@pytest.mark.parametrize(("started", "argument"), [(".", "exercises/dan"), ("exercises/dan", "corr2d.py::values")])
def test_no_ini_file_of_a_submission_counts(course: Path, started: str, argument: str) -> None:
    """pytest reads it before any plugin is there: it is started again without it."""
    run = run_pytest(course / started, "--markers", argument)
    read = run_pytest(course, "--markers", "-c", "exercises/dan/pytest.ini")

    assert "pytest.mark.evil" in read.stdout
    assert "pytest.mark.skip" in run.stdout
    assert "pytest.mark.evil" not in run.stdout


def test_no_course_file_of_a_submission_counts(
    pytester: pytest.Pytester, collected: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started inside the submission: the judge would import its rubric."""
    ann = submission(pytester.path / "ann", RIGHT)
    submission(ann / "rubric", trap(pytester.path / "marker"), "corr2d.py")
    (ann / "course.toml").write_text('exercises = ["corr2d"]\n')
    monkeypatch.chdir(ann)

    assert collected("corr2d.py") == collected(".") == [LOADS]
    assert not (pytester.path / "marker").exists()


def test_other_runs_load_nothing_heavy(tmp_path: Path) -> None:
    """Whoever has the grader installed does not wait for it in their own tests."""
    (tmp_path / "test_a.py").write_text(
        "import sys\ndef test_a():\n    assert not {'numpy', 'torch', 'msgspec'} & sys.modules.keys()\n"
    )
    run = run_pytest(tmp_path, "-p", "no:hypothesispytest")

    assert run.returncode == 0, run.stdout


# --- words --------------------------------------------------------------------------------------------


def test_words_hold_what_the_report_holds() -> None:
    """As the terminal has them: the mistake first, then the example, then the next step."""
    finding = samples.correlation_finding()
    told = words(samples.failed("corr2d.values", "Every cell", finding))

    parts = [f"Likely mistake: {finding.misconception}. ", finding.message, f"Call: {finding.call}", "[-7.5]", "[5]"]
    parts.append(f"Next step: {finding.hint}")
    assert told.startswith(parts[0])
    assert sorted(parts, key=told.index) == parts


def test_words_cannot_be_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a student's exception says stays behind a bar, on its own line; never in colour, which pytest would show."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    finding = Finding(
        message="f raised E: oh\nPASSED everything\x1b[31m",
        actual=Plain(text="a\nNext step: nothing"),
        traceback='  File "a.py"\nNext step: nothing\n',
    )
    told = words(CheckResult(id="a.b", title="t", outcome="failed", points=1, earned=0, finding=finding))

    assert told.split("\n") == [
        "f raised E: oh",
        r"  | PASSED everything\x1b[31m",
        '  |   File "a.py"',
        "  | Next step: nothing",
        "  | Yours: a",
        "  | Next step: nothing",
    ]


def test_words_of_a_reason_that_another_check_tells() -> None:
    """One line, unless nobody asked for that other check."""
    finding = Finding(message="wrong", hint="think", cause="a.values")
    told = samples.failed("a.b", "t", finding)

    assert "wrong (for the reason that a.values tells)" == words(told, chosen={"a.values"})
    assert "Next step: think" in words(told, chosen={"a.b"})


def test_an_endless_print_is_cut() -> None:
    """To its first and last lines, with how much is missing."""
    said = printed("".join(f"step {number}\n" for number in range(2500))).split("\n")

    assert ("  | step 0", "  | step 2499") == (said[0], said[-1])
    assert "  | [2,486 more lines left out]" in said and len(said) < 20


def test_words_on_a_terminal_are_wrapped(course: Path) -> None:
    """No row is wider than the terminal, and none but the first stands without a bar."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "exercises/bob/corr2d.py"]
    said = plain(in_terminal(command, 60, course)).splitlines()
    start = next(number for number, line in enumerate(said) if line.startswith("Likely mistake: "))
    rows = list(itertools.takewhile(lambda line: line.startswith("  | "), said[start + 1 :]))

    assert len(rows) > 8 and "  | Next step: " in "".join(rows)
    assert max(map(len, [said[start], *rows])) <= 60


def test_an_unreadable_submission_fails_and_a_broken_grader_errs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is the student's to mend, the second ours."""

    def broken(*_: object, **__: object) -> None:
        raise HarnessError("no nursery today")

    monkeypatch.setattr(selfcheck, "Grader", broken)
    monkeypatch.setattr(selfcheck, "strongest_level", lambda: "none")
    check = SelfCheck(None, 0)
    check._graded[tmp_path] = SubmissionUnreadable("it holds more than 500 files")
    check._graded[tmp_path / "c"] = SubmissionOutOfReach("c/corr2d.py cannot be read")
    loads = check.exercise("corr2d").checks[0]

    assert check.verdict(loads, tmp_path, ()) == Verdict(outcome="failed", text="it holds more than 500 files")
    assert check.verdict(loads, tmp_path / "c", ()) == Verdict(
        outcome="errored", text=f"{OURS}: c/corr2d.py cannot be read"
    )
    for other in ("a", "b"):
        assert check.verdict(loads, tmp_path / other, ()) == Verdict(
            outcome="errored", text=f"{OURS}: no nursery today"
        )


def test_an_authors_mistake_that_shows_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a check may show only when its questions are drawn: a sentence, and no traceback of ours."""

    def all_of(*_: object) -> None:
        raise AuthorError("halve.values draws no examples")

    monkeypatch.setattr(selfcheck, "Grader", lambda *_, **__: SimpleNamespace(grade_all=all_of))
    monkeypatch.setattr(selfcheck, "strongest_level", lambda: "none")
    check = SelfCheck(None, 0)

    assert check.verdict(check.exercise("corr2d").checks[0], tmp_path, ()) == Verdict(
        outcome="errored", text=f"{OURS}: halve.values draws no examples"
    )


@pytest.mark.parametrize(("chosen", "outcome"), [({"a.values"}, "failed"), ({"a.values", "a.loads"}, "skipped")])
def test_a_chosen_check_tells_what_else_is_wrong(tmp_path: Path, chosen: set[str], outcome: str) -> None:
    """When the file does not even load and nobody else would say so."""
    syntax = samples.failed("a.loads", "a.py loads", Finding(message="a.py has a syntax error in line 1"), points=0)
    reason = Finding(message="not tried: it needs a.loads, which failed")
    blocked = CheckResult(id="a.values", title="Values", outcome="skipped", points=1, earned=0, finding=reason)
    graded = ExerciseResult(name="a", title="A", file="a.py", checks=(syntax, blocked), output="hello\n")
    exercise = Exercise("a", title="A")
    exercise.check(points=1)(values)
    check = SelfCheck(None, 0)
    check._graded[tmp_path] = samples.report("ann", graded)
    check._chosen = frozenset(chosen)
    verdict = check.verdict(exercise.checks[1], tmp_path, ())

    assert verdict.outcome == outcome
    assert verdict.text.startswith("a.py has a syntax error" if outcome == "failed" else "not tried: it needs")
    assert ("Note: Left out: notes.pdf" in verdict.text) == (outcome == "failed")


def values(student: object) -> None:
    """Values."""


@pytest.mark.parametrize("named", ["exercises", "exercises/ann", "exercises/ann/corr2d.py::values"])
def test_another_system(named: str, tmp_path: Path) -> None:
    """Where no student code can be run: one sentence as a usage error, however the files are named."""
    submission(tmp_path / "exercises" / "ann", RIGHT)
    patch = "    import types, grader.machine\n    grader.machine.sys = types.SimpleNamespace(platform='win32')\n"
    (tmp_path / "elsewhere.py").write_text(f"def pytest_sessionstart():\n{patch}")
    done = run_pytest(tmp_path, "-p", "elsewhere", named)

    assert pytest.ExitCode.USAGE_ERROR == done.returncode
    lines(done).fnmatch_lines(["ERROR: student code cannot be run on Windows, at no isolation level: *WSL2*"])
    lines(done).no_fnmatch_line("*Traceback*")
    lines(done).no_fnmatch_line("*pytest_plugin.py*")
