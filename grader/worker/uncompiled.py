"""torch without its compiler: nothing is compiled here, and importing it takes as long as torch itself.

torch.compile gives back what it is given, which does the same: its compiler would start other programs, of which there are none.
What torch keeps from being compiled imports `torch._dynamo` when it is called for the first time: whatever
`torch._disable_dynamo` decorates, every optimiser's `step` besides. Here neither does. Nothing else changes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim import SGD, Optimizer

DECORATED, STEP = (function.__code__ for function in (Optimizer.zero_grad, SGD.step))  # as the decorators make them


def never_compiled(function: Any) -> None:
    """Let what `torch._disable_dynamo` has decorated be called as it is."""
    if getattr(function, "__code__", None) is DECORATED:
        function.__wrapped__.__dynamo_disable = function.__wrapped__


def compile_nothing() -> None:
    """Once in a process."""
    torch.compile = _as_it_is
    nn.Module.compile = lambda self, *args, **kwargs: None  # type: ignore[method-assign]  # for all networks to come


def _as_it_is(model: Any = None, **settings: Any) -> Any:
    """In the place of torch.compile, which is a decorator too, with and without settings."""
    if model is None:
        return _as_it_is
    if isinstance(model, nn.Module):
        vars(model)["_orig_mod"] = model  # what a compiled network calls the one inside; not registered as its part
    return model


def free_optimisers() -> None:
    """Once in a process, before an optimiser is made."""
    for kind in {Optimizer, *(kind for kind in vars(torch.optim).values() if isinstance(kind, type))}:
        for name, method in list(vars(kind).items()):
            never_compiled(method)
            if getattr(method, "__code__", None) is STEP:
                setattr(kind, name, _step(method.__wrapped__))


def _step(method: Callable[..., Any]) -> Callable[..., Any]:
    """A `step` as torch's decorator makes it, but for the compiler."""

    @functools.wraps(method)
    def step(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return method(self, *args, **kwargs)

    return step
