"""The small helpers of the book Dive into Deep Learning, as its package d2l has them: much student code is written with them.

Only what counts, measures time, keeps arguments or renames what torch has: nothing that an exercise asks for.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np

SAME = frozenset(  # as torch has them, under the same names
    """abs arange cos cosh exp eye float32 int32 int64 linspace log matmul meshgrid normal ones ones_like rand randn
    sigmoid sin sinh stack tanh tensor zeros zeros_like""".split()  # noqa: SIM905
)
METHODS = {  # as methods of the first argument
    "argmax": "argmax",
    "astype": "type",
    "expand_dims": "unsqueeze",
    "reduce_mean": "mean",
    "reduce_sum": "sum",
    "repeat": "repeat",
    "reshape": "reshape",
    "size": "numel",
    "swapaxes": "swapaxes",
    "to": "to",
    "transpose": "t",
}


class Timer:
    """Seconds of several runs."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.start()

    def start(self) -> None:
        self.tik = time.time()

    def stop(self) -> float:
        self.times.append(time.time() - self.tik)
        return self.times[-1]

    def avg(self) -> float:
        return sum(self.times) / len(self.times)

    def sum(self) -> float:
        return sum(self.times)

    def cumsum(self) -> list[float]:
        return list(accumulate(self.times))


class Accumulator:
    """Sums of n numbers."""

    def __init__(self, n: int) -> None:
        self.data = [0.0] * n

    def add(self, *numbers: Any) -> None:
        self.data = [total + float(number) for total, number in zip(self.data, numbers, strict=False)]

    def reset(self) -> None:
        self.data = [0.0] * len(self.data)

    def __getitem__(self, index: Any) -> Any:
        return self.data[index]


def accuracy(y_hat: Any, y: Any) -> float:
    """How many of the rows of `y_hat`, (N, classes) scores or (N,) classes, name the class in `y`, (N,)."""
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(1)
    return float((y_hat.type(y.dtype) == y).sum())


def add_to_class(owner: type) -> Callable[[Any], None]:
    """Decorates a function that becomes a method of `owner`."""
    return lambda method: setattr(owner, method.__name__, method)


def save_hyperparameters(self: Any, ignore: Iterable[str] = ()) -> None:
    """Keep the arguments of the constructor that calls this as attributes."""
    caller = sys._getframe(1)
    names = caller.f_code.co_varnames[1 : caller.f_code.co_argcount + caller.f_code.co_kwonlyargcount]
    self.hparams = {name: caller.f_locals[name] for name in names if name not in ignore and not name.startswith("_")}
    for name, value in self.hparams.items():
        setattr(self, name, value)


def init_cnn(module: Any) -> None:
    """Xavier's initialisation for dense and convolutional layers."""
    if type(module).__name__ in ("Linear", "Conv2d"):
        sys.modules["torch"].nn.init.xavier_uniform_(module.weight)


@cache
def networks() -> dict[str, Any]:
    """The book's own base classes, each a torch.nn.Module."""
    from torch import nn

    def forward(self: Any, X: Any) -> Any:
        return self.net(X)

    made = type("Module", (nn.Module,), {"forward": forward, "save_hyperparameters": save_hyperparameters})
    return {"Module": made, "Classifier": type("Classifier", (made,), {}), "nn_Module": nn.Module}


@cache  # loops ask for one again and again
def helper(name: str) -> Any:
    """What d2l.torch has under `name`; None for what is not among these."""
    import torch

    if name in SAME:
        return getattr(torch, name)
    if name in METHODS:
        return lambda x, *args, **kwargs: getattr(x, METHODS[name])(*args, **kwargs)
    libraries = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "math": math, "time": time}
    functions = {"concat": torch.cat, "batch_matmul": torch.bmm, "numpy": lambda x: x.detach().numpy()}
    gpus = {
        "try_gpu": lambda *_: torch.device("cpu"),
        "num_gpus": lambda: 0,
        "try_all_gpus": lambda: [torch.device("cpu")],
    }
    return (OWN | libraries | functions | gpus | networks()).get(name)


OWN = {own.__name__: own for own in (Timer, Accumulator, accuracy, add_to_class, init_cnn)}
