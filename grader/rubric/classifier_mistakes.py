"""The usual mistakes in a network for 28x28 images, as changes of the contract's steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from grader.rubric.classifier_variants import (
    ACTIVATIONS,
    Act,
    Change,
    Conv,
    Dense,
    Do,
    Pool,
    Shape,
    Step,
    Steps,
    shapes,
)

Kind = TypeVar("Kind", bound=Step)
ORDINALS = ("first", "second", "third", "fourth")
KERNELS = (3, 5, 7)
WINDOWS = ((3, 2, 1), (3, 2, 0), (2, 1, 0), (4, 4, 0), (3, 3, 0))  # of poolings: size, stride, padding
USUAL = ("sigmoid", "ReLU", "tanh")  # activations, and those that are taken for each other in all places at once
FLATTENED = {
    "channels last": (
        "Flattens with the channels last, as TensorFlow does",
        "PyTorch's order is channel, height, width: flatten without permuting, torch.flatten(x, 1).",
    ),
    "height and width swapped": (
        "Height and width swapped before flattening",
        "Every map is read column by column. Leave the transpose out: torch.flatten(x, 1).",
    ),
    "images mixed": (
        "Flattening mixes the images of a batch",
        "The channels stand in front of the batch axis before the reshape, so every row is put together from several "
        "images. Keep the batch axis first: torch.flatten(x, 1), with no permute or transpose before it.",
    ),
}
SCALED = {
    "divided by 255": "Divides the already standardised images by 255",
    "standardised again": "Standardises the already standardised images once more",
    "standardised with 0.5": "Standardises the already standardised images once more",
    "standardised over the batch": "Standardises the images over the batch inside forward",
    "standardised over the batch, with an epsilon": "Standardises the images over the batch inside forward",
}


def mistakes(contract: Steps, side: int) -> list[Change]:
    """All that are known; of two that come to the same the first is told."""
    return [
        *_paddings(contract, side),
        *_activations(contract),
        *_more_activations(contract),
        *_poolings(contract),
        *_ends(contract),
        *_kernels(contract),
        *_biases(contract),
        *_tables(contract),
    ]


def places(contract: Steps, kind: type[Kind]) -> dict[int, Kind]:
    """The contract's steps of a kind, by their places."""
    return {i: step for i, step in enumerate(contract) if isinstance(step, kind)}


def where(contract: Steps, place: int) -> str:
    """The layer with parameters at a place, or the last one before it: `the second convolution`."""
    convs, dense = places(contract, Conv), places(contract, Dense)
    place = max(i for i in (*convs, *dense) if i <= place)
    if place in convs:
        return f"the {ORDINALS[[*convs].index(place)]} convolution"
    number = [*dense].index(place)
    return f"the {'last' if number == len(dense) - 1 else ORDINALS[number]} dense layer"


def groups(contract: Steps, chosen: Iterable[int], what: str) -> Iterator[tuple[list[int], str]]:
    """All places at once, as `what`, and each alone."""
    chosen = list(chosen)
    if len(chosen) > 1:
        yield chosen, what
    yield from (([place], where(contract, place)) for place in chosen)


def changed(contract: Steps, instead: Mapping[int, Steps]) -> Steps:
    return tuple(step for place, own in enumerate(contract) for step in instead.get(place, (own,)))


def inputs(contract: Steps, side: int) -> int:
    """Of the first dense layer."""
    convs = places(contract, Conv)
    found = shapes(contract, side)
    return found[sum(1 + conv.bias for conv in convs.values())][1] if found else 0


