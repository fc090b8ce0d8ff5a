"""The student repository: what goes in, what must not, and how a later one comes into a folder that is at work."""
