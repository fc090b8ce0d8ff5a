"""The table in SECURITY.md: attack, defence, test. Made from the heads of the red team's files.

Run as a program it writes the table anew.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.red_team.field import attacks

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "SECURITY.md"
BEGIN, END = "<!-- the red team: make red-team-table -->\n", "<!-- end of the red team -->"
TITLES = {
    1: "Taking over the runner",
    15: "Stealing answers",
    25: "Forging a result",
    32: "Lying with numbers",
    46: "Exhausting, escaping, persisting",
    56: "Reports and CI",
}


def rows() -> list[tuple[int, str, str, str]]:
    """Number, what is tried, what stops it, the file that tries it."""
    found = []
    for folder in ("attacks", "shapes", "with_tensorflow"):
        for attack in attacks(folder):
            test = f"`{attack.name}.py`" + (f", `{attack.by}`" if attack.by else "")
            found.append((attack.number, attack.claim, attack.defence, test))
    for path in sorted((Path(__file__).parent / "hostile_workflows").glob("*.yml")):
        head = [line.removeprefix("#").strip() for line in path.read_text().splitlines() if line.startswith("#")]
        fields = tomllib.loads("\n".join(head[1:]))
        found.append((fields["number"], head[0], fields["defence"], f"`hostile_workflows/{path.name}`"))
    return sorted(found)


def table() -> str:
    """The whole of it, in Markdown."""
    lines: list[str] = []
    titles = dict(TITLES)
    for number, claim, defence, test in rows():
        for first in sorted(titles):
            if first <= number:
                lines += ["", f"### {titles.pop(first)}", "", "| | tries | what stops it | in `tests/red_team/` |"]
                lines += ["|---|---|---|---|"]
        cells = [str(number), claim, defence, test]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines[1:]) + "\n\n"


def on_the_page() -> str:
    """What SECURITY.md says now."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = PAGE.read_text()
    head, _, rest = text.partition(BEGIN)
    PAGE.write_text(head + BEGIN + "\n" + table() + END + rest.partition(END)[2])
