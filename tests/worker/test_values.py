"""What student code gets, and what crosses of what it returned."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pytest
import torch

from grader.worker import protocol
from grader.worker.protocol import Mapping, Opaque, Sequence, Tensor
from grader.worker.values import as_numpy, from_student, to_student

ARRAY = np.array([[1, 2], [3, 4]], dtype="float32")
PACKED = protocol.pack(ARRAY)


@pytest.mark.parametrize(("library", "kind"), [("torch", torch.Tensor), ("numpy", np.ndarray)])
def test_arrays_for_the_student(library: Literal["torch", "numpy"], kind: type) -> None:
    """Of the library it works with, each its own and free to be changed."""
    first, second = to_student(Sequence("tuple", (PACKED, PACKED)), library)
    first += 1

    assert (kind, kind) == (type(first), type(second))
    assert [[[2, 3], [4, 5]], [[1, 2], [3, 4]]] == [first.tolist(), second.tolist()]
    assert ["float32", "float32"] == [str(value.dtype).removeprefix("torch.") for value in (first, second)]


@pytest.mark.parametrize(
    "value", [None, True, 3, 0.5, "text", [1, (2, "a")], (), {"a": [1], "b": {}}], ids=lambda value: repr(value)
)
def test_plain_values_for_the_student(value: Any) -> None:
    """As the judge sent them, and back again."""
    there = to_student(protocol.pack(value), "torch")

    assert (repr(value), protocol.pack(value)) == (repr(there), from_student(there))


class Text(str):
    """A string of the student's own kind."""


class Count(int):
    """A number of the student's own kind."""


def tensor(values: Any, library: Literal["torch", "numpy"] = "numpy") -> Tensor:
    values = np.asarray(values)
    return Tensor(values.dtype.name, values.shape, values.tobytes(), library)


def nested(depth: int) -> Any:
    return [] if depth == 0 else [nested(depth - 1)]


