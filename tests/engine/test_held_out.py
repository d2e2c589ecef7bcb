"""What a graded submission sees of the digits: the training part, by scikit-learn and by the starter's helper."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.submission import Source
from grader.worker.confinement import strongest_level

STARTER = Path(__file__).parents[2] / "exercises" / "starter"
CODE = """
import numpy as np
from sklearn.datasets import load_digits
from helper import digits

rows, labels = load_digits(return_X_y=True)
print("rows", rows.shape, labels.shape, "train", digits("train")[0].shape, "test", digits("test")[0].shape)

def corr2d(X, K):
    return X
"""


@pytest.mark.skipif(strongest_level() == "none", reason="student code cannot be confined here")
def test_held_out_digits_stay_out(tmp_path: Path) -> None:
    """Whoever loads all digits, or the helper's test part, gets rows of the training part."""
    (tmp_path / "corr2d.py").write_text(CODE)
    shutil.copy(STARTER / "helper.py", tmp_path)
    checks = [check for check in course.load().exercises["corr2d"].checks if check.id == "corr2d.loads"]
    with Grader(checks, Options(isolation=strongest_level())) as grader:
        report = grader.grade(Source(path=tmp_path, name="anna"))

    assert ["passed"] == [check.outcome for check in report.checks]
    assert (
        "rows (1437, 64) (1437,) train torch.Size([1149, 1, 28, 28]) test torch.Size([288, 1, 28, 28])"
        in report.exercises[0].output
    )
