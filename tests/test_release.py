"""The student repository: what is in it, what must never be, how a later release comes into one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from grader import seeds
from grader.__main__ import main
from grader.course import load
from grader.errors import AuthorError, UsageError
from grader.model import Course
from grader.release import contents, extract, privacy, update

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def secrets(whole_course: Course) -> privacy.Secrets:
    return privacy.secrets_of(whole_course)


@pytest.fixture(scope="session")
def files(whole_course: Course) -> dict[str, bytes]:
    return contents.contents(whole_course, whole_course.chapters)


@pytest.fixture(scope="session")
def manifest(whole_course: Course, files: dict[str, bytes]) -> update.Manifest:
    return contents.manifest(whole_course, whole_course.chapters, files)


Newer = Callable[..., tuple[update.Manifest, dict[str, bytes]]]


@pytest.fixture
def newer(manifest: update.Manifest, files: dict[str, bytes]) -> Newer:
    """A later release: some files changed, some gone (None)."""

    def make(**changed: bytes | None) -> tuple[update.Manifest, dict[str, bytes]]:
        later = {**files, **changed}
        content = {name: data for name, data in later.items() if data is not None}
        digests = {name: update.digest(data) for name, data in content.items()}
        return update.Manifest(manifest.course, "", "9", manifest.chapters, digests, manifest.work), content

    return make


@pytest.fixture
def copy(manifest: update.Manifest, files: dict[str, bytes], tmp_path: Path) -> Path:
    """A student's copy as it was released."""
    update.apply(manifest, files, tmp_path / "copy")
    return tmp_path / "copy"


WORK = "exercises/ch1_arrays/arrays.py"


# --- what is in it ---


def test_a_release_has_what_students_need_and_nothing_from_solutions(files: dict[str, bytes]) -> None:
    chapter = "exercises/ch1_arrays"
    needed = {
        *(
            "Makefile",
            "README.md",
            "LICENSE",
            "course.toml",
            "pyproject.toml",
            "requirements/student.txt",
            ".gitignore",
        ),
        *(
            ".github/workflows/feedback.yml",
            "exercises/runtime.py",
            "grader/grade.py",
            "grader/reports/templates/style.css",
        ),
        *(f"{chapter}/{name}" for name in ("lesson.md", "arrays.py", "arrays.ipynb", "test_public.py", "hints.md")),
        *(f"{chapter}/expected/{name}.json" for name in ("recorded", "released")),
    }
    assert needed <= set(files)
    assert not [name for name in files if "solutions" in name or "hidden" in name or name.endswith(".pyc")]


def test_the_same_course_gives_the_same_release(whole_course: Course, files: dict[str, bytes]) -> None:
    assert contents.contents(whole_course, whole_course.chapters) == files
    assert update._archive(files) == update._archive(dict(reversed(files.items())))


def test_the_real_course_gives_nothing_away() -> None:
    course = load(REPOSITORY)
    files = contents.contents(course, course.chapters)
    assert not [str(leak) for leak in privacy.leaks(files, privacy.secrets_of(course))]


def test_the_containers_of_the_release_are_the_courses_own() -> None:
    course = load(REPOSITORY)
    files = contents.contents(course, course.chapters[:2])
    compose = yaml.safe_load(files["compose.yaml"])
    ours = yaml.safe_load((REPOSITORY / "docker" / "compose.yaml").read_text())
    assert set(compose["services"]) == {"test", "lab"}
    for name, service in compose["services"].items():
        for key in ("init", "network_mode", "read_only", "user", "cap_drop", "tmpfs", "ports"):
            assert service.get(key) == ours["services"][name].get(key), key
    profile = next(word for word in compose["services"]["test"]["security_opt"] if word.startswith("seccomp="))
    assert profile.removeprefix("seccomp=./") in files
    editor = json.loads(files[".devcontainer/devcontainer.json"])
    theirs = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text())
    assert editor["runArgs"] == theirs["runArgs"]
    assert "lab" in editor["image"] and "build" not in editor


def test_the_exceptions_that_the_real_course_makes_are_all_needed() -> None:
    course = load(REPOSITORY)
    files = contents.contents(course, course.chapters)
    public = {privacy._plain(line) for data in files.values() for line in data.decode(errors="replace").split("\n")}
    for path, data in files.items():
        if path.endswith(".ipynb"):
            public |= {privacy._plain(line) for text in privacy._strings(json.loads(data)) for line in text.split("\n")}
    assert privacy.public_lines(course) <= public


