"""Which findings are told, in which order."""

from __future__ import annotations

import io

import numpy as np
import pytest
from msgspec import structs

from grader.records import Argument, Array, CheckResult, ExerciseResult, Finding, Plain
from grader.report.drawing import draw
from grader.report.findings import leading, tell_exercise, why_missing
from grader.report.screen import Screen
from tests.report import samples


def failed(name: str, cause: str = "", **more: object) -> CheckResult:
    return samples.failed(name, "T", Finding(message=f"{name} is wrong", cause=cause, **more))  # type: ignore[arg-type]


def skipped(name: str, why: str) -> CheckResult:
    return CheckResult(id=name, title="T", outcome="skipped", points=2, earned=0, finding=Finding(message=why))


def told(*checks: CheckResult, output: str = "", width: int | None = None) -> str:
    screen = Screen(stream := io.StringIO(), width, colour=False)
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=checks, output=output)
    tell_exercise(exercise, screen)
    return stream.getvalue()


def drawn(width: int | None = None, **parts: object) -> list[str]:
    screen = Screen(stream := io.StringIO(), width, colour=False)
    draw(Finding(message="wrong", **parts), screen)  # type: ignore[arg-type]
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_one_cause_is_told_once() -> None:
    """Checks that fail for the reason of another stand under it, in one line with their points."""
    said = told(failed("e.d", "e.a"), failed("e.a"), failed("e.b"), failed("e.c", "e.a"), failed("e.f", "e.b"))

    assert ["e.a", "e.b"] == [line.split()[1] for line in said.splitlines() if line.startswith("FAILED")]
    assert "  | e.a is wrong\n  | 2 more checks fail for this reason: e.d, e.c (0 of 4 points)\n" in said
    assert "  | e.b is wrong\n  | 1 more check fails for this reason: e.f (0 of 2 points)\n" in said
    assert "e.c is wrong" not in said


@pytest.mark.parametrize("cause", ["e.a", "e.passes", "e.nowhere", "e.folded"])
def test_a_cause_that_nobody_tells(cause: str) -> None:
    """A check is never folded under itself, or under one that does not tell it."""
    checks = (samples.passed("e.passes", "T"), failed("e.leads"), failed("e.folded", "e.leads"), failed("e.a", cause))
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=checks)

    assert ["e.leads", "e.a"] == [check.id for check in leading(samples.report("me", exercise))]
    assert "e.a is wrong" in told(*checks)


def test_what_was_handed_in_leads() -> None:
    """A file that is not there is told after the mistakes in those that are; what is said of all of them is said once."""
    absent = [
        ExerciseResult(
            name=name,
            title=name,
            file=f"{name}.py",
            missing=True,
            checks=(samples.failed(f"{name}.loads", "T", Finding(message=f"{name}.py is missing; there is c.py")),),
        )
        for name in ("a", "b")
    ]
    there = ExerciseResult(name="c", title="c", file="c.py", checks=(failed("c.values"),))

    assert ["c.values", "a.loads", "b.loads"] == [check.id for check in leading(samples.report("me", *absent, there))]
    assert ["each is missing; there is c.py"] == why_missing(absent)
    told = Finding(message="a.ipynb cannot be read, so a.py is missing")
    damaged = structs.replace(absent[0], checks=(samples.failed("a.loads", "T", told),))
    assert [told.message, "b.py is missing; there is c.py"] == why_missing([damaged, absent[1]])


def test_the_skipped_take_one_line() -> None:
    """With the reason; that others wait for a skipped one goes without saying."""
    first, then = "not tried: it needs e.a, which failed", "not tried: it needs e.s1, which was not tried"

    assert "\n\nSKIPPED  e.s1, e.s2  (0 of 4 points)  " + first + "\n" in told(
        failed("e.a"), skipped("e.s1", first), skipped("e.s2", then)
    )
    many = [skipped(f"e.s{number}", first) for number in range(9)]
    assert f"SKIPPED  9 checks of e  (0 of 18 points)  {first}\n" in told(failed("e.a"), *many)


