"""Static volumes on an NFS server, bound by the real controller manager; the server itself is not needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cocalc_tui.adapters.world import RealWorld
from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.core.findings import State, Status, Verdict
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.session import Session
from cocalc_tui.steps import STEPS
from tests.testbed.bed import ControlPlane

ME = Holder("tester@host", "host", 1, lambda pid: True)
HERE = [s for s in STEPS if s.id in ("cluster", "namespace", "storage")]


@asynccontextmanager
async def session_of(plane: ControlPlane, namespace: str, **answers: str) -> AsyncIterator[Session]:
    world = await RealWorld.open(str(plane.kubeconfig))
    given = Answers().put("namespace", "name", namespace, Source.SET)
    for field, value in {"nfs_server": "192.0.2.50", "nfs_path": "/export/cocalc", **answers}.items():
        given = given.put("storage", field, value, Source.SET)
    session = Session(world, HERE, given)
    await session.start()
    await session.settle(20)
    try:
        yield session
    finally:
        await session.close()
        await world.close()


def verdict(session: Session, check: str) -> Verdict:
    found = session.judged.finding(check)
    assert found
    return found.verdict


@pytest.mark.asyncio
async def test_claims_bind_to_volumes_of_their_own_and_files_survive(
    cluster_reset: ControlPlane, namespace: str
) -> None:
    plane, volume = cluster_reset, f"{namespace}-projects-data"
    async with session_of(plane, namespace) as session:
        first = await Applier(session, ME).run(lambda progress: None)
        assert (first.exit, first.writes) == (0, 4)
        await session.settle(20)
        assert session.judged.step("storage").state is State.READY
        assert (await Applier(session, ME).run(lambda progress: None)).writes == 0
    found = plane.api.get(f"/api/v1/persistentvolumes/{volume}")
    assert found["status"]["phase"] == "Bound"
    assert found["spec"]["nfs"] == {"server": "192.0.2.50", "path": "/export/cocalc/projects-data"}
    assert found["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    async with session_of(plane, namespace, nfs_path="/export/other") as session:
        told = verdict(session, "storage.nfs")
        assert "points to 192.0.2.50:/export/cocalc/projects-data" in told.summary
        assert session.judged.step("storage").state is State.FOREIGN
    plane.run("kubectl", "-n", namespace, "delete", "pvc", "projects-data", "--wait=true")
    async with session_of(plane, namespace) as session:
        told = verdict(session, "storage.nfs")
        assert (told.status, "was deleted" in told.summary) == (Status.FAIL, True)
        command = told.remedy.partition("kubectl ")[2]
        patch = command.partition("-p '")[2].rstrip("'")
        plane.run("kubectl", "patch", "pv", volume, "--type", "json", "-p", patch)
        await session.settle(20)
        again = await Applier(session, ME).run(lambda progress: None)
        assert again.exit == 0, again
        await session.settle(20)
        assert verdict(session, "storage.data").summary == "projects-data bound, 100Gi"