@pytest.mark.parametrize("keys", [["ch1"], ["ch1", "ch2"], ["ch3", "ch4", "ch5"]])
def test_the_students_makefile_speaks_of_the_chapters_that_are_there(keys: list[str], tmp_path: Path) -> None:
    text = extract.makefile((REPOSITORY / "Makefile").read_text(), keys)
    (tmp_path / "Makefile").write_text(text)
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    shown = subprocess.run(["make"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"\bch\d", shown)) <= set(keys)
    assert "For instructors" not in shown and "For authors" not in shown
    assert "IMAGE=" not in shown and "DEVICE=cpu|cuda)" in shown
    targets = set(re.findall(r"^  make (\S+)", shown, re.MULTILINE)) | {f"test-{key}" for key in keys}
    for target in targets:
        dry = ["make", "-n", "--old-file=.venv/lock.txt", target]
        subprocess.run(dry, cwd=tmp_path, env=environment, capture_output=True, check=True)


def test_part_of_a_course_is_a_course(tmp_path: Path) -> None:
    course = load(REPOSITORY)
    files = contents.contents(course, [course.chapter("ch1"), course.chapter("ch2")])
    update.apply(contents.manifest(course, course.chapters[:2], files), files, tmp_path / "out")
    part = load(tmp_path / "out")
    assert [chapter.key for chapter in part.chapters] == ["ch1", "ch2"]
    assert part.solutions is None
    assert not [name for name in files if "ch4" in name]
    assert "ch4" not in files["README.md"].decode()


def test_the_readme_names_files_that_are_there(files: dict[str, bytes]) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", files["README.md"].decode())
    assert links
    assert not [link for link in links if link not in files]


def test_a_skeleton_that_is_out_of_date_is_not_released(whole_course: Course, tmp_path: Path) -> None:
    shutil.copytree(whole_course.root, tmp_path / "course")
    (tmp_path / "course" / WORK).write_text("# edited by hand\n")
    course = load(tmp_path / "course")
    with pytest.raises(AuthorError, match=r"arrays\.py is not what the solution gives: run make render"):
        contents.release(course, course.chapters, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- what must never be ---

PLANTED = {
    "region": b"    spread = np.sqrt(np.mean(centred**2, axis=0))\n",
    "hidden test": b"see test_constant_column_becomes_zeros\n",
    "mutant": b"hint: Which axis do you average over? The mean of a column\nruns over the rows.\n",
    "alternate": None,
    "marker": b"    #: begin center.center\n",
    "private file": b"",
    "seed": None,
}


@pytest.mark.parametrize("kind", PLANTED)
def test_one_leak_of_each_kind_is_refused_with_one_line(
    kind: str, whole_course: Course, files: dict[str, bytes], secrets: privacy.Secrets
) -> None:
    planted = PLANTED[kind]
    path = "exercises/ch1_arrays/given.py"
    if kind == "seed":
        planted = f"SEED = '{seeds.assignment_seed(whole_course, whole_course.chapters[0], None)}'\n".encode()
    elif kind == "alternate":
        line = next(line for line, (what, _) in secrets.lines.items() if what == "alternate")
        planted = f"# {line}\n".encode()
    elif kind == "private file":
        path = "exercises/ch1_arrays/mutants/center.py"
    leaking = {**files, path: files.get(path, b"") + (planted or b"")}
    assert [leak.kind for leak in privacy.leaks(leaking, secrets)] == [kind]
    with pytest.raises(AuthorError) as caught:
        privacy.refuse_leaks(leaking, secrets)
    assert path in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "planted",
    [
        "def test_rows_stay_together(submission, case): ...",  # a hidden test's name
        "A column without spread becomes zeros, not NaN.",  # its claim
        'check(not np.array_equal(first, second), "two shuffles gave the same order")',  # a line of it
        "# return centred / np.where(spread == 0, np.ones_like(spread), spread)",  # commented out
        "> return centred / np.where(spread  ==  0, np.ones_like(spread), spread)",  # quoted, blanks changed
        "running_mean_shared",  # a mutant's name
    ],
)
def test_a_leak_is_found_however_it_is_dressed(planted: str, files: dict[str, bytes], secrets: privacy.Secrets) -> None:
    if "  ==  " in planted:
        planted = planted.replace("  ==  ", " == ")
    for path in ("exercises/ch1_arrays/hints.md", "README.md", "grader/wire.py"):
        assert privacy.leaks({path: files[path] + planted.encode() + b"\n"}, secrets), path


def test_a_leak_in_a_notebook_is_found(files: dict[str, bytes], secrets: privacy.Secrets) -> None:
    path = "exercises/ch1_arrays/arrays.ipynb"
    book = json.loads(files[path])
    book["cells"][-1]["source"] = ["x = 1\n", "return centred / np.where(spread == 0, np.ones_like(spread), spread)"]
    (leak,) = privacy.leaks({path: json.dumps(book, indent=1).encode()}, secrets)
    assert leak.kind == "region" and leak.line > 0


