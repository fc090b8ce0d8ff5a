"""The few requests to GitHub's interface that grading needs; the token goes nowhere else."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from grader.errors import InfrastructureError

SECONDS = 30
LONGEST = 60_000  # characters of a comment or a summary; GitHub takes 65 535
MOST_ANNOTATIONS = 50  # of a check; GitHub takes no more at a time
PATIENCE = 60.0  # seconds; who asks to be left alone for longer is asked by the next run
_PAGES = 50
_SAID = 4096  # bytes of a refusal that are read


class Unreachable(InfrastructureError):
    """GitHub does not answer, or wants to be left alone for a while: it lies with nobody's repository.

    Args:
        words: what happened.
        pause: for how many seconds it wants to be left alone, as far as it said.
    """

    def __init__(self, words: str, pause: float = 0.0) -> None:
        super().__init__(words)
        self.pause = pause


class TokenRefused(InfrastructureError):
    """The token has expired, was taken back or is none: whatever is asked, the answer is the same."""


class _Moved(urllib.request.HTTPRedirectHandler):
    """A repository that was renamed: asked again where it is now, with the token, on the same server and no other.

    The library's own handler would leave the token behind and make a question of what was to be posted.
    """

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request:
        if code == 303 or urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)
        again = urllib.request.Request(newurl, req.data, dict(req.headers), method=req.get_method())  # noqa: S310
        again.add_unredirected_header("Authorization", str(req.get_header("Authorization")))
        return again


_OPENER = urllib.request.build_opener(_Moved)


class GitHub:
    """A client.

    Args:
        token: what is allowed is what the token allows; empty: nothing is asked.
        address: where the interface is; `GITHUB_API_URL` in a workflow.
        retries: how often a request that did not get through is made again.
        wait: how to spend the seconds until then.
        spacing: seconds between two things that are made; GitHub asks for one, and shuts out who makes many at once.
    """

    def __init__(
        self,
        token: str,
        address: str | None = None,
        retries: int = 0,
        wait: Callable[[float], object] = time.sleep,
        spacing: float = 0.0,
    ) -> None:
        self.token, self.retries, self.wait, self.spacing = token, retries, wait, spacing
        self._made = -spacing
        self.address = (address or os.environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/")
        parts = urlsplit(self.address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise InfrastructureError("GITHUB_API_URL is not an https address; the token is sent to no other")

    def request(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """One request.

        Raises:
            InfrastructureError: it was refused or did not arrive; the text holds no name.
        """
        return self._ask(method, path, body, query)[0]

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, str]) -> tuple[Any, str]:
        """The answer, and where a list goes on: the cursor of the next page, empty at its end."""
        for number in range(self.retries + 1):
            try:
                return self._once(method, path, body, query)
            except Unreachable as error:
                self._patience(number, error)
        raise AssertionError("the last turn returns or raises")

    def create(self, path: str, body: dict[str, Any], there: Callable[[], bool]) -> None:
        """Makes something that must not be there twice.

        Args:
            path: where it is posted.
            body: what it is made of.
            there: looks whether it is there. Each turn asks it first: GitHub may have taken what it did not answer.

        Raises:
            InfrastructureError: it was refused or did not arrive, or nobody knows.
        """
        for number in range(self.retries + 1):
            if there():
                return
            early = self._made + self.spacing - time.monotonic()
            if early > 0:
                self.wait(early)
            self._made = time.monotonic()
            try:
                self._once("POST", path, body, {})
                return
            except Unreachable as error:
                self._patience(number, error)

    def _patience(self, number: int, error: Unreachable) -> None:
        """Waits for the turn after this one; raises the error where there is none."""
        pause = max(2.0**number, error.pause)
        if number == self.retries or pause > PATIENCE:
            raise error
        self.wait(pause)

    def _once(self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, str]) -> tuple[Any, str]:
        address = f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else "")
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(address, data=data, method=method)  # noqa: S310
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("Content-Type", "application/json")
        # unredirected: the token comes along only where `_Moved` takes it
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read() or b"null"), _cursor(answer.headers.get("Link", ""))
        except urllib.error.HTTPError as error:
            said = b""
            with contextlib.suppress(OSError, http.client.HTTPException), error:
                said = error.read(_SAID)
            words, pause = f"GitHub answers {error.code} to {method} {_kind(path)}", _pause(error, said)
            if error.code == 401:
                raise TokenRefused(f"{words}: the token has expired or is wrong") from error
            raise (InfrastructureError(words) if pause is None else Unreachable(words, pause)) from error
        except ValueError as error:
            raise InfrastructureError("GitHub's answer is not understood") from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"GitHub cannot be asked: {type(error).__name__}") from error

    def pages(self, path: str, within: str = "", **query: str) -> Iterator[Any]:
        """All entries of a list that comes in pages.

        Args:
            path: what is asked for.
            within: the name under which an answer holds its list; empty: it is one.
        """
        for page in range(1, _PAGES + 1):
            answer = self.request("GET", path, None, per_page="100", page=str(page), **query)
            try:
                part = answer[within] if within else answer
                yield from part
                if len(part) < 100:
                    return
            except (LookupError, TypeError) as error:
                raise InfrastructureError("GitHub's answer is not understood") from error

    def pushed_before(self, slug: str, moment: datetime.datetime) -> str:
        """The commit that the default branch was at, by the service's own clock; empty: there was none."""
        try:
            branch = self.request("GET", f"repos/{slug}")["default_branch"]
        except (LookupError, TypeError) as error:
            raise InfrastructureError("GitHub's answer is not understood") from error
        return next(self.pushes(slug, moment, f"refs/heads/{branch}"), "")

    def pushes(self, slug: str, moment: datetime.datetime, ref: str = "") -> Iterator[str]:
        """What was pushed up to a moment, by the service's own clock, newest first; empty: the branch was deleted.

        Args:
            ref: of this branch alone; empty: of all that there were, under whatever name.
        """
        query = {"per_page": "100"} | ({"ref": ref} if ref else {})
        for _ in range(_PAGES):  # the newest pushes are on the first
            events, cursor = self._ask("GET", f"repos/{slug}/activity", None, query)
            try:
                found = sorted(((_moment(event["timestamp"]), str(event["after"])) for event in events), reverse=True)
            except (LookupError, TypeError, AttributeError, ValueError) as error:
                raise InfrastructureError("GitHub's answer is not understood") from error
            yield from ("" if set(after) == {"0"} else after for at, after in found if at <= moment)
            if not cursor:
                return
            query["after"] = cursor

    def classroom(self, assignment: int) -> dict[str, str]:
        """The repositories of a GitHub Classroom assignment: login in lower case -> OWNER/NAME."""
        found = {}
        try:
            for accepted in self.pages(f"assignments/{assignment}/accepted_assignments"):
                where = accepted["repository"]  # none: it was deleted
                for student in accepted["students"] if where else ():
                    found[str(student["login"]).lower()] = str(where["full_name"])
        except (LookupError, TypeError) as error:
            raise InfrastructureError("GitHub's answer is not understood") from error
        return found

    def check_run(
        self,
        slug: str,
        commit: str,
        title: str,
        summary: str,
        annotations: Sequence[dict[str, Any]] = (),
        *,
        passed: bool,
        mark: str,
    ) -> None:
        """Feedback as a check of the commit; the token must be a GitHub App's.

        Args:
            annotations: in GitHub's form; where there are more than it takes, the last one says how many are left out.
            mark: tells this check from all others; where one has it, there is nothing to do.
        """
        body = {
            "name": title,
            "head_sha": commit,
            "external_id": mark,
            "status": "completed",
            "conclusion": "success" if passed else "neutral",
            "output": {"title": title, "summary": _fitting(summary), "annotations": _first(annotations)},
        }

        def there() -> bool:
            path = f"repos/{slug}/commits/{commit}/check-runs"
            runs = self.pages(path, "check_runs", check_name=title, filter="all")
            return any(run.get("external_id") == mark for run in runs)

        self.create(f"repos/{slug}/check-runs", body, there)

    def comment(self, slug: str, commit: str, text: str, mark: str) -> None:
        """Feedback as a comment on the commit.

        Args:
            mark: tells this comment from all others, out of sight; where one has it, there is nothing to do.
        """
        path, hidden = f"repos/{slug}/commits/{commit}/comments", f"<!-- {mark} -->"
        body = {"body": f"{hidden}\n\n{_fitting(text)}"}
        self.create(path, body, lambda: any(hidden in str(one.get("body")) for one in self.pages(path)))

    def publish(self, slug: str, tag: str, notes: str) -> None:
        """The tag's release with its notes; one that is there already stays."""

        def there() -> bool:
            try:
                self.request("GET", f"repos/{slug}/releases/tags/{quote(tag, safe='')}")
            except InfrastructureError as error:
                if getattr(error.__cause__, "code", None) != 404:
                    raise
                return False
            return True

        self.create(f"repos/{slug}/releases", {"tag_name": tag, "name": tag, "body": notes}, there)

    def dispatch(self, slug: str, event: str, payload: dict[str, str]) -> None:
        """Starts the workflows of a repository that wait for this event. Asked twice, they find nothing new to do."""
        self.request("POST", f"repos/{slug}/dispatches", {"event_type": event, "client_payload": payload})


