"""Exercise resnet_block: y = ReLU(F(x) + shortcut(x)), F = conv3x3-BN-ReLU-conv3x3-BN. x (N, C, H, W).

Blocks name and order their layers as they like, so the checks first find out which layer plays which part: the
student's own parameters are put into the reference formula in every fitting way, and one of them has to agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.tolerance import Tolerance
from grader.judge.networks import AT_RANDOM, Entry, Network
from grader.later import torch
from grader.records import Table
from grader.rubric.resnet_formula import (
    LOUD,
    NEAR,
    Roles,
    assignments,
    formula,
    needs_none,
    noise,
    pointwise_shapes,
    randomised,
    stride_of,
)
from grader.rubric.resnet_mistakes import mistake

resnet_block = exercise(
    "resnet_block",
    title="The residual block",
    classes={"ResidualBlock": "reference.resnet_block:ResidualBlock"},
    lesson="Dive into Deep Learning 8.6: Residual Networks (ResNet)",
    about="ResidualBlock(in_channels, out_channels, stride=1): y = ReLU(F(x) + shortcut(x)) with "
    "F = conv3x3 - BN - ReLU - conv3x3 - BN; the shortcut is the identity where shapes agree, else a 1x1 convolution.",
)
resnet_block.recognise = mistake
SAME, WIDER, NARROWER, STRIDED, BOTH, THREE = (4, 4), (3, 6), (6, 3), (4, 4, 2), (3, 6, 2), (4, 4, 3)
MOST_TOLD = 200  # characters in a cell of a table
MORE_BATCHES = 7  # what happens at random does not show in every pass
ASIDE = 0.05  # of its way: a variance may be divided by n instead of n - 1
NOTHING_RANDOM = "The same batch gives the same in train mode too: no dropout, and no layer that is left out at random."


@resnet_block.check(points=0, live=True, hint="Padding 1 keeps the size in both 3x3 convolutions.")
def runs(student: Any) -> None:
    """A block that keeps the number of channels gives (N, C, H, W) for (N, C, H, W).

    Why: whatever else a block does, x passes through it and is added at the end.
    Wrong: nn.Conv2d(channels, channels, 3)
    Right: nn.Conv2d(channels, channels, 3, padding=1)
    """
    fits(student, SAME)


@resnet_block.check(
    points=1,
    live=True,
    needs=["runs"],
    hint="Padding 1 keeps the size. Other channels or a stride need a 1x1 convolution with that stride in the shortcut.",
)
def shape(student: Any) -> None:
    """The result is (N, out_channels, ceil(H / stride), ceil(W / stride)).

    Why: the sum needs both branches to have one shape, whatever the channels and the stride.
    Wrong: the shortcut of a strided block without the stride
    Right: nn.Conv2d(in_channels, out_channels, 1, stride=stride)
    """
    for args in (SAME, WIDER, NARROWER, STRIDED, BOTH, THREE):
        fits(student, args)


@resnet_block.check(
    points=2,
    live=True,
    needs=["shape"],
    hint="Two 3x3 convolutions, a batch norm behind each, a 1x1 convolution in the shortcut only where needed.",
)
def parameters(student: Any) -> None:
    """The block has two 3x3 convolutions, a batch norm each, and a 1x1 convolution where shapes differ.

    Why: the count tells of a layer that is missing, shared or too large. Convolutions may have a bias or not, the
    shortcut a batch norm or not.
    Wrong: one batch norm used behind both convolutions
    Right: self.bn1, self.bn2
    """
    for args in (SAME, BOTH):
        block = lively(student, args)
        layers = block.layers()
        allowed = counts(*args)
        rows = tuple(
            (
                f"{x.name}: {x.kind}"[:MOST_TOLD],
                ", ".join(str(p.shape) for p in x.parameters)[:MOST_TOLD],
                f"{x.count:,}",
            )
            for x in layers
        )
        student.show(Table(caption=f"Layers of {block.made}", columns=("layer", "shapes", "parameters"), rows=rows))
        count = sum(layer.count for layer in layers)
        expect.that(
            count in allowed,
            f"{block.made} has {count:,} parameters, expected {min(allowed):,} "
            f"(up to {max(allowed):,} with biases and a batch norm in the shortcut)",
        )


@resnet_block.check(
    points=1, live=True, needs=["shape"], hint="nn.Identity() or x itself, when channels agree and the stride is 1."
)
def shortcut(student: Any) -> None:
    """Where shapes agree the shortcut is the identity: it has no parameters.

    Why: the identity is what lets gradients through unchanged; He et al. found nothing better.
    Wrong: a 1x1 convolution in every shortcut
    Right: if stride != 1 or in_channels != out_channels: ...
    """
    block = lively(student, SAME)
    pointwise = [entry.name for entry in block.state() if entry.values.shape in pointwise_shapes(4, 4)]
    expect.that(not pointwise, f"{block.made} has {pointwise and pointwise[0]}, a 1x1 convolution it does not need")
    wider = [entry for entry in built(student, WIDER).state() if entry.values.shape in pointwise_shapes(6, 3)]
    expect.that(wider, "ResidualBlock(3, 6) has no 1x1 convolution that takes 3 channels to 6")


@resnet_block.check(points=2, live=True, needs=["runs"], hint="First add the shortcut, then ReLU.")
def zero_branch(student: Any) -> None:
    """With F at zero the block is ReLU(x).

    Why: a block that starts out as (nearly) the identity cannot make a deep network worse.
    Wrong: return self.bn2(self.conv2(out))  # no addition
    Right: return F.relu(out + x)
    """
    block = built(student, SAME)
    block.load({entry.name: np.zeros_like(entry.values) for entry in block.state() if entry.kind == "parameter"})
    for scale in (1.0, -1.0):
        x = noise(student, 2, 4, 6, 5) * np.float32(scale)
        expect.close(block.output(x), np.maximum(x, 0).astype(float))


@resnet_block.check(points=5, live=True, needs=["runs"], hint="conv, BN, ReLU, conv, BN; then the addition; then ReLU.")
def values(student: Any) -> None:
    """In eval mode the block computes ReLU(F(x) + x).

    Why: order matters, and shape and parameter count do not see it. Batch statistics are set at random, so that a
    batch norm in the wrong place shows.
    Wrong: F.relu(self.conv1(self.bn1(x)))
    Right: F.relu(self.bn1(self.conv1(x)))
    """
    matching(student, SAME, sizes=((6, 6), (5, 7)))


@resnet_block.check(
    points=3,
    live=True,
    needs=["shape"],
    hint="Stride on the first 3x3 convolution and on the 1x1 convolution; the shortcut starts from the block's input.",
)
def projection(student: Any) -> None:
    """With other channels or a stride the shortcut is a 1x1 convolution of the block's input, with the same stride.

    Why: many blocks are right until a projection is used.
    Wrong: the stride on the second convolution, a shortcut computed from what conv1 has made of x
    Right: self.shortcut(x), x being the input
    """
    for args in (WIDER, BOTH, STRIDED, NARROWER, THREE):
        matching(student, args, sizes=((8, 8), (7, 5)))


@resnet_block.check(
    points=2,
    live=True,
    needs=["values"],
    hint="nn.BatchNorm2d does it by itself: no eval(), no track_running_stats=False, and no further layer like dropout.",
)
def train_mode(student: Any) -> None:
    """In train mode the batch norms use the statistics of the batch.

    Why: training relies on it, and eval mode on what training has recorded.
    Wrong: self.bn1.eval()
    Right: nothing to do: model.train() reaches every layer
    """
    for args, block, state, roles in right_ones(student):
        x = LOUD * noise(student, 4, args[0], 7, 5)
        batch = dict(state)
        wanted = formula(batch, roles, torch.from_numpy(x).double(), stride_of(args), train=True)
        expect.close(block.output(x, train=True), wanted.detach().numpy(), tol=NEAR)
        recorded(state, batch, block.state())
        for _ in range(MORE_BATCHES):
            expect.close(block.output(x, train=True), wanted.detach().numpy(), tol=NEAR, hint=NOTHING_RANDOM)


@resnet_block.check(
    points=2,
    live=True,
    needs=["values"],
    hint="No in-place operation on what the shortcut or a gradient still needs, and no detach.",
)
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: a detached shortcut or an in-place ReLU gives the right values and the wrong gradients.
    Wrong: out += identity after F.relu_(identity)
    Right: out = out + identity
    """
    for args, block, state, roles in right_ones(student):
        x = LOUD * noise(student, 3, args[0], 6, 6)
        given = torch.from_numpy(x).double().requires_grad_()
        tensors = {name: value.clone().requires_grad_() for name, value in state.items()}
        output = formula(tensors, roles, given, stride_of(args), train=True)
        weights = torch.linspace(-1, 1, output.numel(), dtype=torch.float64).reshape(output.shape)
        (output * weights).sum().backward()
        _, gradient, gradients = block.backward(x, weights.float().numpy(), train=True)
        assert given.grad is not None
        expect.that(gradient is not None, "no gradient reaches the input")
        expect.close(gradient, given.grad.numpy(), tol=Tolerance(1e-3, 1e-3))
        for name, found in gradients.items():
            wanted = tensors[name].grad if name in tensors else None
            if wanted is not None:
                expect.that(found is not None, f"no gradient reaches {name}")
                expect.close(found, wanted.numpy(), tol=Tolerance(1e-3, 1e-3))


