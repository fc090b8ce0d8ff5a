"""Prints without end.

number = 48
defence = "what it prints is read, thrown away and counted"
outcome = {center = "error"}
says = "printed more than it may"

[control]
prize = "printed"
least = 8
"""


def center(x):
    import os

    for _ in range(16):
        os.write(2, b"x" * (1 << 19))
        os.write(1, b"x" * (1 << 19))
    raise ValueError("done")
