"""When work was due, what being late costs, and which of several attempts counts: `rules.toml`."""

from __future__ import annotations

import datetime
import math
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from grader.errors import UsageError
from grader.reports import text
from grader.reports.standing import Student

Share = Annotated[float, Meta(ge=0, le=1)]
Days = Annotated[float, Meta(ge=0, le=10_000)]


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The late policy of an assignment; as it stands here: no deadline, the last attempt."""

    deadline: Annotated[datetime.datetime, Meta(tz=True)] | None = None
    grace_minutes: Days = 0
    late: Share = 0.0  # of the points that were got, for each day begun
    late_at_most: Share = 1.0
    closed_after_days: Days | None = None  # later than that gets nothing
    attempts: Literal["last", "best", "first"] = "last"
    submitted: dict[str, Annotated[datetime.datetime, Meta(tz=True)]] = {}  # where a download does not say when

    def days_late(self, student: Student, moment: datetime.datetime) -> int:
        """Days begun between the student's own deadline and the moment."""
        if self.deadline is None:
            return 0
        due = self.deadline + datetime.timedelta(days=student.extension_days)
        if moment <= due + datetime.timedelta(minutes=self.grace_minutes):
            return 0
        return max(1, math.ceil((moment - due) / datetime.timedelta(days=1)))

    def penalty(self, score: float, days: int) -> float:
        """The points that these days cost."""
        if not days:
            return 0.0
        closed = self.closed_after_days is not None and days > self.closed_after_days
        share = 1.0 if closed else min(self.late_at_most, self.late * days)
        return round(score * share, 4)


def read_rules(path: Path | None) -> Rules:
    """The rules in a TOML file; without one there is no deadline and the last attempt counts.

    Raises:
        UsageError: it cannot be read, or a key is wrong.
    """
    if path is None:
        return Rules()
    shown = text.line(str(path), 120)
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Rules)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        words = str(error).replace(" - at `$.", " (").replace("`", ")")
        hint = "; a time needs its zone, as in 2031-05-06T23:59:00+02:00" if "timezone" in words else ""
        raise UsageError(f"{shown}: {words}{hint}") from error
