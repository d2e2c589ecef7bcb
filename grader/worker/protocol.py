"""What crosses the pipe between judge and worker: length-prefixed MessagePack, plain values, never objects.

    frame   = 8-byte little-endian length, then that many bytes of MessagePack
    value   = None | bool | int | float | str | Tensor | Sequence | Mapping | Opaque

The judge believes nothing that a worker sends: the length is checked before a byte of the body is read,
every field is typed, dtypes come from an allow-list, and the byte count of an array must be exactly what its
dtype and shape say. Whatever does not fit raises ProtocolError. Nothing is ever unpickled.

Both sides import this module; it imports neither torch nor anything else of the grader.
"""

from __future__ import annotations

import math
import struct
from typing import Any, Literal

import msgspec
import numpy as np

MOST_FRAME_BYTES = 64 << 20
MOST_DIMENSIONS = 8
MOST_NESTING = 16  # lists inside lists
MOST_ITEMS = 100_000  # members of one reply, all levels together
MOST_PARTS = 5 * MOST_ITEMS  # of its MessagePack: an empty list is four of them
UNCOUNTED_BYTES = 1 << 16  # frames too small for their parts to matter
DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)

Library = Literal["numpy", "torch", "list"]


class ProtocolError(Exception):
    """A frame that does not fit the protocol."""


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    pass


class Tensor(_Wire, tag=1):
    """An array. `declared` is the dtype the student's object had when it is none of ours (bfloat16)."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    library: Library = "numpy"
    declared: str = ""


class Sequence(_Wire, tag=2):
    kind: Literal["list", "tuple"]
    items: tuple[Value, ...]


class Mapping(_Wire, tag=3):
    items: tuple[tuple[str, Value], ...]


class Opaque(_Wire, tag=4):
    """An object that does not cross: the name of its type only."""

    type_name: str


Value = None | bool | int | float | str | Tensor | Sequence | Mapping | Opaque


class Call(_Wire):
    """One call of a student's function."""

    function: str
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    library: Library = "torch"  # what the arrays are handed over as
    seed: int | None = None  # re-seed every generator first


class Request(_Wire):
    """What the judge asks for. `arguments` are the procedure's own, see `procedures`."""

    procedure: str
    arguments: tuple[Value, ...] = ()
    calls: tuple[Call, ...] = ()  # for the procedure "calls": one Reply each, in order


class Raised(_Wire):
    """An exception in student code, as text."""

    type_name: str
    message: str
    line: int | None = None  # in the student's file
    traceback: str = ""  # the student's frames only
    internal: bool = False  # refused by the worker before student code ran (no such function, ...)


class Reply(_Wire):
    """The answer to one call or one other request."""

    value: Value = None
    raised: Raised | None = None
    changed: tuple[tuple[str, Value], ...] = ()  # arguments that differ after the call, with what they became
    aliases: tuple[str, ...] = ()  # arguments whose memory the result shares
    operators: tuple[str, ...] = ()  # aten operators seen, when asked for
    seconds: float = 0.0


_encode = msgspec.msgpack.Encoder().encode
_decode_reply = msgspec.msgpack.Decoder(Reply)
_decode_request = msgspec.msgpack.Decoder(Request)


def frame(message: Request | Reply) -> bytes:
    """The bytes of one message."""
    body = _encode(message)
    return struct.pack("<Q", len(body)) + body


def body_length(prefix: bytes, limit: int = MOST_FRAME_BYTES) -> int:
    """The length that an 8-byte prefix announces. Raises ProtocolError when it is over `limit`."""
    if len(prefix) != 8:
        raise ProtocolError(f"a frame starts with 8 bytes, not {len(prefix)}")
    length = int.from_bytes(prefix, "little")
    if length > limit:
        raise ProtocolError(f"a frame of {length:,} bytes is over the limit of {limit:,}")
    return length


def read_request(body: bytes) -> Request:
    """Decode on the worker's side."""
    return _decode_request.decode(body)


def read_reply(body: bytes) -> Reply:
    """Decode on the judge's side and check every size. Raises ProtocolError."""
    if len(body) > UNCOUNTED_BYTES:
        _count_parts(body)
    try:
        reply = _decode_reply.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError) as problem:
        raise ProtocolError(f"a frame could not be decoded: {problem}") from None
    budget = [MOST_ITEMS]
    _check(reply.value, budget, 0)
    for _, value in reply.changed:
        _check(value, budget, 0)
    return reply


