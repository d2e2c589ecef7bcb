"""Networks judged by their formula: a student's own parameters are put into it in every fitting way.

Layers may have any names and be made in any order. Where one way gives the network's own output, the network computes
the formula. A known mistake is another form of the formula and is found in the same way, whatever the style.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Mistake
from grader.authoring.expect import CheckFailure
from grader.authoring.tolerance import Tolerance
from grader.judge.networks import AT_RANDOM, NOT_REGISTERED, Network, StateEntry
from grader.later import torch
from grader.records import Table

NEAR = Tolerance(1e-4, 1e-4)  # float32 against float64, some tens of products a sum
GRADIENTS = Tolerance(1e-3, 1e-3)
# loud enough for variances beside which the eps of a batch norm does not matter, and for ReLU6 not to be ReLU
LOUD, SPREAD, GAIN = np.float32(3.0), 7.0, 4.0
MOST_TOLD = 200  # characters in a cell of a table
MOST_WAYS = 4_000  # of giving a student's tensors their parts that are tried for all mistakes; planted ones need 1,500
MORE_BATCHES = 31  # what happens at random, as rarely as one time in ten, does not show in every pass
NOTHING_RANDOM = "The same batch gives the same in train mode too: no dropout, and no layer that is left out at random."
Args = tuple[Any, ...]  # of the constructor
Size = tuple[int, int]  # height and width of a batch


class Formula(NamedTuple):
    """How the right networks of a kind compute, and how those with a mistake do.

    A form is a NamedTuple of settings: those of `forms` are right, one with other values has a mistake.
    """

    name: str  # of the class
    forms: tuple[Any, ...]  # all that the contract allows
    channels: Callable[[Args], int]  # of a batch
    assignments: Callable[[list[StateEntry], Args, Any, bool], Iterator[Any]]  # of tensors to parts; is the form right?
    compute: Callable[..., torch.Tensor]  # (state, roles, x, args, form, train, strict), in float64
    parts: Callable[[Args], str]  # what such a network is made of, in words


class Change(NamedTuple):
    """One mistake, as other values of a form's fields."""

    title: str
    explanation: str
    fields: dict[str, Any]
    common: bool = False  # often met together with others


class Match(NamedTuple):
    """A student's network that computes the formula, with which parameters in which parts."""

    args: Args
    network: Network
    state: dict[str, torch.Tensor]
    roles: Any
    form: Any


class Played(NamedTuple):
    """What a student's network made of its inputs; None where it stopped with an error."""

    args: Args
    entries: list[StateEntry]
    state: dict[str, torch.Tensor]
    outputs: list[tuple[np.ndarray, np.ndarray | None]]
    train: bool


def noise(student: Any, *sizes: int) -> np.ndarray:
    """Standard normal noise, float32."""
    found: np.ndarray = student.random.standard_normal(sizes).astype("float32")
    return found


def randomised(student: Any, entries: list[StateEntry]) -> dict[str, torch.Tensor]:
    """Random values for everything a network keeps, float64: batch norms get about what LOUD inputs give them."""
    state = {}
    for entry in entries:
        if entry.values.dtype.kind != "f":
            continue
        draw = np.asarray(student.random.standard_normal(entry.values.shape))
        last = entry.name.rpartition(".")[2]
        if "var" in last:
            draw = SPREAD**2 * (np.abs(draw) + 0.5)
        elif entry.values.ndim == 4:
            draw = SPREAD / LOUD * draw / math.sqrt(max(1, math.prod(entry.values.shape[1:])))
        elif last == "weight":
            draw = GAIN + draw
        state[entry.name] = torch.from_numpy(np.asarray(draw, dtype="float32").astype("float64"))
    return state


def built(student: Any, formula: Formula, args: Args) -> Network:
    """The student's network for these arguments."""
    sample, seed = noise(student, 2, formula.channels(args), 6, 6), int(student.random.integers(1 << 31))
    network: Network = student.network(formula.name, *args, sample=sample, seed=seed)
    return network


