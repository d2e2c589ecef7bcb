"""Run an ONNX file on images and tell what it is made of. Confined like a worker, but holds no student code.

A trained network is judged by this: its answers come from the graph alone, whatever the student's classes,
loops or monkeypatches would have said. Nothing but plain tensors inside the one file is accepted.
"""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import torch

from grader.worker import protocol
from grader.worker.procedures import Refused, Workspace
from grader.worker.values import from_student

ALLOWED_DOMAINS = frozenset({"", "ai.onnx"})
MOST_NODES = 500


def inspect(workspace: Workspace, data: torch.Tensor) -> dict[str, Any]:
    """Operators with their counts, the numbers of parameters and other constants, and whether the batch axis is free.

    Raises Refused for a file that is no ONNX graph, keeps its weights elsewhere, or uses foreign operators.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data.numpy().tobytes())
        graph = model.graph
        if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in graph.initializer):
            raise Refused("the weights lie in another file: export them into the ONNX file itself")
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, ValueError) as problem:
        raise Refused(f"the file is no valid ONNX graph: {str(problem)[:200]}") from None
    if graph.sparse_initializer:
        raise Refused("the graph has sparse parameters; a plain network has none")
    if model.functions or any(attribute.HasField("g") for node in graph.node for attribute in node.attribute):
        raise Refused("the graph contains functions or sub-graphs; a plain network needs none")
    foreign = {node.domain for node in graph.node} - ALLOWED_DOMAINS
    if foreign:
        raise Refused(f"the graph uses operators from {sorted(foreign)}; only standard ONNX operators are run")
    if len(graph.node) > MOST_NODES:
        raise Refused(f"the graph has {len(graph.node)} nodes, at most {MOST_NODES} are run")
    used, needed = _used(graph)
    tensors = [tensor for tensor in graph.initializer if tensor.name in needed]
    tensors += [a.t for node in used if node.op_type == "Constant" for a in node.attribute if a.name == "value"]
    floats = {onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.FLOAT16}
    initialised = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in initialised]
    batch_axis = inputs[0].type.tensor_type.shape.dim[0] if inputs and inputs[0].type.tensor_type.shape.dim else None
    return {
        "operators": Counter(node.op_type for node in used),
        "parameters": sum(math.prod(t.dims) for t in tensors if t.data_type in floats and t.dims),
        "others": sum(math.prod(t.dims) for t in tensors if t.data_type not in floats)
        + sum(len(a.ints) + len(a.floats) + len(a.strings) + len(a.s) for node in used for a in node.attribute),
        "inputs": len(inputs),
        "outputs": len(graph.output),
        "free_batch": batch_axis is not None and not batch_axis.HasField("dim_value"),
    }


def open_graph(workspace: Workspace, data: torch.Tensor) -> None:
    """Make an ONNX file ready for `evaluate`. Raises Refused where onnxruntime does."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with _in_words():
        workspace.graph = onnxruntime.InferenceSession(
            data.numpy().tobytes(), sess_options=options, providers=["CPUExecutionProvider"]
        )


def evaluate(workspace: Workspace, images: torch.Tensor) -> Any:
    """Logits (N, classes) of standardised images (N, 1, 28, 28). Raises Refused where onnxruntime does."""
    with _in_words():
        return workspace.graph.run(None, {workspace.graph.get_inputs()[0].name: images.numpy()})[0]


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Exception as problem:  # onnxruntime's own family of errors has no common base
        raise Refused(f"onnxruntime cannot run the file: {str(problem)[:300]}") from None


PROCEDURES: dict[str, Callable[..., Any]] = {"inspect": inspect, "open": open_graph, "evaluate": evaluate}


def run(workspace: Workspace, name: str, arguments: list[Any]) -> protocol.Reply:
    """One procedure by name."""
    return protocol.Reply(from_student(PROCEDURES[name](workspace, *arguments), 0, protocol.MOST_ANSWER_BYTES))


def _used(graph: Any) -> tuple[list[Any], set[str]]:
    """The nodes that the outputs depend on, and the names of all that these need: layers for show do not count."""
    needed = {output.name for output in graph.output}
    used = []
    for node in reversed(graph.node):  # the checker has seen to their order
        if needed.intersection(node.output):
            needed.update(node.input)
            used.append(node)
    return used, needed
