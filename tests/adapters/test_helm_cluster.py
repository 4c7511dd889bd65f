"""Dry run and installation with the real helm on the real API server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.helm.command import Command
from cocalc_tui.adapters.helm.upgrade import HelmRunner
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.adapters.world import RealWorld
from cocalc_tui.core.action import Helm
from cocalc_tui.core.facts import Denied, Observation, Seen
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, Unreached, UsageError
from tests.adapters.charts import make
from tests.adapters.waiting import until
from tests.testbed.bed import ControlPlane

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: small\nversion: 0.1.0\n",
    "values.yaml": "value: one\npassword: hunter2\nport: 80\n",
    "templates/objects.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: small}\n"
        "data: {value: {{ .Values.value | quote }}}\n---\n"
        "apiVersion: v1\nkind: Secret\nmetadata: {name: small, namespace: {{ .Release.Namespace }}}\n"
        "stringData: {password: {{ .Values.password | quote }}}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: small}\n"
        "spec: {selector: {a: b}, ports: [{port: {{ .Values.port }}}]}\n---\n"
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
        "metadata: {name: {{ .Release.Namespace }}-small}\nrules: []\n"
    ),
    "templates/NOTES.txt": "Go to {{ .Values.value }}\nPassword {{ .Values.password }}\n",
}
STRANGE = "apiVersion: example.com/v1\nkind: Strange\nmetadata: {name: odd}\n"
SLOW_HOOK = (
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: hook\n  annotations: {helm.sh/hook: 'pre-install'}\n"
    "spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n"
)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    return make(tmp_path / "small", CHART)


def dry_run(plane: ControlPlane, chart: Path, namespace: str, text: str = "", user: str = "") -> Observation:
    async def run() -> Observation:
        world = await RealWorld.open(str(plane.kubeconfig_of(user) if user else plane.kubeconfig))
        try:
            await world.probe(Probe.of("tools", helm=str(plane.helm)), 20)
            before = world.cluster.writes
            asked = {"chart": str(chart), "release": "small", "namespace": namespace, "text": text}
            seen = await world.probe(Probe.of("dry-run", path="v.yaml", **asked), 30)
            assert world.cluster.writes == before
            return seen
        finally:
            await world.close()

    return asyncio.run(run())


def document(seen: Observation) -> Mapping[str, Any]:
    assert isinstance(seen, Seen), seen
    assert "hunter2" not in json.dumps(seen.objects)
    return seen.objects[0]


def action(plane: ControlPlane, chart: Path, namespace: str, **other: Any) -> Helm:
    arguments: dict[str, Any] = {"values_files": (), "inputs": "0123456789abcdef", "timeout": 60} | other
    return Helm("release", "release", "", "small", namespace, str(chart), **arguments)


def runner(plane: ControlPlane, vault: Vault | None = None) -> HelmRunner:
    return HelmRunner(Command(str(plane.helm), str(plane.kubeconfig)), vault or Vault())


def test_every_object_is_tried_and_none_written(
    control_plane: ControlPlane, chart: Path, namespace: str
) -> None:
    seen = document(dry_run(control_plane, chart, namespace))
    assert seen == {"accepted": 4, "refused": [], "namespace": namespace, "error": None}
    assert control_plane.api.items(f"/api/v1/namespaces/{namespace}/services") == []


def test_before_the_namespace_exists(control_plane: ControlPlane, chart: Path) -> None:
    seen = document(dry_run(control_plane, chart, "not-yet-there"))
    assert (seen["accepted"], seen["refused"], seen["namespace"]) == (4, [], "default")


def test_refused_objects_are_named(control_plane: ControlPlane, chart: Path, namespace: str) -> None:
    make(chart, {"templates/strange.yaml": STRANGE})
    seen = document(dry_run(control_plane, chart, namespace, "port: 99999\npassword: {a: hunter2}\n"))
    refused = {entry["object"]: entry["message"] for entry in seen["refused"]}
    assert set(refused) == {"Service/small", "Strange/odd"}
    assert "99999" in refused["Service/small"]
    assert "no kind Strange" in refused["Strange/odd"]
    assert seen["accepted"] == 3


def test_a_chart_that_does_not_render(control_plane: ControlPlane, chart: Path, namespace: str) -> None:
    make(chart, {"templates/bad.yaml": '{{ fail "no" }}'})
    seen = document(dry_run(control_plane, chart, namespace))
    assert (seen["accepted"], seen["error"]) == (0, "small/templates/bad.yaml: no")


def test_an_installed_release_is_no_obstacle(
    control_plane: ControlPlane, chart: Path, namespace: str
) -> None:
    make(chart, {"templates/hook.yaml": SLOW_HOOK.replace("pre-install", "post-delete")})
    asyncio.run(runner(control_plane).upgrade(action(control_plane, chart, namespace), lambda line: None))
    seen = document(dry_run(control_plane, chart, namespace, "value: two\n"))
    assert (seen["accepted"], seen["refused"]) == (5, [])


def test_install_upgrade_and_their_label(control_plane: ControlPlane, chart: Path, namespace: str) -> None:
    lines: list[str] = []
    vault = Vault()
    vault.remember("p", "hunter2")
    helm = runner(control_plane, vault)
    values, secret = chart.parent / "my-values.yaml", chart.parent / "my-values.secret.yaml"
    values.write_text("value: here\n")
    secret.write_text("password: hunter2\n")
    first = action(control_plane, chart, namespace, values_files=(str(values), str(secret)))
    assert asyncio.run(helm.upgrade(first, lines.append)) == 1
    assert "Go to here" in lines
    assert lines[-1] == "Release small revision 1 is deployed"
    assert "hunter2" not in "\n".join(lines)
    second = action(control_plane, chart, namespace, inputs="f" * 16)
    assert asyncio.run(helm.upgrade(second, lines.append)) == 2
    path = f"/api/v1/namespaces/{namespace}/secrets"
    labels = {
        s["metadata"]["labels"]["version"]: s["metadata"]["labels"]
        for s in control_plane.api.items(path)
        if s["type"].startswith("helm")
    }
    assert {v: label["cocalc-tui-inputs"] for v, label in labels.items()} == {
        "1": "0123456789abcdef",
        "2": "f" * 16,
    }
    assert labels["2"]["status"] == "deployed"


def test_refusals_of_helm_are_told_with_what_to_do(
    control_plane: ControlPlane, chart: Path, namespace: str
) -> None:
    helm = runner(control_plane)

    def refusal(chart: Path, **other: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            asyncio.run(helm.upgrade(action(control_plane, chart, namespace, **other), lambda line: None))
        assert caught.value.remedy
        assert "\n" not in caught.value.message
        return caught.value

    control_plane.api.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/configmaps",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "small"}},
    )
    owned = refusal(chart)
    assert 'ConfigMap "small"' in owned.message
    assert "not made by this release" in owned.remedy
    control_plane.api.delete(f"/api/v1/namespaces/{namespace}/configmaps/small")
    strange = make(chart.parent / "strange", {**CHART, "templates/strange.yaml": STRANGE})
    assert "Strange" in refusal(strange).message
    bad = make(chart.parent / "bad", {**CHART, "values.yaml": "value: one\npassword: x\nport: 99999\n"})
    assert "99999" in refusal(bad).message
    missing = refusal(chart, values_files=(str(chart.parent / "none.yaml"),))
    assert "none.yaml" in missing.message


def test_an_unreachable_cluster_and_no_chart(helm: Path, chart: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
        "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]\n"
        "contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n"
    )
    runner = HelmRunner(Command(str(helm), str(config)), Vault())
    wanted = Helm("release", "release", "", "small", "ns", str(chart), (), "0" * 16)
    with pytest.raises(Unreached, match="helm"):
        asyncio.run(runner.upgrade(wanted, lambda line: None))
    nothing = Helm("release", "release", "", "small", "ns", str(tmp_path / "none"), (), "0" * 16)
    with pytest.raises(UsageError, match="does not exist"):
        asyncio.run(runner.upgrade(nothing, lambda line: None))


def test_interrupted_helm_notes_it(control_plane: ControlPlane, chart: Path, namespace: str) -> None:
    """Cancelled while a hook runs, helm gets the time to mark the release as failed, so nothing is stuck."""
    make(chart, {"templates/hook.yaml": SLOW_HOOK})
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    async def run() -> None:
        wanted = action(control_plane, chart, namespace)
        task = asyncio.create_task(runner(control_plane).upgrade(wanted, lambda line: None))
        await until(lambda: control_plane.api.items(path), 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    listed = subprocess.run(
        [str(control_plane.helm), "list", "-a", "-n", namespace, "-o", "json"],
        env={**os.environ, "KUBECONFIG": str(control_plane.kubeconfig)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(listed.stdout)[0]["status"] == "failed"


def test_a_killed_helm_blocks_the_next_one(
    control_plane: ControlPlane, chart: Path, namespace: str, tmp_path: Path
) -> None:
    make(chart, {"templates/hook.yaml": SLOW_HOOK})
    wrapper = tmp_path / "helm"
    wrapper.write_text(f'#!/bin/sh\necho $$ >{tmp_path}/pid\nexec {control_plane.helm} "$@"\n')
    wrapper.chmod(0o755)
    killed = HelmRunner(Command(str(wrapper), str(control_plane.kubeconfig)), Vault())
    wanted = action(control_plane, chart, namespace)
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs"

    async def run() -> None:
        task = asyncio.create_task(killed.upgrade(wanted, lambda line: None))
        await until(lambda: control_plane.api.items(path), 30)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        with pytest.raises(Refused):
            await task
        with pytest.raises(Refused, match="another operation") as caught:
            await runner(control_plane).upgrade(wanted, lambda line: None)
        assert "if it was killed" in caught.value.remedy

    asyncio.run(run())


def test_a_login_that_may_not_try_elsewhere(control_plane: ControlPlane, chart: Path) -> None:
    seen = dry_run(control_plane, chart, "not-yet-there", user="nobody")
    assert isinstance(seen, Denied)
    assert "may not" in seen.reason
