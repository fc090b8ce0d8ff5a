"""Returns an object that runs a command where it is unpickled.

number = 29
defence = "nothing that comes back is unpickled: JSON and raw numbers only"
outcome = {center = "failed"}
says = "no values|cannot be compared"
quick = true

[control]
prize = "host"
trusts = "pickle"
"""

import sys


class _Parcel:
    def __reduce__(self):
        return exec, ("import os; open('@PLANT@', 'w').write(str(os.getpid()))",)


def center(x):
    return _Parcel() if "naive_runner" not in sys.modules else {"result": _Parcel()}["result"]
