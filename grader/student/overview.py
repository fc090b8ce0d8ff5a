"""The table of `make progress`: chapters and tasks, points, what has broken since it passed, what is next."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from grader.model import Chapter, Course, Outcome, Task
from grader.reports import terminal, text
from grader.student import progress

WIDE = 80  # columns of a terminal that has room for the titles


def print_progress(course: Course, out: Console) -> None:
    """Prints it; a course that nobody has begun is said to be so."""
    facts = progress.read(course)
    table = terminal.table(plain=not out.is_terminal)
    table.add_column("task", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("hints", justify="right", no_wrap=True)
    titled = out.width >= WIDE
    if titled:
        table.add_column("title", overflow="fold", ratio=1)
    done = worth = 0.0
    broken: list[str] = []
    following: tuple[Chapter, Task] | None = None
    for chapter in course.chapters:
        states = [_outcome(facts, chapter, task) for task in chapter.tasks]
        passed = sum(state is Outcome.PASSED for state in states)
        table.add_row(
            Text(chapter.key, style="bold"),
            Text(f"{passed} of {len(states)}"),
            "",
            "",
            *[Text(chapter.title)][: int(titled)],
        )
        for task, state in zip(chapter.tasks, states, strict=True):
            at = f"{chapter.id}.{task.id}"
            worth += task.points
            score = progress.score(facts, chapter.id, task)
            done += score or 0.0
            if state is not Outcome.PASSED and following is None:
                following = chapter, task
            if f"{at}.passed" in facts and state is not Outcome.PASSED:
                since = text.line(str(facts.get(f"{at}.broken", "")), 20)
                broken.append(f"{chapter.key} {task.id}" + (f", since {since}" if since else ""))
            points = text.points(score) if score is not None else "-"
            table.add_row(
                Text(f"  {task.id}"),
                terminal.outcome(state) if state is not None else Text("-", style="dim"),
                Text(f"{points} / {text.points(task.points)}"),
                Text(str(progress.hints_taken(facts, chapter.id, task.id) or "")),
                *[Text(text.line(task.title, 100))][: int(titled)],
            )
    terminal.emit(out, table, Text(f"{text.points(done)} of {text.points(worth)} points, by what was graded here last"))
    for words in broken:
        terminal.emit(out, Text("Passed before and broken since: ", style="bold").append(words, style="not bold"))
    if following is None:
        terminal.emit(out, Text("Nothing is left to do."))
    else:
        chapter, task = following
        step = f"{task.id} ({text.line(task.title, 100)}): make watch-{chapter.key}"
        terminal.emit(out, Text("Next: ", style="bold").append(step, style="not bold"))


def _outcome(facts: progress.Facts, chapter: Chapter, task: Task) -> Outcome | None:
    value = facts.get(f"{chapter.id}.{task.id}.outcome")
    return Outcome(value) if value in set(Outcome) else None
