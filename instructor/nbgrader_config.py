"""nbgrader's configuration for this course: the engine's preprocessors in their places, and what you may change."""

from pathlib import Path

from grader.nbgrader_engine import configure

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821  # nbgrader's own

configure(c, here)

c.CourseDirectory.course_id = "tensorflow2"

# Where released, submitted and collected work changes hands. On a shared machine: a folder that everyone may write to.
exchange = here / "exchange"
exchange.mkdir(exist_ok=True)
c.Exchange.root = str(exchange)
