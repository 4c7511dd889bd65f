"""Classes, claims, volumes and events for the tests of the storage step."""

from __future__ import annotations

from typing import Any

from cocalc_tui.core.kinds import EVENT, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.steps.storage import STEP
from tests.steps.builders import view

CLASSES = Topic(STORAGE_CLASS)
DATA = Topic(PERSISTENT_VOLUME_CLAIM, "cocalc", "projects-data")
SOFTWARE = Topic(PERSISTENT_VOLUME_CLAIM, "cocalc", "projects-software")
EVENTS = Topic(EVENT, "cocalc")
HELM = {"app.kubernetes.io/managed-by": "Helm"}


def kind(name: str, provisioner: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "provisioner": provisioner, **more}


STANDARD = kind("standard", "pd.csi.storage.gke.io", volumeBindingMode="Immediate")
RWX = kind(
    "standard-rwx", "filestore.csi.storage.gke.io", volumeBindingMode="Immediate", allowVolumeExpansion=True
)
NFS = kind(
    "nfs", "cluster.local/nfs-server-provisioner", reclaimPolicy="Retain", volumeBindingMode="Immediate"
)
LATE = kind("late", "efs.csi.aws.com", volumeBindingMode="WaitForFirstConsumer")
ODD = kind("scratch", "acme.edu/scratch")
SMB = kind("azurefile", "file.csi.azure.com")


def claim(
    name: str,
    *,
    phase: str = "Bound",
    of: str = "standard-rwx",
    modes: tuple[str, ...] = ("ReadWriteMany",),
    mode: str = "Filesystem",
    size: str = "100Gi",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": labels or {}, "annotations": annotations or {}},
        "spec": {
            "accessModes": list(modes),
            "volumeMode": mode,
            "storageClassName": of,
            "resources": {"requests": {"storage": size}},
            **({"volumeName": f"pv-{name}"} if phase == "Bound" else {}),
        },
        "status": {"phase": phase, **({"capacity": {"storage": size}} if phase == "Bound" else {})},
    }


def event(reason: str, message: str, when: str = "2026-11-24T13:00:00Z", name: str = "projects-data") -> Any:
    about = {"kind": "PersistentVolumeClaim", "name": name}
    return {
        "metadata": {},
        "involvedObject": about,
        "reason": reason,
        "message": message,
        "lastTimestamp": when,
    }


def seen(
    *classes: dict[str, Any],
    data: dict[str, Any] | None = None,
    software: dict[str, Any] | None = None,
    events: tuple[Any, ...] = (),
    volumes: dict[str, str] | None = None,
    **answers: Any,
) -> View:
    facts: dict[Any, Any] = {
        CLASSES: classes,
        DATA: [data] if data else [],
        SOFTWARE: [software] if software else [],
        EVENTS: events,
    }
    for name, policy in (volumes or {}).items():
        spec = {"persistentVolumeReclaimPolicy": policy}
        facts[Topic(PERSISTENT_VOLUME, name=name)] = [{"metadata": {"name": name}, "spec": spec}]
    return view(facts, {f"storage.{k}": v for k, v in answers.items()}, steps=(STEP,))


BOTH: dict[str, Any] = {"data": claim("projects-data"), "software": claim("projects-software")}


def of_class(name: str) -> dict[str, Any]:
    """The answer that chooses a class."""
    return {"class": name}
