"""Programs that a student might hand in for the NumPy course: right, wrong, broken, hostile, or no program at all.

A grammar over the course's tasks, so that enough of them import and answer. What it writes is bytes, since that is
what is handed in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.fuzz import answers, texts

VALUES = (
    "x x x x.T x[0] x[:,0] x[::-1] x.shape len(x) x.mean() np.ones_like(x) np.zeros((2,0)) np.float32(2) np.array(3) 0 1 -1.5 "
    "None True 'text' b'bytes' 1j 10**30 2**63 [] {} () object() np np.nan np.inf -np.inf range(3) iter([1]) int float "
    "np.array(['a']) np.array([None]) np.datetime64('2020-01-01') {1:2} {'k':x} [x,x] (i*2for(i)in[1]) set() ... lambda:0 "
    "Odd() np.random.rand(3) np.empty(0) slice(1) memoryview(b'a') NotImplemented x.dtype type(x) state __name__ "
    "x.view(Strange)"
).split()
ONE = (
    "-({0})", "abs({0})", "np.mean({0},axis=0)", "np.mean({0},axis=-1,keepdims=True)", "np.sum({0})", "column_means({0})", "np.sqrt({0})", "np.asarray({0})",
    "({0}).astype('float64')", "({0}).astype('float16')", "[{0}]", "({0},)", "{{'result':{0}}}", "str({0})", "(lambda:{0})()",
    "[{0} for _ in range(3)]", "({0}).copy()", "np.asfortranarray({0})", "({0}).tolist()", "np.cumsum({0})", "np.std({0},axis=0)", "np.cov({0})",
    "({0}) if True else 0", "not ({0})", "f'{{({0})!r:.9}}'", "np.broadcast_to({0},(3,3))", "next(iter({0}))", "({0})[...]", "({0})[0]", "*({0}),",
    "np.ma.masked_array({0})", "np.array({0},dtype='>f4')", "(y:={0})", "await_({0})",
)  # fmt: skip
TWO = (
    "({0})+({1})", "({0})-({1})", "({0})-({1})", "({0})*({1})", "({0})/({1})", "({0})@({1})", "({0})==({1})", "({0})//({1})",
    "({0})[{1}]", "np.concatenate([{0},{1}])", "np.where({0},{1},0)", "({0}) and ({1})", "({0}) in ({1})", "np.maximum({0},{1})", "getattr({0},str({1}))",
    "({0})({1})", "[{0},{1}]", "{{'first':[{0},{1}],'second':[{0},{1}]}}",
)  # fmt: skip


class Tape:
    """Decisions read off one draw of bytes: a program takes a hundred, and a draw for each would cost more than a run.

    Where the bytes end, every decision is the first; so shorter bytes and smaller ones give simpler programs.
    """

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.left = list(reversed(draw(st.binary(min_size=150, max_size=150))))

    def below(self, count: int) -> int:
        """A number from 0 to count - 1; counts are below 256."""
        return self.left.pop() % count if self.left else 0

    def of(self, options: Sequence[str]) -> str:
        """One of them."""
        return options[self.below(len(options))]


def expression(tape: Tape, depth: int = 3) -> str:
    """An expression over `x`."""
    kind = tape.below(6) if depth else 0
    if kind < 2:
        return tape.of(VALUES)
    if kind < 5:
        return tape.of(ONE).format(expression(tape, depth - 1))
    return tape.of(TWO).format(expression(tape, depth - 1), expression(tape, depth - 1))


HOSTILE = (
    "import os; os._exit({number})", "import os, signal; os.kill(os.getpid(), {number} % 32)", "import sys; sys.exit({text})",
    "import os; os.kill(-1, 9)", "import os; os.abort()", "raise SystemExit({text})", "raise KeyboardInterrupt({text})",
    "raise BaseException({text})", "raise type({text!s}[:9].replace(chr(0), ''), (Exception,), {{}})({text})", "raise NotImplementedError({text})",
    "raise ValueError({text})", "raise SyntaxError({text}, ({text}, {number}, {number}, {text}))", "raise UnicodeDecodeError('utf-8', b'', 0, 1, {text})",
    "raise ExceptionGroup({text}, [ValueError({text})])", "raise MemoryError", "raise StopIteration", "raise GeneratorExit", "raise RecursionError({text})",
    "def deep(n): return deep(n + 1)\ndeep(0)", "raise Mute()", "import os; os.write(3, {bytes})", "import os; os.write(3, len({bytes}).to_bytes(4, 'little') + {bytes})",
    "import os; os.close(3)", "import os; os.dup2(1, 3)", "import os; os.read(3, 9)", "print({text})", "import os; os.write(1, {bytes} * {number})",
    "import sys; sys.stdout = sys.stderr = None", "import sys; sys.modules['numpy'] = None", "import sys; sys.modules.clear()",
    "import sys; sys.setrecursionlimit({number} + 50)", "import sys; sys.settrace(lambda *a: 1 / 0)", "import probes; probes.centered = lambda m, i: {text}",
    "import probes; del probes.means", "import builtins; builtins.len = lambda x: {number}", "import builtins; builtins.isinstance = lambda *a: True",
    "np.asarray = lambda *a: {number}", "np.mean = None", "import threading; threading.Thread(target=print, daemon=True).start()",
    "import os\nif os.fork() == 0: os._exit(0)", "import os\nfor _ in range(3): os.fork()", "import signal; signal.raise_signal({number} % 31 + 1)",
    "open('/tmp/' + str({number}), 'w').write({text})", "open({text}, 'rb')", "import os; os.symlink('/etc/passwd', '/tmp/link')",
    "import grader.wire as w; w.encode = lambda *a, **k: {bytes}", "import grader.wire as w; w.MAX_COUNT = w.MAX_DEPTH = 10**9",
    "import grader.child as c; c.printable = lambda *a: {text}", "import grader.child as c; c._Child._raised = lambda s, e: {{'kind': {text}}}",
    "import grader.child as c; c._Child.call = lambda s, r: {{'raised': {{'kind': 'syntax', 'exception': 'SyntaxError', 'message': {text}, 'cell': 'arrays.py', 'line': 1, 'column': {number}}}}}",
    "import grader.guard as g; g.Guard._refusal = None", "import gc; gc.disable()", "import atexit; atexit.register(lambda: 1 / 0)",
    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))", "import ctypes; ctypes.string_at({number})",
    "del center", "center = {text}", "globals().clear()", "globals()[{text}] = 1", "__name__ = {text}", "__file__ = {text}", "import numpy as np, torch", "from given import *",
    "import socket; socket.create_connection(('127.0.0.1', 9))", "import os; os.chdir('/proc')", "return", "yield x", "await x", "import given; given.column_means = None",
    "import os; os.environ.clear()", "np.ones(10**12)", "import time; time.sleep(0.05)", "import os; os.setsid()", "global state; state = x", "nonlocal x",
)  # fmt: skip
ENDLESS = ("while True: pass", "import time; time.sleep(99)", "10**10**9", "import signal; signal.pause()")
STATEMENTS = (
    "{e}", "y = {e}", "x = {e}", "x -= {e}", "x[0] = {e}", "x[...] = {e}", "z, *w = {e}", "print({e})", "assert {e}, {e}", "del x", "pass", "global state; state = {e}",
    "if {e}:\n    x = {e}", "for i in range(3):\n    x = {e}", "for i in {e}:\n    x = i\n    break", "try:\n    x = {e}\nexcept Exception as error:\n    x = {e}",
    "with np.errstate(all='ignore'):\n    x = {e}", "def inner(a={e}):\n    return {e}\nx = inner()", "raise ValueError({e})", "return {e}", "x: int = {e}",
    "match {e}:\n    case [a, *_]:\n        x = a\n    case _:\n        pass", "class Inner:\n    value = {e}", "import numpy.linalg as la", "lambda: {e}",
)  # fmt: skip


def hostile(tape: Tape) -> str:
    """A statement that means harm, or does some."""
    if tape.below(60) == 59:
        return tape.of(ENDLESS)
    number = tape.below(41)
    template = tape.of(HOSTILE)
    text = ascii(tape.draw(texts.hostile)) if "{text" in template else ""
    data = repr(tape.draw(answers.answered)) if "{bytes" in template else ""
    return template.format(text=text, number=number, bytes=data)


def statement(tape: Tape) -> str:
    """One statement of a function's body; now and then a hostile one."""
    if tape.below(12) == 11:
        return hostile(tape)
    first, *rest = tape.of(STATEMENTS).split("{e}")
    return first + "".join(expression(tape, 2) + part for part in rest)


