"""An archive with a path that leads out of it.

number = 51
defence = "nothing is extracted; a path that leads out refuses the archive"
refused = "leads out of it"
by = "tests/test_submission.py"
quick = true

[control]
prize = "planted"
"""

import os
import zipfile


def build(field, folder):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.writestr("arrays.py", field.honest)
        archive.writestr(os.path.join("..", "..", "..", "..", "..", "..", "..", str(field.plant).lstrip("/")), "here")
    return folder / "work.zip"
