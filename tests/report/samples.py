"""Reports built by hand: every kind of finding and evidence, and text that means harm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.records import (
    Argument,
    Array,
    CheckResult,
    Confusion,
    Curves,
    Evidence,
    ExerciseResult,
    Finding,
    Measure,
    Picture,
    Pictures,
    Plain,
    Series,
    SubmissionReport,
    Table,
    sum_points,
)
from grader.report import html, terminal
from grader.report.standing import standing

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[31mred\x00\u202egpj.exe\u2066 "
    "{{ 7 * 7 }} {% raw %} ]]> --> </style></pre></title> javascript:alert(3) &amp;"
)
VERSIONS = {
    "grader": "0.1.0",
    "python": "3.11.2",
    "torch": "2.13.0",
    "numpy": "2.4.6",
    "hypothesis": "6.140.1",
}


def passed(name: str, title: str, points: float = 1, evidence: tuple[Evidence, ...] = ()) -> CheckResult:
    """A check that passed."""
    return CheckResult(
        id=name, title=title, outcome="passed", points=points, earned=points, evidence=evidence, seconds=0.01
    )


def failed(
    name: str, title: str, finding: Finding, points: float = 2, evidence: tuple[Evidence, ...] = ()
) -> CheckResult:
    """A check that failed."""
    return CheckResult(
        id=name, title=title, outcome="failed", points=points, earned=0, finding=finding, evidence=evidence
    )


def report(name: str, *exercises: ExerciseResult, isolation: str = "landlock, seccomp") -> SubmissionReport:
    """A report over `exercises` with the score that follows from them."""
    return SubmissionReport(
        submission=name,
        score=sum_points(exercise.score for exercise in exercises),
        max_score=sum_points(exercise.max_score for exercise in exercises),
        exercises=exercises,
        seed=20240,
        versions=VERSIONS,
        digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        isolation=isolation,
        started="2026-03-02T19:04:11Z",
        seconds=3.81,
        notes=(
            "Left out: notes.pdf (not Python).",
            "MNIST is not on this machine; scikit-learn's digits were used.",
        ),
    )


def correlation_finding() -> Finding:
    """corr2d that flips the kernel: arguments, expected, actual and the first wrong value."""
    image = np.array([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], dtype=np.float32)
    kernel = np.array([[1, 0], [0, -1.5]], dtype=np.float32)

    def correlate(flipped: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
        return (windows * flipped).sum(axis=(2, 3))

    return Finding(
        message="corr2d gives wrong values for this image and kernel.",
        call="corr2d(X, K)",
        arguments=(
            Argument(name="X", value=Array.of(image)),
            Argument(name="K", value=Array.of(kernel)),
        ),
        expected=Array.of(correlate(kernel)),
        actual=Array.of(correlate(kernel[::-1, ::-1])),
        where=(0, 0),
        hint="Multiply each window with K as it stands, without K[::-1, ::-1] or torch.flip.",
        misconception="kernel flipped",
        explanation="Deep learning's “convolution” is a cross-correlation: the kernel slides over the image "
        "without being turned by 180 degrees first. Your answers equal those of a true convolution.",
        reproduce="import torch\nfrom corr2d import corr2d\n\n"
        "X = torch.tensor([[0., 1., 2., 3.], [4., 5., 6., 7.], [8., 9., 10., 11.]])\n"
        "K = torch.tensor([[1., 0.], [0., -1.5]])\nprint(corr2d(X, K))\n",
    )


def pooling_finding() -> Finding:
    """max_pool2d that pads with zeros: two of eight slices wrong, NaN among the values."""
    images = -np.arange(1, 2 * 4 * 3 * 5 + 1, dtype=np.float32).reshape(2, 4, 3, 5)
    expected = images[:, :, ::2, ::2]
    actual = expected.copy()
    actual[0, 1, 0, 0] = 0
    actual[1, 3] = [[0, 0, math.nan], [0, -115, math.inf]]
    return Finding(
        message="max_pool2d gives wrong values when the input is padded.",
        call="max_pool2d(X, kernel_size=(1, 1), stride=2, padding=0)",
        arguments=(
            Argument(name="X", value=Array.of(images)),
            Argument(name="kernel_size", value=Plain(text="(1, 1)"), keyword=True),
            Argument(name="stride", value=Plain(text="2"), keyword=True),
        ),
        expected=Array.of(expected),
        actual=Array.of(actual),
        where=(0, 1, 0, 0),
        hint="Pad with -inf: a zero is larger than every negative value.",
        misconception="zero as max padding",
    )


def raised_finding() -> Finding:
    """Code that raised, on an argument too large to show."""
    return Finding(
        message="global_avg_pool2d raised IndexError: too many indices for array.",
        call="global_avg_pool2d(X)",
        arguments=(Argument(name="X", value=Array.of(np.zeros((8, 64, 28, 28), dtype=np.float32))),),
        traceback='File "pooling.py", line 31, in global_avg_pool2d\n    total = X[n, c, i, j, k]\n'
        "IndexError: too many indices for array: array is 4-dimensional, but 5 were indexed",
        hint="X has four dimensions: images, channels, rows, columns.",
    )


def layers() -> Table:
    """The layers of a LeNet beside the reference's."""
    return Table(
        caption="Layers of your network beside the reference's",
        columns=("layer", "yours", "reference", "parameters", "reference"),
        rows=(
            ("1", "Conv2d(1, 6, 5)", "Conv2d(1, 6, 5, padding=2)", "156", "156"),
            ("2", "ReLU", "Sigmoid", "0", "0"),
            ("3", "AvgPool2d(2)", "AvgPool2d(2)", "0", "0"),
            ("4", "Conv2d(6, 16, 5)", "Conv2d(6, 16, 5)", "2,416", "2,416"),
            ("5", "Linear(256, 120)", "Linear(400, 120)", "30,840", "48,120"),
        ),
        marked=(0, 1, 4),
    )


