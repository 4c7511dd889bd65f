"""What a cluster has before anybody installs anything, and what tests add to it."""

from __future__ import annotations

from tests.testbed.api import Object

HOST_PATH = "kubernetes.io/host-path"  # the controller manager's own; it grants ReadWriteMany
ANNOTATION = "kwok.x-k8s.io/node"
SIZE = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "200Gi", "pods": "110"}


def node(name: str, version: str, *, arch: str = "amd64", size: dict[str, str] | None = None) -> Object:
    """A simulated node; kwok keeps it Ready and runs its pods."""
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        "node.kubernetes.io/instance-type": "testbed",
    }
    room = SIZE | (size or {})
    info = {
        "architecture": arch,
        "operatingSystem": "linux",
        "osImage": "Debian GNU/Linux 12 (bookworm)",
        "kernelVersion": "6.1.0-28-amd64",
        "containerRuntimeVersion": "containerd://1.7.24",
        "kubeletVersion": version,
        "kubeProxyVersion": "",
        "bootID": "",
        "machineID": "",
        "systemUUID": "",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {ANNOTATION: "fake"}},
        "status": {"capacity": room, "allocatable": room, "nodeInfo": info},
    }


def storage_class(
    name: str,
    provisioner: str = HOST_PATH,
    *,
    default: bool = False,
    reclaim: str = "Delete",
    wait_for_consumer: bool = False,
    parameters: dict[str, str] | None = None,
) -> Object:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"} if default else {},
        },
        "provisioner": provisioner,
        "reclaimPolicy": reclaim,
        "volumeBindingMode": "WaitForFirstConsumer" if wait_for_consumer else "Immediate",
        "parameters": parameters or {},
    }


def namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def role(name: str, namespace: str | None, rules: list[Object]) -> Object:
    """A Role, or without a namespace a ClusterRole."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": {"name": name} | ({"namespace": namespace} if namespace else {}),
        "rules": rules,
    }


def binding(name: str, namespace: str | None, kind: str, role: str, user: str) -> Object:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name} | ({"namespace": namespace} if namespace else {}),
        "roleRef": {"apiGroup": group, "kind": kind, "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }
