"""Exercise lenet5_paper: LeNet-5 whose third layer is connected by the paper's table. 60,806 parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.rubric.classifier import add_checks
from grader.rubric.classifier_contract import SAMPLE, Plan
from grader.rubric.classifier_variants import Act, Conv, Dense, Do, Pool
from grader.rubric.lenet5_paper_c3 import INPUTS, OUTPUTS, PAPER, Table, assembled, parts_of

lenet5_paper = exercise(
    "lenet5_paper",
    title="LeNet-5 as in the paper",
    classes={"LeNet5Paper": "reference.lenet5_paper:LeNet5Paper"},
    batches={"LeNet5Paper": [((), (1, 1, 28, 28)), ((), (6, 1, 28, 28))]},
    lesson="LeCun, Bottou, Bengio, Haffner 1998: Gradient-Based Learning Applied to Document Recognition, table I",
    about="LeNet5Paper(): as lenet5, but a map of C3 sees only those of the six maps before it that have a cross in its "
    "column of the paper's table: six maps see 3 neighbours, six 4, three 4 with a gap, one all; 1,516 parameters. TABLE "
    "is the table: 16 lists of inputs, or zeros and ones. train(model, images, labels, *, device, seed) trains it in place.",
)
PLAN = Plan(
    name="LeNet5Paper",
    reference=lambda: lenet5_paper.classes["LeNet5Paper"](),
    parameters=60_806,
    activation="sigmoid",
    activations=frozenset({"aten.sigmoid", "aten.sigmoid_", "aten.exp", "aten.log_sigmoid_forward"}),
    overfit_rate=0.006,
    misread={
        61_706: "C3 keeps a kernel for every pair of maps, 2,416 parameters, connected or masked; the table has 60 "
        "crosses, so 60 * 25 + 16 = 1,516",
        60_806 - 16: "C3 has no biases",
        60_806 - 156 - 1_516: "the convolutions are not registered",
        60_806 - 1_516: "C3 is not registered",
        43_526: "without its padding of 2 the first convolution leaves 256 numbers to the first dense layer "
        "in place of 400",
        60_850: "44 too many, as with a bias for each cross of the table where each of the 16 maps has one, or with the "
        "paper's pooling, which has weights of its own",
    },
    steps=(
        Do("input"),
        Conv(6, 5, padding=2),
        Act("sigmoid"),
        Pool("average"),
        Conv(16, 5, table=tuple(sorted(PAPER))),
        Act("sigmoid"),
        Pool("average"),
        Do("flatten"),
        Dense(120),
        Act("sigmoid"),
        Dense(84),
        Act("sigmoid"),
        Dense(10),
        Do("output"),
    ),
    view=assembled,
    foreign="C3 is made in another way than the table says: look at the check connections first.",
)
ONLY_CROSSES = (
    "Keep a kernel for each of the 60 crosses and no other: 16 small convolutions, or a vector of weights that is put into "
    "the full kernel in forward. A mask over nn.Conv2d(6, 16, 5) leaves its 900 masked weights among the parameters."
)
OTHERWISE = (
    "not compared: which maps C3 connects cannot be told, as it is made in another way or stands between other layers"
)
FORMS = "TABLE is 16 tuples of the inputs of each map, from 0 to 5, or a table of zeros and ones, 6x16 or 16x6."


@lenet5_paper.check(points=2, live=True, hint=FORMS)
def table(student: Any) -> None:
    """TABLE is the paper's table I.

    Why: the table is all there is to C3 beside a convolution, and whoever reads your code looks there first.
    Wrong: TABLE = [(0, 1, 2), (1, 2, 3), ...] with maps 12 to 14 as (0, 1, 2, 4), ...
    Right: TABLE = [(0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5), (0, 1, 2, 3), ...]
    """
    compared(crosses(student.constant("TABLE")), "TABLE connects")


add_checks(lenet5_paper, PLAN)


@lenet5_paper.check(points=5, live=True, needs=["network"], hint="Look up each map's column in table I of the paper.")
def connections(student: Any) -> None:
    """In the network each map of C3 sees the maps of S2 that the table says, and no others.

    Why: maps that see different things find different things; a full convolution has 900 weights more.
    Wrong: nn.Conv2d(6, 16, 5)
    Right: torch.cat([conv(x[:, seen]) for conv, seen in zip(self.c3, TABLE)], dim=1)
    """
    parts = parts_of(student.network(PLAN.name, sample=SAMPLE, seed=int(student.random.integers(1 << 31))))
    if parts is None or not parts.has_kernels:
        raise CheckSkipped(OTHERWISE, counted=True)
    compared(parts.table, "in the network C3 connects")


@lenet5_paper.check(points=2, live=True, needs=["connections"], hint=ONLY_CROSSES)
def effect(student: Any) -> None:
    """Every parameter of C3 has an effect.

    Why: a weight that is masked in every pass is none: it learns nothing, and is counted all the same.
    Wrong: F.conv2d(x, self.weight * self.mask, self.bias) with a weight (16, 6, 5, 5)
    Right: 60 kernels, one for each cross of the table
    """
    parts = parts_of(student.network(PLAN.name, sample=SAMPLE, seed=int(student.random.integers(1 << 31))))
    assert parts is not None  # or its connections would not be known
    expect.that(not parts.idle, f"{len(parts.idle):,} parameters of C3 have no effect on the output")


def compared(found: Table, said: str) -> None:
    """Fail with the first map of C3 that is connected in another way than the paper has it."""
    for output in range(OUTPUTS):
        mine, right = (sorted(i for o, i in pairs if o == output) for pairs in (found, PAPER))
        expect.that(
            mine == right,
            f"{said} map {output} of C3 with {listed(mine)} of S2, expected {listed(right)}",
            share=sum(1 for o in range(OUTPUTS) if same(found, o)) / (OUTPUTS + 1),
        )


def same(found: Table, output: int) -> bool:
    """Whether a map of C3 sees what it sees in the paper."""
    return {pair for pair in found if pair[0] == output} == {pair for pair in PAPER if pair[0] == output}


def listed(maps: list[int]) -> str:
    return f"map{'s' * (len(maps) != 1)} {', '.join(map(str, maps))}" if maps else "no map"


def crosses(value: Any) -> Table:
    """A table in any of the forms in which it is written. Raises CheckFailure for what is none."""
    drawn = drawn_rows(value)
    if drawn is not None:
        return drawn
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=lambda key: int(key) if key.isdigit() else -1)]
    expect.that(
        isinstance(value, list | tuple | np.ndarray) and len(value) in (INPUTS, OUTPUTS), f"TABLE is {shown(value)}"
    )
    rows = [expect.array(row, f"row {number} of TABLE").ravel() for number, row in enumerate(value)]
    pairs = [(number, int(seen)) for number, row in enumerate(rows) for seen in row if seen == int(seen)]
    if len(rows) == INPUTS:  # of each map of S2, who sees it
        pairs = [(seen, number) for number, seen in pairs]
    expect.that(
        all(0 <= output < OUTPUTS and 0 <= seen < INPUTS for output, seen in pairs),
        f"TABLE has maps beyond 0 to {INPUTS - 1}: {sorted({seen for _, seen in pairs} - set(range(INPUTS)))[:3]}",
        hint="Maps are counted from 0, as in the paper.",
    )
    return frozenset(pairs)


def drawn_rows(value: Any) -> Table | None:
    """A table of zeros and ones, or of crosses; None where it is none."""
    if isinstance(value, str):
        value = value.split("\n" if "\n" in value.strip() else None)
    if isinstance(value, list | tuple) and value and all(isinstance(row, str) for row in value):
        lines = [row.strip("\n") for row in value if row.strip()]
        value = [[cell in "Xx1*#" for cell in line.ljust(max(map(len, lines)))] for line in lines]
    try:
        cells = np.squeeze(expect.array(value))
    except CheckFailure:
        return None
    if cells.ndim == 4:  # a mask over kernels
        cells = cells[..., 0, 0]
    if cells.shape not in ((INPUTS, OUTPUTS), (OUTPUTS, INPUTS)) or not np.isin(cells, (0, 1)).all():
        return None
    if cells.shape == (INPUTS, OUTPUTS):
        cells = cells.T
    return frozenset((int(output), int(seen)) for output, seen in np.argwhere(cells))


def shown(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return f"a table of {len(value)} rows, expected 16 or 6"
    return "None: write the table" if value is None else f"a {type(value).__name__}, no table"