CROSSING: dict[str, tuple[Callable[[], Any], Any]] = {
    "the greatest integer": (lambda: (1 << 63) - 1, (1 << 63) - 1),
    "too great": (lambda: 1 << 63, Opaque("int")),
    "the smallest": (lambda: -(1 << 63), -(1 << 63)),
    "too small": (lambda: -(1 << 63) - 1, Opaque("int")),
    "a long string": (lambda: "x" * 10_001, "x" * 10_000),
    "half a surrogate pair": (lambda: "a\ud800", "a?"),
    "a kind of string": (lambda: Text("a"), "a"),
    "a kind of integer": (lambda: Count(1), Opaque("Count")),
    "a complex number": (lambda: 1j, Opaque("complex")),
    "an object": (object, Opaque("object")),
    "a long name": (type("N" * 300, (), {}), Opaque("N" * 200)),
    "a set": (lambda: {1}, Opaque("set")),
    "a range": (lambda: range(3), Sequence("list", (0, 1, 2))),
    "a generator": (lambda: (i for i in (1, 2)), Sequence("list", (1, 2))),
    "a dict": (lambda: {1: "a", "k" * 300: None}, Mapping((("1", "a"), ("k" * 200, None)))),
    "a NumPy number": (lambda: np.float32(1.5), tensor(np.float32(1.5))),
    "a view": (lambda: ARRAY.T[::-1], tensor(np.array([[2, 4], [1, 3]], "float32"))),
    "big-endian": (lambda: ARRAY.astype(">f4"), tensor(ARRAY)),
    "objects": (lambda: np.array([[1, None]], dtype=object), Sequence("list", (Sequence("list", (1, None)),))),
    "eight axes": (lambda: np.zeros((1,) * 8), tensor(np.zeros((1,) * 8))),
    "nine axes": (lambda: np.zeros((1,) * 9), Opaque("array with 9 axes")),
    "too many bytes": (lambda: np.broadcast_to(np.zeros(1), (1 << 23,)), Opaque("array of 64 MiB")),
    "texts": (lambda: np.array(["ab"]), Opaque("array of str64")),
    "dates": (lambda: np.array(["2026-01-01"], dtype="datetime64[D]"), Opaque("array of datetime64[D]")),
    "long doubles": (lambda: np.array([1.5, 2], np.longdouble), tensor([1.5, 2.0])),
    "a long double": (lambda: np.longdouble(1.5), tensor(np.float64(1.5))),
    "long complex numbers": (lambda: np.array([1j], np.clongdouble), tensor([1j])),
    "fractions": (lambda: [Fraction(1, 2), Decimal("0.25")], Sequence("list", (0.5, 0.25))),
    "an array of fractions": (lambda: np.array([Fraction(1, 2)]), Sequence("list", (0.5,))),
    "a fraction beyond all floats": (lambda: Fraction(10**400), Opaque("Fraction")),
    "a Decimal that signals": (lambda: Decimal("sNaN"), Opaque("Decimal")),
    "the values of a dict": (lambda: {"a": 1, "b": [2.0]}.values(), Sequence("list", (1, Sequence("list", (2.0,))))),
    "a deque": (lambda: deque([1, [2.0]], maxlen=2), Sequence("list", (1, Sequence("list", (2.0,))))),
    "Python's own array": (lambda: array("f", [1, 2]), tensor(np.array([1, 2], "float32"))),
    "a memoryview": (lambda: memoryview(np.arange(3)), tensor(np.arange(3))),
    "a memoryview of bytes": (lambda: memoryview(b"ab"), tensor(np.array([97, 98], "uint8"))),
    "too many long doubles": (
        lambda: np.broadcast_to(np.zeros(1, np.longdouble), (1 << 40,)),
        Opaque(f"array of {np.dtype(np.longdouble).itemsize << 20} MiB"),
    ),
    "float8": (lambda: torch.ones(2).to(torch.float8_e4m3fn), tensor(np.ones(2, "float32"), "torch")),
    "a tensor": (lambda: torch.ones(2, requires_grad=True), tensor(np.ones(2, "float32"), "torch")),
    "bfloat16": (lambda: torch.ones(2, dtype=torch.bfloat16), tensor(np.ones(2, "float32"), "torch")),
    "sparse": (lambda: torch.eye(2).to_sparse(), tensor(np.eye(2, dtype="float32"), "torch")),
    "conjugated": (
        lambda: torch.tensor([1 + 2j]).conj(),
        tensor(np.array([1 - 2j], dtype="complex64"), "torch"),
    ),
    "negated": (lambda: torch.tensor([1 + 2j]).conj().imag, tensor(np.array([-2], "float32"), "torch")),
}


@pytest.mark.parametrize(("make", "crosses"), CROSSING.values(), ids=CROSSING)
def test_answers(make: Callable[[], Any], crosses: Any) -> None:
    """Values with their memory as it is read; whatever does not cross by the name of its type."""
    assert crosses == from_student(make())


@pytest.mark.parametrize(("depth", "most"), [(15, 15), (16, 16), (17, 16), (40, 16)])
def test_nesting(depth: int, most: int) -> None:
    """Lists inside lists, as deep as the protocol allows."""
    found: Any = from_student(nested(depth))
    deep = 0
    while isinstance(found, Sequence) and found.items:
        found, deep = found.items[0], deep + 1

    assert most == deep
    assert (Opaque("list") if depth >= 16 else Sequence("list", ())) == found


def test_memory_is_shared() -> None:
    """Whether a result is its argument can only be told from the memory itself."""
    given = torch.ones(2)

    assert np.may_share_memory(as_numpy(given), as_numpy(given[1:]))
    assert as_numpy([1.0]) is None


@pytest.mark.parametrize("make", [lambda row: [row] * 400, lambda row: iter([row] * 400)])
def test_a_whole_picture_as_lists(make: Callable[[list[float]], Any]) -> None:
    """More numbers than an answer may have members come as one array; lists of other lengths stay lists."""
    row = [0.5] * 300

    found: Any = from_student(make(row))

    assert ((400, 300), "float64") == (found.shape, found.dtype)
    assert "list" == getattr(from_student([row] * 400 + [row[1:]]), "kind", "")
