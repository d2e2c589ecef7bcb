"""Exercise convolution, the way forward: conv2d, true convolution and the size of the result.

x (N, C, H, W), weight (O, C/groups, h, w), bias (O,) -> (N, O, H', W').
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.oracle import Oracle
from grader.authoring.strategies import arrays, batches, oblong, pairs, square
from grader.authoring.student import Student
from grader.rubric import known, sizes
from reference import convolution as canonical

convolution = exercise(
    "convolution",
    title="Convolution, forward and backward",
    functions={
        "conv2d": canonical.conv2d,
        "conv2d_backward": canonical.conv2d_backward,
        "true_convolution": canonical.true_convolution,
        "output_size": canonical.output_size,
    },
    ready_made=["convolution"],
    lesson="Dive into Deep Learning 7.2 to 7.4: Convolutions, Padding and Stride, Channels",
    about="conv2d with PyTorch's semantics; conv2d_backward(x, weight, grad): the gradients of x, weight and bias; "
    "true_convolution(X, K): the kernel is flipped, (H-h+1, W-w+1); output_size(W, K, P=0, S=1, D=1): a whole number.",
)
reference = Oracle(canonical)
Arrays = tuple[np.ndarray, ...]
Settings = dict[str, Any]
X_3X4 = np.arange(12.0, dtype="float32").reshape(1, 1, 3, 4)
W_2X2 = np.arange(1.0, 5.0, dtype="float32").reshape(1, 1, 2, 2)
TWO_SAMPLES = (np.arange(2 * 3 * 5 * 6) % 11).reshape(2, 3, 5, 6).astype("float32")
FOUR_KERNELS = (np.arange(4 * 3 * 3 * 2) % 7 - 3).reshape(4, 3, 3, 2).astype("float32")
LARGE = (np.arange(3 * 5 * 12 * 14) * 7 % 31).reshape(3, 5, 12, 14).astype("float32")
LARGE_KERNELS = (np.arange(6 * 5 * 5 * 4) % 9 - 4).reshape(6, 5, 5, 4).astype("float32")
OTHER_BORDERS = {
    "edge": "Outside of the image lie copies of its outermost pixels here: padding is zeros.",
    "reflect": "Outside of the image lies its mirror image here: padding is zeros.",
    "symmetric": "Outside of the image lies its mirror image here: padding is zeros.",
    "wrap": "Outside of the image lies its opposite side here: padding is zeros.",
}
PAIR_HINT = "(rows, columns): the first number is for H, the second for W."
FLOAT_HINT = (
    "Make zeros with the input's dtype: torch.zeros(..., dtype=x.dtype); Python does not mix float32 with float64."
)


@st.composite
def layers(draw: st.DrawFn, /, sides: tuple[int, int] = (4, 7), groups: int = 1, dtype: str = "float32") -> Arrays:
    """Images and kernels that fit each other: x (N, C, H, W), weight (O, C/groups, h, w)."""
    channels, kernels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    x = draw(batches((1, 2), channels * groups, sides, sides, dtype=dtype))
    return x, draw(arrays(kernels * groups, channels, (1, 3), (1, 3), dtype=dtype))


@st.composite
def _grouped(draw: st.DrawFn) -> tuple[Arrays, int]:
    groups = draw(st.integers(2, 3))
    return draw(layers(groups=groups)), groups


@st.composite
def _together(draw: st.DrawFn) -> tuple[Arrays, Settings]:
    """Images, kernels and bias with every argument, other numbers for rows than for columns."""
    groups = draw(st.integers(1, 2))
    x, weight = draw(layers((6, 9), groups))
    settings = {"stride": draw(pairs(1, 3)), "padding": draw(pairs(0, 2)), "dilation": draw(pairs(1, 2))}
    return (x, weight, draw(arrays(len(weight), dtype="float32"))), {**settings, "groups": groups}


@convolution.check(points=0, gate=True, live=True, hint="Write the sums over the windows yourself.")
def own_work(student: Student) -> None:
    """The sums are your own: no ready-made convolution is called, forward or backward.

    Why: the exercise is to see what such a layer does inside. Loops, einsum, unfold, matrix products and FFT are fine.
    While your functions are called here, ready-made ones are not there, so nothing else can earn points with them.
    Wrong: return torch.nn.functional.conv2d(x, weight, bias, stride, padding)
    Right: y[:, o, i, j] = (window * weight[o]).sum((1, 2, 3))
    """
    tried: tuple[Settings, ...] = ({}, {"stride": 2, "padding": 1})
    for settings in tried:
        x, weight = (student.random.standard_normal(s).astype("float32") for s in ((2, 2, 6, 7), (3, 2, 3, 2)))
        grad = np.ones(canonical.conv2d(x, weight, **settings).shape, dtype="float32")
        expect.own_work(student.conv2d, x, weight, **settings)
        expect.own_work(student.conv2d_backward, x, weight, grad, **settings)
    expect.own_work(student.true_convolution, x[0, 0], weight[0, 0])


# ------------------------------------------------------------------------------------------- size of the result


@convolution.check(points=2, hint="floor((W + 2P - D*(K - 1) - 1) / S) + 1", examples=40)
@given(W=st.integers(16, 400), K=st.integers(1, 6), P=st.integers(0, 6), S=st.integers(1, 5), D=st.integers(1, 3))
@example(W=28, K=5, P=2, S=1, D=1)
@example(W=7, K=2, P=0, S=2, D=1)
@example(W=224, K=7, P=3, S=2, D=1)
@example(W=7, K=3, P=0, S=1, D=3)
def size(student: Student, W: int, K: int, P: int, S: int, D: int) -> None:
    """output_size(W, K, P, S, D) is the number of windows along an axis, rounded down.

    Why: whoever builds a network counts the cells that are left after each layer. What does not fill a whole step at
    the end is left out.
    Wrong: (W - K + P) / S + 1
    Right: (W + 2*P - D*(K - 1) - 1) // S + 1
    """
    expect.close(student.output_size(W, K, P, S), reference.output_size(W, K, P, S))
    expect.close(student.output_size(W, K, P=P, S=S, D=D), reference.output_size(W, K, P, S, D))
    expect.close(student.output_size(W, K), W - K + 1)


@convolution.check(points=1, needs=["size"], hint="Divide with //, or take int(...) of the result.", examples=10)
@given(W=st.integers(16, 400), K=st.integers(1, 6), S=st.integers(1, 5))
def whole(student: Student, W: int, K: int, S: int) -> None:
    """The size is a whole number, an int.

    Why: range and zeros take no 3.0.
    Wrong: (W - K) / S + 1
    Right: (W - K) // S + 1
    """
    found = expect.array(student.output_size(W, K, S=S))
    expect.that(found.dtype.kind in "iu", f"the result is {expect.describe(found.item())}, expected an int")


# ------------------------------------------------------------------------------------------------------ forward


@convolution.check(
    points=5,
    hint="y[n, o, i, j] is the sum of x[n, :, i:i+h, j:j+w] * weight[o] over channels, rows and columns.",
    examples=40,
)
@given(layer=layers())
@example(layer=(X_3X4, W_2X2))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS))
@example(layer=(LARGE, LARGE_KERNELS))
@example(layer=(X_3X4, X_3X4))
def values(student: Student, layer: Arrays) -> None:
    """Every output is the sum, over all channels, of the window under one kernel.

    Why: each kernel makes one channel of the result, and sees all channels of the image.
    Wrong: a result for every pair of input and output channel
    Right: y[n, o, i, j] = (x[n, :, i:i+h, j:j+w] * weight[o]).sum()
    """
    right(student.conv2d(*layer), layer)


@convolution.check(points=1, needs=["values"], hint="bias[o] is added to every cell of channel o.", examples=20)
@given(layer=layers(), grey=st.integers(1, 9))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS[:3]), grey=1)
def bias(student: Student, layer: Arrays, grey: int) -> None:
    """The bias is one number for each output channel, added to all of its cells.

    Why: it moves the threshold of a whole channel.
    Wrong: y + bias, which adds along the columns
    Right: y + bias[:, None, None]
    """
    offsets = (grey * np.arange(1, 1 + len(layer[1]))).astype("float32")
    right(student.conv2d(*layer, offsets), (*layer, offsets))
    right(student.conv2d(*layer, bias=None), layer)


@convolution.check(
    points=2, needs=["values"], hint="Row i of the result comes from the window at row i * stride.", examples=30
)
@given(layer=layers((5, 9)), stride=st.integers(1, 4) | pairs(1, 3))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), stride=2)
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), stride=(1, 2))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), stride=[3, 1])
def stride(student: Student, layer: Arrays, stride: Any) -> None:
    """The stride is the step from window to window; what does not fit at the end is left out.

    Why: a stride of 2 halves the picture.
    Wrong: x[:, :, i:i+h, j:j+w]
    Right: x[:, :, i*s:i*s+h, j*s:j*s+w]
    """
    right(student.conv2d(*layer, stride=stride), layer, stride=stride)


@convolution.check(
    points=2, needs=["values"], hint="Zeros on all four sides. F.pad names the last axis first.", examples=35
)
@given(layer=layers((3, 6)), padding=st.integers(1, 3) | pairs(0, 2))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), padding=1)
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), padding=(1, 0))
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), padding=[0, 2])
@example(layer=(TWO_SAMPLES, FOUR_KERNELS), padding=(3, 4))
@example(layer=(X_3X4[:, :, :2], FOUR_KERNELS[:, :1]), padding=1)
def padding(student: Student, layer: Arrays, padding: Any) -> None:
    """Padding puts so many rows and columns of zeros around the image, on every side.

    Why: without it the picture shrinks with every layer, and its border is seen less often than its middle.
    Wrong: np.pad(x, padding)
    Right: np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    """
    x, (p, q) = layer[0], (padding, padding) if isinstance(padding, int) else padding
    others = {
        words: lambda mode=mode: reference.conv2d(np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)), mode=mode), *layer[1:])
        for mode, words in OTHER_BORDERS.items()
        if p < x.shape[2] and q < x.shape[3]
    }
    right(student.conv2d(*layer, padding=padding), layer, others, padding=padding)


@convolution.check(
    points=2, needs=["values"], hint="The cells of a window lie D apart: K cells span D*(K-1)+1.", examples=30
)
@given(layer=layers((7, 9)), dilation=st.integers(1, 3) | pairs(1, 3))
@example(layer=(LARGE, LARGE_KERNELS), dilation=2)
@example(layer=(LARGE, LARGE_KERNELS), dilation=(2, 1))
@example(layer=(LARGE, LARGE_KERNELS), dilation=[1, 3])
def dilation(student: Student, layer: Arrays, dilation: Any) -> None:
    """Dilation spreads the cells of a window apart.

    Why: a window with holes sees further with as few weights.
    Wrong: x[:, :, i:i+h, j:j+w]
    Right: x[:, :, i:i+d*(h-1)+1:d, j:j+d*(w-1)+1:d]
    """
    right(student.conv2d(*layer, dilation=dilation), layer, dilation=dilation)


@convolution.check(
    points=2,
    needs=["values"],
    hint="Of G groups, kernels number g*O/G to (g+1)*O/G see channels number g*C/G to (g+1)*C/G.",
    examples=25,
)
@given(drawn=_grouped())
@example(drawn=((TWO_SAMPLES, FOUR_KERNELS[:3, :1]), 3))
@example(drawn=((LARGE[:, :4], LARGE_KERNELS[:, :2]), 2))
@example(drawn=((LARGE[:, :4], np.concatenate([LARGE_KERNELS[:, :1], LARGE_KERNELS[:2, 1:2]])), 4))
def groups(student: Student, drawn: tuple[Arrays, int]) -> None:
    """With groups each part of the kernels sees its own part of the channels.

    Why: it saves weights; with as many groups as channels every channel has kernels of its own.
    Wrong: the same kernels for every part
    Right: conv2d(x[:, :C//2], weight[:O//2]) beside conv2d(x[:, C//2:], weight[O//2:])
    """
    layer, groups = drawn
    (x, weight), each = layer[:2], layer[1].shape[1]

    def seeing(part: Callable[[int], int]) -> np.ndarray:
        """The result where kernel o sees the part number part(o) of the channels."""
        starts = [part(o) * each for o in range(len(weight))]
        return np.concatenate(
            [reference.conv2d(x[:, c : c + each], weight[o : o + 1]) for o, c in enumerate(starts)], 1
        )

    others = {
        "All kernels see the first part of the channels: with G groups each part of the kernels has its own.": lambda: (
            seeing(lambda o: 0)
        ),
        "The kernels are dealt out to the parts in turn: the first O/G kernels see the first part, the next the second.": lambda: (
            seeing(lambda o: o % groups)
        ),
    }
    right(student.conv2d(*layer, groups=groups), layer, others, groups=groups)


@convolution.check(
    points=2,
    needs=["bias", "stride", "padding", "dilation", "groups"],
    hint=f"Look at where two meet. {PAIR_HINT}",
    examples=35,
)
@given(drawn=_together())
@example(
    drawn=(
        (LARGE[:, :4], LARGE_KERNELS[:, :2], np.arange(6, dtype="float32")),
        {"stride": (2, 3), "padding": (3, 1), "dilation": (1, 2), "groups": 2},
    )
)
def together(student: Student, drawn: tuple[Arrays, Settings]) -> None:
    """All arguments of conv2d in one call, with other numbers for rows than for columns.

    Why: networks combine them freely.
    Wrong: the padding is forgotten in the size once there is a dilation
    Right: (H + 2*p - d*(h - 1) - 1) // s + 1
    """
    layer, settings = drawn
    others = {
        "The bias is missing: it is added with these arguments, too.": lambda: reference.conv2d(*layer[:2], **settings)
    }
    right(student.conv2d(*layer, **settings), layer, others, **settings)
    right(student.conv2d(*layer, *settings.values()), layer, **settings)


@convolution.check(points=1, needs=["padding"], hint=FLOAT_HINT, examples=10)
@given(layer=layers(dtype="float64"))
def precise(student: Student, layer: Arrays) -> None:
    """Images and kernels in float64 are taken, too.

    Why: gradients are compared with finite differences in float64, where float32 has too few digits.
    Wrong: torch.zeros(N, C, H + 2*p, W + 2*p) beside a weight in float64
    Right: torch.zeros(N, C, H + 2*p, W + 2*p, dtype=x.dtype)
    """
    right(student.conv2d(*layer, padding=1), layer, padding=1)


@convolution.check(points=1, needs=["values"], hint="Make the result an array of floats.", examples=10)
@given(layer=layers(dtype="int64"))
def integers(student: Student, layer: Arrays) -> None:
    """Whole-numbered images and kernels are not cut: a kernel of quarters keeps its fractions.

    Why: pictures come as integers. Raising an error for them is fine, a wrong answer is not.
    Wrong: y = np.zeros(shape, dtype=x.dtype)
    Right: y = np.zeros(shape)
    """
    x, weight = layer
    for kernels in (weight, weight / 4):
        try:
            found = student.conv2d(x, kernels)
        except CheckFailure as refused:
            if refused.fatal:
                raise
        else:
            right(found, (x, kernels))


@convolution.check(points=1, public=False, needs=["values"], hint="Only products and sums.", examples=15)
@given(layer=layers())
def linear(student: Student, layer: Arrays) -> None:
    """The result is linear in the images and in the kernels.

    Why: an activation belongs behind the layer, not into it.
    Wrong: return y.clip(0)
    Right: return y
    """
    x, weight = layer
    other = x[..., ::-1].copy()
    one, two = expect.floats(student.conv2d(x, weight)), expect.floats(student.conv2d(other, weight))
    expect.shape(two, one.shape)
    expect.close(student.conv2d(x - 2 * other, weight), one - 2.0 * two, terms=4 * weight[0].size)
    expect.close(student.conv2d(x, -3 * weight), -3.0 * one, terms=4 * weight[0].size)


# --------------------------------------------------------------------------------------------- true convolution


@convolution.check(points=3, hint="K[::-1, ::-1], or torch.flip(K, (0, 1)), and then correlate.", examples=40)
@given(X=square((3, 6), dtype="float32") | oblong((3, 7), dtype="float32"), K=oblong((1, 3), dtype="float32"))
@example(X=X_3X4[0, 0], K=W_2X2[0, 0])
@example(X=X_3X4[0, 0], K=np.array([[1, 2, 3]], dtype="float32"))
@example(X=LARGE[0, 0], K=LARGE_KERNELS[0, 0])
@example(X=np.arange(9.0, dtype="float32").reshape(3, 3), K=np.arange(9.0, dtype="float32").reshape(3, 3))
def flipped(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """true_convolution turns the kernel upside down and left to right before it slides: (H-h+1, W-w+1).

    Why: this is what mathematics calls convolution; a layer of a network leaves the turn out, as it learns the kernel.
    Wrong: K.T
    Right: K[::-1, ::-1]
    """
    wanted = reference.true_convolution(X, K)

    def turned(kernel: np.ndarray) -> np.ndarray:
        """What comes of another kernel than the one that is turned both ways."""
        return np.asarray(reference.true_convolution(X, kernel[::-1, ::-1]))

    others = {
        "The kernel is laid on as it is: turn it first.": lambda: turned(K),
        "The kernel is transposed: turn it upside down and left to right instead.": lambda: turned(K.T),
        "The kernel is turned upside down alone: turn it left to right as well.": lambda: turned(K[::-1]),
        "The kernel is turned left to right alone: turn it upside down as well.": lambda: turned(K[:, ::-1]),
    }
    told = sizes.corr2d(X.shape, K.shape)
    known.close(student.true_convolution(X, K), wanted, others, terms=K.size, sizes=told)


def right(found: Any, layer: Arrays, others: known.Known | None = None, **settings: Any) -> None:
    """What conv2d gave for (x, weight) or (x, weight, bias) is right; `others`: known wrong answers."""
    x, weight = layer[:2]
    steps = {"stride": 1, **{name: value for name, value in settings.items() if name != "groups"}}
    told = sizes.pooling((len(x), len(weight), *x.shape[2:]), weight.shape[2:], **steps)
    known.close(found, reference.conv2d(*layer, **settings), others or {}, terms=weight[0].size, sizes=told)
