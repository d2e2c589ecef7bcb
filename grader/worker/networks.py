"""What a judge can ask of a student's network. Runs in the worker; images are (N, C, H, W), logits (N, classes).

Networks are held by number. torch's own methods are remembered when the nursery imports this module, so a student's
class that overrides `parameters` or `train` is still read through nn.Module's.
"""

from __future__ import annotations

import copy
import inspect
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader.worker import protocol, ready_made, training
from grader.worker.procedures import Refused, Workspace, seed_everything
from grader.worker.uncompiled import never_compiled
from grader.worker.values import from_student

NAMED_PARAMETERS = nn.Module.named_parameters
NAMED_BUFFERS = nn.Module.named_buffers
NAMED_MODULES = nn.Module.named_modules
SET_MODE, MOVE = nn.Module.train, nn.Module.to
LOAD_STATE_DICT = nn.Module.load_state_dict
CLASSES = 10
WATCHED = (8, 100)  # steps and events of a student's training
LEARNED = 0.02  # a loss below which a batch is known by heart


class Operators(TorchDispatchMode):
    """Notes the operators that are called while it is entered."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.add(f"aten.{func.overloadpacket.__name__}")
        return func(*args, **(kwargs or {}))


never_compiled(Operators.__torch_dispatch__)


def build(
    workspace: Workspace,
    name: str,
    args: list[Any],
    named: dict[str, Any],
    sample: torch.Tensor,
    seed: int,
) -> int:
    """Construct a network and run it once on `sample`, so that lazy layers get their parameters; its number.

    A class, a function that makes a network, or a ready-made network (copied) will do. A constructor that asks
    for one argument where the contract has none gets the number of classes.
    """
    seed_everything(seed)
    made = workspace.attribute(name)
    if isinstance(made, nn.Module):
        made = copy.deepcopy(made)
    elif callable(made):
        asks_for_classes = not args and not named and not _accepts(made, []) and _accepts(made, [CLASSES])
        given = [CLASSES] if asks_for_classes else args
        if not _accepts(made, given, named) and (only := _by_keyword_only(made, named)):
            raise Refused(
                f"{' and '.join(only)} of {name} cannot be given by position: leave out the * before it in __init__"
            )
        made = made(*given, **named)
    if not isinstance(made, nn.Module):
        raise Refused(f"{name} makes a {type(made).__name__}, not a torch.nn.Module")
    MOVE(made, "cpu")
    if any(isinstance(p, nn.parameter.UninitializedParameter) for _, p in NAMED_PARAMETERS(made)):
        with torch.no_grad():
            SET_MODE(made, False)(sample)
        SET_MODE(made, True)
    number = len(workspace.networks)
    workspace.networks[number] = made
    return number


def card(workspace: Workspace) -> str:
    """What the GPU is called, which has just computed something. Raises what torch does where it cannot be used."""
    torch.ones(8, 8, device="cuda").mm(torch.ones(8, 8, device="cuda")).sum().item()
    return torch.cuda.get_device_name()


def layers(workspace: Workspace, number: int) -> list[Any]:
    """[layer name, layer type, [[parameter name, shape, count, trainable], ...]] for all layers that own parameters."""
    found = []
    for name, module in NAMED_MODULES(workspace.networks[number]):
        own = [
            [key, list(value.shape), value.numel(), value.requires_grad]
            for key, value in module._parameters.items()
            if value is not None
        ]
        if own:
            found.append([name or "(network)", type(module).__name__, own])
    return found


def state(workspace: Workspace, number: int) -> list[Any]:
    """[name, "parameter" or "buffer", owner's type, values] of everything the network keeps."""
    network = workspace.networks[number]
    owners = dict(NAMED_MODULES(network))
    found = []
    for kind, items in (("parameter", NAMED_PARAMETERS(network)), ("buffer", NAMED_BUFFERS(network))):
        for name, value in items:
            owner = owners[name.rpartition(".")[0]]
            found.append([name, kind, type(owner).__name__, value])
    return found


def load_state(workspace: Workspace, number: int, values: dict[str, torch.Tensor]) -> None:
    """Copy `values` into parameters and buffers of these names; each is reshaped to fit."""
    network = workspace.networks[number]
    known = dict(NAMED_PARAMETERS(network)) | dict(NAMED_BUFFERS(network))
    with torch.no_grad():
        for name, value in values.items():
            known[name].copy_(value.reshape(known[name].shape))


def forward(workspace: Workspace, number: int, x: torch.Tensor, train: bool) -> list[Any]:
    """[output, whether x was changed] of one pass in train or in eval mode."""
    network = workspace.networks[number]
    SET_MODE(network, train)
    before = x.clone()
    with torch.no_grad():
        output = network(x)
    return [output, not torch.equal(before, x)]


def backward(workspace: Workspace, number: int, x: torch.Tensor, weights: torch.Tensor, train: bool) -> list[Any]:
    """[output, gradient of x, {parameter: gradient or None}] of sum(output * weights)."""
    network = workspace.networks[number]
    SET_MODE(network, train)
    nn.Module.zero_grad(network)
    x.requires_grad_()
    output = network(x * 1.0)  # a copy: a block that works in place must not meet a leaf
    (output * weights.to(output.device)).sum().backward()
    return [output, x.grad, {name: p.grad for name, p in NAMED_PARAMETERS(network)}]


def overfit(
    workspace: Workspace, number: int, x: torch.Tensor, labels: torch.Tensor, steps: int, rate: float
) -> list[Any]:
    """[losses, final logits] of Adam on one batch, with the cross-entropy of the outputs as logits."""
    network = workspace.networks[number]
    SET_MODE(network, True)
    optimiser = torch.optim.Adam([p for _, p in NAMED_PARAMETERS(network)], lr=rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(x), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if losses[-1] < LEARNED:
            break
    with torch.no_grad():
        return [losses, SET_MODE(network, False)(x)]


def forward_operators(workspace: Workspace, number: int, x: torch.Tensor) -> list[str]:
    """Names of the aten operators of a forward pass in eval mode, sorted."""
    network = SET_MODE(workspace.networks[number], False)
    with torch.no_grad(), Operators() as watching:
        network(x)
    return [name[: protocol.MOST_NAME] for name in sorted(watching.seen)]


def train(
    workspace: Workspace, function: str, number: int, images: torch.Tensor, labels: torch.Tensor, device: str, seed: int
) -> list[Any]:
    """[what the student's train(model, images, labels, device=, seed=) returned, seconds, what was noted of its first steps].

    All else that is asked of a network is computed on the CPU, before and after.
    """
    network = workspace.networks[number]
    if device != "cpu":
        torch.cuda.set_per_process_memory_fraction(workspace.card_share)  # others use the card as well
        MOVE(network, device)
    seed_everything(seed)
    call = workspace.attribute(function)
    options = {"device": device, "seed": seed}
    accepted = {key: value for key, value in options.items() if _accepts_keyword(call, key)}
    started = time.perf_counter()
    with training.Watch(network, [images], *WATCHED) as watch:
        returned = call(network, images.to(device), labels.to(device), **accepted)
    seconds = time.perf_counter() - started
    if isinstance(returned, nn.Module):  # a trained copy is as good as training in place
        workspace.networks[number] = returned
    elif isinstance(returned, tuple | list) and returned and isinstance(returned[0], nn.Module):
        workspace.networks[number] = returned[0]
        returned = returned[1] if len(returned) > 1 else None
    MOVE(workspace.networks[number], "cpu")
    return [None if isinstance(returned, nn.Module) else returned, seconds, watch.events]


def load_checkpoint(workspace: Workspace, number: int, file: str) -> None:
    """Load a state_dict that the student saved; only weights, no code, are read from it."""
    saved = torch.load(workspace.folder / file, map_location="cpu", weights_only=True)
    LOAD_STATE_DICT(workspace.networks[number], saved)


PROCEDURES: dict[str, Callable[..., Any]] = {
    procedure.__name__: procedure
    for procedure in (
        build,
        card,
        layers,
        state,
        load_state,
        forward,
        backward,
        overfit,
        forward_operators,
        train,
        load_checkpoint,
        training.files_in,
        training.lay_files,
        training.practice,
        training.perform,
    )
}


def run(workspace: Workspace, name: str, arguments: list[Any]) -> protocol.Reply:
    """One procedure by name."""
    with ready_made.told():
        return protocol.Reply(from_student(PROCEDURES[name](workspace, *arguments)))


def _accepts(call: Any, args: list[Any], named: dict[str, Any] | None = None) -> bool:
    try:
        inspect.signature(call).bind(*args, **(named or {}))
    except (TypeError, ValueError):
        return False
    return True


def _by_keyword_only(call: Any, named: dict[str, Any]) -> list[str]:
    """Parameters that cannot be given by position, as the contract does with all but those `named`."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.name not in named]


def _accepts_keyword(call: Any, name: str) -> bool:
    try:
        parameters = inspect.signature(call).parameters
    except (TypeError, ValueError):
        return True
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
