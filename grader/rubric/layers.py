"""Exercise layers: linear, activations, softmax, cross-entropy and dropout; x (...) -> (...), logits (N, C), labels (N,)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.oracle import Oracle
from grader.authoring.strategies import arrays, distinct
from grader.authoring.student import Student
from grader.authoring.tolerance import Tolerance
from grader.rubric import known
from reference import layers as canonical

layers = exercise(
    "layers",
    title="Layers and losses by hand",
    functions={
        "linear": canonical.linear,
        "relu": canonical.relu,
        "sigmoid": canonical.sigmoid,
        "tanh": canonical.tanh,
        "softplus": canonical.softplus,
        "softmax": canonical.softmax,
        "cross_entropy": canonical.cross_entropy,
        "dropout": canonical.dropout,
    },
    by_chance=["dropout"],
    lesson="Dive into Deep Learning 3 to 5: Linear Networks, Softmax Regression, Activation Functions, Dropout",
    about="linear(x, W, b=None): (N, in), (out, in), (out,) -> (N, out); relu, sigmoid, tanh, softplus: any shape; "
    "softmax(x, axis=-1); cross_entropy(logits, labels): the mean over the batch; dropout(x, p, training, seed): "
    "scaled by 1/(1-p), off when not training. Softmax, cross-entropy, sigmoid and softplus give numbers at 1000 and -1000.",
)
reference = Oracle(canonical)
ANY_SHAPE = arrays((1, 6)) | arrays((1, 3), (1, 5)) | arrays(2, (1, 3), (2, 4))
RANGE = ((np.arange(25.0) * 7 % 25) - 10).reshape(5, 5) / 2
FAR = np.array([[-1000.0, 1000.0, 0.0], [-1000.0, -1001.0, -1003.0], [1000.0, 1000.0, 999.0], [-90.0, 88.0, 710.0]])
RATES = st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.4, 0.6, 0.75, 0.8])
SEEDS = st.integers(0, 1 << 30)
SEVERAL = 8  # seeds: so many binomials do not agree by chance
SIGMAS = 6  # of a binomial: nobody who drops with the right probability is that far off
OVERFLOW_HINT = "exp of a large number is inf, and inf / inf is nan: take exp of negative numbers only."
CUT_HINT = "Far to the right softplus is x itself: do not clip x there."
SHIFT_HINT = "Take the largest value of each row off before exp: the result is the same, and exp is at most 1."
LOG_HINT = (
    "Do not take the log of a probability that may be 0: logits minus log(sum(exp(logits))), the largest taken off."
)

far = st.sampled_from([25.0, 250.0]).flatmap(
    lambda scale: arrays((1, 3), (2, 5), low=-4, high=4).map(lambda x: x * scale)
)


@st.composite
def _batches(draw: st.DrawFn, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits (N, C) and labels (N,)."""
    samples, classes = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    logits = draw(arrays(samples, classes, low=-4, high=4)) * scale
    return logits, draw(arrays(samples, dtype="int64", low=0, high=classes - 1))


# ------------------------------------------------------------------------------------------------------- linear


@layers.check(points=2, hint="y[n, o] is the sum of x[n, i] * W[o, i]: W lies with its outputs in the rows.")
@given(x=arrays((1, 4), 3), W=arrays((1, 5), 3))
@example(x=np.arange(6.0).reshape(2, 3), W=np.arange(12.0).reshape(4, 3))
@example(x=np.arange(9.0).reshape(3, 3), W=np.arange(9.0).reshape(3, 3))
def linear(student: Student, x: np.ndarray, W: np.ndarray) -> None:
    """A linear layer is x times W transposed: (N, in), (out, in) -> (N, out).

    Why: each output is the sum of all inputs, each times a weight of its own.
    Wrong: x @ W
    Right: x @ W.T
    """
    expect.close(student.linear(x, W), reference.linear(x, W), terms=3)
    expect.close(student.linear(x, W, None), reference.linear(x, W), terms=3)


