"""Worlds: what they are made of, what is kept of them, and what is found in them."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.rehearsal.definition import load, locate
from cocalc_tui.adapters.rehearsal.world import RehearsalWorld, list_worlds
from cocalc_tui.core.action import Apply
from cocalc_tui.core.answers import Answer, Source
from cocalc_tui.core.facts import Denied, Seen, Unreachable
from cocalc_tui.core.findings import Status
from cocalc_tui.core.kinds import CONFIG_MAP, INGRESS, NAMESPACE, SECRET
from cocalc_tui.core.secret import PlainSlot, SecretRef
from cocalc_tui.core.topics import Probe, Topic
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import Refused, Unreached, UsageError
from cocalc_tui.steps import STEPS

CANARY = "canary-0815-no-one-may-see"


async def judged(world: RehearsalWorld) -> Judged:
    session = Session(world, STEPS, world.examples, live=False)
    await session.start()
    try:
        return await session.settle(10)
    finally:
        await session.close()


def world_file(folder: Path, **more: Any) -> str:
    path = folder / "small.json"
    path.write_text(json.dumps({"version": 1, "world": "small", **more}))
    return str(path)


def test_the_bundled_worlds_are_listed_with_titles() -> None:
    assert {"gke", "broken"} <= {name for name, _ in list_worlds()}
    assert all(len(title) > 10 for _, title in list_worlds())


@pytest.mark.parametrize("name", [name for name, _ in list_worlds()])
def test_every_planted_fault_names_a_check(name: str) -> None:
    checks = {f"{step.id}.{check.id}" for step in STEPS for check in step.checks}
    planted = load(*locate(name)).get("planted", [])
    assert [p["check"] for p in planted if p["check"] not in checks] == []


@pytest.mark.asyncio
async def test_each_planted_fault_is_found_with_a_remedy(tmp_path: Path) -> None:
    world = RehearsalWorld.open("broken", tmp_path)
    found = await judged(world)
    await world.close()
    for fault in world.definition["planted"]:
        finding = found.finding(fault["check"])
        assert finding, fault
        assert finding.verdict.status in (Status.FAIL, Status.WARN, Status.UNKNOWN), fault
        assert finding.verdict.remedy, fault


@pytest.mark.asyncio
async def test_a_new_gke_world_only_lacks_what_we_make(tmp_path: Path) -> None:
    world = RehearsalWorld.open("gke", tmp_path)
    found = await judged(world)
    await world.close()
    not_yet = {"namespace", "registry", "storage", "tls", "database", "nodes", "values", "release", "verify"}
    assert [f for f in found.findings() if f.verdict.status in (Status.WARN, Status.UNKNOWN)] == []
    assert {f.step for f in found.findings() if f.verdict.status is Status.FAIL} <= not_yet


@pytest.mark.asyncio
async def test_a_world_is_kept_between_commands_and_forgotten_by_reset(tmp_path: Path) -> None:
    first = RehearsalWorld.open("gke", tmp_path)
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}}
    await first.cluster.create(NAMESPACE, manifest)
    await first.close()
    second = RehearsalWorld.open("gke", tmp_path)
    assert await second.cluster.get(NAMESPACE, "kept")
    RehearsalWorld.reset("gke", tmp_path)
    assert await RehearsalWorld.open("gke", tmp_path).cluster.get(NAMESPACE, "kept") is None


@pytest.mark.asyncio
async def test_two_processes_see_each_other(tmp_path: Path) -> None:
    one, other = RehearsalWorld.open("gke", tmp_path), RehearsalWorld.open("gke", tmp_path)
    await one.cluster.create(
        NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "one"}}
    )
    assert await other.cluster.get(NAMESPACE, "one")


WRITER = """
import asyncio, sys
from pathlib import Path
from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.kinds import NAMESPACE

async def main(who, folder):
    world = RehearsalWorld.open("gke", Path(folder))
    for number in range(25):
        meta = {"name": f"{who}-{number}"}
        await world.cluster.create(NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
    await world.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.asyncio
async def test_what_processes_write_at_once_is_all_there(tmp_path: Path) -> None:
    names = ("one", "other", "third")
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, who, str(tmp_path))
        for who in names
    ]
    assert [await process.wait() for process in running] == [0, 0, 0]
    world = RehearsalWorld.open("gke", tmp_path)
    for who in names:
        for number in range(25):
            assert await world.cluster.get(NAMESPACE, f"{who}-{number}")


@pytest.mark.asyncio
async def test_no_secret_is_kept(tmp_path: Path) -> None:
    world = RehearsalWorld.open("gke", tmp_path)
    ref = world.vault.remember("typed", CANARY)
    meta = {"name": "s", "namespace": "default"}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": meta}
    await world.cluster.apply(Apply("a", "database", "A test.", manifest, (PlainSlot("password", ref),)))
    await world.cluster.apply(
        Apply(
            "b",
            "database",
            "A test.",
            {**manifest, "metadata": {**meta, "name": "t"}, "stringData": {"k": CANARY}},
        )
    )
    await world.close()
    kept = (tmp_path / "worlds" / "gke.json").read_text()
    assert CANARY not in kept
    assert "practice-database-password" not in kept
    assert (tmp_path / "worlds" / "gke.json").stat().st_mode & 0o077 == 0
    seen = await world.cluster.read(Topic(SECRET, "default", "t"), 1)
    assert isinstance(seen, Seen)
    assert CANARY not in str(seen)


