"""What the checks of all residual blocks look at in the same way; a block's own arguments are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.authoring import expect
from grader.rubric.formulas import Args, Formula, built, lively, noise
from grader.rubric.residual_formula import stride_of
from grader.rubric.tensors import kernel_shapes


def wanted(formula: Formula, args: Args) -> Any:
    """The shape that comes out for (N, H, W)."""
    out, stride = formula.forms[0].expansion * args[1], stride_of(args)
    return lambda count, height, width: (count, out, -(-height // stride), -(-width // stride))


def projects_where_needed(student: Any, formula: Formula, same: Args, other: Args) -> None:
    """Fail when the shortcut has a 1x1 convolution where shapes agree, or none for `other` channels."""
    block, channels = lively(student, formula, same), formula.channels(same)
    found = [entry.name for entry in block.state() if entry.values.shape in kernel_shapes(channels, channels, 1)]
    expect.that(not found, f"{block.made} has {found and found[0]}, a 1x1 convolution it does not need")
    block, channels = built(student, formula, other), formula.channels(other)
    out = formula.forms[0].expansion * other[1]
    is_there = any(entry.values.shape in kernel_shapes(out, channels, 1) for entry in block.state())
    expect.that(
        is_there,
        f"{block.made} has no 1x1 convolution that takes {channels} channels to {out}",
        hint="Where the shapes differ, the shortcut is nn.Conv2d(in_channels, out_channels, 1, stride=stride).",
    )


def is_relu_alone(student: Any, formula: Formula, args: Args) -> None:
    """Fail when the block with all its parameters at zero is not ReLU(x)."""
    block = built(student, formula, args)
    block.load({entry.name: np.zeros_like(entry.values) for entry in block.state() if entry.kind == "parameter"})
    for scale in (1.0, -1.0):
        x = noise(student, 2, formula.channels(args), 6, 5) * np.float32(scale)
        expect.close(block.output(x), np.maximum(x, 0).astype(float))
