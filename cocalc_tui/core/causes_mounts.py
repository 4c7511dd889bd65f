"""Why the volumes or the network of a pod cannot be set up: read from its newest events."""

from __future__ import annotations

import re

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.raw import named, rows, text

_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox")
# heals by itself on a busy node, or only repeats what another event tells better
_NOISE = re.compile(r"failed to sync \w+ cache|Unable to attach or mount volumes|kube-api-access-")
_SOURCE = re.compile(r"-t (nfs4?|cifs|ceph)\b.*? (\S+) /")


def mount_cause(case: PodCase) -> Cause | None:
    """The cause of a pod whose volumes or network are not there; None if nothing was refused."""
    told = [
        e
        for e in case.events
        if e.get("reason") in _REASONS and e.get("type") != "Normal" and not _NOISE.search(text(e, "message"))
    ]
    if not told:
        return None
    reason, message = text(told[-1], "reason"), " ".join(text(told[-1], "message").split())
    if reason == "FailedCreatePodSandBox":
        return case.cause(
            "the node cannot set up the pod's network or sandbox",
            f"Mend the network plugin of node {case.node}: kubectl -n kube-system get pods "
            f"--field-selector spec.nodeName={case.node}",
            message,
            persistent=False,
        )
    return _missing(case, message) or _driver(case, message) or _refused(case, message)


def _volume(case: PodCase, message: str) -> tuple[str, dict[str, str]]:
    """The volume that a message names, and what the pod says of it: secret, config, claim."""
    found = re.search(r'for volume "([^"]*)"', message)
    called = found.group(1) if found else ""
    volume = next((v for v in rows(case.pod, "spec", "volumes") if v.get("name") == called), {})
    owners = {
        "secret": text(volume, "secret", "secretName"),
        "config": text(volume, "configMap", "name"),
        "claim": text(volume, "persistentVolumeClaim", "claimName"),
    }
    if not volume:
        for one in rows(case.pod, "spec", "volumes"):
            claim = text(one, "persistentVolumeClaim", "claimName")
            held = named(case.claims, claim, case.namespace) if claim else None
            if held and called and text(held, "spec", "volumeName") == called:
                owners["claim"] = claim
    return called, owners


def _missing(case: PodCase, message: str) -> Cause | None:
    where = f"in namespace {case.namespace}"
    gone = re.search(r'(secret|configmap) "([^"]*)" not found', message, re.IGNORECASE)
    if gone:
        kind = "Secret" if gone.group(1).lower() == "secret" else "ConfigMap"
        return case.cause(
            f"{kind} {gone.group(2)} does not exist",
            f"Create the {kind} {gone.group(2)} {where}, or correct the name that {case.workload} mounts.",
            message,
        )
    key = re.search(r"non-existent (secret|config) key: ?(\S+)", message)
    if key:
        _, owners = _volume(case, message)
        kind = "Secret" if key.group(1) == "secret" else "ConfigMap"
        owner = owners["secret" if kind == "Secret" else "config"]
        return case.cause(
            f"{kind} {owner} has no key {key.group(2)}",
            f"Add the key {key.group(2)} to the {kind} {owner} {where}.",
            message,
        )
    path = re.search(r"hostPath type check failed: (\S+) (is not .*)$", message)
    if path:
        return case.cause(
            f"{path.group(1)} {path.group(2)} on the node",
            f"Create {path.group(1)} on node {case.node}, or correct the hostPath of {case.workload}.",
            message,
        )
    return None


def _driver(case: PodCase, message: str) -> Cause | None:
    absent = re.search(r"driver name (\S+) not found in the list of registered", message)
    if absent:
        return case.cause(
            f"CSI driver {absent.group(1)} does not run on the node",
            f"Install the CSI driver {absent.group(1)}, or see why its pod on node {case.node} does not run.",
            message,
        )
    silent = re.search(r"external-attacher of (\S+) CSI driver", message)
    if silent:
        return case.cause(
            f"CSI driver {silent.group(1)} does not attach the volume: it is absent or does not answer",
            f"Install the CSI driver {silent.group(1)}, or see why its controller does not run.",
            message,
        )
    if "Multi-Attach" in message:
        called, owners = _volume(case, message)
        return case.cause(
            f"volume {owners['claim'] or called} is still attached to another node",
            f"Use a ReadWriteMany claim for {case.workload}, or wait until the other pod has gone.",
            message,
            persistent=False,
        )
    return None


def _refused(case: PodCase, message: str) -> Cause:
    mounted = _SOURCE.search(message)
    kind = mounted.group(1).upper() if mounted else ""
    source = mounted.group(2) if mounted else ""
    server, _, path = source.partition(":")
    called, owners = _volume(case, message)
    what = f"claim {owners['claim']}" if owners["claim"] else f"volume {called or 'of the pod'}"
    if re.search(r"unknown filesystem type|bad option; for several filesystems|need a /sbin/mount", message):
        return case.cause(
            f"the node has no client for {kind or 'this file system'}",
            f"Install the {kind} client (for NFS: nfs-common or nfs-utils) on every node, as on {case.node}.",
            message,
        )
    if re.search(r"access denied|not permitted|Permission denied", message, re.IGNORECASE):
        return case.cause(
            f"server {server or 'of the volume'} does not let the node mount {path or what}",
            f"Allow the address of node {case.node} in the exports of {server or 'the server'}.",
            message,
        )
    if re.search(r"No such file or directory", message) and server:
        return case.cause(
            f"server {server} does not export {path}",
            f"Export {path} on {server}, or correct the path of the PersistentVolume behind {what}.",
            message,
        )
    if re.search(r"timed out|No route to host|Connection refused|not responding", message) and server:
        return case.cause(
            f"server {server} of {what} does not answer the node",
            f"Start the server {server}, and open port 2049 from the nodes to it.",
            message,
            persistent=False,
        )
    return case.cause(
        f"{what} cannot be mounted",
        f"Mend what the node tells: {case.kubectl} describe pod {case.name}",
        message,
        persistent=case.age > 120,
    )
