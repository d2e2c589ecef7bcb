"""Hostile files to hand in beside the code: ONNX graphs and checkpoints."""

from __future__ import annotations

import io
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

PARAMETERS = 61_706  # what the exercise's own network has: anything else is not even run


def graph(nodes: list[onnx.NodeProto], weights: list[onnx.TensorProto]) -> bytes:
    """A model from images to logits."""
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])
    model = helper.make_model(
        helper.make_graph(nodes, "hostile", [images], [logits], weights), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    return bytes(model.SerializeToString())


def filler() -> onnx.TensorProto:
    """As many weights as are expected, for nothing."""
    return numpy_helper.from_array(np.zeros(PARAMETERS, dtype=np.float32), "filler")


def decoration() -> list[onnx.NodeProto]:
    """As many operators of each kind as are expected, for nothing."""
    kinds = {"Conv": 2, "Sigmoid": 4, "AveragePool": 2, "Gemm": 3}
    inputs = {"Conv": ["images", "k"], "Sigmoid": ["images"], "AveragePool": ["images"], "Gemm": ["m", "m"]}
    attributes = {"AveragePool": {"kernel_shape": [1, 1]}}
    return [
        helper.make_node(kind, inputs[kind], [f"{kind}{number}"], **attributes.get(kind, {}))
        for kind, count in kinds.items()
        for number in range(count)
    ]


def bomb(*nodes: onnx.NodeProto) -> bytes:
    """A graph that looks as it should, and does something else to make `result`: what is for show is added to that."""
    kernel = numpy_helper.from_array(np.zeros((1, 1, 1, 1), dtype=np.float32), "k")
    matrix = numpy_helper.from_array(np.zeros((1, 1), dtype=np.float32), "m")
    rest = numpy_helper.from_array(np.zeros(PARAMETERS - 2, dtype=np.float32), "filler")
    sides = numpy_helper.from_array(np.array([1 << 18, 1 << 18], dtype=np.int64), "sides")
    small = numpy_helper.from_array(np.array([1500, 1500], dtype=np.int64), "small")
    shown = [*(node.output[0] for node in decoration()), "filler"]
    show = [helper.make_node("ReduceMax", [name], [f"{name}.most"], keepdims=0) for name in shown]
    show += [helper.make_node("Sum", [f"{name}.most" for name in shown], ["show"])]
    end = helper.make_node("Add", ["result", "show"], ["logits"])
    return graph([*decoration(), *show, *nodes, end], [kernel, matrix, rest, sides, small])


def external(path: str) -> bytes:
    """A graph whose weights lie in another file."""
    weights = filler()
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in (("location", path), ("length", str(4 * PARAMETERS))):
        weights.external_data.add(key=key, value=value)
    return graph([helper.make_node("Identity", ["filler"], ["logits"])], [weights])


def endless() -> bytes:
    """A graph with a loop that does not end."""
    true = helper.make_tensor("true", TensorProto.BOOL, [], [True])
    body = helper.make_graph(
        [helper.make_node("Identity", ["condition"], ["again"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("condition", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("again", TensorProto.BOOL, [])],
    )
    loop = helper.make_node("Loop", ["", "true"], [], body=body)
    return graph([loop, helper.make_node("Identity", ["images"], ["logits"])], [true, filler()])


def much_memory() -> bytes:
    """2^36 floats from a handful of bytes."""
    return bomb(helper.make_node("ConstantOfShape", ["sides"], ["result"]))


def much_work() -> bytes:
    """400 products of matrices of 1500 by 1500 that nobody can work out beforehand."""
    nodes = [helper.make_node("ReduceMax", ["images"], ["bright"], keepdims=0)]
    nodes += [helper.make_node("Expand", ["bright", "small"], ["x0"])]
    nodes += [helper.make_node("MatMul", [f"x{n}", f"x{n}"], [f"x{n + 1}"]) for n in range(400)]
    return bomb(*nodes, helper.make_node("Identity", ["x400"], ["result"]))


def harmless() -> bytes:
    """Looks as it should and gives the images back."""
    return bomb(helper.make_node("Identity", ["images"], ["result"]))


class Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)


def pickled(command: str) -> bytes:
    """A checkpoint that runs `command` when it is loaded without care."""
    buffer = io.BytesIO()
    torch.save({"w": Bomb(command)}, buffer)
    return buffer.getvalue()
