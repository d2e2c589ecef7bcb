"""An ONNX file looked through before anything of it is run: what is in it, and the same network without all else.

Only what a plain network for images is made of gets through: operators and types from the lists below, one file, no
strings, no graphs in graphs. Where an operator picks or arranges, what it goes by may depend on the size of the batch,
never on what the images show: a graph that finds its answers in a table has learned nothing.

What goes on to onnxruntime is made anew from the parts that were looked at, under names of our own. A comment, an
unused table, bytes behind a tensor's end, fields that only another reader knows: none of it is there any more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.worker.procedures import Refused

ALLOWED_DOMAINS = frozenset({"", "ai.onnx"})
MOST_NODES = 500
MOST_CONSTANT_BYTES = 4096  # beside the float32 parameters; the planted right styles need up to 1,500
MOST_OTHER_BYTES = 1 << 20  # of the file, for names and structure: another exporter writes stack traces into it
MOST_WORD = 100  # bytes of an attribute that is text, as an einsum's equation is
MOST_DIMENSIONS = 8

LAYERS = "Conv Gemm MatMul Einsum BatchNormalization Dropout"
POOLING = "AveragePool MaxPool GlobalAveragePool GlobalMaxPool ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"
ACTIVATIONS = (  # those of no contract too: the finding is then that another one was expected
    "Celu Clip Elu Erf Gelu HardSigmoid HardSwish LeakyRelu LogSoftmax Mish PRelu Relu Selu Sigmoid Softmax Softplus "
    "Softsign Tanh ThresholdedRelu"
)
ARITHMETIC = "Abs Add Div Exp Log Max Mean Min Mul Neg Pow Reciprocal Sqrt Sub Sum"
COMPARISONS = "And Greater GreaterOrEqual Less LessOrEqual Not Or Where"  # a ReLU written out: where(x > 0, x, 0)
SHAPES = "Cast CastLike Concat Constant Flatten Identity Shape Size Transpose"

GOES_BY: dict[str, tuple[int, ...]] = {  # operators that pick or arrange -> which of their inputs say what and where
    "ConstantOfShape": (0,),
    "Equal": (0, 1),  # for shapes: of images, it would recognise single ones
    "Expand": (1,),
    "Gather": (1,),
    "GatherElements": (1,),
    "GatherND": (1,),
    "Mod": (0, 1),
    "Pad": (1, 3),
    "Range": (0, 1, 2),
    "Reshape": (1,),
    "ScatterElements": (1,),
    "ScatterND": (1,),
    "Slice": (1, 2, 3, 4),
    "Split": (1,),
    "Squeeze": (1,),
    "Tile": (1,),
    "Unsqueeze": (1,),
} | {name: (1,) for name in POOLING.split() if name.startswith("Reduce")}
OPERATORS = frozenset([*" ".join((LAYERS, POOLING, ACTIVATIONS, ARITHMETIC, COMPARISONS, SHAPES)).split(), *GOES_BY])
ONLY_SIZES = ("Shape", "Size")  # what these tell does not depend on what the images show
TYPES = frozenset(["FLOAT", "DOUBLE", "INT32", "INT64", "BOOL"])


@dataclass(frozen=True, kw_only=True)
class Network:
    """What a file's first output depends on."""

    plain: bytes  # the file made anew
    operators: dict[str, int]  # how many of each
    weights: tuple[np.ndarray, ...]  # float32 tensors with at least one axis, in the order of their use
    constant_bytes: int  # of all other numbers: tensors, attributes, text
    free_batch: bool  # whether the input's first axis has no fixed size

    @property
    def parameters(self) -> int:
        return sum(tensor.size for tensor in self.weights)


def examine(data: bytes) -> Network:
    """Look a file through. Raises Refused, in words for its author, for whatever no plain network needs."""
    model = _parsed(data)
    graph = model.graph
    _refuse_extras(model)
    constants = _constants(graph)
    images = _images(graph, constants)
    nodes = _used(graph)
    for node in nodes:
        _refuse_foreign(node)
    _refuse_picking_by_images(nodes, images.name)
    used = [name for node in nodes for name in node.input if name in constants]
    used += [output.name for output in graph.output[:1] if output.name in constants]
    kept = {name: constants[name] for name in used}  # in the order of their first use
    weights = tuple(array for array in kept.values() if array.dtype == np.float32 and array.ndim)
    found = Network(
        plain=_made_anew(model, images, nodes, kept),
        operators=Counter(node.op_type for node in nodes)
        + Counter(Constant=sum(node.op_type == "Constant" for node in graph.node if node.output[0] in kept)),
        weights=weights,
        constant_bytes=sum(array.nbytes for array in kept.values())
        - sum(array.nbytes for array in weights)
        + sum(_bytes(attribute) for node in nodes for attribute in node.attribute),
        free_batch=_is_free(images),
    )
    _refuse_much(found, len(data))
    return found


