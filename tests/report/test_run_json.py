"""A run as one JSON object."""

from __future__ import annotations

import io
import json

import msgspec

from grader.records import ExerciseResult, Finding
from grader.report.run_json import Run, print_run
from tests.report import samples


def printed(*texts: str) -> str:
    finding = Finding(message=" ".join(texts), hint=samples.HOSTILE)
    exercise = ExerciseResult(name="e", title="E", file="e.py", checks=(samples.failed("e.c", "T", finding),))
    reports = [samples.mixed(), samples.report("Zoë 😀", exercise)]
    print_run(reports, [("李.zip", "Empty.\n::error::")], stream := io.StringIO())
    assert (msgspec.json.decode(stream.getvalue(), type=Run).reports) == tuple(reports)
    return stream.getvalue()


def test_what_it_holds() -> None:
    """Every report as it is stored, and what was not graded with the reason."""
    run = json.loads(printed())

    assert {"schema", "reports", "not_graded"} == run.keys()
    assert ["grader/run/1", "student17", "Zoë 😀"] == [run["schema"], *(one["submission"] for one in run["reports"])]
    assert [{"submission": "李.zip", "why": "Empty.\n::error::"}] == run["not_graded"]


def test_it_is_one_plain_line() -> None:
    """Whatever students wrote: nothing in it can act on a terminal or a build server, and any encoding has it."""
    said = printed("\x1b[2J\x7f\u202e\r\n::error::", "##vso[task.complete]##[group]", "\U000e0041")

    assert said.isascii() and said.endswith("}\n") and said[:-1].isprintable()
    assert "##" not in said
