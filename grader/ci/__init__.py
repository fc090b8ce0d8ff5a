"""What the workflows run: each step is one call that can be made anywhere, that runs anywhere."""