def fingerprint(arrays: Iterable[np.ndarray]) -> str:
    """Of all values together, however they are named, ordered and cut into tensors; empty when there are none."""
    values = [np.asarray(array, dtype=np.float32).ravel() for array in arrays]
    together = np.sort(np.concatenate(values)) if values else np.zeros(0, dtype=np.float32)
    return hashlib.sha256(together.tobytes()).hexdigest() if together.size else ""


def _parsed(data: bytes) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data)
        tensors = [*model.graph.initializer, *(a.t for n in model.graph.node for a in n.attribute)]
        if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in tensors):
            raise Refused("the weights lie in another file: export them into the ONNX file itself")
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, ValueError) as problem:
        raise Refused(f"the file is no valid ONNX graph: {str(problem)[:200]}") from None
    return model


def _refuse_extras(model: Any) -> None:
    graph = model.graph
    if graph.sparse_initializer:
        raise Refused("the graph has sparse parameters; a plain network has none")
    if model.functions or any(a.HasField("g") or a.graphs for node in graph.node for a in node.attribute):
        raise Refused("the graph contains functions or sub-graphs (If, Loop, Scan); a plain network needs none")
    if len(graph.node) > MOST_NODES:
        raise Refused(f"the graph has {len(graph.node)} nodes, at most {MOST_NODES} are run")
    names = [tensor.name for tensor in graph.initializer] + [out for n in graph.node for out in n.output if out]
    names += [value.name for value in graph.input if value.name not in {t.name for t in graph.initializer}]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refused(f"the graph gives the name {twice[0][:MOST_WORD]!r} to two things")


