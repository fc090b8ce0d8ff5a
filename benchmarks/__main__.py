"""All figures that the project is held against, each made beside what it is compared with.

Runs one benchmark after another, each in a process of its own, and joins their rows in `build/bench/report.md` and
`report.json`. `--quick` takes few turns and leaves out what needs other programs' environments to be made first. A
benchmark that cannot be run is named with the reason, and the others go on. Where some are asked for, what the others
made before of the same commit stays in the report: what was disturbed can be run again alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from benchmarks import common
from benchmarks.common import ROOT, Group

# in the order of the report
NAMES = (
    "one_more",
    "classroom",
    "student",
    "containers",
    "coordinator",
    "reports",
    "optimizers",
    "start",
    "mutants",
    "flakes",
    "nbgrader",
)
LONG = ("nbgrader", "flakes")  # left out of a quick run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="few turns, in less than five minutes")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="where the report goes")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}")
    wanted = options.names or [name for name in NAMES if not (options.quick and name in LONG)]
    options.out.mkdir(parents=True, exist_ok=True)
    groups: list[Group] = []
    missing: dict[str, str] = {}
    for number, name in enumerate(wanted, 1):
        print(f"[{number}/{len(wanted)}] {name} ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", f"benchmarks.{name}", "--out", str(options.out)]
        run = subprocess.run(
            [*command, *(["--quick"] if options.quick else [])],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
        if run.returncode == 0:
            groups.append(common.read(options.out / f"{name}.json"))
        else:
            missing[name] = (run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"])[-1][:300]
            (options.out / f"{name}.log").write_text(run.stderr)
        print(f"    {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    groups += [
        group
        for name in NAMES
        if name not in wanted and (group := earlier(options.out / f"{name}.json", options.quick)) is not None
    ]
    groups.sort(key=lambda group: NAMES.index(group.name))
    (options.out / "report.md").write_text(report(groups, missing, options.quick))
    kept = {"groups": groups, "missing": missing, "quick": options.quick}
    (options.out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
    print((options.out / "report.md").read_text())
    return 1 if missing else 0


def earlier(path: Path, quick: bool) -> Group | None:
    """What an earlier call left there, if it is of this very state of the repository and of the same length."""
    try:
        group = common.read(path)
    except (OSError, msgspec.DecodeError):
        return None
    commit = common.commit()
    known = commit.startswith("commit ") and not commit.endswith("-dirty")
    same = group.machine["commit"] == commit and ("--quick" in group.command) is quick
    return group if known and same else None


def report(groups: list[Group], missing: dict[str, str], quick: bool) -> str:
    """The joined page."""
    rows = [row for group in groups for row in group.rows]
    aimed = [row for row in rows if row.met is not None]
    parts = ["# Benchmarks"]
    if groups:
        parts.append(f"{groups[0].machine['date']}. {common.about(groups[0].machine)}")
    if quick:
        parts.append("A quick run, with few turns: not for the record.")
    parts.append(f"{sum(row.met is True for row in aimed)} of {len(aimed)} aims are met.")
    parts.append(common.table(rows))
    parts += [f"Not measured: {name}: {why}" for name, why in missing.items()]
    for group in groups:
        body = [f"## {group.name.replace('_', ' ')}", common.notes(group.rows), group.text]
        made = f"Made by `{group.command}`, {group.seconds:.0f} s, load {group.machine['load']:.1f} at the start."
        parts += [part.strip() for part in (*body, made) if part.strip()]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