def test_an_unknown_world_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no world mars") as refused:
        RehearsalWorld.open("mars", tmp_path)
    assert "gke" in refused.value.remedy


@pytest.mark.parametrize("text", ["[1]", "{", '{"version": 2}', '{"version": 1, "colour": "red"}'])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "w.json"
    path.write_text(text)
    with pytest.raises(UsageError):
        RehearsalWorld.open(str(path), tmp_path)


@pytest.mark.asyncio
async def test_a_recorded_world_answers_from_the_record_and_stands_still(tmp_path: Path) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "default"},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Pending"},
    }
    record = {"kind": "postgres", "args": {"host": "db"}, "document": {"stage": "ok", "version": "14.1"}}
    path = world_file(tmp_path, recorded=True, objects=[pod], probes=[record])
    clock = [1000.0]
    world = RehearsalWorld.open(path, tmp_path, lambda: clock[0])
    clock[0] += 600
    seen = await world.probe(Probe.of("postgres", host="db"), 1)
    assert isinstance(seen, Seen)
    assert seen.objects[0]["version"] == "14.1"
    found = await world.cluster.read(Topic(_kind("Pod"), "default"), 1)
    assert isinstance(found, Seen)
    assert found.objects[0]["status"] == {"phase": "Pending"}


@pytest.mark.asyncio
async def test_what_a_snapshot_could_not_see_is_not_seen_in_it_either(tmp_path: Path) -> None:
    unseen = [{"what": "ingresses in n", "how": "denied", "reason": "may not"}]
    text = "version: 1\nanswers:\n  database: {password: {env: X}, host: db}\n"
    more = {"made_by": "cocalc-tui snapshot", "unseen": unseen, "answers_text": text}
    world = RehearsalWorld.open(world_file(tmp_path, **more), tmp_path)
    assert await world.cluster.read(Topic(INGRESS, "n"), 1) == Denied("may not")
    assert isinstance(await world.cluster.read(Topic(INGRESS, "m"), 1), Seen)
    answers = {name: world.examples.get("database", name) for name in ("host", "password")}
    assert answers["host"] == Answer("db", Source.EXAMPLE)
    assert answers["password"] == Answer(SecretRef("env", "X"), Source.EXAMPLE)


@pytest.mark.asyncio
async def test_forbidden_is_denied_and_refused(tmp_path: Path) -> None:
    faults = {
        "forbidden": [{"verb": "list", "resource": "ingresses"}, {"verb": "create", "resource": "configmaps"}]
    }
    world = RehearsalWorld.open(world_file(tmp_path, faults=faults), tmp_path)
    assert isinstance(await world.cluster.read(Topic(INGRESS, "default"), 1), Denied)
    with pytest.raises(Refused, match="may not create configmaps") as refused:
        await world.cluster.create(CONFIG_MAP, _config_map())
    assert refused.value.code == 403


@pytest.mark.asyncio
async def test_a_silent_server_is_unreachable(tmp_path: Path) -> None:
    world = RehearsalWorld.open(world_file(tmp_path, faults={"silent": True}), tmp_path)
    assert isinstance(await world.cluster.read(Topic(CONFIG_MAP, "default"), 0.01), Unreachable)
    assert isinstance(await world.probe(Probe.of("cluster"), 0.01), Unreachable)
    with pytest.raises(Unreached):
        await world.cluster.create(CONFIG_MAP, _config_map())


DATABASE = {"user": "u", "secret": "p", "tls": False, "version": "14.1", "version_num": 140001}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "stage", "words"),
    [
        ({}, "ok", None),
        ({"host": "other"}, "dns", "could not translate host name"),
        ({"port": 1}, "tcp", "Connection refused"),
        ({"sslmode": "require"}, "tls", "does not support SSL"),
        ({"user": "v"}, "login", "authentication failed"),
        ({"ref": None}, "login", "authentication failed"),
    ],
)
async def test_postgres_refuses_as_a_server_does(
    tmp_path: Path, change: dict[str, Any], stage: str, words: str | None
) -> None:
    path = world_file(tmp_path, databases={"db": DATABASE}, secrets={"p": "right"})
    world = RehearsalWorld.open(path, tmp_path)
    asked = {"host": "db", "user": "u", "name": "n", "ref": world.vault.remember("x", "right"), **change}
    seen = await world.probe(Probe.of("postgres", **asked), 1)
    assert isinstance(seen, Seen)
    assert seen.objects[0]["stage"] == stage
    assert seen.objects[0]["error"] is None if words is None else words in seen.objects[0]["error"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("password", "ok"), [("right", True), ("wrong", False)])
async def test_the_registry_knows_its_accounts(tmp_path: Path, password: str, ok: bool) -> None:
    registries = {"r.example": {"logins": [{"username": "u", "secret": "p"}]}}
    world = RehearsalWorld.open(world_file(tmp_path, registries=registries, secrets={"p": "right"}), tmp_path)
    ref: SecretRef = world.vault.remember("x", password)
    seen = await world.probe(Probe.of("registry", server="r.example", username="u", ref=ref), 1)
    assert isinstance(seen, Seen)
    assert seen.objects[0]["ok"] is ok


def _config_map() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}}


def _kind(name: str) -> Any:
    from cocalc_tui.core.kinds import kind_of

    return kind_of("v1", name)
