"""The summary at the end of a run, on a terminal and in a log."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.policy.marks import Line, Mark
from grader.records import ExerciseResult, Finding, SubmissionReport
from grader.report.terminal import Problems
from tests.report import samples
from tests.report.samples import print_summary
from tests.terminals import ESCAPE

OUT = Path("reports")
SEED = "Seed: 20240 (the same is asked again with --seed 20240)"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain(*reports: SubmissionReport, problems: Problems = (), quiet: bool = False) -> str:
    stream = io.StringIO()
    print_summary(reports, problems, OUT, stream, quiet=quiet)
    return stream.getvalue()


def terminal(*reports: SubmissionReport, problems: Problems = (), quiet: bool = False) -> str:
    stream = Terminal()
    print_summary(reports, problems, OUT, stream, quiet=quiet)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "dumb")


def hostile() -> SubmissionReport:
    finding = Finding(
        message=f"raised {samples.HOSTILE} [bold]not markup[/bold]",
        traceback="line one\n::error::two\n\x1b]0;title\x07",
        hint="one\nFAILED  fake  line",
    )
    checks = (samples.failed("e.c", "T", finding),)
    output = "x " * 19 + "FAILED  fake " * 20 + "\n::error::\n" + "\u0301" * 50 + "Seed: 1"
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=checks, output=output)
    return samples.report("[red]me[/red]\nyou  40/40\x1b[2J", exercise)


def test_mark() -> None:
    """In the row of each, and for a single one how it comes about and what is to be settled."""
    report = samples.mixed("anna")
    lines = (Line(text="What the checks earned", points=8), Line(text=samples.HOSTILE, points=-1.5))
    mark = Mark(score=6.5, max_score=20, lines=lines, doubts=("write handed_in",))
    stream = io.StringIO()
    samples.print_summary([report], (), OUT, stream, marks={"anna": mark})
    told = stream.getvalue()

    assert "mark 6.5/20" in told.partition("\n")[0]
    assert "6.5  is the mark, of 20" in told
    assert "To settle: write handed_in" in told
    assert "\x1b[31mred" not in told
    samples.print_summary([report, samples.flawless()], (), OUT, stream := io.StringIO(), marks={"anna": mark})
    assert 1 == stream.getvalue().count("mark ")


def test_files_that_were_not_handed_in() -> None:
    """Several take one paragraph at the end, a single one its own like any other failure; each has its row."""

    def absent(name: str) -> ExerciseResult:
        told = Finding(message=f"{name}.py is missing; there is c.py")
        checks = (samples.failed(f"{name}.loads", "T", told),)
        return ExerciseResult(name=name, title="T", file=f"{name}.py", checks=checks, missing=True)

    check = samples.failed("c.values", "T", Finding(message="c is wrong"))
    there = ExerciseResult(name="c", title="T", file="c.py", checks=(check,))
    several = plain(samples.report("me", absent("a"), absent("b"), there))
    single = plain(samples.report("me", absent("a"), there))

    assert "NOT HANDED IN  2 files: a.py, b.py  (0 of 4 points)\n  | each is missing; there is c.py\n" in several
    assert several.index("c is wrong") < several.index("NOT HANDED IN") < several.index("Start with c.values")
    assert "a.loads" not in several
    assert "FAILED  a.loads" in single and "NOT HANDED IN" not in single


def test_a_line_that_passed() -> None:
    """One line says it all: name, score, counts, where to read on."""
    said = plain(samples.flawless()).splitlines()

    assert "student42  40/40  passed 2  failed 0  skipped 0  reports/student42/report.html" == said[0]
    assert said[1:-2] == ["  corr2d  40/40  ██████████  passed 2  failed 0  skipped 0", ""]
    assert ["Report: reports/student42/report.html", SEED] == said[-2:]


def test_a_scoreboard() -> None:
    """A line an exercise, in columns; a bar is full for all of the points only."""
    said = plain(samples.mixed()).splitlines()

    assert said[:4] == [
        "student17  5.5/16.5  passed 5  failed 4  skipped 1  errored 1  reports/student17/report.html",
        "  corr2d   2.5/5.5  █████░░░░░  passed 3  failed 1  skipped 0  errored 0",
        "  pooling      2/6  ███░░░░░░░  passed 1  failed 2  skipped 0  errored 0",
        "  lenet5       1/5  ██░░░░░░░░  passed 1  failed 1  skipped 1  errored 1",
    ]


@pytest.mark.parametrize(("earned", "bar"), [(0, "░" * 10), (1, "█" + "░" * 9), (99, "█" * 9 + "░"), (100, "█" * 10)])
def test_a_bar_is_neither_too_full_nor_too_empty(earned: int, bar: str) -> None:
    """One point of a hundred shows, and so does the one that is missing."""
    lost = samples.failed("e.b", "B", Finding(message="wrong"), points=100 - earned)
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=(samples.passed("e.a", "A", earned), lost))

    assert f"  e  {earned}/100  {bar}  passed 1" in plain(samples.report("me", exercise))


def test_a_single_submission_lists_what_to_do() -> None:
    """The mistake, the example, the next step, in the order of the course; of the skipped only why; where to start."""
    said = plain(samples.mixed())
    finding = samples.correlation_finding()

    assert (
        "FAILED  corr2d.values  Every value is the sum of the window under the kernel  (0 of 3 points)\n"
        f"  | Likely mistake: kernel flipped. {finding.explanation}\n"
        "  | corr2d gives wrong values for this image and kernel.\n"
        "  | Call: corr2d(X, K)\n"
        "  | X                  K                Expected                Yours\n"
    ) in said
    assert "  | Next step: Pad with -inf: a zero is larger than every negative value.\n" in said
    assert "  | IndexError: too many indices" in said
    assert "SKIPPED  lenet5.export  (0 of 2 points)  Skipped: it needs lenet5.structure, which failed.\n" in said
    assert "(not counted)\n  | The grader failed here, not the submission." in said
    assert "Start with corr2d.values, then run the grader again.\n" in said
    assert "\t" not in said


def test_a_class_is_a_line_each() -> None:
    """Columns line up, the first failure stands below, problems and the index follow."""
    said = plain(samples.mixed(), samples.flawless(), problems=[("late", "The upload is empty.")]).splitlines()

    assert said == [
        "student17  5.5/16.5  passed 5  failed 4  skipped 1  errored 1  reports/student17/report.html",
        "    corr2d.values: kernel flipped",
        "student42     40/40  passed 2  failed 0  skipped 0  errored 0  reports/student42/report.html",
        "late  not graded: The upload is empty.",
        "Graded: 2, of which 1 passed every check. Not graded: 1.",
        "All reports: reports/index.html",
        SEED,
    ]


@pytest.mark.parametrize("write", [plain, terminal])
def test_quiet(write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A line a submission, and no more."""
    monkeypatch.setenv("COLUMNS", "140")
    said = write(samples.mixed(), samples.flawless(), problems=[("late", "Empty.")], quiet=True).splitlines()

    assert ["student17", "student42", "late"] == [line.split()[0] for line in said]


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("single", [True, False])
def test_a_terminal_gets_rows_that_fit(single: bool, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are wrapped, none is cut or lost, on wide and on narrow terminals."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    reports = [samples.mixed()] if single else [samples.mixed(), samples.flawless("a" * 50)]
    problem = ("late", "The upload is empty, and this sentence about it is a good deal longer than a row.")
    said, words = terminal(*reports, problems=[problem]), " ".join(plain(*reports, problems=[problem]).split())

    assert max(map(len, said.splitlines())) <= columns
    told = " ".join(" ".join(line.lstrip(" |") for line in said.splitlines()).split())
    assert "…" not in told
    assert problem[1] in told and problem[1] in words
    if single:
        finding = samples.correlation_finding()
        assert all(part in told for part in (finding.explanation, finding.hint, "Start with corr2d.values"))


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False)],
)
def test_colours_of_a_terminal(variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody or the terminal wants none."""
    for name, value in {"TERM": "xterm-256color", **variables}.items():
        monkeypatch.setenv(name, value)

    assert coloured == ("\x1b[" in terminal(samples.mixed()))


@pytest.mark.parametrize(("forced", "coloured"), [("", False), ("1", True)])
def test_colours_of_a_log(forced: str, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """None, unless asked for; the words are the same."""
    monkeypatch.setenv("TERM", "xterm")
    without = plain(samples.mixed())
    monkeypatch.setenv("FORCE_COLOR", forced)
    said = plain(samples.mixed())

    assert coloured == ("\x1b[" in said)
    assert without == ESCAPE.sub("", said)


@pytest.mark.parametrize("write", [plain, terminal])
@pytest.mark.parametrize("columns", ["300", "80", "61", "40", "33"])
def test_student_text_cannot_act(write: Callable[..., str], columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No escape reaches the screen, no markup is obeyed, no name, print or traceback fakes a line, however it wraps."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    said = write(hostile())

    assert not set(said) & set("\x1b\x00\x07\u202e\u2066")
    assert "".join([r"[red]me[/red]\nyou", r"40/40\x1b[2J"]) in "".join(said.replace("|", "").split())
    assert "[bold]not" in said
    begun = [line.split()[0] for line in said.splitlines() if line and not line.lstrip().startswith("| ")]
    assert [1, 1, 0] == [begun.count(word) for word in ("FAILED", "Seed:", "fake")]
    assert not any(line.lstrip(" |").startswith("::") for line in said.splitlines())


def test_a_terminal_without_unicode(tmp_path: Path) -> None:
    """An old encoding shows escapes where it lacks a letter; it does not end the run."""
    with (tmp_path / "log").open("w", encoding="ascii") as stream:
        print_summary([samples.flawless("Zoë")], [("李", "Empty.")], OUT, stream)

    said = (tmp_path / "log").read_text("ascii")
    assert said.startswith("Zo\\xeb  40/40")
    assert "##########" in said


def test_nothing_graded() -> None:
    """Problems alone are still told."""
    assert plain(problems=[("late", "Empty.")]) == "late  not graded: Empty.\n"
