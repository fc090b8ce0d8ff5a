"""Takes a little memory in each of many processes.

number = 47
defence = "memory is summed over all processes of a submission"
outcome = {center = "memory"}
says = "more memory than it may"

[control]
prize = "memory"
least = 250
"""


def center(x):
    import os
    import time

    for _ in range(10):
        if os.fork() == 0:
            keep = np.ones(30 << 17)
            time.sleep(1.5)
            os._exit(int(keep[0]) - 1)
    time.sleep(1.5)
    return x
