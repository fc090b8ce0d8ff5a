"""The versions of what is installed, by its metadata."""

from importlib import metadata

import pytest

from grader import versions


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed: one library under its own name, one as its CPU build."""
    there = {"numpy": "2.3.1", "tensorflow-cpu": "2.21.0"}

    def version(distribution: str) -> str:
        if distribution not in there:
            raise metadata.PackageNotFoundError(distribution)
        return there[distribution]

    monkeypatch.setattr(metadata, "version", version)


def test_a_cpu_build_stands_for_the_library() -> None:
    assert (versions.installed("tensorflow"), versions.exact("tensorflow")) == ("2.21.0", "")


def test_what_is_not_installed_has_no_version() -> None:
    assert versions.installed("torch") == ""
    assert versions.all_installed(["numpy", "torch", "tensorflow"]) == {"numpy": "2.3.1", "tensorflow": "2.21.0"}
