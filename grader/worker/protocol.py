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
MOST_PLAUSIBLE = 1 << 36  # bytes: an answer of more fits into no memory, so that the prefix is none
MOST_ANSWER_BYTES = 4 << 20  # of one array of an answer to a call: a check asks for thousands of values, not millions
MOST_CALL_BYTES = 4 * MOST_ANSWER_BYTES  # of all that is told about a call
MOST_DIMENSIONS = 8
MOST_NESTING = 16  # lists inside lists
MOST_ITEMS = 100_000  # members of one reply, all levels together
MOST_TEXT = 10_000  # characters of a string
MOST_NAMES = 20_000  # changed arguments and the like of one reply
MOST_NAME, MOST_MESSAGE, MOST_TRACEBACK = 200, 2000, 4000  # characters
MOST_PARTS = 5 * MOST_ITEMS  # of its MessagePack: an empty list is four of them
UNCOUNTED_BYTES = 1 << 16  # frames too small for their parts to matter
DTYPES = frozenset(
    {"bool", "float16", "float32", "float64", "complex64", "complex128"}
    | {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
)

Library = Literal["numpy", "torch", "list"]


class ProtocolError(Exception):
    """A frame that does not fit the protocol."""


class TooLong(ProtocolError):
    """A frame of more bytes than may be sent at once."""


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    pass


class Tensor(_Wire, frozen=True, tag=1):
    """An array: its bytes in C order and this machine's byte order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    library: Library = "numpy"


class Sequence(_Wire, frozen=True, tag=2):
    kind: Literal["list", "tuple"]
    items: tuple[Value, ...]


class Mapping(_Wire, frozen=True, tag=3):
    items: tuple[tuple[str, Value], ...]


class Opaque(_Wire, frozen=True, tag=4):
    """An object that does not cross: the name of its type only."""

    type_name: str


Value = None | bool | int | float | str | Tensor | Sequence | Mapping | Opaque


class Call(_Wire, frozen=True):
    """One call of a student's function."""

    function: str
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    library: Library = "torch"  # what the arrays are handed over as
    seed: int | None = None  # re-seed every generator first


class Request(_Wire, frozen=True):
    """What the judge asks for. `arguments` are the procedure's own, see `procedures`."""

    procedure: str
    arguments: tuple[Value, ...] = ()
    calls: tuple[Call, ...] = ()  # for the procedure "calls": one Reply each, in order


class Raised(_Wire, frozen=True):
    """An exception in student code, as text."""

    type_name: str
    message: str
    line: int | None = None  # in the student's code
    traceback: str = ""  # the student's frames only
    internal: bool = False  # refused by the worker before student code ran (no such function, ...)
    file: str = ""  # where `line` is: another file than the exercise's, or a cell of a notebook


class Reply(_Wire, frozen=True):
    """The answer to one call or one other request."""

    value: Value = None
    raised: Raised | None = None
    changed: tuple[tuple[str, Value], ...] = ()  # arguments that differ after the call, with what they became
    aliases: tuple[str, ...] = ()  # arguments whose memory the result shares


_encode_into = msgspec.msgpack.Encoder().encode_into
_decode_reply = msgspec.msgpack.Decoder(Reply)
_decode_request = msgspec.msgpack.Decoder(Request)


def frame(message: Request | Reply) -> bytearray:
    """The bytes of one message."""
    whole = bytearray(8)
    _encode_into(message, whole, 8)
    struct.pack_into("<Q", whole, 0, len(whole) - 8)
    return whole


def body_length(prefix: bytes, limit: int = MOST_FRAME_BYTES) -> int:
    """The length that an 8-byte prefix announces. Raises TooLong, or ProtocolError when it can be none, over `limit`."""
    if len(prefix) != 8:
        raise ProtocolError(f"a frame starts with 8 bytes, not {len(prefix)}")
    length = int.from_bytes(prefix, "little")
    if length > limit:
        kind = TooLong if length <= MOST_PLAUSIBLE else ProtocolError
        raise kind(f"a frame of {length:,} bytes is over the limit of {limit:,}")
    return length


def read_request(body: bytes | bytearray) -> Request:
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
    _check_words(reply)
    budget = [MOST_ITEMS]
    _check(reply.value, budget, 0)
    for _, value in reply.changed:
        _check(value, budget, 0)
    return reply


def _check_words(reply: Reply) -> None:
    names = [*reply.aliases, *(name for name, _ in reply.changed)]
    if len(names) > MOST_NAMES:
        raise ProtocolError(f"a reply has more than {MOST_NAMES:,} names")
    for name in names:
        _check_length(name, MOST_NAME)
    if reply.raised is not None:
        _check_length(reply.raised.type_name, MOST_NAME)
        _check_length(reply.raised.message, MOST_MESSAGE)
        _check_length(reply.raised.traceback, MOST_TRACEBACK)
        _check_length(reply.raised.file, MOST_NAME)


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise ProtocolError(f"a text of {len(text):,} characters is over the limit of {most:,}")


# How far it is from the first byte of a MessagePack part to the next part, by that byte; 0: see below
_STEP = [1] * 0x80 + [0] * 0x20 + [1 + length for length in range(32)] + [0] * 0x20 + [1] * 0x20
_STEP[0xC0:0xC4] = 1, 0, 1, 1  # nil, never used, false, true
_STEP[0xCA:0xD4] = 5, 9, 2, 3, 5, 9, 2, 3, 5, 9  # floats, unsigned and signed integers
_STEP[0xD4:0xD9] = 3, 4, 6, 10, 18  # extensions of fixed length
_CHILDREN = {0x80 + size: 2 * size for size in range(16)} | {0x90 + size: size for size in range(16)}
_LENGTH_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_LONG_CHILDREN = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}  # width of the count, times