@layers.check(points=1, needs=["linear"], hint="b[o] is added to output o of every sample.", examples=20)
@given(x=arrays((1, 4), 3, dtype="float32"), W=arrays(4, 3, dtype="float32"), b=arrays(4, dtype="float32"))
@example(x=RANGE[:4, :3].astype("float32"), W=RANGE[1:, :3].astype("float32"), b=RANGE[0, :4].astype("float32"))
def linear_bias(student: Student, x: np.ndarray, W: np.ndarray, b: np.ndarray) -> None:
    """The bias is added to every row.

    Why: without it every layer would map zero to zero.
    Wrong: x @ W.T + b[:, None]
    Right: x @ W.T + b
    """
    expect.close(student.linear(x, W, b), reference.linear(x, W, b), terms=4)
    expect.close(student.linear(x, W, b=b), reference.linear(x, W, b), terms=4)


# -------------------------------------------------------------------------------------------------- activations


@layers.check(points=1, hint="Negative values become 0, all others stay.", examples=30)
@given(x=ANY_SHAPE)
@example(x=RANGE)
def relu(student: Student, x: np.ndarray) -> None:
    """ReLU is max(x, 0).

    Why: the simplest function that bends, and its slope does not vanish for large inputs.
    Wrong: abs(x)
    Right: np.maximum(x, 0)
    """
    slopes = {
        f"Negative values become {slope} times themselves, as in a leaky ReLU: make them 0.": lambda slope=slope: (
            np.where(x > 0, x, slope * x)
        )
        for slope in (0.01, 0.1, 0.2, 0.3)
    }
    step = {"This is 1 for positive values and 0 else: positive values stay as they are.": lambda: x > 0}
    known.close(student.relu(x), reference.relu(x), {**slopes, **step})


@layers.check(points=2, hint="1 / (1 + exp(-x)): 0.5 at 0, near 1 for large x.", examples=30)
@given(x=ANY_SHAPE)
@example(x=RANGE)
def sigmoid(student: Student, x: np.ndarray) -> None:
    """The sigmoid is 1 / (1 + exp(-x)).

    Why: it makes a probability of any number.
    Wrong: 1 / (1 + exp(x))
    Right: 1 / (1 + exp(-x))
    """
    expect.close(student.sigmoid(x), reference.sigmoid(x))


@layers.check(points=1, hint="(exp(x) - exp(-x)) / (exp(x) + exp(-x)), or 2 * sigmoid(2 * x) - 1.", examples=30)
@given(x=ANY_SHAPE)
@example(x=RANGE)
def tanh(student: Student, x: np.ndarray) -> None:
    """tanh lies between -1 and 1, and is 0 at 0.

    Why: a sigmoid that is symmetric about 0.
    Wrong: 2 * sigmoid(x) - 1
    Right: 2 * sigmoid(2 * x) - 1
    """
    expect.close(student.tanh(x), reference.tanh(x))


@layers.check(points=1, hint="log(1 + exp(x)), the natural logarithm.", examples=30)
@given(x=ANY_SHAPE)
@example(x=RANGE)
def softplus(student: Student, x: np.ndarray) -> None:
    """Softplus is log(1 + exp(x)), a ReLU without its corner.

    Why: it is smooth everywhere, and its slope is the sigmoid.
    Wrong: log(exp(x))
    Right: log(1 + exp(x))
    """
    logarithm = reference.softplus(x)
    others = {
        "This is the logarithm to base 2: np.log is the natural one.": lambda: logarithm / math.log(2),
        "This is all to base 2: exp and log are to base e.": lambda: np.logaddexp2(0, x),
        "This is the logarithm to base 10: np.log is the natural one.": lambda: logarithm / math.log(10),
        "This is exp(x), whose logarithm is x again: add the 1 before you take the logarithm.": lambda: x,
        "This is ReLU: softplus is log(1 + exp(x)), without its corner.": lambda: np.maximum(x, 0),
    }
    known.close(student.softplus(x), logarithm, others)


