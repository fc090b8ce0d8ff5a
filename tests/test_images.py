"""The images: nothing private in the student's, the same marks inside, no grading without a sandbox."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
from pathlib import Path

import pytest

from benchmarks.flakes import timeless
from grader import course as courses
from grader import render, sandbox
from grader.errors import InfrastructureError
from grader.grade import Grader
from grader.model import Report, decode_report
from grader.sandbox.docker import Docker, Engine, csv_mount, find_engine
from grader.seeds import secret
from tests.conftest import REPOSITORY, sandbox_or_skip

TOOL = [sys.executable, str(REPOSITORY / "docker" / "images.py")]
STUDENT, GRADER, CUDA = (f"tensorflow-course:{name}" for name in ("student-cpu", "grader-cpu", "student-cuda"))


def tool(*arguments, **variables):
    """Runs docker/images.py."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **variables}
    return subprocess.run([*TOOL, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=900)


def engine_with(image):
    """The engine, where it has that image; else a skip, unless images are to be there."""
    try:
        engine = find_engine()
        found = subprocess.run([engine.client, "image", "inspect", image], capture_output=True).returncode == 0
        reason = f"the engine has no image {image}; make images"
    except InfrastructureError as error:
        found, reason = False, str(error)
    if found:
        return engine
    if os.environ.get("TEST_IMAGE") and image != CUDA:
        pytest.fail(reason)
    pytest.skip(reason)


def in_image(image, *command, options=()):
    """Runs a program in an image."""
    client = engine_with(image).client
    words = [client, "run", "--rm", "--network", "none", *options, "--entrypoint", command[0], image, *command[1:]]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


# --- without an engine, without a GPU ---


def test_without_an_engine_it_is_three_in_one_line(tmp_path):
    done = tool("grade", "ch4", "examples/class/student02.py", PATH=str(tmp_path))
    assert done.returncode == 3
    assert "apt-get install docker.io" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_engine_that_does_not_answer_is_three_in_one_line():
    if shutil.which("docker") is None:
        pytest.skip("docker is not installed")
    done = tool("grade", "ch4", "examples/class/student02.py", DOCKER_HOST="unix:///nowhere.sock")
    assert done.returncode == 3
    assert "systemctl start docker" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_gpu_cuda_is_refused_before_anything_else(tmp_path):
    if Path("/dev/nvidiactl").exists():
        pytest.skip("there is a GPU here")
    done = tool("grade", "ch4", "examples/class/student02.py", "--device", "cuda", PATH=str(tmp_path))
    assert done.returncode == 2
    assert "GPU" in done.stderr


def test_no_image_is_one_line(monkeypatch):
    with pytest.raises(InfrastructureError, match="no image is named"):
        sandbox.choose("docker", "")
    if shutil.which("docker") is not None:
        engine_with(STUDENT)
        with pytest.raises(InfrastructureError, match="has no image tensorflow-course:nonsense"):
            sandbox.choose("docker", "tensorflow-course:nonsense")


def test_an_image_with_other_libraries_is_refused():
    import numpy

    inside = Docker(Engine("docker", "0", 1, swap=False), "old", "sha256:0")
    assert "old has numpy 1.0, the grader" in inside.complaint({"numpy": "1.0"})
    assert inside.complaint({"numpy": numpy.__version__, "not-installed": "1"}) == ""


def test_no_worker_is_started_in_an_image_that_holds_solutions():
    engine_with(GRADER)
    with pytest.raises(InfrastructureError, match="holds solutions"):
        sandbox.choose("docker", GRADER)


def test_a_path_may_hold_commas_and_quotes():
    assert csv_mount(Path('/a,"b'), "/x") == 'type=bind,"src=/a,""b",dst=/x,readonly'


# --- the file that makes them ---


def test_the_dockerfile_is_clean():
    if (program := shutil.which("hadolint")) is None:
        pytest.skip("hadolint is not installed; make check-images does that")
    done = subprocess.run([program, "docker/Dockerfile"], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_version_is_the_engine_s():
    import grader

    for name in ("Dockerfile", "bake.hcl"):
        assert re.search(rf"VERSION\b.*\b{re.escape(grader.__version__)}\b", (REPOSITORY / "docker" / name).read_text())


def test_compose_and_bake_build_the_targets_that_there_are():
    yaml = pytest.importorskip("yaml")
    stages = re.findall(r"^FROM \S+ AS (\S+)$", (REPOSITORY / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    compose = yaml.safe_load((REPOSITORY / "docker" / "compose.yaml").read_text())
    assert set(compose["services"]) == {"test", "grade", "lab"}
    for service in compose["services"].values():
        build = service["build"]
        assert f"{build['args']['CONTENT']}-{build['target']}" in stages
        assert service["image"] == f"tensorflow-course:{build['args']['CONTENT']}-{build['target']}"
    dev = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text())["build"]
    assert f"{dev['args']['CONTENT']}-{dev['target']}" in stages
    assert {"student-cpu", "student-cuda", "grader-cpu", "grader-cuda"} <= set(stages)


def test_only_what_is_named_is_sent_to_the_engine():
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    assert words[0] == "*"
    assert "**/.secret" in words[words.index("!solutions") :]


# --- a worker's container ---


def test_a_container_ends_with_its_session_and_with_its_grader(arrays_course, arrays, edited):
    docker = sandbox_or_skip("docker")
    listing = [docker.engine.client, "ps", "--all", "--quiet", "--no-trunc", "--filter", "label=grader.worker="]

    def there(pid):
        words = [*listing[:-1], f"label=grader.worker={pid}"]
        return subprocess.run(words, capture_output=True, text=True).stdout.split()

    with Grader(arrays_course, docker, seed=7) as grader:
        grader.session.start()
        assert there(os.getpid())
    assert not there(os.getpid())
    code = (
        "import sys, time; from pathlib import Path; from grader.course import load; from grader import sandbox\n"
        "from grader.session import Session\n"
        f"s = Session(load(Path({str(arrays_course.root)!r})), sandbox.choose('docker', {docker.image!r}))\n"
        "s.start(); print('up', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert child.stdout.readline() == b"up\n"
    assert there(child.pid)
    child.kill()
    child.wait()
    child.stdout.close()
    end = time.monotonic() + 30
    while there(child.pid) and time.monotonic() < end:
        time.sleep(0.2)
    assert not there(child.pid)


def test_a_container_has_the_limits_that_it_was_given(arrays_course):
    docker = sandbox_or_skip("docker")
    with Grader(arrays_course, docker, seed=7) as grader:
        grader.session.start()
        told = subprocess.run([docker.engine.client, "inspect", grader.session._launched.container],
                              capture_output=True, text=True).stdout  # fmt: skip
    (about,) = json.loads(told)
    host = about["HostConfig"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges" in host["SecurityOpt"]
    assert not any("unconfined" in option for option in host["SecurityOpt"])
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert host["NanoCpus"] > 0
    assert {limit["Name"] for limit in host["Ulimits"]} >= {"nofile", "core"}
    assert not about["Config"]["User"].startswith("0")
    assert all(mount["RW"] is False for mount in about["Mounts"])
    assert not any("docker.sock" in json.dumps(mount) or "solutions" in json.dumps(mount) for mount in about["Mounts"])


# --- the grader's container ---


PROBE = (
    "import sys; from grader.sandbox import bubblewrap_program, try_bubblewrap; "
    "said = try_bubblewrap(bubblewrap_program()); print(said); sys.exit(bool(said))"
)
ALLOWED = ("mount", "pivot_root", "sethostname", "umount2", "unshare")


def bubblewrap_under(profile):
    options = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only", "--tmpfs", "/tmp"]
    options += ["--security-opt", f"seccomp={profile}", "--security-opt", "systempaths=unconfined"]
    about = [engine_with(GRADER).client, "info", "--format", "{{.SecurityOptions}}"]
    if "apparmor" in subprocess.run(about, capture_output=True, text=True, check=True).stdout:
        options += ["--security-opt", "apparmor=unconfined"]
    return in_image(GRADER, "/opt/venv/bin/python", "-c", PROBE, options=options)


@pytest.mark.slow
def test_the_profile_lets_bubblewrap_work():
    done = bubblewrap_under(REPOSITORY / "docker" / "seccomp.json")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("call", ALLOWED)
def test_the_profile_allows_nothing_that_bubblewrap_does_not_need(call, tmp_path):
    text = (REPOSITORY / "docker" / "seccomp.json").read_text()
    assert text.count(f'"{call}"') == 1
    narrower = tmp_path / "seccomp.json"
    narrower.write_text(text.replace(f'"{call}"', '"uname"'))
    assert bubblewrap_under(narrower).returncode == 1


def test_the_profile_refuses_what_is_dangerous():
    text = (REPOSITORY / "docker" / "seccomp.json").read_text()
    profile = json.loads(text)
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    for call in ("ptrace", "process_vm_readv", "pidfd_getfd", "bpf", "keyctl", "add_key", "userfaultfd", "setns",
                 "io_uring_setup", "perf_event_open", "open_by_handle_at", "init_module", "kexec_load"):  # fmt: skip
        assert f'"{call}"' not in text


@pytest.mark.slow
def test_without_the_profile_nothing_is_graded():
    engine_with(GRADER)
    done = tool("grade", "ch4", REPOSITORY / "examples" / "class" / "student02.py", "--plain")
    assert done.returncode == 3
    assert "no sandbox" in done.stderr
    assert "seccomp=docker/seccomp.json" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_the_sample_class_gets_the_same_reports_in_the_image(tmp_path):
    engine_with(GRADER)
    done = tool("grade-class", "ch4", REPOSITORY / "examples" / "class", "--seed", "7", "--out", tmp_path / "inside")
    assert done.returncode == 0, done.stderr
    inside = reports(tmp_path / "inside")
    words = ["grade-class", "ch4", "examples/class", "--seed", "7", "--sandbox", "bwrap", "--out", tmp_path / "here"]
    subprocess.run([sys.executable, "-m", "grader", *map(str, words)], cwd=REPOSITORY, check=True, capture_output=True)
    here = reports(tmp_path / "here")
    assert len(inside) >= 8
    assert list(inside) == list(here)
    for student, report in inside.items():
        assert timeless(report) == timeless(here[student])
        if report.tasks and report.environment:
            assert report.environment["sandbox"] == "bwrap"


def reports(out: Path) -> dict[str, Report]:
    return {path.stem: decode_report(path.read_bytes()) for path in sorted((out / "results").glob("*.json"))}


# --- what is in them ---


def private_lines(course) -> set[str]:
    """Lines of the private half long and odd enough to be found in nothing else."""
    public = "\n".join(
        path.read_text(errors="replace")
        for folder in ("exercises", "grader")
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path.is_file() and path.suffix in (".py", ".md", ".ipynb", ".toml", ".json", ".html")
    )
    found = set()
    for chapter in course.chapters:
        texts = [render.solution(chapter), (chapter.solutions / "test_hidden.py").read_text()]
        texts += [
            path.read_text() for part in ("mutants", "alternates") for path in (chapter.solutions / part).glob("*")
        ]
        for text in texts:
            lines = (line.strip() for line in text.splitlines())
            found |= {line for line in lines if len(line) >= 45 and line not in public}
            with_names = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
            found |= {name for name in with_names if name.startswith("test_") and len(name) > 30 and name not in public}
    return found


def libraries() -> list[Path]:
    """Where the environment's own are."""
    return [Path(sysconfig.get_path("purelib"))]


def unpack(image, folder: Path) -> list[Path]:
    """Every layer of an image in a folder of its own, and its configuration; deleted files are there too."""
    client = engine_with(image).client
    packed = folder / "image.tar"
    subprocess.run([client, "save", "--output", str(packed), image], check=True, timeout=300)
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "image", filter="data")
    packed.unlink()
    (manifest,) = json.loads((folder / "image" / "manifest.json").read_text())
    layers = []
    for number, name in enumerate(manifest["Layers"]):
        target = folder / f"layer{number}"
        target.mkdir()
        with tarfile.open(folder / "image" / name) as archive:
            archive.extractall(target, filter=lambda member, _: member if member.isdir() or member.isreg() else None)
        (folder / "image" / name).unlink()
        layers.append(target)
    return [*layers, folder / "image"]


def search(needles: set[str], folders: list[Path], folder: Path) -> list[str]:
    """The files that hold one of these lines, in whatever form the file is."""
    wanted = folder / "needles"
    wanted.write_text("\n".join(sorted(needles)) + "\n")
    words = ["grep", "-rlaF", "-f", str(wanted), *map(str, folders)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_no_layer_of_the_student_s_image_holds_anything_private(tmp_path):
    course = courses.load(REPOSITORY)
    needles = private_lines(course)
    texts = [Path(path).read_text(errors="replace") for path in search(needles, libraries(), tmp_path)]
    known = {line for line in needles if any(line in text for text in texts)}  # what a library says is nobody's secret
    needles = (needles - known) | {secret(course).hex()}
    assert len(needles) > 1000
    layers = unpack(STUDENT, tmp_path)
    try:
        assert search(needles, layers, tmp_path) == []
        private = [path for path in (REPOSITORY / "solutions").rglob("*") if path.is_file() and path.stat().st_size]
        hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in private}
        everything = [path for layer in layers for path in layer.rglob("*")]
        inside = [path for path in everything if path.is_file() and path.stat().st_size < 1 << 20]
        assert [path for path in inside if hashlib.sha256(path.read_bytes()).hexdigest() in hashes] == []
        names = {"solutions", "mutants", "alternates", "test_hidden.py", ".secret"}
        assert [path for path in everything if path.name in names and "site-packages" not in path.parts] == []
        # the positive control: the same search finds them where they are
        assert len(search(needles, [REPOSITORY / "solutions"], tmp_path)) > 100
    finally:
        for folder in layers:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_the_grader_s_image_has_what_instructors_use_and_one_tensorflow():
    code = (
        "import importlib.metadata as m, nbgrader, distributed, jupyterlab\n"
        "names = [d.metadata['Name'].replace('_', '-') for d in m.distributions()]\n"
        "print(sorted(name for name in names if name.startswith('tensorflow')))"
    )
    done = in_image(GRADER, "/opt/venv/bin/python", "-c", code, options=["--env", "HOME=/tmp"])
    assert done.stdout.strip() == "['tensorflow-cpu']", done.stderr


@pytest.mark.slow
def test_the_grader_s_image_has_the_solutions_and_not_the_seed():
    listing = in_image(
        GRADER, "/usr/bin/find", "/course/solutions", "-name", "test_hidden.py", "-o", "-name", ".secret"
    )
    assert "test_hidden.py" in listing.stdout
    assert ".secret" not in listing.stdout


@pytest.mark.slow
@pytest.mark.parametrize("image", [STUDENT, GRADER])
def test_an_image_has_no_compiler_no_cache_and_is_not_root(image):
    code = (
        "import os, shutil\n"
        "tools = [t for t in ('gcc', 'cc', 'g++', 'make', 'pip', 'pip3', 'git') if shutil.which(t)]\n"
        "caches = [os.path.expanduser('~root') + '/.cache', '/tmp/.cache', '/var/lib/apt/lists/lock']\n"
        "caches = [path for path in caches if os.path.exists(path)]\n"
        "print(tools, caches, os.getuid())"
    )
    assert in_image(image, "/opt/venv/bin/python", "-c", code).stdout.strip() == "[] [] 1000"
    about = subprocess.run([find_engine().client, "inspect", image], capture_output=True, text=True).stdout
    labels = json.loads(about)[0]["Config"]["Labels"]
    import grader

    assert labels["org.opencontainers.image.version"] == grader.__version__


@pytest.mark.slow
def test_an_image_is_little_more_than_its_base_and_its_wheels():
    engine_with(STUDENT)
    done = tool("sizes", STUDENT)
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"the image is ([\d.]+) times that", done.stdout)[1]) <= 1.15


@pytest.mark.slow
def test_the_bill_of_materials_is_what_the_lock_says():
    engine_with(STUDENT)
    done = tool("sbom", STUDENT)
    assert done.returncode == 0, done.stderr
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    there = {part["purl"] for part in bill["components"]}
    lock = (REPOSITORY / "requirements" / "student.txt").read_text()
    for name in ("numpy", "keras", "tensorflow-cpu", "safetensors"):
        version = re.search(rf"^{name}==(\S+)", lock, re.MULTILINE)[1]
        assert f"pkg:pypi/{name}@{version}" in there
    assert any(purl.startswith("pkg:deb/debian/libc6@") for purl in there)


@pytest.mark.slow
def test_two_builds_have_the_same_files():
    client = engine_with(STUDENT).client
    again = "tensorflow-course:again"
    built = tool("build", "--device", "cpu", "--content", "student", "--no-cache", "--tag", again)
    try:
        assert built.returncode == 0, built.stderr[-2000:]
        one, two = tool("files", STUDENT), tool("files", again)
        assert one.returncode == two.returncode == 0, one.stderr + two.stderr
        assert len(one.stdout.splitlines()) > 10_000
        differ = set(one.stdout.splitlines()) ^ set(two.stdout.splitlines())
        assert not differ, sorted(differ)[:20]
    finally:
        subprocess.run([client, "image", "rm", again], capture_output=True)


@pytest.mark.slow
def test_the_cuda_image_grades_on_a_gpu():
    """Needs a GPU, its driver, NVIDIA's container toolkit and the image; the plan is in docker/README.md."""
    if not Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has no NVIDIA GPU, or not its driver")
    engine_with("tensorflow-course:grader-cuda")
    work = REPOSITORY / "examples" / "class" / "student02.py"
    on_gpu, on_cpu = (tool("grade", "ch4", work, "--seed", "7", "--device", device) for device in ("cuda", "cpu"))
    assert on_gpu.returncode == on_cpu.returncode
    assert [line for line in on_gpu.stdout.splitlines() if " / " in line] == [
        line for line in on_cpu.stdout.splitlines() if " / " in line
    ]