statements = st.composite(lambda draw: statement(Tape(draw)))()


RIGHT = {
    "center(x)": "return x - column_means(x)",
    "normalise(x)": "y = center(x)\ns = np.sqrt(np.mean(y ** 2, axis=0))\nreturn y / np.where(s == 0, np.ones_like(s), s)",
    "shuffle_rows(x, y, rng)": "order = rng.permutation(len(x))\nreturn x[order], y[order]",
}
METHODS = {
    "__init__(self)": "self.total, self.count = 0.0, 0",
    "update(self, x)": "self.total = self.total + np.sum(x, axis=0)\nself.count += len(x)",
    "mean(self)": "x = self.total\nreturn x / self.count",
}
HEAD = "import numpy as np\nfrom given import column_means\nstate = 0\n"
ODD = """class Mute(Exception):
    def __str__(self):
        raise SystemExit(1)
class Odd(list):
    __class__ = dict
    def __iter__(self): return iter([self])
    def __len__(self): return -1
    def __array__(self, *a, **k): return {value}
    def __eq__(self, other): return True
    __hash__ = None
class Strange(np.ndarray):
    def __array_finalize__(self, other): {statement}
    def __reduce__(self): return print, ("x",)
"""


def body(tape: Tape, right: str) -> str:
    """What stands in a function: the right thing, the right thing with more before it, or something else."""
    kind = tape.below(10)
    if kind < 4:
        return right
    if kind < 5:
        return 'raise NotImplementedError("center: center is not written yet")'
    lines = [statement(tape) for _ in range(tape.below(4))]
    return "\n".join([*lines, right if kind < 7 else f"return {expression(tape)}"])


