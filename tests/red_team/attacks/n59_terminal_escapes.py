"""Has commands for the reader's terminal put into the report.

number = 59
defence = "control characters never reach a report"
outcome = {center = "failed"}
by = "tests/test_reports.py"

[control]
prize = "text"
shows = '\\x1b.0;owned'
"""

raise ValueError("\x1b]0;owned\x07\x1b[2J\x1b[31mscore 10 of 10\u202e")
