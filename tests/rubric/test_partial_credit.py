"""What is right in work with one fault keeps its points; what only looks like the work has next to none.

Shares are of all points but those for files that are handed in beside the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.audit.examiner import Examiner, Graded
from grader.audit.subjects import Subject, digest
from tests.rubric.styles import BLOCKS, CNN, HEAD, LENET, NETWORKS, Block, Op

COURSE = course.load()
EXERCISES = ("corr2d", "lenet5", "mnist_cnn", "resnet_block")
SMALL: Op = ("conv", 1, 6, 5, 0, 1)
UNPADDED = (SMALL, *LENET[1:])
LENETS = {
    "it raises": UNPADDED,
    "view(-1, 400)": (*UNPADDED[:6], ("view 400",), *UNPADDED[7:]),
    "256 inputs": (*UNPADDED[:7], ("dense", 256, 120), *UNPADDED[8:]),
    "a last convolution": (*UNPADDED[:6], ("conv", 16, 120, 5, 0, 1), ("flatten",), *UNPADDED[8:]),
}
BLOCKS_WITHOUT = {
    "no projection": Block(needs="False"),
    "a projection for channels alone": Block(needs="i != o"),
    "a projection of 3x3": Block(kernel=3),
    "no stride in the projection": Block(strides=("stride", "1", "1")),
}
SQUARES = {
    "one size of the kernel": "h = w = K.shape[0]",
    "axes of the kernel swapped": "w, h = K.shape",
}
LOOPS = """import numpy as np

def corr2d(X, K):
    X, K = np.asarray(X), np.asarray(K)
    {}
    Y = np.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K[:h, :w]).sum()
    return Y
"""
LINEAR = """
class {name}(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.all = nn.Parameter(torch.randn({size}) / 30)
    def forward(self, x):
        return x.flatten(1) @ self.all[:7840].view(784, 10) + 0 * self.all.sum()
"""
SPLIT = """
class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = {sizes}
        self.parts = nn.ParameterList(nn.Parameter(torch.randn(*size) / 30) for size in self.sizes)
    def forward(self, x):
        whole = torch.cat([part.flatten() for part in self.parts])
        return {through}(x.flatten(1) @ whole[:7840].view(784, 10)) + 0 * whole.sum()
"""


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    with Examiner({name: COURSE.exercises[name] for name in EXERCISES}, COURSE.limits, jobs=2) as examiner:
        yield examiner


def graded(examiner: Examiner, folder: Path, exercise: str, sources: dict[str, str]) -> dict[str, Graded]:
    """By name what each source earns."""
    subjects = []
    for i, (name, source) in enumerate(sources.items()):
        (folder / str(i)).mkdir()
        (folder / str(i) / f"{exercise}.py").write_text(source)
        subjects.append(
            Subject(exercise=exercise, name=name, kind="wrong", folder=folder / str(i), digest=digest(folder / str(i)))
        )
    return {subject.name: found for subject, found in examiner.grade(subjects, 0)}


def at_stake(exercise: str) -> float:
    return sum(check.points for check in COURSE.exercises[exercise].checks if not check.files)


def test_lenet_without_padding(examiner: Examiner, tmp_path: Path) -> None:
    """Keeps more than half in each form that it shows itself in, and is told so."""
    styles = {f"{form}, {name}": style("LeNet5", LENETS[form]) for form in LENETS for name, style in NETWORKS.items()}
    found = graded(examiner, tmp_path, "lenet5", styles)

    assert {} == {name: one for name, one in found.items() if not one.earned >= at_stake("lenet5") / 2}
    assert {"No padding in the first convolution"} == {one.diagnosis for one in found.values()}
    assert all("lenet5.transplant" in one.failed and not one.errored for one in found.values())
    assert not any("lenet5.gradients" in one.failed for one in found.values())


def test_cnn_without_padding(examiner: Examiner, tmp_path: Path) -> None:
    """The same for the other network."""
    unpadded = (("conv", 1, 32, 3, 0, 1), *CNN[1:3], ("conv", 32, 64, 3, 0, 1), *CNN[4:])
    found = graded(
        examiner, tmp_path, "mnist_cnn", {name: style("MnistCNN", unpadded) for name, style in NETWORKS.items()}
    )

    assert {} == {name: one for name, one in found.items() if not one.earned >= at_stake("mnist_cnn") / 2}


def test_block_with_a_wrong_projection(examiner: Examiner, tmp_path: Path) -> None:
    """Keeps more than half; that it cannot be trained either is not held against it."""
    sources = {
        f"{wrong}, {name}": style(block) for wrong, block in BLOCKS_WITHOUT.items() for name, style in BLOCKS.items()
    }
    found = graded(examiner, tmp_path, "resnet_block", sources)

    assert {} == {name: one for name, one in found.items() if not one.earned >= at_stake("resnet_block") / 2}
    assert all(one.diagnosis for one in found.values())
    for name in ("values", "train_mode", "backward", "unchanged"):
        assert not any(f"resnet_block.{name}" in one.failed for one in found.values())


def test_corr2d_for_square_kernels(examiner: Examiner, tmp_path: Path) -> None:
    """Keeps more than half, but not all."""
    found = graded(examiner, tmp_path, "corr2d", {name: LOOPS.format(line) for name, line in SQUARES.items()})

    assert all(at_stake("corr2d") / 2 <= one.earned < at_stake("corr2d") for one in found.values()), found


@pytest.mark.parametrize(
    ("exercise", "name", "size"), [("lenet5", "LeNet5", 61_706), ("mnist_cnn", "MnistCNN", 421_642)]
)
def test_linear_maps(examiner: Examiner, tmp_path: Path, exercise: str, name: str, size: int) -> None:
    """Have a fifth at most, whichever way their numbers lie: no layer of theirs is right."""
    sizes = [tuple(parameter.shape) for parameter in COURSE.exercises[exercise].classes[name]().parameters()]
    found = graded(
        examiner,
        tmp_path,
        exercise,
        {
            "in one": HEAD + LINEAR.format(name=name, size=size),
            "in the contract's shapes": HEAD + SPLIT.format(name=name, sizes=sizes, through=""),
            "with a softmax": HEAD + SPLIT.format(name=name, sizes=sizes, through="F.softmax"),
        },
    )

    assert {} == {which: one for which, one in found.items() if not one.earned <= at_stake(exercise) / 5}
