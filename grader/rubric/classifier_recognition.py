"""Which variant of the contract a student's network is, and on images of which size it works at all."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Mistake
from grader.authoring.expect import CheckFailure
from grader.judge.networks import Network, StateEntry
from grader.later import torch
from grader.rubric.classifier_contract import (
    LAYOUTS,
    LOGITS_TERMS,
    SIDE,
    Plan,
    built,
    ending_of,
    images,
    laid_out,
    logits_of,
    loudness,
    outputs_last,
    statistics,
)
from grader.rubric.classifier_mistakes import ending, inputs, mistakes, places, wrong_inputs
from grader.rubric.classifier_variants import Dense, Player, Shape, Steps, Variant, shapes, sides, variants

COMPARED = 3  # images: enough to see whether they are mixed


def working_side(student: Any, network: Network, plan: Plan) -> int:
    """Of images that the network takes: the contract's, or those that it takes for want of a padding or a pooling.

    Raises CheckFailure for the contract's own images where there are no others either.
    """
    first: CheckFailure | None = None
    for side in itertools.chain([SIDE], other_sides(network, plan.steps)):
        try:
            logits_of(network, images(student, COMPARED, side))
        except CheckFailure as failure:
            if failure.fatal:
                raise
            first = first or failure
        else:
            return side
    assert first is not None
    raise first


def recognised(student: Any, plan: Plan, network: Network) -> Variant | None:
    """The variant with the fewest mistakes that gives the network's own logits; the contract itself is none."""
    side = working_side(student, network, plan)
    entries = network.state()
    sizes = Counter(entry.values.size for entry in entries if entry.kind == "parameter")
    x = images(student, COMPARED, side)
    asked: dict[tuple[Shape, ...], tuple[list[np.ndarray], Player]] = {}
    for variant in every_variant(tuple(reading.steps for reading in plan.readings)):
        needed = shapes(variant.steps, side)
        if needed is None or Counter(map(math.prod, needed)) != sizes or len(sizes) < sizes.total():
            continue
        if (key := tuple(needed)) not in asked:
            values = lively(student, needed, loudness(plan))
            asked[key] = list(answers(network, entries, values, x)), Player(values, x)
        found, player = asked[key]
        for logits in found:
            last = ending_of(logits)
            wanted = getattr(torch, last)(player(variant.steps), dim=1) if last else player(variant.steps)
            if expect.agrees(logits, wanted.numpy().astype(float), terms=LOGITS_TERMS):
                changes = [*variant.changes, *([ending(variant.contract, last)] if last else [])]
                if side != SIDE and needed != shapes(variant.contract, SIDE):
                    changes.append(wrong_inputs(variant.contract, needed, SIDE))
                return variant._replace(changes=tuple(changes)) if changes else None
    return None


def mistake(student: Any, plan: Plan) -> Mistake | None:
    """The network's mistake by name, where it is a known one."""
    try:
        found = recognised(student, plan, built(student, plan))
    except CheckFailure as failure:
        if failure.fatal:
            raise
        return None
    return Mistake(found.title, found.explanation) if found else None


def lively(student: Any, wanted: list[Shape], loud: float) -> list[np.ndarray]:
    """Parameters of these shapes, as large as layers start with but for the factor."""
    found, within = [], 1.0
    for shape in wanted:
        within = loud / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else within  # a bias is like its weights
        found.append(student.random.uniform(-within, within, shape).astype("float32"))
    return found


def answers(
    network: Network, entries: list[StateEntry], values: list[np.ndarray], x: np.ndarray
) -> Iterator[np.ndarray]:
    """The network's logits with these parameters, found by their number of values, in each way they may be laid out."""
    by_size = {value.size: value for value in values}
    own = [entry for entry in entries if entry.kind == "parameter"]
    turned = any(outputs_last(by_size[entry.values.size].shape, entry.values.shape) for entry in own)
    for layout in LAYOUTS if turned else LAYOUTS[:1]:
        given = {entry.name: laid_out(by_size[entry.values.size], entry.values.shape, layout) for entry in own}
        network.load(given | statistics(entries))
        yield logits_of(network, x)


@cache
def every_variant(readings: tuple[Steps, ...]) -> list[Variant]:
    """What the contract can mean, then those with mistakes, the fewest first."""
    right = [Variant((), steps, steps) for steps in readings]
    wrong = (variant for steps in readings for variant in variants(steps, mistakes(steps, SIDE)))
    return [*right, *sorted(wrong, key=lambda variant: len(variant.changes))]


def other_sides(network: Network, contract: Steps) -> Iterator[int]:
    """Looked for when the contract's own has failed: that which fits the first dense layer, then the known ones."""
    hidden = next(iter(places(contract, Dense).values())).outputs
    matrices = [entry.values.shape for entry in network.state() if entry.values.ndim == 2]
    there = {math.prod(shape) // hidden for shape in matrices if hidden in shape} - {inputs(contract, SIDE)}
    yield from (side for side in range(SIDE // 4, 4 * SIDE + 1, 2) if inputs(contract, side) in there)
    yield from known_sides(contract)


@cache
def known_sides(contract: Steps) -> list[int]:
    return sides(contract, mistakes(contract, SIDE), SIDE)[1:]
