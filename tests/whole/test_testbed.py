"""The test bed is what it says it is."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.testbed.api import Object, wait_for
from tests.testbed.bed import ControlPlane
from tests.testbed.oldpg import OldPostgres, number_of
from tests.testbed.postgres import Postgres

UP = Path(__file__).parents[1] / "testbed" / "up"


def deployment(namespace: str, **annotations: str) -> Object:
    labels = {"app": "web"}
    pod = {"containers": [{"name": "web", "image": "registry.example/web:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod},
        },
    }


def claim(namespace: str, storage_class: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"data-{storage_class}", "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def definition() -> Object:
    names = {"plural": "things", "singular": "thing", "kind": "Thing"}
    schema = {"openAPIV3Schema": {"type": "object"}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.things.example.com"},
        "spec": {
            "group": "things.example.com",
            "names": names,
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }


def aggregated() -> Object:
    """An API whose own server is not there."""
    group = "far.example.com"
    service = {"name": "far", "namespace": "default"}
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"v1.{group}"},
        "spec": {
            "group": group,
            "version": "v1",
            "groupPriorityMinimum": 100,
            "versionPriority": 10,
            "service": service,
            "insecureSkipTLSVerify": True,
        },
    }


def config_map(namespace: str, name: str) -> tuple[str, Object]:
    return f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": name}}


class TestControlPlane:
    def test_nodes_are_ready_and_of_a_real_size(self, cluster_reset: ControlPlane) -> None:
        nodes = cluster_reset.api.items("/api/v1/nodes")
        assert [node["metadata"]["name"] for node in nodes] == ["node-1", "node-2"]
        for node in nodes:
            assert node["status"]["nodeInfo"]["architecture"] == "amd64"
            assert node["status"]["nodeInfo"]["kubeletVersion"] == cluster_reset.version
            assert node["status"]["allocatable"]["ephemeral-storage"] == "200Gi"
            assert not node["spec"].get("taints")

    def test_a_deployment_becomes_ready(self, control_plane: ControlPlane, namespace: str) -> None:
        control_plane.api.apply(deployment(namespace))
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
        wait_for("ready", lambda: control_plane.api.get(path)["status"].get("readyReplicas") == 2)

    def test_a_pod_can_be_told_to_fail(self, control_plane: ControlPlane, namespace: str) -> None:
        why = {"testbed/waiting": "CrashLoopBackOff", "testbed/restarts": "4", "testbed/exit-code": "2"}
        control_plane.api.apply(deployment(namespace, **why))

        def container() -> Any:
            pods = control_plane.api.items(f"/api/v1/namespaces/{namespace}/pods")
            found = [pod["status"].get("containerStatuses") for pod in pods]
            return found[0][0] if found and found[0] else None

        seen = wait_for("the failure", container)
        assert seen["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        assert seen["restartCount"] == 4
        assert seen["lastState"]["terminated"]["exitCode"] == 2

    def test_a_claim_for_many_writers_binds(self, control_plane: ControlPlane, namespace: str) -> None:
        control_plane.api.apply(claim(namespace, "nfs"))
        path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/data-nfs"
        wait_for("bound", lambda: control_plane.api.get(path)["status"]["phase"] == "Bound")

    def test_a_user_may_do_only_what_the_rules_say(
        self, cluster_reset: ControlPlane, namespace: str, kubectl: Path
    ) -> None:
        rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]
        config = cluster_reset.user("alice", rules, namespace=namespace)

        def can(*words: str) -> bool:
            command = [str(kubectl), f"--kubeconfig={config}", "get", *words]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

        assert can("configmaps")
        assert not can("secrets")
        assert not can("nodes")

    def test_reset_takes_away_what_tests_made(self, control_plane: ControlPlane) -> None:
        api = control_plane.api
        control_plane.namespace("left-over")
        control_plane.storage_class("slow", "example.com/none")
        control_plane.bind("nobody", "view")
        control_plane.add_nodes("node-9", arch="arm64")
        api.apply(claim("left-over", "nfs"))
        api.request("POST", *config_map("default", "left-over"))
        api.apply(definition(), aggregated())
        taint = {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}], "unschedulable": True}}
        merge = {"Content-Type": "application/merge-patch+json"}
        api.request("PATCH", "/api/v1/nodes/node-1", taint, headers=merge)

        control_plane.reset()

        names = {item["metadata"]["name"] for item in api.items("/api/v1/namespaces")}
        assert names == {"default", "kube-node-lease", "kube-public", "kube-system"}
        classes = api.items("/apis/storage.k8s.io/v1/storageclasses")
        assert [item["metadata"]["name"] for item in classes] == ["nfs"]
        nodes = api.items("/api/v1/nodes")
        assert [node["metadata"]["name"] for node in nodes] == ["node-1", "node-2"]
        assert not any("taints" in node["spec"] or "unschedulable" in node["spec"] for node in nodes)
        assert not api.items("/api/v1/persistentvolumes")
        groups = {group["name"] for group in api.get("/apis")["groups"]}
        assert not {"things.example.com", "far.example.com"} & groups

    def test_helm_installs_a_chart(self, control_plane: ControlPlane, namespace: str, tmp_path: Path) -> None:
        chart = tmp_path / "small"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 1.2.3\n")
        (chart / "templates" / "web.yaml").write_text(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
            "spec:\n  selector: {matchLabels: {app: web}}\n"
            "  template:\n    metadata: {labels: {app: web}}\n"
            "    spec: {containers: [{name: web, image: web}]}\n"
        )
        control_plane.run("helm", "install", "small", str(chart), "-n", namespace, "--wait", "--timeout=30s")
        assert "small-1.2.3" in control_plane.run("helm", "list", "-n", namespace)

    def test_helm_says_its_version(self, helm: Path) -> None:
        done = subprocess.run([helm, "version", "--short"], capture_output=True, text=True, check=True)
        assert re.match(r"v3\.19\.5\b", done.stdout)


class TestPostgres:
    def test_login_and_rights(self, postgres: Postgres) -> None:
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE mine")
            connection.execute("CREATE ROLE other LOGIN PASSWORD 'pw'")
        postgres.role("reader", "pw")
        with psycopg.connect(postgres.url("reader", "pw"), autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE DATABASE no")
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres.url(password="wrong"))

    def test_tls_and_settings(self, postgres_tls: Postgres) -> None:
        checked = f"{postgres_tls.url()}?sslmode=verify-full&sslrootcert={postgres_tls.ca_file}"
        with psycopg.connect(checked) as connection:
            row = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert row.fetchone() == (True,)
            assert connection.execute("SHOW max_connections").fetchone() == ("20",)
            assert connection.execute("SHOW timezone").fetchone() == ("Europe/Berlin",)

    @pytest.mark.parametrize(("version", "number"), [("10.23", 100023), ("9.6.24", 90624)])
    def test_looks_old(self, postgres: Postgres, version: str, number: int) -> None:
        assert number_of(version) == str(number)
        with OldPostgres(postgres, version) as old, psycopg.connect(old.url()) as connection:
            assert connection.info.server_version == number
            assert connection.execute("SHOW server_version_num").fetchone() == (str(number),)
            row = connection.execute(
                "SELECT current_setting('server_version_num')::int, version()"
            ).fetchone()
            assert row is not None
            assert row[0] == number
            assert row[1].startswith(f"PostgreSQL {version} ")
            asked = connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", ["postgres"])
            assert asked.fetchone() == (1,)


class TestUp:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    @pytest.mark.usefixtures("helm")
    def test_leaves_nothing_behind(self, number: signal.Signals, tmp_path: Path) -> None:
        config = tmp_path / "config"
        command = [str(UP), "--nodes", "1", "--kubeconfig", str(config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
            assert started.stdout is not None
            assert started.stdout.readline().strip() == str(config)
            children = _children(started.pid)
            assert len(children) == 5
            started.send_signal(number)
            started.wait(20)
        wait_for("the end of its programs", lambda: not any(_runs(pid) for pid in children), seconds=10)
        if number != signal.SIGKILL:
            assert not config.exists()


def _children(parent: int) -> list[int]:
    listing = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in listing.read_text().split()]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if sys.platform != "linux":
    pytestmark = pytest.mark.skip(reason="reads /proc")
