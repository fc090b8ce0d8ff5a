"""Exceptions whose text is written for a person, each with the exit code that it leads to."""


class GraderError(Exception):
    """One line that says what is wrong, where, and what to do."""

    exit_code = 2


class Terminated(KeyboardInterrupt):
    """`kill` asked this process to end; all that ends for Ctrl-C ends for it."""


class SubmissionError(GraderError):
    """The submission cannot be graded at all: for the student."""


class UsageError(GraderError):
    """The command cannot be carried out as it was called."""


class Refusal(GraderError):
    """What another process of ours said of any of these, with the exit code that it gave."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.exit_code = code


class AuthorError(GraderError):
    """The course itself is at fault: for its author. Names the file and, where there is one, the line."""

    exit_code = 3


class InfrastructureError(GraderError):
    """The grader could not do its work: no sandbox, a worker that does not start."""

    exit_code = 3


class WireError(GraderError):
    """Bytes that are not a message, or a value that no message can carry."""


class UnsupportedValue(WireError):
    """A value of a type or dtype that the wire does not carry; the text is for the student."""
