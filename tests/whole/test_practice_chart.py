"""The practice chart with real helm on a real control plane."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.testbed.bed import ControlPlane

FOLDER = Path(__file__).parents[2] / "assets/practice-chart"
CHART = FOLDER / "cocalc"
HUB = {
    "hub-conat-api",
    "hub-conat-router",
    "hub-conat-persist",
    "hub-proxy",
    "hub-next",
    "hub-stats",
    "hub-mentions",
    "hub-delete-projects",
    "hub-maintenance-expired",
    "hub-maintenance-syncstrings",
}
MANAGE = {"manage-action", "manage-state", "manage-idle", "manage-copy", "manage-share"}

pytestmark = pytest.mark.testbed


def call(helm: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(helm), *arguments], capture_output=True, text=True, check=False)


def template(helm: Path, *arguments: str) -> list[dict[str, Any]]:
    done = call(helm, "template", "cocalc", str(CHART), "--namespace", "cocalc", *arguments)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def listed(plane: ControlPlane, namespace: str, kind: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(
        plane.run("kubectl", "get", kind, "--namespace", namespace, "--output", "json")
    )["items"]
    return items


def test_says_that_it_is_not_the_vendors() -> None:
    assert "This is not the vendor's chart" in (FOLDER / "README.md").read_text("utf-8")
    assert "Not the vendor's" in yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["description"]


@pytest.mark.parametrize(
    "file", ["values.yaml", *(f"charts/{name}/values.yaml" for name in ("hub", "manage"))]
)
def test_every_key_has_a_comment_directly_above(file: str) -> None:
    above = ""
    for line in (CHART / file).read_text("utf-8").splitlines():
        if ":" in line and not line.lstrip().startswith(("#", "- ")):
            assert above.lstrip().startswith("# "), line
            assert len(above) - len(above.lstrip()) == len(line) - len(line.lstrip()), line
        above = line


def test_lint_is_clean(helm: Path) -> None:
    done = call(helm, "lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout


def test_equal_values_give_equal_text(helm: Path) -> None:
    arguments = ("template", "cocalc", str(CHART), "--set", "global.database.host=db")
    assert call(helm, *arguments).stdout == call(helm, *arguments).stdout


def test_rights_stay_in_the_namespace_without_prepull(helm: Path) -> None:
    host = "global.database.host=db"
    kinds = {item["kind"] for item in template(helm, "--set", host)}
    assert not kinds & {"ClusterRole", "ClusterRoleBinding", "DaemonSet", "Job"}
    kinds = {item["kind"] for item in template(helm, "--set", f"{host},manage.prepull.enabled=true")}
    assert kinds > {"ClusterRole", "ClusterRoleBinding", "DaemonSet", "Job"}


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("--set=global.settings.email_enabled=true", "/global/settings/email_enabled"),
        ("--set=global.settings.email_smtp_port=465", "/global/settings/email_smtp_port"),
        ("--set-string=global.settings.kucalc=maybe", "/global/settings/kucalc"),
        ("--set-string=global.database.port=5432", "/global/database/port"),
        ("--set-string=storage.create=false", "/storage/create"),
        ("--set=hub.persist.backend=tape", "/hub/persist/backend"),
        ("--set=manage.project=latest", "/manage/project"),
    ],
)
def test_the_schema_refuses(option: str, path: str, helm: Path) -> None:
    done = call(helm, "lint", str(CHART), option)
    assert done.returncode == 1
    assert path in done.stdout


def test_installs_and_upgrades(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> None:
    """All switched on: pods Ready, claims bound; only a changed setting replaces the pods."""
    values = {
        "global": {
            "database": {"host": "db.example.edu"},
            "settings": {"dns": "cocalc.example.edu"},
            "ingress": {"tls": {"secretName": "cocalc-tls", "issuer": "letsencrypt"}},
            "setup_admin": {"email": "admin@example.edu", "password": "correct horse"},
            "sso": {"uni": {"conf": {"type": "oidc"}}},
        },
        "hub": {"persist": {"backend": "disk", "storageClass": "nfs"}},
        "manage": {"prepull": {"enabled": True}},
        "ssh-gateway": {"enabled": True},
    }
    file = tmp_path / "my-values.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    upgrade = ["upgrade", "--install", "cocalc", str(CHART), "--namespace", namespace]
    upgrade += ["--values", str(file), "--wait", "--timeout", "60s"]

    try:
        assert "STATUS: deployed" in control_plane.run("helm", *upgrade)
        ready = {
            item["metadata"]["name"]: item["status"].get("readyReplicas", 0) == item["spec"]["replicas"]
            for item in listed(control_plane, namespace, "deployments")
        }
        assert set(ready) == HUB | MANAGE | {"static", "ssh-gateway"}
        assert all(ready.values()), ready
        claims = listed(control_plane, namespace, "persistentvolumeclaims")
        assert {item["metadata"]["name"]: item["status"]["phase"] for item in claims} == dict.fromkeys(
            ("projects-data", "projects-software", "hub-conat-persist"), "Bound"
        )

        before = {pod["metadata"]["uid"] for pod in listed(control_plane, namespace, "pods")}
        control_plane.run("helm", *upgrade)
        assert {pod["metadata"]["uid"] for pod in listed(control_plane, namespace, "pods")} == before

        control_plane.run("helm", *upgrade, "--set-string", "global.settings.site_name=Other")
        pods = listed(control_plane, namespace, "pods")
        fresh = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        assert not {pod["metadata"]["uid"] for pod in fresh} & before
    finally:
        control_plane.run("helm", "uninstall", "cocalc", "--namespace", namespace, "--ignore-not-found")
    kept = {item["metadata"]["name"] for item in listed(control_plane, namespace, "persistentvolumeclaims")}
    assert kept == {"projects-data", "projects-software", "hub-conat-persist"}
