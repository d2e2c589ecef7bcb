"""Measured ratios: `python -m tests.bench`. Each compares two things in one run, so a slow machine slows both.

Nothing here is a test; the figures go into README.md with the hardware they were measured on.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import numpy as np
import torch

from grader import course, submission
from grader.engine.local import versions
from grader.judge.bank import Bank, Rubric
from grader.judge.players import Player, RecordedCall, Recorder
from grader.judge.runner import judge_exercise
from grader.judge.session import Session
from grader.records import ExerciseResult
from grader.submission import Source
from grader.worker.client import Limits, Nursery
from grader.worker.values import as_numpy

ROOT = Path(__file__).parents[2]
STUDENT = ROOT / "exercises" / "student42"
ARRAYS = ("corr2d", "kernel_learning", "pooling")
TRIALS = 7


def timed(action: Callable[[], Any], trials: int = TRIALS) -> tuple[float, float, float]:
    """Median, least and greatest seconds over `trials`, after one warm-up."""
    action()
    seconds = []
    for _ in range(trials):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), min(seconds), max(seconds)


def show(what: str, one: tuple[float, ...], other: tuple[float, ...], ratio: float, bar: str) -> None:
    a, b = (f"{m * 1e3:,.1f} ms ({low * 1e3:,.1f} to {high * 1e3:,.1f})" for m, low, high in (one, other))
    print(f"{what}\n    {a} against {b}: ratio {ratio:.2f} (bar: {bar})", flush=True)


class Direct(Player):
    """Plays the student with a plain function call: no worker, no pipe, no copies that would not be made anyway."""

    def __init__(self, exercise: Any, module: ModuleType) -> None:
        super().__init__(exercise, 0)
        self.module = module

    def answer(self, call: RecordedCall) -> Any:
        function = getattr(self.module, call.function)
        if call.seed is not None:
            torch.manual_seed(call.seed)
        args = [torch.tensor(value) if isinstance(value, np.ndarray) else value for value in call.args]
        return _plain(function(*args, **call.kwargs))

    def load(self) -> None:
        pass


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    array = as_numpy(value)
    return value if array is None else array


def _imported(name: str) -> ModuleType:
    sys.path.insert(0, str(STUDENT))
    spec = importlib.util.spec_from_file_location(name, STUDENT / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    sys.path.remove(str(STUDENT))
    return module


def workers(folder: Path) -> None:
    fresh = timed(lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True), 3)
    times = {}
    for level in ("none", "strict"):
        with Nursery(level) as nursery:
            nursery.ready()
            times[level] = timed(lambda nursery=nursery: nursery.spawn(folder).kill(), 15)
    show(
        "a confined worker, asked for, ready and ended, against a fresh interpreter with torch",
        times["strict"],
        fresh,
        times["strict"][0] / fresh[0],
        "50 ms against 2 s",
    )
    show(
        "a confined worker against an unconfined one",
        times["strict"],
        times["none"],
        times["strict"][0] / times["none"][0],
        "10 ms more",
    )


def boundary(folder: Path) -> None:
    exercises = course.load().exercises
    rubric = Rubric([check for name in ARRAYS for check in exercises[name].checks], seed=0)
    modules = {name: _imported(name) for name in ARRAYS}

    def graded() -> list[ExerciseResult]:
        return [judge_exercise(Session(nursery, exercises[name], folder, Limits()), rubric) for name in ARRAYS]

    def direct() -> None:
        for bank in [bank for exercise in rubric.exercises() for bank in rubric.draw(exercise).values()]:
            player = Direct(bank.check.exercise, modules[bank.check.exercise.name])
            for example in bank.examples:
                player.play(bank.check.body, example.drawn)

    with Nursery("strict") as nursery:
        nursery.ready()
        assert all(check.outcome == "passed" for result in graded() for check in result.checks)
        one, other = timed(graded), timed(direct)
    show(
        "student42's three array exercises, graded, against the same calls and comparisons in one process",
        one,
        other,
        one[0] / other[0],
        "at most 2",
    )


def replay() -> None:
    exercise = course.load().exercises["corr2d"]
    check = next(check for check in exercise.checks if check.name == "values")
    assert check.test is not None
    test, bank = check.test, Bank(check, 0)

    def drawn() -> None:
        hypothesis.seed(0)(test)(Recorder(exercise, 0))

    def replayed() -> None:
        player = Recorder(exercise, 0)
        for example in bank.examples:
            player.play(check.body, example.drawn)

    one, other = timed(drawn), timed(replayed)
    show(
        f"corr2d.values, {len(bank.examples)} examples: Hypothesis draws, against replaying the bank",
        one,
        other,
        one[0] / other[0],
        "at least 20",
    )


def evaluation(folder: Path) -> None:
    import onnxruntime

    graph = (folder / "lenet5.onnx").read_bytes()
    images = np.random.default_rng(0).standard_normal((10_000, 1, 28, 28)).astype("float32")
    exercise = course.load().exercises["lenet5"]

    def bare() -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(graph, sess_options=options)
        for part in np.split(images, 20):
            session.run(None, {"images": part})

    with Nursery("strict") as nursery:
        nursery.ready()
        from grader.judge.networks import Evaluator

        evaluator = Evaluator(Session(nursery, exercise, folder, Limits()))
        one, other = timed(lambda: evaluator.logits(graph, images, "lenet5.onnx"), 5), timed(bare, 5)
    show(
        "10,000 images through an ONNX file, confined, against a bare onnxruntime loop",
        one,
        other,
        one[0] / other[0],
        "at most 1.5",
    )


def loop(out: Path) -> None:
    """What a student waits for after each change, in turn with what nobody can do without."""
    torch_alone = [sys.executable, "-c", "import torch"]
    for name in ("corr2d", "pooling", "kernel_learning", "resnet_block"):
        asked = ["run", str(STUDENT), "--exercise", name, "--fresh", "--out", str(out)]
        command = [sys.executable, "-m", "grader.cli", *asked]
        found = [[_seconds(words) for words in (command, torch_alone)] for _ in range(TRIALS + 1)][1:]
        one, other = ((statistics.median(x), min(x), max(x)) for x in zip(*found, strict=True))
        ratio = statistics.median(a / b for a, b in found)
        show(f"{name} alone, from command to verdict, against `import torch`", one, other, ratio, "at most 2")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    torch.set_num_threads(1)
    print(f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}; {versions()}")
    print(f"medians of {TRIALS} trials (least to greatest) after a warm-up\n")
    scratch = Path(tempfile.mkdtemp(prefix="grader-bench-"))
    scratch.chmod(0o711)
    try:
        folder = Path(submission.take(Source(path=STUDENT, name="student42"), scratch).folder)
        loop(scratch / "reports")
        workers(folder)
        boundary(folder)
        replay()
        evaluation(folder)
    finally:
        submission.remove(scratch)


if __name__ == "__main__":
    main()
