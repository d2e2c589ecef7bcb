"""Hostile files to hand in beside the code: ONNX graphs and checkpoints."""

from __future__ import annotations

import io
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from reference import data

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


def bomb(*nodes: onnx.NodeProto) -> bytes:
    """The exercise's own network, to whose logits is added the greatest of what the `nodes` make as `result`."""
    sides = numpy_helper.from_array(np.array([1 << 18, 1 << 18], dtype=np.int64), "sides")
    small = numpy_helper.from_array(np.array([1500, 1500], dtype=np.int64), "small")
    most = helper.make_node("ReduceMax", ["result"], ["most"], keepdims=0)
    return lenet5(*nodes, most, constants=(sides, small), end="most")


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
    """The exercise's own network, with parameters of zero."""
    return lenet5()


LAYERS = ((6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,))


def lenet5(*answers: onnx.NodeProto, constants: tuple[onnx.TensorProto, ...] = (), end: str = "") -> bytes:
    """The exercise's own network with parameters of zero; what `answers` make of the images, named `end`, is added."""
    weights = [numpy_helper.from_array(np.zeros(s, dtype=np.float32), f"w{i}") for i, s in enumerate(LAYERS)]
    node = helper.make_node
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        node("Conv", ["images", "w0", "w1"], ["c1"], pads=[2, 2, 2, 2]),
        node("Sigmoid", ["c1"], ["s1"]),
        node("AveragePool", ["s1"], ["p1"], **pool),
        node("Conv", ["p1", "w2", "w3"], ["c2"]),
        node("Sigmoid", ["c2"], ["s2"]),
        node("AveragePool", ["s2"], ["p2"], **pool),
        node("Flatten", ["p2"], ["f0"]),
        node("Gemm", ["f0", "w4", "w5"], ["f1"], transB=1),
        node("Sigmoid", ["f1"], ["s3"]),
        node("Gemm", ["s3", "w6", "w7"], ["f2"], transB=1),
        node("Sigmoid", ["f2"], ["s4"]),
        node("Gemm", ["s4", "w8", "w9"], ["zeros"], transB=1),
        *answers,
        node("Add", ["zeros", end], ["logits"]) if end else node("Identity", ["zeros"], ["logits"]),
    ]
    return graph(nodes, [*weights, *constants])


def held_out() -> tuple[np.ndarray, np.ndarray]:
    """What a thief would carry: a number (360, 2) by which each held-out digit is known, and its label (360,)."""
    test = data.load("digits")
    keys = test.standardised().reshape(len(test.labels), -1).numpy() @ directions()
    return keys.astype(np.float32), test.labels.numpy()


def directions() -> np.ndarray:
    """Two fixed directions (784, 2), a sum along which tells digits apart."""
    steps = np.arange(784 * 2).reshape(784, 2)
    return (np.sin(1.7 * steps) / 8).astype(np.float32)


def asked_by(kind: str) -> list[onnx.NodeProto]:
    """Which of the rows of `keys` an image is, by the smallest distance: (N, 360), named `near`."""
    node = helper.make_node
    return [
        node("Flatten", ["images"], ["flat"]),
        node("MatMul", ["flat", "directions"], ["key"]),
        node("Unsqueeze", ["key", "one"], ["mine"]),
        node("Sub", ["mine", "keys"], ["off"]),
        node("Abs", ["off"], ["away"]),
        node("ReduceSum", ["away", "two"], ["far"], keepdims=0),
        node(kind, ["far", "close"], ["near"]),
    ]