def lively(student: Any, formula: Formula, args: Args) -> Network:
    """The same, when its output depends on its parameters: layers that do nothing are none."""
    network, x = built(student, formula, args), LOUD * noise(student, 2, formula.channels(args), 6, 6)
    expect.that(network.layers(), f"{network.made} has no parameters", hint=NOT_REGISTERED)
    outputs = []
    for _ in range(2):
        state = randomised(student, network.state())
        network.load({name: value.float().numpy() for name, value in state.items()})
        outputs.append(expect.floats(network.output(x)))
    expect.that(
        outputs[0].shape != outputs[1].shape or not np.allclose(outputs[0], outputs[1]),
        f"the output of {network.made} does not depend on its parameters",
        hint="forward has to use the layers that __init__ makes.",
    )
    return network


def own(student: Any, formula: Formula, listed: Iterable[Args]) -> None:
    """Fail when a network for one of these arguments meets a ready-made one, as it is made or as a batch goes through it."""

    def passes(args: Args) -> None:
        built(student, formula, args).output(noise(student, 2, formula.channels(args), 6, 6))

    for args in listed:
        expect.own_work(passes, args)


def fits(student: Any, formula: Formula, args: Args, sizes: Iterable[tuple[int, int, int]], wanted: Any) -> None:
    """Fail when batches (N, H, W) do not come out as `wanted(N, H, W)`."""
    network = built(student, formula, args)
    for size in sizes:
        x = noise(student, size[0], formula.channels(args), *size[1:])
        found = network.output(x)
        expect.that(
            found.shape == wanted(*size),
            f"{network.made} turns {x.shape} into {tuple(found.shape)}, expected {wanted(*size)}",
        )


def counted(student: Any, formula: Formula, args: Args, allowed: Collection[int], beside: str) -> None:
    """Fail when the network has another number of parameters than one of those `allowed`, which is told `beside`."""
    network = lively(student, formula, args)
    layers = network.layers()
    rows = tuple(
        (f"{x.name}: {x.kind}"[:MOST_TOLD], ", ".join(str(p.shape) for p in x.parameters)[:MOST_TOLD], f"{x.count:,}")
        for x in layers
    )
    student.show(Table(caption=f"Layers of {network.made}", columns=("layer", "shapes", "parameters"), rows=rows))
    count = sum(layer.count for layer in layers)
    expect.that(
        count in allowed,
        f"{network.made} has {count:,} parameters, expected {min(allowed):,}"
        + (f" (up to {max(allowed):,} with {beside})" if beside else ""),
    )


def matching(student: Any, formula: Formula, args: Args, sizes: Iterable[Size]) -> Match:
    """The student's network, when it computes the formula in eval mode for batches of all these sizes.

    Raises CheckFailure with the closest fit when no assignment of parts agrees.
    """
    network = built(student, formula, args)
    entries = network.state()
    state = randomised(student, entries)
    network.load({name: value.float().numpy() for name, value in state.items()})
    batches = [LOUD * noise(student, 2, formula.channels(args), *size) for size in sizes]
    found = [network.output(x) for x in batches]
    closest: CheckFailure | None = None
    for form in formula.forms:
        for roles in formula.assignments(entries, args, form, True):
            try:
                for x, output in zip(batches, found, strict=True):
                    wanted = formula.compute(state, roles, torch.from_numpy(x).double(), args, form)
                    expect.close(output, wanted.numpy(), tol=NEAR)
            except CheckFailure as failure:
                closest = closest or failure
            else:
                return Match(args, network, state, roles, form)
    if closest is None:
        raise CheckFailure(f"{network.made} lacks a part: expected {formula.parts(args)}")
    raise CheckFailure(
        f"{network.made} in eval mode: {closest.message}",
        expected=closest.expected,
        actual=closest.actual,
        where=closest.where,
    )


