"""Recordings of real failures: what the API server listed, shortened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.core.rollout import Cause, causes

FOLDER = Path(__file__).parent / "failure-shapes"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


def shape(name: str) -> dict[str, Any]:
    """One recording: owners, pods, events, logs."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def owned(recorded: Mapping[str, Any], *kinds: str) -> list[Any]:
    """The owners of some kinds."""
    return [o for o in recorded["owners"] if isinstance(o, Mapping) and o.get("kind") in kinds]


def causes_of(recorded: Mapping[str, Any], now: float | None = None, **more: Any) -> tuple[Cause, ...]:
    """The causes in a recording."""
    bare = [p for p in recorded["pods"] if not owned(recorded, *WORKLOADS)]
    given: dict[str, Any] = {
        "workloads": [*owned(recorded, *WORKLOADS), *bare],
        "replicasets": owned(recorded, "ReplicaSet"),
        "pods": recorded["pods"],
        "events": recorded["events"],
        "claims": owned(recorded, "PersistentVolumeClaim"),
        "logs": recorded["logs"],
    }
    return causes(**{**given, **more}, now=now)
