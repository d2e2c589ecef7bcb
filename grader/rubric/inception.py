"""Exercise inception: GoogLeNet's module, with and without its 1x1 reductions. x (N, C, H, W).

The student's own parameters are put into the formula in every fitting way: the numbers of channels in the checks differ,
so that shapes tell which convolution is which.
"""

from __future__ import annotations

from typing import Any

from grader.authoring.exercise import Mistake, exercise
from grader.rubric.branches import Conv, assignments, formula
from grader.rubric.formulas import (
    Args,
    Formula,
    counted,
    fits,
    leaves_input,
    matching,
    mistake,
    own,
    same_gradients,
    same_in_train_mode,
)
from grader.rubric.inception_mistakes import ALIKE, CONTRACT, FULL, LAST, MIXED, PLAIN, PROBES, mistakes

GOOGLENET_3A = (192, 64, (96, 128), (16, 32), 32)

inception = exercise(
    "inception",
    title="The Inception module",
    classes={"Inception": "reference.inception:Inception"},
    batches={
        "Inception": [
            (args, (2, args[0], *size)) for args in (FULL, PLAIN, MIXED, LAST, ALIKE) for size in ((5, 6), (1, 1))
        ]
    },
    ready_made=["block"],
    lesson="Szegedy et al. 2014: Going Deeper with Convolutions, figure 2",
    about="Inception(in_channels, c1, (c2r, c2), (c3r, c3), c4): 1x1; 1x1, 3x3; 1x1, 5x5; 3x3 max-pool, 1x1; ReLU after "
    "every convolution; concatenated over channels, H and W kept. c2 and c3 as plain numbers leave the reductions out, "
    "c4 None the 1x1 behind the pooling.",
)


def parts(args: Args) -> str:
    """What such a module is made of."""
    found = [step for steps in CONTRACT.branches(args) for step in steps if isinstance(step, Conv)]
    return "an nn.Conv2d each of " + ", ".join(f"{one.kernel}x{one.kernel} to {one.outputs}" for one in found)


MODULE = Formula("Inception", (CONTRACT,), CONTRACT.channels, assignments, formula, parts)


def recognise(student: Any) -> Mistake | None:
    return mistake(student, MODULE, PROBES, mistakes())


inception.recognise = recognise


@inception.check(
    points=0,
    gate=True,
    live=True,
    hint="Make the branches in __init__ and put their maps behind each other in forward yourself.",
)
def own_work(student: Any) -> None:
    """The module is your own: none of a library's networks is taken.

    Why: the exercise is to put the layers together. torch.nn's layers are what it is made of; while it is graded,
    torchvision.models and its like are not there, so nothing else can earn points with them either.
    Wrong: self.module = torchvision.models.googlenet.Inception(...)
    Right: torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)
    """
    own(student, MODULE, (FULL, PLAIN))


@inception.check(
    points=0,
    live=True,
    hint="Padding 1 for 3x3 and 2 for 5x5 keep H and W; nn.MaxPool2d(3, stride=1, padding=1) does too.",
)
def runs(student: Any) -> None:
    """A module with both reductions gives (N, c1 + c2 + c3 + c4, H, W).

    Why: only maps of one height and width can lie behind each other.
    Wrong: nn.MaxPool2d(3)
    Right: nn.MaxPool2d(3, stride=1, padding=1)
    """
    fits(student, MODULE, FULL, ((2, 8, 8), (1, 7, 5)), wanted(FULL))


@inception.check(
    points=1,
    live=True,
    needs=["runs"],
    hint="isinstance(c2, int) tells the forms apart; with c4 None the pooled x keeps its in_channels.",
)
def shape(student: Any) -> None:
    """Every form gives its channels and keeps height and width: GoogLeNet's 3a makes 256 of 192.

    Why: the module's first form has no reductions, and its pooled branch all channels of x.
    Wrong: c2r, c2 = c2  # whatever c2 is
    Right: if isinstance(c2, tuple): ...
    """
    for args in (FULL, PLAIN, MIXED, LAST, ALIKE):
        fits(student, MODULE, args, ((2, 6, 6), (1, 1, 1), (2, 3, 8)), wanted(args))
    fits(student, MODULE, GOOGLENET_3A, ((1, 4, 4),), wanted(GOOGLENET_3A))


