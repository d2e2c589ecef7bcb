"""The formula of networks that are branches of steps, side by side, whose results are joined: often one branch alone.

A form tells the branches for the arguments of a network; its other settings are those of `Form`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from grader.authoring import expect
from grader.judge.networks import StateEntry
from grader.later import torch
from grader.rubric.classifier_variants import ACTIVATIONS
from grader.rubric.formulas import Args
from grader.rubric.tensors import Norm, batch_norms, bias_of, kernel_shapes, kernels

MOST_WAYS_OF_ONE = 4096  # of giving the tensors of one network their parts
MOST_TRIED = 40_000  # parts that are given on the way


class Conv(NamedTuple):
    """A convolution with square kernels, or a dense layer where there is no height and width any more."""

    outputs: int
    kernel: int = 1
    padding: int = 0
    stride: int = 1


class Pool(NamedTuple):
    kind: str  # average or max
    size: int = 2
    stride: int = 2
    padding: int = 0
    ceil: bool = False


Step = Conv | Pool | str  # a key of ACTIVATIONS or of OTHERS, or NORM
Steps = tuple[Step, ...]
Branches = tuple[Steps, ...]
NORM = "batch norm"
JOINS: dict[str, Callable[[list[torch.Tensor]], torch.Tensor]] = {
    "channels": lambda found: torch.cat(found, dim=1),
    "batch": lambda found: torch.cat(found, dim=0),
    "height": lambda found: torch.cat(found, dim=2),
    "width": lambda found: torch.cat(found, dim=3),
    "sum": lambda found: sum(found[1:], found[0]),
    "mean": lambda found: sum(found[1:], found[0]) / len(found),
    "maximum": lambda found: torch.stack(found).amax(0),
}
OTHERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "mean": lambda x: x.mean(dim=(2, 3)),
    "sum": lambda x: x.sum(dim=(2, 3)),
    "sum over 49": lambda x: x.sum(dim=(2, 3)) / 49,
    "largest": lambda x: x.amax(dim=(2, 3)),
    "mean over the height": lambda x: x.mean(dim=2)[..., 0],
    "first pixel": lambda x: x[:, :, 0, 0],
    "middle pixel": lambda x: x[:, :, x.shape[2] // 2, x.shape[3] // 2],
    "root of the mean square": lambda x: (x * x).mean(dim=(2, 3)).sqrt(),
    "log_softmax": lambda x: torch.log_softmax(x, dim=1),
    "zeros": lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1)),
    "reflect": lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1), mode="reflect"),
    "replicate": lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1), mode="replicate"),
}


class Form(Protocol):
    """How a network is put together."""

    join: str  # a key of JOINS
    last: Steps  # behind the joined result
    shared: bool  # one layer may stand in several places

    def channels(self, args: Args) -> int:
        """Of a batch."""

    def branches(self, args: Args) -> Branches:
        """What stands side by side."""


class Layer(NamedTuple):
    """The tensors of a convolution or dense layer by name."""

    weight: str
    bias: str


Part = Layer | Norm


def assignments(entries: list[StateEntry], args: Args, form: Form, right: bool) -> Iterator[tuple[Part, ...]]:
    """Every way in which the student's tensors can play the parts: those of the steps that have some, in order.

    Raises CheckFailure when there are too many to try them all.
    """
    weights = kernels(entries)
    norms: dict[int, list[Norm]] = {}
    own = {bias_of(name) for name in weights}
    loose: dict[int, list[str]] = {}
    for entry in entries if all(entry.kind == "parameter" for entry in entries) else ():  # others belong to batch norms
        if entry.values.ndim == 1 and entry.name not in own:
            loose.setdefault(len(entry.values), []).append(entry.name)
    names = {entry.name for entry in entries}

    def layers(outputs: int, inputs: int, kernel: int) -> Iterator[Layer]:
        shapes = (*kernel_shapes(outputs, inputs, kernel), *([(inputs, outputs)] if kernel == 1 else []))
        for name in (name for name, shape in weights.items() if shape in shapes):
            biases = [bias_of(name)] if bias_of(name) in names else [*loose.get(outputs, ()), ""]
            yield from (Layer(name, bias) for bias in biases)

    choices: list[list[Part]] = []
    for steps in form.branches(args):
        width = form.channels(args)
        for step in steps:
            if isinstance(step, Conv):
                choices.append([*layers(step.outputs, width, step.kernel)])
                width = step.outputs
            elif step == NORM:
                norms.setdefault(width, batch_norms(entries, width))
                choices.append([*norms[width]])
    ways = 0
    for tried, parts in enumerate(choose(choices, (), form.shared) if all(choices) else ()):
        is_whole = len(parts) == len(choices)
        ways += is_whole
        few = tried < MOST_TRIED and ways <= MOST_WAYS_OF_ONE
        expect.that(few, "the network has too many tensors of one shape to tell which is which")
        if is_whole:
            yield parts


def choose(choices: list[list[Part]], chosen: tuple[Part, ...], shared: bool) -> Iterator[tuple[Part, ...]]:
    """Every way to take one of each, after its beginnings; no tensor plays two parts unless they may be `shared`."""
    yield chosen
    taken = {name for part in chosen for name in part if name}
    for part in choices[len(chosen)] if len(chosen) < len(choices) else ():
        if shared or taken.isdisjoint(part):
            yield from choose(choices, (*chosen, part), shared)


def formula(
    state: dict[str, torch.Tensor],
    roles: tuple[Part, ...],
    x: torch.Tensor,
    args: Args,
    form: Form,
    train: bool = False,
    strict: bool = False,
) -> torch.Tensor:
    """The joined results of all branches with the student's tensors in their parts, in float64.

    Raises RuntimeError where the shapes of a mistaken form do not fit; `strict`: also where results of several shapes
    would be spread over each other.
    """
    parts: Iterator[Any] = iter(roles)

    def through(values: torch.Tensor, step: Step) -> torch.Tensor:
        if isinstance(step, Conv):
            return convolved(values, step, next(parts), state)
        if isinstance(step, Pool):
            if step.kind == "max":
                return torch.nn.functional.max_pool2d(values, step.size, step.stride, step.padding, ceil_mode=step.ceil)
            return torch.nn.functional.avg_pool2d(values, step.size, step.stride, step.padding, ceil_mode=step.ceil)
        if step == NORM:
            weight, bias, mean, variance = (state[name].flatten() for name in next(parts))
            running = (mean.detach().clone(), variance.detach().clone())
            return torch.nn.functional.batch_norm(values, *running, weight, bias, training=train)
        return (OTHERS.get(step) or ACTIVATIONS[step])(values)

    found = []
    for steps in form.branches(args):
        values = x
        for step in steps:
            values = through(values, step)
        found.append(values)
    if strict and form.join in ("sum", "mean") and len({values.shape for values in found}) > 1:
        raise RuntimeError("the branches have different shapes")
    result = JOINS[form.join](found)
    for step in form.last:
        result = through(result, step)
    return result


def convolved(x: torch.Tensor, step: Conv, layer: Layer, state: dict[str, torch.Tensor]) -> torch.Tensor:
    """What a convolution, or a dense layer, with these tensors makes of x."""
    weight, bias = state[layer.weight], state[layer.bias] if layer.bias else None
    if weight.ndim == 2 and weight.shape[0] != step.outputs:
        weight = weight.T
    if x.ndim == 2:
        return torch.nn.functional.linear(x, weight.flatten(1), bias)
    weight = weight if weight.ndim == 4 else weight[:, :, None, None]
    return torch.nn.functional.conv2d(x, weight, bias, step.stride, step.padding)