@layers.check(points=1, needs=["sigmoid"], examples=20)
@given(x=far)
@example(x=FAR)
def sigmoid_far(student: Student, x: np.ndarray) -> None:
    """The sigmoid gives numbers at 1000 and -1000.

    Why: one nan in a batch makes every parameter nan in the next step.
    Wrong: exp(x) / (1 + exp(x))
    Right: exp(-abs(x)) never runs over: 1 / (1 + e) for x >= 0, e / (1 + e) for x < 0
    """
    expect.close(student.sigmoid(x), reference.sigmoid(x), hint=OVERFLOW_HINT)


@layers.check(points=1, needs=["softplus"], examples=20)
@given(x=far)
@example(x=FAR)
def softplus_far(student: Student, x: np.ndarray) -> None:
    """Softplus gives numbers at 1000 and -1000.

    Why: far to the right it is x itself, and exp(x) is none of the computer's numbers any more.
    Wrong: log(1 + exp(x))
    Right: max(x, 0) + log(1 + exp(-abs(x)))
    """
    found = student.softplus(x)
    with np.errstate(invalid="ignore"):
        cut = x.max() > np.max(expect.floats(found), initial=0.0) > 1
    expect.close(found, reference.softplus(x), hint=CUT_HINT if cut else OVERFLOW_HINT)


# ---------------------------------------------------------------------------------- softmax and cross-entropy


@layers.check(points=3, hint="exp(x) divided by the sum of exp(x) along the axis; the last one unless it is given.")
@given(x=arrays((1, 4), (1, 5)), axis=st.sampled_from([0, 1, -1]))
@example(x=RANGE, axis=0)
@example(x=RANGE[:2], axis=1)
@example(x=np.arange(24.0).reshape(2, 3, 4) % 5, axis=1)
def softmax(student: Student, x: np.ndarray, axis: int) -> None:
    """Softmax is exp(x) divided by its sum along one axis: positive, and 1 in sum.

    Why: it turns the outputs of a network into probabilities of the classes.
    Wrong: exp(x) / exp(x).sum(), which makes one distribution of the whole batch
    Right: exp(x) / exp(x).sum(axis, keepdims=True)
    """
    e, shifted = np.exp(x.astype("float64")), np.exp(x.astype("float64") - x.max(-1, keepdims=True))
    other_rows = "This is divided by the sums of other rows: keep the axis, sum(axis, keepdims=True)"
    square = x.shape[-2:-1] == x.shape[-1:]
    others = {
        f"{other_rows}.": lambda: e / e.sum(-1) if square else np.nan,
        f"{other_rows}; the shift is right.": lambda: shifted / shifted.sum(-1) if square else np.nan,
        "This is not divided by the sum: softmax adds up to 1 along the axis.": lambda: e,
        "This is the logarithm of the softmax.": lambda: np.log(reference.softmax(x)),
        "This is the sigmoid of each value: softmax divides exp(x) by its sum.": lambda: reference.sigmoid(x),
    }
    known.close(student.softmax(x), reference.softmax(x), others)
    expect.close(student.softmax(x, axis=axis), reference.softmax(x, axis=axis))


@layers.check(points=2, needs=["softmax"], examples=20)
@given(x=far)
@example(x=FAR)
def softmax_far(student: Student, x: np.ndarray) -> None:
    """Softmax gives numbers at 1000 and -1000, in each row for itself.

    Why: logits grow while a network learns.
    Wrong: exp(x) / exp(x).sum(axis, keepdims=True)
    Right: e = exp(x - x.max(axis, keepdims=True)); e / e.sum(axis, keepdims=True)
    """
    expect.close(student.softmax(x), reference.softmax(x), hint=SHIFT_HINT)


