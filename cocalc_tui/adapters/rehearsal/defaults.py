"""What the API server fills in when an object is created."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

Object = dict[str, Any]
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
TEMPLATED = {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}


def filled(obj: Object, classes: Iterable[Object] = ()) -> Object:
    """The object with the server's defaults; `classes` are the storage classes there are."""
    result = deepcopy(obj)
    if fill := FILL.get(result["kind"]):
        fill(result, classes)
    if result["kind"] in TEMPLATED and "spec" in result:
        _pod_spec(result["spec"]["template"]["spec"])
    return result


def _namespace(obj: Object, classes: Iterable[Object]) -> None:
    obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = obj["metadata"]["name"]
    obj.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    obj.setdefault("status", {"phase": "Active"})


def _secret(obj: Object, classes: Iterable[Object]) -> None:
    obj.setdefault("type", "Opaque")


def _class(obj: Object, classes: Iterable[Object]) -> None:
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


def _claim(obj: Object, classes: Iterable[Object]) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("volumeMode", "Filesystem")
    standard = next((c for c in classes if _is_default(c)), None)
    if spec.get("storageClassName") is None and standard is not None:
        spec["storageClassName"] = standard["metadata"]["name"]
    obj.setdefault("status", {"phase": "Pending"})


def _volume(obj: Object, classes: Iterable[Object]) -> None:
    obj.setdefault("status", {"phase": "Available"})


def _service(obj: Object, classes: Iterable[Object]) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    if "clusterIP" not in spec:
        spec["clusterIP"] = cluster_ip(obj)
        spec["clusterIPs"] = [spec["clusterIP"]]
    for port in spec.get("ports", []):
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port["port"])
    _ingress(obj, classes)


def _ingress(obj: Object, classes: Iterable[Object]) -> None:
    obj.setdefault("status", {"loadBalancer": {}})


def _deployment(obj: Object, classes: Iterable[Object]) -> None:
    spec = obj["spec"]
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
    spec.setdefault("strategy", {"type": "RollingUpdate", "rollingUpdate": rolling})


def _stateful_set(obj: Object, classes: Iterable[Object]) -> None:
    obj["spec"].setdefault("replicas", 1)


def _pod(obj: Object, classes: Iterable[Object]) -> None:
    _pod_spec(obj["spec"])
    obj["spec"].setdefault("serviceAccountName", "default")
    obj.setdefault("status", {"phase": "Pending"})


FILL: dict[str, Callable[[Object, Iterable[Object]], None]] = {
    "Deployment": _deployment,
    "Ingress": _ingress,
    "Namespace": _namespace,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _stateful_set,
    "StorageClass": _class,
}


def cluster_ip(service: Object) -> str:
    """An address out of the service range, the same for the same name."""
    meta = service["metadata"]
    digest = hashlib.sha256(f"{meta.get('namespace')}/{meta['name']}".encode()).digest()
    return f"10.64.{digest[0]}.{digest[1] % 254 + 1}"


def _is_default(obj: Object) -> bool:
    return str(obj["metadata"].get("annotations", {}).get(DEFAULT_CLASS)) == "true"


def _pod_spec(spec: Object) -> None:
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("schedulerName", "default-scheduler")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("securityContext", {})
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        tag = container["image"].rpartition("/")[2].partition("@")[0].partition(":")[2]
        container.setdefault("imagePullPolicy", "Always" if tag in ("", "latest") else "IfNotPresent")
        container.setdefault("resources", {})
        for port in container.get("ports", []):
            port.setdefault("protocol", "TCP")
