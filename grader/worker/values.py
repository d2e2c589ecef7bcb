"""Between the wire's values and what student code works with: tensors, arrays, numbers, lists.

Runs in the worker. The judge's own side of the same is `protocol.pack` and `protocol.unpack`.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import ValuesView
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import torch

from grader.worker import protocol

WITHOUT_NUMPY = frozenset(getattr(torch, name) for name in dir(torch) if name.startswith(("bfloat16", "float8_")))
WIDE = {"g": "float64", "G": "complex128"}  # long doubles are of another size on every kind of machine


def to_student(value: protocol.Value, library: protocol.Library) -> Any:
    """A fresh object of `library` ("torch" or "numpy") for a student's function: never shared, always writable."""
    if isinstance(value, protocol.Tensor):
        values = np.frombuffer(bytearray(value.data), dtype=value.dtype).reshape(value.shape)
        return torch.from_numpy(values) if library == "torch" else values
    if isinstance(value, protocol.Sequence):
        items = [to_student(item, library) for item in value.items]
        return items if value.kind == "list" else tuple(items)
    if isinstance(value, protocol.Mapping):
        return {key: to_student(item, library) for key, item in value.items}
    return value


def from_student(value: Any, depth: int = 0, most: int = protocol.MOST_FRAME_BYTES) -> protocol.Value:
    """What student code returned, for the wire. Objects that cannot cross become Opaque, as do arrays over `most` bytes.

    Generators, ranges and the values of a dict are read out as lists, so a function that yields its rows counts as
    returning them.
    """
    if value is None or type(value) in (bool, float):
        return value  # type: ignore[no-any-return]
    if type(value) is int:
        return value if -(1 << 63) <= value < 1 << 63 else protocol.Opaque("int")
    if isinstance(value, str):
        return str(value)[: protocol.MOST_TEXT].encode("utf-8", "replace").decode()
    if isinstance(value, Fraction | Decimal):
        return _number(value)
    memory = as_numpy(value)
    if memory is not None:
        return _tensor(memory, value, most)
    if depth == 0 and hasattr(type(value), "__next__"):
        value = list(value)
    if depth == 0 and (many := _many(value)) is not None:
        return _tensor(many, value, most)
    if depth < protocol.MOST_NESTING:
        if isinstance(value, dict):
            return protocol.Mapping(
                tuple((str(k)[: protocol.MOST_NAME], from_student(v, depth + 1, most)) for k, v in value.items())
            )
        if isinstance(value, list | tuple | range | deque | ValuesView) or hasattr(type(value), "__next__"):
            kind: Literal["list", "tuple"] = "tuple" if isinstance(value, tuple) else "list"
            return protocol.Sequence(kind, tuple(from_student(item, depth + 1, most) for item in value))
    return protocol.Opaque(type(value).__name__[: protocol.MOST_NAME])


def _many(value: Any) -> np.ndarray | None:
    """Nested lists of more numbers than an answer may have members, such as a whole picture, as one array."""
    count, inner = 1, value
    for _ in range(protocol.MOST_NESTING):  # a list may hold itself
        if not isinstance(inner, list | tuple) or not inner:
            break
        count, inner = count * len(inner), inner[0]
    if count <= protocol.MOST_ITEMS // 2:
        return None
    try:
        values = np.array(value)
    except (ValueError, TypeError, OverflowError, RuntimeError):  # ragged, or no numbers
        return None
    return values if values.dtype.kind in "biuf" else None


def _number(value: Fraction | Decimal) -> protocol.Value:
    try:
        return float(value)
    except (OverflowError, ValueError):  # beyond all floats, or a signalling NaN
        return protocol.Opaque(type(value).__name__[: protocol.MOST_NAME])


def as_numpy(value: Any) -> np.ndarray | None:
    """The memory of a tensor, an array (NumPy's or Python's) or a NumPy scalar as an ndarray; None for anything else."""
    if isinstance(value, torch.Tensor):
        plain = value.detach().cpu()
        if plain.is_sparse:
            plain = plain.to_dense()
        if plain.dtype in WITHOUT_NUMPY:
            plain = plain.float()
        return plain.resolve_conj().resolve_neg().numpy()
    if isinstance(value, np.ndarray | np.generic | array | memoryview):
        return np.asarray(value)
    return None


def _tensor(values: np.ndarray, original: Any, most: int) -> protocol.Value:
    library: protocol.Library = "torch" if isinstance(original, torch.Tensor) else "numpy"
    if values.dtype == object:
        return from_student(values.tolist(), 0, most)
    if values.ndim > protocol.MOST_DIMENSIONS:
        return protocol.Opaque(f"array with {values.ndim} axes")
    if values.nbytes >= most:
        return protocol.Opaque(f"array of {values.nbytes >> 20} MiB")
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype.char in WIDE:
        with np.errstate(over="ignore"):
            values = values.astype(WIDE[values.dtype.char])
    if values.dtype.name not in protocol.DTYPES:
        return protocol.Opaque(f"array of {values.dtype.name}"[: protocol.MOST_NAME])
    return protocol.Tensor(values.dtype.name, values.shape, np.ascontiguousarray(values).tobytes(), library)
