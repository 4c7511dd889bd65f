"""Waiting for the vendor with the whole engine, and the exported commands, against a real SSH server."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from cocalc_tui.adapters.chart import probe_chart
from cocalc_tui.adapters.git_checkout import probe_checkout
from cocalc_tui.adapters.git_news import probe_remote
from cocalc_tui.adapters.git_ssh import probe_access
from cocalc_tui.adapters.kube.trouble import unseen
from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.adapters.repository import Repository
from cocalc_tui.core.action import Git
from cocalc_tui.core.answers import Source
from cocalc_tui.core.facts import Object, Observation, Seen
from cocalc_tui.core.findings import State
from cocalc_tui.core.shell import commands
from cocalc_tui.core.topics import Probe
from cocalc_tui.engine.applying import Applier, Outcome
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import CocalcError
from cocalc_tui.steps import STEPS
from tests.adapters.ssh_git import Server, git, serving

ME = Holder("tester@host", "host", 1, lambda pid: True)
REAL = {
    "chart": probe_chart,
    "git-access": probe_access,
    "checkout": probe_checkout,
    "git-remote": probe_remote,
}
ONLY = frozenset({"deploy-key", "chart"})


class Mixed(RehearsalWorld):
    """A practice cluster whose git is the real one."""

    async def probe(self, probe: Probe, timeout: float) -> Observation:
        """Real where git is asked."""
        if probe.kind not in REAL:
            return await super().probe(probe, timeout)
        try:
            answer: Object = await REAL[probe.kind](probe, 20)
        except CocalcError as error:
            return unseen(error)
        return Seen((answer,), 0.0)


class Run:
    """A session with the two steps' answers."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.world = Mixed.open("gke", folder / "state")
        self.world.git = Repository()  # type: ignore[assignment]  # the port's real implementation
        given = self.world.examples
        for field, value in {
            "deploy-key.path": str(folder / "key"),
            "deploy-key.host_fingerprint": server.fingerprint,
            "chart.repo": server.repo,
            "chart.directory": str(folder / "cocalc-cloud"),
        }.items():
            step, _, name = field.partition(".")
            given = given.put(step, name, value, Source.FILE)
        self.session = Session(self.world, STEPS, given)

    async def apply(self) -> Outcome:
        """Applies the two steps."""
        return await Applier(self.session, ME).run(lambda progress: None, only=ONLY)

    def state(self, step: str) -> State:
        """What a step is."""
        return self.session.judged.step(step).state

    async def until(self, true: Callable[[Judged], bool]) -> None:
        """Waits until the session has noticed something."""
        changed = asyncio.Event()
        end = self.session.listen(lambda judged: changed.set())
        async with asyncio.timeout(30):
            while not true(self.session.judged):
                changed.clear()
                await changed.wait()
        end()

    async def admitted(self) -> None:
        """The vendor grants access, and the session notices."""
        public = await asyncio.to_thread((self.folder / "key.pub").read_text)
        self.server.vendor.grant(public)
        self.session.look_again("deploy-key")
        await self.until(lambda judged: judged.step("deploy-key").state is State.READY)

    def summary(self, check: str) -> str:
        """What a check says."""
        found = self.session.judged.finding(check)
        assert found
        return found.verdict.summary


@pytest_asyncio.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """A session that looks."""
    async with serving(tmp_path) as server:
        found = Run(tmp_path, server)
        await found.session.start()
        await found.session.settle(30)
        yield found
        await found.session.close()
        await found.world.close()


@pytest.mark.asyncio
async def test_rights_that_come_while_waiting(run: Run) -> None:
    assert (run.state("deploy-key"), run.state("chart")) == (State.ABSENT, State.ABSENT)
    first = await run.apply()
    assert (first.exit, first.done, first.failed) == (4, 1, 0)
    assert [left.who for left in first.left if left.step == "deploy-key"] == ["SageMath"]
    assert run.state("deploy-key") is State.PARTIAL
    await run.admitted()
    second = await run.apply()
    assert (second.failed, second.done) == (0, 1)
    assert any("look at the new plan" in left.what for left in second.left)
    checkout = run.session.judged.view.result(
        Probe.of("checkout", directory=str(run.folder / "cocalc-cloud"), key=str(run.folder / "key"))
    )
    assert checkout["commit"] == run.server.vendor.first
    third = await run.apply()
    assert (third.done, third.failed, third.writes) == (0, 0, 0)


@pytest.mark.asyncio
async def test_an_update_is_one_change_that_is_told_before(run: Run) -> None:
    await run.apply()
    await run.admitted()
    await run.apply()
    assert run.summary("chart.behind") == "up to date"
    second = await asyncio.to_thread(run.server.vendor.release, "2", "Second")
    run.session.look_again("chart")
    await run.until(lambda judged: run.summary("chart.behind").startswith("1 commit behind"))
    assert {p.verb for p in run.session.judged.plan.actions if p.step in ONLY} == {"keep"}
    run.session.answer("chart", "commit", "latest")
    planned = next(p for p in run.session.judged.plan.actions if p.id == "chart.checkout")
    assert (planned.verb, "hub.image.tag: 1 → 2" in planned.diff) == ("update", True)
    assert (await run.apply()).done == 1
    assert await asyncio.to_thread(git, run.folder / "cocalc-cloud", "rev-parse", "HEAD") == second
    assert run.summary("chart.behind") == "up to date"


@pytest.mark.asyncio
async def test_the_exported_commands_make_the_same_checkout(run: Run, tmp_path: Path) -> None:
    actions = [p.action for p in run.session.judged.plan.actions if p.step in ONLY]
    text = "set -eu\n" + "\n".join(commands(action) for action in actions)
    script = tmp_path / "script.sh"
    script.write_text(text)

    def execute() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", str(script)], check=False, capture_output=True, text=True)

    assert (await asyncio.to_thread(execute)).returncode != 0
    run.server.vendor.grant(await asyncio.to_thread((run.folder / "key.pub").read_text))
    for _ in range(2):
        done = await asyncio.to_thread(execute)
        assert done.returncode == 0, done.stderr
    fetched = next(a for a in actions if isinstance(a, Git))
    seen = await probe_checkout(fetched.probe, 20)
    assert (seen["commit"], seen["remote"], seen["key_set"]) == (
        run.server.vendor.first,
        run.server.repo,
        True,
    )
    assert seen["upstream"] == "github/main"
