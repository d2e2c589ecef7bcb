"""ONNX files: what a plain network is made of gets through unchanged, everything else is refused by name."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from grader.worker import graphs
from grader.worker.procedures import Refused
from tests.hostile import artefacts
from tests.hostile.artefacts import lenet5

ROOT = Path(__file__).parents[2]
HONEST = sorted([*ROOT.glob("reference/trained/*.onnx"), *ROOT.glob("exercises/student42/*.onnx")])
IMAGES = np.random.default_rng(0).standard_normal((3, 1, 28, 28)).astype(np.float32)
node = helper.make_node


def run(data: bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    found: np.ndarray = session.run(None, {session.get_inputs()[0].name: IMAGES})[0]
    return found


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        graphs.examine(data)
    return str(caught.value)


def changed(**fields: Any) -> bytes:
    """A network with other fields in its file."""
    model = onnx.load_model_from_string(lenet5())
    for name, value in fields.items():
        setattr(model, name, value)
    return bytes(model.SerializeToString())


def constant(array: Any, name: str = "table") -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(array), name)


@pytest.mark.parametrize("path", HONEST, ids=lambda path: path.stem)
def test_honest_files(path: Path) -> None:
    """Get through, with all their parameters, and compute what they did."""
    found = graphs.examine(path.read_bytes())

    assert np.array_equal(run(path.read_bytes()), run(found.plain))
    assert found.free_batch
    assert found.constant_bytes < 2000  # of the 4,096 that are allowed
    assert found.parameters in (61_706, 421_642, 77_418, 184_586, 63_206)  # the last lays C3 out in 2,400 zeros


class Written(torch.nn.Module):
    """A network that uses many of the operators that the planted right styles are exported to."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 4, 3)
        self.norm = torch.nn.BatchNorm2d(4)
        self.dense = torch.nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n = x.shape[0]
        x = 1 / (1 + torch.exp(-self.norm(self.conv(x))))
        x = torch.nn.functional.unfold(x[:, :, ::2, 1:], 2, padding=1).reshape(n, 4, 4, -1)
        x = torch.where(x > 0.1, x, 0.0).clamp(min=0).amax(3).mean(2)
        x = torch.maximum(x, torch.zeros_like(x)).to(torch.float64).to(torch.float32)
        return torch.log_softmax(torch.einsum("ni,oi->no", x, self.dense.weight) + self.dense.bias, 1)


