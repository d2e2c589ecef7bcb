"""Training and exported graphs, end to end on the embedded digits: what is learned is what counts."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from grader import course
from grader.engine.local import Grader, Options
from grader.records import Measure, SubmissionReport
from grader.rubric import training_doctor
from grader.submission import Source

ROOT = Path(__file__).parents[1]
LENET5 = Path(__file__).parent / "planted" / "lenet5"
STUDENT = ROOT / "exercises" / "student42"
TRAINED_WELL = ("right_lazy_layers", "right_nll_loss_outside", "right_setattr_names")
UNTRAINED = "train leaves every parameter as it was"
TRAINED_BADLY = {  # what the finding says, and the mistake that the first steps show
    "wrong_train_climbs": ("on held-out digits", training_doctor.UPHILL),
    "wrong_train_no_step": (UNTRAINED, training_doctor.NO_STEP),
    "wrong_train_no_zero_grad": ("on held-out digits", training_doctor.NO_ZERO_GRAD),
    "wrong_train_plateau": ("on held-out digits", training_doctor.SHORT_STEPS),
    "wrong_train_stub": (UNTRAINED, None),
    "wrong_train_trains_another_model": (UNTRAINED, training_doctor.OTHER_MODEL),
}


@pytest.fixture(scope="module")
def grading() -> Iterator[Grader]:
    """Of code with or without its artefacts; always of the same starts, for how far a training comes is up to them."""
    known = course.load().exercises["lenet5"]
    with Grader(known.copy(known.files).checks, Options(jobs=1)) as grader:
        yield grader


@pytest.fixture(scope="module")
def student42(grading: Grader) -> SubmissionReport:
    return grading.grade(Source(path=STUDENT, name="student42"))


def result(report: SubmissionReport, name: str) -> Any:
    return next(check for check in report.checks if check.id == f"lenet5.{name}")


def test_student42(student42: SubmissionReport) -> None:
    """The sample submission passes everything, with its accuracy, data set and threshold in the report."""
    assert [] == [(c.id, c.finding) for c in student42.checks if c.outcome != "passed"]
    for name in ("train", "accuracy"):
        measure = next(item for item in result(student42, name).evidence if isinstance(item, Measure))
        assert ("digits", True) == (measure.data, measure.value >= measure.threshold > 0.9)


@pytest.mark.parametrize("name", TRAINED_WELL)
def test_other_trainings(name: str, grading: Grader) -> None:
    """Other recipes reach the threshold too; without artefacts those points are not at stake."""
    report = grading.grade(Source(path=LENET5 / name, name=name))

    assert ("passed", report.max_score) == (result(report, "train").outcome, report.score)
    assert ("skipped", False) == (result(report, "export").outcome, result(report, "export").counted)


@pytest.mark.parametrize("name", TRAINED_BADLY)
def test_bad_trainings(name: str, grading: Grader) -> None:
    """A training that does not learn fails that check and no other, with the accuracy it reached or why it reached none."""
    report = grading.grade(Source(path=LENET5 / name, name=name))

    assert ["lenet5.train"] == [check.id for check in report.checks if check.outcome == "failed"]
    words, mistake = TRAINED_BADLY[name]
    finding = result(report, "train").finding
    assert (True, mistake.title if mistake else "") == (words in finding.message, finding.misconception)


@pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning")
def test_other_operators_that_compute_the_same(grading: Grader, tmp_path: Path) -> None:
    """A sigmoid written out has no Sigmoid in its graph; what the graph computes shows that it is one."""
    code = (STUDENT / "lenet5.py").read_text()
    assert "nn.Sigmoid()" in code
    code = code.replace("nn.Sigmoid()", "Logistic()").replace("epochs=20", "epochs=1")
    logistic = "class Logistic(nn.Module):\n    def forward(self, x):\n        return 1 / (1 + torch.exp(-x))\n"
    (tmp_path / "lenet5.py").write_text(f"{code}\n\n{logistic}")
    network: Any = runpy.run_path(str(tmp_path / "lenet5.py"))["LeNet5"]()
    network.load_state_dict(torch.load(STUDENT / "lenet5.pth", weights_only=True))
    runpy.run_path(str(ROOT / "exercises" / "starter" / "helper.py"))["save"](network, str(tmp_path / "lenet5"))
    report = grading.grade(Source(path=tmp_path, name="anna"))
    outcomes = {name: result(report, name).outcome for name in ("export", "parity", "accuracy")}

    assert dict.fromkeys(outcomes, "passed") == outcomes

    (tmp_path / "lenet5.pth").unlink()
    report = grading.grade(Source(path=tmp_path, name="anna"))
    assert "passed" == result(report, "export").outcome


@pytest.mark.parametrize(
    ("name", "content", "failed", "words"),
    [
        ("lenet5.onnx", b"not a graph", "export", "no valid ONNX graph"),
        ("lenet5.onnx", None, "export", "carries 421,642 parameters"),
        ("lenet5.pth", b"not a checkpoint", "parity", "loading lenet5.pth fails"),
    ],
)
def test_bad_artefacts(
    name: str, content: bytes | None, failed: str, words: str, grading: Grader, tmp_path: Path
) -> None:
    """An artefact that is damaged, or another network's, is told in words; the rest is judged as ever."""
    folder = tmp_path / "anna"
    shutil.copytree(STUDENT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / name).write_bytes((STUDENT / "mnist_cnn.onnx").read_bytes() if content is None else content)
    text = (folder / "lenet5.py").read_text().replace("epochs=20", "epochs=1")  # not what this is about
    (folder / "lenet5.py").write_text(text)
    report = grading.grade(Source(path=folder, name="anna"))

    assert "failed" == result(report, failed).outcome
    assert words in result(report, failed).finding.message
    assert "passed" == result(report, "transplant").outcome
