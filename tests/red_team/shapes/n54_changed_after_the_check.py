"""Is harmless while it is looked at, and another file when it is used.

number = 54
defence = "a submission is read once; what is checked is what is run"

[control]
prize = "marks"
forbids = "solutions"
"""


def build(field, folder):
    (folder / "arrays.py").write_text(field.honest)
    return folder


def swap(field):
    return f"exec(open({str(field.root / 'solutions' / 'ch1_arrays' / 'arrays.py')!r}).read())\n"
