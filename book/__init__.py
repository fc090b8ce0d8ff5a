"""The book site's makings: lessons that run, the figures of the book reproduced."""
