"""The versions of what is installed, by its metadata: importing it may take ten seconds."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata


def exact(distribution: str) -> str:
    """The version of a distribution; empty where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def installed(name: str) -> str:
    """The same, under its own name or its CPU build's."""
    return exact(name) or exact(f"{name}-cpu")


def all_installed(names: Iterable[str]) -> dict[str, str]:
    """The versions of those that are installed."""
    return {name: version for name in names if (version := installed(name))}
