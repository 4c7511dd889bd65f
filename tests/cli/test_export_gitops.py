"""Folders for kustomize, Argo CD and Flux: the same objects as `apply`, and no secret in any file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cocalc_tui.render.flux import url
from cocalc_tui.render.gitops import inserted
from tests.cli.harness import ROOT, Person
from tests.testbed.build import kustomize

KINDS = ("kustomize", "argocd", "flux")
CHART = ROOT / "assets" / "practice-chart" / "cocalc"
CANARY = "canary-Of-the-exports"
SECRETS = ("--set", "database.password=env:DB_CANARY", "--set", "admin.password=env:ADMIN_CANARY")
ADMIN, SMTP = f"{CANARY}-admin", f"{CANARY} smtp"


def folder_of(person: Person, kind: str, *more: str) -> Path:
    """One exported folder."""
    canaries = {"DB_CANARY": f"{CANARY}-db", "ADMIN_CANARY": ADMIN}
    ran = person.gke(*SECRETS, "export", kind, *more, **canaries)
    assert ran.code == 0, ran.err
    return person.folder / f"cocalc-{kind}"


def documents(text: str) -> list[dict[str, Any]]:
    """All manifests of a YAML stream."""
    return [d for d in yaml.safe_load_all(text) if d]


def read(path: Path) -> list[dict[str, Any]]:
    """All manifests of a file."""
    return documents(path.read_text())


def identified(manifests: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Manifests by what they are."""
    found: dict[tuple[str, ...], dict[str, Any]] = {
        (m["apiVersion"], m["kind"], m["metadata"].get("namespace", ""), m["metadata"]["name"]): m
        for m in manifests
    }
    assert len(found) == len(manifests)
    return found


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """The standard output of a program that must succeed."""
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_kustomize_builds_what_helm_renders(person: Person, helm: Path) -> None:
    folder = folder_of(person, "kustomize")
    (folder / "charts").mkdir()
    (folder / "charts" / "cocalc").symlink_to(CHART)
    secret = {"global": {"setup_admin": {"password": ADMIN}, "settings": {"email_smtp_password": SMTP}}}
    (folder / "my-values.secret.yaml").write_text(yaml.safe_dump(secret))
    path = f"{helm.parent}:{os.environ['PATH']}"
    built = run(kustomize(), "build", "--enable-helm", ".", cwd=folder, PATH=path)

    settings = yaml.safe_load((folder / "kustomization.yaml").read_text())["helmCharts"][0]
    files = ["--values", "my-values.yaml", "--values", "my-values.secret.yaml"]
    version = ["--include-crds", "--kube-version", settings["kubeVersion"]]
    rendered = run(helm, "template", "cocalc", CHART, "--namespace", "cocalc", *version, *files, cwd=folder)
    ours = read(folder / "namespace.yaml") + read(folder / "claims.yaml")
    assert [m["kind"] for m in ours] == ["Namespace", "PersistentVolumeClaim", "PersistentVolumeClaim"]
    assert identified(documents(built)) == identified(documents(rendered) + ours)


def test_values_are_those_of_the_values_export(person: Person) -> None:
    wanted = person.gke(*SECRETS, "export", "values", DB_CANARY="a-db", ADMIN_CANARY=ADMIN).out
    values = yaml.safe_load(wanted)
    assert values["global"]["settings"]["email_enabled"] == "yes"
    (application,) = read(folder_of(person, "argocd") / "application.yaml")
    (source,) = application["spec"]["sources"]
    assert source["helm"] == {"releaseName": "cocalc", "valuesObject": values}
    (release,) = read(folder_of(person, "flux") / "release.yaml")
    assert release["spec"]["values"] == values
    assert read(folder_of(person, "kustomize") / "my-values.yaml") == [values]
    for file in ("cocalc-argocd/application.yaml", "cocalc-flux/release.yaml"):
        assert 'email_enabled: "yes"  # cocalc-tui: mail' in (person.folder / file).read_text()