# What follows the first byte of a MessagePack part, see the format's specification: a number of bytes ...
_BYTES = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_BYTES |= {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17}
_BYTES |= {first: 0 for first in (*range(0x80), *range(0xE0, 0x100))}
_BYTES |= {0xA0 + length: length for length in range(32)}
# ... a number of parts; or a length in so many bytes, and then so many times that many bytes or parts
_PARTS = {0x80 + length: 2 * length for length in range(16)} | {0x90 + length: length for length in range(16)}
_LONG_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4}
_LONG_PARTS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def _count_parts(body: bytes) -> None:
    """Refuse a frame of too many parts before objects are made of them: a byte there can be 70 here."""
    at, left, counted = 0, 1, 0
    while left > 0 and at < len(body):
        counted += 1
        if counted > MOST_PARTS:
            raise ProtocolError(f"a reply has more than {MOST_PARTS:,} parts")
        first = body[at]
        at, left = at + 1, left - 1
        if first in _BYTES:
            at += _BYTES[first]
        elif first in _PARTS:
            left += _PARTS[first]
        elif first in _LONG_BYTES:
            end = at + _LONG_BYTES[first]
            at = end + int.from_bytes(body[at:end], "big") + (0xC7 <= first <= 0xC9)
        elif first in _LONG_PARTS:
            width, times = _LONG_PARTS[first]
            left += times * int.from_bytes(body[at : at + width], "big")
            at += width


def _check(value: Value, budget: list[int], depth: int) -> None:
    budget[0] -= 1
    if budget[0] < 0 or depth > MOST_NESTING:
        raise ProtocolError("a reply has too many members or is nested too deep")
    if isinstance(value, Tensor):
        _check_tensor(value)
    elif isinstance(value, Sequence):
        for item in value.items:
            _check(item, budget, depth + 1)
    elif isinstance(value, Mapping):
        for _, item in value.items:
            _check(item, budget, depth + 1)


def _check_tensor(tensor: Tensor) -> None:
    if tensor.dtype not in DTYPES:
        raise ProtocolError(f"dtype {tensor.dtype[:40]!r} is not allowed")
    if len(tensor.shape) > MOST_DIMENSIONS or any(not 0 <= size < 1 << 31 for size in tensor.shape):
        raise ProtocolError(f"shape {tensor.shape[:MOST_DIMENSIONS]} is not allowed")
    # Python integers: a zero dimension must not hide that the others overflow NumPy's index type
    if math.prod(max(size, 1) for size in tensor.shape) > 1 << 40:
        raise ProtocolError(f"shape {tensor.shape} is not allowed")
    expected = math.prod(tensor.shape) * np.dtype(tensor.dtype).itemsize
    if expected != len(tensor.data):
        raise ProtocolError(f"{len(tensor.data)} bytes do not fill {tensor.dtype} of shape {tensor.shape}")


def pack(value: Any) -> Value:
    """A judge's value (NumPy arrays, numbers, strings, lists, tuples) for the wire. Raises TypeError."""
    if isinstance(value, np.ndarray):
        if value.dtype.name not in DTYPES or not value.dtype.isnative:
            raise TypeError(f"arrays of dtype {value.dtype} cannot be sent")
        return Tensor(value.dtype.name, value.shape, np.ascontiguousarray(value).tobytes())
    if isinstance(value, np.generic):
        return pack(value.item())
    if value is None or isinstance(value, bool | int | float | str | Tensor | Sequence | Mapping | Opaque):
        return value
    if isinstance(value, list | tuple):
        return Sequence("list" if isinstance(value, list) else "tuple", tuple(map(pack, value)))
    if isinstance(value, dict):
        return Mapping(tuple((str(key), pack(item)) for key, item in value.items()))
    raise TypeError(f"a {type(value).__name__} cannot be sent to a worker")


def unpack(value: Value) -> Any:
    """The judge's form of a checked value: arrays become fresh, writable NumPy arrays; Opaque stays."""
    if isinstance(value, Tensor):
        return np.frombuffer(bytearray(value.data), dtype=value.dtype).reshape(value.shape)
    if isinstance(value, Sequence):
        items = [unpack(item) for item in value.items]
        return items if value.kind == "list" else tuple(items)
    if isinstance(value, Mapping):
        return {key: unpack(item) for key, item in value.items}
    return value
