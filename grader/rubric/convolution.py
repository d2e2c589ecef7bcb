"""Exercise convolution: a layer's convolution forward (see `convolution_forward`), the backward pass, and manners.

x (N, C, H, W), weight (O, C, h, w), grad (N, O, H', W') -> the gradients of x, of weight and of bias (O,).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.authoring.strategies import arrays, pairs
from grader.authoring.student import Student
from grader.authoring.tolerance import Tolerance
from grader.rubric.convolution_forward import (
    FOUR_KERNELS,
    LARGE,
    LARGE_KERNELS,
    PAIR_HINT,
    TWO_SAMPLES,
    W_2X2,
    X_3X4,
    Arrays,
    Settings,
    convolution,
    layers,
    reference,
)

THREE = "conv2d_backward gives three, in this order: return grad_x, grad_weight, grad_bias."
CUT = (
    "A gradient has the shape of what it belongs to: take zeros of the shape of the padded x, add to them, and cut the "
    "padding off with p:p+H, as p:-p is empty for p = 0."
)


@st.composite
def _passes(
    draw: st.DrawFn, /, sides: tuple[int, int] = (4, 7), dtype: str = "float32", **more: st.SearchStrategy[Any]
) -> tuple[Arrays, Settings]:
    """Images, kernels and the gradient of what they give with the settings `more`."""
    x, weight = draw(layers(sides, dtype=dtype))
    settings = {name: draw(values) for name, values in more.items()}
    return (x, weight, draw(arrays(*reference.conv2d(x, weight, **settings).shape, dtype=dtype))), settings


@convolution.check(points=1, hint="bias[o] is added to every cell of channel o: add up their gradients.", examples=12)
@given(drawn=_passes())
@example(drawn=((TWO_SAMPLES, FOUR_KERNELS, np.ones((2, 4, 3, 5), dtype="float32")), {}))
def bias_gradient(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """The gradient of the bias is the sum of grad over samples, rows and columns: (O,).

    Why: a weight that is used in many places gets the gradients of all of them.
    Wrong: grad.mean(axis=(0, 2, 3))
    Right: grad.sum(axis=(0, 2, 3))
    """
    backward_right(student, drawn, "bias")


@convolution.check(
    points=3, hint="Each cell of grad brings the window that it came from, times its value.", examples=30
)
@given(drawn=_passes())
@example(drawn=((X_3X4, W_2X2, np.arange(6, dtype="float32").reshape(1, 1, 2, 3)), {}))
@example(drawn=((LARGE, LARGE_KERNELS, LARGE[:, :1, :8, :11].repeat(6, axis=1)), {}))
def weight_gradient(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """The gradient of weight[o] is the sum of all windows, each times its cell of grad[:, o].

    Why: every place of the image where the kernel lay has used the same weights.
    Wrong: only the last sample's
    Right: grad_weight[o] += grad[n, o, i, j] * x[n, :, i:i+h, j:j+w]
    """
    backward_right(student, drawn, "weight")


@convolution.check(
    points=3, hint="Each cell of grad sends weight[o], times its value, back to its window.", examples=30
)
@given(drawn=_passes())
@example(drawn=((X_3X4, W_2X2, np.eye(3, dtype="float32")[None, None, :2]), {}))
@example(drawn=((LARGE, LARGE_KERNELS, LARGE[:, :1, :8, :11].repeat(6, axis=1)), {}))
def input_gradient(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """The gradient of x is the full correlation of grad with the kernel turned around.

    Why: a pixel lies under up to h * w windows, each time under another cell of the kernel, and gets back from all.
    Wrong: conv2d(grad, weight, padding=h-1)
    Right: grad_x[n, :, i:i+h, j:j+w] += grad[n, o, i, j] * weight[o]
    """
    backward_right(student, drawn, "x")


@convolution.check(
    points=2,
    needs=["weight_gradient", "input_gradient"],
    hint="The window of cell i, j is at row i*s, column j*s.",
    examples=30,
)
@given(drawn=_passes((4, 8), stride=st.integers(2, 3) | pairs(1, 3)))
def backward_stride(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """With a stride the gradient is spread: what no window has seen gets zero.

    Why: a remainder at the end of the image has no influence on the result.
    Wrong: grad_x of the size (H' - 1) * s + h
    Right: grad_x = np.zeros(x.shape)
    """
    backward_right(student, drawn, "weight", "x", "bias")


@convolution.check(
    points=2,
    needs=["weight_gradient", "input_gradient"],
    hint="Compute on the padded image, then cut the border off.",
    examples=35,
)
@given(drawn=_passes((3, 6), padding=st.integers(1, 2) | pairs(0, 2)))
def backward_padding(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """With padding the gradient of x is that of the padded image without its border.

    Why: the zeros around the image are nobody's input, but the kernel has seen them.
    Wrong: grad_x[:, :, p:-p, p:-p], which is empty for p = 0
    Right: grad_x[:, :, p:p+H, q:q+W]
    """
    backward_right(student, drawn, "weight", "x", "bias")


@convolution.check(points=1, needs=["backward_stride", "backward_padding"], hint=PAIR_HINT, examples=25)
@given(drawn=_passes((4, 9), stride=pairs(1, 3), padding=pairs(0, 2)))
def backward_together(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """Stride and padding in one call, with other numbers for rows than for columns.

    Why: layers have both.
    Wrong: stride, _ = stride
    Right: s, t = stride
    """
    backward_right(student, drawn, "weight", "x", "bias", positional=True)


@convolution.check(
    points=2,
    public=False,
    needs=["precise", "weight_gradient", "input_gradient"],
    hint="The gradient says how fast sum(conv2d(x, weight, bias) * grad) changes.",
    examples=12,
)
@given(drawn=_passes((3, 5), "float64", stride=st.integers(1, 2), padding=st.integers(0, 1)))
def differences(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """The gradients say how your own conv2d changes with its input, its weights and its bias.

    Why: this law needs no right answers, and finds any gradient that does not belong to its function.
    Wrong: the gradient of another convolution than the one that conv2d computes
    Right: (L(x + d) - L(x - d)) / 2 is the sum of grad_x * d
    """
    (x, weight, grad), settings = drawn
    given = (x, weight, np.arange(1.0, 1 + len(weight)))
    found = gradients(student.conv2d_backward(x, weight, grad, **settings))
    for place, values in enumerate(given):
        step = (np.arange(values.size) * 5 % 7 - 3.0).reshape(values.shape)
        ahead, behind = (
            expect.floats(student.conv2d(*given[:place], values + way * step, *given[place + 1 :], **settings))
            for way in (1, -1)
        )
        for one in (ahead, behind):
            expect.shape(one, grad.shape, "what your conv2d gives")
        expect.shape(found[place], values.shape, "the gradient")
        slope = ((ahead - behind) * grad).sum() / 2
        noise = Tolerance(1e-4, 1e-3 + 1e-5 * float((np.abs(ahead) * np.abs(grad)).sum()))
        expect.close((found[place] * step).sum(), slope, tol=noise)


# ------------------------------------------------------------------------------------------------------ manners


@convolution.check(points=1, needs=["values", "weight_gradient", "input_gradient", "flipped"], examples=6)
@given(drawn=_passes())
def unchanged(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """Images, kernels and gradients are not modified.

    Why: the caller still needs them; the backward pass gets the same x and weight again.
    Wrong: x *= scale
    Right: x = x * scale
    """
    (x, weight, grad), _ = drawn
    student.conv2d(x, weight, padding=1)
    expect.unchanged(student)
    student.conv2d(x, weight, np.ones(len(weight), dtype="float32"))
    expect.unchanged(student)
    student.conv2d_backward(x, weight, grad)
    expect.unchanged(student)
    student.true_convolution(x[0, 0], weight[0, 0])
    expect.unchanged(student)


@convolution.check(points=1, needs=["values"], hint="Keep nothing from one call to the next.", examples=6)
@given(layer=layers())
def repeatable(student: Student, layer: Arrays) -> None:
    """The same call gives the same result again, in a new array.

    Why: a function that remembers earlier calls gives different answers in a different order.
    Wrong: a list outside of the function that every call appends to
    Right: everything a call needs is made inside it
    """
    first = expect.floats(student.conv2d(*layer))
    expect.fresh(student)
    student.conv2d(2 * layer[0] + 1, layer[1])
    expect.close(student.conv2d(*layer), np.nan_to_num(first))
    expect.fresh(student)


def backward_right(student: Student, drawn: tuple[Arrays, Settings], *names: str, positional: bool = False) -> None:
    """The gradients of these `names` are right."""
    (x, weight, grad), settings = drawn
    if positional:
        given = student.conv2d_backward(x, weight, grad, settings["stride"], settings["padding"])
    else:
        given = student.conv2d_backward(x, weight, grad, **settings)
    wanted = reference.conv2d_backward(x, weight, grad, **settings)
    for name in names:
        place = ("x", "weight", "bias").index(name)
        all_found = gradients(given)
        found = all_found[place]
        elsewhere = sorted(one.shape for one in all_found) == sorted(one.shape for one in wanted)
        hint = (
            THREE if elsewhere else CUT if name == "x" else f"A gradient has the shape of what it belongs to: {name}."
        )
        expect.shape(found, wanted[place].shape, f"the gradient of {name}", hint=hint)
        expect.close(found, wanted[place], terms=weight[:, 0].size if name == "x" else grad[:, 0].size)


def gradients(found: Any) -> tuple[np.ndarray, ...]:
    """The three gradients that conv2d_backward has given."""
    items = list(found.values()) if isinstance(found, dict) else found
    if not isinstance(items, list | tuple) or len(items) != 3:
        raise CheckFailure(f"the result is {expect.describe(found)}, expected three gradients", hint=THREE)
    return tuple(expect.floats(item, f"result number {place}") for place, item in enumerate(items, start=1))
