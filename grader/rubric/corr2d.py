"""Exercise corr2d: two-dimensional cross-correlation. X (H, W), K (h, w) -> (H-h+1, W-w+1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.strategies import oblong, square
from grader.authoring.student import Student
from grader.rubric import sizes
from reference import corr2d as reference

corr2d = exercise(
    "corr2d",
    title="Two-dimensional cross-correlation",
    functions={"corr2d": reference.corr2d, "edge_demo": reference.edge_demo},
    optional=["edge_demo"],
    ready_made=["convolution"],
    lesson="Dive into Deep Learning 7.2: Convolutions for Images",
    about="corr2d(X, K): slide K (h, w) over X (H, W) without padding; the result is (H-h+1, W-w+1). "
    "edge_demo(): the vertical edges (6, 7) and the horizontal edges (5, 8) of the lesson's picture.",
)
ONE = np.ones((1, 1), dtype="float32")


@corr2d.check(points=0, gate=True, live=True, hint="Write the sum over the window yourself.")
def own_work(student: Student) -> None:
    """The sums are your own: no ready-made convolution is called.

    Why: the exercise is to see what such a function does inside. Loops, slices, einsum, unfold and FFT are fine. While
    your functions are called here, ready-made ones are not there, so nothing else can earn points with them either.
    Wrong: return torch.nn.functional.conv2d(X[None, None], K[None, None])[0, 0]
    Right: Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
    """
    for image, kernel, kind in (
        ((5, 5), (2, 2), "float64"),
        ((12, 12), (3, 3), "float32"),
        ((4, 4), (1, 1), "float32"),
    ):
        X, K = (student.random.standard_normal(sides).astype(kind) for sides in (image, kernel))
        expect.own_work(student.corr2d, X, K)


@corr2d.check(points=2, hint="An image of H rows has H - h + 1 places for a kernel of h rows.", examples=30)
@given(X=square((4, 8)), K=square((1, 4)))
@example(X=np.arange(9.0).reshape(3, 3), K=np.ones((3, 3)))
def shape(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """The result has H - h + 1 rows and W - w + 1 columns.

    Why: the kernel is laid on every place where it fits wholly inside the image, and only there.
    Wrong: Y = np.zeros(X.shape)
    Right: Y = np.zeros((X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1))
    """
    expect.shape(student.corr2d(X, K), reference.corr2d(X, K).shape, sizes=sizes.corr2d(X.shape, K.shape))


@corr2d.check(points=5, needs=["shape"], hint="Y[i, j] is the sum of X[i:i+h, j:j+w] * K.")
@given(X=square((4, 8)), K=square((1, 4)))
@example(X=np.arange(9.0).reshape(3, 3), K=np.arange(4.0).reshape(2, 2))
@example(X=np.full((1, 1), 3.0), K=np.full((1, 1), 2.0))
@example(X=np.arange(1.0, 17.0).reshape(4, 4), K=np.arange(16.0).reshape(4, 4))
@example(X=np.linspace(-2, 2, 25).reshape(5, 5).round(2), K=np.array([[0.5, -0.25], [0.75, 0.1]]))
@example(X=np.arange(16.0).reshape(4, 4) / 1000, K=np.eye(2))
@example(X=np.arange(400.0).reshape(20, 20) % 17, K=np.arange(25.0).reshape(5, 5) % 7)
def values(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """Every output cell is the sum of the window under the kernel.

    Why: this sum is the whole of cross-correlation; a layer of a network does nothing else.
    Wrong: Y[i, j] = X[i, j] * K[0, 0]
    Right: Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
    """
    right(student.corr2d(X, K), X, K)


@corr2d.check(
    points=2, needs=["shape"], hint="Use rows for the first axis and columns for the second, for X and for K."
)
@given(X=oblong((4, 9)), K=oblong((1, 4)))
@example(X=np.arange(12.0).reshape(2, 6), K=np.array([[1.0, -1.0]]))
@example(X=np.arange(12.0).reshape(6, 2), K=np.array([[1.0], [2.0]]))
@example(X=np.arange(10.0).reshape(2, 5), K=np.arange(10.0).reshape(2, 5))
@example(X=np.arange(40.0).reshape(4, 10), K=np.arange(9.0).reshape(3, 3))
@example(X=np.arange(36.0).reshape(6, 6), K=np.arange(6.0).reshape(3, 2))
@example(X=np.arange(36.0).reshape(6, 6), K=np.arange(6.0).reshape(2, 3))
@example(X=np.arange(5.0).reshape(5, 1), K=np.array([[1.0], [-2.0]]))
@example(X=np.arange(5.0).reshape(1, 5), K=np.array([[1.0, -2.0]]))
@example(X=np.arange(204.0).reshape(12, 17) % 13, K=np.arange(30.0).reshape(5, 6))
def rectangular(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """Images and kernels need not be square.

    Why: with squares alone, a program that mixes up rows and columns looks right.
    Wrong: h = w = K.shape[0]
    Right: h, w = K.shape
    """
    right(student.corr2d(X, K), X, K)


@corr2d.check(points=2, needs=["shape"], hint="Do not turn the kernel around: that would be true convolution.")
@given(X=square((4, 7)), K=square((2, 3)))
@example(X=np.arange(16.0).reshape(4, 4), K=np.array([[1.0, 2.0], [3.0, 4.0]]))
def orientation(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """Turning image and kernel around turns the result around; the kernel itself is not flipped.

    Why: cross-correlation lays the kernel on as it is; true convolution flips it first.
    Wrong: K = K[::-1, ::-1]
    Right: (X[i:i+h, j:j+w] * K).sum()
    """
    delta = np.zeros_like(K)
    delta[0, -1] = 1  # one cell of the kernel picks out one cell of each window: the top right one
    height, width = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    expect.close(student.corr2d(X, delta), X[:height, X.shape[1] - width :])
    turned = student.corr2d(X[::-1, ::-1].copy(), K[::-1, ::-1].copy())
    expect.close(turned, reference.corr2d(X, K)[::-1, ::-1], terms=K.size)


@corr2d.check(points=1, needs=["shape"], hint="A kernel of one cell with the value 1 changes nothing.", examples=20)
@given(X=square((1, 6)))
def delta(student: Student, X: np.ndarray) -> None:
    """The 1x1 kernel [[1]] gives the image back.

    Why: the smallest kernel is the smallest test of your index arithmetic.
    Wrong: for i in range(H - h): ...
    Right: for i in range(H - h + 1): ...
    """
    right(student.corr2d(X, ONE.astype(X.dtype)), X, ONE)


@corr2d.check(
    points=1,
    public=False,
    needs=["values"],
    hint="Only products and sums: no absolute value, no rounding, no clipping.",
)
@given(X=square((4, 6)), K=square((1, 3)))
@example(X=-np.arange(16.0).reshape(4, 4), K=np.array([[0.25, 0.5], [-1.0, 2.0]]))
def linear(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """The result is linear in the image and in the kernel.

    Why: sums and products by constants pass through; anything that does not (abs, clip, round) is no correlation.
    Wrong: return abs(Y)
    Right: return Y
    """
    other = X[::-1, ::-1].copy()
    one, two = expect.floats(student.corr2d(X, K)), expect.floats(student.corr2d(other, K))
    expect.shape(two, one.shape)
    expect.close(student.corr2d(X - 2 * other, K), one - 2.0 * two, terms=4 * K.size)
    expect.close(student.corr2d(X, -3 * K), -3.0 * one, terms=4 * K.size)


@corr2d.check(points=1, public=False, needs=["values"], hint="Each output cell depends on its own window only.")
@given(X=square((5, 7)), K=square((1, 3)))
def shift(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """Shifting the image shifts the result.

    Why: the same kernel is used everywhere, so a pattern is found wherever it is.
    Wrong: Y[i, j] = (i + 1) * (X[i:i+h, j:j+w] * K).sum()
    Right: Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
    """
    whole = expect.floats(student.corr2d(X, K))
    part = student.corr2d(X[1:, 1:].copy(), K)
    expect.shape(whole, reference.corr2d(X, K).shape)
    expect.close(part, whole[1:, 1:], terms=K.size)


@corr2d.check(
    points=1, needs=["values"], hint="Make the result an array of floats, or of the images' own dtype.", examples=20
)
@given(X=square((4, 8), dtype="int64"), K=square((2, 3), dtype="int64"))
@example(X=255 - np.arange(64).reshape(8, 8), K=np.arange(1, 5).reshape(2, 2))
def integers(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """Integer images and kernels give the exact integers.

    Why: pictures come as integers; the sums must neither overflow nor be cut.
    Wrong: Y = np.zeros(shape, dtype=np.uint8)
    Right: Y = np.zeros(shape)
    """
    right(student.corr2d(X, K), X, K)


@corr2d.check(
    points=1,
    needs=["values"],
    hint="Do not give the result the dtype of the image or of the kernel: it may be an integer one.",
    examples=15,
)
@given(X=square((4, 8), dtype="int64", low=1))
@example(X=np.arange(16).reshape(4, 4))
def mixed(student: Student, X: np.ndarray) -> None:
    """An integer image under a fractional kernel is not cut to integers, nor a fractional one under an integer kernel.

    Why: a blur kernel is full of fractions, an edge kernel has none; cutting each sum to an integer loses them
    silently. Raising an error for mixed dtypes is fine, a wrong answer is not.
    Wrong: Y = np.zeros(shape, dtype=X.dtype)
    Right: Y = np.zeros(shape)
    """
    for image, K in ((X, np.array([[0.5, 0.25], [0.25, 0.5]])), (X / 4, np.array([[1, -1], [2, 3]]))):
        try:
            Y = student.corr2d(image, K)
        except CheckFailure as refused:
            if refused.fatal:
                raise
        else:
            right(Y, image, K)


@corr2d.check(
    points=1, needs=["values"], hint="K = [[1, -1]] finds vertical edges, its transpose horizontal ones.", live=True
)
def edge_demo(student: Student) -> None:
    """The kernel [[1, -1]] finds the vertical edges of the lesson's picture, its transpose the horizontal ones.

    Why: an edge is where neighbours differ, and that is what this kernel measures. Without an edge_demo of
    yours, your corr2d is tried on the same picture. Its answer never changes, so it counts beside a corr2d only.
    Wrong: return corr2d(X, K), corr2d(X, K)
    Right: return corr2d(X, K), corr2d(X, K.T)
    """
    X, K = reference.edge_image(), np.array([[1.0, -1.0]])
    vertical, horizontal = reference.edge_demo()
    if not student.defines("edge_demo"):
        for kernel in (K, np.ascontiguousarray(K.T)):
            right(student.corr2d(X, kernel), X, kernel)
        return
    found = student.edge_demo()
    items = list(found.values()) if isinstance(found, dict) else found
    expect.that(
        isinstance(items, list | tuple) and len(items) >= 2,
        f"edge_demo() gives {expect.describe(found)}, expected the vertical and the horizontal edges",
    )
    pictures = [expect.array(item) for item in items if isinstance(item, np.ndarray | list)]
    shapes = [picture.shape for picture in pictures]
    for name, wanted in (("vertical", vertical), ("horizontal", horizontal)):
        given = ", ".join(map(str, shapes)) or "none"
        expect.that(
            wanted.shape in shapes,
            f"edge_demo() gives no array of shape {wanted.shape} for the {name} edges; the shapes it gives: {given}",
        )
        expect.close(
            pictures[shapes.index(wanted.shape)],
            wanted,
            hint="The picture is white, with rows 0, 1, 3, 4 and 5 black in columns 2 to 5. With [[1, -1]] the step from "
            "white to black gives 1, the one from black to white -1.",
        )
    expect.that(
        isinstance(found, dict) or shapes.index(vertical.shape) < shapes.index(horizontal.shape),
        "edge_demo() gives the horizontal edges before the vertical ones",
        hint="Vertical edges lie between a left and a right neighbour: K = [[1, -1]] finds them, (6, 7).",
    )


@corr2d.check(points=1, needs=["values"], examples=15)
@given(X=square((4, 8)), K=square((1, 4)))
@example(X=np.arange(9.0).reshape(3, 3), K=np.ones((1, 1)))
@example(X=np.arange(9, dtype="int64").reshape(3, 3), K=np.ones((2, 2), dtype="int64"))
def unchanged(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """The image and the kernel are not modified.

    Why: the caller still needs them, and the next kernel would see a spoilt image.
    Wrong: X -= X.mean()
    Right: X = X - X.mean()
    """
    student.corr2d(X, K)
    expect.unchanged(student)


@corr2d.check(points=1, needs=["values"], examples=10)
@given(X=square((4, 8)))
def fresh(student: Student, X: np.ndarray) -> None:
    """The result is a new array in every call.

    Why: a result that shares its memory with the image changes when somebody changes the image.
    Wrong: if K.shape == (1, 1): return X
    Right: Y = np.zeros(shape)
    """
    for K in (ONE.astype(X.dtype), np.ones((2, 2), dtype=X.dtype), np.ones((2, 2), dtype=X.dtype)):
        student.corr2d(X, K)
        expect.fresh(student)


@corr2d.check(points=1, needs=["values"], hint="Keep nothing from one call to the next.", examples=15)
@given(X=square((4, 8)), K=square((1, 3)))
def repeatable(student: Student, X: np.ndarray, K: np.ndarray) -> None:
    """The same call gives the same result again.

    Why: a function that remembers earlier calls gives different answers in a different order.
    Wrong: Y = []  # outside of the function, appended to in every call
    Right: Y = np.zeros(shape)  # inside
    """
    first = expect.floats(student.corr2d(X, K))
    student.corr2d(2 * X + 1, K)
    expect.close(student.corr2d(X, K), np.nan_to_num(first))


def right(found: Any, X: np.ndarray, K: np.ndarray) -> None:
    """What corr2d(X, K) gave is the cross-correlation. A kernel that lies the wrong way is named."""
    try:
        expect.close(found, reference.corr2d(X, K), terms=K.size, sizes=sizes.corr2d(X.shape, K.shape))
    except CheckFailure as failure:
        if failure.where is not None:
            failure.hint = turned(found, X, K) or failure.hint
        raise


def turned(found: Any, X: np.ndarray, K: np.ndarray) -> str:
    """The ways to lay the kernel on that give what was found; empty where there is none, or more than two.

    One wrong value among several is no sign of any: on a picture that is nearly empty they come to the same.
    """
    right = reference.corr2d(X, K)
    if right.size > 1 and np.count_nonzero(~np.isclose(expect.floats(found), right, atol=1e-4)) == 1:
        return ""
    ways = {
        "The kernel is flipped, upside down and left to right: lay it on as it is.": K[::-1, ::-1],
        "The kernel is mirrored from left to right: column b of K meets column j + b of X.": K[:, ::-1],
        "The kernel is upside down: row a of K meets row i + a of X.": K[::-1],
    }
    if K.shape[0] == K.shape[1]:
        ways["Rows and columns of the kernel are exchanged: K[a, b] meets X[i + a, j + b]."] = K.T
    fitting = [
        words for words, kernel in ways.items() if expect.agrees(found, reference.corr2d(X, kernel), terms=K.size)
    ]
    return " Or: ".join(fitting) if len(fitting) <= 2 else ""