def curves() -> Curves:
    """Three learning curves; one loss is not a number."""
    epochs = range(20)
    train = [2.3 * math.exp(-epoch / 5) + 0.05 for epoch in epochs]
    return Curves(
        caption="Loss of every epoch",
        x_label="epoch",
        series=(
            Series(name="train", values=tuple(train)),
            Series(name="held out", values=tuple(loss + 0.012 * i for i, loss in enumerate(train))),
            Series(name="reference", values=tuple(loss * 0.7 for loss in train)),
        ),
    )


def confusion() -> Confusion:
    """Ten digits; fours are often taken for nines."""
    counts = [[0] * 10 for _ in range(10)]
    for digit in range(10):
        counts[digit][digit] = 960 + 3 * digit
        counts[digit][(digit + 3) % 10] = digit
    counts[4][9] = 213
    return Confusion(
        caption="Digits of the held-out set",
        labels=tuple(map(str, range(10))),
        counts=tuple(map(tuple, counts)),
    )


def pictures() -> Pictures:
    """Misclassified digits, drawn by hand."""
    rows, columns = np.mgrid[0:28, 0:28]
    rings = [np.abs(np.hypot(rows - 14, (columns - 14) * stretch) - 8) for stretch in (1.0, 1.5, 2.2, 1.2)]
    return Pictures(
        caption="Misclassified digits the network was surest of",
        items=tuple(
            Picture(label=f"a {true}, taken for {taken}", pixels=tuple(map(tuple, _ink(ring).tolist())))
            for ring, true, taken in zip(rings, (0, 0, 0, 9), (6, 8, 1, 4), strict=True)
        ),
    )


def _ink(distance: np.ndarray) -> np.ndarray:
    return np.clip(255 - 90 * distance, 0, 255).astype(int)


def accuracy() -> Measure:
    """An accuracy below its threshold."""
    return Measure(
        caption="Accuracy on held-out digits",
        value=0.9412,
        threshold=0.97,
        reference_mean=0.9853,
        reference_spread=0.0021,
        data="MNIST test, 10,000 digits",
    )


def evidence() -> tuple[Evidence, ...]:
    """One of every kind."""
    return (accuracy(), curves(), layers(), confusion(), pictures())


