"""Submissions with equal parameters are named together, and lose nothing by it."""

from __future__ import annotations

from grader.alike import noted, twins
from grader.records import Artefact, SubmissionReport


def report(name: str, **files: str) -> SubmissionReport:
    """A report of a submission with these files and their fingerprints."""
    artefacts = tuple(Artefact(file=f"{file}.onnx", fingerprint=value) for file, value in files.items())
    return SubmissionReport(
        submission=name, score=0, max_score=0, exercises=(), seed=0, versions={}, artefacts=artefacts, notes=("before",)
    )


def test_nobody_is_alike() -> None:
    """The same parameters twice in one submission are its own business."""
    reports = [report("anna", a="1", b="1"), report("bert", a="2"), report("cora")]

    assert ([], reports) == (twins(reports), noted(reports))


def test_two_are_alike() -> None:
    """Both are told, whatever their files are called; the third is not; to be told once is enough."""
    reports = [report("cora", a="3"), report("bert", b="1"), report("anna", a="1")]
    words = (
        "anna (a.onnx) and bert (b.onnx) handed in the very same trained parameters; "
        "the same code, data and seed give the same, too"
    )

    assert [words] == list(map(str, twins(reports)))
    assert [("before",), ("before", words), ("before", words)] == [one.notes for one in noted(reports)]
    assert noted(reports) == noted(noted(reports))


def test_many_are_alike() -> None:
    """The first ten are named."""
    (group,) = twins([report(f"s{number:02}", a="1") for number in range(13)])

    assert "s09 (a.onnx) and 3 more handed in" in str(group)
    assert "s10" not in str(group)
