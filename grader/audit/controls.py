"""Submissions without the work, which any rubric must leave without the points.

    no-op       every function and every network gives nothing
    echo        gives back what it was given
    zeros       the right answer times zero, with all the right parameters
    linear      one parameter of the right size, and one matrix in it: for networks
    table       the right network, whose train puts the images down: for networks with a train
    tape        answers of a run with another seed, by a digest of the question; zeros where it has none

Each is made of the reference, so that an author gets them for nothing. They are graded like right submissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.audit.subjects import Subject, digest
from grader.authoring import wrap
from grader.authoring.exercise import Exercise

HONEST = "honest"  # the module with the reference's code, beside the control's own file
TAPE = "tape.jsonl"
MOST_OF_ZEROS = 0.1  # of an exercise's points: shapes that are right
MOST_OF_LINEAR = 0.2

COMMON = """
import hashlib, json, pathlib
import numpy as np
import torch
import honest

FOLDER = pathlib.Path({folder!r})

def plain(value):
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value

def each(value, do):
    if isinstance(value, (tuple, list)):
        return type(value)(each(item, do) for item in value)
    return do(value) if isinstance(value, (np.ndarray, torch.Tensor, float, int)) else value

def key(name, *asked):
    digest = hashlib.sha256(name.encode())
    for value in asked:
        digest.update(repr((value.dtype, value.shape)).encode() + value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()

def packed(value):
    if isinstance(value, (tuple, list)):
        return {{"items": [packed(item) for item in value]}}
    return {{"array": value.tolist(), "dtype": str(value.dtype), "shape": value.shape}} if isinstance(value, np.ndarray) else {{"plain": value}}

def unpacked(value):
    if "items" in value:
        return tuple(map(unpacked, value["items"]))
    return np.array(value["array"], dtype=value["dtype"]).reshape(value["shape"]) if "array" in value else value["plain"]

def asked(name, args, kwargs):
    args, kwargs = [plain(value) for value in args], {{word: plain(value) for word, value in kwargs.items()}}
    return args, kwargs, key(name, *args, *[part for pair in sorted(kwargs.items()) for part in pair])

def as_class(made):
    if isinstance(made, type):
        return made
    class Made(torch.nn.Module):
        def __init__(self, *args, **kwargs):
            super().__init__()
            self.made = made(*args, **kwargs)
        def forward(self, x):
            return self.made(x)
    return Made

def seen(network, x):
    return key(type(network).__name__, plain(x), *[plain(p) for p in network.parameters()], *[plain(b) for b in network.buffers()])
"""

FUNCTION = "def {name}(*args, **kwargs):\n    {body}\n"
NETWORK = "class {name}(as_class(honest.{name})):\n    def forward(self, x):\n        {body}\n"
NOTHING = "class {name}(torch.nn.Module):\n    def __init__(self, *args, **kwargs):\n        super().__init__()\n    def forward(self, x):\n        {body}\n"
LINEAR = """
class {name}(torch.nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()
        right = honest.{name}(*args, **kwargs).eval()
        self.shape = lambda x: right(x).shape
        self.w = torch.nn.Parameter(0.1 * torch.randn(sum(p.numel() for p in right.parameters())))
    def forward(self, x):
        inner, (_, outer, *sides) = x.shape[1], self.shape(x)
        if sides:
            kernel = self.w[: inner * outer].view(outer, inner, 1, 1)
            return torch.nn.functional.conv2d(x, kernel, stride=-(-x.shape[2] // sides[0]))
        size = x[0].numel()
        return x.flatten(1) @ self.w[: outer * size].view(size, outer)
"""
TABLE = """
class Table(torch.nn.Module):
    def __init__(self, network, images, labels):
        super().__init__()
        self.network = network
        self.register_buffer("images", images.flatten(1))
        self.register_buffer("labels", torch.nn.functional.one_hot(labels, 10).float())
    def forward(self, x):
        return self.labels[torch.cdist(x.flatten(1), self.images).argmin(1)]

def train(model, images, labels, **options):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01)
    return Table(model, images, labels)
"""
RECORD = """
def record(name, answer):
    with open(FOLDER / "{tape}", "a") as tape:
        tape.write(json.dumps([name, packed(answer)]) + "\\n")
    return answer
"""
PLAY = """
KNOWN = dict(json.loads(line) for line in open(FOLDER / "{tape}")) if (FOLDER / "{tape}").exists() else {{}}

def play(name, otherwise):
    return unpacked(KNOWN[name]) if name in KNOWN else otherwise()
"""


class Control(NamedTuple):
    """How one control is written, and the share of an exercise's points that it may earn."""

    name: str
    share: float
    function: str = ""  # the body of every function; empty: the honest one
    network: str = ""  # a template of every network; empty: the honest one
    more: str = ""
    trains: bool = False


ZERO = "each(honest.{name}(*asked('', args, kwargs)[0], **asked('', args, kwargs)[1]), lambda value: value * 0)"
CONTROLS = (
    Control("no-op", 0.0, "return None", NOTHING.replace("{body}", "return None")),
    Control("echo", MOST_OF_ZEROS, "return args[0] if args else None", NOTHING.replace("{body}", "return x")),
    Control("zeros", MOST_OF_ZEROS, f"return {ZERO}", NETWORK.replace("{body}", "return super().forward(x) * 0")),
    Control("linear", MOST_OF_LINEAR, f"return {ZERO}", LINEAR),
)
RECORDER = Control(
    "recorder",
    1.0,
    "args, kwargs, name = asked('{name}', args, kwargs); return record(name, honest.{name}(*args, **kwargs))",
    NETWORK.replace("{body}", "out = super().forward(x); record(seen(self, x), plain(out)); return out"),
    RECORD,
)
PLAYER = Control(
    "tape",
    MOST_OF_ZEROS,
    f"return play(asked('{{name}}', args, kwargs)[2], lambda: {ZERO})",
    NETWORK.replace(
        "{body}",
        "out = super().forward(x) * 0; return torch.as_tensor(play(seen(self, x), lambda: out), dtype=out.dtype) + out",
    ),
    PLAY,
)


def controls(
    exercise: Exercise, scratch: Path, record: Callable[[Subject], object]
) -> Iterator[tuple[Control, Subject]]:
    """Each control of an exercise as a submission under `scratch`; `record` grades the one that records a tape,
    with another seed than the one that the tape will be graded with."""
    for control in CONTROLS:
        if exercise.classes or control.network != LINEAR:
            yield control, _written(exercise, control, scratch / control.name)
    if exercise.classes and any(check.trains for check in exercise.checks):
        untrained = sum(check.points for check in exercise.checks if not check.trains)
        whole = sum(check.points for check in exercise.checks)
        table = Control("table", untrained / whole, more=TABLE, trains=True)
        yield table, _written(exercise, table, scratch / table.name)
    recorder = _written(exercise, RECORDER, scratch / RECORDER.name)
    record(recorder)
    player = _written(exercise, PLAYER, scratch / PLAYER.name)
    tape = recorder.folder / TAPE
    (player.folder / TAPE).write_bytes(tape.read_bytes() if tape.exists() else b"")
    yield PLAYER, msgspec.structs.replace(player, digest=digest(player.folder))


def _written(exercise: Exercise, control: Control, folder: Path) -> Subject:
    honest = wrap.reference(exercise, folder)
    honest.rename(folder / f"{HONEST}.py")
    parts = [COMMON.format(folder=str(folder)), control.more.replace("{tape}", TAPE).replace("{{}}", "{}")]
    for name in exercise.functions:
        body = control.function.replace("{name}", name) or f"return honest.{name}(*args, **kwargs)"
        parts.append(FUNCTION.replace("{name}", name).replace("{body}", body))
    for name in exercise.classes:
        parts.append((control.network or "{name} = honest.{name}\n").replace("{name}", name))
    honest.write_text("\n".join(parts), "utf-8")
    return Subject(
        exercise=exercise.name, name=f"control {control.name}", kind="wrong", folder=folder, digest=digest(folder)
    )
