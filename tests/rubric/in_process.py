"""A student's networks in this process, asked as those in a worker are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from grader.authoring.expect import CheckFailure
from grader.judge import wording
from grader.judge.networks import Layer, Parameter, StateEntry


class InProcess:
    """One network."""

    def __init__(self, module: nn.Module, made: str) -> None:
        self.module, self.made = module, made

    def state(self) -> list[StateEntry]:
        kinds = (("parameter", self.module.named_parameters()), ("buffer", self.module.named_buffers()))
        return [StateEntry(name, kind, "", v.detach().numpy().copy()) for kind, items in kinds for name, v in items]

    def layers(self) -> list[Layer]:
        found = []
        for name, module in self.module.named_modules():
            own = [Parameter(key, tuple(v.shape), v.numel(), True) for key, v in module.named_parameters(recurse=False)]
            found += [Layer(name or "(network)", type(module).__name__, tuple(own))] * bool(own)
        return found

    def load(self, values: dict[str, np.ndarray]) -> None:
        known = dict(self.module.named_parameters()) | dict(self.module.named_buffers())
        with torch.no_grad():
            for name, value in values.items():
                known[name].copy_(torch.from_numpy(np.array(value)).reshape(known[name].shape))

    def forward(self, x: np.ndarray, train: bool = False) -> Any:
        self.module.train(train)
        try:
            with torch.no_grad():
                found = self.module(torch.from_numpy(x.copy()))
        except Exception as problem:
            raise CheckFailure(f"a forward pass raised {type(problem).__name__}: {problem}") from None
        return found.numpy() if isinstance(found, torch.Tensor) else found

    output = forward


class Written:
    """A student who has written this source."""

    def __init__(self, source: str, seed: int = 0) -> None:
        self.names: dict[str, Any] = {}
        exec(compile(source, "student.py", "exec"), self.names)
        self.random = np.random.default_rng(seed)

    def network(self, name: str, *args: Any, sample: np.ndarray, seed: int = 0, **named: Any) -> InProcess:
        torch.manual_seed(seed)
        try:
            return InProcess(self.names[name](*args, **named), wording.built(name, args, named))
        except Exception as problem:
            raise CheckFailure(f"{name} cannot be built: {problem}") from None
