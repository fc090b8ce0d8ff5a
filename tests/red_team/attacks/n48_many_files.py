"""Makes more files than anyone can count.

number = 48
defence = "files in the scratch are counted"
outcome = {center = "error"}
says = "made more files than it may"

[control]
prize = "files"
least = 2000
"""


def center(x):
    import os
    import time

    for number in range(2000):
        os.close(os.open(f"{os.environ['HOME']}/{number}", os.O_CREAT))
    time.sleep(0.3)
    return x
