"""Exercise kernel_learning: learn the edge kernel [[1, -1]] from an image and its edges, by gradient descent."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.student import Student
from reference import kernel_learning as reference
from reference.corr2d import corr2d

kernel_learning = exercise(
    "kernel_learning",
    title="Learning a kernel",
    functions={"learn_kernel": reference.learn_kernel},
    ready_made=["solving"],
    lesson="Dive into Deep Learning 7.2.4: Learning a Kernel",
    about="learn_kernel(X, Y): from X (6, 8) and Y = corr2d(X, [[1, -1]]) learn a (1, 2) kernel by gradient "
    "descent on the squared error; returns the kernel and the loss of every step.",
)
EDGE = np.array([[1.0, -1.0]])
X = reference.striped_image()
STARTS = 5  # random starts of the descent
NEAR = 0.2  # plain descent of 10 to 20 steps landed up to 0.16 from [1, -1] over 25 seeds
NEAR_OTHER = 0.25  # the same descent on another picture, conditioned a little worse
AT_GOAL = 1e-3  # a loss that random numbers do not have
TURNED_HINT = (
    "These are the right numbers turned round, or with the other sign: K[0, 0] belongs to the left cell of a window, "
    "K[0, 1] to the right one, and the loss compares corr2d(X, K) with Y."
)
STARTED_HINT = "Start from new random numbers inside the function: nothing is kept from call to call."
SHAPE_HINT = "Give the kernel its two axes back: return kernel.reshape(1, 2), losses."
LESSON_HINT = (
    "This is the lesson's kernel, but another one has made these edges: learn it from the X and Y that are given."
)
SLOW_HINT = (
    "Take 10 to 20 steps, and a larger rate: 0.02 is for the sum of the squared errors, their mean needs a larger one."
)
STEADY_HINT = (
    "Is it computed from X and Y as they are given, is the gradient set to zero before each step, and does every number "
    "of K move?"
)
STILL_HINT = (
    "The loss never changes, so the kernel does not move. It is made once, before the loop; in every step: gradient to "
    "zero, loss, backward, step."
)
RECORD_HINT = (
    "The kernel is right, so the descent works: what is recorded is not the loss of each step. Append float(loss), no "
    "running total and no tensor that changes later."
)
LEAST_STEPS, MOST_STEPS = 5, 100_000
SLOWEST, FASTEST = 1 / 300, 100  # the last loss in units of the kernel's own: half of a mean, and a step before it
AT_LEAST = 0.5  # of the squared error of a kernel of zeros: whoever has descended has less
NO_LOSS = 1e-4  # of the first loss: what is left of it at the end need not fit


@kernel_learning.check(points=0, gate=True, live=True, hint="Start anywhere and follow the gradient, step by step.")
def own_work(student: Student) -> None:
    """The kernel is learned: nothing is called that solves the equations at once.

    Why: the exercise is gradient descent. While your function is called here, solvers are not there.
    Wrong: np.linalg.lstsq(windows, Y.ravel())
    Right: K -= lr * K.grad
    """
    expect.own_work(student.learn_kernel, *task(X, EDGE))


@kernel_learning.check(points=1, hint="Give back both: return kernel, losses.")
def returns(student: Student) -> None:
    """learn_kernel(X, Y) returns the kernel (1, 2) and the loss of every step.

    Why: the losses show whether the descent works; the kernel is what was learned.
    Wrong: return losses[-1]
    Right: return kernel.detach().reshape(1, 2), losses
    """
    kernel, losses = learned(student, X, another(student.random))
    expect.that(np.isfinite(kernel).all(), "the kernel is not finite: the descent runs away", hint="Lower the rate.")
    expect.that(
        len(losses) >= LEAST_STEPS,
        f"there {'is 1 loss' if len(losses) == 1 else f'are {len(losses)} losses'}, expected one for each of 10 to 20 steps",
        hint="Append the loss of every step inside of the loop, and return after the loop.",
    )


@kernel_learning.check(
    points=5, needs=["returns"], hint="In every step: gradient to zero, loss, backward, and subtract the gradient."
)
def kernel(student: Student) -> None:
    """The kernel comes within 0.2 of [1, -1], from any random start, and near any other that has made the edges.

    Why: gradient descent on the squared error finds the kernel that made the edges.
    Wrong: K += lr * K.grad
    Right: K -= lr * K.grad, then K.grad.zero_()
    """
    calls = [learned(student.seeded(seed), X, EDGE) for seed in starts(student)]
    for call in calls:
        near(call, EDGE, NEAR)
    target = another(student.random)
    other = learned(student, X, target)
    near(other, target, NEAR_OTHER)
    expect.that(
        any(history[0] > AT_GOAL for _, history in calls) or other[1][0] <= AT_GOAL,
        f"the loss of the first step is {calls[0][1][0]:.4g}: the descent starts at the kernel that it should find",
        hint="Start from random numbers, such as torch.randn(1, 2).",
    )


@kernel_learning.check(points=2, needs=["returns"], hint="Append the loss of every step, before or after the step.")
def losses(student: Student) -> None:
    """The loss falls.

    Why: a loss that does not fall means that the steps go the wrong way, are too long or are none at all.
    Wrong: losses.append(0.0)
    Right: losses.append(float(loss))
    """
    target = another(student.random)  # of which nobody knows a loss beforehand
    calls = [learned(student.seeded(seed), X, target) for seed in starts(student)]
    histories = [history for _, history in calls]
    for before, history in pairwise(histories):
        expect.that(
            len(history) <= len(before) or history[: len(before)] != before,
            f"{len(history)} losses come back, of which the first {len(before)} are those of the call before",
            hint="Make the list of losses inside the function: outside of it, it keeps what earlier calls appended.",
        )
    backwards = all(history[0] < 0.5 * history[-1] and apart(matrix, target) <= NEAR_OTHER for matrix, history in calls)
    expect.that(
        not backwards,
        f"the first loss is {histories[0][0]:.4g}, the last one {histories[0][-1]:.4g}, though the kernel is right",
        hint="The losses come in the opposite order: append(...) puts each after the one before.",
    )
    expect.that(
        not all(0 < history[0] <= min(1.1 * before[-1], AT_GOAL) for before, history in pairwise(histories)),
        "every call goes on where the call before it ended",
        hint=STARTED_HINT,
    )
    for matrix, history in calls:
        for step, loss in enumerate(history, start=1):
            expect.that(math.isfinite(loss), f"the loss of step {step} is {loss}", hint="A lower learning rate helps.")
            expect.that(loss >= 0, f"the loss of step {step} is {loss:.4g}: a squared error is never negative")
        there = apart(matrix, target) <= NEAR_OTHER
        started = there and 0 < history[0] <= AT_GOAL
        expect.that(
            history[-1] < 0.5 * history[0],
            f"the loss goes from {history[0]:.4g} to {history[-1]:.4g} in {len(history)} steps: it should fall well below",
            hint=STARTED_HINT
            if started
            else RECORD_HINT
            if there and not honest(history, matrix, target)
            else way(history),
        )
        fit(history, matrix, target)


@kernel_learning.check(points=2, public=False, needs=["kernel"], hint="Learn from the Y that is given.")
def other_target(student: Student) -> None:
    """What another kernel makes of the picture gives that kernel.

    Why: the kernel is to be learned from Y, not known beforehand.
    Wrong: return torch.tensor([[1.0, -1.0]]), losses
    Right: loss = ((corr2d(X, K) - Y) ** 2).sum()
    """
    for target in others(student.random):
        for seed in starts(student):
            near(learned(student.seeded(seed), X, target), target, NEAR_OTHER)


@kernel_learning.check(points=1, public=False, needs=["kernel"], hint="Learn from the X that is given.")
def other_image(student: Student) -> None:
    """Another picture with its edges gives the same kernel.

    Why: the picture is an argument; learning from a picture of one's own is another exercise.
    Wrong: X = torch.ones(6, 8)  # inside the function
    Right: use the argument X
    """
    picture = striped(student.random)
    for seed in starts(student):
        near(learned(student.seeded(seed), picture, EDGE), EDGE, NEAR_OTHER)


@kernel_learning.check(points=1, needs=["kernel"])
def unchanged(student: Student) -> None:
    """The image and its edges are not modified.

    Why: the caller still needs them.
    Wrong: Y -= corr2d(X, K)
    Right: error = Y - corr2d(X, K)
    """
    learned(student, X, another(student.random))
    expect.unchanged(student)


def learned(student: Student, image: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """One call of learn_kernel in float32, its two results looked over."""
    found: Any = student.learn_kernel(*task(image, target))
    found_kernel, found_losses = expect.pair(found, "the result", "a pair: the kernel and the losses")
    matrix = expect.floats(found_kernel, "the kernel")
    exchanged = isinstance(found_losses, np.ndarray) and found_losses.size == 2 != matrix.size
    hint = "The kernel comes first: return kernel, losses." if exchanged else SHAPE_HINT
    expect.shape(matrix, (1, 2), "the kernel", hint=hint)
    history = expect.floats(found_losses, "the second result, the losses,")
    expect.that(history.size, "there are no losses, expected one for each step")
    expect.that(history.size <= MOST_STEPS, f"there are {history.size:,} losses, at most {MOST_STEPS:,} are looked at")
    expect.that(
        history.ndim == 1 or history.shape[1:] == (1,),
        f"the losses have shape {history.shape}, expected one number for each step",
        hint="Keep a list and append the loss of every step to it: one number, ((corr2d(X, K) - Y) ** 2).sum().",
    )
    return matrix, [float(loss) for loss in history.ravel()]


def task(image: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two arguments of learn_kernel, in float32."""
    return image.astype("float32"), corr2d(image, target).astype("float32")


