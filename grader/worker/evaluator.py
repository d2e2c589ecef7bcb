"""Run an ONNX file on images and tell what it is made of. Confined like a worker, but holds no student code.

A trained network is judged by this: its answers come from the graph alone, whatever the student's classes,
loops or monkeypatches would have said. What `graphs` refuses is not run, and what is run is its copy of the rest.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from grader.worker import graphs, protocol
from grader.worker.procedures import Refused, Workspace
from grader.worker.values import from_student


def inspect(workspace: Workspace, data: torch.Tensor) -> dict[str, Any]:
    """Operators with their counts, float32 tensors in the order of their use, and whether the batch axis is free.

    Raises Refused, in words for the file's author, for what no plain network needs.
    """
    found = graphs.examine(data.numpy().tobytes())
    return {
        "operators": found.operators,
        "weights": [torch.from_numpy(array.copy()) for array in found.weights],
        "constant_bytes": found.constant_bytes,
        "free_batch": found.free_batch,
    }


def fingerprint(workspace: Workspace, file: str) -> str:
    """Of the parameters in a handed-in ONNX file or checkpoint. Raises what reading it raises."""
    path = workspace.folder / file
    if path.suffix == ".onnx":
        return graphs.fingerprint(graphs.examine(path.read_bytes()).weights)
    return graphs.fingerprint(saved_values(torch.load(path, map_location="cpu", weights_only=True)))


def saved_values(saved: Any) -> Iterator[np.ndarray]:
    """Every float tensor in a checkpoint, also where the state_dict lies in another dict."""
    for value in saved.values() if isinstance(saved, dict) else ():
        if isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim:
            yield value.detach().float().numpy()
        elif isinstance(value, dict):
            yield from saved_values(value)


def open_graph(workspace: Workspace, data: torch.Tensor) -> None:
    """Make an ONNX file ready for `evaluate`, once it has been looked through. Raises Refused."""
    import onnxruntime

    plain = graphs.examine(data.numpy().tobytes()).plain
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with _in_words():
        workspace.graph = onnxruntime.InferenceSession(plain, sess_options=options, providers=["CPUExecutionProvider"])


def evaluate(workspace: Workspace, images: torch.Tensor) -> Any:
    """Logits (N, classes) of standardised images (N, 1, 28, 28). Raises Refused where onnxruntime does."""
    if workspace.graph is None:
        raise Refused("no file has been opened")
    with _in_words():
        return workspace.graph.run(None, {workspace.graph.get_inputs()[0].name: images.numpy()})[0]


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Exception as problem:  # onnxruntime's own family of errors has no common base
        raise Refused(f"onnxruntime cannot run the file: {str(problem)[:300]}") from None


PROCEDURES: dict[str, Callable[..., Any]] = {
    "inspect": inspect,
    "fingerprint": fingerprint,
    "open": open_graph,
    "evaluate": evaluate,
}


def run(workspace: Workspace, name: str, arguments: list[Any]) -> protocol.Reply:
    """One procedure by name. Raises Refused for one that is a worker's with student code."""
    if name not in PROCEDURES:
        raise Refused(f"an evaluator has no procedure {name}")
    return protocol.Reply(from_student(PROCEDURES[name](workspace, *arguments), 0, protocol.MOST_ANSWER_BYTES))
