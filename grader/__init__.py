"""Grades course exercises: student code runs in a sandbox, verdicts are reached outside it."""

__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """For `%load_ext grader` in a notebook: makes `%grade` known."""
    from grader.student.magic import register

    register(shell)
