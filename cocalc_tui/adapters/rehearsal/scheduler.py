"""Which node a pod goes to, and what is said where none fits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cocalc_tui.adapters.rehearsal.moment import Moment, condition
from cocalc_tui.adapters.rehearsal.selectors import expression
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.adapters.rehearsal.validation import quantity
from cocalc_tui.core.kinds import NODE, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS

SCHEDULER = "default-scheduler"
TAINTED = "node(s) had untolerated taint(s)"
UNMATCHED = "node(s) didn't match Pod's node affinity/selector"
SCHEDULED_AFTER = 0.4


def reconcile(moment: Moment) -> None:
    """Binds every pod without a node, or says why it cannot."""
    pods = moment.select(POD)
    for pod in moment.moving(POD):
        status = pod.get("status", {})
        if pod["spec"].get("nodeName") or status.get("phase", "Pending") != "Pending":
            continue
        if not moment.elapsed(pod, "scheduled", SCHEDULED_AFTER):
            continue
        problem = _claims(moment, pod)
        node: Object | None = None
        if not problem:
            node, problem = _choose(moment, pod, pods)
        if node is None:
            nodes = len(moment.select(NODE))
            text = f"0/{nodes} nodes are available: {problem}"
            found = condition("PodScheduled", False, pod, moment.stamp, "Unschedulable", text)
            moment.status(pod, phase="Pending", conditions=[found])
            moment.event(pod, "FailedScheduling", text, SCHEDULER, warning=True)
            continue
        name = node["metadata"]["name"]
        where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        found = condition("PodScheduled", True, pod, moment.stamp)
        spec = {**pod["spec"], "nodeName": name}
        status = {**status, "phase": "Pending", "conditions": [found]}
        moment.store.save({**pod, "spec": spec, "status": status})
        moment.event(pod, "Scheduled", f"Successfully assigned {where} to {name}", SCHEDULER)
        pods = moment.select(POD)


def _claims(moment: Moment, pod: Object) -> str:
    """What keeps the pod's claims from being used; empty where nothing does."""
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes") or []:
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if not name:
            continue
        claim = moment.store.find(PERSISTENT_VOLUME_CLAIM, name, namespace)
        if claim is None:
            return f'persistentvolumeclaim "{name}" not found. not found'
        if claim.get("status", {}).get("phase") == "Bound":
            continue
        found = moment.store.find(STORAGE_CLASS, claim["spec"].get("storageClassName") or "")
        if found and found.get("volumeBindingMode") == "WaitForFirstConsumer":
            return "node(s) did not find available persistent volumes to bind. not found"
        return "pod has unbound immediate PersistentVolumeClaims. not found"
    return ""


def _choose(moment: Moment, pod: Object, pods: list[Object]) -> tuple[Object | None, str]:
    """The fitting node with the fewest pods, or why none fits."""
    reasons: Counter[str] = Counter()
    fitting = []
    for node in moment.select(NODE):
        here = [p for p in pods if p["spec"].get("nodeName") == node["metadata"]["name"]]
        reason = _taints(node, pod) or _selection(node, pod) or _room(node, pod, here)
        if reason:
            reasons[reason] += 1
        else:
            fitting.append((-_preference(node, pod), len(here), node["metadata"]["name"], node))
    if fitting:
        return min(fitting, key=lambda f: f[:3])[3], ""
    return None, ", ".join(f"{n} {r}" for r, n in sorted(reasons.items(), key=lambda x: x[0])) + "."


def _taints(node: Object, pod: Object) -> str:
    tolerations = pod["spec"].get("tolerations") or []
    for taint in node["spec"].get("taints") or []:
        if taint["effect"] != "PreferNoSchedule" and not any(_tolerates(t, taint) for t in tolerations):
            return TAINTED
    return "node(s) were unschedulable" if node["spec"].get("unschedulable") else ""


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    same = toleration.get("key") == taint["key"]
    return same and bool(toleration.get("value", "") == taint.get("value", ""))


def _selection(node: Object, pod: Object) -> str:
    labels = node["metadata"].get("labels", {})
    if any(labels.get(k) != v for k, v in (pod["spec"].get("nodeSelector") or {}).items()):
        return UNMATCHED
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required and not any(_term(t, labels) for t in required["nodeSelectorTerms"]):
        return UNMATCHED
    return ""


def _preference(node: Object, pod: Object) -> int:
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    labels = node["metadata"].get("labels", {})
    wishes = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or []
    return sum(w["weight"] for w in wishes if _term(w["preference"], labels))


def _term(term: Object, labels: dict[str, str]) -> bool:
    return all(expression(e, labels) for e in term.get("matchExpressions") or [])


def _room(node: Object, pod: Object, here: list[Object]) -> str:
    room = node.get("status", {}).get("allocatable", {})
    for resource in ("cpu", "memory"):
        if resource in room and _wants(pod, resource):
            used = sum(
                _wants(p, resource) for p in here if p["status"].get("phase") in ("Pending", "Running")
            )
            if used + _wants(pod, resource) > quantity(room[resource]):
                return f"Insufficient {resource}"
    return "Too many pods" if len(here) >= quantity(room.get("pods", "110")) else ""


def _wants(pod: Object, resource: str) -> float:
    containers: list[Any] = pod["spec"]["containers"]
    return sum(
        quantity(((c.get("resources") or {}).get("requests") or {}).get(resource, "0")) for c in containers
    )
