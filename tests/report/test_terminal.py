"""The summary at the end of a run, on a terminal and in a log."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from grader.records import ExerciseResult, Finding, SubmissionReport
from grader.report.terminal import Problems, print_summary
from tests.report import samples

OUT = Path("reports")
SEED = "Seed: 20240 (the same is asked again with --seed 20240)"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain(*reports: SubmissionReport, problems: Problems = ()) -> str:
    stream = io.StringIO()
    print_summary(reports, problems, OUT, stream)
    return stream.getvalue()


def terminal(*reports: SubmissionReport, problems: Problems = ()) -> str:
    stream = Terminal()
    print_summary(reports, problems, OUT, stream)
    return stream.getvalue()


def hostile() -> SubmissionReport:
    finding = Finding(
        message=f"raised {samples.HOSTILE} [bold]not markup[/bold]",
        traceback="line one\n::error::two\n\x1b]0;title\x07",
        hint="one\nFAILED  fake  line",
    )
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=(samples.failed("e.c", "T", finding),))
    return samples.report("[red]me[/red]\nyou  40/40\x1b[2J", exercise)


def test_a_line_that_passed() -> None:
    """One line says it all: name, score, counts, where to read on; and the seed, by which the run can be repeated."""

    line = "student42  40/40  passed 2  failed 0  skipped 0  errored 0  reports/student42/report.html\n"

    assert f"{line}{SEED}\n" == plain(samples.flawless())


def test_a_single_submission_lists_what_to_do() -> None:
    """What failed, how, and the next step, in the order of the course; of the skipped only why."""

    said = plain(samples.mixed())

    assert said.startswith("student17  5.5/16.5  passed 5  failed 4  skipped 1  errored 1  ")
    assert (
        "FAILED  corr2d.values  Every value is the sum of the window under the kernel  (0 of 3 points)\n"
        "    corr2d gives wrong values for this image and kernel.\n"
    ) in said
    assert "    Next step: Pad with -inf: a zero is larger than every negative value.\n" in said
    assert "    | IndexError: too many indices" in said
    assert "SKIPPED  lenet5.export" in said
    assert "(not counted)\n    The grader failed here, not the submission." in said
    assert "\t" not in said


def test_a_class_is_a_line_each() -> None:
    """Columns line up, the first failure stands below, problems and the index follow."""

    said = plain(samples.mixed(), samples.flawless(), problems=[("late", "The upload is empty.")]).splitlines()

    assert said == [
        "student17  5.5/16.5  passed 5  failed 4  skipped 1  errored 1  reports/student17/report.html",
        "    corr2d.values: corr2d gives wrong values for this image and kernel.",
        "student42     40/40  passed 2  failed 0  skipped 0  errored 0  reports/student42/report.html",
        "late  not graded: The upload is empty.",
        "All reports: reports/index.html",
        SEED,
    ]


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, scores, counts and the first failure in columns."""

    monkeypatch.setenv("COLUMNS", "140")
    said = terminal(samples.mixed(), samples.flawless(), problems=[("late", "The upload is empty.")])

    assert "Submission" in said
    assert "First failure" in said
    assert "5.5/16.5" in said
    assert "corr2d.values: corr2d gives wrong values for this image and kernel." in said
    assert "late  not graded: The upload is empty." in said
    assert "All reports: reports/index.html" in said


@pytest.mark.parametrize("write", [plain, terminal])
def test_student_text_cannot_act(write: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """No escape reaches the screen, no markup is obeyed, no name or traceback fakes a line."""

    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TERM", "dumb")
    said = write(hostile())  # type: ignore[operator]

    assert not set(said) & set("\x1b\x00\x07\u202e\u2066")
    assert r"[red]me[/red]\nyou  40/40\x1b[2J" in said
    assert "[bold]not markup[/bold]" in said
    assert not any(line.lstrip().startswith(("you", "::", "FAILED  fake")) for line in said.splitlines())


def test_a_terminal_without_unicode(tmp_path: Path) -> None:
    """An old encoding shows escapes where it lacks a letter; it does not end the run."""

    with (tmp_path / "log").open("w", encoding="ascii") as stream:
        print_summary([samples.flawless("Zoë")], [("李", "Empty.")], OUT, stream)

    assert (tmp_path / "log").read_text("ascii").startswith("Zo\\xeb  40/40")


def test_nothing_graded() -> None:
    """Problems alone are still told."""

    assert plain(problems=[("late", "Empty.")]) == "late  not graded: Empty.\n"
