"""The repository keeps its own rules: layers, locks, documented commands, no trace of one machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("student", "cuda", "instructor", "dev")
ALL_LOCKS = (*LOCKS, "images", "oracles")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LARGEST = 1 << 20  # bytes

# What lies directly below each module of the engine; what lies below that comes with it, and BASE is for all.
BASE = {"model", "errors", "atomic"}
LAYERS: dict[str, set[str]] = {
    "model": set(),
    "errors": set(),
    "atomic": set(),
    "patterns": set(),
    "channel": set(),
    "guard": set(),
    "housekeeping": set(),
    "plain": set(),
    "sampling": set(),  # in the sandbox
    "seccomp": set(),  # in the sandbox
    "seeds": set(),
    "regions": set(),
    "notebook": set(),
    "translations": set(),
    "versions": set(),  # in the sandbox
    "course": {"translations"},
    "spawned": {"child", "housekeeping", "sampling", "channel", "plain", "versions", "wire"},
    "sandbox": {"spawned", "channel", "versions"},
    "wire": set(),
    "archive": set(),
    "submission": {"archive", "notebook"},
    "assembly": {"regions"},
    "render": {"assembly", "course", "submission"},
    "child": {"wire", "channel", "guard", "plain"},  # in the sandbox
    "worker": {"child", "housekeeping", "sampling", "seccomp", "versions"},  # in the sandbox
    "hearsay": set(),
    "endings": {"plain"},
    "endless": set(),
    "testimony": {"endings", "endless", "hearsay"},
    "session": {"wire", "sandbox", "testimony"},
    "agreement": {"patterns"},
    "differences": {"agreement"},
    "compare": {"differences"},
    "oracle": {"session"},
    "loading": set(),
    "records": {"differences"},
    "plugin": {"compare", "records", "seeds", "loading"},
    "recorded": {"oracle", "compare"},
    "feedback": {"records", "translations", "plain"},
    "snippets": {"oracle", "loading", "seeds", "records"},
    "visible": {"course", "plugin", "recorded"},
    "misconceptions": {"compare", "records"},
    "plates": {"records"},
    "diagnosis": {"misconceptions", "assembly"},
    "marks": {"feedback", "diagnosis"},
    "printouts": {"records", "session"},
    "begun": {"render"},
    "grade": {"begun", "plugin", "marks", "plates", "printouts", "recorded", "render", "slices", "snippets"},
    "reports": {"proof", "plates"},
    "classroom": {"grade", "reports"},
    "nbgrader_engine": {"classroom"},
    "student": {"grade", "reports"},
    "doctor": {"sandbox", "course", "reports"},
    "syntax": set(),
    "inventory": set(),
    "slices": set(),
    "explain": {"grade"},
    "crew": {"grade"},
    "rehearsal": {"crew"},
    "mutators": {"regions"},
    "lists": set(),
    "equivalents": {"lists"},
    "redundant": {"lists"},
    "variants": {"compare", "grade", "proof"},
    "mutation": {"mutators", "equivalents", "crew"},
    "equivalence": {"equivalents", "mutators", "slices", "grade"},
    "generality": {"crew"},
    "scaffold": {"assembly", "course"},
    "proof": set(),
    "margins": {"records", "proof"},
    "audit": {"scaffold", "inventory", "rehearsal", "syntax", "margins", "redundant", "variants", "grade", "reports"},
    "release": {"inventory", "render", "seeds"},
    "ci": {"classroom", "release"},
    "verbs": {
        "equivalence",
        "audit",
        "ci",
        "generality",
        "mutation",
        "nbgrader_engine",
        "doctor",
        "explain",
        "release",
        "student",
    },
    "__main__": {"verbs"},
}


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository: what git would commit, or all but the caches without git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        skip = {".git", ".venv", "build", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
        paths = [path for path in ROOT.rglob("*") if not skip & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))


@cache
def text(path: Path) -> str | None:
    """What a file says, or None for a file that is not text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """The dotted names that a module imports, at its top or inside its functions."""
    package = [*path.relative_to(ROOT).parent.parts]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{prefix}.{alias.name}" for alias in node.names}
    return found


def closure(module: str) -> set[str]:
    reached: set[str] = set() if module in BASE else set(BASE)
    pending = [module]
    while pending:
        for below in LAYERS[pending.pop()] - reached:
            reached.add(below)
            pending.append(below)
    return reached


