"""Submissions that hold no exercise code: they answer from a tape of an honest run, and with zeros where it has no answer.

A tape is recorded with reference code that writes down, for everything it is asked, a hash of the question and the
answer. Networks are kept as their parameters, what they made of a batch as output by the hash of both.
"""

from __future__ import annotations

from pathlib import Path

from grader import course
from grader.authoring import wrap
from grader.authoring.exercise import Check
from grader.engine.local import Grader, Options
from grader.submission import Source
from tests.hostile import unearned

HASHED = '''
import functools, hashlib, os, pickle

def hashed(*values):
    """The same for the same question in any process, whatever holds its numbers."""
    def plain(value):
        if hasattr(value, "detach"): value = value.detach().numpy()
        if hasattr(value, "tobytes"): return (str(value.dtype), value.shape, value.tobytes())
        if isinstance(value, (list, tuple)): return [plain(item) for item in value]
        if isinstance(value, dict): return [(key, plain(value[key])) for key in sorted(value)]
        return repr(value)
    return hashlib.sha256(repr(plain(values)).encode()).hexdigest()
'''
RECORDING = (
    HASHED
    + """
def keep(key, value):
    with open(TAPE, "ab") as file: pickle.dump((key, value), file)

def kept(name, function):
    @functools.wraps(function)
    def recorded(*args, **kwargs):
        key = hashed(name, args, kwargs)
        found = function(*args, **kwargs)
        keep(key, found)
        return found
    return recorded

def kept_forward(kind):
    forward, init = kind.forward, kind.__init__
    def recorded(self, x):
        key = hashed(x, list(self.parameters()), self.training)
        found = forward(self, x)
        keep(key, found.detach())
        return found
    def made(self, *args):
        init(self, *args)
        keep(hashed(kind.__name__, args), {name: value.detach().clone() for name, value in self.named_parameters()})
    kind.forward, kind.__init__ = recorded, made
"""
)
REPLAYING = (
    HASHED
    + """
import torch
tape = {}
with open("tape.bin", "rb") as file:
    while True:
        try: key, value = pickle.load(file)
        except EOFError: break
        tape[key] = value

def replayed(name, otherwise):
    def answer(*args, **kwargs):
        key = hashed(name, args, kwargs)
        return tape[key] if key in tape else otherwise(*args, **kwargs)
    return answer

def replayed_network(name, zeros):
    class Replayed(torch.nn.Module):
        def __init__(self, *args):
            super().__init__()
            self.args = args
            for key, value in tape.get(hashed(name, args), {}).items():
                self.register_parameter(key.replace(".", "_"), torch.nn.Parameter(value))
        def forward(self, x):
            key = hashed(x, list(self.parameters()), self.training)
            return (tape[key] if key in tape else zeros(self, x)) + 0 * sum(p.sum() for p in self.parameters())
    return Replayed
"""
)
NETWORKS = {
    "LeNet5": "lambda self, x: torch.zeros(len(x), 10)",
    "MnistCNN": "lambda self, x: torch.zeros(len(x), 10)",
    "ResidualBlock": "lambda self, x: torch.zeros(len(x), self.args[1], *(-(-side // (*self.args, 1)[2]) for side in x.shape[2:]))",
}


def record(folder: Path, seed: int) -> dict[str, bytes]:
    """For each exercise the tape of an honest run of its reference, without training."""
    exercises = course.load().exercises
    checks: list[Check] = []
    for exercise in exercises.values():
        checks += [check for check in exercise.checks if not check.trains and not check.files]
        made = wrap.reference(exercise, folder / exercise.name)
        lines = [f"TAPE = {str(folder / exercise.name) + '.tape'!r}", RECORDING]
        lines += [f"{name} = kept({name!r}, {name})" for name in exercise.functions]
        lines += [f"kept_forward({name})" for name in exercise.classes]
        made.write_text(made.read_text() + "\n" + "\n".join(lines) + "\n")
    with Grader(checks, Options(seed=seed, isolation="none")) as grading:
        for name in exercises:
            report = grading.grade(Source(path=folder / name, name=name))
            graded = next(exercise for exercise in report.exercises if exercise.name == name)
            assert graded.score == graded.max_score > 0, (name, graded)
    return {name: (folder / f"{name}.tape").read_bytes() for name in exercises}


def replaying(exercise: str, tape: bytes) -> dict[str, bytes]:
    """The files of a submission that answers from this tape."""
    contract = course.load().exercises[exercise]
    zeros = unearned.ALL[f"zeros_{exercise}"].files[f"{exercise}.py"].decode() if contract.functions else ""
    lines = [zeros, REPLAYING]
    lines += [f"{name} = replayed({name!r}, globals().get({name!r}))" for name in contract.functions]
    lines += [f"{name} = replayed_network({name!r}, {NETWORKS[name]})" for name in contract.classes]
    lines += ["def train(model, images, labels): return [1.0, 0.0]"] if contract.classes else []
    return {f"{exercise}.py": "\n".join(lines).encode(), "tape.bin": tape}
