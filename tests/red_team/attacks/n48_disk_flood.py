"""Fills the disk.

number = 48
defence = "a scratch of fixed size, in memory, and a cap on one file"
outcome = {center = "error"}
says = "more to the disk than it may"

[control]
prize = "scratch"
least = 48
"""


def center(x):
    import os

    for number in range(6):
        with open(f"{os.environ['HOME']}/flood{number}", "wb") as file:
            file.write(b"x" * (8 << 20))
    return x