@st.composite
def programs(draw: Any) -> str:
    """A program that is mostly of the course's form."""
    tape = Tape(draw)
    parts = [HEAD, ODD.format(value=tape.of(VALUES), statement="pass")]
    for head, right in RIGHT.items():
        if tape.below(20) < 19:
            parts.append(f"def {head}:\n" + textwrap.indent(body(tape, right), "    "))
    methods = [f"def {head}:\n" + textwrap.indent(body(tape, right), "    ") for head, right in METHODS.items()]
    parts.append("class RunningMean:\n" + textwrap.indent("\n".join(methods), "    "))
    if tape.below(4) == 3:
        parts.insert(tape.below(len(parts) + 1), hostile(tape) if tape.below(2) else statement(tape))
    return "\n".join(parts) + "\n"


@st.composite
def _damaged(draw: Any) -> bytes:
    """A program with a few bytes, lines or characters changed."""
    text = draw(programs())
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    match draw(st.integers(0, 5)):
        case 0:
            del lines[at]
        case 1:
            lines[at] = draw(st.sampled_from(["", " ", "\t", "    "])) + lines[at].strip()
        case 2:
            lines.insert(at, draw(texts.valid))
        case 3:
            lines[at] = lines[at][: draw(st.integers(0, 30))]
        case 4:
            lines.insert(at, draw(st.sampled_from(SYNTAX)))
        case _:
            data = bytearray(text.encode())
            where = draw(st.integers(0, len(data)))
            data[where:where] = draw(st.binary(min_size=1, max_size=3))
            return bytes(data)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


SYNTAX = (
    "(" * 300, "x = " + "-" * 3000 + "1", "x = " + "[" * 90 + "]" * 90, "x = " + "1+" * 3000 + "1", "x = " + "not " * 2000 + "1", "\x0c", "# coding: latin-1", "# coding: utf-16",
    "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 120)), "x = 0x" + "f" * 9000, "x = " + "9" * 9000, "'''", "\\", "x = '\\N{nothing}'", "x = f'{'", "lambda *: 0",
    "x = " + "a." * 3000 + "b", "print(" * 99, "def f(" + ",".join(f"a{n}" for n in range(300)) + "): pass", "\N{FULLWIDTH LATIN SMALL LETTER X} = 1", "x\u200b = 1", "class C(metaclass=print): pass",
    "@center\ndef f(): pass", "from __future__ import annotations, braces", "from . import x", "import ..", "async def f(): yield", "x = (yield)", "del ()", "*x, = 1", "try:\n  pass\nexcept* ValueError:\n  pass",
)  # fmt: skip
WORDS = st.sampled_from(
    "def class return import if else for while ( ) [ ] { } : , . = == + - * ** @ -> := lambda x y np 1 1.5 'a' \n \n \n\x20\x20\x20\x20 # \t async await yield try except with as in is not".split(
        " "
    )
)
sources = st.integers(0, 19).flatmap(
    lambda n: (
        programs().map(lambda text: text.encode("utf-8", "surrogatepass"))
        if n < 14
        else _damaged()
        if n < 18
        else st.binary(max_size=300)
        if n < 19
        else st.lists(WORDS, max_size=40).map(lambda words: " ".join(words).encode())
    )
)