@resnet_block.check(
    points=1, live=True, needs=["values"], hint="x belongs to the caller: no x += ..., no inplace=True on x."
)
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: the caller may use x again, as a second branch does.
    Wrong: F.relu_(x)
    Right: F.relu(x)
    """
    for args, block, _, _ in right_ones(student):
        x = noise(student, 2, args[0], 6, 6)
        first = expect.floats(block.output(x))
        expect.that(not block.changes_input(x), f"{block.made} changes its input")
        try:
            expect.close(block.output(x), first)
        except CheckFailure as failure:
            again = f"{block.made} in eval mode: the same input gives another output the second time: {failure.message}"
            raise CheckFailure(again, hint=AT_RANDOM) from None


def recorded(before: dict[str, torch.Tensor], batch: dict[str, torch.Tensor], after: Iterable[Entry]) -> None:
    """Fail when running statistics have not gone from what they were `before` some way to those of the `batch`."""
    now = {entry.name: torch.from_numpy(entry.values.astype("float64")) for entry in after}
    for name in (name for name in before if batch[name] is not before[name]):
        expect.that(
            name in now and now[name].shape == before[name].shape, f"a batch in train mode changes what {name} is"
        )
        there, way = (now[name] - before[name]).flatten(), batch[name] - before[name].flatten()
        share = float((there * way).sum() / (way * way).sum())  # the momentum, as a rule
        expect.that(
            share > 0 and float((there - share * way).norm()) <= ASIDE * float(there.norm()),
            f"after a batch in train mode {name} is {'what it was before' if share == 0 else 'not nearer to the batch'}: "
            "eval mode would go on with statistics of other images",
        )


def right_ones(student: Any) -> Iterator[tuple[tuple[int, ...], Network, dict[str, torch.Tensor], Roles]]:
    """A block of unchanged shape, and one with a projection where it is right: if it is not, `projection` tells."""
    for args in (SAME, BOTH):
        try:
            found = matching(student, args, sizes=((6, 6),))
        except CheckFailure as failure:
            if args == SAME or failure.fatal:
                raise
        else:
            yield args, *found


def fits(student: Any, args: tuple[int, ...]) -> None:
    """Fail when the block's output has another shape than the contract's."""
    block = built(student, args)
    stride = stride_of(args)
    for count, height, width in ((2, 8, 8), (1, 7, 5)):
        found = block.output(noise(student, count, args[0], height, width))
        wanted = (count, args[1], -(-height // stride), -(-width // stride))
        expect.that(
            found.shape == wanted,
            f"{block.made} turns ({count}, {args[0]}, {height}, {width}) into {tuple(found.shape)}, expected {wanted}",
        )


def built(student: Any, args: tuple[int, ...]) -> Network:
    """The student's block for (in_channels, out_channels[, stride])."""
    sample, seed = noise(student, 2, args[0], 6, 6), int(student.random.integers(1 << 31))
    network: Network = student.network("ResidualBlock", *args, sample=sample, seed=seed)
    return network


