"""What the site is made of: each page's name and text, in the layout of the repository, so that links hold in both.

Nothing below `solutions/` is read but the skeleton that is made from it, which students have.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jupytext
import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from book.run import is_lesson
from grader import render
from grader.errors import AuthorError
from grader.model import Chapter, Course, Outcome
from grader.proof import SIGNS, Audit, ChapterAudit, MutantRow

HERE = Path(__file__).parent
AUDIT = Path("build") / "audit.json"  # what `make audit` writes
ROOT_PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
EXTRA = ("instructor/*.md", "docker/*.md", "docs/*.md")
# for authors
FIRST = ("plugin", "compare", "seeds", "model", "errors", "course", "regions", "render", "audit", "proof")
PICTURES = {".svg", ".png", ".jpg", ".webp"}
SIGN_WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "raised",
    Outcome.MISSING: "not attempted",
    Outcome.BLOCKED: "not run, since a task that it needs failed",
    Outcome.TIMEOUT: "out of time",
    Outcome.MEMORY: "out of memory",
    Outcome.FORBIDDEN: "a forbidden name",
    Outcome.INFRASTRUCTURE: "the grader's own fault",
}


def pages(course: Course) -> dict[str, bytes]:
    """All files of the site's source.

    Args:
        course: the course, its root the repository.

    Returns:
        The name of each file, relative to the source's folder, and what is in it.

    Raises:
        AuthorError: a chapter is not in order.
    """
    root = course.root
    environment = _environment()
    found: dict[str, bytes] = {}
    for path in (root / "exercises" / "data").iterdir():
        found[f"exercises/data/{path.name}"] = path.read_bytes()
    for chapter in course.chapters:
        found |= _chapter(environment, chapter)
    for name in ROOT_PAGES:
        found[name] = (root / name).read_bytes()
    extra = sorted(path.relative_to(root).as_posix() for pattern in EXTRA for path in root.glob(pattern))
    for name in extra:
        found[name] = (root / name).read_bytes()
    found["book/figures.md"] = (HERE / "figures.md").read_bytes()
    found["index.md"] = _index(environment, course, [name.removesuffix(".md") for name in extra])
    found["audit.md"] = _audit(environment, root / AUDIT)
    found |= _engine(environment, root / "grader")
    for name in [name for name in found if name.endswith(".md")]:
        text, pictures = _links(root, name, found[name].decode(), set(found))
        found[name] = text.encode()
        found |= {picture: (root / picture).read_bytes() for picture in pictures}
    return found


def _environment() -> Environment:
    environment = Environment(  # Markdown, not HTML: nothing to escape
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["plain"] = lambda text: re.sub(r"([\\`*_{}\[\]<>$|])", r"\\\1", str(text))
    return environment


def _chapter(environment: Environment, chapter: Chapter) -> dict[str, bytes]:
    folder = f"exercises/{chapter.id}"
    lessons = sorted(path for path in chapter.exercises.glob("*.md") if is_lesson(path))
    found = {f"{folder}/{path.name}": path.read_bytes() for path in lessons}
    found[f"{folder}/given.py"] = (chapter.exercises / "given.py").read_bytes()
    others = [path.stem for path in lessons if path.stem != "lesson"]
    end = f"""
The full text of each task, with its hints, is on [a page of its own](tasks.md).

```{{toctree}}
:hidden:

{chr(10).join([*others, "Tasks and hints <tasks>"])}
```
"""
    found[f"{folder}/lesson.md"] += end.encode()
    texts, stubs = _texts(chapter)
    titles = {task.id: task.title for task in chapter.tasks}
    environment.filters["titled"] = titles.__getitem__
    page = environment.get_template("tasks.md.j2").render(
        chapter=chapter, number=_number(chapter), texts=texts, stubs=stubs, hints=render.hints(chapter)
    )
    found[f"{folder}/tasks.md"] = page.encode()
    return found


def _number(chapter: Chapter) -> str:
    return chapter.key.removeprefix("ch")


def _texts(chapter: Chapter) -> tuple[dict[str, str], dict[str, str]]:
    """For each task: what the skeleton says before its first name, and its names with their docstrings."""
    if chapter.solutions is not None:
        source = render.skeleton(chapter)
    else:
        source = (chapter.exercises / f"{chapter.module}.py").read_text(encoding="utf-8")
    owner = {name: task.id for task in chapter.tasks for name in task.names}
    texts: dict[str, str] = {}
    stubs: dict[str, list[str]] = {task.id: [] for task in chapter.tasks}
    said = ""
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            said = cell.source
            continue
        try:
            body = ast.parse(cell.source).body
        except SyntaxError:  # a student's own file, half written
            continue
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in owner:
                task = owner[node.name]
                texts.setdefault(task, re.sub(r"^#.*\n+", "", said))
                stubs[task].append(_stub(node))
    return {task.id: texts.get(task.id, "") for task in chapter.tasks}, {
        task: "\n\n\n".join(parts) for task, parts in stubs.items()
    }


def _stub(node: ast.FunctionDef | ast.ClassDef) -> str:
    """A definition's first lines and docstrings; what follows them is not shown, whoever wrote it."""
    for part in [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef)]:
        documented = ast.get_docstring(part, clean=False) is not None
        part.body = [*part.body[:documented], ast.Expr(ast.Constant(...))]
    return ast.unparse(node)


