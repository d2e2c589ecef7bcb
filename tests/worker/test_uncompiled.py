"""Optimisers do the same as torch's own, and import no compiler; what is compiled is what it was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

TRAINED = """
import json, sys, torch
if {freed}:
    from grader.worker import uncompiled
    from grader.worker.networks import Operators
    uncompiled.free_optimisers()
    with Operators():
        torch.ones(1).sum()
told = {{}}
for name in {names}:
    torch.manual_seed(0)
    network = torch.nn.Linear(3, 2)
    optimiser = getattr(torch.optim, name)(network.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, 2)
    modes = []

    def closure():
        modes.append(torch.is_grad_enabled())
        optimiser.zero_grad()
        loss = network(torch.ones(4, 3)).square().sum()
        loss.backward()
        return loss

    for _ in range(4):
        optimiser.step(closure)
        schedule.step()
    optimiser.load_state_dict(optimiser.state_dict())
    told[name] = [network.weight.tolist(), modes, torch.is_grad_enabled()]
print(json.dumps([told, "torch._dynamo" in sys.modules]))
"""
NAMES = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "LBFGS"]


def trained(freed: bool) -> Any:
    code = TRAINED.format(freed=freed, names=NAMES)
    return json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def ours() -> Any:
    return trained(freed=True)


def test_no_compiler(ours: Any) -> None:
    """Neither what is trained nor a look at its operators imports it."""
    assert ours[1] is False


def test_the_same_steps(ours: Any) -> None:
    """Bit for bit as torch's own, with gradients on in the closure and as they were afterwards."""
    assert trained(freed=False)[0] == ours[0]


COMPILED = """
import sys, torch
from grader.worker import uncompiled
uncompiled.compile_nothing()

@torch.compile
def one(x):
    return x + 1

@torch.compile(mode="max-autotune", fullgraph=True)
def two(x):
    return x + 2

network = torch.nn.Linear(2, 2)
before = list(network.state_dict())
network.compile()
compiled = torch.compile(network, dynamic=True)
assert (one(1), two(1)) == (2, 3)
assert compiled is network is compiled._orig_mod and before == list(compiled.state_dict())
assert list(network.modules()) == [network] and not any("_orig_mod" in name for name, _ in network.named_parameters())
assert "torch._dynamo" not in sys.modules
"""


def test_what_is_compiled_is_what_it_was() -> None:
    subprocess.run([sys.executable, "-c", COMPILED], check=True)
