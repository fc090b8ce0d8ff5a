"""Reads tokens from its environment.

number = 62
defence = "an empty environment of the sandbox's own"
outcome = {center = "failed"}
says = "KERAS|HOME|nothing"

[control]
prize = "secret"
environment = true
"""

import os

raise ValueError(" ".join(f"{key}={value}" for key, value in os.environ.items()) or "nothing")
