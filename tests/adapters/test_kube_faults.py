"""The real adapter against servers that fail in every way: never a lie, never a long wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.kube.cluster import KubeCluster
from cocalc_tui.core.action import Apply, Label
from cocalc_tui.core.facts import Denied, Observation, Seen, Unreachable
from cocalc_tui.core.kinds import CONFIG_MAP, NODE, Kind
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import Refused, Unreached
from tests.adapters.contract.fake_server import dead_port, kubeconfig, ok, serve, silent_port
from tests.adapters.waiting import until
from tests.testbed.bed import ControlPlane
from tests.testbed.proxy import ApiProxy

pytestmark = pytest.mark.asyncio
NODES = Topic(NODE)
JUDGED = 5.5  # seconds, with half a one for the machine


def connect(path: str | Path) -> KubeCluster:
    return KubeCluster.connect(str(path), None)


def config_map(namespace: str, name: str = "c") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}}


async def first(cluster: KubeCluster, topic: Topic) -> Observation:
    async with aclosing(cluster.follow(topic)) as stream:  # type: ignore[type-var]
        return await anext(stream)


async def seen(stream: AsyncIterator[Observation]) -> Seen:
    found = await anext(stream)
    assert isinstance(found, Seen)
    return found


async def test_a_dead_port_is_judged_at_once(tmp_path: Path) -> None:
    port = dead_port()
    cluster = connect(kubeconfig(tmp_path, f"https://127.0.0.1:{port}"))
    began = time.monotonic()
    read, followed = await cluster.read(NODES, 5), await first(cluster, NODES)
    with pytest.raises(Unreached, match="refused the connection"):
        await cluster.get(NODE, "n")
    assert read == followed == Unreachable(f"listing nodes: 127.0.0.1:{port} refused the connection")
    assert isinstance(await cluster.probe_cluster(5), Unreachable)
    assert time.monotonic() - began < JUDGED


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_silent_server_is_judged_in_time(tmp_path: Path, scheme: str) -> None:
    with silent_port() as port:
        cluster = connect(kubeconfig(tmp_path, f"{scheme}://127.0.0.1:{port}"))
        began = time.monotonic()
        answers = await asyncio.gather(
            cluster.read(NODES, 5), first(cluster, NODES), cluster.probe_cluster(5)
        )
        assert time.monotonic() - began < JUDGED
    assert all(isinstance(answer, Unreachable) and "did not answer" in answer.reason for answer in answers)


async def test_an_unknown_host_is_unreachable(tmp_path: Path) -> None:
    cluster = connect(kubeconfig(tmp_path, "https://cluster.invalid:6443"))
    answer = await cluster.read(NODES, 5)
    assert isinstance(answer, Unreachable)
    assert "cluster.invalid:6443" in answer.reason


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in to the hotel</html>", b"[]", b"{}", b'{"kind": "NodeList", "items": 3}', b'{"kind"'],
)
async def test_what_is_no_api_server_is_unreachable(tmp_path: Path, body: bytes) -> None:
    with serve(lambda path: (200, body)) as server:
        cluster = connect(kubeconfig(tmp_path, server.url))
        answers = [await cluster.read(NODES, 5), await first(cluster, NODES), await cluster.probe_cluster(5)]
    for answer in answers:
        assert isinstance(answer, Unreachable)
        assert "not what a Kubernetes server gives" in answer.reason


async def test_a_404_that_no_index_confirms_is_not_absence(tmp_path: Path) -> None:
    pools = Topic(Kind("metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool"))
    with serve(lambda path: (404, b"404 page not found")) as server:
        assert isinstance(await connect(kubeconfig(tmp_path, server.url)).read(pools, 5), Unreachable)


async def test_long_lists_come_in_pages(tmp_path: Path) -> None:
    def answer(path: str) -> tuple[int, bytes]:
        assert "limit=500" in path
        page, more = ("second", "") if "continue=next" in path else ("first", "next")
        meta = {"resourceVersion": "7", "continue": more}
        return ok({"kind": "NodeList", "metadata": meta, "items": [{"metadata": {"name": page}}]})

    with serve(answer) as server:
        found = await connect(kubeconfig(tmp_path, server.url)).read(NODES, 5)
    assert isinstance(found, Seen)
    assert [each["metadata"]["name"] for each in found.objects] == ["first", "second"]
    assert len(server.seen) == 2


async def test_a_log_is_bounded_text(tmp_path: Path) -> None:
    with serve(lambda path: (200, b"first\n\xff second\n")) as server:
        cluster = connect(kubeconfig(tmp_path, server.url))
        text = await cluster.logs("cocalc", "hub-1", "hub", lines=7, previous=True)
    assert text == "first\n\ufffd second\n"
    path, _, query = server.seen[0].partition("?")
    assert path == "/api/v1/namespaces/cocalc/pods/hub-1/log"
    assert set(query.split("&")) == {"container=hub", "tailLines=7", "limitBytes=1048576", "previous=true"}


async def test_the_proxy_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ok({"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": None})
    with serve(lambda path: empty) as proxy, serve(lambda path: empty) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        near, far = tmp_path / "near", tmp_path / "far"
        near.mkdir()
        far.mkdir()
        for path in (kubeconfig(near, server.url), kubeconfig(far, "http://cluster.invalid")):
            assert isinstance(await connect(path).read(NODES, 5), Seen)
    assert [path.partition("?")[0] for path in proxy.seen] == ["http://cluster.invalid/api/v1/nodes"]
    assert [path.partition("?")[0] for path in server.seen] == ["/api/v1/nodes"]


async def test_a_kind_that_the_server_lacks_has_no_objects(kubeconfig: Path) -> None:
    pools = Topic(Kind("metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool"))
    cluster = connect(kubeconfig)
    assert await cluster.read(pools, 5) == Seen(())
    assert await first(cluster, pools) == Seen(())


async def test_a_login_that_is_not_valid_is_denied(api_proxy: ApiProxy) -> None:
    api_proxy.fault(status=401, times=None)
    cluster = connect(api_proxy.kubeconfig)
    for answer in (await cluster.read(NODES, 5), await first(cluster, NODES), await cluster.probe_cluster(5)):
        assert isinstance(answer, Denied)
        assert "login expired or not valid" in answer.reason


async def test_each_verb_tells_who_may_not_do_what(control_plane: ControlPlane, namespace: str) -> None:
    cluster = connect(control_plane.kubeconfig_of("nobody"))
    manifest = config_map(namespace)
    where = f"configmaps in namespace {namespace}"
    assert await cluster.read(Topic(CONFIG_MAP, namespace), 5) == Denied(
        f"listing configmaps in {namespace}: user nobody may not list {where}"
    )
    assert await first(cluster, NODES) == Denied("listing nodes: user nobody may not list nodes")
    for verb, call in (
        ("get", cluster.get(CONFIG_MAP, "c", namespace)),
        ("create", cluster.create(CONFIG_MAP, manifest)),
        ("update", cluster.replace(CONFIG_MAP, manifest)),
        ("patch", cluster.apply(Apply("a", "s", "w", manifest))),
        ("patch", cluster.apply_object(manifest, dry_run=True, namespace=namespace)),
        ("delete", cluster.delete(CONFIG_MAP, "c", namespace)),
    ):
        with pytest.raises(Refused, match=f"user nobody may not {verb} {where}") as refused:
            await call
        assert refused.value.code == 403
        assert refused.value.remedy


async def test_a_lost_right_is_not_shown_as_known(api_proxy: ApiProxy, namespace: str) -> None:
    cluster = connect(api_proxy.kubeconfig)
    async with aclosing(cluster.follow(Topic(CONFIG_MAP, namespace))) as stream:  # type: ignore[type-var]
        await seen(stream)
        await until(lambda: api_proxy.watching)
        api_proxy.fault(path="/configmaps", status=403, message="forbidden", times=None)
        api_proxy.cut_watches()
        while isinstance(found := await anext(stream), Seen):
            assert found.stale
        assert isinstance(found, Denied)


async def test_a_cut_watch_is_stale_then_recovers(api_proxy: ApiProxy, namespace: str) -> None:
    cluster = connect(api_proxy.kubeconfig)
    async with aclosing(cluster.follow(Topic(CONFIG_MAP, namespace, "c"))) as stream:  # type: ignore[type-var]
        assert (await seen(stream)).objects == ()
        await until(lambda: api_proxy.watching)
        api_proxy.fault(verb="GET", path="/configmaps", status=503, times=2)
        api_proxy.cut_watches()
        assert (await seen(stream)).stale
        await cluster.create(CONFIG_MAP, config_map(namespace))
        while (found := await seen(stream)).stale:
            assert found.objects == ()
        assert found.objects[0]["metadata"]["name"] == "c"


async def test_an_expired_watch_lists_again(api_proxy: ApiProxy, namespace: str) -> None:
    cluster = connect(api_proxy.kubeconfig)
    async with aclosing(cluster.follow(Topic(CONFIG_MAP, namespace, "c"))) as stream:  # type: ignore[type-var]
        await seen(stream)
        await until(lambda: api_proxy.watching)
        api_proxy.expire_watches()
        while (await seen(stream)).stale:
            pass
        await cluster.create(CONFIG_MAP, config_map(namespace))
        assert (await seen(stream)).objects


async def test_a_silent_watch_is_looked_after(api_proxy: ApiProxy, namespace: str) -> None:
    cluster = connect(api_proxy.kubeconfig)
    cluster.idle = 0.2
    async with aclosing(cluster.follow(Topic(CONFIG_MAP, namespace))) as stream:  # type: ignore[type-var]
        first_list = await seen(stream)
        await until(lambda: api_proxy.counts["GET"] > 4)
        assert not first_list.stale
        api_proxy.fault(hang=True, times=None)
        began = time.monotonic()
        while not (await seen(stream)).stale:
            pass
        assert time.monotonic() - began < JUDGED


async def test_labels_of_another_manager_are_not_taken_over(cluster_reset: ControlPlane) -> None:
    cluster_reset.api.apply(
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1", "labels": {"role": "theirs"}}}
    )
    with pytest.raises(Refused, match=r"testbed manages \.metadata\.labels\.role") as refused:
        await connect(cluster_reset.kubeconfig).label(Label("l", "nodes", "w", "node-1", {"role": "ours"}))
    assert refused.value.code == 409


async def test_a_server_that_stops_in_the_middle_is_unreachable(api_proxy: ApiProxy) -> None:
    api_proxy.fault(path="/nodes", cut_after=100, times=None)
    answer = await connect(api_proxy.kubeconfig).read(NODES, 5)
    assert isinstance(answer, Unreachable)


async def test_an_idle_connection_that_was_closed_is_no_error(api_proxy: ApiProxy) -> None:
    cluster = connect(api_proxy.kubeconfig)
    api_proxy.fault(path="/nodes", cut=True, times=1)
    assert isinstance(await cluster.read(NODES, 5), Seen)


async def test_a_hang_is_unreachable_in_the_given_time(api_proxy: ApiProxy) -> None:
    cluster = connect(api_proxy.kubeconfig)
    await cluster.read(NODES, 5)
    api_proxy.fault(hang=True, times=None)
    began = time.monotonic()
    assert isinstance(await cluster.read(NODES, 1), Unreachable)
    assert time.monotonic() - began < 1.5


async def test_a_write_is_never_sent_twice(api_proxy: ApiProxy, namespace: str) -> None:
    api_proxy.fault(writes=True, after=True, cut=True)
    with pytest.raises(Unreached, match="cut the connection"):
        await connect(api_proxy.kubeconfig).create(CONFIG_MAP, config_map(namespace))
    assert api_proxy.writes == 1


async def test_closing_ends_the_thread_at_once(api_proxy: ApiProxy) -> None:
    stream = connect(api_proxy.kubeconfig).follow(NODES)
    await anext(stream)
    await until(lambda: api_proxy.watching)
    assert any(thread.name == "watch nodes" for thread in threading.enumerate())
    await stream.aclose()  # type: ignore[attr-defined]
    await until(lambda: not any(t.name == "watch nodes" for t in threading.enumerate()), patience=1)


async def test_counts_agree_with_the_server(api_proxy: ApiProxy, namespace: str) -> None:
    cluster = connect(api_proxy.kubeconfig)
    await cluster.probe_cluster(5)
    await cluster.probe_rules(namespace, 5)
    await cluster.probe_access("get", "", "pods/log", namespace, timeout=5)
    await cluster.apply(Apply("a", "s", "w", config_map(namespace)), dry_run=True)
    await cluster.apply(Apply("a", "s", "w", config_map(namespace)))
    await cluster.delete(CONFIG_MAP, "c", namespace)
    assert (cluster.requests, cluster.writes) == (len(api_proxy.requests), api_proxy.writes)
    assert cluster.writes == 2
