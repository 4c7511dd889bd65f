"""Which kind of cluster this is, told by its version, its nodes and the name of its context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Platform:
    """A kind of cluster: its id, its name, what to mind there, and how a login is renewed."""

    id: str
    name: str
    mind: str
    login: str = "Log in again, or renew the kubeconfig file where the cluster was set up."


OTHER = Platform(
    "other",
    "another kind of Kubernetes",
    "Nothing of this cluster's make is known: storage, load balancer and login are judged by what they show.",
)
PLATFORMS = (
    Platform(
        "gke",
        "GKE",
        "The classes standard and standard-rwo are disks for one node; a Filestore class (standard-rwx) or "
        "the NFS provisioner can do ReadWriteMany. A load balancer is provided.",
        "Renew the login: gcloud auth login, then gcloud container clusters get-credentials CLUSTER.",
    ),
    Platform(
        "eks",
        "EKS",
        "gp2 and gp3 are disks for one node; EFS can do ReadWriteMany, but its access points force one "
        "owner: use uid and gid 2001. The load balancer has a host name, so DNS needs a CNAME record.",
        "Renew the login: aws sso login, then aws eks update-kubeconfig --name CLUSTER.",
    ),
    Platform(
        "aks",
        "AKS",
        "Azure Files must be used over NFS (azurefile-csi-nfs): over SMB, its default, files have no owners.",
        "Renew the login: az login, then az aks get-credentials --name CLUSTER --resource-group GROUP.",
    ),
    Platform(
        "minikube",
        "Minikube",
        "For trying out only: one node, and a load balancer only while minikube tunnel runs.",
        "Renew the kubeconfig file: minikube update-context.",
    ),
    Platform(
        "k3s",
        "k3s",
        "Its class local-path is for one node only; bring storage for ReadWriteMany, such as an NFS server.",
        "Copy /etc/rancher/k3s/k3s.yaml of the server again.",
    ),
    Platform(
        "kubeadm",
        "kubeadm",
        "Storage and load balancer are your own: an NFS server without root squash, and MetalLB.",
        "Renew the client certificate on the control plane: kubeadm certs renew admin.conf.",
    ),
)
BY_ID = {p.id: p for p in (*PLATFORMS, OTHER)}

_VERSION = (("-gke.", "gke"), ("-eks-", "eks"), ("+k3s", "k3s"))
_LABEL = (
    ("cloud.google.com/gke-", "gke"),
    ("eks.amazonaws.com/", "eks"),
    ("alpha.eksctl.io/", "eks"),
    ("kubernetes.azure.com/", "aks"),
    ("minikube.k8s.io/", "minikube"),
    ("node.kubernetes.io/instance-type=k3s", "k3s"),
)
_PROVIDER = (("gce://", "gke"), ("aws://", "eks"), ("azure://", "aks"), ("k3s://", "k3s"))
_CONTEXT = (("gke_", "gke"), ("arn:aws:eks:", "eks"), ("minikube", "minikube"))


def recognise(
    version: str, hints: Sequence[str] = (), nodes: Sequence[Mapping[str, Any]] = (), context: str = ""
) -> tuple[Platform, str]:
    """The platform and what told it; `OTHER` where nothing did. Sure signs come before weak ones."""
    for name, told in _signs(version, hints, nodes[:20], context):
        return BY_ID[name], told
    return OTHER, "neither version nor nodes name a known kind"


def _signs(
    version: str, hints: Sequence[str], nodes: Sequence[Mapping[str, Any]], context: str
) -> Iterator[tuple[str, str]]:
    for mark, name in _VERSION:
        if mark in version:
            yield name, f"the server's version is {version}"
    for node in nodes:
        yield from _of_node(node)
    for node in nodes:
        provider = str(node.get("spec", {}).get("providerID", ""))
        for mark, name in _PROVIDER:
            if provider.startswith(mark):
                yield name, f"the provider's id of a node begins with {mark}"
    for hint in hints:
        for known in PLATFORMS:
            if known.id in hint.lower():
                yield known.id, hint
    for mark, name in _CONTEXT:
        if context.startswith(mark):
            yield name, f"the context is named {context}"


def _of_node(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    meta = node.get("metadata", {})
    labels = [f"{key}={value}" for key, value in meta.get("labels", {}).items()]
    for mark, name in _LABEL:
        for label in labels:
            if label.startswith(mark):
                yield name, f"node {meta.get('name')} has the label {label}"
    if any(key.startswith("kubeadm.alpha.kubernetes.io/") for key in meta.get("annotations", {})):
        yield "kubeadm", f"node {meta.get('name')} has an annotation of kubeadm"
