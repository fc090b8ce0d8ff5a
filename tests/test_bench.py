"""The joined report of the benchmarks: what was made of the same commit stays in it."""

import sys

import msgspec
import pytest

from benchmarks import __main__ as bench
from benchmarks import common
from benchmarks.common import Group, Row


def kept(folder, name, *, commit="commit abc", quick=False):
    command = f"python -m benchmarks.{name}" + (" --quick" if quick else "")
    where = {**common.machine(0.5), "commit": commit}
    group = Group(name, command, (Row(f"figure of {name}", "", (1.0,), (), 1.0, 2.0, "at most"),), where, 3.0)
    (folder / f"{name}.json").write_bytes(msgspec.json.encode(group))


@pytest.fixture
def joined(tmp_path, monkeypatch, capsys):
    """The report after one more run of `start`, which takes no time here."""

    def run(*options, commit="commit abc"):
        def made(*_, **__):
            kept(tmp_path, "start", quick="--quick" in options)
            return common.subprocess.CompletedProcess((), 0, stderr="")

        monkeypatch.setattr(common, "commit", lambda: commit)
        monkeypatch.setattr(bench.subprocess, "run", made)
        monkeypatch.setattr(sys, "argv", ["bench", "start", "--out", str(tmp_path), *options])
        assert bench.main() == 0
        return capsys.readouterr().out

    return run


def test_what_was_made_before_stays(joined, tmp_path):
    kept(tmp_path, "mutants")
    kept(tmp_path, "one_more")
    found = joined()
    assert found.index("figure of one_more") < found.index("figure of start") < found.index("figure of mutants")
    assert "3 of 3 aims are met." in found


@pytest.mark.parametrize(
    ("options", "commit", "before"),
    [
        ((), "commit abc", {"commit": "commit abd"}),
        ((), "commit abc", {"quick": True}),
        (("--quick",), "commit abc", {}),
        ((), "commit abc-dirty", {"commit": "commit abc-dirty"}),
        ((), "no commit known", {"commit": "no commit known"}),
    ],
)
def test_what_cannot_be_set_beside_it_does_not(joined, tmp_path, options, commit, before):
    kept(tmp_path, "mutants", **before)
    found = joined(*options, commit=commit)
    assert "figure of start" in found
    assert "figure of mutants" not in found


def test_what_cannot_be_read_is_left_out(joined, tmp_path):
    (tmp_path / "mutants.json").write_text("{")
    assert "figure of mutants" not in joined()
