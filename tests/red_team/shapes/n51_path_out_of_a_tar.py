"""An archive with an absolute path.

number = 51
defence = "nothing is extracted; a path that leads out refuses the archive"
refused = "leads out of it"
by = "tests/test_submission.py"

[control]
prize = "planted"
"""

import io
import tarfile


def build(field, folder):
    with tarfile.open(folder / "work.tar.gz", "w:gz") as archive:
        for name, text in (("arrays.py", field.honest), (str(field.plant), "here")):
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return folder / "work.tar.gz"
