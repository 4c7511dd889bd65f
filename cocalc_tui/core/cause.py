"""The root cause of a workload that does not become ready."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

LONGEST = 600


@dataclass(frozen=True, slots=True)
class Cause:
    """What keeps a workload from being ready, and what to do about it.

    `workload` is `Kind/name`. `persistent` is False where it may still pass by itself.
    """

    workload: str
    summary: str
    remedy: str
    detail: str = ""
    pod: str = ""
    node: str = ""
    container: str = ""
    persistent: bool = True


_NOISE = (
    (r"^\(combined from similar events\): ", ""),
    (r"^Error creating: ", ""),
    (r"^Error: ", ""),
    (r'^pods "[^"]*" is forbidden: ', ""),
    (r"rpc error: code = \w+ desc = ", ""),
    (r'^Back-off pulling image "[^"]*": ', ""),
    (r'^Failed to pull image "[^"]*": ', ""),
    (r"^(ErrImagePull|ImagePullBackOff): ", ""),
    (r'failed to pull and unpack image "[^"]*": ', ""),
    (r'failed to resolve reference "[^"]*": ', ""),
    (r"failed to create (containerd|shim) task: ", ""),
    (r"OCI runtime create failed: (runc create failed: )?", ""),
    (r"(Mounting command|Mounting arguments): .*?(?=Mounting arguments|Output:|$)", ""),
    (r"/var/lib/kubelet/pods/[0-9a-f-]{36}/volumes/\S+?(?=[:\s]|$)", "the mount point"),
    (r"dmesg\(1\) may have more information.*$", ""),
    (r"\([0-9a-f]{8}-[0-9a-f-]{27}\)", ""),
    (r"\. (not found|no new claims to deallocate.*|preemption: .*)$", ""),
    (r" preemption: \d+/\d+ nodes are available: .*$", ""),
    (r"container \S+ in pod \S+$", ""),
    (r"sha256:[0-9a-f]{64}", "its digest"),
    (r"kube-api-access-\w+", "kube-api-access"),
)


def cleaned(message: str) -> str:
    """A message in one line, without hashes, wrappers and what is only repeated."""
    told = " ".join(message.split())
    for pattern, instead in _NOISE:
        told = re.sub(pattern, instead, told)
    told = " ".join(told.split()).strip(" .")
    return told if len(told) <= LONGEST else told[: LONGEST - 1].rstrip() + "…"


def grouped(found: list[Cause]) -> tuple[Cause, ...]:
    """Equal causes of several pods of one workload as one; those that stay come first."""
    groups: dict[tuple[str, str, str], list[Cause]] = {}
    for one in found:
        groups.setdefault((one.workload, one.summary, one.container), []).append(one)
    joined = [_joined(group) for group in groups.values()]
    return tuple(sorted(joined, key=lambda c: not c.persistent))


def _joined(group: list[Cause]) -> Cause:
    nodes = ", ".join(sorted({c.node for c in group if c.node}))
    pods = {c.pod for c in group if c.pod}
    more = f"{len(pods)} pods alike" if len(pods) > 1 else ""
    detail = "; ".join(part for part in (group[0].detail, more) if part)
    return replace(group[0], node=nodes, detail=detail, persistent=any(c.persistent for c in group))
