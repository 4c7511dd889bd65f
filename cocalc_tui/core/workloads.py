"""The workloads of the release, and how far they are. Projects come and go and are not among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import (
    DEPLOYMENT,
    EVENT,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    REPLICA_SET,
)
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View

RELEASE = "meta.helm.sh/release-name"
INSTANCE = "app.kubernetes.io/instance"
NO_PROJECTS = "run!=project"

# Names of the hub's deployments in both generations (architecture pages of the guide)
OLD_HUB = frozenset({"hub-websocket", "hub-proxy", "hub-next", "hub-api"})
NEW_HUB = frozenset({"hub-conat-api", "hub-conat-router", "hub-conat-persist", "hub-proxy", "hub-next"})
MANAGE = frozenset({"manage-action", "manage-state", "manage-idle"})


@dataclass(frozen=True, slots=True)
class Workload:
    """One Deployment: its name, the pods it wants, and those that are ready."""

    name: str
    wanted: int
    ready: int
    current: bool

    @property
    def done(self) -> bool:
        """Whether every wanted pod runs the newest template and is ready."""
        return self.current and self.ready >= self.wanted


def finished(found: Sequence[Workload]) -> bool:
    """Whether there are workloads, and all are done: right after helm none may have been seen yet."""
    return bool(found) and all(w.done for w in found)


def deployments(view: View) -> Topic:
    """The Deployments of the namespace."""
    return Topic(DEPLOYMENT, view.namespace)


def around(view: View) -> tuple[Topic, ...]:
    """What tells why a workload is not ready; asked for only then."""
    return (
        Topic(REPLICA_SET, view.namespace, selector=NO_PROJECTS),
        Topic(POD, view.namespace, selector=NO_PROJECTS),
        Topic(EVENT, view.namespace),
        Topic(PERSISTENT_VOLUME_CLAIM, view.namespace),
    )


def of_release(objects: Iterable[Object], release: str) -> tuple[Object, ...]:
    """The objects that helm installed with a release."""
    return tuple(o for o in objects if _belongs(o["metadata"], release))


def _belongs(metadata: Object, release: str) -> bool:
    owner = (metadata.get("annotations") or {}).get(RELEASE)
    return bool((owner or (metadata.get("labels") or {}).get(INSTANCE)) == release)


def workload(deployment: Object) -> Workload:
    """How far a Deployment is."""
    spec, status, metadata = (
        deployment.get("spec") or {},
        deployment.get("status") or {},
        deployment["metadata"],
    )
    wanted = int(spec.get("replicas", 1))
    seen = int(status.get("observedGeneration") or 0) >= int(metadata.get("generation") or 0)
    updated = int(status.get("updatedReplicas") or 0) >= wanted
    ready = min(int(status.get("readyReplicas") or 0), int(status.get("availableReplicas") or 0))
    return Workload(str(metadata["name"]), wanted, ready, seen and updated)


def group(objects: Iterable[Object], name: str) -> tuple[Workload, ...]:
    """The Deployments of a group, by the label that the guide names or by their names."""
    found = [o for o in objects if _group(o["metadata"], name)]
    return tuple(sorted((workload(o) for o in found), key=lambda w: w.name))


def _group(metadata: Object, name: str) -> bool:
    label = (metadata.get("labels") or {}).get("group")
    own = str(metadata["name"])
    return label == name if label else own == name or own.startswith(f"{name}-")


def lacking(names: Iterable[str], *generations: frozenset[str]) -> tuple[str, ...]:
    """What is missing of the generation that comes nearest; empty if one is whole."""
    there = frozenset(names)
    missing = min((g - there for g in generations), key=len)
    return tuple(sorted(missing))


def told(workloads: Sequence[Workload]) -> str:
    """How many are ready, and which are not."""
    waiting = [f"{w.name} {w.ready} of {w.wanted}" for w in workloads if not w.done]
    ready = f"{len(workloads) - len(waiting)} of {len(workloads)} ready"
    more = f" and {len(waiting) - 3} more" if waiting[3:] else ""
    return ready + (f", waiting for {', '.join(waiting[:3])}{more}" if waiting else "")
