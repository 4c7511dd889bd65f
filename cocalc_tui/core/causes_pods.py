"""The cause at one pod: its node, its volumes, its containers, whichever is deepest."""

from __future__ import annotations

import re

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.causes_containers import container_cause
from cocalc_tui.core.causes_mounts import mount_cause
from cocalc_tui.core.causes_scheduling import scheduling_cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.raw import condition, rows, text, value

SILENCE = 300.0


def pod_cause(case: PodCase) -> Cause | None:
    """The cause at one pod; None if it is ready, done, young or on its way."""
    phase = text(case.pod, "status", "phase")
    if phase == "Succeeded":
        return None
    lost = _node_lost(case)
    if lost or value(case.pod, "metadata", "deletionTimestamp"):
        return lost
    if phase == "Failed" and text(case.pod, "status", "reason"):
        return _failed(case)
    if condition(case.pod, "Ready").get("status") == "True":
        return None
    return (
        scheduling_cause(case)
        or (mount_cause(case) if _creating(case) else None)
        or container_cause(case)
        or _silent(case)
        or _gated(case)
    )


def waiting_reasons(case: PodCase) -> set[str]:
    """The reasons that its containers wait for."""
    return {text(s, "state", "waiting", "reason") for s, _ in case.statuses()} - {""}


def _creating(case: PodCase) -> bool:
    """Whether its volumes and network are still being set up."""
    begun = any(value(s, "state", "running") or value(s, "state", "terminated") for s, _ in case.statuses())
    waits = waiting_reasons(case) <= {"ContainerCreating", "PodInitializing"}
    return bool(case.node) and not begun and waits


def _node_lost(case: PodCase) -> Cause | None:
    """A pod whose containers still count as ready, and whose node no longer answers."""
    told = case.last("NodeNotReady")
    if not told or condition(case.pod, "Ready").get("status") == "True":
        return None
    if not all(s.get("ready") or init for s, init in case.statuses()):
        return None
    return case.cause(
        f"node {case.node} does not answer",
        f"Start the kubelet of {case.node}, or take the node out: kubectl delete node {case.node}",
        text(told, "message"),
        persistent=False,
    )


def _failed(case: PodCase) -> Cause:
    reason, message = text(case.pod, "status", "reason"), text(case.pod, "status", "message")
    if reason != "Evicted":
        return case.cause(
            f"pod failed: {reason}",
            f"See why: {case.kubectl} describe pod {case.name}",
            message,
            persistent=False,
        )
    limit = re.search(r"exceeds the total limit of containers (\S+?)\.?\s*$", message)
    if limit:
        return case.cause(
            f"evicted: over its ephemeral storage limit of {limit.group(1)}",
            f"Raise resources.limits.ephemeral-storage of {case.workload} above {limit.group(1)}.",
            message,
        )
    low = re.search(r"node (?:was low on resource: |had condition: \[)([\w-]+)", message)
    what = low.group(1) if low else "resources"
    return case.cause(
        f"evicted: its node was short of {what}",
        f"Free {what} on node {case.node}, or give {case.workload} requests that it needs.",
        message,
        persistent=False,
    )


def _silent(case: PodCase) -> Cause | None:
    """Volumes or network that are not there after minutes, and no event tells why."""
    if not _creating(case) or case.age < SILENCE:
        return None
    if condition(case.pod, "PodReadyToStartContainers").get("status") != "False":
        return None
    return case.cause(
        f"its volumes or network are not ready after {int(case.age // 60)} minutes",
        f"See what node {case.node} waits for: {case.kubectl} describe pod {case.name}",
        persistent=False,
    )


def _gated(case: PodCase) -> Cause | None:
    """Containers that are all ready in a pod that is not: a readiness gate is closed."""
    if condition(case.pod, "ContainersReady").get("status") != "True":
        return None
    for gate in rows(case.pod, "spec", "readinessGates"):
        kind = text(gate, "conditionType")
        if condition(case.pod, kind).get("status") != "True":
            return case.cause(
                f"readiness gate {kind} is closed",
                f"See who sets the condition {kind}: {case.kubectl} describe pod {case.name}",
                persistent=False,
            )
    return None
