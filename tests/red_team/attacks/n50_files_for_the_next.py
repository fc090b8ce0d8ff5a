"""Leaves files for the next submission wherever it can, without the right to remove them.

number = 50
defence = "every writable folder is wiped, and verified to be empty, before the next"
outcome = {center = "failed"}
by = "tests/test_session.py"

[control]
prize = "files"
least = 9
"""

import os

for _folder in (os.environ["HOME"], "/dev/shm", "/dev/mqueue", "/run", "/var/tmp"):
    if os.path.isdir(_folder) and ("PLAN" not in os.environ or _folder == os.environ["HOME"]):
        try:
            os.mkdir(f"{_folder}/note")
            with open(f"{_folder}/note/for-you", "w") as _file:
                _file.write("center = lambda x: x")
            os.symlink("/proc", f"{_folder}/note/link")
            os.chmod(f"{_folder}/note", 0)
        except OSError:
            pass
