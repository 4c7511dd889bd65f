"""Root causes are named as the recordings of real failures show them."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from cocalc_tui.core.raw import moment
from cocalc_tui.core.rollout import service_cause
from tests.core.shapes import NAMES, causes_of, owned, shape

REFUSED = ("no registry credentials", "ServiceAccount default")
WRONG = ("refused the credentials of Secret pull", "into the Secret pull of namespace")
FOUND = {
    "crashloopbackoff": ("exits with code 3 again and again", "logs p -c c --previous"),
    "crashloopbackoff-termination-message": ("exits with code 4 again and again", "logs p -c c"),
    "deployment-podsecurity-restricted": ("pod security level restricted", "enforce=baseline"),
    "deployment-progress-deadline": ("image not found", "registry.rn.example/acme/app:9.9"),
    "deployment-quota-exceeded": ("quota q is used up: pods 0 of 0", "ResourceQuota q"),
    "deployment-serviceaccount-missing": ("ServiceAccount nope does not exist", "ServiceAccount nope"),
    "env-configmap-missing": ("ConfigMap nope does not exist", "Create the ConfigMap nope"),
    "env-secret-key-missing": ("Secret s has no key password", "key password to the Secret s"),
    "env-secret-missing": ("Secret nope does not exist", "Create the Secret nope"),
    "evicted-ephemeral-storage": ("ephemeral storage limit of 10Mi", "limits.ephemeral-storage"),
    "image-invalid-name": ("image name is not valid", "container c in Pod/p"),
    "image-never-pull": ("pull policy is Never", "imagePullPolicy of container c"),
    "image-no-pull-secret": REFUSED,
    "image-pull-secret-object-missing": ("pull Secret pull does not exist", "Create the Secret pull"),
    "image-pull-secret-other-host": WRONG,
    "image-registry-http-not-https": ("speaks HTTP", "10.123.0.1:36500"),
    "image-registry-no-route": ("no route", "dead.rn.example"),
    "image-registry-refused": ("refuses connections", "10.123.0.1:36599"),
    "image-registry-unknown-host": ("not known to the node", "registry.invalid"),
    "image-registry-untrusted-certificate": ("not trusted", "badtls.rn.example"),
    "image-token-refused-anonymous": REFUSED,
    "image-token-refused-wrong-secret": WRONG,
    "image-token-scope-anonymous": REFUSED,
    "image-token-scope-wrong-secret": WRONG,
    "image-token-wrong-repository": ("image not found", "ghcr.rn.example/private/nothere:1.0"),
    "image-token-wrong-tag": ("image not found", "ghcr.rn.example/private/app:9.9"),
    "image-wrong-pull-secret": WRONG,
    "image-wrong-repository": ("image not found", "registry.rn.example/acme/nothere:1.0"),
    "image-wrong-tag": ("image not found", "registry.rn.example/acme/app:9.9"),
    "init-crashloop": ("init container wait-db exits with code 1", "logs p -c wait-db"),
    "job-backoff-limit": ("exited with code 2", "logs p-"),
    "job-deadline": ("longer than its limit of 5 s", "delete job p"),
    "liveness-failing": ("liveness probe fails (port 9: connection refused)", "livenessProbe"),
    "mount-configmap-missing": ("ConfigMap nope does not exist", "Create the ConfigMap nope"),
    "mount-csi-driver-missing": ("nfs.csi.k8s.io does not attach", "CSI driver nfs.csi.k8s.io"),
    "mount-csi-driver-not-on-node": ("nfs.csi.k8s.io does not run on the node", "node-a"),
    "mount-hostpath-wrong-type": ("/no/such/dir is not a directory", "Create /no/such/dir on node node-a"),
    "mount-nfs-unsupported": ("no client for NFS", "nfs-common"),
    "mount-secret-key-missing": ("Secret s has no key nokey", "key nokey to the Secret s"),
    "mount-secret-missing": ("Secret nope does not exist", "Create the Secret nope"),
    "node-lost": ("node node-b does not answer", "kubelet of node-b"),
    "oomkilled": ("over its memory limit of 24Mi", "limits.memory of container c"),
    "oomkilled-never-restart": ("over its memory limit of 24Mi", "limits.memory of container c"),
    "readiness-failing": ("port 8080: connection refused", "logs p -c c"),
    "readiness-failing-exec": ("db not ready", "logs p -c c"),
    "readiness-failing-http-500": ("HTTP 500", "logs p -c c"),
    "run-as-nonroot-refused": ("runs as root", "runAsUser of container c"),
    "run-command-not-found": ("/no/such/command is not in the image", "command of container c"),
    "rwx-permission-denied": ("user 2001 may not write to /v (claim data)", "claim data to 2001:2001"),
    "startup-failing": ("startup probe fails (port 9: connection refused)", "startupProbe"),
    "unschedulable-cpu": ("no node has 900 CPU free (2 nodes looked at)", "cpu in Pod/p"),
    "unschedulable-extended-resource": ("no node has 1 nvidia.com/gpu free", "nvidia.com/gpu in Pod/p"),
    "unschedulable-host-port": ("host port 18099", "port 18099"),
    "unschedulable-memory": ("no node has 900Gi memory free", "memory in Pod/p"),
    "unschedulable-node-selector": ("the label disk=ssd", "kubectl label node NODE disk=ssd"),
    "unschedulable-pvc-class-missing": ("StorageClass nfs-does-not-exist", "Create the StorageClass"),
    "unschedulable-pvc-external-provisioner-absent": ("nfs.csi.k8s.io, which does not", "nfs.csi.k8s.io"),
    "unschedulable-pvc-missing": ("PersistentVolumeClaim nope does not exist", "PersistentVolumeClaim nope"),
    "unschedulable-pvc-no-class": ("names no storage class", "delete pvc data"),
    "unschedulable-taint": ("2 without the label type=kwok, 3 with a taint", "type=kwok"),
}
QUIET = {
    "init-running-forever",  # after fifteen seconds nobody can tell
    "pvc-wait-for-first-consumer",
    "service-loadbalancer-pending",
}
SOUND = {name for name in NAMES if name.startswith("ok-")}


def made(recorded: Any) -> float:
    """When the first pod was made."""
    found = moment(recorded["pods"][0]["metadata"]["creationTimestamp"])
    assert found is not None
    return found


def test_every_recording_is_judged() -> None:
    assert set(NAMES) == set(FOUND) | QUIET | SOUND


@pytest.mark.parametrize("name", sorted(FOUND))
def test_the_cause_of_a_recorded_failure(name: str) -> None:
    (cause,) = causes_of(shape(name))
    summary, remedy = FOUND[name]
    assert summary in cause.summary
    assert remedy in cause.remedy
    assert cause.workload in ("Pod/p", "Deployment/p", "Job/p", "Pod/web-858566dd-6wcwf")
    assert not cause.summary.endswith(".")
    assert len(cause.summary) <= 110
    told = cause.summary + cause.remedy + cause.detail
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|rpc error|sha256:|preemption|combined from", told)


@pytest.mark.parametrize("name", sorted(QUIET | SOUND))
def test_what_is_no_fault_has_no_cause(name: str) -> None:
    assert causes_of(shape(name)) == ()


@pytest.mark.parametrize("name", sorted(n for n in FOUND if n.startswith("image-")))
def test_both_states_of_a_failing_pull_mean_the_same(name: str) -> None:
    recorded = shape(name)
    expected = causes_of(recorded)
    waiting = recorded["pods"][0]["status"]["containerStatuses"][0]["state"]["waiting"]
    if waiting["reason"] == "ImagePullBackOff":
        waiting.update(reason="ErrImagePull", message=waiting["message"].partition("ErrImagePull: ")[2])
    elif waiting["reason"] == "ErrImagePull":
        image = recorded["pods"][0]["spec"]["containers"][0]["image"]
        told = f'Back-off pulling image "{image}": ErrImagePull: {waiting["message"]}'
        waiting.update(reason="ImagePullBackOff", message=told)
    assert causes_of(recorded) == expected


def test_older_kubelets_tell_the_reason_of_a_failing_pull_only_in_events() -> None:
    recorded = shape("image-no-pull-secret")
    expected = causes_of(recorded)
    waiting = recorded["pods"][0]["status"]["containerStatuses"][0]["state"]["waiting"]
    waiting["message"] = 'Back-off pulling image "registry.rn.example/private/app:1.0"'
    assert causes_of(recorded) == expected


@pytest.mark.parametrize("name", ["crashloopbackoff", "oomkilled", "liveness-failing", "startup-failing"])
def test_a_crash_is_the_same_cause_before_and_in_its_back_off(name: str) -> None:
    recorded = shape(name)
    (expected,) = causes_of(recorded)
    status = recorded["pods"][0]["status"]["containerStatuses"][0]
    status["state"] = status["lastState"]
    assert causes_of(recorded) == (expected,)
    status["state"] = {"running": {"startedAt": "2026-11-24T13:06:10Z"}}
    assert causes_of(recorded) == (expected,)


def test_the_detail_ends_with_the_last_log_lines() -> None:
    assert causes_of(shape("crashloopbackoff"))[0].detail == "last log: boom: cannot reach database"
    assert "last words" in causes_of(shape("crashloopbackoff-termination-message"))[0].detail


def test_a_claim_that_is_not_bound_is_deeper_than_unschedulable() -> None:
    recorded = shape("unschedulable-pvc-class-missing")
    assert "unbound" not in causes_of(recorded)[0].summary
    assert causes_of(recorded, claims=()) == ()
    (cause,) = causes_of(recorded, made(recorded) + 100, claims=())
    assert cause.summary == "waits for PersistentVolumeClaim data to be bound"
    assert not cause.persistent


def test_equal_causes_of_several_pods_are_one() -> None:
    recorded = shape("deployment-progress-deadline")
    again = copy.deepcopy(recorded["pods"][0])
    again["metadata"].update(name="p-bf6b7f49-other", uid="u2")
    again["spec"]["nodeName"] = "node-a"
    recorded["pods"].append(again)
    (cause,) = causes_of(recorded)
    assert cause.node == "node-a, node-b"
    assert "2 pods alike" in cause.detail


def test_pods_of_an_older_revision_do_not_count() -> None:
    recorded = shape("deployment-progress-deadline")
    (current,) = owned(recorded, "ReplicaSet")
    newer = copy.deepcopy(current)
    newer["metadata"].update(name="p-new", uid="new")
    newer["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "10"}
    current["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "9"}
    recorded["owners"].append(newer)
    (cause,) = causes_of(recorded)
    assert "no progress for 20 seconds" in cause.summary


def test_pods_of_other_workloads_do_not_matter() -> None:
    recorded = shape("deployment-progress-deadline")
    recorded["pods"] += shape("crashloopbackoff")["pods"] + shape("job-backoff-limit")["pods"]
    assert causes_of(recorded) == causes_of(shape("deployment-progress-deadline"))


def test_pods_are_found_without_their_replicaset() -> None:
    recorded = shape("deployment-progress-deadline")
    assert causes_of(recorded, replicasets=()) == causes_of(recorded)


def test_kinds_are_known_although_lists_do_not_tell_them() -> None:
    for name in ("deployment-quota-exceeded", "job-backoff-limit", "deployment-progress-deadline"):
        recorded = shape(name)
        expected = causes_of(recorded)
        workloads = [dict(w) for w in owned(recorded, "Deployment", "Job")]
        for one in workloads:
            del one["kind"], one["apiVersion"]
        assert causes_of(recorded, workloads=workloads) == expected


def test_an_init_container_that_runs_for_minutes_is_told_and_may_pass() -> None:
    recorded = shape("init-running-forever")
    (cause,) = causes_of(recorded, made(recorded) + 400)
    assert cause.summary == "waits for init container wait-db, which does not end"
    assert not cause.persistent


def test_a_completed_job_has_no_cause_although_a_pod_failed() -> None:
    recorded = shape("job-backoff-limit")
    (job,) = owned(recorded, "Job")
    job["status"]["conditions"] = []
    assert [c.persistent for c in causes_of(recorded)] == [False]
    job["status"]["conditions"] = [{"type": "Complete", "status": "True"}]
    assert causes_of(recorded) == ()


def _creating() -> dict[str, Any]:
    recorded = shape("mount-secret-missing")
    recorded["events"] = [e for e in recorded["events"] if e["reason"] == "Scheduled"]
    return recorded


def test_a_young_pod_and_noise_of_a_busy_node_are_no_cause() -> None:
    recorded = _creating()
    assert causes_of(recorded) == ()
    noise = dict(shape("mount-configmap-missing")["events"][1])
    assert "failed to sync configmap cache" in noise["message"]
    recorded["events"].append(noise)
    assert causes_of(recorded) == ()


def test_silence_of_minutes_is_told_without_a_claim_to_know() -> None:
    recorded = _creating()
    (cause,) = causes_of(recorded, made(recorded) + 600)
    assert "not ready after 10 minutes" in cause.summary
    assert not cause.persistent


def test_a_cluster_that_grows_lets_a_pod_wait() -> None:
    recorded = shape("unschedulable-cpu")
    grows = {"involvedObject": {**recorded["events"][0]["involvedObject"]}, "reason": "TriggeredScaleUp"}
    assert [c.persistent for c in causes_of(recorded, made(recorded) + 100)] == [True]
    recorded["events"].append(grows)
    assert [c.persistent for c in causes_of(recorded, made(recorded) + 100)] == [False]


def test_a_load_balancer_without_an_address() -> None:
    (service,) = owned(shape("service-loadbalancer-pending"), "Service")
    cause = service_cause(service, ())
    assert cause is not None
    assert "the Service lb" in cause.remedy
    about = {"kind": "Service", "name": "lb", "namespace": service["metadata"]["namespace"]}
    event = {"involvedObject": about, "type": "Warning", "reason": "AllocationFailed", "message": "no IP"}
    assert (service_cause(service, [event]) or cause).detail == "no IP"
    event = {"involvedObject": about, "type": "Normal", "reason": "EnsuringLoadBalancer"}
    waiting = service_cause(service, [event])
    assert waiting is not None
    assert not waiting.persistent
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    assert service_cause(service, ()) is None