def _pause(error: urllib.error.HTTPError, said: bytes) -> float | None:
    """For how many seconds the service wants to be left alone; None: it will not say otherwise later."""
    code, headers = error.code, error.headers
    asked = "Retry-After" in headers or headers.get("x-ratelimit-remaining") == "0"
    # of its secondary limits it may speak in the answer's words alone
    limited = code == 429 or (code == 403 and (asked or b"rate limit" in said.lower()))
    if code < 500 and not limited:
        return None
    try:
        if "Retry-After" in headers:
            return float(headers["Retry-After"])
        if limited and "x-ratelimit-reset" in headers:
            return max(0.0, float(headers["x-ratelimit-reset"]) - time.time())
    except ValueError:  # a date; a minute is what GitHub asks for where it says nothing
        pass
    return PATIENCE if limited else 0.0


def _fitting(text: str) -> str:
    """As much as one comment holds, in whole lines."""
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0] + "\n\n(The rest is cut.)\n"


def _first(annotations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as one request holds."""
    if len(annotations) <= MOST_ANNOTATIONS:
        return list(annotations)
    kept = annotations[: MOST_ANNOTATIONS - 1]
    words = f"{len(annotations) - len(kept)} more remarks are not shown."
    last = {name: value for name, value in annotations[len(kept)].items() if name != "title"}
    return [*kept, {**last, "start_line": 1, "end_line": 1, "message": words}]


def _cursor(link: str) -> str:
    """What a list's next page is asked for with, from the header that names its address; empty where there is none."""
    found = re.search(r'<([^<>]*)>;\s*rel="next"', link)
    return parse_qs(urlsplit(found[1]).query).get("after", [""])[0] if found else ""


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _kind(path: str) -> str:
    """What a path asks for, without whose it is."""
    parts = path.split("/")
    return "/".join(parts[3:4]) if parts[0] == "repos" and len(parts) > 3 else parts[0]
