"""A class through the command, in the real sandbox: workers that die, commands that are killed, disks that are full."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model import Chapter, Course, decode_report
from tests import class_runs as runs

COUNT = 20
FORMATS = ("--export", "csv,canvas,moodle,gradescope")  # nbgrader's takes seconds; another test looks at it


@pytest.fixture(scope="module")
def work(arrays: Chapter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runs.write_class(arrays, tmp_path_factory.mktemp("class") / "work", COUNT)


@pytest.fixture(scope="module")
def plain(arrays_course: Course, work: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class graded once by this process alone, nothing disturbed."""
    out = tmp_path_factory.mktemp("plain") / "out"
    result = runs.run(arrays_course.root, work, out, "--workers", "1", *FORMATS)
    assert result.returncode == 0, result.stderr
    return out


@pytest.mark.slow
def test_one_worker_and_two_give_the_same_bytes(arrays_course: Course, work: Path, plain: Path, tmp_path: Path) -> None:
    result = runs.run(arrays_course.root, work, tmp_path / "out", "--workers", "2", *FORMATS)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    one, two = runs.contents(plain), runs.contents(tmp_path / "out")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert len(one) == 5 + 3 * COUNT  # tables and page; report, feedback, Gradescope's


def test_what_is_printed_names_nobody_unless_asked(arrays_course: Course, work: Path, plain: Path) -> None:
    result = runs.run(arrays_course.root, work, plain, *FORMATS)
    assert "student0" not in result.stdout + result.stderr
    assert "12 passed" in result.stdout
    asked = runs.run(arrays_course.root, work, plain, "--table", *FORMATS)
    assert "student00003" in asked.stdout
    assert "Nothing has changed since the last run: 20 submissions" in asked.stdout


@pytest.mark.slow
def test_a_class_that_is_killed_at_any_moment_goes_on(
    arrays_course: Course, work: Path, plain: Path, tmp_path: Path
) -> None:
    out, random = tmp_path / "out", runs.draw(3)
    kept: dict[str, bytes] = {}
    for number in range(4):
        process = runs.start(arrays_course.root, work, out, "--workers", "1" if number % 2 else "2")
        runs.wait_for_reports(out, len(kept) + int(random.integers(1, 5)), process)
        time.sleep(float(random.uniform(0, 0.3)))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        found = {path.name: path.read_bytes() for path in runs.reports(out)}
        for data in found.values():
            decode_report(data)  # none is half-written
        noted = {
            json.loads(line)[0] for line in (out / "ledger.jsonl").read_bytes().splitlines() if line.endswith(b"]")
        }
        # at most those that were just being noted are graded again
        assert {name: found[name] for name in kept if f"results/{name}" in noted} == kept
        kept = {name: data for name, data in found.items() if f"results/{name}" in noted}
    result = runs.run(arrays_course.root, work, out, "--workers", "2", *FORMATS)
    assert f"{COUNT - len(kept)} submissions graded, {len(kept)} kept from before" in result.stdout
    assert {path.name: path.read_bytes() for path in runs.reports(out) if path.name in kept} == kept
    assert runs.contents(out) == runs.contents(plain)