def starts(student: Student) -> list[int]:
    """Seeds of the generators from which the descent starts."""
    return [int(seed) for seed in student.random.integers(1 << 31, size=STARTS)]


def another(random: np.random.Generator) -> np.ndarray:
    """A kernel to learn that is neither [1, -1] nor near it: one of its two numbers is much the smaller.

    Its numbers lie in [-1, 1], as EDGE's do, so that descent is as far from it at the start, and comes as near.
    """
    sizes = random.permutation([random.uniform(0.75, 1), random.uniform(0.25, 0.5)])
    return np.array([sizes * random.choice([-1.0, 1.0], size=2)])


def others(random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Kernels with the signs of EDGE turned, with other numbers, one above 1, and with EDGE's at half their size."""
    larger = another(random)
    return -random.uniform(0.8, 1) * EDGE, 1.35 * larger / np.abs(larger).max(), random.uniform(0.4, 0.6) * EDGE


def striped(random: np.random.Generator) -> np.ndarray:
    """A picture like the lesson's, (6, 8), the four black cells of every row beginning in column 1, 2 or 3.

    Rows with the same numbers of equal and of unequal neighbours make a descent as quick as the lesson's, to the digit.
    """
    first = random.permutation([1, 1, 1, 2, 3, 3])
    picture = np.ones((6, 8))
    for row, column in enumerate(first):
        picture[row, column : column + 4] = 0
    return picture


def fit(history: list[float], kernel: np.ndarray, target: np.ndarray) -> None:
    """Fail when the losses are none of a descent that has come to `kernel`.

    It is nearer to the edges than no kernel at all, and the last loss is its own: sum, mean or half, before or after a step.
    """
    edges = corr2d(X, target)
    own, rest = float(((corr2d(X, kernel) - edges) ** 2).sum()), NO_LOSS * history[0]
    expect.that(
        own < AT_LEAST * float((edges**2).sum()),
        f"the losses fall to {history[-1]:.4g}, but the kernel that comes back is {_row(kernel)}, expected about {_row(target)}",
        hint=way(history)
        if honest(history, kernel, target)
        else "Return the kernel of the last step, with the losses of the steps that led to it.",
    )
    expect.that(
        own * SLOWEST - rest <= history[-1] <= own * FASTEST + rest,
        f"the last loss is {history[-1]:.4g}, but the squared error of the kernel that comes back is {own:.4g}",
        hint="Append the loss of every step as it is computed from that step's kernel, and return the last kernel.",
    )


def honest(history: list[float], kernel: np.ndarray, target: np.ndarray) -> bool:
    """Whether the last loss is about the kernel's: the sum of squares or their mean, or half of it."""
    squares = (corr2d(X, kernel) - corr2d(X, target)) ** 2
    whole = float(squares.sum())
    parts = (1, 0.5, 1 / squares.size, 0.5 / squares.size)
    return any(math.isclose(history[-1], part * whole, rel_tol=0.5) for part in parts)


def near(found: tuple[np.ndarray, list[float]], target: np.ndarray, allowed: float) -> None:
    """Fail when a learned kernel is further than `allowed` from the target in any value."""
    matrix, history = found
    distance = apart(matrix, target)
    turned = min(apart(matrix, target[:, ::-1]), apart(matrix, -target)) <= allowed
    lesson = apart(matrix, EDGE) <= allowed
    expect.that(
        distance <= allowed,
        f"the kernel is {_row(matrix)}, expected {_row(target)}: {distance:.3g} apart, at most {allowed} is allowed",
        expected=expect.as_value(target),
        actual=expect.as_value(matrix),
        hint=TURNED_HINT if turned else LESSON_HINT if lesson else way(history),
    )


def way(history: list[float]) -> str:
    """How a descent went that has not come to the kernel, and what to look at; empty for one that tells nothing."""
    if not all(map(math.isfinite, history)) or len(history) < 2:
        return ""
    first, last, steps = history[0], history[-1], len(history)
    went = f"In {steps} steps the loss goes from {first:.3g} to {last:.3g}: "
    if last > 2 * first:
        return f"{went}is the gradient subtracted, set to zero before each step, and the rate small enough?"
    if first == last:
        return STILL_HINT
    if last <= 0.01 * first:
        return f"{went}the descent works. Is the kernel that comes back the one of its last step, and the loss that of X and Y?"
    if history[-2] - last <= 0.01 * last / steps or any(after > before for before, after in pairwise(history)):
        return f"{went}it does not go on falling. {STEADY_HINT}"
    return f"{went}it falls, but slowly. {SLOW_HINT}"


def apart(found: np.ndarray, target: np.ndarray) -> float:
    """The greatest difference of two kernels."""
    return float(np.abs(found - target).max())


def _row(matrix: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.3g}" for value in matrix.ravel()) + "]"
