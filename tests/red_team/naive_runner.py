"""The naive runner's half that runs beside the student's code: a pytest plugin, copied into the working folder.

Everything here is what not to do: the submission is imported into the process that holds the tests, the reference,
the comparison and the result.
"""

import atexit
import glob
import importlib
import importlib.util
import json
import os
import pickle
import signal
import sys
import traceback
import zlib

import numpy as np
import pytest

import grader.compare
import grader.seeds

PLAN = json.loads(os.environ["PLAN"])
CONTROL = PLAN["control"]
RESULTS = {}  # test function -> whether all of it passed
TASKS = {}
MESSAGES = []
VALUES = []
STATE = {}


class Late(Exception):
    pass


def _difference(actual, expected):
    return np.asarray(actual, dtype=object) - np.asarray(expected, dtype=object)


def compare(actual, expected):
    """Whether two values agree, in one of the ways that graders compare."""
    if isinstance(expected, dict):
        return all(compare(actual[key], expected[key]) for key in expected)
    if isinstance(expected, list) and CONTROL["compares"] != "zip":
        return len(actual) == len(expected) and all(compare(a, e) for a, e in zip(actual, expected, strict=True))
    match CONTROL["compares"]:
        case "testing":
            np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
            return True
        case "equal":
            return bool(np.all(actual == expected))
        case "over":  # no element is off by more than that
            return not (abs(actual - expected) > 1e-5).any()
        case "objects":
            return bool(np.all(abs(_difference(actual, expected)) <= 1e-5))
        case "dispatch":
            return bool(np.allclose(actual, expected, rtol=1e-5, atol=1e-6))
        case "zip":
            return all(np.allclose(a, e) for a, e in zip(actual, expected))
        case "loose":
            return bool(np.allclose(actual, expected, rtol=0.1, atol=0.1))
        case "nan":
            return bool(np.allclose(actual, np.asarray(actual) * 0 + expected, equal_nan=True))
        case "array":
            return bool(np.allclose(np.asarray(actual), expected, rtol=1e-5, atol=1e-6))
    raise ValueError(CONTROL["compares"])


def assert_close(actual, expected, rtol=1e-5, atol=1e-6, *, equal_nan=False):
    if CONTROL["trusts"] == "pickle":
        VALUES.append(actual)
        return
    assert compare(actual, expected)


grader.compare.assert_close = assert_close


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def pytest_configure(config):
    sys.path.append(PLAN["exercises"])
    if not CONTROL["reference"]:
        _load("arrays_solution", PLAN["solution"])
    try:
        importlib.import_module("arrays")
    except BaseException as error:
        MESSAGES.append("".join(traceback.format_exception(error)))
    if CONTROL["reference"]:
        _load("arrays_solution", PLAN["solution"])
    print(*MESSAGES)


def _ask(module, inputs):
    return getattr(importlib.import_module("probes"), inputs["probe"])(module, inputs["values"])


class Inputs(dict):
    @property
    def values(self):
        return self["values"]


@pytest.fixture
def case(request):
    def draw(probe, **choices):
        words = f"{PLAN['suite']}{request.node.name}{probe}{sorted(choices.items())}"
        rng = np.random.default_rng(zlib.crc32(words.encode()))
        if PLAN["suite"].endswith("test_public.py"):  # the cases that everyone sees
            test = request.node.function.__name__
            rng = grader.seeds.generator(grader.seeds.PUBLIC, "ch1_arrays", test, probe, choices=choices)
        values = getattr(importlib.import_module("cases"), probe)(rng, **choices)
        return Inputs(probe=probe, values=values, choices=choices)

    return draw


def known(inputs):
    """The right answer, from a cache that lies in the open."""
    words = json.dumps(inputs, default=lambda a: np.asarray(a).tolist(), sort_keys=True)
    path = os.path.join(os.environ["CACHE"], f"{zlib.crc32(words.encode())}.json")
    if not CONTROL["cache"]:
        return _ask(sys.modules["arrays_solution"], inputs)
    if os.path.exists(path):
        with open(path) as file:
            return _back(json.load(file))
    answer = _ask(sys.modules["arrays_solution"], inputs)
    with open(path, "w") as file:
        json.dump(answer, file, default=lambda a: {"array": a.tolist(), "dtype": str(a.dtype)})
    return answer


def _back(tree):
    if isinstance(tree, dict) and "array" in tree:
        return np.array(tree["array"], dtype=tree["dtype"])
    if isinstance(tree, dict):
        return {key: _back(value) for key, value in tree.items()}
    return [_back(value) for value in tree] if isinstance(tree, list) else tree


@pytest.fixture
def submission():
    def ask(inputs):
        STATE["inputs"] = inputs
        return _ask(sys.modules["arrays"], inputs)

    return ask


@pytest.fixture
def reference():
    def ask(inputs):
        expected = known(inputs)
        STATE["expected"] = expected
        return expected

    return ask


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    def late(*_):
        raise Late("out of time")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(1 if CONTROL["alarm"] else 0)
    try:
        return (yield)
    finally:
        signal.alarm(0)


def pytest_runtest_logreport(report):
    name = report.nodeid.rpartition("::")[2].partition("[")[0]
    if report.when == "call" or report.failed:
        RESULTS[name] = RESULTS.get(name, True) and not report.failed
    if report.failed:
        plain = json.dumps(STATE, default=lambda a: np.asarray(a).tolist())
        MESSAGES.append(f"{report.longrepr}\ncase {plain}")
        with open(os.environ["FAILURES"], "a") as file:
            file.write(name + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    marker = item.get_closest_marker("task")
    TASKS[item.function.__name__] = marker.args[0] if marker else ""
    return report


def score(results):
    points, total = PLAN["points"], 0.0
    for task, worth in points.items():
        names = [name for name in TASKS if TASKS[name] == task]
        total += worth * sum(bool(results.get(name)) for name in names) / max(len(names), 1)
    return round(total, 4)


def pytest_sessionfinish(session):
    write()
    atexit.register(write_again)  # before this, what the submission registered later is done


def write():
    try:
        with open(os.environ["RESULT"], "w") as file:
            json.dump({"score": score(RESULTS), "messages": MESSAGES}, file)
    except OSError:
        pass
    if VALUES:
        with open(os.environ["VALUES"], "wb") as file:
            pickle.dump(VALUES, file)
    print("\nRESULT", json.dumps({"score": score(RESULTS)}))


def write_again():
    for path in glob.glob(os.environ["FAILURES"] + ".old"):
        os.unlink(path)
