"""What is wrong with a workflow that runs code that was sent in."""

from __future__ import annotations

from typing import Any

import yaml

FOREIGN = {"pull_request_target", "workflow_run", "issue_comment"}  # the repository's rights, for anyone's code


def complaints(text: str) -> list[str]:
    """Each thing that would give away the repository's rights, its secrets or its cache."""
    flow: dict[Any, Any] = yaml.safe_load(text)
    triggers = flow.get("on", flow.get(True))  # YAML reads a bare `on` as true
    names = {triggers} if isinstance(triggers, str) else set(triggers or ())
    found = [f"runs on {name}" for name in sorted(names & FOREIGN)]
    sent_in = bool(names & (FOREIGN | {"pull_request"}))
    rights = [flow.get("permissions"), *(job["permissions"] for job in flow["jobs"].values() if "permissions" in job)]
    if sent_in and any(not isinstance(right, dict) or set(right.values()) - {"read", "none"} for right in rights):
        found.append("has more than the right to read")
    for job in flow["jobs"].values() if sent_in else ():
        for step in job.get("steps", ()):
            action, settings = step.get("uses", ""), step.get("with", {})
            if action.startswith("actions/checkout@") and settings.get("persist-credentials") is not False:
                found.append("leaves the checkout's token where the code can read it")
            if action.startswith("actions/cache") or (action and "cache" in settings):
                found.append("keeps a cache that the code can write to")
            if "secrets." in str(step):
                found.append("hands a secret to a step")
    return found
