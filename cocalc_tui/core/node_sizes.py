"""The sizes of nodes that the setup guide asks for ("Cluster/VMs" and "Local disk")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cocalc_tui.core.findings import Verdict, failed, passed, skipped, unknown, warned
from cocalc_tui.core.nodes import PROJECTS, Node, capacity, role, some, usable
from cocalc_tui.core.quantity import GB, cores, gigabytes


@dataclass(frozen=True, slots=True)
class Size:
    """One resource: what every node should have, what a node for projects should have.

    `slack` is the part that machines sold with this size may show less: the kernel's own memory, the
    file system's tables.
    """

    resource: str
    word: str
    every: Fraction
    projects: Fraction
    show: Callable[[Fraction], str]
    remedy: str
    slack: Fraction = Fraction(0)


CPU = Size(
    "cpu",
    "CPU",
    Fraction(2),
    Fraction(2),
    lambda v: f"{cores(v)} cores",
    "Use machines with at least 2 CPU cores.",
)
MEMORY = Size(
    "memory",
    "memory",
    Fraction(8 * GB),
    Fraction(16 * GB),
    gigabytes,
    "Use machines with 8 GB of memory, 16 GB where projects run.",
    Fraction(1, 10),
)
DISK = Size(
    "ephemeral-storage",
    "disk",
    Fraction(50 * GB),
    Fraction(100 * GB),
    gigabytes,
    "Give the nodes larger boot disks: 50 GB at least, 100 GB where projects run.",
    Fraction(1, 20),
)


def judge(nodes: Sequence[Node], size: Size, partitioned: bool) -> Verdict:
    """Judges the usable nodes: none large enough fails, fewer than two (or a small project node) warns."""
    able = usable(nodes)
    if not able:
        return skipped("no node is usable")
    told = [(n, v) for n in able if (v := capacity(n, size.resource)) is not None]
    if not told:
        return unknown(
            f"no node reports its {size.word}",
            "Look with kubectl describe nodes what the kubelets report as capacity.",
        )
    floor = size.every * (1 - size.slack)
    small = [n for n, v in told if v < floor]
    fit = len(told) - len(small)
    least = min(v for _, v in told)
    if not fit:
        return failed(
            f"no node has {size.show(size.every)} of {size.word}: the largest has "
            + size.show(max(v for _, v in told)),
            size.remedy,
            detail=f"Too small: {some(small)}.",
        )
    if fit < min(2, len(told)) or (small and size.resource == DISK.resource):
        return warned(
            f"{len(small)} of {len(told)} nodes have less than {size.show(size.every)} of {size.word}: "
            + some(small),
            size.remedy,
        )
    return _projects(told, size, partitioned) or passed(
        f"{size.show(least)} or more" if len(told) > 1 else size.show(least),
        f"Too small: {some(small)}; the other {fit} suffice." if small else "",
    )


def _projects(told: Sequence[tuple[Node, Fraction]], size: Size, partitioned: bool) -> Verdict | None:
    """What is wrong with the nodes that run projects; without a partition every node may, and disk counts."""
    if not partitioned and size.resource != DISK.resource:
        return None
    floor = size.projects * (1 - size.slack)
    runs = [(n, v) for n, v in told if not partitioned or role(n) == PROJECTS]
    small = [n for n, v in runs if v < floor]
    if not small:
        return None
    return warned(
        f"{len(small)} of {len(runs)} nodes for projects have less than {size.show(size.projects)} of "
        f"{size.word}: {some(small)}",
        size.remedy,
    )
