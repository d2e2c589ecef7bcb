"""A training in student code, watched from outside, step by step. Runs in the worker.

What is noted is told by torch itself: modules that are called, losses, backward passes, steps. The objects that student
code is given are torch's own, so it can copy, save and load them as ever. All that is noted here is the student's word:
a judge names mistakes by it, and gives marks only for values that it has computed again.
"""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from grader.worker.procedures import MOST_FILES, Workspace, seed_everything

MOST_EVENTS = 1000
MOST_VALUES = 2000  # parameters: of a network with more of them the gradients are not told
MOST_NODES = 2000  # of a graph that are looked at for the losses in it
LOSSES = ("cross_entropy_loss", "nll_loss_nd")  # what all of torch's losses for classes end in
NO_ROW = -1  # in place of a sample's number: other values than any that were given
Event = dict[str, Any]


def _harmless(note: Callable[..., None]) -> Callable[..., None]:
    """What cannot be noted, as inside of torch.func, is not noted: the training goes on as it would by itself."""

    def noting(*args: Any) -> None:
        with contextlib.suppress(Exception):
            note(*args)

    return noting


class Given(nn.CrossEntropyLoss):
    """The loss function that a judge hands over: a share of the cross-entropy with smoothed labels."""

    def __init__(self, watch: Watch, smoothing: float, share: float) -> None:
        super().__init__(label_smoothing=smoothing)
        self.share = share
        self._watch = [watch]  # in a list: nothing that a module copies

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        with self._watch[0].inside_the_given_loss():
            loss = self.share * super().forward(input, target)
        self._watch[0].hold(loss)
        return loss


