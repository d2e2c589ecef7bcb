"""What dropout does to hidden units, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.rubric.plain_cnn import BASE, HIDDEN, IMAGES, PLAN, as_asked, dropped, each_by_itself, plan

P = 0.25
Rule = Callable[[np.ndarray, np.random.Generator], np.ndarray]
WRONG: dict[str, tuple[Rule, str]] = {  # what is made of the hidden units, and words of the finding
    "nothing": (lambda h, r: h, "drops nothing"),
    "all": (lambda h, r: h * 0, "sets all hidden units to zero"),
    "another share": (lambda h, r: h * (r.random(h.shape) > 0.5) / 0.5, "sets 5.% of the hidden units|sets 4.% of"),
    "not scaled": (lambda h, r: h * (r.random(h.shape) > P), "by 1, expected 1.33"),
    "divided by p": (lambda h, r: h * (r.random(h.shape) > P) / P, "by 4, expected 1.33"),
    "whole images": (lambda h, r: h * (r.random((len(h), 1)) > P) / (1 - P), "all hidden units of an image or none"),
    "one mask": (lambda h, r: h * (r.random(h.shape[1]) > P) / (1 - P), "for all images of a batch"),
    "same mask": (lambda h, r: h * (np.random.default_rng(3).random(h.shape) > P) / (1 - P), "in every pass"),
    "something before it": (lambda h, r: right(h * r.uniform(0.5, 1.5, h.shape), r), "something else is dropped too"),
}


def right(units: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.asarray(units * (random.random(units.shape) > P) / (1 - P))


def judged(rule: Rule, seed: int) -> None:
    random = np.random.default_rng(seed)
    units = random.uniform(20, 40, (IMAGES, HIDDEN))

    def output() -> np.ndarray:
        return BASE + np.pad(rule(units, random), ((0, 0), (0, 10 - HIDDEN)))

    first, second = output(), output()
    gone = dropped(first, units, "PlainCNN()")
    each_by_itself(gone, dropped(second, units, "PlainCNN()"), "PlainCNN()")
    as_asked(gone, first[:, :HIDDEN] - BASE, units, P, "PlainCNN()")


@pytest.mark.parametrize("seed", range(20))
def test_dropout_is_right(seed: int) -> None:
    """Inverted dropout passes with any mask."""
    judged(right, seed)


@pytest.mark.parametrize("name", WRONG)
def test_dropout_is_wrong(name: str) -> None:
    """And it is said how."""
    rule, words = WRONG[name]
    with pytest.raises(CheckFailure, match=words):
        judged(rule, 0)


def test_logits_are_not_to_be_dropped() -> None:
    """Their biases would be lost too."""
    units = np.full((IMAGES, HIDDEN), 30.0)
    found = np.full((IMAGES, 10), BASE + 30)
    found[::2, 3] = 0

    with pytest.raises(CheckFailure, match="sets logits to zero"):
        dropped(found, units, "PlainCNN()")


def test_the_plan_counts_as_the_reference_does() -> None:
    """The default sizes, and others."""
    assert 184_586 == PLAN.parameters
    for sizes in ((32, 64, 128), (2, 3, 8)):
        made = plan(sizes)
        assert sum(value.numel() for value in made.reference().parameters()) == made.parameters
