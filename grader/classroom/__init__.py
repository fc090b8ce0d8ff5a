"""A class: submissions as they come, graded by many, kept by content, made into tables and pages."""