@pytest.mark.slow
def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(arrays_course: Course, work: Path, tmp_path: Path) -> None:
    for workers in ("1", "2"):
        out = tmp_path / workers
        process = runs.start(arrays_course.root, work, out, "--workers", workers)
        runs.wait_for_reports(out, 2, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it too
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "run the same command again to go on" in said
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) <= 2
        until = time.monotonic() + 10
        while runs.group(process.pid) and time.monotonic() < until:
            time.sleep(0.1)
        assert runs.group(process.pid) == []  # nothing of it is left


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_no_grade(arrays_course: Course, work: Path, plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = runs.start(arrays_course.root, work, out, "--workers", "2", *FORMATS)
    killed = 0
    for count in (2, 7, 12, 16):
        runs.wait_for_reports(out, count, process)
        for pid in runs.workers_of(process.pid)[:1]:
            runs.kill(pid)
            killed += 1
    said, errors = process.communicate(timeout=200)
    assert killed >= 3
    assert process.returncode == 0, errors
    assert errors == ""
    assert f"{COUNT} submissions graded: 12 passed" in said
    assert runs.contents(out) == runs.contents(plain)


@pytest.mark.slow
def test_the_workers_of_a_cluster_that_is_there_are_used(
    arrays_course: Course, work: Path, plain: Path, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        result = runs.run(arrays_course.root, work, tmp_path / "out", "--scheduler", address, *FORMATS)
    assert result.returncode == 0, result.stderr
    assert runs.contents(tmp_path / "out") == runs.contents(plain)
    nobody = runs.run(arrays_course.root, work, tmp_path / "no", "--scheduler", "tcp://127.0.0.1:9")
    assert nobody.returncode == 2
    assert nobody.stderr.startswith("grader: no Dask scheduler answers at tcp://127.0.0.1:9")
    assert nobody.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_node_that_goes_costs_no_grade(arrays_course: Course, work: Path, plain: Path, tmp_path: Path) -> None:
    """A scheduler and two workers, each a command as a cluster starts it; one worker is killed and never comes back."""
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    address, out = tmp_path / "scheduler.json", tmp_path / "out"
    dask = [sys.executable, "-m", "dask"]
    with contextlib.ExitStack() as stack:

        def begin(*words: str) -> subprocess.Popen[bytes]:
            with open(tmp_path / "said", "ab") as said:
                process = subprocess.Popen([*dask, *words], env=runs.environment(), stdout=said, stderr=said)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(address))
        until = time.monotonic() + 60
        while not address.exists() and time.monotonic() < until:
            time.sleep(0.1)
        options = "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"
        nodes = [begin("worker", "--scheduler-file", str(address), *options) for _ in range(2)]
        there = json.loads(address.read_bytes())["address"]
        process = runs.start(arrays_course.root, work, out, "--scheduler", there, *FORMATS)
        runs.wait_for_reports(out, 3, process)
        nodes[0].kill()
        said, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert f"{COUNT} submissions graded: 12 passed" in said
    assert runs.contents(out) == runs.contents(plain)


def test_only_what_has_changed_is_graded_again(arrays_course: Course, arrays: Chapter, tmp_path: Path) -> None:
    work, out = runs.write_class(arrays, tmp_path / "work", 4), tmp_path / "out"
    first = runs.run(arrays_course.root, work, out, "--workers", "1")
    assert "4 submissions graded: 4 passed" in first.stdout
    changed = work / "student00002.py"
    changed.write_text(changed.read_text() + "\n# more\n")
    assert "1 submission graded, 3 kept" in runs.run(arrays_course.root, work, out, "--workers", "1").stdout
    (out / "results" / "student00001.json").write_text("{}")
    assert "1 submission graded, 3 kept" in runs.run(arrays_course.root, work, out, "--workers", "1").stdout
    assert "4 submissions graded:" in runs.run(arrays_course.root, work, out, "--workers", "1", "--seed", "5").stdout
    changed.unlink()
    gone = runs.run(arrays_course.root, work, out, "--workers", "1", "--seed", "5").stdout
    assert "1 student of an earlier run handed in nothing now" in gone
    rows = list(csv.DictReader(io.StringIO((out / "gradebook.csv").read_text(), newline="")))
    assert [row["student"] for row in rows] == ["student00000", "student00001", "student00003"]


def test_a_regrading_shows_what_would_change_before_it_changes_it(
    arrays_course: Course, arrays: Chapter, tmp_path: Path
) -> None:
    work, out = runs.write_class(arrays, tmp_path / "work", 8), tmp_path / "out"
    assert runs.run(arrays_course.root, work, out, "--workers", "1").returncode == 0
    (out / "overrides.csv").write_text("student,task,score,comment\nstudent00006,,4,We talked about it.\n")
    before = runs.contents(out)
    path = work / "student00006.py"
    path.write_text((work / "student00000.py").read_text())

    def regrade(*more: str) -> str:
        words = [word if word != "grade-class" else "regrade" for word in runs.command(arrays_course.root, work, out)]
        result = subprocess.run(
            [*words, "--workers", "1", *more],
            env=runs.environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    shown = regrade()
    assert "1 submission graded again; 1 report would change." in shown
    assert "Nothing is changed" in shown
    assert {name: data for name, data in runs.contents(out).items() if not name.startswith(".regrade")} == before
    assert "1 report would change." in regrade("--apply")
    row = next(
        csv.DictReader(
            line for line in (out / "gradebook.csv").read_text().splitlines() if "raw" in line or "0006" in line
        )
    )
    assert (row["raw"], row["final"]) == ("10", "4")  # the person's word stands
    assert "We talked about it." in (out / "feedback" / "student00006.html").read_text()
    assert not (out / ".regrade").exists()
    assert "Every report stands" in regrade()


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_costs_the_reports_that_do_not_fit(arrays_course: Course, arrays: Chapter, tmp_path: Path) -> None:
    work = runs.write_class(arrays, tmp_path / "work", 8)
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        out = disk / "out"
        result = runs.run(arrays_course.root, work, out, "--workers", "1")
        assert result.returncode == 3
        assert "Traceback" not in result.stderr
        assert "run" in result.stderr and "again" in result.stderr
        there = runs.reports(out)
        assert 1 <= len(there) < 8
        for path in there:
            decode_report(path.read_bytes())
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        again = runs.run(arrays_course.root, work, out, "--workers", "1")
        assert again.returncode == 0, again.stderr
        assert f"{len(there)} kept from before" in again.stdout
        assert len(runs.reports(out)) == 8


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("overrides.csv", "student,task,score,comment\nnobody,,4,\n"),
        ("rules.toml", "[submitted]\nstudent00001 = 2031-05-07T08:00:00Z\nnobody = 2031-05-07T08:00:00Z\n"),
    ],
)
def test_students_that_are_not_there_are_refused(
    arrays_course: Course, work: Path, tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    result = runs.run(arrays_course.root, work, tmp_path / "out", f"--{path.stem}", str(path))
    assert result.returncode == 2
    assert result.stderr == f"grader: {path} names 'nobody', who is neither on the roster nor among the submissions\n"
    assert not (tmp_path / "out").exists()


def test_two_runs_do_not_write_to_one_folder(arrays_course: Course, work: Path, plain: Path) -> None:
    import fcntl

    with open(plain / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = runs.run(arrays_course.root, work, plain)
    assert result.returncode == 2
    assert "is being written by another run" in result.stderr


def test_an_instructor_sees_everything_about_a_verdict(arrays_course: Course, work: Path, plain: Path) -> None:
    words = [*runs.command(arrays_course.root, work, plain)[:5], "explain", "student00006", "test_centred_by_column"]
    result = subprocess.run([*words, "--in", str(plain)], env=runs.environment(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for part in (
        "failed",
        "Inputs:",
        "Expected:",
        "Actual:",
        "Difference:",
        "Alone, in a fresh process: failed",
        "def test_",
    ):
        assert part in result.stdout
    other = [*words, "--in", str(plain), "--seed", "5"]
    refused = subprocess.run(other, env=runs.environment(), capture_output=True, text=True)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr == (
        "grader: the class was graded with another seed or secret, so other inputs would be shown: "
        "pass the --seed that grade-class had, if any\n"
    )
    unknown = subprocess.run(
        [*words[:-1], "nothing", "--in", str(plain)], env=runs.environment(), capture_output=True, text=True
    )
    assert unknown.returncode == 2
    assert unknown.stderr == "grader: ch1 has no test 'nothing'\n"