def lively(student: Any, args: tuple[int, ...]) -> Network:
    """The same, when its output depends on its parameters: layers that do nothing are none."""
    block, x = built(student, args), LOUD * noise(student, 2, args[0], 6, 6)
    outputs = []
    for _ in range(2):
        state = randomised(student, block.state())
        block.load({name: value.float().numpy() for name, value in state.items()})
        outputs.append(expect.floats(block.output(x)))
    expect.that(
        outputs[0].shape != outputs[1].shape or not np.allclose(outputs[0], outputs[1]),
        f"the output of {block.made} does not depend on its parameters",
        hint="forward has to use the layers that __init__ makes.",
    )
    return block


def counts(channels: int, out: int, stride: int = 1) -> set[int]:
    """All parameter counts that the contract allows."""
    least = 9 * channels * out + 9 * out * out + 4 * out
    branch = {least + biases * out for biases in (0, 1, 2)}
    if channels == out and stride == 1:
        return branch
    return {
        count + channels * out + bias * out + norm * 2 * out for count in branch for bias in (0, 1) for norm in (0, 1)
    }


def matching(
    student: Any, args: tuple[int, ...], sizes: tuple[tuple[int, int], ...]
) -> tuple[Network, dict[str, torch.Tensor], Roles]:
    """A block with random parameters and statistics that agrees with the formula in eval mode, and how.

    Raises CheckFailure with the closest fit when no assignment of parts agrees.
    """
    block = built(student, args)
    entries = block.state()
    state = randomised(student, entries)
    block.load({name: value.float().numpy() for name, value in state.items() if value.is_floating_point()})
    batches = [LOUD * noise(student, 2, args[0], *size) for size in sizes]
    found = [block.output(x) for x in batches]
    closest: CheckFailure | None = None
    for roles in assignments(entries, args):
        try:
            for x, output in zip(batches, found, strict=True):
                wanted = formula(state, roles, torch.from_numpy(x).double(), stride_of(args), train=False)
                expect.close(output, wanted.numpy(), tol=NEAR)
        except CheckFailure as failure:
            closest = closest or failure
        else:
            return block, state, roles
    if closest is None:
        raise CheckFailure(
            f"{block.made} lacks a part: expected two 3x3 nn.Conv2d, an nn.BatchNorm2d for each"
            + ("" if needs_none(args) else ", and a 1x1 nn.Conv2d in the shortcut")
        )
    raise CheckFailure(
        f"{block.made} in eval mode: {closest.message}",
        expected=closest.expected,
        actual=closest.actual,
        where=closest.where,
    )