@inception.check(points=2, live=True, needs=["runs"], hint="Six convolutions: 1x1; 1x1 and 3x3; 1x1 and 5x5; 1x1.")
def parameters(student: Any) -> None:
    """The module has the weights of its six convolutions.

    Why: the reductions are there to save them: without the 1x1 before it, a 5x5 convolution costs many times more.
    Wrong: nn.Conv2d(in_channels, c3, 5, padding=2)
    Right: nn.Conv2d(c3r, c3, 5, padding=2)
    """
    counted(student, MODULE, FULL, counts(FULL), "biases")


@inception.check(
    points=7, live=True, needs=["runs"], hint="ReLU behind every convolution; branches in the contract's order."
)
def values(student: Any) -> None:
    """With both reductions the module computes the contract's formula.

    Why: the next layer knows a channel by its place, and shapes do not tell whether a ReLU is missing.
    Wrong: torch.cat([self.b3(self.b3_reduce(x)), ...], dim=1)
    Right: torch.cat([F.relu(self.b3(F.relu(self.b3_reduce(x)))), ...], dim=1)
    """
    for args in (FULL, ALIKE):
        matching(student, MODULE, args, sizes=((6, 6), (5, 7)))


@inception.check(
    points=3, live=True, needs=["shape"], hint="No 1x1 where there is a plain number, none behind the pooling for None."
)
def first_form(student: Any) -> None:
    """Plain numbers leave the reductions out, None the 1x1 convolution behind the pooling.

    Why: it is the module that the reductions were added to.
    Wrong: a 1x1 convolution to c2 before the 3x3 all the same
    Right: nn.Conv2d(in_channels, c2, 3, padding=1)
    """
    for args in (PLAIN, MIXED, LAST):
        matching(student, MODULE, args, sizes=((6, 6), (5, 7)))


@inception.check(points=1, live=True, needs=["values"], hint="No dropout, and nothing that is computed over the batch.")
def train_mode(student: Any) -> None:
    """In train mode the module computes the same.

    Why: it has no layer that behaves otherwise in training.
    Wrong: nn.Dropout(0.4) behind the concatenation
    Right: nothing to do
    """
    same_in_train_mode(student, MODULE, (FULL, PLAIN))


@inception.check(
    points=2, live=True, needs=["values"], hint="No detach, no torch.no_grad, and no in-place operation on x."
)
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: all four branches learn, and x gets the sum of their gradients.
    Wrong: self.branch3(x.detach())
    Right: self.branch3(x)
    """
    same_gradients(student, MODULE, (FULL, PLAIN))


@inception.check(
    points=1, live=True, needs=["values"], hint="No branch may write into x: nn.ReLU(inplace=True) not on x itself."
)
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: four branches read the same x.
    Wrong: x.relu_()
    Right: F.relu(conv(x))
    """
    leaves_input(student, MODULE, (FULL, PLAIN))


def wanted(args: Args) -> Any:
    """The shape that comes out for (N, H, W)."""
    in_channels, c1, c2, c3, c4 = args
    ends = (c2 if isinstance(c2, int) else c2[1], c3 if isinstance(c3, int) else c3[1])
    width = c1 + sum(ends) + (in_channels if c4 is None else c4)
    return lambda count, height, side: (count, width, height, side)


def counts(args: Args) -> set[int]:
    """All parameter counts that the contract allows: each convolution may have a bias or not."""
    found = {0}
    for steps in CONTRACT.branches(args):
        width = args[0]
        for step in (step for step in steps if isinstance(step, Conv)):
            weights = step.outputs * width * step.kernel**2
            found = {count + weights + bias * step.outputs for count in found for bias in (0, 1)}
            width = step.outputs
    return found
