"""Takes memory as files that have no name and lie in no folder.

number = 47
defence = "memfd_create is refused by the filter of system calls"
outcome = {center = "error"}
says = "PermissionError"

[control]
prize = "text"
shows = "200 MB held"
"""


def center(x):
    import os

    files = [os.memfd_create(f"part {number}") for number in range(20)]
    raise ValueError(f"{sum(os.write(file, bytes(10 << 20)) for file in files) >> 20} MB held")
