"""Leaves folders nested so deep that no path to the last of them is allowed.

number = 50
defence = "the scratch is wiped folder by folder; a worker in which something is left is replaced"
outcome = {center = "failed"}

[control]
prize = "files"
least = 400
"""

import os

_here = os.getcwd()
os.chdir(os.environ["HOME"])
for _ in range(450):
    os.mkdir("d" * 9)
    os.chdir("d" * 9)
os.chdir(_here)
