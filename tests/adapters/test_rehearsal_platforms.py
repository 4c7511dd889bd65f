"""The worlds of the platforms, from a first look to a running release, and the traps that they show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.step import Choice
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.session import Session
from cocalc_tui.steps import STEPS
from cocalc_tui.steps.cluster import platform

ME = Holder("tester@host", "host", 1, lambda pid: True)
# What stays to be told after everything was applied
WARNED: Mapping[str, set[str]] = {
    "gke": set(),
    "eks": set(),
    "aks": set(),
    "minikube": {"nodes.ready", "ingress.address", "verify.ingress"},
    "kubeadm": {"ingress.address", "verify.ingress"},
}
REMEDIES = {"minikube": "minikube tunnel", "kubeadm": "MetalLB"}
# (world, class) -> what its entry in the drop-down says: None where it may be chosen with open eyes
CLASSES: Mapping[tuple[str, str], tuple[bool | None, str]] = {
    ("gke", "standard"): (False, "ReadWriteOnce only"),
    ("gke", "standard-rwx"): (True, "ReadWriteMany"),
    ("eks", "gp2"): (False, "ReadWriteOnce only"),
    ("eks", "gp3"): (False, "ReadWriteOnce only"),
    ("eks", "efs-sc"): (True, "ReadWriteMany"),
    ("eks", "efs-any-owner"): (True, "another owner than 2001"),
    ("aks", "managed-csi"): (False, "ReadWriteOnce only"),
    ("aks", "azurefile"): (False, "not usable"),
    ("aks", "azurefile-csi-premium"): (False, "not usable"),
    ("aks", "azurefile-csi-nfs"): (True, "ReadWriteMany"),
    ("minikube", "standard"): (True, "ReadWriteMany"),
    ("kubeadm", "local-path"): (False, "ReadWriteOnce only"),
    ("kubeadm", "nfs-client"): (True, "ReadWriteMany"),
}


@asynccontextmanager
async def opened(name: str, folder: Path, **answers: Value) -> AsyncIterator[Session]:
    """A session of a world with its examples; `answers` are those of the storage step."""
    world = RehearsalWorld.open(name, folder)
    given = world.examples
    for field, value in answers.items():
        given = given.put("storage", field, value, Source.SET)
    session = Session(world, STEPS, given)
    await session.start()
    await session.settle(10)
    try:
        yield session
    finally:
        await session.close()
        await world.close()


def said(judged: Judged, check: str) -> tuple[Status, str, str]:
    verdict = next(f.verdict for f in judged.findings() if f.check == check)
    return verdict.status, verdict.summary, verdict.detail


@pytest.mark.asyncio
@pytest.mark.parametrize("name", WARNED)
async def test_apply_ends_well_and_a_second_writes_nothing(name: str, tmp_path: Path) -> None:
    async with opened(name, tmp_path) as session:
        assert platform(session.judged.view)[0].id == name
        first = await Applier(session, ME).run(lambda progress: None)
        assert (first.exit, first.failed, first.left) == (0, 0, ())
        judged = await session.settle(10)
        odd = {f.check: f.verdict.status for f in judged.findings() if f.verdict.status not in FINE}
        assert odd == dict.fromkeys(WARNED[name], Status.WARN)
        assert {s.state for s in judged.steps} <= {State.READY, State.PARTIAL}
        if words := REMEDIES.get(name):
            finding = judged.finding("verify.ingress")
            assert finding
            assert words in finding.verdict.remedy
        second = await Applier(session, ME).run(lambda progress: None)
        assert (second.exit, second.writes) == (0, 0)


FINE = (Status.PASS, Status.SKIPPED)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", WARNED)
async def test_each_class_says_whether_it_can_be_used(name: str, tmp_path: Path) -> None:
    async with opened(name, tmp_path) as session:
        field = next(s for s in STEPS if s.id == "storage").field("class")
        assert field
        assert field.choices
        choices: dict[str, Choice] = {c.value: c for c in field.choices(session.judged.view)}
        expected = {klass: told for (world, klass), told in CLASSES.items() if world == name}
        assert {k: (choices[k].fits, choices[k].note) for k in expected} == expected


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "chosen", "check", "status", "words"),
    [
        ("gke", "standard", "storage.class", Status.FAIL, "cannot do ReadWriteMany"),
        ("eks", "gp3", "storage.class", Status.FAIL, "cannot do ReadWriteMany"),
        ("eks", "efs-any-owner", "storage.write-access", Status.WARN, "another owner than 2001"),
        ("aks", "azurefile-csi", "storage.class", Status.FAIL, "have no owners"),
        ("aks", "default", "storage.class", Status.FAIL, "cannot do ReadWriteMany"),
        ("kubeadm", "local-path", "storage.class", Status.FAIL, "cannot do ReadWriteMany"),
    ],
)
async def test_a_wrong_class_is_found_before_anything_is_made(
    name: str, chosen: str, check: str, status: Status, words: str, tmp_path: Path
) -> None:
    async with opened(name, tmp_path, **{"class": chosen}) as session:
        found, summary, _ = said(session.judged, check)
        assert found is status
        assert words in summary


@pytest.mark.asyncio
async def test_the_platforms_say_what_to_mind(tmp_path: Path) -> None:
    for name, words in (
        ("eks", "CNAME"),
        ("aks", "over NFS"),
        ("minikube", "tunnel"),
        ("kubeadm", "MetalLB"),
    ):
        async with opened(name, tmp_path) as session:
            assert words in said(session.judged, "cluster.platform")[2]


@pytest.mark.asyncio
async def test_nodes_of_the_system_do_not_count(tmp_path: Path) -> None:
    for name in ("aks", "kubeadm"):
        async with opened(name, tmp_path) as session:
            assert said(session.judged, "nodes.open")[1] == "4 of 5 ready nodes let CoCalc's pods in"


@pytest.mark.asyncio
async def test_the_load_balancer_of_eks_has_a_name(tmp_path: Path) -> None:
    async with opened("eks", tmp_path) as session:
        await Applier(session, ME).run(lambda progress: None)
        assert said(await session.settle(10), "verify.ingress")[1].endswith(".elb.eu-central-1.example.com")


@pytest.mark.asyncio
async def test_the_database_of_eks_wants_tls_and_its_authority(tmp_path: Path) -> None:
    world = RehearsalWorld.open("eks", tmp_path)
    for answers, words in (
        ({"sslmode": "disable", "ca_file": ""}, "no encryption"),
        ({"ca_file": ""}, "certificate verify failed"),
        ({"ca_file": str(tmp_path / "none.pem")}, "does not exist"),
    ):
        given: Answers = world.examples
        for field, value in answers.items():
            given = given.put("database", field, value, Source.SET)
        session = Session(world, STEPS, given)
        await session.start()
        judged = await session.settle(10)
        told = [f.verdict.summary for f in judged.findings() if f.check in ("database.tls", "database.login")]
        assert any(words in t for t in told), (answers, told)
        await session.close()


@pytest.mark.asyncio
async def test_static_volumes_of_an_nfs_server_need_no_class(tmp_path: Path) -> None:
    answers: dict[str, Value] = {"nfs_server": "nfs.example.edu", "nfs_path": "/export", "class": "standard"}
    async with opened("gke", tmp_path, **answers) as session:
        first = await Applier(session, ME).run(
            lambda progress: None, only=frozenset(["namespace", "storage"])
        )
        assert first.exit == 0
        judged = await session.settle(10)
        assert judged.step("storage").state is State.READY
        assert said(judged, "storage.data")[1] == "projects-data bound, 100Gi"
