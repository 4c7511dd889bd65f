"""Root causes of a rollout: why workloads do not become ready, deepest cause first.

The words of the API are those observed with kubelet and containerd; runtimes word them differently, so
reasons and key words are read, not whole sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cocalc_tui.core.cause import Cause, cleaned, grouped
from cocalc_tui.core.causes_claims import claim_cause
from cocalc_tui.core.causes_owners import creation_cause, given_up
from cocalc_tui.core.causes_pods import pod_cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.raw import Raw, about, name, namespace, newest, rows, text, value
from cocalc_tui.core.rollout_state import kind_of, label_of, owners, progress, ready

__all__ = ["Cause", "causes", "claim_cause", "progress", "ready", "service_cause"]

REVISION = "deployment.kubernetes.io/revision"


def causes(
    *,
    workloads: Sequence[Raw],
    replicasets: Sequence[Raw],
    pods: Sequence[Raw],
    events: Sequence[Raw],
    claims: Sequence[Raw],
    logs: Mapping[str, str] | None = None,
    storage_classes: Sequence[Raw] | None = None,
    now: float | None = None,
) -> tuple[Cause, ...]:
    """Why workloads are not ready; empty where nothing is wrong or all is young.

    Objects are as the API server lists them; pods of other workloads do not matter. A pod that nobody owns
    is a workload of its own. `logs` maps `POD/CONTAINER` to the end of a log. `now` is Unix time in
    seconds; without it, the latest time that the objects tell.
    """
    at = newest(workloads, replicasets, pods, events, claims) if now is None else now
    world = PodCase("", {}, (), claims, events, storage_classes, logs, at)
    found: list[Cause] = []
    for workload in workloads:
        if not ready(workload):
            mine, makers = _owned(workload, replicasets, pods)
            found += _of_workload(workload, makers, mine, world)
    return grouped(found)


def _of_workload(workload: Raw, makers: Sequence[Raw], pods: Sequence[Raw], world: PodCase) -> list[Cause]:
    label, kind = label_of(workload), kind_of(workload)
    makes = "ReplicaSet" if kind == "Deployment" else kind
    refused = [
        one
        for maker in (makers if kind == "Deployment" else (workload,))
        if (one := creation_cause(label, maker, makes, world.claim_events))
    ]
    if kind == "Deployment" and not makers and not refused:
        own = creation_cause(label, workload, kind, world.claim_events)
        refused = [own] if own else []
    last = given_up(label, workload, kind)
    found = refused[:1] + _of_pods(label, pods, world)
    if found:
        return [replace(c, persistent=True) for c in found] if last else found
    return [last] if last else []


def _of_pods(label: str, pods: Sequence[Raw], world: PodCase) -> list[Cause]:
    """The causes at pods; what is left of failed ones only where no living pod tells a cause.

    A controller makes new pods for failed ones until it gives up.
    """
    living: list[Cause] = []
    dead: list[Cause] = []
    for pod in pods:
        told = about(world.claim_events, "Pod", pod)
        cause = pod_cause(replace(world, workload=label, pod=pod, events=told))
        if cause:
            (dead if text(pod, "status", "phase") == "Failed" else living).append(cause)
    if not label.startswith("Pod/"):
        dead = [replace(c, persistent=False) for c in dead]
    return living or dead


def _owned(workload: Raw, replicasets: Sequence[Raw], pods: Sequence[Raw]) -> tuple[list[Raw], list[Raw]]:
    """The pods that count for a workload, and the ReplicaSet that makes them: of the newest revision."""
    if kind_of(workload) == "Pod":
        return [workload], []
    if kind_of(workload) != "Deployment":
        return [p for p in pods if _owns(workload, p)], []
    sets = [r for r in replicasets if _owns(workload, r)]
    current = max(sets, key=_revision, default=None)
    if current is None:
        return [p for p in pods if _hashed(workload, p)], []
    return [p for p in pods if _owns(current, p)], [current]


def _owns(owner: Raw, found: Raw) -> bool:
    if namespace(owner) != namespace(found):
        return False
    uid = value(owner, "metadata", "uid")
    return any(
        o.get("uid") == uid if uid and o.get("uid") else o.get("name") == name(owner) != ""
        for o in owners(found)[:1]
    )


def _revision(replicaset: Raw) -> tuple[int, str]:
    told = value(replicaset, "metadata", "annotations", REVISION)
    number = int(told) if isinstance(told, str) and told.isdecimal() else 0
    return number, text(replicaset, "metadata", "creationTimestamp")


def _hashed(deployment: Raw, pod: Raw) -> bool:
    """Whether a pod tells by the name of its ReplicaSet that it is a Deployment's."""
    owner = next(iter(owners(pod)), {})
    hashed = text(pod, "metadata", "labels", "pod-template-hash")
    same = text(owner, "name") == f"{name(deployment)}-{hashed}"
    return same and bool(hashed) and namespace(pod) == namespace(deployment)


def service_cause(service: Raw, events: Sequence[Raw]) -> Cause | None:
    """Why a Service of type LoadBalancer has no address; None if it has one or needs none."""
    if text(service, "spec", "type") != "LoadBalancer":
        return None
    if rows(service, "status", "loadBalancer", "ingress"):
        return None
    label, space = f"Service/{name(service)}", namespace(service)
    look = f"kubectl -n {space} describe service {name(service)}"
    told = about(events, "Service", service)
    last = told[-1] if told else {}
    message = cleaned(text(last, "message"))
    if last.get("type") == "Warning" and text(last, "reason") == "AllocationFailed":
        return Cause(
            label,
            "no address is free in the pool of the load balancer",
            f"Add addresses to an IPAddressPool of MetalLB for the Service {name(service)}.",
            message,
        )
    if last.get("type") == "Warning":
        return Cause(
            label, "its load balancer cannot be made", f"Mend what the load balancer tells: {look}", message
        )
    if told:
        return Cause(
            label,
            "waits for the address of its load balancer",
            f"Wait, or see how far it is: {look}",
            message,
            persistent=False,
        )
    return Cause(
        label,
        "has no address: nothing in the cluster makes load balancers",
        f"Install MetalLB (on Minikube run minikube tunnel) to give the Service {name(service)} an address.",
    )
