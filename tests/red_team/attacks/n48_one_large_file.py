"""Writes one file without end.

number = 48
defence = "RLIMIT_FSIZE"
outcome = {center = "error"}
says = "a larger file than it may"

[control]
prize = "scratch"
least = 20
"""


def center(x):
    import os

    with open(f"{os.environ['HOME']}/flood", "wb") as file:
        for _ in range(20):
            file.write(b"x" * (1 << 20))
            file.flush()
    return x
