"""Probes of containers that fail."""

from __future__ import annotations

import re

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.raw import text

LASTING = 300.0


def killed_by_probe(case: PodCase, called: str) -> Cause | None:
    """A container that is killed and started again because its liveness or startup probe fails."""
    kills = [e for e in case.of_container(called) if e.get("reason") == "Killing"]
    found = re.search(r"failed (liveness|startup) probe", text(kills[-1], "message")) if kills else None
    if found is None:
        return None
    kind = found.group(1)
    message = _last(case, called, kind.capitalize())
    field = f"{kind}Probe"
    wait = "failureThreshold or periodSeconds" if kind == "startup" else "initialDelaySeconds"
    return case.cause(
        f"killed again and again: its {kind} probe fails ({_short(message)})",
        f"See why it does not answer ({case.kubectl} logs {case.name} -c {called} --previous), "
        f"or raise {wait} of its {field}.",
        _detail(case, called, message),
        called,
    )


def unready(case: PodCase, called: str) -> Cause | None:
    """A container that runs, and whose readiness or startup probe fails."""
    for kind in ("Startup", "Readiness"):
        message = _last(case, called, kind)
        if message:
            return case.cause(
                f"runs and is not ready: its {kind.lower()} probe fails ({_short(message)})",
                f"See why container {called} does not answer: {case.kubectl} logs {case.name} -c {called}",
                _detail(case, called, message),
                called,
                persistent=case.age > LASTING,
            )
    return None


def _last(case: PodCase, called: str, kind: str) -> str:
    begins = f"{kind} probe "
    mine = [e for e in case.of_container(called) if text(e, "message").startswith(begins)]
    return text(mine[-1], "message").partition(": ")[2].strip() if mine else ""


def _short(message: str) -> str:
    code = re.search(r"HTTP probe failed with statuscode: (\d+)", message)
    if code:
        return f"HTTP {code.group(1)}"
    refused = re.search(r"dial tcp \S*:(\d+): (?:connect: )?(.*)$", message)
    if refused:
        return f"port {refused.group(1)}: {refused.group(2)}"
    if "deadline exceeded" in message or "Timeout" in message or "timed out" in message:
        return "no answer in time"
    told = " ".join(message.split())
    return (told if len(told) <= 60 else told[:59] + "…") or "no message"


def _detail(case: PodCase, called: str, message: str) -> str:
    log = case.log(called)
    return message + (f"; last log: {log}" if log else "")
