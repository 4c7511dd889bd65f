"""Whether the nodes are up, let pods in, have the right processor and are not short of anything."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.core.findings import Verdict, failed, passed, skipped, warned
from cocalc_tui.core.nodes import Node, architecture, is_ready, keeps_away, name, pressures, some, usable


def ready(nodes: Sequence[Node]) -> Verdict:
    """Two ready nodes pass; one is enough only where the cluster has no other."""
    down = [n for n in nodes if not is_ready(n)]
    up = len(nodes) - len(down)
    look = f"See why: kubectl describe node {name(down[0])}" if down else "Add a second node to the cluster."
    if up == 0 or (up < 2 <= len(nodes)):
        told = f"{up} of {len(nodes)} nodes are ready" if nodes else "the cluster has no node"
        return failed(told, look, detail=f"Not ready: {some(down)}." if down else "")
    if up < 2:
        return warned("one node only: good for trying out, without redundancy", look)
    if down:
        return warned(f"{len(down)} of {len(nodes)} nodes are not ready: {some(down)}", look)
    return passed(f"{up} nodes are ready")


def open_to_pods(nodes: Sequence[Node]) -> Verdict:
    """Taints that no pod of CoCalc tolerates, and cordoned nodes."""
    up = [n for n in nodes if is_ready(n)]
    if not up:
        return skipped("no node is ready")
    closed = [n for n in up if keeps_away(n)]
    left = len(up) - len(closed)
    detail = "\n".join(f"{name(n)}: {', '.join(keeps_away(n))}" for n in closed[:3])
    if not closed:
        return passed("no taint keeps CoCalc's pods away")
    key = keeps_away(closed[0])[0]
    remedy = (
        f"Let pods in again: kubectl uncordon {name(closed[0])}"
        if key == "cordoned"
        else f"Add nodes, or take the taint away: kubectl taint node {name(closed[0])} {key}-"
    )
    if left == 0:
        return failed(f"no ready node lets CoCalc's pods in: {some(closed)}", remedy, detail=detail)
    if left < 2 <= len(up):
        return warned(f"only {left} of {len(up)} ready nodes lets CoCalc's pods in", remedy, detail=detail)
    return passed(f"{left} of {len(up)} ready nodes let CoCalc's pods in", detail)


def amd64(nodes: Sequence[Node]) -> Verdict:
    """The images exist for amd64 only."""
    able = usable(nodes)
    others = [n for n in able if architecture(n) != "amd64"]
    if not able:
        return skipped("no node is usable")
    if len(others) == len(able):
        return failed(
            f"no usable node is amd64 (seen: {architecture(others[0]) or 'not reported'})",
            "Add nodes with amd64 processors: CoCalc's images exist for no other.",
        )
    if others:
        return warned(
            f"{len(others)} of {len(able)} usable nodes are not amd64: {some(others)}",
            f"Keep CoCalc's pods away from them: kubectl taint node {name(others[0])} arch=other:NoSchedule",
        )
    return passed(f"{len(able)} usable nodes, all amd64")


def pressure(nodes: Sequence[Node]) -> Verdict:
    """Pressure on every node fails, on some warns."""
    up = [n for n in nodes if is_ready(n)]
    short = [n for n in up if pressures(n)]
    if not short:
        return passed("no node is under pressure")
    what = ", ".join(sorted({kind for n in short for kind in pressures(n)}))
    remedy = f"Free or add what is short there: kubectl describe node {name(short[0])}"
    told = f"{len(short)} of {len(up)} nodes report {what}: {some(short)}"
    return failed(told, remedy) if len(short) == len(up) else warned(told, remedy)
