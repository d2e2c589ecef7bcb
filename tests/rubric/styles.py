"""Networks with any of the usual mistakes, each written in three styles."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"
Op = tuple[
    object, ...
]  # conv, inputs, outputs, kernel, padding, stride; dense, inputs, outputs; or something without parameters

LENET: tuple[Op, ...] = (
    *(("conv", 1, 6, 5, 2, 1), ("sigmoid",), ("avg",), ("conv", 6, 16, 5, 0, 1), ("sigmoid",), ("avg",), ("flatten",)),
    *(("dense", 400, 120), ("sigmoid",), ("dense", 120, 84), ("sigmoid",), ("dense", 84, 10)),
)
CNN: tuple[Op, ...] = (
    *(("conv", 1, 32, 3, 1, 1), ("relu",), ("max",), ("conv", 32, 64, 3, 1, 1), ("relu",), ("max",), ("flatten",)),
    *(("dense", 3136, 128), ("relu",), ("dense", 128, 10)),
)
PLAIN = {  # what has no parameters: as an expression, and as a layer
    "sigmoid": ("torch.sigmoid(x)", "nn.Sigmoid()"),
    "relu": ("F.relu(x)", "nn.ReLU()"),
    "tanh": ("torch.tanh(x)", "nn.Tanh()"),
    "leaky": ("F.leaky_relu(x)", "nn.LeakyReLU()"),
    "avg": ("F.avg_pool2d(x, 2)", "nn.AvgPool2d(2)"),
    "max": ("F.max_pool2d(x, 2)", "nn.MaxPool2d(2)"),
    "avg stride 1": ("F.avg_pool2d(x, 2, 1)", "nn.AvgPool2d(2, stride=1)"),
    "flatten": ("x.flatten(1)", "nn.Flatten()"),
    "view 400": ("x.view(-1, 400)", "Do(lambda x: x.view(-1, 400))"),
    "view 3136": ("x.view(-1, 3136)", "Do(lambda x: x.view(-1, 3136))"),
    "channels last": ("x.permute(0, 2, 3, 1).flatten(1)", "Do(lambda x: x.permute(0, 2, 3, 1).reshape(len(x), -1))"),
    "mixed": ("x.transpose(0, 1).reshape(len(x), -1)", "Do(lambda x: x.transpose(0, 1).reshape(x.shape[0], -1))"),
    "softmax": ("torch.softmax(x, 1)", "nn.Softmax(dim=1)"),
    "log_softmax": ("F.log_softmax(x, dim=1)", "nn.LogSoftmax(dim=1)"),
    "/255": ("x / 255", "Do(lambda x: x / 255)"),
}
DO = "class Do(nn.Module):\n    def __init__(self, do):\n        super().__init__()\n        self.do = do\n    def forward(self, x):\n        return self.do(x)\n\n"


def _layer(op: Op) -> str:
    kind, *sizes = op
    if kind == "conv":
        return "nn.Conv2d({}, {}, {}, padding={}, stride={})".format(*sizes)
    return "nn.Linear({}, {})".format(*sizes) if kind == "dense" else PLAIN[str(kind)][1]


def attributes(name: str, ops: tuple[Op, ...]) -> str:
    """Layers with parameters as attributes, the rest in forward."""
    made = [f"        self.layer{i} = {_layer(op)}" for i, op in enumerate(ops) if op[0] in ("conv", "dense")]
    used = [
        f"        x = self.layer{i}(x)" if op[0] in ("conv", "dense") else f"        x = {PLAIN[str(op[0])][0]}"
        for i, op in enumerate(ops)
    ]
    return "\n".join(
        [
            f"{HEAD}class {name}(nn.Module):\n    def __init__(self):\n        super().__init__()",
            *made,
            "    def forward(self, x):",
            *used,
            "        return x\n",
        ]
    )


def sequential(name: str, ops: tuple[Op, ...]) -> str:
    """A subclass of nn.Sequential."""
    layers = ", ".join(map(_layer, ops))
    return f"{HEAD}{DO}class {name}(nn.Sequential):\n    def __init__(self):\n        super().__init__({layers})\n"


def parameters(name: str, ops: tuple[Op, ...]) -> str:
    """Parameters alone, the last ones first, and functions."""
    made, used = [], []
    for i, (kind, *sizes) in enumerate(ops):
        if kind == "conv":
            inner, outer, kernel, padding, stride = sizes
            shape, call = (outer, inner, kernel, kernel), f"F.conv2d(x, self.w{i}, self.b{i}, {stride}, {padding})"
        elif kind == "dense":
            shape, call = (sizes[1], sizes[0]), f"x @ self.w{i}.T + self.b{i}"
        else:
            used.append(f"        x = {PLAIN[str(kind)][0]}")
            continue
        used.append(f"        x = {call}")
        made.append(
            f"        self.b{i} = nn.Parameter(torch.zeros({shape[0]}))\n        self.w{i} = nn.Parameter(torch.randn{shape} / 9)"
        )
    return "\n".join(
        [
            f"{HEAD}class {name}(nn.Module):\n    def __init__(self):\n        super().__init__()",
            *reversed(made),
            "    def forward(self, x):",
            *used,
            "        return x\n",
        ]
    )


NETWORKS: dict[str, Callable[[str, tuple[Op, ...]], str]] = {
    "attributes": attributes,
    "sequential": sequential,
    "parameters": parameters,
}


class Block(NamedTuple):
    """A residual block; every value is Python or a list of steps."""

    strides: tuple[str, str, str] = ("stride", "1", "stride")
    paddings: tuple[int, int] = (1, 1)
    first: str = "norm relu"
    second: str = "norm"
    join: str = "add"
    last: str = "relu"
    source: str = "input"  # or conv: x = conv1(x) before the shortcut is taken; relu: after the first ReLU
    needs: str = "stride != 1 or i != o"
    kernel: int = 1
    shortcut: str = ""


JOINS = {"add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "none": "{0}", "cat": "torch.cat(({0}, {1}), 1)"}


def plain_block(block: Block) -> str:
    """Attributes without biases, functions, a batch norm in the shortcut."""
    return _block(block, bias=False, norm=True, relu="F.relu({0})", in_place=False, branch=False)


def branch_block(block: Block) -> str:
    """nn.Sequential with biases, in-place operations, no batch norm in the shortcut."""
    return _block(block, bias=True, norm=False, relu="self.act({0})", in_place=True, branch=True)


def clamping_block(block: Block) -> str:
    """Attributes with biases, batch norms made before convolutions, a batch norm in the shortcut, clamp for ReLU."""
    return _block(block, bias=True, norm=True, relu="{0}.clamp(min=0)", in_place=False, branch=False, norms_first=True)


def _block(
    block: Block, *, bias: bool, norm: bool, relu: str, in_place: bool, branch: bool, norms_first: bool = False
) -> str:
    one, two, three = block.strides
    convs = [
        f"        self.conv1 = nn.Conv2d(i, o, 3, {one}, {block.paddings[0]}, bias={bias})",
        f"        self.conv2 = nn.Conv2d(o, o, 3, {two}, {block.paddings[1]}, bias={bias})",
    ]
    norms = []
    if "norm" in block.first.split() or "other" in block.second.split():
        norms.append("        self.bn1 = nn.BatchNorm2d(o)")
    if "norm" in f"{block.second} {block.last}".split():
        norms.append("        self.bn2 = nn.BatchNorm2d(o)")
    project = f"nn.Conv2d(i, o, {block.kernel}, {three}, {block.kernel // 2}, bias={bias})"
    made = [
        *(norms + convs if norms_first else convs + norms),
        "        self.act = nn.ReLU(inplace=True)",
        "        self.down = None",
        f"        if {block.needs}:",
        f"            self.down = nn.Sequential({project}{', nn.BatchNorm2d(o)' * norm})",
    ]

    def steps(told: str, own: str, other: str) -> list[str]:
        words = {"norm": f"self.{own}(y)", "other": f"self.{other}(y)", "relu": relu.format("y")}
        words |= {"leaky": "F.leaky_relu(y)", "relu6": "F.relu6(y)"}
        return [f"        y = {words[step]}" for step in told.split()]

    taken = "        x = y" + ("" if in_place else ".clone()")
    shortcut = "        s = x if self.down is None else self.down(x)"
    if branch:
        made += ["        self.branch = nn.Sequential(self.conv1)", "        del self.conv1"]
    used = [
        f"        y = self.{'branch' if branch else 'conv1'}(x)",
        *[taken] * (block.source == "conv"),
        *steps(block.first, "bn1", "bn2"),
        *["        x = y.clone()"] * (block.source == "relu"),
        "        y = self.conv2(y)",
        *steps(block.second, "bn2", "bn1"),
        shortcut,
        *["        s = F.relu(s)"] * (block.shortcut == "relu"),
        "        y += s" if in_place and block.join == "add" else f"        y = {JOINS[block.join].format('y', 's')}",
        *steps(block.last, "bn2", "bn1"),
    ]
    return "\n".join(
        [
            f"{HEAD}class ResidualBlock(nn.Module):\n    def __init__(self, i, o, stride=1):\n        super().__init__()",
            *made,
            "    def forward(self, x):",
            *used,
            "        return y\n",
        ]
    )


BLOCKS: dict[str, Callable[[Block], str]] = {
    "attributes": plain_block,
    "in place": branch_block,
    "clamping": clamping_block,
}
