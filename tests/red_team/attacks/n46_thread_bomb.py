"""Starts more and more threads.

number = 46
defence = "processes and threads are counted together, and ended together"
outcome = {center = "error"}
says = "more processes or threads than it may"

[control]
prize = "text"
shows = "80 threads"
"""


def center(x):
    import threading
    import time

    for _ in range(80):
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
    print(f"{threading.active_count() - 1} threads")
    raise ValueError(f"{threading.active_count() - 1} threads")
