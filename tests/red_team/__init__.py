"""Hostile submissions that stay: each must get nothing here, and is shown to get its prize from a naive runner.

`attacks/` holds submissions to the NumPy course, one file each; `shapes/` builds those that are no plain file, such
as folders and archives; `with_tensorflow/` holds the ways out that TensorFlow offers. The head of each file says in
TOML what becomes of it. `naive` is the positive control: it grades as graders in wide use do, with what that costs.
"""
