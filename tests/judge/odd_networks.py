"""Networks that no course teaches, by what is odd about them. Each takes whatever arguments it is given."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def network(parts: Callable[[], dict[str, Any]], forward: Callable[[Any, torch.Tensor], Any]) -> type[nn.Module]:
    """A class of networks with these parts and this forward pass."""

    class Odd(nn.Module):
        def __init__(self, *args: Any) -> None:
            super().__init__()
            self.calls = itertools.count()
            for name, part in parts().items():
                setattr(self, name, part)

        def forward(self, x: torch.Tensor) -> Any:
            return forward(self, x)

    return Odd


def linear() -> dict[str, Any]:
    return {"fc": nn.LazyLinear(10)}


def logits(self: Any, x: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = self.fc(x.flatten(1))
    return found


def giving(change: Callable[[torch.Tensor], Any]) -> type[nn.Module]:
    """A network whose output is spoilt by `change`."""
    return network(linear, lambda self, x: change(logits(self, x)))


def block(parts: Callable[[], dict[str, Any]]) -> type[nn.Module]:
    """A residual block of these parts with a fitting output, which is not theirs."""

    class Block(nn.Module):
        def __init__(self, channels: int = 4, out: int = 4, stride: int = 1) -> None:
            super().__init__()
            self.out, self.stride = out, stride
            self.proj = nn.Conv2d(channels, out, 1, stride=stride)
            for name, part in parts().items():
                setattr(self, name, part)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.proj(x))

    return Block


def parameter(*shape: int, dtype: torch.dtype = torch.float32) -> nn.Parameter:
    return nn.Parameter(torch.ones(shape, dtype=dtype), requires_grad=dtype.is_floating_point or dtype.is_complex)


def many(count: int, make: Callable[[], nn.Module]) -> nn.ModuleList:
    return nn.ModuleList(make() for _ in range(count))


def half_a_norm() -> nn.Module:
    norm = nn.BatchNorm2d(4)
    del norm.running_var
    return norm


class Changing(nn.Module):
    """Whose output has another shape in every pass."""

    shapes = itertools.cycle([(10,), (), (1, 10), (10, 1), (0, 10)])

    def __init__(self, *args: Any) -> None:
        super().__init__()
        self.fc = nn.LazyLinear(10)
        self.passes = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.passes += 1
        found: torch.Tensor = self.fc(x.flatten(1))
        return found if self.passes < 5 else torch.ones(next(self.shapes)) * found.sum()


ODD: dict[str, Any] = {
    "no network": lambda *args: 5,
    "a class of something else": dict,
    "no parts": network(dict, lambda self, x: x),
    "None": giving(lambda y: None),
    "a tuple": giving(lambda y: (y, y)),
    "a dict": giving(lambda y: {"logits": y}),
    "a string": giving(lambda y: "x" * 10**5),
    "nested lists": giving(lambda y: y.tolist()),
    "no axis": giving(lambda y: y.sum()),
    "one axis": giving(lambda y: y.flatten()),
    "four axes": giving(lambda y: y[..., None, None]),
    "no rows": giving(lambda y: y[:0]),
    "complex": giving(lambda y: y + 1j),
    "booleans": giving(lambda y: y > 0),
    "integers": giving(lambda y: y.long()),
    "nan": giving(lambda y: y * float("nan")),
    "inf": giving(lambda y: y + float("inf")),
    "large": giving(lambda y: y * 1e38),
    "half floats": giving(lambda y: y.half() * 1e5),
    "sparse": giving(lambda y: y.to_sparse()),
    "detached": giving(lambda y: y.detach()),
    "zeros": giving(lambda y: y * 0),
    "softmax": giving(lambda y: y.softmax(1)),
    "changing": Changing,
    "far too many layers": network(lambda: {**linear(), "rest": many(600, lambda: nn.Linear(1, 1))}, logits),
    "long names": network(lambda: {**linear(), "x" * 5000: parameter(1)}, logits),
    "names with escapes": network(lambda: {**linear(), "\x1b[31m::error::\n<b>\u202e": parameter(1)}, logits),
    "a parameter of no values": network(lambda: {**linear(), "p": parameter(0, 3, 3, 3)}, logits),
    "a parameter of no axis": network(lambda: {**linear(), "p": parameter()}, logits),
    "a complex parameter": network(lambda: {**linear(), "p": parameter(2, dtype=torch.complex64)}, logits),
    "an integer parameter": network(lambda: {**linear(), "p": parameter(2, dtype=torch.int64)}, logits),
    "a half parameter": network(lambda: {**linear(), "p": parameter(2, dtype=torch.float16)}, logits),
    "a bfloat16 parameter": network(lambda: {**linear(), "p": parameter(2, dtype=torch.bfloat16)}, logits),
    "many 3x3 convolutions": block(
        lambda: {"convs": many(40, lambda: nn.Conv2d(4, 4, 3)), "bns": many(40, lambda: nn.BatchNorm2d(4))}
    ),
    "many 1x1 convolutions": block(lambda: {"convs": many(40, lambda: nn.Conv2d(3, 6, 1))}),
    "half a batch norm": block(
        lambda: {"a": nn.Conv2d(4, 4, 3), "b": nn.Conv2d(4, 4, 3), "n": half_a_norm(), "m": half_a_norm()}
    ),
    "a norm of integers": block(
        lambda: {
            "a": nn.Conv2d(4, 4, 3),
            "b": nn.Conv2d(4, 4, 3),
            "n": nn.BatchNorm2d(4).to(torch.float64),
            "weight": parameter(4, dtype=torch.int64),
        }
    ),
    "biases of odd shapes": block(
        lambda: {
            "weight": parameter(4, 4, 3, 3),
            "bias": parameter(7),
            "b": nn.Conv2d(4, 4, 3),
            "n": nn.BatchNorm2d(4),
            "m": nn.BatchNorm2d(4),
        }
    ),
    "kernels without values": block(
        lambda: {"w": parameter(4, 4, 3, 0), "v": parameter(0, 4, 3, 3), "u": parameter(4, 4, 3, 3, dtype=torch.int64)}
    ),
}
