"""A device that never ends, by a link, in place of the file.

number = 53
defence = "what a path is gets looked at before it is opened; only regular files are read"
refused = "is a link"
by = "tests/test_submission.py"

[control]
prize = "scratch"
least = 1
"""


def build(field, folder):
    endless = folder / "arrays.py"
    source = folder.parent / "pretended-device"  # of 2 MB, since a naive copy of /dev/zero would fill the disk
    source.write_bytes(b"#" * (2 << 20))
    endless.symlink_to(source)
    return folder
