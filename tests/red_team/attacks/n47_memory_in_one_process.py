"""Takes more memory than it may.

number = 47
defence = "RLIMIT_DATA, and a watch over the total"
outcome = {center = "memory"}
says = "more memory than it may|MemoryError"

[control]
prize = "memory"
least = 250
"""


def center(x):
    import time

    keep = np.ones(250 << 17)
    time.sleep(0.5)
    return x + keep[0]