def test_an_archive_is_not_released(secrets: privacy.Secrets) -> None:
    (leak,) = privacy.leaks({"exercises/data/more.bin": b"PK\x03\x04rest"}, secrets)
    assert leak.kind == "private file"


def test_a_leak_stops_the_release_before_anything_is_written(
    whole_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(whole_course.root, tmp_path / "course")
    hints = tmp_path / "course" / "exercises" / "ch1_arrays" / "hints.md"
    hints.write_text(hints.read_text() + "\nself.total = self.total + np.sum(batch, axis=0)\n")
    line = len(hints.read_text().splitlines())
    assert main(["--course", str(tmp_path / "course"), "release", "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"exercises/ch1_arrays/hints.md:{line}: a line of the solution of running_mean.update" in said
    assert not (tmp_path / "out").exists()


# --- a later release ---


def test_a_second_release_of_the_same_changes_nothing(
    copy: Path, manifest: update.Manifest, files: dict[str, bytes]
) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert update.apply(manifest, files, copy) == []
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_what_only_the_course_changed_is_replaced(copy: Path, newer: Newer) -> None:
    later, content = newer(**{"README.md": b"new\n", "LICENSE": None})
    changes = update.apply(later, content, copy)
    assert {(change.path, change.what) for change in changes} == {("README.md", "updated"), ("LICENSE", "removed")}
    assert (copy / "README.md").read_bytes() == b"new\n"
    assert not (copy / "LICENSE").exists()


def test_a_skeleton_that_the_student_edited_is_left_and_the_new_one_put_beside(copy: Path, newer: Newer) -> None:
    (copy / WORK).write_text("mine = 1\n")
    later, content = newer(**{WORK: b"new skeleton\n"})
    (change,) = update.apply(later, content, copy)
    assert change.what == "conflict" and "your work is as it was" in str(change) and "arrays.py.new" in str(change)
    assert (copy / WORK).read_text() == "mine = 1\n"
    assert (copy / f"{WORK}.new").read_bytes() == b"new skeleton\n"


def test_a_skeleton_that_did_not_change_says_nothing_of_the_students_work(copy: Path, newer: Newer) -> None:
    (copy / WORK).write_text("mine = 1\n")
    assert update.apply(*newer(), copy) == []
    assert (copy / WORK).read_text() == "mine = 1\n"


def test_changes_in_different_places_are_merged(copy: Path, newer: Newer, files: dict[str, bytes]) -> None:
    text = files["README.md"]
    (copy / "README.md").write_bytes(b"My notes.\n\n" + text)
    later, content = newer(**{"README.md": text + b"\nA word from the course.\n"})
    (change,) = update.apply(later, content, copy)
    assert change.what == "merged"
    merged = (copy / "README.md").read_bytes()
    assert merged == b"My notes.\n\n" + text + b"\nA word from the course.\n"
    # and once more: the base is now the new release
    again, content = newer(**{"README.md": text + b"\nAnother word from the course.\n"})
    assert [change.what for change in update.apply(again, content, copy)] == ["merged"]
    assert (copy / "README.md").read_bytes() == b"My notes.\n\n" + text + b"\nAnother word from the course.\n"


def test_changes_in_the_same_place_are_a_conflict_and_nothing_is_lost(
    copy: Path, newer: Newer, files: dict[str, bytes]
) -> None:
    _, rest = files["README.md"].split(b"\n", 1)
    (copy / "README.md").write_bytes(b"mine\n" + rest)
    later, content = newer(**{"README.md": b"theirs\n" + rest})
    (change,) = update.apply(later, content, copy)
    assert change.what == "conflict" and "you and the release changed it" in str(change)
    assert (copy / "README.md").read_bytes() == b"mine\n" + rest
    assert (copy / "README.md.new").read_bytes() == b"theirs\n" + rest


def test_a_file_of_the_students_own_is_never_touched(copy: Path, newer: Newer) -> None:
    (copy / "notes.md").write_text("mine\n")
    (copy / "grader" / "extra.py").write_text("mine = 1\n")
    later, content = newer(**{"notes.md": b"theirs\n"})
    (change,) = update.apply(later, content, copy)
    assert change.what == "conflict" and "it is yours" in str(change)
    assert (copy / "notes.md").read_text() == "mine\n"
    assert (copy / "grader" / "extra.py").read_text() == "mine = 1\n"


def test_a_file_that_left_the_course_stays_where_the_student_changed_it(copy: Path, newer: Newer) -> None:
    (copy / "LICENSE").write_text("changed\n")
    later, content = newer(LICENSE=None)
    assert [change.what for change in update.apply(later, content, copy)] == ["kept"]
    assert (copy / "LICENSE").read_text() == "changed\n"


def test_a_notebook_is_never_merged(copy: Path, newer: Newer, files: dict[str, bytes]) -> None:
    path = "exercises/ch1_arrays/arrays.ipynb"
    (copy / path).write_bytes(files[path] + b"\n")
    later, content = newer(**{path: b"\n" + files[path]})
    assert [change.what for change in update.apply(later, content, copy)] == ["conflict"]
    assert (copy / path).read_bytes() == files[path] + b"\n"


def test_a_link_is_not_followed_out_of_the_copy(copy: Path, newer: Newer, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    shutil.rmtree(copy / "requirements")
    (copy / "requirements").symlink_to(tmp_path / "outside")
    later, content = newer(**{"requirements/student.txt": b"new\n"})
    (change,) = update.apply(later, content, copy)
    assert change.what == "conflict" and "link" in str(change)
    assert not list((tmp_path / "outside").iterdir())


def test_a_manifest_that_names_files_outside_is_refused(copy: Path, newer: Newer) -> None:
    path = copy / update.MANIFEST
    path.write_text(path.read_text().replace('"LICENSE"', '"../LICENSE"'))
    with pytest.raises(UsageError, match="outside"):
        update.apply(*newer(), copy)


def test_a_folder_of_other_things_is_not_written_into(tmp_path: Path, newer: Newer) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match="holds other things"):
        update.apply(*newer(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_fresh_clone_of_an_empty_repository_takes_a_release(tmp_path: Path, newer: Newer) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert update.apply(*newer(), tmp_path)
    assert (tmp_path / "Makefile").is_file() and (tmp_path / ".git").is_dir()


# --- on the command line ---


def grader(*arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_a_student_takes_in_a_newer_release(whole_course: Course, tmp_path: Path) -> None:
    shutil.copytree(whole_course.root, tmp_path / "course")
    course = ("--course", str(tmp_path / "course"))
    assert main([*course, "release", "--out", str(tmp_path / "mine")]) == 0
    mine = tmp_path / "mine"
    (mine / WORK).write_text((mine / WORK).read_text() + "# my work\n")
    hints = tmp_path / "course" / "exercises" / "ch1_arrays" / "hints.md"
    hints.write_text(hints.read_text() + "\nA better hint.\n")
    assert main([*course, "release", "--out", str(tmp_path / "newer")]) == 0
    done = grader("update", str(tmp_path / "newer"), cwd=mine)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 updated" in done.stdout
    assert (mine / WORK).read_text().endswith("# my work\n")
    assert "A better hint." in (mine / "exercises" / "ch1_arrays" / "hints.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["release", "--out", "out", "--chapters", "ch9"], "there is no chapter 'ch9' yet"),
        (["release", "--out", "out", "--chapters", ","], "--chapters names none"),
        (["release", "--out", "."], "cannot go over the course itself"),
        (["update", "."], "this is the course itself"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: list[str], words: str) -> None:
    done = grader(*arguments)
    assert done.returncode == 2
    assert words in done.stderr and done.stderr.count("\n") == 1


def test_the_students_copy_grades_the_visible_cases(whole_course: Course, copy: Path) -> None:
    solution = (whole_course.chapters[0].solutions or Path()) / "arrays.py"
    (copy / WORK).write_text(solution.read_text())
    (copy / ".venv").symlink_to(Path(sys.prefix))
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "PYTHONPATH"}
    command = ["make", "--no-print-directory", "--old-file=.venv/lock.txt", "test-ch1"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All visible cases pass" in done.stdout


@pytest.mark.slow
def test_a_fresh_machine_tests_chapter_4_and_needs_no_network_after_that(tmp_path: Path) -> None:
    course = load(REPOSITORY)
    out = tmp_path / "course"
    contents.release(course, course.chapters, out)
    assert course.solutions is not None
    shutil.copy(course.solutions / "ch4_optimizers" / "optimizers.py", out / "exercises" / "ch4_optimizers")
    ours = ("MAKE", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    first = subprocess.run(["make", "doctor"], cwd=out, env=environment, capture_output=True, text=True, check=False)
    assert (out / ".venv" / "lock.txt").is_file(), first.stdout + first.stderr
    offline = ["unshare", "--net", "--map-root-user", "make", "test-ch4"]
    done = subprocess.run(offline, cwd=out, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All visible cases pass" in done.stdout