ENGINE = sorted((ROOT / "grader").rglob("*.py"))


@pytest.mark.parametrize("path", ENGINE, ids=relative)
def test_the_engine_knows_no_framework(path: Path) -> None:
    frameworks = {"tensorflow", "keras", "torch", "jax"}
    assert not {name for name in imports(path) if name.split(".")[0] in frameworks}


@pytest.mark.parametrize("path", ENGINE, ids=relative)
def test_a_module_of_the_engine_imports_only_what_lies_below_it(path: Path) -> None:
    module = path.relative_to(ROOT / "grader").with_suffix("").parts[0]
    if module == "__init__":
        return
    used = {name.split(".")[1] for name in imports(path) if re.match(r"grader\.[a-z_]+", name)}
    assert module in LAYERS, f"say in this file what {module} may import"
    assert used - {"__version__", module} <= closure(module)


def test_the_layers_have_no_circle() -> None:
    assert not [module for module in LAYERS if module in closure(module)]


@pytest.mark.parametrize("path", ENGINE, ids=relative)
def test_a_module_of_the_engine_stays_small(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= 350


def test_nothing_public_imports_what_is_private() -> None:
    public = (ROOT / "exercises").rglob("*.py")
    guilty = [relative(path) for path in public if any("solutions" in name for name in imports(path))]
    assert not guilty


# --- no trace of one machine ---


def test_no_file_names_a_package_index_or_a_path_of_this_machine() -> None:
    hosts = {"py" + "pi.org", "files.python" + "hosted.org", "registry." + "npmjs.org"}
    homes = {f"{ROOT}/", f"{Path.home()}/"} - {"//"}
    guilty = [
        f"{relative(path)}: {word}" for path in files() for word in sorted(hosts | homes) if word in (text(path) or "")
    ]
    assert not guilty


def test_text_files_end_in_one_newline_and_no_line_in_blanks() -> None:
    as_found = ("exercises/data/", "examples/")  # data and students' work stay as they came
    guilty = []
    for path in files():
        content = text(path)
        if content is None or not content or relative(path).startswith(as_found) or path.suffix == ".patch":
            continue
        if "\r" in content:
            guilty.append(f"{relative(path)}: carriage return")
        if not content.endswith("\n") or content.endswith("\n\n"):
            guilty.append(f"{relative(path)}: its end")
        guilty += [
            f"{relative(path)}:{number}: blanks at its end"
            for number, line in enumerate(content.split("\n"), 1)
            if line != line.rstrip() and path.suffix != ".md"
        ]
        if re.search(r"^(<{7}|>{7}) ", content, re.MULTILINE):
            guilty.append(f"{relative(path)}: a merge that was not finished")
    assert not guilty


def test_no_file_is_large() -> None:
    assert not [relative(path) for path in files() if path.stat().st_size > LARGEST]


# --- the locks ---


def locked(name: str) -> dict[str, str]:
    """Package -> version of one lock."""
    content = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {
        canonicalize_name(package): version
        for package, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", content, re.MULTILINE)
    }


@pytest.mark.parametrize("name", ALL_LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_index(name: str) -> None:
    content = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    for line in content.splitlines():
        if line.strip() and not line.startswith("#"):
            assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", line), line
            assert "--hash=sha256:" in line, line
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", content, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_scikit_learn_is_not_locked(name: str) -> None:
    # Where it is installed, Keras imports it: 1.5 seconds for every worker.
    assert "scikit-learn" not in locked(name)


@pytest.mark.parametrize(
    ("name", "extras"),
    [
        ("student", ["cpu"]),
        ("cuda", ["cuda"]),
        ("instructor", ["cpu", "instructor"]),
        ("dev", ["cpu", "instructor", "lab", "book", "dev"]),
    ],
)
def test_a_lock_holds_what_pyproject_asks_for(name: str, extras: list[str]) -> None:
    project = PYPROJECT["project"]
    wanted = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    versions = locked(name)
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, requirement
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_the_locks_agree() -> None:
    student = locked("student")
    for name in LOCKS[1:]:
        other = locked(name)
        assert set(student) - set(other) <= ({"tensorflow-cpu"} if name == "cuda" else set())
        assert not {package for package in student if student[package] != other.get(package, student[package])}


# --- the commands ---


def make(*arguments: str) -> str:
    """What make prints, undisturbed by a make that these tests run under."""
    ours = {"SUBMISSION", "TASK", "DEVICE", "SANDBOX", "SEED", "IMAGE", "HTML"}
    environment = {key: value for key, value in os.environ.items() if key not in ours and "MAKE" not in key}
    command = ["make", "--no-print-directory", "--old-file=.venv/lock.txt", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True).stdout


@cache
def documented() -> dict[str, str]:
    """Target -> its line, as `make` alone shows them."""
    return dict(re.findall(r"^ +make (\S+) +(.+)$", make(), re.MULTILINE))


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    names = " ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)).split()
    found = set()
    for name in names:
        if name.startswith("$("):  # one for each chapter
            verb = {"TESTS": "test", "WATCHES": "watch", "HINTS": "hint", "RESETS": "reset"}[name[2:-1]]
            found |= {f"{verb}-ch{number}" for number in range(1, 6)}
        else:
            found.add(name)
    return found


def test_make_alone_lists_every_target() -> None:
    likewise = ("test", "watch", "hint", "reset")
    assert targets() - set(documented()) == {f"{verb}-ch{number}" for verb in likewise for number in (1, 2, 3, 5)}
    for verb in likewise:
        assert f"likewise {verb}-ch1 to {verb}-ch5" in documented()[f"{verb}-ch4"]


SHOW = "PYTHON=printf '<%s>'"  # instead of running Python, show each argument


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["test-ch4"], ["exercises/ch4_optimizers"]),
        (["test-ch4", "SUBMISSION=a b'c.zip"], ["a b'c.zip"]),
        (["test-ch2", "TASK=x", "SEED=7"], ["exercises/ch2_autograph", "--task", "x", "--seed", "7"]),
        (
            ["test-ch4", "SUBMISSION=x.py", "DEVICE=cpu", "SANDBOX=none"],
            ["x.py", "--device", "cpu", "--sandbox", "none"],
        ),
    ],
)
def test_make_passes_on_what_it_was_given(given: list[str], expected: list[str]) -> None:
    own = [] if any(word.startswith("SUBMISSION") for word in given) else ["--own"]
    words = ["-m", "grader", "grade", given[0].removeprefix("test-"), expected[0], "--warm", *own, *expected[1:]]
    assert make(SHOW, *given) == "".join(f"<{word}>" for word in words)