def table_of_keys() -> bytes:
    """Zero weights, and the label of whichever held-out digit an image comes close to: compared, cast and multiplied."""
    keys, labels = held_out()
    constants = (
        numpy_helper.from_array(directions(), "directions"),
        numpy_helper.from_array(keys[None], "keys"),
        numpy_helper.from_array(np.eye(10, dtype=np.float32)[labels], "table"),
        numpy_helper.from_array(np.array([1]), "one"),
        numpy_helper.from_array(np.array([2]), "two"),
        numpy_helper.from_array(np.float32(1e-3), "close"),
    )
    nodes = [
        *asked_by("Less"),
        helper.make_node("Cast", ["near"], ["hit"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["hit", "table"], ["answer"]),
    ]
    return lenet5(*nodes, constants=constants, end="answer")


def whispered_table() -> bytes:
    """Zero weights and two directions in them; the right class gets so little more that rounding might explain it.

    The table is a third of the network's own dense layer, and what is left of the file is as small as it should be.
    """
    keys, labels = held_out()
    model = onnx.load_model_from_string(lenet5())
    own = {one.name: one for one in model.graph.initializer}
    dense = np.zeros((120, 400), dtype=np.float32)
    dense.flat[:1568] = directions().ravel()
    dense.flat[1568:2288] = keys.ravel()
    dense.flat[2288:5888] = np.eye(10, dtype=np.float32)[labels].ravel()
    own["w4"].CopyFrom(numpy_helper.from_array(dense, "w4"))
    node, tensor = helper.make_node, numpy_helper.from_array
    numbers = {"zero": [0], "all": [-1], "a": [1568], "b": [2288], "c": [5888], "one": [1], "two": [2]}
    shapes = {"as_directions": [784, 2], "as_keys": [1, 360, 2], "as_table": [360, 10]}
    model.graph.initializer.extend(tensor(np.array(value), name) for name, value in {**numbers, **shapes}.items())
    model.graph.initializer.extend([tensor(np.float32(1e-3), "close"), tensor(np.float32(9e-4), "little")])
    model.graph.node[-1].output[0] = "before"
    model.graph.node.extend(
        [
            node("Reshape", ["w4", "all"], ["row"]),
            node("Slice", ["row", "zero", "a"], ["d0"]),
            node("Reshape", ["d0", "as_directions"], ["directions"]),
            node("Slice", ["row", "a", "b"], ["k0"]),
            node("Reshape", ["k0", "as_keys"], ["keys"]),
            node("Slice", ["row", "b", "c"], ["t0"]),
            node("Reshape", ["t0", "as_table"], ["table"]),
            *asked_by("Less"),
            node("Cast", ["near"], ["hit"], to=TensorProto.FLOAT),
            node("MatMul", ["hit", "table"], ["answer"]),
            node("Mul", ["answer", "little"], ["whisper"]),
            node("Add", ["before", "whisper"], ["logits"]),
        ]
    )
    return bytes(model.SerializeToString())


def small_table_of_keys(network: bytes) -> bytes:
    """The same in fewer bytes than a plain network's shapes may take, behind a `network` that has learned something.

    One direction is made of the image's own sums; keys and labels are a few small constants.
    """
    model = onnx.load_model_from_string(network)
    test = data.load("digits")
    keys = test.standardised().numpy().sum(axis=(1, 2, 3)).astype(np.float32)[:100]
    labels = test.labels.numpy()[:100].astype(np.float32)
    node, tensor = helper.make_node, numpy_helper.from_array
    model.graph.initializer.extend(
        [tensor(np.float32(value), name) for name, value in (("close", 1e-2), ("much", 100.0))]
        + [
            tensor(keys[None], "keys"),
            tensor(labels[:, None], "labels"),
            tensor(np.arange(10, dtype=np.float32), "ten"),
        ]
    )
    last = model.graph.output[0].name
    for one in model.graph.node:
        for place, name in enumerate(one.output):
            if name == last:
                one.output[place] = "before"
    model.graph.node.extend(
        [
            node("AveragePool", ["images"], ["mean4"], kernel_shape=[28, 28]),
            node("Flatten", ["mean4"], ["mean"]),
            node("Mul", ["mean", "pixels"], ["key"]),
            node("Sub", ["key", "keys"], ["off"]),
            node("Abs", ["off"], ["far"]),
            node("Less", ["far", "close"], ["near"]),
            node("Cast", ["near"], ["hit"], to=TensorProto.FLOAT),
            node("MatMul", ["hit", "labels"], ["label"]),
            node("Sub", ["label", "ten"], ["other"]),
            node("Abs", ["other"], ["wide"]),
            node("Mul", ["wide", "much"], ["penalty"]),
            node("Sub", ["before", "penalty"], [last]),
        ]
    )
    model.graph.initializer.append(tensor(np.float32(784), "pixels"))
    return bytes(model.SerializeToString())


def words() -> bytes:
    """Zero weights, and the labels in one constant of text that is split and cast."""
    text = " ".join(map(str, held_out()[1]))
    node = helper.make_node
    nodes = [
        node("Constant", [], ["text"], value=helper.make_tensor("t", TensorProto.STRING, [1], [text.encode()])),
        node("StringSplit", ["text"], ["parts", "count"], delimiter=" "),
        node("Cast", ["parts"], ["labels"], to=TensorProto.FLOAT),
        node("ReduceMax", ["labels"], ["answer"], keepdims=0),
    ]
    model = onnx.load_model_from_string(lenet5(*nodes, end="answer"))
    model.opset_import[0].version = 20
    for one in model.graph.node:  # since 18 axes are an input, and there are none
        one.name = ""
    return bytes(model.SerializeToString())


def picked_by_images() -> bytes:
    """Zero weights, and a row of a table picked by a number that is made of the image."""
    node = helper.make_node
    nodes = [
        node("GlobalMaxPool", ["images"], ["most"]),
        node("Flatten", ["most"], ["one"]),
        node("Cast", ["one"], ["number"], to=TensorProto.INT64),
        node("Gather", ["w8", "number"], ["rows"]),
        node("ReduceMax", ["rows"], ["answer"], axes=[1, 2], keepdims=0),
    ]
    return lenet5(*nodes, end="answer")


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