def right_ones(student: Any, formula: Formula, listed: Iterable[Args]) -> Iterator[Match]:
    """The network for the first of these arguments, and for the others where it is right: if not, another check tells."""
    for number, args in enumerate(listed):
        try:
            yield matching(student, formula, args, sizes=((6, 6),))
        except CheckFailure as failure:
            if number == 0 or failure.fatal:
                raise


def same_in_train_mode(student: Any, formula: Formula, listed: Iterable[Args]) -> None:
    """Fail when the formula does not hold in train mode, batch norms do not record it, or something happens at random."""
    for args, network, state, roles, form in right_ones(student, formula, listed):
        x = LOUD * noise(student, 4, formula.channels(args), 7, 5)
        batch = dict(state)
        wanted = formula.compute(batch, roles, torch.from_numpy(x).double(), args, form, train=True).detach().numpy()
        expect.close(network.output(x, train=True), wanted, tol=NEAR)
        recorded(state, batch, network.state())
        for _ in range(MORE_BATCHES):
            expect.close(network.output(x, train=True), wanted, tol=NEAR, hint=NOTHING_RANDOM)


def recorded(before: dict[str, torch.Tensor], batch: dict[str, torch.Tensor], after: Iterable[StateEntry]) -> None:
    """Fail when running statistics have not gone from what they were `before` some way to those of the `batch`."""
    aside = 0.05  # of its way: a variance may be divided by n instead of n - 1
    now = {entry.name: torch.from_numpy(entry.values.astype("float64")) for entry in after}
    for name in (name for name in before if batch[name] is not before[name]):
        expect.that(
            name in now and now[name].shape == before[name].shape, f"a batch in train mode changes what {name} is"
        )
        there, way = (now[name] - before[name]).flatten(), batch[name] - before[name].flatten()
        share = float((there * way).sum() / (way * way).sum())  # the momentum, as a rule
        expect.that(
            share > 0 and float((there - share * way).norm()) <= aside * float(there.norm()),
            f"after a batch in train mode {name} is {'what it was before' if share == 0 else 'not nearer to the batch'}: "
            "eval mode would go on with statistics of other images",
        )


def same_gradients(student: Any, formula: Formula, listed: Iterable[Args]) -> None:
    """Fail when a gradient of the input or of a parameter is not that of the formula."""
    for args, network, state, roles, form in right_ones(student, formula, listed):
        x = LOUD * noise(student, 3, formula.channels(args), 6, 6)
        given = torch.from_numpy(x).double().requires_grad_()
        tensors = {name: value.clone().requires_grad_() for name, value in state.items()}
        output = formula.compute(tensors, roles, given, args, form, train=True)
        weights = torch.linspace(-1, 1, output.numel(), dtype=torch.float64).reshape(output.shape)
        (output * weights).sum().backward()
        _, gradient, gradients = network.backward(x, weights.float().numpy(), train=True)
        assert given.grad is not None
        expect.that(gradient is not None, "no gradient reaches the input")
        expect.close(gradient, given.grad.numpy(), tol=GRADIENTS)
        for name, found in gradients.items():
            wanted = tensors[name].grad if name in tensors else None
            if wanted is not None:
                expect.that(found is not None, f"no gradient reaches {name}")
                expect.close(found, wanted.numpy(), tol=GRADIENTS)


def leaves_input(student: Any, formula: Formula, listed: Iterable[Args]) -> None:
    """Fail when the network changes its input, or gives another output for it the second time in eval mode."""
    for args, network, *_ in right_ones(student, formula, listed):
        x = noise(student, 2, formula.channels(args), 6, 6)
        first = expect.floats(network.output(x))
        expect.that(not network.changes_input(x), f"{network.made} changes its input")
        try:
            expect.close(network.output(x), first)
        except CheckFailure as failure:
            again = f"{network.made} in eval mode: the same input gives another output the second time"
            raise CheckFailure(f"{again}: {failure.message}", hint=AT_RANDOM) from None


