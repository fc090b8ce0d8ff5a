"""Sends what it sees to someone who listens.

number = 23
defence = "a network namespace without a network"
outcome = {center = "error"}
quick = true

[control]
prize = "contact"
"""


def center(x):
    import socket

    with socket.create_connection(("127.0.0.1", int("@PORT@")), 1) as friend:
        friend.sendall(f"seen {x}".encode())
    return x
