"""Which of a network's tensors can be the weights of a convolution, and which together a batch normalisation."""

from __future__ import annotations

from typing import NamedTuple

from grader.judge.networks import StateEntry

NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


class Norm(NamedTuple):
    """The four vectors of a batch normalisation."""

    weight: str
    bias: str
    mean: str
    variance: str


def kernels(entries: list[StateEntry]) -> dict[str, tuple[int, ...]]:
    """Shapes of what can be the weights of a convolution with square kernels, by name; a linear layer's are of a 1x1."""
    shapes = {entry.name: entry.values.shape for entry in entries if entry.values.dtype.kind == "f"}
    return {
        name: shape
        for name, shape in shapes.items()
        if (len(shape) == 2 or (len(shape) == 4 and shape[2] == shape[3]))
        and shapes.get(bias_of(name), shape[:1]) == shape[:1]
    }


def bias_of(weight: str) -> str:
    """The name of the bias beside a weight."""
    return f"{weight.removesuffix('weight')}bias" if weight.endswith("weight") else ""


def kernel_shapes(out: int, channels: int, kernel: int) -> tuple[tuple[int, ...], ...]:
    """Shapes of a convolution's weights: a linear layer over the channels is a 1x1 convolution."""
    return ((out, channels, kernel, kernel), *([(out, channels)] if kernel == 1 else []))


def batch_norms(entries: list[StateEntry], out: int, of_batch: bool = False) -> list[Norm]:
    """The batch normalisations of `out` channels: by torch's names, else by the order they were registered in."""
    shapes = ((out,), (1, out, 1, 1))
    wide = [entry.name for entry in entries if entry.values.ndim == 4 and entry.name.endswith("weight")]
    biases = {bias_of(name) for name in wide}
    floats = [entry for entry in entries if entry.values.dtype.kind == "f" and entry.name not in biases]
    vectors = [entry for entry in floats if entry.values.shape in shapes]
    names = {entry.name for entry in vectors}
    prefixes = [name.removesuffix("running_mean") for name in sorted(names) if name.endswith("running_mean")]
    named = [Norm(*(f"{prefix}{part}" for part in NORM_PARTS)) for prefix in prefixes]
    if named := [norm for norm in named if names.issuperset(norm)]:
        return named
    learned = [entry.name for entry in vectors if entry.kind == "parameter"]
    tracked = [entry.name for entry in vectors if entry.kind == "buffer"]
    if of_batch and not tracked:
        return [Norm(*names, "", "") for names in zip(learned[::2], learned[1::2], strict=False)]
    pairs = zip(learned[::2], learned[1::2], tracked[::2], tracked[1::2], strict=False)
    return [Norm(*names) for names in pairs]