def _paddings(contract: Steps, side: int) -> Iterator[Change]:
    convs = places(contract, Conv)
    padded = [place for place, conv in convs.items() if conv.padding]
    plain = [place for place in convs if place not in padded]
    for chosen, name in (*groups(contract, padded, "the convolutions"), *groups(contract, plain, "the convolutions")):
        first = convs[chosen[0]]
        for size in (size for size in range(first.kernel // 2 + 1) if size != first.padding):
            instead: dict[int, Steps] = {place: (convs[place]._replace(padding=size),) for place in chosen}
            flat, wanted = inputs(changed(contract, instead), side), inputs(contract, side)
            yield Change(
                f"Padding {size} in {name}, where the contract has {first.padding}"
                if size
                else f"No padding in {name}",
                f"With padding {size} in {name}, where the contract has {first.padding}, {side}x{side} images come to "
                f"{flat:,} numbers at the first dense layer instead of {wanted:,}. Write padding={first.padding} in "
                f"{name}, and leave {wanted:,} inputs to the dense layer.",
                instead,
                common=size in (0, first.kernel // 2),
            )


def _activations(contract: Steps) -> Iterator[Change]:
    acts = places(contract, Act)
    own = next(iter(acts.values())).kind
    convs = [place for place in acts if where(contract, place).endswith("convolution")]
    dense = [place for place in acts if place not in convs]
    together = [([*acts], "anywhere"), (convs, "after the convolutions"), (dense, "between the dense layers")]
    together = [(chosen, said) for chosen, said in together if len(chosen) > 1]
    for chosen, said in (*together, *(([place], f"after {where(contract, place)}") for place in acts)):
        many = len(chosen) > 1
        there = "" if said == "anywhere" else f" {said}"
        yield Change(
            f"No {own} {said}",
            f"There is no {own} {said}, or its result is not assigned. Layers without an activation between them do no "
            f"more than one layer: x = torch.{own.lower()}(x).",
            dict.fromkeys(chosen, ()),
            common=many,
        )
        yield Change(
            f"{capital(own)} applied twice{there}",
            f"The {own} is applied twice{there}: perhaps it stands both among the layers and in forward. Apply it once.",
            {place: (acts[place], acts[place]) for place in chosen},
        )
        for kind in (kind for kind in ACTIVATIONS if kind != own):
            name = kind.partition(" (")[0] if kind.startswith("leaky") else kind
            yield Change(
                f"{capital(name)}{there} where the contract has {own}",
                f"You use {name}{there}. The contract's activation is {own}: torch.{own.lower()}(x).",
                dict.fromkeys(chosen, (Act(kind),)),
                common=many and kind in USUAL,
            )
    for chosen, name in groups(contract, convs, "the convolutions"):
        swapped: dict[int, Steps] = {place: (contract[place + 1],) for place in chosen}
        yield Change(
            f"Pooling before the {own} after {name}",
            f"You pool first and apply the {own} afterwards. The order matters: put the {own} between convolution and pooling.",
            swapped | {place + 1: (contract[place],) for place in chosen},
        )


def _more_activations(contract: Steps) -> Iterator[Change]:
    convs = places(contract, Conv)
    bare = [place for place in convs if not isinstance(contract[place + 1], Act)]
    for chosen, name in groups(contract, bare, "the convolutions"):
        for kind in USUAL:
            yield Change(
                f"{capital(kind)} after {name}, where the contract has none",
                f"There is a {kind} after {name}. The contract has pooling there and no activation: leave it out.",
                {place: (contract[place], Act(kind)) for place in chosen},
                common=len(chosen) > 1,
            )


def _poolings(contract: Steps) -> Iterator[Change]:
    pools, convs = places(contract, Pool), places(contract, Conv)
    own = next(iter(pools.values())).kind
    other = "max" if own == "average" else "average"
    right = "nn.AvgPool2d(2)" if own == "average" else "nn.MaxPool2d(2)"
    for chosen, name in groups(contract, pools, "the convolutions"):
        many = len(chosen) > 1
        yield Change(
            f"{capital(other)} pooling after {name}, where the contract has {own} pooling",
            f"The pooling after {name} takes the {'largest' if other == 'max' else 'mean'} of every four values. The "
            f"contract has {own} pooling: {right}.",
            dict.fromkeys(chosen, (Pool(other),)),
            common=many,
        )
        yield Change(
            f"No pooling after {name}",
            f"The pooling after {name} is missing, or its result is not assigned: x = pool(x), with {right}.",
            dict.fromkeys(chosen, ()),
        )
        for kind in (own, other):
            for size, stride, padding in WINDOWS:
                yield Change(
                    f"Pooling windows of {size}x{size} with stride {stride} after {name}",
                    f"The pooling after {name} has windows of {size}x{size}, stride {stride} and padding {padding}. The "
                    f"contract's windows are 2x2 with stride 2, so that they do not overlap: {right}.",
                    dict.fromkeys(chosen, (Pool(kind, size, stride, padding),)),
                )
        before = [max(i for i in convs if i < place) for place in chosen]
        strided: dict[int, Steps] = {place: (convs[place]._replace(stride=2),) for place in before}
        yield Change(
            f"A stride of 2 in {name} instead of pooling",
            f"You leave the pooling out and take a stride of 2 in {name}. The contract has stride 1, and then {right}.",
            strided | dict.fromkeys(chosen, ()),
        )


def _ends(contract: Steps) -> Iterator[Change]:
    first, flatten, last = (contract.index(Do(kind)) for kind in ("input", "flatten", "output"))
    own = next(iter(places(contract, Act).values())).kind
    for kind, (title, explanation) in FLATTENED.items():
        yield Change(title, explanation, {flatten: (Do(kind),)})
    for kind in dict.fromkeys((own, *USUAL)):
        yield Change(
            f"{capital(kind)} after the last layer as well",
            f"The last layer's result goes through {kind}. Logits are any numbers, and nn.CrossEntropyLoss makes "
            "probabilities of them: return the last layer's result as it is.",
            {last: (Act(kind),)},
            common=kind == own,
        )
    for kind, title in SCALED.items():
        yield Change(
            title,
            "The images arrive as standardised floats, and each goes its own way: leave it out of forward.",
            {first: (Do(kind),)},
        )
    yield Change(
        f"{capital(own)} on the image before the first convolution",
        f"The image itself goes through {own}. The contract's first step is the convolution.",
        {first: (Act(own),)},
    )


def ending(contract: Steps, kind: str) -> Change:
    """A softmax or log_softmax behind the last layer."""
    return Change(
        f"A {kind} inside the model",
        f"The network ends in {kind}, and nn.CrossEntropyLoss applies log_softmax itself. Return the last layer's "
        "result as it is.",
        {contract.index(Do("output")): ()},
    )


def wrong_inputs(contract: Steps, there: list[Shape], side: int) -> Change:
    """A first dense layer that would fit images of another side only; `there`: the shapes of the parameters."""
    place, dense = next(iter(places(contract, Dense).items()))
    given = next(shape[1] for shape in there if len(shape) == 2)
    wanted = inputs(contract, side)
    return Change(
        f"{given:,} inputs to the first dense layer, where {wanted:,} numbers come",
        f"{side}x{side} images come to {wanted:,} numbers when they are flattened: nn.Linear({wanted}, {dense.outputs}).",
        {place: (dense,)},
    )


def _kernels(contract: Steps) -> Iterator[Change]:
    convs = places(contract, Conv)
    for chosen, name in groups(contract, convs, "the convolutions"):
        own = convs[chosen[0]].kernel
        for kernel in (kernel for kernel in KERNELS if kernel != own):
            as_it_is = tuple(convs[place].padding for place in chosen)
            keeps_size, none = (kernel // 2,) * len(chosen), (0,) * len(chosen)
            for paddings in dict.fromkeys((as_it_is, keeps_size, none)):
                instead: dict[int, Steps] = {
                    place: (convs[place]._replace(kernel=kernel, padding=padding),)
                    for place, padding in zip(chosen, paddings, strict=True)
                }
                yield Change(
                    f"{kernel}x{kernel} kernels in {name} instead of {own}x{own}",
                    f"The kernels of {name} are {kernel}x{kernel}, the contract's are {own}x{own}.",
                    instead,
                )


def _biases(contract: Steps) -> Iterator[Change]:
    convs: dict[int, Steps] = {i: (conv._replace(bias=False),) for i, conv in places(contract, Conv).items()}
    dense: dict[int, Steps] = {i: (layer._replace(bias=False),) for i, layer in places(contract, Dense).items()}
    for instead, name in ((convs | dense, "any layer"), (convs, "the convolutions"), (dense, "the dense layers")):
        yield Change(
            f"No biases in {name}",
            "The contract's layers have one bias for every output: leave bias at its default, True.",
            instead,
        )


def _tables(contract: Steps) -> Iterator[Change]:
    for place, conv in places(contract, Conv).items():
        if conv.table:
            yield Change(
                f"All maps connected in {where(contract, place)}, where the contract has a table",
                "Each of its maps sees all maps before it. By the table most of them see three or four: keep a kernel for "
                "each cross, and no other.",
                {place: (conv._replace(table=()),)},
                common=True,
            )


def capital(name: str) -> str:
    """At the beginning of a sentence."""
    return name[:1].upper() + name[1:]