def test_prints_of_a_failed_exercise() -> None:
    """Head and tail, after the findings; what a right one printed stands in its report only."""
    output = "".join(f"step {number}\n" for number in range(10_000))
    said = told(failed("e.a"), output=output)

    assert "\nPrinted by e.py:\n  | step 0\n" in said
    assert "  | [9,986 more lines left out]\n" in said and said.endswith("  | step 9999\n")
    assert "" == told(samples.passed("e.a", "T"), output=output)


def test_an_example_only_for_the_first_failure() -> None:
    """The others name mistake and next step."""
    array = Array.of(np.array([7.5]))
    example = {"call": "f(X)", "arguments": (Argument(name="X", value=array),), "hint": "think"}
    said = told(failed("e.none"), failed("e.a", **example), failed("e.b", **example))

    assert [1, 1, 2] == [said.count(words) for words in ("7.5", "Call: f(X)", "Next step: think")]


def test_a_long_traceback_is_cut() -> None:
    """Its head and its tail: recursion fills no screen."""
    said = told(failed("e.a", traceback="\n".join(f"frame {number}" for number in range(1000)) + "\nRecursionError"))

    assert "  | frame 0\n" in said and "  | RecursionError\n" in said
    assert len(said.splitlines()) < 20


def test_grids_side_by_side() -> None:
    """Input, expected and yours in one band; brackets mark the first wrong value."""
    finding = samples.correlation_finding()

    assert drawn(arguments=finding.arguments, expected=finding.expected, actual=finding.actual, where=(0, 0)) == [
        "  | X                  K                Expected                Yours",
        "  | float32 (3, 4)     float32 (2, 2)   float32 (2, 3)          float32 (2, 3)",
        "  |   0   1   2   3        1     0       [-7.5]    -8   -8.5      [5] 4.5    4",
        "  |   4   5   6   7        0  -1.5        -9.5    -10  -10.5       3  2.5    2",
        "  |   8   9  10  11",
    ]


def test_grids_below_each_other_where_there_is_no_room() -> None:
    """Expected and yours stay together."""
    finding = samples.correlation_finding()
    said = drawn(52, arguments=finding.arguments, expected=finding.expected, actual=finding.actual, where=(0, 0))

    assert [["X", "K"], ["Expected", "Yours"]] == [line.split()[1:] for line in said if "X" in line or "Yours" in line]
    assert max(map(len, said)) <= 52


@pytest.mark.parametrize(
    ("shape", "width", "line"),
    [
        ((8, 64, 28, 28), None, "  | X: float32 (8, 64, 28, 28), too large to show here"),
        ((5, 13), None, "  | X: float32 (5, 13), too large to show here"),
        ((1, 30), 64, "  | X: float32 (1, 30), too large to show here"),
        ((0, 3), None, "  | X: float32 (0, 3), no values"),
    ],
)
def test_what_is_no_small_grid_is_named(shape: tuple[int, ...], width: int | None, line: str) -> None:
    """By its shape."""
    value = Array.of(np.full(shape, 1000, dtype=np.float32))

    assert [line] == drawn(width, arguments=(Argument(name="X", value=value),))


def test_other_values_in_words() -> None:
    """Of any kind; what the call says is not said again."""
    arguments = (Argument(name="stride", value=Plain(text="2")),)
    parts = {"arguments": arguments, "expected": Array.of(np.array(3)), "actual": Plain(text="None")}

    assert ["  | stride: 2", "  | Yours: None", "  | Expected", "  | int64 ()", "  |  3"] == drawn(**parts)
    assert not any("stride" in line for line in drawn(call="f(2)", **parts))


def test_a_difference_that_the_digits_hide() -> None:
    """Is drawn beside them."""
    right, yours = Array.of(np.array([[1.0, 2.0]])), Array.of(np.array([[1.0, 2.0001]]))

    said = drawn(expected=right, actual=yours, where=(0, 1))
    assert "Difference" in said[0] and "0.0001" in said[2]
    assert "Difference" not in drawn(expected=right, actual=Array.of(np.array([[1.0, 3.0]])), where=(0, 1))[0]
