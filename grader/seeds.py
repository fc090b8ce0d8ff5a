"""Where hidden cases come from: a secret made once, the assignment's seed, and its public name."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from typing import Any

import numpy as np

from grader.errors import InfrastructureError
from grader.model import Chapter, Course

PUBLIC = "public"


def secret(course: Course) -> bytes:
    """The course's secret, made at first use under `solutions/`; git ignores it.

    Raises:
        InfrastructureError: it can neither be read nor made.
    """
    if course.solutions is None:
        return b""
    path = course.solutions / ".secret"
    try:
        with contextlib.suppress(FileExistsError):
            # linked into place whole, so that two graders that start at once agree on it
            draft = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
            if not path.exists():
                draft.touch(0o600)
                draft.write_text(secrets.token_hex(32) + "\n")
                try:
                    os.link(draft, path)
                finally:
                    draft.unlink()
        return bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise InfrastructureError(f"{path}: the secret cannot be read or made ({error})") from error


def assignment_seed(course: Course, chapter: Chapter, seed: int | None) -> str:
    """The seed that hidden cases of this chapter are drawn from: the one given, else the assignment's own."""
    if seed is not None:
        return str(seed)
    return hmac.new(secret(course), f"seed of {chapter.id}".encode(), hashlib.sha256).hexdigest()


def seed_id(course: Course, seed: str) -> str:
    """A name for the seed that does not give it away, not even a small one."""
    if course.solutions is None:
        return PUBLIC
    return hmac.new(secret(course), f"name of {seed}".encode(), hashlib.sha256).hexdigest()[:16]


def number(seed: str, *words: str, choices: dict[str, Any]) -> int:
    """What the generator of one case is made of."""
    text = json.dumps([seed, *words, choices], sort_keys=True, default=repr)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")


def generator(seed: str, *words: str, choices: dict[str, Any]) -> np.random.Generator:
    """The generator of one case: its own stream for every test and every choice."""
    return np.random.default_rng(number(seed, *words, choices=choices))