def test_argo_cd_application(person: Person) -> None:
    folder = folder_of(person, "argocd")
    (application,) = read(folder / "application.yaml")
    del application["spec"]["sources"][0]["helm"]
    assert application == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "cocalc", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "cocalc"},
            "sources": [
                {
                    "repoURL": "git@github.com:sagemathinc/cocalc-cloud-helm.git",
                    "path": "cocalc",
                    "targetRevision": "main",
                }
            ],
            "syncPolicy": {"syncOptions": ["ServerSideApply=true"]},
        },
    }
    assert "global.setup_admin.password" in (folder / "README.md").read_text()


def test_flux_release_and_repository(person: Person) -> None:
    folder = folder_of(person, "flux")
    (release,) = read(folder / "release.yaml")
    (repository,) = read(folder / "repository.yaml")
    assert (release["apiVersion"], release["kind"]) == ("helm.toolkit.fluxcd.io/v2", "HelmRelease")
    assert (repository["apiVersion"], repository["kind"]) == (
        "source.toolkit.fluxcd.io/v1",
        "GitRepository",
    )
    reference = release["spec"]["chart"]["spec"]["sourceRef"]
    assert reference == {"kind": "GitRepository", "name": repository["metadata"]["name"]}
    assert release["metadata"]["namespace"] == repository["metadata"]["namespace"] == "cocalc"
    assert repository["spec"]["url"] == "ssh://git@github.com/sagemathinc/cocalc-cloud-helm.git"
    made = (folder / "secrets.sh").read_text()
    names = [repository["spec"]["secretRef"]["name"], *(v["name"] for v in release["spec"]["valuesFrom"])]
    assert all(f"kubectl create secret generic {name} " in made for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_files_say_where_they_come_from_and_hold_no_secret(person: Person, kind: str) -> None:
    folder = folder_of(person, kind)
    world = person.state / "worlds" / "gke"
    canaries = [CANARY, *(line for line in (world / "site.key").read_text().splitlines()[1:-1])]
    for file in folder.iterdir():
        text = file.read_text()
        head = text.splitlines()[:2]
        assert any("Made by cocalc-tui, from a rehearsal" in line for line in head), file
        assert [c for c in canaries if c in text] == []
        if file.suffix == ".sh":
            assert os.access(file, os.X_OK)
            run("sh", "-n", file, cwd=folder)
        if file.suffix == ".yaml":
            assert [m["kind"] for m in read(file) if m.get("kind") == "Secret"] == []


def test_a_folder_of_somebody_else_is_left_alone(person: Person) -> None:
    folder = person.folder / "cocalc-flux"
    folder.mkdir()
    (folder / "README.md").write_text("mine\n")
    ran = person.gke("export", "flux")
    assert ran.code == 2
    assert "was not written by cocalc-tui" in ran.err
    assert [f.name for f in folder.iterdir()] == ["README.md"]
    folder_of(person, "flux", "--force")
    (folder / "objects.yaml").write_text("# Made by cocalc-tui.\n")
    (folder / "notes.yaml").write_text("mine\n")
    folder_of(person, "flux")
    assert (folder / "notes.yaml").exists()
    assert not (folder / "objects.yaml").exists()


def test_a_folder_needs_a_name(person: Person) -> None:
    (person.folder / "taken").write_text("")
    for out in ("-", "taken", "not/there"):
        ran = person.gke("export", "argocd", "--out", out)
        assert ran.code == 2, ran.err


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ("a: 1  # why\n", True),
        ("", True),
        ("text: |\n  one\n\n  two\nlist:\n- 1\n", True),
        ("---\na: 1\n", False),
        ("%YAML 1.1\n---\na: yes\n", False),
    ],
)
def test_any_values_file_is_put_into_a_manifest(values: str, kept: bool) -> None:
    text = inserted({"spec": {"values": "@HERE@", "more": ["@HERE"]}}, values, "@HERE@")
    assert yaml.safe_load(text) == {"spec": {"values": yaml.safe_load(values) or {}, "more": ["@HERE"]}}
    assert all(line in text for line in values.splitlines()) is kept


def test_addresses_as_flux_takes_them() -> None:
    assert url("git@example.edu:a/b.git") == "ssh://git@example.edu/a/b.git"
    assert url("ssh://git@example.edu:22/a.git") == "ssh://git@example.edu:22/a.git"
    assert url("https://example.edu/a.git") == "https://example.edu/a.git"
