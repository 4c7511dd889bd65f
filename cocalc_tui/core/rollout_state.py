"""Whether a workload is ready, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cocalc_tui.core.raw import Raw, condition, name, namespace, number, rows, table, text, value

_REFUSED = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "InvalidImageName"}
_MARKS = (
    ("Job", "spec", ("backoffLimit", "completions", "parallelism", "completionMode")),
    ("DaemonSet", "status", ("desiredNumberScheduled", "currentNumberScheduled")),
    ("StatefulSet", "spec", ("serviceName", "podManagementPolicy", "volumeClaimTemplates")),
    ("Pod", "spec", ("containers",)),
    ("Deployment", "spec", ("strategy", "progressDeadlineSeconds", "paused", "template")),
)


def kind_of(found: Raw) -> str:
    """The kind of a workload; read from its fields where the list that it comes from does not tell it."""
    told = text(found, "kind")
    if told:
        return told
    return next((kind for kind, part, keys in _MARKS if any(k in table(found, part) for k in keys)), "")


def label_of(found: Raw) -> str:
    """What it is called in causes: `Kind/name`."""
    return f"{kind_of(found)}/{name(found)}"


def desired(found: Raw) -> int:
    """How many pods should be ready (a Job: done)."""
    if kind_of(found) == "DaemonSet":
        return number(found, "status", "desiredNumberScheduled")
    return number(found, "spec", "completions" if kind_of(found) == "Job" else "replicas", default=1)


def ready(workload: Raw) -> bool:
    """Whether what was last asked for runs: its controller has seen it, and counts and conditions agree.

    Conditions alone are those of the time before the controller looked.
    """
    kind = kind_of(workload)
    if kind == "Job":
        return _true(workload, "Complete")
    if kind == "Pod":
        return _true(workload, "Ready") or text(workload, "status", "phase") == "Succeeded"
    seen = number(workload, "status", "observedGeneration", default=-1)
    if seen < number(workload, "metadata", "generation"):
        return False
    if kind == "Deployment":
        return _deployment(workload)
    if kind == "StatefulSet":
        return _stateful_set(workload)
    return kind == "DaemonSet" and _daemon_set(workload)


def _true(found: Raw, kind: str) -> bool:
    return condition(found, kind).get("status") == "True"


def _deployment(found: Raw) -> bool:
    wanted = desired(found)
    updated = number(found, "status", "updatedReplicas")
    counts = (
        updated >= wanted
        and number(found, "status", "replicas") <= updated
        and number(found, "status", "availableReplicas") >= wanted
    )
    # without a deadline there is no condition about progress
    going = condition(found, "Progressing").get("status", "True") == "True"
    return counts and going and _true(found, "Available")


def _stateful_set(found: Raw) -> bool:
    wanted = desired(found)
    if number(found, "status", "readyReplicas") < wanted:
        return False
    if number(found, "status", "availableReplicas", default=wanted) < wanted:
        return False
    if text(found, "spec", "updateStrategy", "type") == "OnDelete":
        return True
    kept = number(found, "spec", "updateStrategy", "rollingUpdate", "partition")
    if kept:
        return number(found, "status", "updatedReplicas") >= wanted - kept
    return text(found, "status", "currentRevision") == text(found, "status", "updateRevision")


def _daemon_set(found: Raw) -> bool:
    wanted = desired(found)
    by_hand = text(found, "spec", "updateStrategy", "type") == "OnDelete"
    if not by_hand and number(found, "status", "updatedNumberScheduled") < wanted:
        return False
    return number(found, "status", "numberAvailable") >= wanted


def progress(workload: Raw, pods: Sequence[Raw]) -> str:
    """How far it is, in a few words: `1 of 2 ready, pulling the image`."""
    wanted = desired(workload)
    if kind_of(workload) == "Job":
        done = number(workload, "status", "succeeded")
        counted, is_done = f"{done} of {wanted} done", _true(workload, "Complete")
    else:
        have = number(workload, "status", "readyReplicas")
        if kind_of(workload) == "DaemonSet":
            have = number(workload, "status", "numberReady")
        counted, is_done = f"{min(have, wanted)} of {wanted} ready", ready(workload)
    if is_done:
        return counted
    told = Counter(filter(None, (stage(p) for p in pods if selects(workload, p))))
    if told:
        first = max(told, key=lambda s: (told[s], s))
        return f"{counted}, {first}"
    old = number(workload, "status", "replicas") - number(workload, "status", "updatedReplicas")
    if kind_of(workload) == "Deployment" and old > 0 and number(workload, "status", "updatedReplicas"):
        return f"{counted}, ending {old} old"
    return f"{counted}, waiting for its pods" if wanted else counted


def selects(workload: Raw, pod: Raw) -> bool:
    """Whether a pod belongs to a workload, by owner or by labels."""
    if namespace(pod) != namespace(workload):
        return False
    if any(o.get("uid") and o.get("uid") == value(workload, "metadata", "uid") for o in owners(pod)):
        return True
    wanted = table(workload, "spec", "selector", "matchLabels")
    labels = table(pod, "metadata", "labels")
    return bool(wanted) and all(labels.get(k) == v for k, v in wanted.items())


def owners(found: Raw) -> tuple[Raw, ...]:
    """Its owner references, the controller first."""
    return tuple(sorted(rows(found, "metadata", "ownerReferences"), key=lambda o: not o.get("controller")))


def stage(pod: Raw) -> str:
    """What a pod is at; empty where it is ready or done."""
    phase = text(pod, "status", "phase")
    if _true(pod, "Ready") or phase == "Succeeded":
        return ""
    if value(pod, "metadata", "deletionTimestamp"):
        return "ending an old pod"
    if phase == "Failed":
        return "a pod failed"
    if not text(pod, "spec", "nodeName"):
        return "waiting for a node"
    inits = rows(pod, "status", "initContainerStatuses")
    for n, status in enumerate(inits, 1):
        if table(status, "state", "running") and not status.get("ready"):
            return f"init container {text(status, 'name')} ({n} of {len(inits)})"
    statuses = (*inits, *rows(pod, "status", "containerStatuses"))
    waiting = {text(s, "state", "waiting", "reason") for s in statuses}
    if waiting & {"ErrImagePull", "ImagePullBackOff"}:
        return "pulling the image fails"
    if "CrashLoopBackOff" in waiting:
        return "starting again after a crash"
    if waiting & _REFUSED:
        return "a container cannot start"
    if any(table(s, "state", "running") for s in statuses):
        return "starting, not ready yet"
    ready_to_start = condition(pod, "PodReadyToStartContainers").get("status")
    if ready_to_start == "False":
        return "preparing volumes and network"
    return "pulling the image" if ready_to_start == "True" else "creating containers"