def test_make_grades_in_a_container() -> None:
    words = ["docker/images.py", "grade", "--device", "cuda", "ch4", "a b.zip", "--task", "adam", "--seed", "7"]
    given = ["test-ch4", "IMAGE=cuda", "SUBMISSION=a b.zip", "TASK=adam", "SEED=7"]
    assert make(SHOW, *given) == "".join(f"<{word}>" for word in words)
    assert make(SHOW, *given, "DEVICE=cuda") == make(SHOW, *given)


@pytest.mark.parametrize("more", ["HTML=1", "DEVICE=cpu"])
def test_make_refuses_what_a_container_does_not_do(more: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        make(SHOW, "test-ch4", "IMAGE=cuda", more)
    assert caught.value.returncode == 2
    assert "leave out HTML and DEVICE" in caught.value.stderr
    assert not caught.value.stdout


PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docker/README.md"]


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_that_a_page_names_exist(name: str) -> None:
    content = (ROOT / name).read_text()
    commands = re.findall(r"(?:`|^ *)make ([a-z][a-z0-9-]*)", content, re.MULTILINE)
    assert set(commands) <= targets()
    assert name != "README.md" or {"demo", "check"} <= set(commands)


@pytest.mark.parametrize("name", PAGES)
def test_the_files_that_a_page_links_to_exist(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / name).read_text())
    assert not [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]


def test_the_version_is_the_same_everywhere() -> None:
    import grader

    version = PYPROJECT["project"]["version"]
    assert grader.__version__ == version
    entries = re.findall(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version in entries


def test_the_hooks_call_the_locked_tools() -> None:
    makefile = (ROOT / "Makefile").read_text()
    lint = makefile[makefile.index("\nlint:") :].split("\n\n")[0]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for repository in config["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            python, _, tool, *_ = hook["entry"].split()
            assert python == ".venv/bin/python"
            assert tool in locked("dev")
            assert f"$(PYTHON) -m {tool}" in lint, f"`make lint` does not call {tool}"


def test_workflows_may_only_read_and_pin_what_they_use() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        content = path.read_text()
        assert yaml.safe_load(content)["permissions"] == {"contents": "read"}
        for action in re.findall(r"uses:\s*(\S+)", content):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
