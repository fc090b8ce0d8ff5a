"""Sends what it sees through a Unix socket that has no file.

number = 23
defence = "abstract sockets belong to the network namespace"
outcome = {center = "error"}

[control]
prize = "contact"
"""


def center(x):
    import socket

    with socket.socket(socket.AF_UNIX) as friend:
        friend.connect("\0red-team-@PORT@")
        friend.sendall(f"seen {x}".encode())
    return x
