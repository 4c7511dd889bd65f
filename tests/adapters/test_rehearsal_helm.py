"""Helm in a rehearsal: the practice chart, its records and its refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.rehearsal.definition import CHART
from cocalc_tui.core.action import Helm
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.kinds import CONFIG_MAP, DEPLOYMENT, INGRESS, SECRET
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused
from tests.adapters.rehearsals import Small, thing

pytestmark = pytest.mark.asyncio
VALUES = (
    "storage: {create: false}\nglobal: {database: {host: db.example.edu}, settings: {dns: c.example.edu}}\n"
)


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path, speed=100)


def install(folder: Path, text: str = VALUES) -> Helm:
    path = folder / "my-values.yaml"
    path.write_text(text)
    return Helm("h", "release", "A test.", "cocalc", "n", CHART, (str(path),), "0123456789abcdef")


def records(small: Small) -> list[dict[str, Any]]:
    return [s for s in small.all(SECRET) if s["type"] == "helm.sh/release.v1"]


async def test_install_records_a_deployed_revision(small: Small, tmp_path: Path) -> None:
    told: list[str] = []
    assert await small.world.helm.upgrade(install(tmp_path), told.append) == 1
    record = records(small)[0]
    assert record["metadata"]["name"] == "sh.helm.release.v1.cocalc.v1"
    labels = record["metadata"]["labels"]
    assert (labels["owner"], labels["name"], labels["status"], labels["version"]) == (
        "helm",
        "cocalc",
        "deployed",
        "1",
    )
    assert labels["cocalc-tui-inputs"] == "0123456789abcdef"
    assert "STATUS: deployed" in told
    made = small.all(DEPLOYMENT)[0]["metadata"]
    assert made["annotations"]["meta.helm.sh/release-name"] == "cocalc"
    assert [m["manager"] for m in made["managedFields"]] == ["helm"]


async def test_upgrade_supersedes_and_deletes_what_is_gone(small: Small, tmp_path: Path) -> None:
    software = VALUES + "ssh-gateway: {enabled: true}\n"
    await small.world.helm.upgrade(install(tmp_path, software), lambda line: None)
    before = {d["metadata"]["name"] for d in small.all(DEPLOYMENT)}
    assert await small.world.helm.upgrade(install(tmp_path), lambda line: None) == 2
    assert [r["metadata"]["labels"]["status"] for r in records(small)] == ["superseded", "deployed"]
    assert before - {d["metadata"]["name"] for d in small.all(DEPLOYMENT)} == {"ssh-gateway"}


async def test_an_upgrade_with_the_same_values_touches_no_object(small: Small, tmp_path: Path) -> None:
    await small.world.helm.upgrade(install(tmp_path), lambda line: None)
    small.pass_time(60)
    versions = {d["metadata"]["name"]: d["metadata"]["resourceVersion"] for d in small.all(DEPLOYMENT)}
    await small.world.helm.upgrade(install(tmp_path), lambda line: None)
    assert versions == {
        d["metadata"]["name"]: d["metadata"]["resourceVersion"] for d in small.all(DEPLOYMENT)
    }


async def test_a_pending_revision_blocks(small: Small, tmp_path: Path) -> None:
    meta = {
        "name": "sh.helm.release.v1.cocalc.v1",
        "namespace": "n",
        "labels": {"owner": "helm", "name": "cocalc", "status": "pending-install", "version": "1"},
    }
    small.add({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "helm.sh/release.v1"})
    with pytest.raises(Refused, match="another operation") as refused:
        await small.world.helm.upgrade(install(tmp_path), lambda line: None)
    assert refused.value.remedy


async def test_objects_of_others_are_not_taken_over(small: Small, tmp_path: Path) -> None:
    small.add(thing("v1", "ConfigMap", "cocalc-settings", data={"k": "v"}))
    with pytest.raises(Refused, match="invalid ownership metadata"):
        await small.world.helm.upgrade(install(tmp_path), lambda line: None)
    assert records(small) == []


async def test_values_against_the_schema_are_refused(small: Small, tmp_path: Path) -> None:
    wrong = VALUES.replace("dns: c.example.edu", "help_email: nobody")
    with pytest.raises(Refused, match="help_email"):
        await small.world.helm.upgrade(install(tmp_path, wrong), lambda line: None)
    assert [c["metadata"]["name"] for c in small.all(CONFIG_MAP)] == ["kube-root-ca.crt"]


async def test_another_chart_is_refused_loudly(small: Small, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    with pytest.raises(Refused, match="only the practice chart"):
        await small.world.helm.upgrade(replace(install(tmp_path), chart=str(tmp_path)), lambda line: None)


async def test_snippets_can_be_forbidden(tmp_path: Path) -> None:
    small = Small(tmp_path, speed=100, snippets="refused")
    with pytest.raises(Refused, match="Snippet directives are disabled"):
        await small.world.helm.upgrade(install(tmp_path), lambda line: None)
    assert [r["metadata"]["labels"]["status"] for r in records(small)] == ["failed"]
    assert small.all(INGRESS) == []


@pytest.mark.parametrize("kind", ["render", "dry-run"])
async def test_probes_of_the_chart_write_nothing(small: Small, kind: str) -> None:
    version = small.world.store.version
    asked = {"chart": CHART, "release": "cocalc", "namespace": "n", "path": "my-values.yaml", "text": VALUES}
    seen = await small.world.probe(Probe.of(kind, **asked), 5)
    assert isinstance(seen, Seen)
    found = seen.objects[0]
    assert not found.get("error")
    assert len(found["objects"]) > 30 if kind == "render" else found["accepted"] > 30
    assert not found.get("refused")
    assert small.world.store.version == version
