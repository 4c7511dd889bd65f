"""What a rehearsal cluster does by itself, as time passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.core.kinds import (
    CONFIG_MAP,
    DEPLOYMENT,
    INGRESS,
    JOB,
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    REPLICA_SET,
    SERVICE,
    SERVICE_ACCOUNT,
    STATEFUL_SET,
)
from tests.adapters.rehearsals import Small, claim, deployment, mounting, storage_class, thing

NFS = storage_class("nfs", "nfs.csi.k8s.io", reclaimPolicy="Delete")


def phase(small: Small) -> str:
    return str(small.all(PERSISTENT_VOLUME_CLAIM)[0]["status"]["phase"])


def waiting(small: Small) -> dict[str, Any]:
    statuses = small.all(POD)[0]["status"]["containerStatuses"]
    found: dict[str, Any] = statuses[0]["state"]["waiting"]
    return found


def test_a_rollout_takes_visible_steps(tmp_path: Path) -> None:
    small = Small(tmp_path)
    small.add(deployment("web"))
    seen = []
    for _ in range(200):
        small.pass_time(0.1)
        status = small.all(DEPLOYMENT)[0].get("status", {})
        seen.append((len(small.all(REPLICA_SET)), status.get("replicas"), status.get("readyReplicas")))
    assert list(dict.fromkeys(seen)) == [(0, None, None), (1, 2, 0), (1, 2, 1), (1, 2, 2)]
    conditions = {c["type"]: c["reason"] for c in small.all(DEPLOYMENT)[0]["status"]["conditions"]}
    assert conditions == {"Available": "MinimumReplicasAvailable", "Progressing": "NewReplicaSetAvailable"}


def test_time_that_passed_between_commands_is_made_up_for(tmp_path: Path) -> None:
    small = Small(tmp_path)
    small.add(deployment("web"))
    small.pass_time(1000)
    assert small.all(DEPLOYMENT)[0]["status"]["readyReplicas"] == 2
    assert {p["spec"]["nodeName"] for p in small.all(POD)} == {"a", "b"}


def test_speed_is_a_factor_of_time(tmp_path: Path) -> None:
    small = Small(tmp_path, speed=10)
    small.add(deployment("web"))
    small.pass_time(1.5)
    assert small.all(DEPLOYMENT)[0]["status"]["readyReplicas"] == 2


def test_a_changed_template_replaces_the_pods(tmp_path: Path) -> None:
    small = Small(tmp_path, deployment("web", 1), age=600)
    old = small.all(POD)[0]["metadata"]["name"]
    live = small.all(DEPLOYMENT)[0]
    wanted = deployment("web", 1, container={"image": "r.example/app:2"})
    small.cluster.writer.replace(DEPLOYMENT, {**wanted, "metadata": live["metadata"]}, "kubectl")
    small.pass_time(60)
    assert [p["metadata"]["name"] == old for p in small.all(POD)] == [False]
    assert small.all(DEPLOYMENT)[0]["status"]["observedGeneration"] == 2


def test_what_is_owned_goes_with_its_owner(tmp_path: Path) -> None:
    small = Small(tmp_path, deployment("web"), age=600)
    small.cluster.writer.delete(DEPLOYMENT, "web", "n")
    small.pass_time(1)
    assert (small.all(REPLICA_SET), small.all(POD)) == ([], [])


def test_a_namespace_gets_its_account_and_goes_with_everything(tmp_path: Path) -> None:
    small = Small(tmp_path, thing("v1", "ConfigMap", "c"))
    assert [a["metadata"]["name"] for a in small.all(SERVICE_ACCOUNT)] == ["default"]
    assert {c["metadata"]["name"] for c in small.all(CONFIG_MAP)} == {"c", "kube-root-ca.crt"}
    from cocalc_tui.core.kinds import NAMESPACE

    small.cluster.writer.delete(NAMESPACE, "n", None)
    small.pass_time(0.1)
    home = small.world.store.find(NAMESPACE, "n")
    assert home
    assert home["status"]["phase"] == "Terminating"
    small.pass_time(10)
    assert small.world.store.find(NAMESPACE, "n") is None
    assert small.all(CONFIG_MAP) == []


def test_a_claim_is_bound_after_a_while(tmp_path: Path) -> None:
    small = Small(tmp_path, NFS)
    small.add(claim("data", "nfs"))
    assert phase(small) == "Pending"
    small.pass_time(10)
    assert phase(small) == "Bound"
    volume = small.world.store.select(PERSISTENT_VOLUME)[0]
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    small.cluster.writer.delete(PERSISTENT_VOLUME_CLAIM, "data", "n")
    small.pass_time(1)
    assert small.world.store.select(PERSISTENT_VOLUME) == []


def test_a_disk_cannot_be_shared(tmp_path: Path) -> None:
    small = Small(tmp_path, storage_class("disk", "pd.csi.storage.gke.io"))
    small.add(claim("data", "disk"))
    small.pass_time(60)
    assert phase(small) == "Pending"
    assert "ProvisioningFailed" in small.reasons("data")


def test_a_class_can_wait_for_the_first_pod(tmp_path: Path) -> None:
    small = Small(tmp_path, storage_class("nfs", "nfs.csi.k8s.io", "WaitForFirstConsumer"))
    small.add(claim("data", "nfs"))
    small.pass_time(60)
    assert (phase(small), small.reasons("data")) == ("Pending", {"WaitForFirstConsumer"})
    small.add(deployment("web", 1, volumes=mounting("data")))
    small.pass_time(60)
    assert phase(small) == "Bound"
    assert small.all(DEPLOYMENT)[0]["status"]["readyReplicas"] == 1


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        ({"nodeSelector": {"gpu": "yes"}}, "2 node(s) didn't match Pod's node affinity/selector"),
        ({"volumes": mounting("nope")}, 'persistentvolumeclaim "nope" not found'),
        ({"container": {"resources": {"requests": {"cpu": "64"}}}}, "2 Insufficient cpu"),
    ],
)
def test_a_pod_that_fits_nowhere_says_why(tmp_path: Path, pod: dict[str, Any], words: str) -> None:
    small = Small(tmp_path, deployment("web", 1, **pod), age=60)
    condition = small.all(POD)[0]["status"]["conditions"][0]
    assert (condition["type"], condition["reason"]) == ("PodScheduled", "Unschedulable")
    assert condition["message"].startswith(f"0/2 nodes are available: {words}")
    assert "FailedScheduling" in small.reasons("web")


def test_a_private_image_needs_credentials(tmp_path: Path) -> None:
    registries = {"r.example": {"logins": [{"username": "u", "secret": "p"}]}}
    small = Small(tmp_path, deployment("web", 1), age=30, registries=registries, secrets={"p": "x"})
    assert waiting(small)["reason"] in ("ErrImagePull", "ImagePullBackOff")
    assert "401 Unauthorized" in waiting(small)["message"]
    assert {"Pulling", "Failed"} <= small.reasons("web")


def test_a_missing_image_is_not_found_again_and_again(tmp_path: Path) -> None:
    small = Small(tmp_path, deployment("web", 1), registries={"r.example": {"missing": ["r.example/app:1"]}})
    seen = set()
    for _ in range(60):
        small.pass_time(3)
        if small.all(POD) and "not found" in str(small.all(POD)[0]["status"].get("containerStatuses")):
            seen.add(waiting(small)["reason"])
    assert seen == {"ErrImagePull", "ImagePullBackOff"}


def test_a_missing_secret_keeps_the_container_from_being_made(tmp_path: Path) -> None:
    env = [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "nope", "key": "k"}}}]
    small = Small(tmp_path, deployment("web", 1, container={"env": env}), age=60)
    assert waiting(small) == {"reason": "CreateContainerConfigError", "message": 'secret "nope" not found'}
    small.add(thing("v1", "Secret", "nope", stringData={"k": "v"}))
    small.pass_time(60)
    assert small.all(DEPLOYMENT)[0]["status"]["readyReplicas"] == 1


def test_a_missing_volume_keeps_the_pod_waiting(tmp_path: Path) -> None:
    volumes = [{"name": "v", "secret": {"secretName": "nope"}}]
    small = Small(tmp_path, deployment("web", 1, volumes=volumes), age=60)
    assert waiting(small)["reason"] == "ContainerCreating"
    assert "FailedMount" in small.reasons("web")


@pytest.mark.asyncio
async def test_a_program_that_stops_crashes_with_a_log(tmp_path: Path) -> None:
    programs = [{"pod": "web-", "crash": 3, "log": "cannot go on\n"}]
    small = Small(tmp_path, deployment("web", 1), age=120, programs=programs)
    pod = small.all(POD)[0]
    status = pod["status"]["containerStatuses"][0]
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert status["restartCount"] > 1
    name = pod["metadata"]["name"]
    assert await small.cluster.logs("n", name, "c", lines=10, previous=True) == "cannot go on"


def test_without_its_account_no_pod_is_made(tmp_path: Path) -> None:
    small = Small(tmp_path, deployment("web", 1, serviceAccountName="nope"), age=60)
    assert small.all(POD) == []
    assert "FailedCreate" in small.reasons("web")
    small.add(thing("v1", "ServiceAccount", "nope"))
    small.pass_time(60)
    assert small.all(DEPLOYMENT)[0]["status"]["readyReplicas"] == 1


def test_other_owners_of_pods(tmp_path: Path) -> None:
    labels = {"matchLabels": {"run": "x"}}
    template = deployment("x")["spec"]["template"]
    once = {**template, "spec": {**template["spec"], "restartPolicy": "Never"}}
    small = Small(
        tmp_path,
        thing("apps/v1", "StatefulSet", "s", spec={"replicas": 2, "selector": labels, "template": template}),
        thing("apps/v1", "DaemonSet", "d", spec={"selector": labels, "template": template}),
        thing("batch/v1", "Job", "j", spec={"template": once}),
        age=120,
    )
    assert small.all(STATEFUL_SET)[0]["status"]["readyReplicas"] == 2
    assert small.all(JOB)[0]["status"]["conditions"][0]["type"] == "Complete"
    names = [p["metadata"]["name"] for p in small.all(POD)]
    assert [n.partition("-")[0] for n in names] == ["d", "d", "j", "s", "s"]


@pytest.mark.parametrize(
    ("address", "expected"), [({"ip": "192.0.2.1"}, [{"ip": "192.0.2.1"}]), (None, None)]
)
def test_addresses_come_from_the_load_balancer(tmp_path: Path, address: Any, expected: Any) -> None:
    service = thing("v1", "Service", "lb", spec={"type": "LoadBalancer", "ports": [{"port": 80}]})
    service["metadata"]["labels"] = {"app.kubernetes.io/component": "controller"}
    ingress_class = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "nginx"},
    }
    ingress = thing("networking.k8s.io/v1", "Ingress", "i", spec={"ingressClassName": "nginx"})
    more = {"loadbalancer": address} if address else {}
    small = Small(tmp_path, service, ingress_class, ingress, age=60, **more)
    for kind in (SERVICE, INGRESS):
        assert small.all(kind)[0]["status"]["loadBalancer"].get("ingress") == expected
