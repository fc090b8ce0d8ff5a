"""Writes the grader's result file itself, then ends the process.

number = 25
defence = "the grader reads no file that a submission can write"
outcome = {center = "error"}
says = "ended its own process"

[control]
prize = "marks"
"""


def center(x):
    import json
    import os

    with open(os.environ.get("RESULT", "/tmp/result.json"), "w") as file:
        json.dump({"score": 10, "messages": []}, file)
    os._exit(0)