def mistake(
    student: Any, formula: Formula, probes: Iterable[tuple[Args, Iterable[Size]]], known: Iterable[Change]
) -> Mistake | None:
    """The network's mistake by name, where it is a `known` one, or two of them.

    It has to give the network's own outputs for all `probes`, and stop with an error where the network does. Of two
    mistakes that come to the same the first is told. In train mode is looked for what eval mode does not show.
    """
    known, probes, ways = list(known), list(probes), Ways()
    for train in (False, True):
        try:
            played = [play(student, formula, args, sizes, train) for args, sizes in probes]
        except CheckFailure as failure:
            if failure.fatal:
                raise
            return None
        if all(found is None for one in played for _, found in one.outputs):
            return None
        try:
            # what is wrong tells most
            played.sort(key=lambda one: any(explains_one(formula, form, one, ways) for form in formula.forms))
            if not any(explains_one(formula, form, played[0], ways) for form in formula.forms):
                return _explaining(formula, played, known, ways)
        except (TooManyWays, CheckFailure):
            return None
    return None


def _explaining(formula: Formula, played: list[Played], known: list[Change], ways: Ways) -> Mistake | None:
    """The known mistake, or the two of them, whose form gives all that was played. Raises TooManyWays."""
    common = [change for change in known if change.common]
    pairs = ((one, other) for one, other in combinations(common, 2) if not one.fields.keys() & other.fields.keys())
    for changes in (*((change,) for change in known), *pairs):
        fields = {name: value for change in changes for name, value in change.fields.items()}
        for form in dict.fromkeys(form._replace(**fields) for form in formula.forms):
            if all(explains_one(formula, form, one, ways) for one in played):
                told = dict.fromkeys(change.explanation for change in changes)
                return Mistake("; ".join(change.title for change in changes), " ".join(told))
    return None


def play(student: Any, formula: Formula, args: Args, sizes: Iterable[Size], train: bool) -> Played:
    """Raises CheckFailure when the network cannot be built, or gives another output the second time."""
    network = built(student, formula, args)
    entries = network.state()
    state = randomised(student, entries)
    network.load({name: value.float().numpy() for name, value in state.items()})
    inputs = [LOUD * noise(student, 2, formula.channels(args), *size) for size in sizes]
    outputs = [output_of(network, x, train) for x in inputs]
    if outputs[0] is not None:
        expect.close(output_of(network, inputs[0], train), outputs[0])
    return Played(args, entries, state, list(zip(inputs, outputs, strict=True)), train)


def output_of(network: Network, x: np.ndarray, train: bool) -> np.ndarray | None:
    """What the network makes of its input; None where it stops with an error."""
    try:
        return expect.floats(network.output(x, train=train))
    except CheckFailure as failure:
        if failure.fatal:
            raise
        return None


class TooManyWays(Exception):
    """A network has so many layers that are alike that no mistake is looked for in it any more."""


class Ways:
    """How often parts may be given to a student's tensors, for all mistakes together: nobody else stops a judge that computes."""

    def __init__(self) -> None:
        self.left = MOST_WAYS

    def take(self) -> None:
        """Raises TooManyWays."""
        self.left -= 1
        if self.left < 0:
            raise TooManyWays


def explains_one(formula: Formula, form: Any, played: Played, ways: Ways) -> bool:
    """Whether a form gives all the outputs, with some assignment of its parts. Raises TooManyWays."""

    def agrees(roles: Any) -> bool:
        ways.take()
        return all(gives(x, output, roles) for x, output in played.outputs)

    def gives(x: np.ndarray, output: np.ndarray | None, roles: Any) -> bool:
        given = torch.from_numpy(x).double()
        try:  # an addition in place stops where another one spreads
            state = dict(played.state)  # in train mode that of the batch takes the place of what is there
            wanted = formula.compute(state, roles, given, played.args, form, train=played.train, strict=output is None)
        except RuntimeError:  # the shapes do not fit
            return output is None
        if output is None or output.shape != tuple(wanted.shape):
            return False
        return expect.agrees(output, wanted.numpy(), tol=NEAR)

    right = form in formula.forms
    return any(map(agrees, formula.assignments(played.entries, played.args, form, right)))