class Watch:
    """Notes what becomes of one network while student code runs, as far as so many steps and events.

    images: the samples that student code has, by which those that it shows to the network are known.
    """

    def __init__(
        self, network: nn.Module, images: list[torch.Tensor], steps: int = MOST_EVENTS, events: int = MOST_EVENTS
    ) -> None:
        self.events: list[Event] = []
        self.optimizer: torch.optim.Optimizer | None = None  # the given one
        self._network = network
        # a Sequential may be run by .forward(), which no hook sees, but its layers are called
        parts = (list(network) if type(network) is nn.Sequential else []) or [network]
        self._first, self._last = parts[0], parts[-1]
        self._parameters = [value for _, value in nn.Module.named_parameters(network)]
        self._small = sum(value.numel() for value in self._parameters) <= MOST_VALUES
        rows = [row for part in images for row in part.cpu().flatten(1)]
        self._numbers = {row.numpy().tobytes(): number for number, row in enumerate(rows)}
        self._output: torch.Tensor | None = None
        self._rows: list[int] = []
        self._pending: list[tuple[int, Any]] = []  # losses since the last step: number of the event, node of the graph
        self._held: list[weakref.ref[torch.Tensor]] = []
        self._before: list[torch.Tensor] = []
        self._last_gradients: list[torch.Tensor | None] = []
        self._in_given_loss = self._in_backward = False
        self._steps_left, self._most = steps, events
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Watch:
        hooks = (
            register_module_forward_hook(self._called),
            register_optimizer_step_pre_hook(self._about_to_step),
            register_optimizer_step_post_hook(self._stepped),
        )
        self._undo = [hook.remove for hook in hooks]
        for name in LOSSES:
            self._replace(torch._C._nn, name, self._loss)
        for name in ("backward", "grad"):
            self._replace(torch.autograd, name, self._backward)
        for owner in (torch.optim.Optimizer, nn.Module):
            self._replace(owner, "zero_grad", self._zeroed)
        return self

    def __exit__(self, *_: object) -> None:
        while self._undo:
            self._undo.pop()()

    @contextlib.contextmanager
    def inside_the_given_loss(self) -> Iterator[None]:
        self._in_given_loss = True
        try:
            yield
        finally:
            self._in_given_loss = False

    def _replace(self, owner: Any, name: str, note: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            return note(original, *args, **kwargs)

        setattr(owner, name, noted)
        self._undo.append(lambda: setattr(owner, name, original))

    def hold(self, loss: torch.Tensor) -> None:
        """Note whether this loss is kept with its graph from now on."""
        self._held.append(weakref.ref(loss))

    @property
    def over(self) -> bool:
        """Whether enough was seen. Hooks stay where they are: torch may be going through them."""
        return self._steps_left <= 0 or len(self.events) >= self._most

    def _note(self, kind: str, **more: Any) -> None:
        self.events.append({"kind": kind, **more})

    @_harmless
    def _called(self, module: nn.Module, args: Any, output: Any) -> None:
        if module is self._first and not self.over:
            self._rows = self._known(args[0]) if args and isinstance(args[0], torch.Tensor) else []
            move = self._move()
            if move["moved"]:  # by hand
                self._last_gradients = self._gradients()
                self._pending.clear()
            mode = {"training": self._network.training, "grad": torch.is_grad_enabled()}
            self._note("forward", rows=self._rows, **mode, **move)
        if module is self._last and isinstance(output, torch.Tensor):
            self._output = output

    def _loss(self, original: Any, input: torch.Tensor, target: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        value = original(input, target, *args, **kwargs)
        if not self.over:
            self._note_loss(value, input, target)
        return value

    @_harmless
    def _note_loss(self, value: torch.Tensor, input: torch.Tensor, target: torch.Tensor) -> None:
        held = sum(1 for ref in self._held if (loss := ref()) is not None and loss.grad_fn is not None)
        labels = target.argmax(-1) if target.is_floating_point() else target
        number = len(self.events)
        self._note(
            "loss",
            rows=self._rows,
            labels=labels.flatten().tolist(),
            value=float(value.detach().mean()),
            of=_relation(input, self._output),
            grad=bool(value.requires_grad),
            given=self._in_given_loss,
            held=held,
        )
        if value.requires_grad:
            self._pending.append((number, value.grad_fn))
            self.hold(value)

    def _backward(self, original: Any, tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if self.over or self._in_backward:  # where a mode of torch is on, it calls itself
            return original(tensors, *args, **kwargs)
        self._note_backward(tensors)
        self._in_backward = True
        try:
            return original(tensors, *args, **kwargs)
        finally:
            self._in_backward = False

    @_harmless
    def _note_backward(self, tensors: Any) -> None:
        roots = [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
        now = [value.grad for value in self._parameters]
        used = [
            (new, old) for new, old in zip(now, self._last_gradients, strict=False) if old is not None and old.any()
        ]
        stale = bool(used) and all(new is not None and torch.equal(new, old) for new, old in used)
        reached = _nodes(root.grad_fn for root in roots if isinstance(root, torch.Tensor))
        losses = [number for number, node in self._pending if node in reached]
        value = sum(float(root.detach().sum()) for root in roots)
        self._note("backward", losses=losses, value=value, stale=stale, grad=bool(reached))

    def _zeroed(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.over:
            self._note("zero_grad")
        return original(owner, *args, **kwargs)

    @_harmless
    def _about_to_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if not self.over:
            self._before = self._values()

    @_harmless
    def _stepped(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if self.over:
            return
        self._last_gradients = self._gradients()
        self._note(
            "step",
            given=optimizer is self.optimizer,
            holds=any(
                mine is value
                for group in optimizer.param_groups
                for value in group["params"]
                for mine in self._parameters
            ),
            rate=float(optimizer.param_groups[0]["lr"]),
            **self._move(),
            gradients=self._last_gradients if self._small else [],
        )
        self._pending.clear()
        self._steps_left -= 1

    def _move(self) -> dict[str, float]:
        """How far the parameters have moved since the last look, in lengths of all of them, and how much along their gradients."""
        now, before = self._values(), self._before or self._values()
        self._before = now
        move = torch.cat([new - old for new, old in zip(now, before, strict=True)])
        gradient = torch.cat(
            [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in self._parameters]
        )
        return {
            "moved": float(move.norm() / torch.cat(before).norm().clamp(min=1e-12)),
            "along": float(nn.functional.cosine_similarity(move, gradient, dim=0)),
        }

    def _gradients(self) -> list[torch.Tensor | None]:
        return [None if value.grad is None else value.grad.detach().clone() for value in self._parameters]

    def _values(self) -> list[torch.Tensor]:
        return [value.detach().flatten().clone() for value in self._parameters]

    def _known(self, x: torch.Tensor) -> list[int]:
        rows = x.detach().cpu().float().flatten(1) if x.dim() > 1 else x.detach().cpu().float()[None]
        return [self._numbers.get(row.contiguous().numpy().tobytes(), NO_ROW) for row in rows]


def sequential(layers: list[list[Any]]) -> nn.Sequential:
    """A network of torch's layers: [["Linear", 6, 5], ["Tanh"]]."""
    return nn.Sequential(*(getattr(nn, kind)(*arguments) for kind, *arguments in layers))


def practice(workspace: Workspace, layers: list[list[Any]]) -> int:
    """Make a network of a judge's own for student code to train; its number. Its values come by load_state."""
    number = len(workspace.networks)
    workspace.networks[number] = sequential(layers)
    return number


def files_in(workspace: Workspace, folder: str) -> dict[str, np.ndarray]:
    """The bytes of what student code has written into a folder beside the work, by name."""
    found = sorted(path for path in Path(folder).rglob("*") if path.is_file())[:MOST_FILES]
    return {str(path.relative_to(folder)): np.frombuffer(path.read_bytes(), dtype=np.uint8) for path in found}


def lay_files(workspace: Workspace, folder: str, files: dict[str, torch.Tensor]) -> None:
    """Make a folder beside the work, with these files in it."""
    os.makedirs(folder, exist_ok=True)
    for name, data in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.numpy().tobytes())


def perform(workspace: Workspace, function: str, number: int, arguments: list[Any], seed: int) -> list[Any]:
    """Call a student's function with a network and what else it asks for, and watch.

    [what it returned, the number of a network that it returned in place of that, whether gradients hang on it, the network's mode, its
    gradients, what was noted]. An argument {"network": number}, {"optimizer": [kind, options]} or {"loss": [smoothing, share]}
    stands for such an object; of tensors and pairs of them the first hold the samples.
    """
    network = workspace.networks[number]
    samples = [first for value in arguments if (first := _samples(value)) is not None]
    watch = Watch(network, samples)
    given = [_object(workspace, network, watch, value) for value in arguments]
    call = workspace.attribute(function)
    seed_everything(seed)
    with watch:
        returned = call(*given)
    attached = any(isinstance(value, torch.Tensor) and value.requires_grad for value in _flat(returned))
    made = len(workspace.networks) if isinstance(returned, nn.Module) else None
    if made is not None:
        workspace.networks[made], returned = returned, None
    gradients = [value.grad for _, value in nn.Module.named_parameters(network)]
    return [returned, made, attached, network.training, gradients, watch.events]


def _object(workspace: Workspace, network: nn.Module, watch: Watch, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, given)] = value.items()
    if kind == "network":
        return workspace.networks[given]
    if kind == "loss":
        return Given(watch, *given)
    name, options = given
    watch.optimizer = getattr(torch.optim, name)(nn.Module.parameters(network), **options)
    return watch.optimizer


def _samples(value: Any) -> torch.Tensor | None:
    """Images among the arguments, alone or with their labels."""
    first = value[0] if isinstance(value, tuple | list) and value else value
    return first if isinstance(first, torch.Tensor) and first.is_floating_point() and first.dim() > 1 else None


def _relation(input: torch.Tensor, output: torch.Tensor | None) -> str:
    """What the loss was given of the network's output."""
    if output is None or input.shape != output.shape:
        return "other"
    plain, given = output.detach(), input.detach()
    if input is output or torch.allclose(given, plain):
        return "output"
    forms = {"softmax": plain.softmax(-1), "log_softmax": plain.log_softmax(-1), "sigmoid": plain.sigmoid()}
    return next((name for name, form in forms.items() if torch.allclose(given, form, atol=1e-6)), "other")


def _nodes(roots: Iterator[Any]) -> set[Any]:
    """The nodes of a graph."""
    found: set[Any] = set()
    todo = [root for root in roots if root is not None]
    while todo and len(found) < MOST_NODES:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += [following for following, _ in node.next_functions if following is not None]
    return found


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        yield from _flat(list(value.values()))
    else:
        yield value
