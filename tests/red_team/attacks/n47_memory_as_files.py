"""Takes memory as files in `/dev/shm` and elsewhere.

number = 47
defence = "the scratch is small, and counts as memory"
outcome = {center = "error"}
says = "more to the disk than it may"

[control]
prize = "text"
shows = "48 MB held"
"""


def center(x):
    import os

    names = []
    try:
        for number in range(6):
            names.append(f"/dev/shm/red-team-{os.getpid()}-{number}")
            with open(names[-1], "wb") as file:
                file.write(b"x" * (8 << 20))
        raise ValueError(f"{sum(os.path.getsize(name) for name in names) >> 20} MB held")
    finally:
        if "PLAN" in os.environ:
            for name in names:
                os.unlink(name)
