"""Words of schedulers, nodes and API servers that no recording holds."""

from __future__ import annotations

import pytest

from tests.core.shapes import causes_of, owned, shape

MOUNT = (
    'MountVolume.SetUp failed for volume "v" : mount failed: exit status 32 '
    "Mounting command: mount Mounting arguments: -t nfs nfs.example:/data /v/x"
)


def test_a_volume_that_is_never_made_for_a_chosen_node() -> None:
    recorded = shape("unschedulable-pvc-external-provisioner-absent")
    (claim,) = owned(recorded, "PersistentVolumeClaim")
    told = recorded["pods"][0]["status"]["conditions"][0]
    told["message"] = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
    later = {"metadata": {"name": claim["spec"]["storageClassName"]}, "provisioner": "nfs.csi.k8s.io"}
    later["volumeBindingMode"] = "WaitForFirstConsumer"
    assert causes_of(recorded, storage_classes=[later]) == ()
    claim["metadata"]["annotations"] = {"volume.kubernetes.io/selected-node": "node-a"}
    expected = "PersistentVolumeClaim data waits for provisioner nfs.csi.k8s.io, which does not answer"
    assert [c.summary for c in causes_of(recorded, storage_classes=[later])] == [expected]
    recorded["pods"][0]["status"]["conditions"] = []
    assert [c.summary for c in causes_of(recorded, storage_classes=[later])] == [expected]


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        ("0/0 nodes are available: .", "the cluster has no node for pods"),
        ("no nodes available to schedule pods", "the cluster has no node for pods"),
        ("0/2 nodes are available: 2 node(s) were unschedulable.", "no node fits: 2 cordoned"),
        (
            "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {a: b}.",
            "every node runs as many pods as it may (2 nodes looked at)",
        ),
        (
            "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
            "its volume lies where no fitting node is (1 node looked at)",
        ),
        ("something new", "the scheduler found no place for the pod"),
    ],
)
def test_other_words_of_the_scheduler(message: str, summary: str) -> None:
    recorded = shape("unschedulable-cpu")
    recorded["pods"][0]["status"]["conditions"][0]["message"] = message
    assert [c.summary for c in causes_of(recorded)] == [summary]


def test_events_that_name_no_container_count_for_it() -> None:
    recorded = shape("readiness-failing")
    expected = causes_of(recorded)
    for event in recorded["events"]:
        event["involvedObject"].pop("fieldPath", None)
    assert causes_of(recorded) == expected


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        ('failed calling webhook "v.example": Post: EOF', "admission webhook v.example does not answer"),
        (
            'admission webhook "v.example" denied the request: no',
            "admission webhook v.example refuses the pods",
        ),
        ("failed quota: q: must specify limits.cpu", "quota q wants limits.cpu for every container"),
        ("no PriorityClass with name top was found", "PriorityClass top does not exist"),
        ("something new", "its pods cannot be created"),
    ],
)
def test_other_reasons_that_pods_cannot_be_created(message: str, summary: str) -> None:
    recorded = shape("deployment-quota-exceeded")
    for event in recorded["events"]:
        if event["reason"] == "FailedCreate":
            event["message"] = f'Error creating: pods "p-6c5f549d58-x" is forbidden: {message}'
    assert [c.summary for c in causes_of(recorded)] == [summary]
    (replicaset,) = owned(recorded, "ReplicaSet")
    replicaset["status"]["replicas"] = 1
    assert causes_of(recorded) == ()


@pytest.mark.parametrize(
    ("message", "summary", "remedy"),
    [
        (
            f"{MOUNT} Output: mount.nfs: access denied by server while mounting nfs.example:/data",
            "server nfs.example does not let the node mount /data",
            "exports of nfs.example",
        ),
        (
            f"{MOUNT} Output: mount.nfs: mounting nfs.example:/data failed: No such file or directory",
            "server nfs.example does not export /data",
            "Export /data on nfs.example",
        ),
        (
            f"{MOUNT} Output: mount.nfs: Connection timed out",
            "server nfs.example of volume v does not answer the node",
            "port 2049",
        ),
        (
            f"{MOUNT} Output: mount: bad option; for several filesystems you might need a helper program",
            "the node has no client for NFS",
            "nfs-common",
        ),
        (
            'Multi-Attach error for volume "v" Volume is already used by pod(s) other',
            "volume v is still attached to another node",
            "ReadWriteMany claim",
        ),
        (
            'MountVolume.SetUp failed for volume "v" : something new',
            "volume v cannot be mounted",
            "describe pod p",
        ),
    ],
)
def test_other_words_of_a_node_about_volumes(message: str, summary: str, remedy: str) -> None:
    recorded = shape("mount-nfs-unsupported")
    for event in recorded["events"]:
        if event["reason"] == "FailedMount":
            event["message"] = message
    (cause,) = causes_of(recorded)
    assert cause.summary == summary
    assert remedy in cause.remedy


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        ("dial tcp 10.0.0.1:443: i/o timeout", "registry registry.rn.example does not answer in time"),
        ("429 Too Many Requests: toomanyrequests", "registry registry.rn.example limits the number of pulls"),
        ("no match for platform in manifest: not found", "image is not built for the node's architecture"),
        ("write /var/lib/x: no space left on device", "no disk space for the image on the node"),
        (
            "unexpected status: 503 Service Unavailable",
            "registry registry.rn.example answers with a server error",
        ),
        ("something new", "image cannot be pulled"),
    ],
)
def test_other_words_of_a_runtime_about_images(message: str, summary: str) -> None:
    recorded = shape("image-wrong-tag")
    waiting = recorded["pods"][0]["status"]["containerStatuses"][0]["state"]["waiting"]
    waiting.update(reason="ErrImagePull", message=f"rpc error: code = Unknown desc = {message}")
    assert [c.summary for c in causes_of(recorded)] == [summary]
