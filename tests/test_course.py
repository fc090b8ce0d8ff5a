"""A course file is read strictly: whatever is wrong is one line that names the file and the key."""

import shutil
from pathlib import Path

import pytest

from grader.course import audit_numbers, find_root, load
from grader.errors import AuthorError, UsageError

NUMPY_COURSE = Path(__file__).parent / "numpy_course"


@pytest.fixture
def course(tmp_path):
    """A copy of the small course, to be spoilt."""
    root = tmp_path / "course"
    ignore = shutil.ignore_patterns("__pycache__", ".secret")
    shutil.copytree(NUMPY_COURSE, root, ignore=ignore)
    return root


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_course_is_read():
    course = load(NUMPY_COURSE)
    assert course.id == "arrays"
    chapter = course.chapter("ch1")
    assert [task.id for task in chapter.tasks] == ["center", "normalise", "running_mean", "shuffle_rows"]
    assert chapter.task("normalise").needs == ("center",)
    assert chapter.limits.probe_seconds == 2.0
    assert chapter.solutions == NUMPY_COURSE / "solutions" / "ch1_arrays"
    assert course.chapter("1") is course.chapter("ch1_arrays") is chapter
    assert audit_numbers(load(NUMPY_COURSE), load(NUMPY_COURSE).chapters[0]).mutants == 2


def test_a_copy_without_solutions_has_none(course):
    shutil.rmtree(course / "solutions")
    loaded = load(course)
    assert loaded.solutions is None
    assert loaded.chapters[0].solutions is None


def test_a_chapter_without_solutions_has_none(course):
    shutil.rmtree(course / "solutions" / "ch1_arrays")
    assert load(course).solutions is not None
    assert load(course).chapters[0].solutions is None


def test_the_root_is_found_from_below(tmp_path):
    assert find_root(NUMPY_COURSE / "exercises" / "ch1_arrays") == NUMPY_COURSE
    with pytest.raises(UsageError, match=r"no course\.toml in"):
        find_root(tmp_path)
    with pytest.raises(UsageError, match="is not a course"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "arrays"', 'id = "arrays', r"course\.toml: not TOML"),
        ('id = "arrays"', "id = 7", r"course\.toml: id: expected `str`, got `int`"),
        ('id = "arrays"', 'id = "a\\nb"', r"course\.toml: id: one line"),
        ('id = "arrays"', 'id = "arrays"\nmore = 1', "unknown field `more`"),
        ('id = "arrays"\n', "", "missing required field `id`"),
        ('"exercises/runtime.py"', '"exercises/none.py"', "runtime: there is no file"),
        ('"exercises/runtime.py"', '"../runtime.py"', "runtime: .* not a path below"),
        ('["ch1_arrays"]', "[]", "chapters: a course has at least one"),
        ('["ch1_arrays"]', '["arrays"]', 'chapters: "arrays" is not of the form'),
        ('["ch1_arrays"]', '["ch1_arrays", "ch1_arrays"]', '"ch1_arrays" is there twice'),
        ('["ch1_arrays"]', '["ch1_arrays", "ch1_more"]', '"ch1" is there twice'),
        ('["ch1_arrays"]', '["ch2_none"]', r"ch2_none: there is no chapter\.toml"),
        ('preload = ["numpy"]', 'preload = ["numpy", "os;"]', "preload: .* not the name of a module"),
        ("mutants = 2", "mutant = 2", "audit: object contains unknown field `mutant`"),
    ],
)
def test_what_is_wrong_in_course_toml(course, old, new, words):
    edit(course / "course.toml", old, new)
    with pytest.raises(AuthorError, match=words) as caught:
        load(course)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points = 2", 'points = "two"', "task center: points: expected `float`, got `str`"),
        ("points = 2", "points = 0", "task center: points: 0.0 is not a positive"),
        ("points = 2", "points = inf", "task center: points: inf is not"),
        ("points = 2", "points = nan", "task center: points: nan is not"),
        ("points = 2", "point = 2", "task center: .*unknown field `point`"),
        ('needs = ["center"]', 'needs = ["centre"]', 'task normalise: needs: there is no task "centre"'),
        ('needs = ["center"]', 'needs = ["normalise"]', "task normalise: needs: a task cannot need itself"),
        ('needs = ["center"]', 'needs = ["running_mean"]', '"running_mean" comes later'),
        ('needs = ["center"]', 'needs = ["center", "center"]', 'needs: "center" is there twice'),
        ('id = "normalise"', 'id = "center"', 'tasks: id: "center" is there twice'),
        ('id = "normalise"', 'id = "Nörm"', 'id: "Nörm" is not of lower-case'),
        ('names = ["center"]', "names = []", "task center: names: a task defines"),
        ('names = ["center"]', 'names = ["a.b"]', "task center: names: .* not a name of Python"),
        ('module = "arrays"', 'module = "arrays.py"', "module: .* not the name of a module"),
        ('module = "arrays"', 'module = "cases"', "module: .* another file of the chapter"),
        ("probe_seconds = 2", "probe_seconds = 0.5", "limits: probe_seconds: at least 1, not 0.5"),
        ("cpu_seconds = 60", "cpu_seconds = 0", "limits: cpu_seconds: 0 is not a positive"),
        ("cpu_seconds = 60", "cpus = 60", "limits: .*unknown field `cpus`"),
        ('forbidden = ["numpy.cov"]', 'forbidden = ["numpy cov"]', "forbidden: .* not a dotted name"),
        ('title = "Arrays"', 'title = " "', "title: one line"),
        ("points = 2", "points = 2\ntime_limit = 0.1", "task center: time_limit: at least 1"),
    ],
)
def test_what_is_wrong_in_chapter_toml(course, old, new, words):
    edit(course / "exercises" / "ch1_arrays" / "chapter.toml", old, new)
    with pytest.raises(AuthorError, match=words) as caught:
        load(course)
    assert "chapter.toml: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_short_limits_must_be_allowed_by_the_course(course):
    edit(course / "course.toml", "min_probe_seconds = 1\n", "")
    with pytest.raises(AuthorError, match="probe_seconds: at least 20"):
        load(course)


def test_a_chapters_limits_go_before_the_courses(course):
    edit(course / "course.toml", "[audit]", "[limits]\nprocesses = 17\nmemory = 5\nratio = 44\n\n[audit]")
    limits = load(course).chapters[0].limits
    assert (limits.processes, limits.ratio) == (17, 44)
    assert limits.memory == 1 << 30  # the chapter says so itself
    edit(course / "course.toml", "processes = 17", "processes = 0")
    with pytest.raises(AuthorError, match=r"course\.toml: limits: processes: 0 is not a positive"):
        load(course)


def test_a_course_file_that_is_not_utf8(course):
    (course / "course.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(AuthorError, match="byte 6 is not UTF-8"):
        load(course)
