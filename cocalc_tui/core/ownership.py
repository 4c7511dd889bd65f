"""Who made an object, told by its labels."""

from __future__ import annotations

from cocalc_tui.core.action import MANAGED_BY, MANAGER
from cocalc_tui.core.facts import Object

HELM = "Helm"
KEEP = "helm.sh/resource-policy"


def made_by(live: Object) -> str:
    """What the object's label says; empty where it says nothing."""
    return str((live["metadata"].get("labels") or {}).get(MANAGED_BY, ""))


def ours(live: Object) -> bool:
    """Whether this tool made it."""
    return made_by(live) == MANAGER


def helm_deletes(live: Object) -> bool:
    """Whether helm would delete it as soon as the chart no longer renders it."""
    kept = (live["metadata"].get("annotations") or {}).get(KEEP) == "keep"
    return made_by(live) == HELM and not kept
