"""Whether workloads are ready, how far they are, and why claims are not bound."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.rollout import claim_cause, progress, ready
from tests.core.shapes import NAMES, owned, shape

CLAIM = {
    "metadata": {"name": "projects-data", "namespace": "cocalc", "creationTimestamp": "2026-11-24T13:00:00Z"},
    "spec": {"accessModes": ["ReadWriteMany"], "storageClassName": "nfs"},
    "status": {"phase": "Pending"},
}
START = 1795525200.0  # 2026-11-24T13:00:00Z


def deployment(status: dict[str, Any], replicas: int = 2, generation: int = 3) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "hub", "namespace": "cocalc", "uid": "d", "generation": generation},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "hub"}}},
        "status": status,
    }


def conditions(**kinds: str) -> list[dict[str, str]]:
    return [{"type": kind, "status": status} for kind, status in kinds.items()]


GOOD = {
    "observedGeneration": 3,
    "replicas": 2,
    "updatedReplicas": 2,
    "readyReplicas": 2,
    "availableReplicas": 2,
    "conditions": conditions(Available="True", Progressing="True"),
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"observedGeneration": 2}, False),
        ({"observedGeneration": None}, False),
        ({"replicas": 3}, False),
        ({"updatedReplicas": 1}, False),
        ({"availableReplicas": 1}, False),
        ({"conditions": conditions(Available="False", Progressing="True")}, False),
        ({"conditions": conditions(Available="True", Progressing="False")}, False),
        ({"conditions": conditions(Available="True")}, True),
        ({"conditions": []}, False),
    ],
)
def test_a_deployment_is_ready_when_counts_conditions_and_generation_agree(
    change: dict[str, Any], expected: bool
) -> None:
    assert ready(deployment({**GOOD, **change})) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            {
                "kind": "StatefulSet",
                "spec": {"replicas": 1},
                "status": {
                    "observedGeneration": 1,
                    "readyReplicas": 1,
                    "currentRevision": "a",
                    "updateRevision": "a",
                },
            },
            True,
        ),
        (
            {
                "kind": "StatefulSet",
                "spec": {"replicas": 1},
                "status": {
                    "observedGeneration": 1,
                    "readyReplicas": 1,
                    "currentRevision": "a",
                    "updateRevision": "b",
                },
            },
            False,
        ),
        (
            {
                "kind": "DaemonSet",
                "status": {
                    "observedGeneration": 1,
                    "desiredNumberScheduled": 2,
                    "updatedNumberScheduled": 2,
                    "numberAvailable": 2,
                },
            },
            True,
        ),
        (
            {
                "kind": "DaemonSet",
                "status": {
                    "observedGeneration": 1,
                    "desiredNumberScheduled": 2,
                    "updatedNumberScheduled": 1,
                    "numberAvailable": 2,
                },
            },
            False,
        ),
        ({"kind": "DaemonSet", "status": {}}, False),
        ({"kind": "Job", "status": {"conditions": conditions(Complete="True")}}, True),
        ({"kind": "Job", "status": {"conditions": conditions(Failed="True")}}, False),
        ({"kind": "Job", "status": {"active": 1}}, False),
    ],
)
def test_other_workloads(found: dict[str, Any], expected: bool) -> None:
    assert ready({"metadata": {"name": "x", "generation": 1}, **found}) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("image-wrong-tag", "1 of 2 ready, pulling the image fails"),
        ("mount-secret-missing", "1 of 2 ready, preparing volumes and network"),
        ("unschedulable-cpu", "1 of 2 ready, waiting for a node"),
        ("init-running-forever", "1 of 2 ready, init container wait-db (1 of 1)"),
        ("readiness-failing", "1 of 2 ready, starting, not ready yet"),
        ("ok-running", "1 of 2 ready, waiting for its pods"),
    ],
)
def test_how_far_a_rollout_is(name: str, expected: str) -> None:
    pod = shape(name)["pods"][-1]
    pod["metadata"].update(namespace="cocalc", labels={"app": "hub"})
    assert progress(deployment({"readyReplicas": 1}), [pod]) == expected
    assert progress(deployment(GOOD), [pod]) == "2 of 2 ready"


def test_pulling_the_image_is_told_once_the_sandbox_stands() -> None:
    pod = shape("mount-secret-missing")["pods"][0]
    pod["metadata"].update(namespace="cocalc", labels={"app": "hub"})
    pod["status"]["conditions"] = conditions(PodReadyToStartContainers="True")
    assert progress(deployment({"readyReplicas": 1}), [pod]) == "1 of 2 ready, pulling the image"


def test_the_class_names_of_recorded_claims() -> None:
    told = {}
    for name in NAMES:
        for claim in owned(shape(name), "PersistentVolumeClaim"):
            cause = claim_cause(claim, shape(name)["events"], None)
            told[name] = cause.summary.removeprefix("PersistentVolumeClaim data ") if cause else ""
    assert {name: summary for name, summary in told.items() if summary} == {
        "unschedulable-pvc-class-missing": "waits for StorageClass nfs-does-not-exist, which does not exist",
        "unschedulable-pvc-external-provisioner-absent": (
            "waits for provisioner nfs.csi.k8s.io, which does not answer"
        ),
        "unschedulable-pvc-no-class": "names no storage class, and the cluster has no default",
    }
    assert told["pvc-wait-for-first-consumer"] == ""


def event(reason: str, message: str = "", stamp: str = "2026-11-24T13:00:30Z") -> dict[str, Any]:
    about = {"kind": "PersistentVolumeClaim", "name": "projects-data", "namespace": "cocalc"}
    return {"involvedObject": about, "reason": reason, "message": message, "lastTimestamp": stamp}


def storage_class(provisioner: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": "nfs"}, "provisioner": provisioner, **more}


@pytest.mark.parametrize(
    ("events", "classes", "summary"),
    [
        ([], [], "waits for StorageClass nfs, which does not exist"),
        ([], [storage_class("ebs.csi.aws.com")], "class nfs (Elastic Block Store) cannot do ReadWriteMany"),
        (
            [event("ProvisioningFailed", "only ReadWriteOnce access mode is supported")],
            [storage_class("acme.example/blocks")],
            "class nfs cannot do ReadWriteMany",
        ),
        (
            [event("ProvisioningFailed", "rpc error: code = Internal desc = out of quota")],
            [storage_class("filestore.csi.storage.gke.io")],
            "gets no volume: the provisioner of class nfs fails",
        ),
        (
            [event("ExternalProvisioning", "created by the external provisioner 'nfs.example' or")],
            [storage_class("nfs.example")],
            "waits for provisioner nfs.example, which does not answer",
        ),
        (
            [],
            [storage_class("kubernetes.io/no-provisioner")],
            "waits for a PersistentVolume of class nfs, and none is free",
        ),
    ],
)
def test_why_a_claim_is_not_bound(events: list[Any], classes: list[Any], summary: str) -> None:
    cause = claim_cause(CLAIM, events, classes, now=START + 200)
    assert cause is not None
    assert cause.summary.endswith(summary)
    assert cause.remedy
    assert cause.persistent
    assert claim_cause({**CLAIM, "status": {"phase": "Bound"}}, events, classes) is None


@pytest.mark.parametrize(
    ("events", "classes", "now"),
    [
        ([event("WaitForFirstConsumer")], None, START + 5000),
        ([], [storage_class("nfs.example", volumeBindingMode="WaitForFirstConsumer")], START + 5000),
        ([event("ExternalProvisioning"), event("Provisioning")], [storage_class("nfs.example")], START + 100),
        ([], [storage_class("nfs.example")], START + 5),
    ],
)
def test_claims_that_only_wait(events: list[Any], classes: list[Any] | None, now: float) -> None:
    assert claim_cause(CLAIM, events, classes, now=now) is None
