"""Pairs that are alike: rarity decides, one mistake counts once, and what everybody was given counts for nothing."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest

from grader.cli import main
from grader.errors import UsageError
from grader.records import to_json
from grader.report.kept import Index
from grader.survey import similar
from grader.survey.similar import Line, Pair, answering_alike, code_alike, pairs, side_by_side
from tests.reports import check, failed, report, wrong

SHARED = """
def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    rows = []
    for top in range(H - h + 1):
        row = []
        for left in range(W - w + 1):
            total = 0.0
            for i in range(h):
                for j in range(w):
                    total = total + X[top + i][left + j] * K[i][j]
            row.append(total)
        rows.append(row)
    return rows
"""
OTHER = """
import numpy as np

def corr2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    if windows.size == 0:
        raise ValueError("the kernel is larger than the image")
    return np.einsum("abij,ij->ab", windows, kernel)
"""


def test_a_rare_answer_tells_more_than_a_common_one() -> None:
    """log2(N / n) bits, and none for an answer that many give."""
    reports = [report(f"s{n}", failed("a.values", wrong(n // 2 if n < 4 else 9))) for n in range(16)]

    assert [(("s0", "s1"), 3.0), (("s2", "s3"), 3.0)] == [(pair.names, pair.bits) for pair in answering_alike(reports)]


def test_one_mistake_counts_once() -> None:
    """However many checks it fails for the very same submissions; a second mistake counts again."""
    twice = [failed("a.values", wrong(1)), failed("a.linear", wrong(2))]
    others = [report(f"s{n}", check("a.values")) for n in range(6)]
    (pair,) = answering_alike([report("anna", *twice), report("ben", *twice), *others])

    assert (2.0, ["a.values", "a.linear"]) == (pair.bits, [answer.check for answer in pair.answers])
    third = report("cy", failed("a.other", wrong(3)))
    again = report("anna", *twice, failed("a.other", wrong(3)))
    found = {one.names: one.bits for one in answering_alike([again, report("ben", *twice), third, *others])}
    assert {("anna", "ben"): math.log2(9 / 2), ("anna", "cy"): math.log2(9 / 2)} == found


def test_words_alone_are_no_answer() -> None:
    """Everybody who leaves a stub fails in the same words."""
    finding = msgspec.structs.replace(wrong(1), actual=None)

    assert [] == answering_alike([report(name, failed("a.values", finding)) for name in ("anna", "ben", "cy")])


def test_first_those_that_stand_high_in_both() -> None:
    """Beside answers that agree, the code counts; neither hides the other."""
    reports = [report(name, failed("a.values", wrong(1))) for name in ("anna", "ben")] + [
        report("x", check("a.values"))
    ]
    found = pairs(reports, {("cy", "dan"): 90.0, ("anna", "ben"): 80.0}, most=2)

    assert [("anna", "ben"), ("cy", "dan")] == [pair.names for pair in found]
    assert [(True, 80.0), (False, 90.0)] == [(bool(pair.answers), pair.code) for pair in found]


def test_side_by_side() -> None:
    """Lines of one structure stand beside each other, whatever they are called."""
    found = side_by_side("a = 1\nb = f(a)  # so\n", "import os\nx = 22\ny = g( x )\n")

    assert [
        Line(None, "import os"),
        Line("a = 1", "x = 22", True),
        Line("b = f(a)  # so", "y = g( x )", True),
    ] == found


def folders(root: Path, **files: str) -> dict[str, Path]:
    for name, text in files.items():
        (root / name).mkdir(parents=True)
        (root / name / "corr2d.py").write_text(text)
    return {name: root / name for name in files}


def test_code(tmp_path: Path) -> None:
    """Renamed code is found; what the starter holds is not."""
    pytest.importorskip("compare50")
    renamed = SHARED.replace("total", "summe").replace("rows", "zeilen").replace("left", "links")
    found = folders(tmp_path / "class", anna=SHARED, ben=renamed, cy=OTHER)
    (starter,) = folders(tmp_path, starter=SHARED).values()

    assert [("anna", "ben")] == [*code_alike(found, [])]
    assert {} == code_alike(found, [starter])


def test_without_compare50(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong answers are compared all the same, and it is said what is missing; code alone is refused."""

    def missing(*_: object) -> None:
        raise UsageError(similar.MISSING)

    monkeypatch.setattr(similar, "code_alike", missing)
    for name in ("anna", "ben", "cy"):
        (tmp_path / "out" / name).mkdir(parents=True)
        one = report(name, failed("corr2d.values", wrong(1 if name != "cy" else 2)))
        (tmp_path / "out" / name / "report.json").write_bytes(to_json(one))
    (tmp_path / "out" / "index.json").write_bytes(msgspec.json.encode(Index()))
    folders(tmp_path / "class", anna=SHARED, ben=OTHER)

    assert 0 == main(["similar", str(tmp_path / "out")])
    assert "only wrong answers are compared" in capsys.readouterr().err
    text = (tmp_path / "out" / "similar.html").read_text()
    assert ("anna/report.html" in text, "Places to look" in text) == (True, True)
    assert 2 == main(["similar", str(tmp_path / "class"), "--out", str(tmp_path / "out")])


def test_a_page_of_names_that_mean_harm(tmp_path: Path) -> None:
    """Are text."""
    from grader.report.similar_page import write_similar
    from tests.report.pages import Page
    from tests.report.samples import HOSTILE

    found = folders(tmp_path, anna=f"# {HOSTILE!a}\nx = 1\n", ben=f"# {HOSTILE!a}\nx = 1\n")
    pair = Pair((HOSTILE, "ben"), code=3.0)
    page = Page(write_similar([pair], {HOSTILE: found["anna"], "ben": found["ben"]}, [HOSTILE], 2, tmp_path))

    assert ([], []) == ([tag for tag, _ in page.tags if tag == "img"], page.open)
    assert "same structure: x = 1" in page.text
