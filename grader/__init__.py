"""Grades course exercises: student code runs in a sandbox, verdicts are reached outside it."""

__version__ = "0.1.0"
