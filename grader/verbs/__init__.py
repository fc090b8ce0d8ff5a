"""The verbs of the command line, a module each: `add` puts it on the command line, `run` does it."""
