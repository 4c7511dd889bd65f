"""Logs of rehearsal pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.errors import Refused


def log_of(pod: Object, container: str, world: Mapping[str, Any], *, previous: bool) -> str:
    """What the container wrote; raises `Refused` where it never ran, in the API server's words."""
    name = pod["metadata"]["name"]
    states = {s["name"]: s for s in pod.get("status", {}).get("containerStatuses", [])}
    if container not in {c["name"] for c in pod["spec"]["containers"]}:
        raise Refused(f"container {container} is not valid for pod {name}", code=400)
    state = states.get(container, {})
    if previous and "lastState" not in state:
        raise Refused(f'previous terminated container "{container}" in pod "{name}" not found', code=400)
    waiting = state.get("state", {}).get("waiting")
    if waiting and "lastState" not in state:
        reason = waiting["reason"]
        raise Refused(f'container "{container}" in pod "{name}" is waiting to start: {reason}', code=400)
    for program in world.get("programs") or ():
        if name.startswith(program["pod"]) and program.get("log"):
            return str(program["log"])
    if "lastState" in state:
        return "FATAL:  password authentication failed"
    return f"{container}: practice program of a rehearsal, it does nothing\n{container}: ready\n"
