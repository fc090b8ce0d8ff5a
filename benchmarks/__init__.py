"""Side by side with what one would do without this grader: `python -m benchmarks`."""
