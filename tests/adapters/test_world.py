from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.adapters.world import RealWorld
from cocalc_tui.core.facts import Denied, Observation, Seen, Unreachable
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError
from cocalc_tui.ports import World
from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture
def lost(tmp_path: Path, silent: int) -> Path:
    """The kubeconfig of a silent API server."""
    cluster = {"name": "a", "cluster": {"server": f"https://127.0.0.1:{silent}"}}
    context = {"name": "lost", "context": {"cluster": "a", "user": "a"}}
    document = {"apiVersion": "v1", "kind": "Config", "current-context": "lost", "clusters": [cluster]}
    document |= {"contexts": [context], "users": [{"name": "a", "user": {"token": "x"}}]}
    path = tmp_path / "config"
    path.write_text(json.dumps(document))
    return path


def probes(kubeconfig: Path, asked: list[Probe], within: float) -> list[Observation]:
    """All at once, in one world."""

    async def run() -> list[Observation]:
        world = await RealWorld.open(str(kubeconfig))
        port: World = world
        try:
            return await asyncio.gather(*(port.probe(probe, within) for probe in asked))
        finally:
            await world.close()

    return asyncio.run(run())


def test_each_probe_of_the_port(
    control_plane: ControlPlane, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", postgres.password)
    (tmp_path / "regcred.json").write_text('{"username": "a", "password": "hunter2"}')
    (tmp_path / "my-values.yaml").write_text("a: 1\n")
    password = SecretRef("env", "PASSWORD")
    credentials = SecretRef("file", str(tmp_path / "regcred.json"))
    values = str(tmp_path / "my-values.yaml")
    chart = "assets/practice-chart"
    asked = [
        Probe.of("cluster"),
        Probe.of("rules", namespace="default"),
        Probe.of("access", verb="create", group="", resource="secrets", namespace="default"),
        Probe.of("tools", helm=str(control_plane.helm), kubectl=str(control_plane.kubectl)),
        Probe.of("secret", ref=password),
        Probe.of("credentials", ref=credentials, server="registry.example", username="_json_key"),
        Probe.of("file", path=values),
        Probe.of("secret-values", path=values, entries=(("a", password),)),
        Probe.of("chart", directory=chart),
        Probe.of("postgres", host=postgres.host, port=postgres.port, user=postgres.user, ref=password),
    ]
    seen = probes(control_plane.kubeconfig, asked, 20)
    for probe, observation in zip(asked, seen, strict=True):
        assert isinstance(observation, Seen), (probe, observation)
        assert postgres.password not in json.dumps(observation.objects)
    documents = {p.kind: o.objects[0] for p, o in zip(asked, seen, strict=True) if isinstance(o, Seen)}
    assert documents["cluster"]["version"] == control_plane.version
    assert documents["access"]["allowed"] is True
    assert documents["postgres"]["database_exists"] is False
    assert documents["secret-values"]["same"] is False


def test_the_servers_version_reaches_the_chart(control_plane: ControlPlane, tmp_path: Path) -> None:
    chart = tmp_path / "c"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: '>=1.20'\n")
    (chart / "templates" / "a.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        "data: {version: {{ .Capabilities.KubeVersion.Version | quote }}}\n"
    )
    helm = Probe.of("tools", helm=str(control_plane.helm))
    render = Probe.of("render", chart=str(chart), release="c", namespace="default", path="v", text="")

    async def run() -> Observation:
        world = await RealWorld.open(str(control_plane.kubeconfig))
        try:
            await world.probe(helm, 20)
            return await world.probe(render, 20)
        finally:
            await world.close()

    seen = asyncio.run(run())
    assert isinstance(seen, Seen)
    assert seen.objects[0]["objects"][0]["data"]["version"] == control_plane.version


def test_every_silent_server_is_unknown_in_time(lost: Path, silent: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    slow = tmp_path / "helm"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    asked = [
        Probe.of("cluster"),
        Probe.of("rules", namespace="a"),
        Probe.of("access", verb="get", group="", resource="pods", namespace="a"),
        Probe.of("postgres", host="127.0.0.1", port=silent),
        Probe.of("registry", server=f"127.0.0.1:{silent}", username="a"),
        Probe.of("secret", ref=SecretRef("file", str(tmp_path / "pipe"))),
    ]
    began = time.monotonic()
    seen = probes(lost, asked, 1)
    assert time.monotonic() - began < 4
    for probe, observation in zip(asked, seen, strict=True):
        assert isinstance(observation, Unreachable), (probe, observation)
    reasons = [o.reason for o in seen if isinstance(o, Unreachable)]
    assert reasons[3].startswith(f"127.0.0.1:{silent} was silent for ")
    assert reasons[4].startswith(f"127.0.0.1:{silent} was silent for ")


def test_a_cluster_that_does_not_answer_is_no_reason_not_to_render(lost: Path, helm: Path) -> None:
    render = Probe.of(
        "render", chart="assets/practice-chart", release="c", namespace="default", path="v", text=""
    )

    async def run() -> Observation:
        world = await RealWorld.open(str(lost))
        try:
            await world.probe(Probe.of("tools", helm=str(helm)), 10)
            return await world.probe(render, 10)
        finally:
            await world.close()

    seen = asyncio.run(run())
    assert isinstance(seen, Seen)
    assert "is required" in str(seen.objects[0]["error"])


def test_a_login_without_rights_is_denied(control_plane: ControlPlane) -> None:
    access = Probe.of("rules", namespace="a")
    seen = probes(control_plane.kubeconfig_of("nobody"), [access, Probe.of("cluster")], 20)
    assert all(isinstance(each, Seen | Denied) for each in seen)


def test_what_does_not_exist(control_plane: ControlPlane, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        asyncio.run(RealWorld.open(str(tmp_path / "none")))
    with pytest.raises(UsageError, match="does not exist"):
        asyncio.run(RealWorld.open(str(control_plane.kubeconfig), "nowhere"))
    with pytest.raises(ValueError, match="no such probe: fortune"):
        probes(control_plane.kubeconfig, [Probe.of("fortune")], 1)


def test_the_loop_never_stalls_while_helm_and_chart_are_read(control_plane: ControlPlane) -> None:
    text = "global: {database: {host: db, user: u, name: n}, dns: c.example}\n"
    arguments = {"chart": "assets/practice-chart", "release": "c", "namespace": "a", "path": "v"}
    asked = [Probe.of("chart", directory="assets/practice-chart"), Probe.of("render", text=text, **arguments)]

    async def run() -> float:
        worst = 0.0

        async def tick() -> None:
            nonlocal worst
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                worst = max(worst, time.perf_counter() - began - 0.005)

        world = await RealWorld.open(str(control_plane.kubeconfig))
        await world.probe(Probe.of("tools", helm=str(control_plane.helm)), 20)
        ticking = asyncio.create_task(tick())
        await asyncio.gather(*(world.probe(probe, 20) for probe in asked))
        ticking.cancel()
        await world.close()
        return worst

    assert asyncio.run(run()) < 0.1
