"""Value trees survive the way to bytes and back; nothing else does."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader import wire
from grader.compare import similar
from grader.errors import UnsupportedValue, WireError

DTYPES = sorted(wire.DTYPES, key=str)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.sampled_from(DTYPES).flatmap(lambda d: arrays.arrays(d, arrays.array_shapes(min_dims=0, min_side=0)))
)
TREES = st.recursive(LEAVES, lambda t: st.lists(t, max_size=4) | st.dictionaries(st.text(), t, max_size=4))


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_every_tree_comes_back(tree):
    assert similar(wire.decode(wire.encode(tree)), tree, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_strided_arrays_are_not_scrambled(dtype):
    strided = np.arange(20).astype(dtype).reshape(4, 5)[::2, ::-1].T
    back = wire.decode(wire.encode(strided))
    assert back.dtype == strided.dtype
    assert np.array_equal(back, strided)


def test_foreign_byte_order_is_turned():
    back = wire.decode(wire.encode(np.array([1.5, 2.5], dtype=">f8")))
    assert back.dtype == np.dtype("float64")
    assert back.tolist() == [1.5, 2.5]


class Liar(np.ndarray):
    """An array that claims to equal everything."""

    def __eq__(self, other):
        return True


def test_subclasses_come_back_as_plain_arrays():
    back = wire.decode(wire.encode(np.zeros(2).view(Liar)))
    assert type(back) is np.ndarray


class Half(float):
    """A float that is not what it says."""

    def __repr__(self):
        return "1.0"


def test_subclasses_of_numbers_carry_their_own_value():
    back = wire.decode(wire.encode([Half(0.5), np.float64(0.25)]))
    assert type(back[0]) is float
    assert back[0] == 0.5
    assert type(back[1]) is np.ndarray


UNCARRIED = {
    "a complex number": 1j,
    "an array of complex numbers": np.array([1j]),
    "an array of texts": np.array(["a"]),
    "an array of objects": np.array([object()]),
    "an object": object(),
    "a number of 71 bits": 2**70,
    "a key that is no text": {1: 2},
    "half of a character": "\ud800",
    "a key of half a character": {"\udfff": 1},
    "a set": {1, 2},
    "a function": lambda: 0,
}


@pytest.mark.parametrize("value", UNCARRIED.values(), ids=UNCARRIED)
def test_what_cannot_be_carried_is_named(value):
    with pytest.raises(UnsupportedValue, match=r"value|string"):
        wire.encode({"loss": value})


def test_depth_count_and_bytes_are_capped():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(UnsupportedValue, match="nested"):
        wire.encode(deep)
    loop: list = []
    loop.append(loop)
    with pytest.raises(UnsupportedValue, match="nested"):
        wire.encode(loop)
    with pytest.raises(UnsupportedValue, match="parts"):
        wire.encode([0] * (wire.MAX_COUNT + 1))
    with pytest.raises(UnsupportedValue, match="large"):
        wire.encode(np.zeros(1000), max_bytes=100)


def _message(header: object, arrays: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return wire.MAGIC + len(text).to_bytes(4, "little") + text + arrays


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GVT1",
        b"GVT1\xff\xff\xff\xff",
        b"\x80\x04K\x01.",
        _message([1]),
        _message({"a": 0}),
        _message({"a": "0"}),
        _message({"x": 1}),
        _message({"l": 1}),
        _message({"d": [["k"]]}),
        _message({"d": [["k", 1], ["k", 2]]}),
        _message({"f": "1e999"}),
        _message({"l": [], "d": []}),
        _message(1) + b"trailing",
        wire.MAGIC + (3).to_bytes(4, "little") + b"NaN",
        wire.MAGIC + (10000).to_bytes(4, "little") + b"[" * 10000,
        wire.encode([np.zeros(3)])[:-1],
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(WireError):
        wire.decode(data)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_noise_is_refused_and_never_crashes(noise):
    for data in (noise, wire.MAGIC + noise):
        try:
            wire.decode(data)
        except WireError:
            continue


@given(st.integers(0, 10**9), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_damaged_message_is_refused_or_still_a_tree(position, byte):
    data = bytearray(wire.encode({"a": np.arange(4.0), "b": [1, "x", math.pi]}))
    data[position % len(data)] = byte
    try:
        wire.decode(bytes(data))
    except WireError:
        pass
