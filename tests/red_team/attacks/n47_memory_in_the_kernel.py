"""Takes memory as full pipes, which belong to no process.

number = 47
defence = "open files of all processes are counted together"
outcome = {center = "error"}
says = "more files, pipes or sockets than it may"

[control]
prize = "text"
shows = "600 pipes"
"""


def center(x):
    import os
    import time

    pipes = []
    for _ in range(600):
        pipes.append(os.pipe())
        os.set_blocking(pipes[-1][1], False)  # an ordinary user's pipes become small after a while
        os.write(pipes[-1][1], bytes(65536))
    time.sleep(0.5)
    raise ValueError(f"{len(pipes)} pipes")
