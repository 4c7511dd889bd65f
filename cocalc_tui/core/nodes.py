"""What a Node object tells: size, condition, role, and whether CoCalc's pods may run there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

from cocalc_tui.core.quantity import amount

Node = Mapping[str, Any]

ROLE = "cocalc-role"
SERVICES = "services"
PROJECTS = "projects"
PREPULL = ("cocalc-projects-init", "cocalc-projects")
DEDICATED = "cocalc-dedicated_vm"
KEEPS_AWAY = ("NoSchedule", "NoExecute")
PRESSURE = ("DiskPressure", "MemoryPressure", "PIDPressure", "NetworkUnavailable")


def name(node: Node) -> str:
    """The node's name."""
    return str(node["metadata"]["name"])


def labels(node: Node) -> Mapping[str, str]:
    """The node's labels."""
    return node["metadata"].get("labels") or {}


def role(node: Node) -> str:
    """Its CoCalc role: services, projects, or empty."""
    return labels(node).get(ROLE, "")


def condition(node: Node, kind: str) -> str:
    """The status of one condition: True, False, Unknown, or empty where it is not reported."""
    conditions = node.get("status", {}).get("conditions") or ()
    return next((str(c.get("status")) for c in conditions if c.get("type") == kind), "")


def is_ready(node: Node) -> bool:
    """Whether its kubelet reports that pods can run."""
    return condition(node, "Ready") == "True"


def pressures(node: Node) -> tuple[str, ...]:
    """What it is short of."""
    return tuple(kind for kind in PRESSURE if condition(node, kind) == "True")


def capacity(node: Node, what: str) -> Fraction | None:
    """Cores or bytes that the node has; None where it does not report them.

    The capacity and not the allocatable part: the guide speaks of machines, and clouds reserve up to
    half of a small disk.
    """
    status = node.get("status", {})
    return amount((status.get("capacity") or {}).get(what))


def architecture(node: Node) -> str:
    """The processor: amd64, arm64; empty where it is not reported."""
    told = node.get("status", {}).get("nodeInfo", {}).get("architecture")
    return str(told or labels(node).get("kubernetes.io/arch", ""))


def keeps_away(node: Node) -> tuple[str, ...]:
    """Taints that no pod of CoCalc tolerates, and cordoning; empty where its pods may run."""
    found = [
        f"{taint['key']}={taint['value']}:{taint['effect']}"
        if taint.get("value")
        else f"{taint['key']}:{taint['effect']}"
        for taint in taints(node)
        if taint.get("effect") in KEEPS_AWAY
        and taint["key"] not in (*PREPULL, DEDICATED)
        # set while the node is not ready, and counted there
        and not taint["key"].startswith("node.kubernetes.io/")
    ]
    if node.get("spec", {}).get("unschedulable"):
        found.append("cordoned")
    return tuple(found)


def taints(node: Node) -> Sequence[Mapping[str, str]]:
    """Its taints."""
    return node.get("spec", {}).get("taints") or ()


def prepull_taints(node: Node) -> tuple[str, ...]:
    """The keys of those taints that only prepull takes away."""
    return tuple(dict.fromkeys(t["key"] for t in taints(node) if t["key"] in PREPULL))


def usable(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Those that are ready and let CoCalc's pods in."""
    return tuple(n for n in nodes if is_ready(n) and not keeps_away(n))


def parts(text: str) -> tuple[str, ...]:
    """The entries of a comma-separated list."""
    return tuple(p.strip() for p in text.split(",") if p.strip())


def matches(node: Node, pattern: str) -> bool:
    """Whether a name, a pattern such as `pool-2-*`, or a label selector `key=value` means this node."""
    if "=" in pattern:
        key, _, value = pattern.partition("=")
        have = labels(node).get(key.strip())
        return have is not None and fnmatchcase(have, value.lstrip("=").strip())
    return fnmatchcase(name(node), pattern)


def pick(nodes: Iterable[Node], text: str) -> tuple[Node, ...]:
    """The nodes that a comma-separated list of names, patterns and selectors means, in their own order."""
    wanted = parts(text)
    return tuple(n for n in nodes if any(matches(n, p) for p in wanted))


def idle(nodes: Sequence[Node], text: str) -> tuple[str, ...]:
    """The entries of the list that mean no node."""
    return tuple(p for p in parts(text) if not any(matches(n, p) for n in nodes))


def some(nodes: Sequence[Node]) -> str:
    """At most three names, fewer where they are long, and how many more."""
    shown = [name(n) for n in nodes[:3]]
    while len(shown) > 1 and sum(map(len, shown)) > 60:
        shown.pop()
    more = len(nodes) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
