"""Kubeconfigs, contexts and login plugins."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.kube.cluster import KubeCluster
from cocalc_tui.adapters.kube.contexts import contexts
from cocalc_tui.core.facts import Denied, Seen, Unreachable
from cocalc_tui.core.kinds import NODE
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import UsageError
from tests.adapters.contract.fake_server import kubeconfig, ok, serve
from tests.testbed.bed import ControlPlane

NODES = Topic(NODE)
EMPTY = ok({"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": []})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any kubeconfig."""
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def plugin(folder: Path, script: str, **more: Any) -> dict[str, Any]:
    """A user whose login comes from a program."""
    path = folder / "acme-login"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(path), "interactiveMode": "Never", **more}}


def credential(token: str, expires: str = "2099-01-01T00:00:00Z") -> str:
    status = {"token": token, "expirationTimestamp": expires}
    version = "client.authentication.k8s.io/v1"
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


def test_without_a_kubeconfig_the_rehearsal_is_named(home: Path) -> None:
    with pytest.raises(UsageError, match="no kubeconfig") as error:
        KubeCluster.connect(None, None)
    assert "cocalc-tui rehearse" in error.value.remedy


def test_what_is_named_must_exist(home: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist"):
        KubeCluster.connect(str(home / "nowhere"), None)
    path = kubeconfig(home, "https://127.0.0.1:1")
    with pytest.raises(UsageError, match="context d does not exist") as error:
        KubeCluster.connect(path, "d")
    assert error.value.remedy == "Use one of the kubeconfig: c"


@pytest.mark.parametrize("text", ["", "a: [", "just words", "\0"])
def test_what_is_no_kubeconfig_is_told_with_its_path(home: Path, text: str) -> None:
    path = home / "broken"
    path.write_text(text)
    with pytest.raises(UsageError, match="broken"):
        KubeCluster.connect(str(path), None)


def test_several_files_are_merged_as_kubectl_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []
    for name in ("one", "two"):
        path = home / name
        entry = {"cluster": name, "user": name}
        clusters = [{"name": name, "cluster": {"server": f"https://{name}"}}]
        found = [{"name": name, "context": entry}, {"name": "both", "context": entry}]
        path.write_text(json.dumps({"clusters": clusters, "contexts": found, "current-context": name}))
        paths.append(str(path))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(home / "absent"), *paths]))
    known = contexts()
    assert [(c.name, c.current, c.server) for c in known] == [
        ("one", True, "https://one"),
        ("both", False, "https://one"),
        ("two", False, "https://two"),
    ]
    assert KubeCluster.connect(None, None).context.name == "one"


@pytest.mark.asyncio
async def test_the_first_file_decides_which_context_is_current(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda path: EMPTY) as first, serve(lambda path: EMPTY) as second:
        paths = []
        for name, server in (("one", first), ("two", second)):
            (home / name).mkdir()
            paths.append(kubeconfig(home / name, server.url, name=name))
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(paths))
        assert isinstance(await KubeCluster.connect(None, None).read(NODES, 5), Seen)
        assert (len(first.seen), len(second.seen)) == (1, 0)


@pytest.mark.asyncio
async def test_a_plugin_gives_the_token(tmp_path: Path) -> None:
    with serve(lambda path: EMPTY) as server:
        user = plugin(tmp_path, f"echo '{credential('t0k3n')}'")
        assert isinstance(
            await KubeCluster.connect(kubeconfig(tmp_path, server.url, user), None).read(NODES, 5), Seen
        )
    assert server.tokens == ["Bearer t0k3n"]


@pytest.mark.asyncio
async def test_a_token_that_expires_is_renewed_by_the_plugin(tmp_path: Path) -> None:
    script = f"echo '{credential('old', '2020-01-01T00:00:00Z')}'"
    with serve(lambda path: EMPTY) as server:
        cluster = KubeCluster.connect(kubeconfig(tmp_path, server.url, plugin(tmp_path, script)), None)
        await cluster.read(NODES, 5)
        (tmp_path / "acme-login").write_text(f"#!/bin/sh\necho '{credential('new')}'\n")
        await cluster.read(NODES, 5)
    assert server.tokens[-1] == "Bearer new"


