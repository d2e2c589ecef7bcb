"""Submissions with equal parameters are named together, and lose nothing by it."""

from __future__ import annotations

import io
from pathlib import Path

from grader.alike import twins
from grader.records import Artefact, SubmissionReport
from grader.report.standing import standing
from tests.report import samples


def report(name: str, **files: str) -> SubmissionReport:
    """A report of a submission with these files and their fingerprints."""
    artefacts = tuple(Artefact(file=f"{file}.onnx", fingerprint=value) for file, value in files.items())
    return SubmissionReport(
        submission=name, score=0, max_score=0, exercises=(), seed=0, versions={}, artefacts=artefacts, notes=("before",)
    )


def test_nobody_is_alike() -> None:
    """The same parameters twice in one submission are its own business."""
    reports = [report("anna", a="1", b="1"), report("bert", a="2"), report("cora")]

    assert [] == twins(list(map(standing, reports)))


def test_two_are_alike() -> None:
    """Both are told, whatever their files are called; the third is not."""
    reports = [report("cora", a="3"), report("bert", b="1"), report("anna", a="1")]
    words = (
        "anna (a.onnx) and bert (b.onnx) handed in the very same trained parameters; "
        "the same code, data and seed give the same, too"
    )

    assert [words] == twins(list(map(standing, reports)))


def test_many_are_alike() -> None:
    """The first ten are named."""
    (sentence,) = twins([standing(report(f"s{number:02}", a="1")) for number in range(13)])

    assert "s09 (a.onnx) and 3 more handed in" in sentence
    assert "s10" not in sentence


def test_the_instructor_is_told(tmp_path: Path) -> None:
    """On the terminal and on the index page, with names that command nobody."""
    reports = [report("anna", a="1"), report("::error::b<b>", a="1")]
    stream = io.StringIO()
    samples.print_summary(reports, [], tmp_path, stream)
    page = samples.write_index(reports, tmp_path).read_text()

    said = stream.getvalue()
    assert "Noted: ::error::b<b> (a.onnx) and anna (a.onnx) handed in the very same" in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert "Equal parameters" in page
    assert "b&lt;b&gt; (a.onnx) and anna (a.onnx) handed in the very same" in page
    assert "Equal parameters" not in samples.write_index(reports[:1], tmp_path).read_text()
