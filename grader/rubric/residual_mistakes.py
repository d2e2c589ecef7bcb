"""The usual mistakes in residual blocks, whatever stands in their branch."""

from __future__ import annotations

from collections.abc import Iterator

from grader.rubric.formulas import Change
from grader.rubric.residual_formula import Block

ORDINALS = ("first", "second", "third")
OTHERS = {
    "leaky": "Leaky ReLU",
    "leaky_0.1": "Leaky ReLU",
    "leaky_0.2": "Leaky ReLU",
    "ReLU6": "ReLU6",
    "ELU": "ELU",
    "GELU": "GELU",
    "SiLU": "SiLU",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
KEEP = "Keep the block's input before the first layer, identity = x, and take the shortcut from it."


def shortcuts(contract: Block, out: str) -> Iterator[Change]:
    """What can be wrong with the shortcut; `out`: the channels that come out, as a student writes them."""
    projection = (
        f"Where channels or stride change the shape, the shortcut is nn.Conv2d(in_channels, {out}, 1, stride=stride)."
    )
    for projects, title in (
        ("never", "No 1x1 convolution in the shortcut: x is always added as it is"),
        ("for other channels", "The 1x1 convolution only when the channels change, not for a stride alone"),
        ("for a stride", "The 1x1 convolution only when the stride is not 1, not for other channels alone"),
        ("for more channels", "The 1x1 convolution only where channels grow, not where they shrink"),
        ("for a stride of two", "The 1x1 convolution for a stride of two, but for no other"),
        ("always", "A 1x1 convolution on every shortcut, also where the shapes agree"),
    ):
        more = "" if projects != "always" else " Where the shapes agree the shortcut is x itself."
        yield Change(
            title,
            f"{projection} Ask: if stride != 1 or in_channels != {out}.{more}",
            {"projects": projects},
            common=True,
        )
    for reduces, title in (
        ("average", "Average pooling before the 1x1 convolution of the shortcut"),
        ("average without a rest", "Average pooling before the 1x1 convolution of the shortcut"),
        ("max", "Max pooling before the 1x1 convolution of the shortcut"),
        ("corner", "The shortcut cut to the new size instead of taking every second pixel"),
    ):
        unstrided = (*contract.strides[:-1], False)
        yield Change(title, projection, {"reduces": reduces, "strides": unstrided})
    for zeros in ("zeros", "zeros on both sides"):
        yield Change(
            "The shortcut subsampled and filled up with zero channels (option A)",
            f"The contract asks for a 1x1 convolution wherever the shape changes (option B). {projection}",
            {"reduces": zeros, "projects": "never"},
        )
    yield Change("The projection is a 3x3 convolution", projection, {"kernel": 3})
    for number in range(len(contract.kernels)):
        yield Change(
            f"The projection shares the {ORDINALS[number]} batch norm",
            "Give the projection a batch norm of its own, or none: means and variances differ.",
            {"projected": f"norm{number + 1}"},
        )
    yield Change(
        "A ReLU on the shortcut, identity included",
        "What is negative in x is lost: the shortcut carries x as it is, F(x) + x.",
        {"shortcut": "relu"},
    )
    yield Change(
        "A ReLU behind the projection",
        "The shortcut has no activation: 1x1 convolution, a batch norm if you like, then the addition, then ReLU.",
        {"shortcut": "relu behind a projection"},
    )
    for source, after in (
        ("relu", "the first ReLU"),
        ("norm", "the first batch norm"),
        ("conv", "the first convolution"),
        ("branch", "the whole branch"),
    ):
        for projects in ("needed", "never"):
            yield Change(
                f"The shortcut is taken after x was overwritten by {after}",
                f"x has gone through {after} when it is added, so the block's input never reaches the addition. {KEEP}",
                {"source": source} if projects == "needed" else {"source": source, "projects": projects},
            )
        yield Change(
            f"Where there is no projection, the shortcut is taken after {after}",
            f"Without a projection x has gone through {after} when it is added. {KEEP}",
            {"source": source, "late": True},
        )


def joins(branch: str) -> Iterator[Change]:
    """What can be wrong with the addition; `branch`: what a block without a shortcut is."""
    added = "The shortcut is added to the branch: F.relu(F(x) + shortcut(x))."
    for join, title in (
        ("nothing", "The shortcut is computed but never added"),
        ("branch minus shortcut", "Subtracts the shortcut instead of adding it"),
        ("shortcut minus branch", "Subtracts the branch from the shortcut instead of adding them"),
        ("product", "Multiplies by the shortcut instead of adding it"),
        ("mean", "Takes the mean of branch and shortcut instead of their sum"),
        ("concatenation", "Concatenates instead of adding"),
    ):
        yield Change(title, added, {"join": join})
    yield Change(f"No shortcut at all, {branch}", added, {"join": "nothing", "projects": "never"})


def activations(contract: Block, inside: str, order: str) -> Iterator[Change]:
    """Others than ReLU; `inside`: where those of the branch stand."""
    for step, name in OTHERS.items():
        branch = {
            place: steps.replace("relu", step)
            for place, steps in zip(("first", "second", "third"), contract.after, strict=False)
            if "relu" in steps
        }
        told = f"The contract's activation is ReLU in all places. {order}"
        yield Change(f"{name} where the contract has ReLU", told, {**branch, "last": step})
        yield Change(f"{name} {inside}, where the contract has ReLU", told, branch)
        yield Change(f"{name} after the addition, where the contract has ReLU", told, {"last": step})


def settings() -> Iterator[Change]:
    """Of batch norms, and of what is beyond the border."""
    for border in ("reflect", "replicate", "circular"):
        yield Change(
            f'padding_mode="{border}" in the convolutions',
            "The contract's padding is zeros, PyTorch's default: leave padding_mode out.",
            {"border": border},
        )
    for eps in (0.1, 0.9, 0.99, 1.0):
        yield Change(
            f"BatchNorm2d(channels, {eps}): the second argument is eps, not the momentum",
            "The eps of a batch norm is added to the variance. Leave it out: nn.BatchNorm2d(channels).",
            {"eps": eps},
        )
    yield Change(
        "Batch norm without running statistics",
        "In eval mode too the batch norms use the statistics of the batch at hand. Leave track_running_stats out.",
        {"of_batch": True},
    )