@pytest.mark.asyncio
async def test_a_missing_plugin_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "gke-acme-plugin"}}
    cluster = KubeCluster.connect(kubeconfig(tmp_path, "http://127.0.0.1:1", user), None)
    assert await cluster.read(NODES, 5) == Denied("the login plugin gke-acme-plugin is not installed")
    assert capfd.readouterr() == ("", "")


@pytest.mark.asyncio
async def test_a_plugin_that_fails_is_named_with_its_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    user = plugin(tmp_path, "echo 'session expired: run acme auth' >&2; exit 7")
    answer = await KubeCluster.connect(kubeconfig(tmp_path, "http://127.0.0.1:1", user), None).read(NODES, 5)
    assert isinstance(answer, Denied)
    assert "acme-login" in answer.reason
    assert "session expired: run acme auth" in answer.reason
    assert capfd.readouterr() == ("", "")


@pytest.mark.asyncio
async def test_a_plugin_that_hangs_is_named_in_time(tmp_path: Path) -> None:
    pipe = tmp_path / "never"
    os.mkfifo(pipe)
    user = plugin(tmp_path, f"exec cat {pipe}")
    cluster = KubeCluster.connect(kubeconfig(tmp_path, "http://127.0.0.1:1", user), None)
    began = time.monotonic()
    answer = await cluster.read(NODES, 1)
    assert answer == Unreachable("listing nodes: the login plugin acme-login did not answer within 1 s")
    assert time.monotonic() - began < 2
    os.close(os.open(pipe, os.O_WRONLY))  # lets it end


@pytest.mark.asyncio
async def test_what_the_server_refuses_is_denied_without_the_token(tmp_path: Path) -> None:
    with serve(lambda path: (401, b'{"kind":"Status","message":"Unauthorized","code":401}')) as server:
        user = {"token": "canary-4711"}
        answer = await KubeCluster.connect(kubeconfig(tmp_path, server.url, user), None).read(NODES, 5)
    assert answer == Denied("listing nodes: login expired or not valid")
    assert server.tokens == ["Bearer canary-4711"]


@pytest.mark.asyncio
async def test_the_cluster_tells_who_we_are(control_plane: ControlPlane) -> None:
    path = control_plane.user("carol", group="staff")
    seen = await KubeCluster.connect(str(path), None).probe_cluster(5)
    assert isinstance(seen, Seen)
    found = seen.objects[0]
    assert (found["user"], found["context"], found["uid"]) == ("carol", "testbed", None)
    assert found["version"] == control_plane.version
    assert found["server"] == control_plane.url
    assert abs(found["clock_skew"]) <= 1
    assert found["expires_at"] > time.time()
    admin = await KubeCluster.connect(str(control_plane.kubeconfig), None).probe_cluster(5)
    assert isinstance(admin, Seen)
    system = control_plane.api.get("/api/v1/namespaces/kube-system")
    assert admin.objects[0]["uid"] == system["metadata"]["uid"]
    assert admin.objects[0]["expires_at"] is None


@pytest.mark.asyncio
async def test_the_cluster_tells_what_we_may_do(control_plane: ControlPlane) -> None:
    rules = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["hub"], "verbs": ["get"]}
    ]
    cluster = KubeCluster.connect(str(control_plane.user("dave", rules)), None)
    seen = await cluster.probe_rules("default", 5)
    assert isinstance(seen, Seen)
    wanted = {"verbs": ["get"], "groups": ["apps"], "resources": ["deployments"], "names": ["hub"]}
    assert wanted in seen.objects[0]["rules"]
    assert seen.objects[0]["incomplete"] is False
    may_not = await cluster.probe_access("get", "", "pods/log", "default", timeout=5)
    assert isinstance(may_not, Seen)
    assert may_not.objects[0]["allowed"] is False
