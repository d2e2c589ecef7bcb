"""A network exercise written with docs/authoring.md alone: shape, parameter count, values, a training step.

The course in `vgg/` imports what the guide names and nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.cli import main
from grader.records import from_json

COURSE = Path(__file__).parent / "vgg"
EXPECTED = {  # submission -> checks that fail, the score out of 10
    "right": (set(), 10),
    "wrong_average": ({"values"}, 1),
    "wrong_detached": ({"learns"}, 8),
    "wrong_one_layer_less": ({"parameters", "values"}, 0),
    "wrong_shape": ({"shape"}, 0),
}


def test_it_takes_no_internals() -> None:
    """Everything is imported from `grader` itself."""
    text = (COURSE / "rubric" / "small_vgg.py").read_text("utf-8")

    assert ["grader"] == re.findall(r"^(?:from|import) (grader\S*)", text, flags=re.MULTILINE)


def test_right_and_wrong_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a right network calls its layers and when it makes them; each mistake fails the check that is about it."""
    folders = [str(COURSE / "submissions" / name) for name in EXPECTED]
    code = main(["run", *folders, "--course", str(COURSE), "--out", str(tmp_path), "--seed", "7"])
    reports = {name: from_json((tmp_path / name / "report.json").read_bytes()) for name in EXPECTED}

    assert 1 == code, capsys.readouterr().err
    assert EXPECTED == {
        name: (
            {check.id.partition(".")[2] for check in report.checks if check.outcome == "failed"},
            report.score,
        )
        for name, report in reports.items()
    }
    told = {c.id: c.finding.message for r in reports.values() for c in r.checks if c.finding and c.outcome == "failed"}
    assert (
        "SmallVGG(2, 4, 3) has 419 parameters, expected 567: 0 (Conv2d) 76, 2 (Conv2d) 148, 6 (Linear) 195"
        == (told["small_vgg.parameters"])
    )
    assert "(1, 48) comes out for 1 images of 3 classes" == told["small_vgg.shape"]
    assert told["small_vgg.learns"].startswith("this does not hold: losses[-1] < 0.5 * losses[0]; here losses = ")
