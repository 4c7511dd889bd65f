"""The proxy before the API server counts, and injects faults."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.testbed.api import Api, ApiError, Object
from tests.testbed.bed import ControlPlane
from tests.testbed.proxy import ApiProxy


@pytest.fixture
def api(control_plane: ControlPlane, api_proxy: ApiProxy) -> Iterator[Api]:
    """A client that goes through the proxy."""
    with through(control_plane, api_proxy) as client:
        yield client


@contextmanager
def through(plane: ControlPlane, proxy: ApiProxy) -> Iterator[Api]:
    client = Api(proxy.url, plane.authority.ca_file, plane.tokens["admin"])
    yield client
    client.close()


def config_map(namespace: str, name: str) -> tuple[str, Object]:
    return f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": name}}


def test_counts_what_changes_something(api: Api, api_proxy: ApiProxy, namespace: str) -> None:
    api.request("POST", *config_map(namespace, "one"))
    api.request("POST", *config_map(namespace, "two"), params={"dryRun": "All"})
    api.get(f"/api/v1/namespaces/{namespace}/configmaps/one")
    review: Object = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    api.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    lease: Object = {"metadata": {"name": "mine"}}
    api.request("POST", f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases", lease)
    assert api_proxy.writes == 1
    assert api_proxy.written == [f"POST /api/v1/namespaces/{namespace}/configmaps"]
    assert api_proxy.counts == {"POST": 4, "GET": 1}


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 429, 500])
def test_answers_with_a_fault(api: Api, api_proxy: ApiProxy, namespace: str, status: int) -> None:
    api_proxy.fault(status=status, path="/configmaps", writes=True, nth=2)
    api.request("POST", *config_map(namespace, "one"))
    with pytest.raises(ApiError) as caught:
        api.request("POST", *config_map(namespace, "two"))
    assert caught.value.status == status
    api.request("POST", *config_map(namespace, "two"))


def test_loses_an_answer_after_the_server_did_it(api: Api, api_proxy: ApiProxy, namespace: str) -> None:
    api_proxy.fault(cut=True, after=True, writes=True)
    with pytest.raises(httpx.RemoteProtocolError):
        api.request("POST", *config_map(namespace, "one"))
    assert api.get(f"/api/v1/namespaces/{namespace}/configmaps/one")


def test_hangs_delays_and_cuts_in_the_middle(api: Api, api_proxy: ApiProxy) -> None:
    api_proxy.fault(hang=True, path="/nodes")
    with pytest.raises(httpx.ReadTimeout):
        api.request("GET", "/api/v1/nodes", timeout=0.3)
    api_proxy.fault(delay=0.3, path="/nodes")
    started = time.monotonic()
    api.get("/api/v1/nodes")
    assert time.monotonic() - started >= 0.3
    api_proxy.fault(cut_after=100, path="/nodes")
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/api/v1/nodes")


def test_calls_back_at_a_numbered_write(
    control_plane: ControlPlane, api: Api, api_proxy: ApiProxy, namespace: str
) -> None:
    path, _ = config_map(namespace, "")
    seen: list[tuple[str, int]] = []

    def look(when: str) -> None:
        items = control_plane.api.items(path)
        seen.append((when, sum(item["metadata"]["name"] != "kube-root-ca.crt" for item in items)))

    api_proxy.on_write(2, lambda: look("before"))
    api_proxy.on_write(2, lambda: look("after"), after=True)
    for name in ("one", "two", "three"):
        api.request("POST", *config_map(namespace, name))
    assert seen == [("before", 1), ("after", 2)]


def test_streams_watches_and_ends_them(
    control_plane: ControlPlane, api: Api, api_proxy: ApiProxy, namespace: str
) -> None:
    path, _ = config_map(namespace, "")
    for end, last in ((api_proxy.cut_watches, None), (api_proxy.expire_watches, "410")):
        with api._http.stream("GET", path, params={"watch": "1"}) as stream:
            lines = stream.iter_lines()
            assert '"ADDED"' in next(lines)
            started = time.monotonic()
            name = f"new-{last}".lower()
            control_plane.api.request("POST", *config_map(namespace, name))
            while name not in next(lines):
                pass
            assert time.monotonic() - started < 1
            assert api_proxy.watching == 1
            assert end("/configmaps") == 1
            if last:
                assert '"code": 410' in next(lines)
            else:
                with pytest.raises(httpx.RemoteProtocolError):
                    next(lines)


def test_kubectl_and_helm_go_through_it(
    api_proxy: ApiProxy, kubectl: Path, helm: Path, namespace: str
) -> None:
    environment = os.environ | {"KUBECONFIG": str(api_proxy.kubeconfig)}
    for command in ([str(kubectl), "get", "nodes"], [str(helm), "list", "-n", namespace]):
        subprocess.run(command, env=environment, check=True, capture_output=True)
    assert api_proxy.counts["GET"] >= 2


def test_serves_a_user_with_few_rights(cluster_reset: ControlPlane, namespace: str) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
    config = cluster_reset.user("bob", rules, namespace=namespace)
    with ApiProxy(cluster_reset, config) as proxy, through(cluster_reset, proxy) as api:
        assert api.items(f"/api/v1/namespaces/{namespace}/pods") == []
        with pytest.raises(ApiError, match="bob"):
            api.items("/api/v1/nodes")
