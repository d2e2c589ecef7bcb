"""What crosses the pipe: everything allowed arrives unchanged, and nothing else arrives at all."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.worker import protocol
from grader.worker.protocol import ProtocolError, body_length, frame, pack, read_reply, unpack

encode = msgspec.msgpack.encode

ARRAYS = st.sampled_from(sorted(protocol.DTYPES)).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
SCALARS = st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


def sent(value: Any) -> Any:
    """`value` after its way through the pipe."""
    data = frame(protocol.Reply(value=pack(value)))
    assert body_length(data[:8]) == len(data) - 8
    return unpack(read_reply(data[8:]).value)


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, bit for bit; NaN is NaN here."""
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    return type(one) is type(other) and bool(one == other)


@settings(max_examples=150, deadline=None)
@given(VALUES)
@example(np.array(np.nan, dtype="float16"))
@example(np.zeros((0, 3), dtype="complex64"))
@example(np.array([np.nan, -0.0, np.inf]))
def test_every_allowed_value_arrives_unchanged(value: Any) -> None:
    """All dtypes, 0-d, empty, NaN, whatever is inside lists, tuples and dictionaries."""

    assert same(value, sent(value))


@pytest.mark.parametrize("dtype", sorted(protocol.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)])
def test_arrays_arrive_fresh_and_writable(dtype: str, shape: tuple[int, ...]) -> None:
    """What the judge does with an array reaches nobody else's."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    arrived = sent(array)

    assert arrived.flags.writeable
    assert not np.shares_memory(arrived, array)
    assert same(array, arrived)


@pytest.mark.parametrize("order", [np.s_[::2], np.s_[::-1], np.s_[:, ::3]])
def test_arrays_that_lie_scattered_arrive_in_order(order: Any) -> None:
    """Views, reversed and transposed arrays."""
    array = np.arange(24.0).reshape(4, 6)[order]

    assert np.array_equal(array, sent(array))
    assert np.array_equal(array.T, sent(array.T))


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, dtype=">f8"),
        np.zeros(2, dtype=[("a", "f4")]),
        np.zeros(2, dtype="datetime64[s]"),
        object(),
        {1, 2},
        [print],
    ],
)
def test_nothing_else_is_sent(value: Any) -> None:
    """Objects, text arrays, foreign byte orders and records stay on their side."""
    with pytest.raises(TypeError):
        pack(value)


# --- what a worker may try ----------------------------------------------------------------------------


def tensor(dtype: Any = "float32", shape: Any = (1,), data: Any = b"0123", *more: Any) -> list[Any]:
    return [1, dtype, list(shape) if isinstance(shape, tuple) else shape, data, *more]


HOSTILE = {
    "object dtype": tensor("object", (1,), b"\0" * 8),
    "pickled": tensor("O", (1,), b"\0" * 8),
    "big-endian": tensor(">f4"),
    "text": tensor("<U1"),
    "records": tensor("f4,f4", (1,), b"\0" * 8),
    "dates": tensor("datetime64[s]", (1,), b"\0" * 8),
    "empty dtype": tensor(""),
    "endless dtype": tensor("f" * 100_000),
    "dtype no text": tensor(7),
    "negative size": tensor(shape=(-1,)),
    "two negative sizes": tensor("uint8", (-2, -2)),
    "huge beside zero": tensor("uint8", (1 << 62, 1 << 62, 0), b""),
    "huge": tensor("uint8", (1 << 40,), b""),
    "beyond 64 bits": tensor("uint8", ((1 << 64) - 1,), b""),
    "many sizes": tensor("uint8", (1,) * 33, b"0"),
    "fraction": tensor(shape=(1.0,)),
    "truth for a size": tensor(shape=(True,)),
    "shape no list": tensor(shape=4),
    "too few bytes": tensor("float64"),
    "too many bytes": tensor("float32", (), b"01234"),
    "bytes for nothing": tensor("float32", (0,), b"0"),
    "text for bytes": tensor(data="0123"),
    "foreign library": tensor("float32", (1,), b"0123", "jax"),
    "a field more": tensor("float32", (1,), b"0123", "numpy", 1),
    "unknown tag": [9, "x"],
    "no tag": [],
    "sequence of a foreign kind": [2, "set", []],
    "hidden in a list": [2, "list", [tensor("object")]],
    "hidden in a mapping": [3, [["k", tensor("object")]]],
    "mapping with a number for a key": [3, [[1, None]]],
    "plain dictionary": {"a": 1},
    "bytes": b"raw",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["value", "changed"])
def test_hostile_values_are_refused(name: str, place: str) -> None:
    """Wherever in a reply they stand."""
    body = encode([HOSTILE[name]] if place == "value" else [None, None, [["X", HOSTILE[name]]]])

    with pytest.raises(ProtocolError):
        read_reply(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"\x90" * 2,
        encode([None] * 7),
        encode([None, 3]),
        encode([None, None, None]),
        encode([None, None, [], [1]]),
        encode([None, None, [], [], [], "soon"]),
        encode({"value": 1}),
        encode([1]) + b"\0",
        encode(["x"])[:-1] + b"\xff",
        b"\x91" + b"\x93\x02\xa4list\x91" * 20 + b"\xc0",
        b"\x91" * 100_000,
        b"\x91" + b"\x93\x02\xa4list\x91" * 100_000,
        b"\x91\xdd\xff\xff\xff\xff",
        b"\x91\xc6\xff\xff\xff\xff",
        b"\x91\x93\x02\xa4list\xdd\xff\xff\xff\xff" + bytes(100),
        b"\x91\xd8" + bytes(20),
    ],
)
def test_malformed_replies_are_refused(body: bytes) -> None:
    """Cut off, too long, too deep, of other types."""
    with pytest.raises(ProtocolError):
        read_reply(body)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("type_name", protocol.MOST_NAME),
        ("message", protocol.MOST_MESSAGE),
        ("traceback", protocol.MOST_TRACEBACK),
        ("file", protocol.MOST_NAME),
    ],
)
def test_an_exception_of_too_many_words_is_refused(field: str, most: int) -> None:
    """Each of its texts has a limit."""
    full = protocol.Reply(raised=protocol.Raised(**{"type_name": "E", "message": "", field: "x" * most}))
    over = protocol.Reply(raised=protocol.Raised(**{"type_name": "E", "message": "", field: "x" * (most + 1)}))

    assert full == read_reply(frame(full)[8:])
    with pytest.raises(ProtocolError):
        read_reply(frame(over)[8:])


@given(st.binary(max_size=12))
def test_a_length_is_within_the_limit_or_refused(prefix: bytes) -> None:
    """Also when it is no length at all."""
    try:
        length = body_length(prefix, limit=1000)
    except ProtocolError:
        return

    assert prefix == struct.pack("<Q", length)
    assert length <= 1000


def read_soundly(body: bytes) -> None:
    """One kind of error, or a reply of which every value unpacks to no more than it took."""
    try:
        reply = read_reply(body)
    except ProtocolError:
        return
    for value in [reply.value, *(value for _, value in reply.changed)]:
        assert _size(unpack(value)) <= len(body)


def _size(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, dict):
        value = [*value.values()]
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 0


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda data: b"\x91\x95\x01\xa5uint8" + data))
def test_random_bytes_are_read_soundly(body: bytes) -> None:
    """Noise, and noise where an array should be."""
    read_soundly(body)


SOUND = [
    frame(protocol.Reply(value=pack(value), changed=(("X", pack(value)),), aliases=("X",)))[8:]
    for value in (np.zeros((2, 3)), [1, "a", (None, np.ones(2, "int8"))], {"k": True}, 1 << 40, "text", None)
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SOUND),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=5)),
        min_size=1,
        max_size=4,
    ),
)
def test_mutated_replies_are_read_soundly(body: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    """Bytes replaced, put in and taken out."""
    for place, dropped, new in changes:
        at = int(place * len(body))
        body = body[:at] + new + body[at + dropped :]
    read_soundly(body)


WIRE = st.recursive(
    SCALARS
    | st.binary(max_size=8)
    | st.builds(
        tensor,
        st.sampled_from(["float32", "uint8", "bool", "object", ">f4", ""]) | st.text(max_size=3),
        st.lists(st.integers(-2, 3) | st.integers(0, (1 << 64) - 1), max_size=10),
        st.binary(max_size=16),
        SCALARS,
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(lambda items: [2, "list", items])
        | st.lists(st.tuples(st.text(max_size=2), inner), max_size=3).map(lambda items: [3, items])
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WIRE, max_size=7))
def test_replies_made_up_of_the_right_pieces_are_read_soundly(reply: list[Any]) -> None:
    """Well-formed MessagePack, shaped nearly like a reply."""
    read_soundly(encode(reply))


def listed(count: int, item: bytes, before: bytes = b"\x91\x93\x02\xa4list") -> bytes:
    return before + b"\xdd" + struct.pack(">I", count) + item * count


COUNT = 1 << 20
SWARMS = {
    "nothing": listed(COUNT, b"\xc0"),
    "texts": listed(COUNT, b"\xa2ab"),
    "numbers": listed(COUNT, b"\xcd\x01\x01"),
    "lists": listed(COUNT, b"\x93\x02\xa4list\x90"),
    "types": listed(COUNT, b"\x92\x04\xa1a"),
    "arrays": listed(COUNT, b"\x94\x01\xa4bool\x90\xc4\x00"),
    "pairs": listed(COUNT, b"\x92\xa1a\xc0", b"\x91\x92\x03"),
    "sizes": listed(COUNT, b"\xcd\x01\x01", b"\x91\x94\x01\xa4bool") + b"\xc4\x00",
    "changes": listed(COUNT, b"\x92\xa1a\xc0", b"\x93\xc0\xc0"),
    "aliases": listed(COUNT, b"\xa2ab", b"\x94\xc0\xc0\x90"),
    "texts in an unknown place": listed(COUNT, b"\xa2ab", b"\x95\xc0\xc0\x90\x90"),
    "lists of lists": listed(COUNT >> 4, b"\x93\x02\xa4list\xdc\x00\x10" + b"\xa1a" * 16),
    "lists in an unknown place": listed(COUNT, b"\x90", b"\x97" + b"\xc0" * 6),
}


@pytest.mark.parametrize("name", SWARMS)
def test_swarms_of_small_things_take_little_memory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte on the wire could be a 70-byte object here: the parts are counted before objects are made."""
    monkeypatch.setattr(protocol, "MOST_PARTS", 5000)  # counting under tracemalloc takes its time
    tracemalloc.start()
    with pytest.raises(ProtocolError, match="more than 5,000 parts"):
        read_reply(SWARMS[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1 << 20


def test_the_largest_reply_allowed_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the limit of parts takes less than 5 MiB, in the form that costs most."""
    tenth = protocol.MOST_PARTS // 10
    monkeypatch.setattr(protocol, "MOST_PARTS", tenth)
    monkeypatch.setattr(protocol, "MOST_ITEMS", 1000)
    body = listed(tenth // 3 - 10, b"\x92\xa1a\xc0", b"\x91\x92\x03")
    tracemalloc.start()
    with pytest.raises(ProtocolError, match="too many members"):
        read_reply(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 5 << 20


def test_large_arrays_and_lists_pass() -> None:
    """The limits are far from what students return."""
    array = np.zeros((1000, 1000))
    body = frame(protocol.Reply(value=pack([array, list(range(50_000))])))[8:]
    tracemalloc.start()
    arrived = unpack(read_reply(body).value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert same(arrived, [array, list(range(50_000))])
    assert peak < 3 * len(body)


FIXED = [
    None,
    True,
    1,
    -1,
    200,
    70_000,
    1 << 40,
    -100,
    -40_000,
    -(1 << 40),
    0.5,
    "a",
    "ä" * 40,
    "a" * 300,
    "a" * 70_000,
]
PARTS = [*FIXED, b"a", b"a" * 300, b"a" * 70_000, [], [1] * 20, [1] * 70_000, {}, {i: i for i in range(20)}]


@pytest.mark.parametrize("part", [*PARTS, {i: i for i in range(70_000)}, msgspec.msgpack.Ext(5, b"1234")])
def test_parts_are_counted_as_the_decoder_counts_them(part: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of MessagePack part is passed over exactly: what stands behind it is still counted."""
    children = len(part) * (1 + isinstance(part, dict)) if isinstance(part, list | dict) else 0
    body = encode([part, None, None])
    monkeypatch.setattr(protocol, "MOST_PARTS", 4 + children)
    protocol._count_parts(body)

    monkeypatch.setattr(protocol, "MOST_PARTS", 3 + children)
    with pytest.raises(ProtocolError):
        protocol._count_parts(body)


@pytest.mark.parametrize(
    ("length", "kind"), [(101, protocol.TooLong), (1 << 36, protocol.TooLong), (1 << 63, ProtocolError)]
)
def test_an_answer_that_is_too_long_is_told_from_garbage(length: int, kind: type) -> None:
    """A limit that honest work can reach is named as one; what is no length of anything is not."""
    with pytest.raises(ProtocolError) as problem:
        body_length(length.to_bytes(8, "little"), 100)

    assert kind is problem.type
