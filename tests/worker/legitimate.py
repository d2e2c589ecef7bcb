"""What honest students' code does and must still be able to do when confined."""

from __future__ import annotations

import importlib.util
import io
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Deed = Callable[[Path, Path], Any]


def run(deeds: tuple[Deed, ...], submission: Path, scratch: Path) -> dict[str, str]:
    """The name of each deed, with "fine" or the traceback."""
    outcomes = {}
    for deed in deeds:
        try:
            deed(submission, scratch)
            outcomes[deed.__name__] = "fine"
        except BaseException:
            outcomes[deed.__name__] = traceback.format_exc()
    return outcomes


def import_the_submission(submission: Path, scratch: Path) -> None:
    spec = importlib.util.spec_from_file_location("student", submission / "student.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.answer() == 42


def import_the_standard_library(submission: Path, scratch: Path) -> None:
    import colorsys
    import decimal
    import sqlite3
    import xml.dom.minidom

    assert "sqlite3" in sys.modules
    assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3")
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert xml.dom.minidom.parseString("<a/>")
    sqlite3.connect(":memory:").close()


def start_threads(submission: Path, scratch: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(8))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]


def use_scratch(submission: Path, scratch: Path) -> None:
    import shutil

    (scratch / "folder").mkdir()
    (scratch / "folder" / "a.txt").write_text("a")
    os.replace(scratch / "folder" / "a.txt", scratch / "b.txt")
    shutil.copy(scratch / "b.txt", scratch / "c.txt")
    shutil.copy2(submission / "student.py", scratch / "d.py")
    (scratch / "c.txt").touch()
    (scratch / "e.txt").touch()
    with open(scratch / "c.txt", "r+") as file:
        file.truncate(0)
    assert sorted(os.listdir(scratch)) == ["b.txt", "c.txt", "d.py", "e.txt", "folder"]
    shutil.rmtree(scratch / "folder")
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        assert Path(folder).parent == scratch
        file.write(b"x")
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def use_time_and_chance(submission: Path, scratch: Path) -> None:
    import datetime
    import secrets
    import zoneinfo

    time.sleep(0.001)
    random.seed()
    assert len(os.urandom(8)) == len(secrets.token_bytes(8))
    assert datetime.datetime.now(zoneinfo.ZoneInfo("UTC")).year > 2000
    assert time.localtime() is not None


def receive_signals(submission: Path, scratch: Path) -> None:
    received: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
    signal.raise_signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    assert received == [signal.SIGUSR1] * 2


def run_asyncio(submission: Path, scratch: Path) -> None:
    import asyncio

    asyncio.run(asyncio.sleep(0.001))
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"


def ask_about_itself(submission: Path, scratch: Path) -> None:
    import platform
    import resource

    assert (os.cpu_count() or 1) >= 1
    assert len(os.sched_getaffinity(0)) >= 1
    assert os.getpgid(0) == os.getpgrp()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    assert platform.system() == "Linux"
    assert os.isatty(1) in (False, True)


def throw_output_away(submission: Path, scratch: Path) -> None:
    with open(os.devnull, "w") as nothing:
        print("x", file=nothing)


def meet_refusals_as_errors(submission: Path, scratch: Path) -> None:
    """Code that asks for what it cannot have goes on with its own handling."""
    import multiprocessing

    try:
        multiprocessing.Lock()
    except OSError:  # tqdm and joblib expect this where there is no shared memory
        pass
    else:
        raise AssertionError("a lock in shared memory")


PLAIN: tuple[Deed, ...] = (
    import_the_submission,
    import_the_standard_library,
    use_scratch,
    start_threads,
    use_time_and_chance,
    receive_signals,
    run_asyncio,
    ask_about_itself,
    throw_output_away,
    meet_refusals_as_errors,
)


def convolve(submission: Path, scratch: Path) -> None:
    """Without a warning about the processor: it would stand in the student's output."""
    import torch

    with tempfile.TemporaryFile() as output:
        before = os.dup(2)
        os.dup2(output.fileno(), 2)
        torch.nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 8, 8))
        os.dup2(before, 2)
        output.seek(0)
        assert output.read() == b""
    layer = torch.nn.Conv2d(3, 8, 3)
    layer(torch.randn(2, 3, 16, 16)).sum().backward()
    assert layer.weight.grad is not None


def train(submission: Path, scratch: Path) -> None:
    import torch

    torch.manual_seed(0)
    layers = torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(2)
    model = torch.nn.Sequential(*layers)
    images, labels = torch.randn(16, 1, 8, 8), torch.randint(0, 2, (16,))
    optimiser = torch.optim.Adam(model.parameters(), 0.01)
    losses = []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def load_data(submission: Path, scratch: Path) -> None:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    batches = DataLoader(TensorDataset(torch.arange(10)), batch_size=5, shuffle=True)
    assert sum(len(batch[0]) for batch in batches) == 10


def save_and_load(submission: Path, scratch: Path) -> None:
    import torch

    for target in (scratch / "weights.pt", io.BytesIO()):
        torch.save(torch.nn.Linear(2, 2).state_dict(), target)
        if isinstance(target, io.BytesIO):
            target.seek(0)
        assert set(torch.load(target)) == {"weight", "bias"}


def export(submission: Path, scratch: Path) -> None:
    import warnings

    import onnx
    import torch

    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        buffer = io.BytesIO()
        for target in (scratch / "model.onnx", buffer):
            torch.onnx.export(model, (torch.randn(1, 1, 8, 8),), target, dynamo=False)
    assert onnx.load_from_string(buffer.getvalue()).graph.node
    assert onnx.load(scratch / "model.onnx").graph.node


def import_lazily(submission: Path, scratch: Path) -> None:
    import importlib.metadata

    import numpy.polynomial.chebyshev
    import PIL.Image
    import sklearn.linear_model
    import torch.distributions
    import torch.nn.utils.parametrizations

    assert importlib.metadata.version("numpy") == numpy.__version__
    assert PIL.Image.new("L", (2, 2)).size == (2, 2)
    assert torch.distributions.Normal(0, 1).sample() is not None
    assert torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))(torch.ones(2)).shape == (2,)
    assert sklearn.linear_model.LinearRegression().fit([[0], [1]], [0, 1]).coef_[0] > 0.9


def compute_numerically(submission: Path, scratch: Path) -> None:
    import numpy
    import torch

    matrix = numpy.random.default_rng(0).normal(size=(32, 32))
    assert numpy.allclose(numpy.linalg.inv(matrix) @ matrix, numpy.eye(32), atol=1e-6)
    assert torch.fft.fft2(torch.from_numpy(matrix)).shape == (32, 32)
    assert torch.linalg.svd(torch.from_numpy(matrix)).S[0] > 0


WITH_TORCH: tuple[Deed, ...] = (
    convolve,
    train,
    load_data,
    save_and_load,
    export,
    import_lazily,
    compute_numerically,
)
