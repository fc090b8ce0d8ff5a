"""What may come back from a process that runs hostile code: bytes that are no message, messages that are no answer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader import wire
from tests.fuzz import texts

KINDS = ("error", "syntax", "missing", "absent", "forbidden", "memory", "file", "scratch", "descriptors", "processes")
WORDS = ("value", "touched", "raised", "unsupported", "forbidden", "broken", "problems", "hits", "untouched")
NUMBERS = (0, -1, 1, 2, 3.5, 2**31, 2**62, 2**64 - 1, -(2**63), 1e308, float("inf"), float("-inf"), float("nan"))


def _array(dtype: str, shape: tuple[int, ...], fill: int) -> np.ndarray[Any, Any]:
    with np.errstate(all="ignore"):
        return np.full(shape, fill).astype(dtype) + np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)


ARRAYS = st.builds(
    _array,
    st.sampled_from("int8 int64 uint8 uint64 float16 float32 float64".split()),
    st.sampled_from([(), (0,), (1,), (2,), (3,), (5, 3), (2, 4), (3, 2), (0, 3), (1, 1, 1), (12,), (40,), (40, 2)]),
    st.integers(-3, 100),
) | st.builds(lambda n: np.full(n, np.nan, "float32"), st.integers(0, 4))
LEAVES = st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.integers(-9, 99) | texts.valid | ARRAYS
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda t: st.lists(t, max_size=4) | st.dictionaries(texts.valid, t, max_size=3), max_leaves=8
)


def _mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The right thing three times of four, anything else the fourth."""
    return st.integers(0, 3).flatmap(lambda n: TREES if n == 0 else good)


CELLS = st.sampled_from(["arrays.py", "arrays.py", "other.py", ""])
RAISED = st.fixed_dictionaries(
    {
        "kind": _mostly(st.sampled_from(KINDS)),
        "exception": _mostly(st.sampled_from(["ValueError", "SyntaxError", "Own", ""])),
        "message": _mostly(texts.valid),
        "cell": _mostly(CELLS),
        "line": _mostly(st.integers(0, 60)),
    },
    optional={"column": _mostly(st.sampled_from([0, 5, 200, 2**31, 2**62, -(2**62)]))},
)
HITS = st.tuples(
    _mostly(st.sampled_from(["center", "normalise", "nobody"])),
    _mostly(st.sampled_from(["numpy.cov", "numpy.std", "os.system"])),
    _mostly(CELLS),
    _mostly(st.integers(0, 60)),
).map(list)
NEAR = st.one_of(  # of the form that the course's probes give, with other numbers
    st.fixed_dictionaries({"result": ARRAYS, "argument": ARRAYS}),
    ARRAYS,
    st.lists(ARRAYS, max_size=6),
    st.fixed_dictionaries({"first": st.lists(ARRAYS, max_size=3), "second": st.lists(ARRAYS, max_size=3)}),
    st.fixed_dictionaries({"first": TREES}),
)
LOADED = st.fixed_dictionaries(
    {
        "problems": _mostly(st.lists(RAISED | TREES, max_size=2)),
        "hits": _mostly(st.lists(HITS | TREES, max_size=2)),
        "untouched": _mostly(st.lists(st.sampled_from(["center", "shuffle_rows"]) | TREES, max_size=2)),
    }
)
ANSWERED = st.one_of(
    st.fixed_dictionaries({"value": NEAR}, optional={"touched": TREES}),
    st.fixed_dictionaries({"value": TREES}),
    st.fixed_dictionaries({"raised": RAISED | TREES}),
    st.sampled_from(WORDS).flatmap(lambda word: st.fixed_dictionaries({word: TREES})),
    st.dictionaries(st.sampled_from(WORDS) | texts.valid, TREES, max_size=3),
    TREES,
)


def message(header: bytes, arrays: bytes = b"") -> bytes:
    """A message of the wire, whatever its header is."""
    return wire.MAGIC + len(header).to_bytes(4, "little") + header + arrays


def _tensors(header: bytes, data: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + data


DTYPES = "F32 F64 F16 BF16 F8_E4M3 F8_E5M2 I64 U8 BOOL C64 F4 I1 x F6_E2M3 F8_E8M0".split()
SIZES = st.sampled_from([0, 1, 2, 3, 4, 8, 2**31, 2**62, 2**64 - 1, -1])
TENSORS = st.builds(
    lambda dtype, shape, begin, end, more, data: _tensors(
        json.dumps({"0": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}, **more}).encode(), data
    ),
    st.sampled_from(DTYPES),
    st.lists(SIZES, max_size=3),
    st.sampled_from([0, 0, 0, 1, 4]),
    st.sampled_from([0, 1, 2, 4, 8, 2**63]),
    st.sampled_from([{}, {}, {"__metadata__": {"a": "b"}}, {"1": 3}, {"__metadata__": 1}]),
    st.binary(max_size=16),
)
HEADERS = st.sampled_from(
    [
        b'{"a":0}', b'{"d":[["value",{"a":0}]]}', b'{"l":[{"a":0},{"a":0}]}', b"9" * 5000, b"-1e99999", b"1e400", b"NaN",
        b'{"d":[["value",1e999]]}', b'{"d":[["value",' + b"9" * 4000 + b"]]}", b'"\\ud800"', b'{"d":[["\\ud800",1]]}',
        b'{"f":"nan","f":"inf"}', b"\xff", b"", b" 1 ", b"[" * 3000, b'{"l":' * 3000, b'{"l":[' * 40 + b"]}" * 40,
        b'{"a":-1}', b'{"a":1e3}', b'{"a":true}', b'{"a":99999999999999999999}', b"\xef\xbb\xbf1", b'{"d":{}}',
    ]
)  # fmt: skip


@st.composite
def _damaged(draw: Any, good: st.SearchStrategy[bytes]) -> bytes:
    data = bytearray(draw(good))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.integers(0, 3)):
            case 0 if data:
                data[at % len(data)] = draw(st.integers(0, 255))
            case 1:
                data[at:at] = draw(st.binary(max_size=8))
            case 2:
                del data[at : at + draw(st.integers(1, 8))]
            case _:
                del data[at:]
    return bytes(data)


def _encoded(trees: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return trees.map(wire.encode)


def _bytes(trees: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    good = _encoded(trees)
    made = st.builds(message, HEADERS | st.binary(max_size=40), TENSORS | st.just(b"") | st.binary(max_size=40))
    return st.integers(0, 9).flatmap(
        lambda n: good if n < 6 else _damaged(good) if n < 8 else made if n < 9 else st.binary(max_size=200)
    )


messages = _bytes(TREES | ANSWERED)
loaded = _bytes(LOADED)
answered = _bytes(ANSWERED)
# what the process says when its cells have run, and then to each probe
conversations = st.tuples(
    st.integers(0, 2).flatmap(lambda n: loaded if n else st.just(b"")), st.lists(answered, min_size=1, max_size=4)
)