def _count_parts(body: bytes) -> None:
    """Refuse a frame of too many parts before objects are made of them: a byte there can be 70 here."""
    at, left, counted = 0, 1, 0
    while left > 0 and at < len(body):
        left, counted = left - 1, counted + 1
        if counted > MOST_PARTS:
            raise ProtocolError(f"a reply has more than {MOST_PARTS:,} parts")
        first = body[at]
        if step := _STEP[first]:
            at += step
        elif first in _CHILDREN:
            at, left = at + 1, left + _CHILDREN[first]
        elif first in _LENGTH_BYTES:
            end = at + 1 + _LENGTH_BYTES[first]
            at = end + int.from_bytes(body[at + 1 : end], "big") + (0xC7 <= first <= 0xC9)
        elif first in _LONG_CHILDREN:
            width, times = _LONG_CHILDREN[first]
            left += times * int.from_bytes(body[at + 1 : at + 1 + width], "big")
            at += 1 + width
        else:
            raise ProtocolError("a frame is no MessagePack")


def _check(value: Value, budget: list[int], depth: int) -> None:
    budget[0] -= 1
    if budget[0] < 0 or depth > MOST_NESTING:
        raise ProtocolError("a reply has too many members or is nested too deep")
    if isinstance(value, Tensor):
        _check_tensor(value)
    elif isinstance(value, str):
        _check_length(value, MOST_TEXT)
    elif isinstance(value, Opaque):
        _check_length(value.type_name, MOST_NAME)
    elif isinstance(value, Sequence):
        for item in value.items:
            _check(item, budget, depth + 1)
    elif isinstance(value, Mapping):
        for name, item in value.items:
            _check_length(name, MOST_NAME)
            _check(item, budget, depth + 1)


def _check_tensor(tensor: Tensor) -> None:
    if tensor.dtype not in DTYPES:
        raise ProtocolError(f"dtype {tensor.dtype[:40]!r} is not allowed")
    if len(tensor.shape) > MOST_DIMENSIONS or any(not 0 <= size < 1 << 31 for size in tensor.shape):
        raise ProtocolError(f"shape {tensor.shape[:MOST_DIMENSIONS]} is not allowed")
    # no bytes at all may still be two thousand million empty rows
    if 0 in tensor.shape and math.prod(max(size, 1) for size in tensor.shape) > MOST_ITEMS:
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
