"""Mistakes of a class: the same wrong answer is one group, whatever the code and its library."""

from __future__ import annotations

import msgspec
import numpy as np

from grader.records import Finding, SubmissionReport
from grader.survey.mistakes import Case, Group, of
from tests.reports import failed, report, wrong


def groups(reports: list[SubmissionReport]) -> list[Group]:
    return of(reports).groups()


def test_the_same_answer_to_the_same_question() -> None:
    """Whatever its dtype, and up to what a library rounds; another question or answer is another group."""
    third = np.ones((2, 2)) / 3
    reports = [
        report("anna", failed("corr2d.values", wrong(third))),
        report("ben", failed("corr2d.values", wrong(third.astype("float32")))),
        report("cy", failed("corr2d.values", wrong(third, asked=2))),
        report("dan", failed("corr2d.values", wrong(third + 1))),
        report("eve", failed("corr2d.values", wrong(third.ravel()))),
    ]
    found = groups(reports)

    assert [["anna", "ben"], ["cy"], ["dan"], ["eve"]] == sorted([c.submission for c in g.cases] for g in found)
    assert found[0].id == groups(reports[:1])[0].id, "a group is called the same in every class"


def test_the_same_words() -> None:
    """Where no answer is kept, messages agree but for their numbers."""
    said = [Finding(message=f"corr2d raised IndexError in line {n}: index {n} is out of bounds") for n in (3, 12)]
    other = Finding(message="corr2d raised KeyError in line 3")
    reports = [report(f"s{n}", failed("corr2d.values", one)) for n, one in enumerate([*said, other])]

    assert [2, 1] == [len(group.cases) for group in groups(reports)]


def test_large_answers_are_told_by_their_words() -> None:
    """Their values are not kept."""
    reports = [
        report(name, failed("corr2d.values", wrong(np.full((100, 100), n), message=f"{n} of 9 values are wrong")))
        for n, name in enumerate(("anna", "ben"))
    ]

    assert [2] == [len(group.cases) for group in groups(reports)]


def test_one_mistake_in_several_checks_is_one_group() -> None:
    """Where the very same submissions fail them."""
    both = [failed("corr2d.values", wrong(1)), failed("corr2d.linear", wrong(2))]
    found = groups([report("anna", *both), report("ben", *both), report("cy", both[0])])

    assert [("corr2d.values",), ("corr2d.linear",)] == [group.checks for group in found]
    assert [("corr2d.values", "corr2d.linear")] == [group.checks for group in groups([report("anna", *both)])]


def test_what_has_a_name_or_a_cause_or_is_hidden_is_in_no_group() -> None:
    """But another function's mistake beside a named one is."""
    name = {"misconception": "The kernel is flipped", "explanation": "It is not turned."}
    secret = msgspec.structs.replace(failed("corr2d.secret", Finding(message="hidden")), public=False)
    reports = [
        report(
            "anna",
            failed("corr2d.values", wrong(1, **name)),
            failed("corr2d.linear", wrong(2)),
            failed("corr2d.edge_demo", wrong(3, call="edge_demo()")),
            failed("corr2d.edges", wrong(4, call="edge_demo()", cause="corr2d.edge_demo")),
            secret,
        )
    ]

    assert [("corr2d.edge_demo",)] == [group.checks for group in groups(reports)]
    assert [("The kernel is flipped", (Case("anna", "corr2d.values"),))] == [
        (n.title, n.cases) for n in of(reports).named()
    ]
