"""Why no node takes a pod: read from the scheduler's one message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.causes_claims import claim_cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.quantity import amount
from cocalc_tui.core.raw import condition, named, rows, table, text, value

PATIENCE = 60.0  # seconds in which pods that end, or nodes that come, may make room
_LOST_CLAIM = re.compile(r'persistentvolumeclaim "([^"]*)" not found', re.IGNORECASE)
_COUNT = re.compile(r"^0/(\d+) nodes? (?:are|is) available")
_UNITS = {"cpu": "CPU", "memory": "memory", "ephemeral-storage": "disk"}
_OTHERS = (
    (
        r"volume node affinity conflict",
        "its volume lies where no fitting node is",
        "Add a node in the zone of the volume, or make the claim again in a zone with nodes",
    ),
    (
        r"did(?:n't| not) find available persistent volumes",
        "no PersistentVolume fits its claim on any node",
        "Create a PersistentVolume that a fitting node can reach",
    ),
    (
        r"anti-affinity",
        "its anti-affinity leaves no node: it must not share one with its like",
        "Add a node, or lower the number of replicas",
    ),
    (
        r"pod affinity rules",
        "no node runs the pods that it must be beside",
        "Correct the pod affinity",
    ),
    (
        r"topology spread",
        "its topology spread leaves no node",
        "Add a node, or loosen topologySpreadConstraints",
    ),
    (
        r"Too many pods",
        "every node runs as many pods as it may",
        "Add a node",
    ),
    (
        r"max volume count",
        "every node has as many volumes as it may",
        "Add a node",
    ),
)


def scheduling_cause(case: PodCase) -> Cause | None:
    """The cause of a pod without a node; None if it has one or was not looked at yet."""
    told = condition(case.pod, "PodScheduled")
    if case.node:
        return None
    if told.get("status") != "False":
        return _unbound(case)
    if told.get("reason") == "SchedulingGated":
        gates = ", ".join(text(g, "name") for g in rows(case.pod, "spec", "schedulingGates"))
        return case.cause(
            f"held back by scheduling gate {gates}",
            f"Have the controller of {gates} take the gate off the pod {case.name}.",
            persistent=False,
        )
    message = text(told, "message")
    said = re.split(r"\.\s+(?:preemption|no new claims|not found)", message)[0]
    lost = _LOST_CLAIM.search(said)
    if lost:
        return _absent(case, lost.group(1), said)
    waits = "PersistentVolumeClaim" in said or "binding volumes" in said
    return _claims(case, said) if waits else _nodes(case, said)


def _claims(case: PodCase, said: str) -> Cause | None:
    """Claims are the deeper cause: the scheduler only tells that they are not bound."""
    found = _unbound(case, said)
    if found or case.age < PATIENCE:
        return found
    waits = [c for v in rows(case.pod, "spec", "volumes") if (c := _claim_of(v))]
    return case.cause(
        f"waits for PersistentVolumeClaim {', '.join(waits)} to be bound",
        f"See what holds it: {case.kubectl} describe pvc {' '.join(waits)}",
        said,
        persistent=False,
    )


def _unbound(case: PodCase, said: str = "") -> Cause | None:
    """The cause of the first claim of the pod that tells one."""
    for volume in rows(case.pod, "spec", "volumes"):
        claim = named(case.claims, _claim_of(volume), case.namespace)
        found = claim and claim_cause(claim, case.claim_events, case.classes, now=case.now or None)
        if found:
            return case.cause(found.summary, found.remedy, found.detail or said, persistent=found.persistent)
    return None


def _claim_of(volume: object) -> str:
    return text(volume, "persistentVolumeClaim", "claimName")


def _absent(case: PodCase, claim: str, said: str) -> Cause:
    return case.cause(
        f"PersistentVolumeClaim {claim} does not exist",
        f"Create the PersistentVolumeClaim {claim} in namespace {case.namespace}, or correct the name that "
        f"{case.workload} uses.",
        said,
    )


def _nodes(case: PodCase, said: str) -> Cause:
    count = _COUNT.search(said)
    nodes = int(count.group(1)) if count else 0
    of = f"({nodes} {'node' if nodes == 1 else 'nodes'} looked at)"
    lasting = case.age >= PATIENCE and not case.last("TriggeredScaleUp")
    if (count and not nodes) or "no nodes available" in said:
        return case.cause("the cluster has no node for pods", "Add a node to the cluster.", said)
    lacking = re.findall(r"Insufficient ([\w./-]+\w)", said)
    if lacking:
        kind = lacking[0]
        wanted = f"{asked(case, kind)} {_UNITS.get(kind, kind)}".strip()
        return case.cause(
            f"no node has {wanted} free {of}",
            f"Add a node with {wanted} free, or lower resources.requests of {kind} in {case.workload}.",
            said,
            persistent=lasting,
        )
    port = ", ".join(_ports(case))
    if "free ports" in said:
        return case.cause(
            f"no node has host port {port} free {of}",
            f"Stop what uses host port {port} on the nodes, or give {case.workload} another hostPort.",
            said,
            persistent=lasting,
        )
    for pattern, summary, remedy in _OTHERS:
        if re.search(pattern, said, re.IGNORECASE):
            return case.cause(f"{summary} {of}", f"{remedy} for {case.workload}.", said, persistent=lasting)
    return _fitting(case, said, nodes, lasting)


def _fitting(case: PodCase, said: str, nodes: int, lasting: bool) -> Cause:
    """Labels, taints and cordons, alone or together."""
    labels = ", ".join(f"{k}={v}" for k, v in table(case.pod, "spec", "nodeSelector").items())
    what = f"the label {labels}" if labels else "what its node affinity wants"
    counts = {
        "unlabelled": _many(said, r"(\d+) node\(s\) didn't match (?:Pod's )?node (?:affinity|selector)"),
        "tainted": _many(said, r"(\d+) node\(s\) had (?:untolerated )?taints?\b"),
        "cordoned": _many(said, r"(\d+) node\(s\) were unschedulable"),
    }
    parts = {
        "unlabelled": (f"{counts['unlabelled']} without {what}", f"label a node with {labels or 'it'}"),
        "tainted": (
            f"{counts['tainted']} with a taint that it does not tolerate",
            "give the pod a toleration, or take the taint off a node",
        ),
        "cordoned": (f"{counts['cordoned']} cordoned", "let a node take pods again (kubectl uncordon NODE)"),
    }
    seen = [key for key, many in counts.items() if many]
    if not seen:
        return case.cause(
            f"no node takes the pod ({nodes} looked at)"
            if nodes
            else "the scheduler found no place for the pod",
            f"See what the scheduler tells: {case.kubectl} describe pod {case.name}",
            said,
            persistent=lasting,
        )
    if seen == ["unlabelled"]:
        example = labels.replace(", ", " ") or "KEY=VALUE"
        return case.cause(
            f"no node has {what} ({nodes} looked at)",
            f"Label a node (kubectl label node NODE {example}), or correct the node selector of "
            f"{case.workload}.",
            said,
            persistent=lasting,
        )
    remedy = ", or ".join(parts[key][1] for key in seen)
    return case.cause(
        f"no node fits: {', '.join(parts[key][0] for key in seen)}",
        f"{remedy[0].upper()}{remedy[1:]} for {case.workload}.",
        said,
        persistent=lasting,
    )


def _many(said: str, pattern: str) -> int:
    return sum(int(n) for n in re.findall(pattern, said))


def _ports(case: PodCase) -> Sequence[str]:
    every = [p for c in rows(case.pod, "spec", "containers") for p in rows(c, "ports")]
    return [str(p["hostPort"]) for p in every if p.get("hostPort")]


def asked(case: PodCase, kind: str) -> str:
    """How much of a resource the pod asks for; the sum of its containers or its largest init container."""
    found = [_request(c, kind) for c in rows(case.pod, "spec", "containers")]
    inits = [_request(c, kind) for c in rows(case.pod, "spec", "initContainers")]
    single = [text for text, _ in (*found, *inits) if text]
    if len(single) == 1:
        return single[0]
    total = max(sum((v for _, v in found), Fraction(0)), *(v for _, v in inits), Fraction(0))
    return _shown(total, kind) if total else ""


def _request(container: object, kind: str) -> tuple[str, Fraction]:
    given = value(container, "resources", "requests", kind)
    return (str(given), amount(given) or Fraction(0)) if given is not None else ("", Fraction(0))


def _shown(total: Fraction, kind: str) -> str:
    if kind in ("memory", "ephemeral-storage"):
        size = total / 1024**2
        if size < 1024:
            return f"{float(size):.0f}Mi"
        return f"{float(size / 1024):.1f}".removesuffix(".0") + "Gi"
    return f"{float(total):.2f}".rstrip("0").rstrip(".")