def test_operators_of_right_styles(tmp_path: Path) -> None:
    """Unrolled windows, comparisons, casts and sizes of the batch: a style of its own is no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Written().eval(),
            (torch.zeros(2, 1, 28, 28),),
            str(tmp_path / "a.onnx"),
            dynamic_axes={"images": {0: "N"}},
            input_names=["images"],
            dynamo=False,
        )
    data = (tmp_path / "a.onnx").read_bytes()

    assert np.array_equal(run(data), run(graphs.examine(data).plain))


def test_weights_that_are_inputs_too() -> None:
    """As files of old versions have them, with a default for each: the images are the one input that has none."""
    model = onnx.load_model_from_string(lenet5())
    model.ir_version = 3
    for tensor in model.graph.initializer:
        model.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    found = graphs.examine(model.SerializeToString())

    assert found.free_batch
    assert np.array_equal(run(lenet5()), run(found.plain))


def test_nothing_else_is_left() -> None:
    """Comments, names, unused tables and nodes, and fields of other readers are not in what is run."""
    model = onnx.load_model_from_string(
        lenet5(node("Exp", ["table"], ["shown"]), constants=(constant(np.ones(9, np.float32)),))
    )
    model.doc_string = model.graph.doc_string = model.producer_name = "SECRET"
    model.metadata_props.add(key="SECRET", value="SECRET")
    for number, one in enumerate(model.graph.node):
        one.doc_string, one.name = "SECRET", f"SECRET{number}"
    for tensor in model.graph.initializer:
        tensor.doc_string = "SECRET"
    data = model.SerializeToString()
    plain = graphs.examine(data).plain

    assert b"SECRET" in data and b"SECRET" not in plain
    assert np.array_equal(run(data), run(plain))
    assert plain == graphs.examine(lenet5()).plain


EITHER = helper.make_graph(
    [node("Constant", [], ["y"], value_float=1.0)],
    "either",
    [],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [])],
)
BRANCHES: dict[str, Any] = {"then_branch": EITHER, "else_branch": EITHER}
REFUSED = {
    "text in a constant": (artefacts.words(), "STRING"),
    "an operator on text": (lenet5(node("StringNormalizer", ["images"], ["x"]), end="x"), "StringNormalizer"),
    "a branch": (
        lenet5(node("If", ["true"], ["x"], **BRANCHES), constants=(constant(True, "true"),), end="x"),
        "sub-graphs",
    ),
    "random numbers": (lenet5(node("RandomNormalLike", ["images"], ["x"]), end="x"), "RandomNormalLike"),
    "the place of the greatest": (lenet5(node("ArgMax", ["images"], ["x"]), end="x"), "ArgMax"),
    "one of a table": (
        lenet5(
            node("ReduceMax", ["images"], ["m"], keepdims=0),
            node("Cast", ["m"], ["i"], to=TensorProto.INT64),
            node("Gather", ["table", "i"], ["x"]),
            constants=(constant(np.zeros((50, 10), dtype=np.float32)),),
            end="x",
        ),
        "uses Gather to pick by what an image shows",
    ),
    "the same image": (
        lenet5(
            node("Equal", ["images", "table"], ["e"]),
            node("Cast", ["e"], ["x"], to=TensorProto.FLOAT),
            constants=(constant(np.float32(0)),),
            end="x",
        ),
        "uses Equal to pick by what an image shows",
    ),
    "a table of integers": (
        lenet5(
            node("Cast", ["table"], ["x"], to=TensorProto.FLOAT),
            constants=(constant(np.zeros((600, 1), np.int64)),),
            end="x",
        ),
        "4,968 bytes of constants",
    ),
    "a table of doubles": (
        lenet5(node("Cast", ["table"], ["x"], to=TensorProto.FLOAT), constants=(constant(np.zeros(600)),), end="x"),
        "4,968 bytes of constants",
    ),
    "a table in an attribute": (
        lenet5(
            node("Constant", [], ["i"], value_ints=[7] * 600), node("Cast", ["i"], ["x"], to=TensorProto.FLOAT), end="x"
        ),
        "4,968 bytes of constants",
    ),
    "a word in an attribute": (
        lenet5(node("Constant", [], ["x"], value_string="x" * 50), end="x"),
        "text or a sparse table",
    ),
    "half precision": (
        lenet5(
            node("Cast", ["table"], ["x"], to=TensorProto.FLOAT),
            constants=(constant(np.zeros(10, np.float16)),),
            end="x",
        ),
        "FLOAT16",
    ),
    "quantised": (
        lenet5(
            node("DequantizeLinear", ["table", "scale"], ["x"]),
            constants=(constant(np.zeros(10, np.int8)), constant(np.float32(1), "scale")),
            end="x",
        ),
        "INT8",
    ),
    "a cast to text": (lenet5(node("Cast", ["images"], ["x"], to=TensorProto.STRING), end="x"), "STRING"),
    "weights in another file": (artefacts.external("../secret"), "another file"),
    "much beside the network": (changed(doc_string="x" * (2 << 20)), "KiB larger than its 61,706 parameters"),
    "two of a name": (lenet5(constants=(constant([1.0], "w0"),)), "w0"),
    "no graph": (b"no graph at all", "no valid ONNX graph"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """What no plain network needs, in one sentence that names it."""
    data, words = REFUSED[name]

    assert words in refusal(data)


def test_bytes_behind_the_end_of_a_tensor() -> None:
    """A tensor is as large as its shape says, or it is refused."""
    model = onnx.load_model_from_string(lenet5())
    model.graph.initializer[1].raw_data += b"SECRET!!"

    assert "no valid ONNX graph" in refusal(model.SerializeToString())


def test_fingerprint() -> None:
    """The same values have one, whatever their order, shape and number of tensors; none have none."""
    one = graphs.fingerprint([np.array([[1.0, 2.0]], np.float32), np.array([3.0], np.float32)])

    assert one == graphs.fingerprint([np.array([3.0, 2.0, 1.0])])
    assert one != graphs.fingerprint([np.array([3.0, 2.0, 1.5])])
    assert "" == graphs.fingerprint([])
