"""The record claims what it measured, and nothing on another data set."""

from __future__ import annotations

import pytest
import torch

from reference import record


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_a_trial_on_the_digits_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Each seed's accuracy and seconds are told, the parameters, the mean, and that the claim does not hold."""
    assert 1 == record.main(["--data", "digits", "--device", "cpu", "--seeds", "2", "--epochs", "1"])
    told = capsys.readouterr().out
    accuracies = [float(line.split()[3].rstrip(",")) for line in told.splitlines() if line.startswith("seed ")]

    assert 2 == len(accuracies)
    assert f"mean {sum(accuracies) / 2:.4f} over 2 seeds, lowest {min(accuracies):.4f}" in told
    assert "61,706 parameters, digits, 1 epochs" in told
    assert "does not hold" in told


def test_no_data(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    assert 2 == record.main(["--root", str(tmp_path)])
    assert str(tmp_path) in capsys.readouterr().err
