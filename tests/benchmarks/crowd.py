"""Many objects, made through the API by several hands at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.testbed.api import Object
from tests.testbed.bed import ControlPlane

HANDS = 8
NAMESPACE = "cocalc"


def create(plane: ControlPlane, path: str, things: Iterable[Object]) -> int:
    """POSTs each to one path; how many there were. Raises `httpx.HTTPStatusError`."""
    trust = ssl.create_default_context(cafile=str(plane.authority.ca_file))
    headers = {"Authorization": f"Bearer {plane.tokens['admin']}"}
    with httpx.Client(
        base_url=plane.url, verify=trust, headers=headers, timeout=60, trust_env=False
    ) as client:

        def post(thing: Object) -> None:
            answer = client.post(path, json=thing)
            if answer.status_code != 409:
                answer.raise_for_status()

        with ThreadPoolExecutor(HANDS) as pool:
            return sum(1 for _ in pool.map(post, things))


def pods(plane: ControlPlane, numbers: range) -> None:
    """Pods of projects as CoCalc starts them; nobody schedules them, so that they stay as they are."""
    create(plane, f"/api/v1/namespaces/{NAMESPACE}/pods", map(_pod, numbers))


def config_maps(plane: ControlPlane, numbers: range, namespace: str = NAMESPACE) -> None:
    """ConfigMaps of 1 KiB."""
    create(
        plane,
        f"/api/v1/namespaces/{namespace}/configmaps",
        ({"metadata": {"name": f"bench-{n}"}, "data": {"text": "x" * 1024}} for n in numbers),
    )


def definitions(plane: ControlPlane, numbers: range) -> None:
    """CustomResourceDefinitions."""
    create(plane, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", map(_definition, numbers))


def _pod(number: int) -> Object:
    return {
        "metadata": {
            "name": f"project-{number:08x}-0000-4000-8000-000000000000",
            "labels": {"run": "project", "project_id": f"{number:08x}"},
        },
        "spec": {
            "schedulerName": "bench",
            "automountServiceAccountToken": False,
            "containers": [
                {
                    "name": "project",
                    "image": "bench.example/project:1",
                    "env": [{"name": "EXT", "value": "/ext"}],
                    "resources": {"requests": {"cpu": "50m", "memory": "100Mi"}},
                }
            ],
        },
    }


def _definition(number: int) -> Object:
    plural, group = f"things{number}", f"g{number % 60}.bench.example"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": f"thing{number}", "kind": f"Thing{number}"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