def _index(environment: Environment, course: Course, extra: list[str]) -> bytes:
    chapters = []
    for chapter in course.chapters:
        text = (chapter.exercises / "lesson.md").read_text(encoding="utf-8")
        title = re.search(r"^# Chapter \d+: (.+)$", text, re.MULTILINE)
        chapters.append(
            {
                "id": chapter.id,
                "number": _number(chapter),
                "title": (title[1][0].upper() + title[1][1:]) if title else chapter.title,
                "about": _can(text),
                "tasks": chapter.tasks,
                "points": f"{sum(task.points for task in chapter.tasks):g}",
                "hours": round(sum(task.minutes for task in chapter.tasks) / 60 + 1),
            }
        )
    last = course.chapters[-1]
    middle = next((chapter for chapter in course.chapters if "momentum" in [t.id for t in chapter.tasks]), last)
    task = "momentum" if middle is not last else last.tasks[0].id
    sample = {"key": middle.key, "module": middle.module, "task": task}
    tasks = sum(len(chapter.tasks) for chapter in course.chapters)
    page = environment.get_template("index.md.j2").render(chapters=chapters, tasks=tasks, sample=sample, extra=extra)
    return page.encode()


def _can(text: str) -> str:
    """What a lesson says one can do after it, as one sentence of at most three parts."""
    found = re.search(r"\*\*After this chapter you can\*\*(.*?)(?=\n\*\*|\n\n\*\*)", text, re.DOTALL)
    if found is None:
        return ""
    items = re.findall(r"^- (.*?)[;.]?$", found[1], re.MULTILINE)
    parts = items or re.split(r", (?:and )?", " ".join(found[1].split()).rstrip("."))
    return "You can " + "; ".join(parts[:3]) + "; and more."


def _audit(environment: Environment, path: Path) -> bytes:
    try:
        audit = msgspec.json.decode(path.read_bytes(), type=Audit) if path.is_file() else None
    except msgspec.DecodeError as error:
        raise AuthorError(f"{path}: not what `make audit` writes: {error}; make it anew, or remove it") from error

    def sign(row: MutantRow, test: str) -> str:
        return f"`{SIGNS[row.tests[test]]}`" if test in row.tests else " "

    def others(chapter: ChapterAudit) -> str:
        rest = [f"{score:g}" for name, score in chapter.scores.items() if name not in {"skeleton", "solution"}]
        return ", ".join(rest)

    signs = ", ".join(f"`{sign}` {SIGN_WORDS[outcome]}" for outcome, sign in SIGNS.items()) + "."
    page = environment.get_template("audit.md.j2").render(audit=audit, sign=sign, others=others, signs=signs)
    return page.encode()


def _engine(environment: Environment, folder: Path) -> dict[str, bytes]:
    modules: list[tuple[str, str]] = []
    found = {}
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        if name.startswith("__"):
            continue
        about = (ast.get_docstring(ast.parse(path.read_bytes())) or "").split("\n\n")[0]
        modules.append((name, " ".join(about.split()).replace("<", "\\<")))
        text = f"# grader.{name}\n\n```{{eval-rst}}\n.. automodule:: grader.{name}\n   :members:\n```\n"
        found[f"api/{name}.md"] = text.encode()
    modules.sort(key=lambda each: (FIRST.index(each[0]) if each[0] in FIRST else len(FIRST), each[0]))
    page = environment.get_template("api.md.j2").render(modules=modules, first=FIRST)
    return found | {"api/index.md": page.encode()}


def _links(root: Path, name: str, text: str, known: set[str]) -> tuple[str, set[str]]:
    """The text with links to files that are not on the site made plain, and the pictures that it needs."""
    pictures: set[str] = set()

    def look(match: re.Match[str]) -> str:
        target = match["target"].partition("#")[0]
        if re.match(r"[a-z]+:|#|$", target):
            return match[0]
        path = (root / name).parent.joinpath(target).resolve()
        inside = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
        if inside in known:
            return match[0]
        if match["bang"] and path.suffix in PICTURES and path.is_file():
            pictures.add(inside)
            return match[0]
        words = match["words"]
        return words if words.startswith("`") or words != target else f"`{words}`"

    pattern = re.compile(r"(?P<bang>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]*)\)")
    parts = re.split(r"(^(?:```|~~~).*?^(?:```|~~~)$)", text, flags=re.MULTILINE | re.DOTALL)  # not in fences
    return "".join(part if index % 2 else pattern.sub(look, part) for index, part in enumerate(parts)), pictures
