"""What kind of cluster it is."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.platform import PLATFORMS, recognise


def node(
    labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None, provider: str = ""
) -> Any:
    meta = {"name": "n1", "labels": labels or {}, "annotations": annotations or {}}
    return {"metadata": meta, "spec": {"providerID": provider}}


@pytest.mark.parametrize(
    ("name", "version", "nodes", "context"),
    [
        ("gke", "v1.33.5-gke.1162000", [], ""),
        ("gke", "v1.33.5", [node({"cloud.google.com/gke-nodepool": "a"})], ""),
        ("gke", "v1.33.5", [], "gke_acme_europe-west4_prod"),
        ("eks", "v1.33.5-eks-abc", [], ""),
        ("eks", "v1.33.5", [node({"eks.amazonaws.com/nodegroup": "a"})], ""),
        ("eks", "v1.33.5", [node(provider="aws:///eu-west-1a/i-1")], ""),
        ("aks", "v1.33.5", [node({"kubernetes.azure.com/cluster": "a"})], ""),
        (
            "minikube",
            "v1.33.5",
            [node({"minikube.k8s.io/name": "m"}, {"kubeadm.alpha.kubernetes.io/x": "y"})],
            "",
        ),
        ("k3s", "v1.33.5+k3s1", [], ""),
        ("kubeadm", "v1.33.5", [node(annotations={"kubeadm.alpha.kubernetes.io/cri-socket": "x"})], ""),
        ("other", "v1.33.5", [node()], "work"),
    ],
)
def test_signs(name: str, version: str, nodes: list[Any], context: str) -> None:
    found, told = recognise(version, (), nodes, context)
    assert found.id == name
    assert told


def test_a_hint_counts_before_the_name_of_the_context() -> None:
    assert recognise("v1.33.5", ("runs on minikube",), [], "gke_x")[0].id == "minikube"


def test_every_platform_knows_its_traps_and_its_login() -> None:
    assert all(len(p.mind) > 40 and len(p.login) > 20 for p in PLATFORMS)
