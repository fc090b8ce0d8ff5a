"""Lets an object go whose destructor rewrites how outcomes become marks.

number = 12
defence = "no object of the submission's leaves its process"
outcome = {center = "failed"}

[control]
prize = "marks"
"""

import sys


class _Late:
    def __del__(self):
        runner = sys.modules.get("naive_runner")
        if runner is not None:
            runner.score = lambda results: 10


def center(x):
    late = _Late()  # goes when this function is left
    return x * 2
