"""A student's network trained on a real card, confined: run where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from grader.cli import main
from grader.records import from_json

ROOT = Path(__file__).parents[2]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_confined_training_on_a_card_reaches_its_threshold(tmp_path: Path) -> None:
    """Strict, with a GPU: every check of LeNet5 passes, its training past what the digits ask."""
    student = str(ROOT / "exercises" / "student42")
    code = main(["run", student, "--exercise", "lenet5", "--device", "cuda", "--jobs", "1", "--out", str(tmp_path)])
    report = from_json((tmp_path / "student42" / "report.json").read_bytes())

    assert code == 0
    assert report.device == "cuda"
    assert report.isolation.startswith("strict, with a GPU: ")
