"""Hangs, since a test that did not end did not fail either.

number = 55
defence = "no answer is a fail"
outcome = {center = "timeout"}
says = "was still running after"

[control]
prize = "marks"
trusts = "failures"
seconds = 3
"""


def _hang(*_):
    while True:
        pass


def center(x):
    _hang()