def _constants(graph: Any) -> dict[str, np.ndarray]:
    """All initialisers and the values of all Constant nodes, by name."""
    found = {tensor.name: _array(tensor, f"the constant {tensor.name[:MOST_WORD]}") for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.domain in ALLOWED_DOMAINS:
            found[node.output[0]] = _constant(node)
    return found


def _constant(node: Any) -> np.ndarray:
    (attribute,) = node.attribute  # the checker has seen to that
    what = f"the constant {node.output[0][:MOST_WORD]}"
    if attribute.name == "value":
        return _array(attribute.t, what)
    if attribute.name in ("value_float", "value_floats"):
        values = attribute.f if attribute.name == "value_float" else list(attribute.floats)
        return np.array(values, dtype=np.float32)
    if attribute.name in ("value_int", "value_ints"):
        values = attribute.i if attribute.name == "value_int" else list(attribute.ints)
        return np.array(values, dtype=np.int64)
    raise Refused(f"the graph holds text or a sparse table in {what}; a plain network holds numbers alone")


def _array(tensor: Any, what: str) -> np.ndarray:
    from onnx import numpy_helper

    _refuse_type(tensor.data_type, what)
    if len(tensor.dims) > MOST_DIMENSIONS:
        raise Refused(f"the graph has {len(tensor.dims)} axes in {what}")
    try:
        return np.ascontiguousarray(numpy_helper.to_array(tensor)).reshape(tuple(tensor.dims))
    except (ValueError, TypeError, OverflowError) as problem:
        raise Refused(f"the file is no valid ONNX graph: {what}: {str(problem)[:200]}") from None


def _refuse_type(number: int, what: str) -> None:
    import onnx

    known = onnx.TensorProto.DataType.values()
    name = onnx.TensorProto.DataType.Name(number) if number in known else str(number)
    if name not in TYPES:
        raise Refused(f"the graph has numbers of the type {name} in {what}; the network is wanted in float32")


def _images(graph: Any, constants: dict[str, np.ndarray]) -> Any:
    """The one input."""
    inputs = [value for value in graph.input if value.name not in constants]
    if len(inputs) != 1 or not graph.output:
        raise Refused(f"the graph has {len(inputs)} inputs and {len(graph.output)} outputs; images in, logits out")
    if not inputs[0].type.HasField("tensor_type"):
        raise Refused("the graph takes something else than a tensor of images")
    return inputs[0]


def _is_free(images: Any) -> bool:
    axes = images.type.tensor_type.shape.dim
    return bool(axes) and not axes[0].HasField("dim_value")


def _used(graph: Any) -> list[Any]:
    """The nodes that the first output depends on, without Constants: layers for show do not count."""
    needed = {output.name for output in graph.output[:1]}
    used = []
    for node in reversed(graph.node):  # the checker has seen to their order
        if needed.intersection(filter(None, node.output)):
            needed.update(node.input)
            if node.op_type != "Constant" or node.domain not in ALLOWED_DOMAINS:
                used.append(node)
    return used[::-1]


def _refuse_foreign(node: Any) -> None:
    """Raises Refused for an operator, an attribute or a type that no plain network has."""
    import onnx

    if node.domain not in ALLOWED_DOMAINS:
        raise Refused(f"the graph uses {node.domain}.{node.op_type}; only standard ONNX operators are run")
    if node.op_type not in OPERATORS:
        raise Refused(f"the graph uses the operator {node.op_type}, which no plain convolutional network needs")
    kinds = onnx.AttributeProto
    for attribute in node.attribute:
        what = f"the attribute {attribute.name[:MOST_WORD]} of {node.op_type}"
        if attribute.type not in (kinds.FLOAT, kinds.INT, kinds.STRING, kinds.FLOATS, kinds.INTS, kinds.TENSOR):
            raise Refused(f"the graph holds something else than numbers in {what}")
        if len(attribute.s) > MOST_WORD:
            raise Refused(f"the graph holds {len(attribute.s):,} bytes of text in {what}")
        if attribute.type == kinds.TENSOR:
            _array(attribute.t, what)
        if node.op_type == "Cast" and attribute.name == "to":
            _refuse_type(attribute.i, what)


def _refuse_picking_by_images(nodes: Iterable[Any], images: str) -> None:
    """Raises Refused when what an operator picks depends on what the images show."""
    shown = {images}  # names of all that depends on it
    for node in nodes:
        if node.op_type in ONLY_SIZES:
            continue
        for place in GOES_BY.get(node.op_type, ()):
            if place < len(node.input) and node.input[place] in shown:
                raise Refused(
                    f"the graph uses {node.op_type} to pick by what an image shows, as one looks up a table; "
                    "a plain network computes"
                )
        if shown.intersection(node.input):
            shown.update(filter(None, node.output))


def _bytes(attribute: Any) -> int:
    """How many bytes an attribute carries, whatever its kind says."""
    numbers = 8 * (1 + len(attribute.ints)) + 4 * len(attribute.floats)
    return numbers + len(attribute.s) + (int(_array(attribute.t, "").nbytes) if attribute.HasField("t") else 0)


def _made_anew(model: Any, images: Any, nodes: list[Any], constants: dict[str, np.ndarray]) -> bytes:
    """The network alone: its nodes, constants, input and output under names of our own."""
    import onnx
    from onnx import helper, numpy_helper

    names: dict[str, str] = {"": ""}

    def named(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}")

    given = [named(images.name)]
    tensors = [numpy_helper.from_array(array, named(name)) for name, array in constants.items()]
    made = []
    for node in nodes:
        copy = onnx.NodeProto(op_type=node.op_type, input=map(named, node.input), output=map(named, node.output))
        for attribute in node.attribute:
            copy.attribute.append(_attribute(attribute))
        made.append(copy)
    shape = images.type.tensor_type
    axes = [axis.dim_value if axis.HasField("dim_value") else f"axis{i}" for i, axis in enumerate(shape.shape.dim)]
    takes = helper.make_tensor_value_info(given[0], shape.elem_type, axes if shape.HasField("shape") else None)
    gives = onnx.ValueInfoProto(name=named(model.graph.output[0].name))
    gives.type.tensor_type.elem_type = model.graph.output[0].type.tensor_type.elem_type
    graph = helper.make_graph(made, "network", [takes], [gives], tensors)
    opsets = [helper.make_opsetid("", one.version) for one in model.opset_import if one.domain in ALLOWED_DOMAINS]
    anew = helper.make_model(graph, opset_imports=opsets[:1], ir_version=max(4, model.ir_version))
    anew.producer_name = ""
    return bytes(anew.SerializeToString())


def _attribute(attribute: Any) -> Any:
    """A copy that holds what its kind says and nothing beside it."""
    from onnx import AttributeProto, helper, numpy_helper

    if attribute.type == AttributeProto.TENSOR:
        return helper.make_attribute(attribute.name, numpy_helper.from_array(_array(attribute.t, "")))
    value = helper.get_attribute_value(attribute)
    return helper.make_attribute(attribute.name, value, attr_type=attribute.type)


def _refuse_much(found: Network, size: int) -> None:
    """Raises Refused for a file that carries more than its parameters and what holds them together."""
    if found.constant_bytes > MOST_CONSTANT_BYTES:
        doubled = "; were its parameters float64? Export model.float()" if found.parameters < 1000 else ""
        raise Refused(
            f"the graph carries {found.constant_bytes:,} bytes of constants beside its float32 parameters, at most "
            f"{MOST_CONSTANT_BYTES:,} are allowed: no table, no data{doubled}"
        )
    beside = size - 4 * found.parameters
    if beside > MOST_OTHER_BYTES:
        raise Refused(
            f"the file is {beside >> 10:,} KiB larger than its {found.parameters:,} parameters, at most "
            f"{MOST_OTHER_BYTES >> 10:,} KiB for names and structure are allowed: export the network alone"
        )
