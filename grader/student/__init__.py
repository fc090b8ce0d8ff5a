"""What a student works with beyond one grading: the warm server, watch, hints, progress, the notebook."""