@layers.check(points=3, hint="-log of the right class's probability, and the mean over the samples.")
@given(drawn=_batches())
@example(drawn=(RANGE / 2, np.array([4, 0, 2, 2, 1])))
@example(drawn=(np.array([[2.0, 1.0, 0.1]]), np.array([0])))
def cross_entropy(student: Student, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """The cross-entropy is the mean over the batch of -log(softmax(logits)[n, labels[n]]).

    Why: it is small when the right class has a high probability; the mean makes batches of all sizes alike.
    Wrong: -log(logits[labels]).sum()
    Right: -log_softmax[np.arange(N), labels].mean()
    """
    found = number(student.cross_entropy(*drawn))
    expect.shape(found, (), hint="The loss is one number: the mean over the samples.")
    (logits, labels), right = drawn, reference.cross_entropy(*drawn)
    given = logits[np.arange(len(labels)), labels].astype("float64")
    others = {
        "This is the sum over the batch: divide it by the number of samples.": lambda: right * len(labels),
        "This is divided by the number of classes as well: the mean is over the samples alone.": lambda: (
            right / logits.shape[1]
        ),
        "This has the wrong sign: the loss is minus the logarithm.": lambda: -right,
        "This is the logarithm to base 2: np.log is the natural one.": lambda: right / math.log(2),
        "The logarithm of the sum is to base 2: np.log is the natural one.": lambda: (
            (right + given.mean()) / math.log(2) - given.mean()
        ),
        "This is the logarithm to base 10: np.log is the natural one.": lambda: right / math.log(10),
        "A softmax is taken twice: logits are no probabilities yet, and one softmax makes them such.": lambda: (
            reference.cross_entropy(reference.softmax(logits), labels)
        ),
        "The softmax is taken along the batch: take it along the classes, axis=1.": lambda: (
            -np.log(reference.softmax(logits, axis=0)[np.arange(len(labels)), labels]).mean()
        ),
        "This is 1 minus the probability, without a logarithm.": lambda: (
            1 - reference.softmax(logits)[np.arange(len(labels)), labels].mean()
        ),
        "Here the logits themselves stand under the logarithm: take their softmax first.": lambda: (
            -np.log(given).mean()
        ),
    }
    known.close(found, right, others)


@layers.check(points=2, needs=["cross_entropy"], examples=20)
@given(drawn=_batches(250.0))
@example(drawn=(FAR, np.array([0, 2, 2, 1])))
def cross_entropy_far(student: Student, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """The cross-entropy gives numbers at 1000 and -1000, and the right ones.

    Why: a sure and wrong answer costs as much as its logits lie apart, and must still pull back.
    Wrong: -log(softmax(logits) + 1e-9), which never goes above 21
    Right: log(exp(shifted).sum(1)) - shifted[np.arange(N), labels], where shifted = logits - logits.max(1, keepdims=True)
    """
    expect.close(number(student.cross_entropy(*drawn)), reference.cross_entropy(*drawn), hint=LOG_HINT)


# ------------------------------------------------------------------------------------------------------ dropout


@layers.check(points=1, hint="if not training: return x", examples=15)
@given(x=distinct((1, 4), (2, 6), sign=1), p=RATES, seed=SEEDS)
def dropout_off(student: Student, x: np.ndarray, p: float, seed: int) -> None:
    """When not training, dropout changes nothing.

    Why: the scaling in training has put the mean right already; in use every unit counts.
    Wrong: return x * (1 - p)
    Right: return x
    """
    found = student.dropout(x, p, False, seed)
    scaled = expect.agrees(found, x * (1 - p)) or expect.agrees(found, x / (1 - p))
    expect.close(found, x, hint="Scale in training only: in use x comes back as it is." if scaled else "")


@layers.check(points=1, needs=["dropout_off"], hint="Draw a number for every element: rand(*x.shape).", examples=8)
@given(sides=st.sampled_from([(12, 15), (3, 4, 8, 9), (200,), (1, 90), (6, 5, 9)]), seed=SEEDS)
@example(sides=(20, 30), seed=0)
@example(sides=(4, 5, 8, 8), seed=0)
def each_by_itself(student: Student, sides: tuple[int, ...], seed: int) -> None:
    """In training every element is dropped by itself: no whole rows, columns or channels, no mask that is used twice.

    Why: units that fall out together can still rely on each other.
    Wrong: rand(x.shape[0], 1) >= p, which drops whole samples
    Right: rand(*x.shape) >= p
    """
    found = expect.floats(student.dropout(np.ones(sides, dtype="float32"), 0.5, True, seed))
    expect.shape(found, sides, hint="Give back the result alone.")
    expect.that((found == 0).any(), "nothing is dropped", hint="With training=True values become 0 with probability p.")
    expect.that((found != 0).any(), "everything is dropped", hint="With probability 1 - p a value is kept.")
    for axis, side in enumerate(sides):
        same = side > 1 and bool((found == found.take([0], axis)).all())
        expect.that(not same, f"along axis {axis} of x {sides} all values are dropped or kept together")
    x = np.ones(90, dtype="float32")
    masks = {(expect.floats(student.dropout(x, 0.5, True, seed + more)) == 0).tobytes() for more in range(SEVERAL)}
    counts = {sum(mask) for mask in masks}
    expect.that(
        len(masks) < SEVERAL or len(counts) > 1,
        f"{SEVERAL} seeds drop different values, but always {min(counts)} of {x.size}",
        hint="Do not drop a fixed number of values: each has a number of its own from rand, so that now more and now fewer are dropped.",
    )


@layers.check(points=3, needs=["each_by_itself"], hint="Zero with probability p, else x / (1 - p).", examples=15)
@given(x=distinct((30, 40), (20, 30), sign=1), p=RATES, seed=SEEDS)
@example(x=1 + np.arange(600.0).reshape(30, 20), p=0.2, seed=1)
@example(x=1 + np.arange(600.0).reshape(30, 20), p=0.0, seed=1)
def dropout(student: Student, x: np.ndarray, p: float, seed: int) -> None:
    """Each value is 0 with probability p, and x / (1 - p) else: the mean is kept.

    Why: the next layer sees inputs of the same size in training and in use.
    Wrong: x * mask
    Right: x * mask / (1 - p)
    """
    found = expect.floats(student.dropout(x, p, True, seed))
    expect.shape(found, x.shape)
    dropped = found == 0
    share, allowed = dropped.mean(), SIGMAS * math.sqrt(p * (1 - p) / x.size)
    turned = abs(share + p - 1) <= allowed
    expect.that(
        abs(share - p) <= allowed,
        f"{share:.0%} of {x.size} values are dropped, expected about {p:.0%}",
        hint="p is the probability to be dropped, not to be kept."
        if turned
        else "Compare numbers from rand, in [0, 1), with p.",
    )
    wanted = np.where(dropped, 0.0, x / (1 - p))
    expect.close(found, wanted, hint="What is kept is divided by 1 - p, neither more nor less.")


@layers.check(points=1, needs=["dropout"], hint="Make a generator from the seed in every call.", examples=8)
@given(x=distinct((20, 30), (9, 12), sign=1), seed=SEEDS)
@example(x=1 + np.arange(300.0).reshape(20, 15), seed=0)
def seeds(student: Student, x: np.ndarray, seed: int) -> None:
    """The same seed drops the same values, another seed others.

    Why: a run can be repeated, and no two steps of training drop the same.
    Wrong: np.random.seed(0) inside of dropout
    Right: np.random.default_rng(seed)
    """
    first, other = (expect.floats(student.dropout(x, 0.5, True, which)) for which in (seed, seed + 1))
    again = expect.floats(student.dropout(x, 0.5, True, seed))
    expect.shape(again, first.shape)
    expect.that(bool((first == again).all()), "the same seed drops other values in the second call")
    expect.that(not np.array_equal(first, other), f"the seeds {seed} and {seed + 1} drop the same values")


# --------------------------------------------------------------------------------------------- laws and manners


@layers.check(points=1, public=False, needs=["sigmoid", "tanh", "softplus", "softmax", "cross_entropy"], examples=8)
@given(drawn=_batches(0.5))
def slopes(student: Student, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """Finite differences in float64 give the slopes that belong to these functions.

    Why: softplus climbs by the sigmoid, tanh by 1 - tanh^2, and the cross-entropy by (softmax - one-hot) / N.
    Wrong: a loss whose slope is another one than the backward pass takes
    Right: (f(x + h) - f(x - h)) / 2h
    """
    logits, labels = drawn[0].astype("float64"), drawn[1]
    h, near = 1 / 32, Tolerance(0.0, 2e-3)  # the error of the difference itself is h^2 / 6 of a third derivative

    def slope(f: Callable[..., Any], step: Any, *more: Any) -> np.ndarray:
        ahead, behind = (expect.floats(number(f(logits + way * step, *more))) for way in (h, -h))
        expect.shape(behind, ahead.shape)
        return np.asarray((ahead - behind) / (2 * h))

    expect.close(slope(student.softplus, 1.0), expect.floats(student.sigmoid(logits)), tol=near)
    expect.close(slope(student.tanh, 1.0), 1 - expect.floats(student.tanh(logits)) ** 2, tol=Tolerance(0.0, 5e-3))
    step = np.zeros(logits.shape)
    step[0] = np.arange(logits.shape[1]) % 2
    probabilities = expect.floats(student.softmax(logits))
    expect.shape(probabilities, logits.shape)
    climbs = ((probabilities - np.eye(logits.shape[1])[labels]) * step).sum() / len(labels)
    expect.close(slope(student.cross_entropy, step, labels), climbs, tol=near)


@layers.check(points=1, needs=["relu", "sigmoid", "softmax"], hint="Make the result an array of floats.", examples=10)
@given(x=arrays((1, 4), (2, 5), dtype="int64"))
def integers(student: Student, x: np.ndarray) -> None:
    """Whole-numbered inputs are not cut to whole numbers.

    Why: a result in the dtype of such an x loses what lies between 0 and 1. Raising an error is fine, a wrong answer not.
    Wrong: y = np.zeros_like(x)
    Right: y = np.zeros(x.shape)
    """
    for name in ("relu", "sigmoid", "tanh", "softplus", "softmax"):
        try:
            found = getattr(student, name)(x)
        except CheckFailure as refused:
            if refused.fatal:
                raise
        else:
            expect.close(found, getattr(reference, name)(x))


@layers.check(points=1, needs=["linear_bias", "relu", "sigmoid", "softmax", "cross_entropy", "dropout"], examples=6)
@given(x=arrays((2, 4), (2, 5)), seed=SEEDS)
@example(x=RANGE, seed=1)
@example(x=RANGE.astype("float32"), seed=1)
def unchanged(student: Student, x: np.ndarray, seed: int) -> None:
    """What goes in is not modified.

    Why: the backward pass needs the inputs of every layer again.
    Wrong: x[x < 0] = 0
    Right: np.maximum(x, 0)
    """
    student.linear(x, x + 1, x[0, :1].repeat(len(x)))
    expect.unchanged(student)
    for name in ("relu", "sigmoid", "tanh", "softplus", "softmax"):
        getattr(student, name)(x)
        expect.unchanged(student)
    student.cross_entropy(x, np.arange(len(x)) % x.shape[1])
    expect.unchanged(student)
    student.dropout(x, 0.5, True, seed)
    expect.unchanged(student)


@layers.check(points=1, needs=["linear", "relu", "sigmoid", "softmax"], hint="Keep nothing between calls.", examples=6)
@given(x=arrays((2, 4), (2, 5), dtype="float32"))
def repeatable(student: Student, x: np.ndarray) -> None:
    """The same call gives the same result again, in a new array.

    Why: a result that shares its memory with x, or with the result before, changes when somebody changes the other.
    Wrong: np.maximum(x, 0, out=x)
    Right: np.maximum(x, 0)
    """
    for name in ("relu", "sigmoid", "tanh", "softplus", "softmax"):
        call = getattr(student, name)
        first = expect.floats(call(x))
        expect.fresh(student)
        call(2 * x + 1)
        expect.close(call(x), first)
        expect.fresh(student)
    first = expect.floats(student.linear(x, x))
    student.linear(2 * x, x)
    expect.close(student.linear(x, x), first)


def number(found: Any) -> Any:
    """A loss of shape (1,) or (1, 1) is as good as a number."""
    value = expect.array(found)
    return value.reshape(()) if value.size == 1 else value
