"""GitHub's interface on the loopback: it answers what grading asks and keeps what is posted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class StandIn:
    """What it holds, and what was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.pushes: dict[str, list[dict[str, str]]] = {}  # a repository's pushes, newest first
        self.accepted: list[dict[str, Any]] = []
        self.posted: list[tuple[str, Any]] = []
        self.tokens: set[str] = set()
        self.moved: dict[str, tuple[int, str]] = {}  # the beginning of a path -> by which status it goes where
        self.refusals: dict[
            str, list[tuple[int, dict[str, str]]]
        ] = {}  # part of a method and path -> what it gets first
        self.silences: dict[str, list[float]] = {}  # likewise: taken, and no answer for so many seconds, nor after them

    def answer(self, method: str, path: str, body: Any, query: dict[str, str]) -> tuple[int, Any]:
        """The status and the content for one request."""
        parts = path.strip("/").split("/")
        if method == "POST":
            self.posted.append((path, body))
            return 201, {}
        if parts[0] == "assignments":
            return 200, self.accepted
        slug = "/".join(parts[1:3])
        first = 100 * (int(query.get("page", 1)) - 1)
        if parts[-1] == "comments":
            return 200, [one for at, one in self.posted if at == path][first : first + 100]
        if parts[-1] == "check-runs":
            runs = [one for at, one in self.posted if at == f"/repos/{slug}/check-runs"]
            runs = [run for run in runs if (run["head_sha"], run["name"]) == (parts[4], query["check_name"])]
            return 200, {"total_count": len(runs), "check_runs": runs[first : first + 100]}
        if parts[3:5] == ["releases", "tags"]:
            there = any((at, one["tag_name"]) == (f"/repos/{slug}/releases", parts[5]) for at, one in self.posted)
            return (200, {}) if there else (404, {"message": "Not Found"})
        if slug not in self.pushes:
            return 404, {"message": "Not Found"}
        pushed = [
            one for one in self.pushes[slug] if one.get("ref", query.get("ref")) == query.get("ref", one.get("ref"))
        ]
        return 200, pushed if parts[3:] == ["activity"] else {"default_branch": "main"}


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A server for the time of a test."""
    held = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            content: Any
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            held.tokens.add(self.headers.get("Authorization", ""))
            asked = urlsplit(self.path)
            what = f"{self.command} {asked.path}"
            refused = next((queue for part, queue in held.refusals.items() if part in what and queue), None)
            silent = next((queue for part, queue in held.silences.items() if part in what and queue), None)
            moved = next(((old, *new) for old, new in held.moved.items() if asked.path.startswith(old)), None)
            if moved:
                old, status, new = moved
                headers, content = {"Location": self.path.replace(old, new, 1)}, None
            elif refused:
                status, headers = refused.pop(0)
                content = {"message": headers.get("said", "no")}
            else:
                headers = {}
                query = {name: values[0] for name, values in parse_qs(asked.query).items()}
                status, content = held.answer(self.command, asked.path, body, query)
            if silent:
                time.sleep(silent.pop(0))
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if asked.path.endswith("/activity") and status == 200:  # by a cursor, a hundred at a time
                first = int(parse_qs(asked.query).get("after", ["0"])[0])
                if content[first + 100 :]:
                    more = f"{held.address}{asked.path}?per_page=100&after={first + 100}"
                    self.send_header("Link", f'<{more}>; rel="next", <{held.address}{asked.path}>; rel="first"')
                content = content[first : first + 100]
            data = json.dumps(content).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
