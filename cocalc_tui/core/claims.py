"""PersistentVolumeClaims as they are seen: what they offer, and why one is not bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cocalc_tui.core.facts import Object
from cocalc_tui.core.quantity import amount

RWX = "ReadWriteMany"
FIRST_CONSUMER = "WaitForFirstConsumer"


def requested(claim: Object) -> str:
    """The size that it asks for."""
    return str(claim.get("spec", {}).get("resources", {}).get("requests", {}).get("storage", ""))


def size(claim: Object) -> str:
    """The size that it has, or asks for."""
    return str(claim.get("status", {}).get("capacity", {}).get("storage", "")) or requested(claim)


def class_name(claim: Object | None) -> str:
    """The class that it names; empty where it names none."""
    return str((claim or {}).get("spec", {}).get("storageClassName") or "")


def phase(claim: Object) -> str:
    """Bound, Pending or Lost."""
    return str(claim.get("status", {}).get("phase", "Pending"))


def unfit(claim: Object) -> str:
    """Why CoCalc cannot use it, whatever its state; empty where it can."""
    spec = claim.get("spec", {})
    modes = spec.get("accessModes") or ()
    if RWX not in modes:
        return f"its access mode is {', '.join(modes) or 'not set'}, not {RWX}"
    if spec.get("volumeMode", "Filesystem") != "Filesystem":
        return f"its volume mode is {spec['volumeMode']}, not Filesystem"
    if claim["metadata"].get("deletionTimestamp"):
        return "it is being deleted"
    return ""


def larger(one: str, other: str) -> str:
    """The larger of two sizes; a claim can never shrink. The first where they are equal."""
    a, b = amount(one), amount(other)
    return other if a is None or (b is not None and b > a) else one


def last_event(events: Sequence[Object], name: str) -> Mapping[str, Any]:
    """The newest event about a claim; empty where there is none."""
    about = [
        e
        for e in events
        if e.get("involvedObject", {}).get("kind") == "PersistentVolumeClaim"
        and e.get("involvedObject", {}).get("name") == name
    ]
    return max(about, key=_time, default={})


def _time(event: Object) -> str:
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return next((str(t) for t in times if t), str(event["metadata"].get("creationTimestamp") or ""))


def claim_manifest(name: str, namespace: str, kind: str, storage: str) -> dict[str, Any]:
    """A claim for files that pods on several nodes share, of a class and a size."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": [RWX],
            "volumeMode": "Filesystem",
            "storageClassName": kind,
            "resources": {"requests": {"storage": storage}},
        },
    }
