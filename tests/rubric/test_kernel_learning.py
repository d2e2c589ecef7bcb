"""What the checks of kernel_learning are made from: other kernels, other pictures, and which losses fit a kernel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.rubric.kernel_learning import (
    EDGE,
    NEAR,
    NEAR_OTHER,
    X,
    another,
    apart,
    fit,
    near,
    others,
    striped,
    task,
)
from reference import kernel_learning as reference
from reference.corr2d import corr2d

SEEDS = range(200)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def gram(picture: np.ndarray) -> list[list[float]]:
    """What a descent on a picture depends on: how its windows overlap."""
    windows = np.stack([picture[:, :-1].ravel(), picture[:, 1:].ravel()])
    found: list[list[float]] = (windows @ windows.T).tolist()
    return found


def drawn(kernel: np.ndarray) -> np.ndarray:
    return np.sort(np.abs(kernel).ravel())


# --- other kernels ------------------------------------------------------------------------------------


def test_another_kernel() -> None:
    """(1, 2), no number larger than EDGE's, one of them much the smaller; both places and all signs come up."""
    kernels = [another(random(seed)) for seed in SEEDS]

    assert {(1, 2)} == {kernel.shape for kernel in kernels}
    assert all(0.25 <= drawn(kernel)[0] <= 0.5 and 0.75 <= drawn(kernel)[1] <= 1 for kernel in kernels)
    signs = {(*np.sign(kernel[0]), abs(kernel[0, 0]) < abs(kernel[0, 1])) for kernel in kernels}
    assert 8 == len(signs)


def test_another_kernel_is_not_near_the_edges_own() -> None:
    """Nor near what is usually mistaken for it: who knows [1, -1] by heart has not learned this one."""
    for seed in SEEDS:
        kernel = another(random(seed))
        wrong = (EDGE, -EDGE, EDGE[:, ::-1], np.zeros((1, 2)), kernel[:, ::-1], -kernel)
        assert min(apart(kernel, mistaken) for mistaken in wrong) > NEAR_OTHER - 1e-9, seed


def test_others() -> None:
    """The signs turned, other numbers, half the size: none of them near [1, -1], and not all of them between -1 and 1."""
    for seed in SEEDS:
        assert max(np.abs(kernel).max() for kernel in others(random(seed))) > 1
        assert all(kernel.shape == (1, 2) and apart(kernel, EDGE) > NEAR_OTHER for kernel in others(random(seed)))


def test_the_reference_learns_them_all() -> None:
    """As near as a check asks for."""
    for seed in range(40):
        for target in (another(random(seed)), *others(random(seed))):
            near(reference.learn_kernel(X, corr2d(X, target)), target, NEAR_OTHER)


# --- other pictures -----------------------------------------------------------------------------------


def test_striped_pictures_are_as_quickly_learned_as_the_lesson_s() -> None:
    """To the digit: their windows overlap in the same way, whatever the run."""
    assert {str(gram(X))} == {str(gram(striped(random(seed)))) for seed in SEEDS}


def test_striped_pictures() -> None:
    """White, with four black cells side by side in every row, not all in the same columns; never the lesson's."""
    pictures = [striped(random(seed)) for seed in SEEDS]

    for picture in pictures:
        assert ((6, 8), {0.0, 1.0}) == (picture.shape, {*picture.ravel()})
        black = [np.flatnonzero(row == 0).tolist() for row in picture]
        assert all(row == [*range(row[0], row[0] + 4)] and row[0] in (1, 2, 3) for row in black)
        assert not np.array_equal(X, picture)
    assert len({picture.tobytes() for picture in pictures}) > 30


def test_the_same_random_numbers_give_the_same_task() -> None:
    """In every run with one seed."""
    assert striped(random(3)).tolist() == striped(random(3)).tolist()
    assert another(random(3)).tolist() == another(random(3)).tolist() != another(random(4)).tolist()


def test_task() -> None:
    """In float32, as a student's tensors are."""
    image, edges = task(X, EDGE)

    assert ("float32", "float32", (6, 8), (6, 7)) == (image.dtype, edges.dtype, image.shape, edges.shape)


# --- losses -------------------------------------------------------------------------------------------


def descent(rate: float, steps: int, of: float, before: bool, seed: int) -> tuple[np.ndarray, list[float]]:
    """A descent on the sum of the squared errors times `of`; the losses before each step, or after it."""
    kernel, Y = random(seed).standard_normal((1, 2)), corr2d(X, EDGE)
    losses = []
    for _ in range(steps):
        error = corr2d(X, kernel) - Y
        if before:
            losses.append(of * float((error**2).sum()))
        kernel = kernel - rate * corr2d(X, 2 * error)
        if not before:
            losses.append(of * float(((corr2d(X, kernel) - Y) ** 2).sum()))
    return kernel, losses


@pytest.mark.parametrize("of", [1, 0.5, 1 / 42, 1 / 84])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("rate", "steps"), [(0.02, 10), (0.02, 20), (0.02, 500), (0.01, 20), (0.005, 20), (0.03, 10)])
def test_losses_that_fit(of: float, before: bool, rate: float, steps: int) -> None:
    """Sum, mean or half of it, before the step or after it, from any start."""
    for seed in range(20):
        kernel, losses = descent(rate, steps, of, before, seed)
        if apart(kernel, EDGE) <= NEAR:
            fit(losses, kernel, EDGE)


@pytest.mark.parametrize(
    "forge",
    [
        lambda losses: [1 / (step + 1) for step in range(len(losses))],
        lambda losses: [*np.linspace(losses[0], 0.1 * losses[0], len(losses))],
        lambda losses: losses[:5],
        lambda losses: [loss + 0.1 * losses[0] for loss in losses],
        lambda losses: [float(step) for step in range(len(losses), 0, -1)],
    ],
)
def test_losses_that_are_made_up(forge: Callable[[list[float]], list[float]]) -> None:
    """Do not fit: they fall, but where they end no descent to this kernel has been."""
    kernel, losses = descent(0.02, 40, 1, True, 0)
    with pytest.raises(CheckFailure, match=r"^the last loss is .*, but the squared error of the kernel .* is "):
        fit(forge(losses), kernel, EDGE)


def test_losses_of_another_kernel() -> None:
    """A descent of whose losses nothing has come: the kernel is no nearer to the edges than none at all."""
    _, losses = descent(0.02, 40, 1, True, 0)
    with pytest.raises(
        CheckFailure, match=r"^the losses fall to .*, but the kernel that comes back is \[0, 0\], expected"
    ):
        fit(losses, np.zeros((1, 2)), EDGE)


def test_losses_fit_the_target_that_they_are_about() -> None:
    """Those of one kernel do not fit the edges that another has made."""
    kernel, losses = descent(0.02, 40, 1, True, 0)
    with pytest.raises(CheckFailure):
        fit(losses, kernel, -EDGE)