def mixed(name: str = "student17") -> SubmissionReport:
    """Some of everything: all four outcomes and every kind of evidence."""
    skipped = CheckResult(
        id="lenet5.export", title="The ONNX file equals the network", outcome="skipped", points=2, earned=0,
        finding=Finding(message="Skipped: it needs lenet5.structure, which failed."),
    )  # fmt: skip
    errored = CheckResult(
        id="lenet5.accuracy", title="The trained network reaches the threshold", outcome="errored",
        points=3, earned=0, counted=False,
        finding=Finding(message="The data set could not be read: checksum mismatch."),
    )  # fmt: skip
    return report(
        name,
        ExerciseResult(
            name="corr2d", title="Cross-correlation", file="corr2d.py",
            output="running my tests...\n\x1b[32mok\x1b[0m\n" + "x" * 300,
            checks=(
                passed("corr2d.shape", "The result is as large as the places the kernel fits into"),
                failed("corr2d.values", "Every value is the sum of the window under the kernel",
                       correlation_finding(), points=3),
                passed("corr2d.manners", "The inputs are left as they were", points=0.5),
                passed("corr2d.edges", "The kernel [[1, -1]] finds the vertical edges"),
            ),
        ),
        ExerciseResult(
            name="pooling", title="Pooling", file="pooling.py",
            checks=(
                passed("pooling.max", "Every value is the greatest of its window", points=2),
                failed("pooling.padding", "Padding never wins against a real value", pooling_finding()),
                failed("pooling.global", "Global average pooling is the mean over height and width",
                       raised_finding()),
            ),
        ),
        ExerciseResult(
            name="lenet5", title="LeNet-5", file="lenet5.py",
            checks=(
                passed("lenet5.loss", "The loss falls", evidence=(curves(),)),
                failed("lenet5.structure", "The layers are LeNet-5's",
                       Finding(message="Three layers differ from LeNet-5's.",
                               hint="Give the first convolution padding=2."), evidence=evidence()),
                skipped,
                errored,
            ),
        ),
    )  # fmt: skip


def flawless(name: str = "student42") -> SubmissionReport:
    """Every check passed."""
    checks = (passed("corr2d.shape", "Shape"), passed("corr2d.values", "Values", points=39))
    return report(name, ExerciseResult(name="corr2d", title="Cross-correlation", file="corr2d.py", checks=checks))


def hostile() -> SubmissionReport:
    """Harmful text, endless words and absurd numbers wherever a report has room for them."""
    word = HOSTILE + "w" * 400
    finding = Finding(
        message=word, call=word, hint=word, misconception=word, explanation=word,
        arguments=(Argument(name=word, value=Plain(text=word)),), expected=Plain(text=word),
        actual=Plain(text=word), traceback=f"{word}\n" * 20, reproduce=word,
    )  # fmt: skip
    absurd: tuple[Evidence, ...] = (
        Table(caption=word, columns=(word, "b"), rows=((word, word),), marked=(0,)),
        Curves(caption=word, x_label=word, series=(Series(name=word, values=(1e308, -1e308, 0.5)),) * 9),
        Confusion(caption=word, labels=(word, "b"), counts=((0, 7), (0, 0))),
        Pictures(caption=word, items=(Picture(label=word, pixels=((300, -4), (1, 2))),)),
        Measure(caption=word, value=1e308, threshold=0.5, data=word),
    )
    check = failed(word, word, finding, evidence=absurd)
    exercise = ExerciseResult(name=word, title=word, file=word, checks=(check,), output=f"{word}\n" * 20)
    return report(word, exercise, isolation="none")


def write_index(reports: Sequence[SubmissionReport], out: Path, *more: Any, **how: Any) -> Path:
    """The index page over these reports."""
    hardness = {}
    for check in (check for one in reports for check in one.checks if check.outcome in ("passed", "failed")):
        _, title, failed, ran = hardness.get(check.id, ("", check.title, 0, 0))
        hardness[check.id] = (check.id, title, failed + (check.outcome == "failed"), ran + 1)
    failed_ones = [one for one in hardness.values() if one[2]]
    return html.write_index(list(map(standing, reports)), out, *more, hardness=failed_ones, **how)


def print_summary(reports: Sequence[SubmissionReport], problems: terminal.Problems, *more: Any, **how: Any) -> None:
    """The summary of a run with these reports."""
    alone = reports[0] if len(reports) == 1 else None
    terminal.print_summary(list(map(standing, reports)), problems, *more, report=alone, **how)
