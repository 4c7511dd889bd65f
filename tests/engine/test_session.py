"""The session: what was seen last is what is judged."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from cocalc_tui.core.action import Action
from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.findings import Check, Verdict, failed, passed
from cocalc_tui.core.kinds import NODE
from cocalc_tui.core.step import Step
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.engine.judging import CLUSTER
from cocalc_tui.engine.session import Session
from tests.adapters.rehearsals import Small
from tests.adapters.waiting import until

WAITED = Topic(NODE, name="waited-for")


@pytest.mark.asyncio
async def test_a_slow_older_judgement_never_replaces_a_newer_one(tmp_path: Path) -> None:
    slow, entered, leave = threading.Event(), threading.Event(), threading.Event()

    def there(view: View) -> Verdict:
        found = view.object(WAITED)
        if slow.is_set() and not found:
            entered.set()
            leave.wait(10)
        return passed("there") if found else failed("absent", "Wait.")

    check = Check("there", "There", "It must be there.", there)
    step = Step("one", "One", "Cluster", "For this test.", checks=(check,))
    session = Session(Small(tmp_path).world, (step,), Answers(), live=False)
    slow.set()
    older = asyncio.create_task(session.judge_now())
    await until(entered.is_set)
    session.put(WAITED, Seen(({"metadata": {"name": "waited-for"}},)))
    newer = asyncio.create_task(session.judge_now())
    await asyncio.wait({newer}, timeout=0.2)
    leave.set()
    await asyncio.gather(older, newer)
    finding = session.judged.finding("one.there")
    assert finding
    assert finding.verdict.summary == "there"


@pytest.mark.asyncio
async def test_what_is_silent_is_unknown_when_the_time_is_over(tmp_path: Path) -> None:
    small = Small(tmp_path, faults={"silent": True})
    check = Check("nodes", "Nodes", "They must be seen.", lambda v: passed("seen"), lambda v: (Topic(NODE),))
    step = Step("one", "One", "Cluster", "For this test.", checks=(check,))
    session = Session(small.world, (step,), Answers(), live=False, timeout=30)
    await session.start()
    began = asyncio.get_running_loop().time()
    judged = await session.settle(0.3)
    assert asyncio.get_running_loop().time() - began < 2
    finding = judged.finding("one.nodes")
    assert finding
    assert finding.verdict.status == "unknown"
    assert "not answered within 0.3 s" in finding.verdict.summary
    await session.close()


@pytest.mark.asyncio
async def test_a_step_that_fails_on_what_it_saw_is_told_to_who_reads(tmp_path: Path) -> None:
    def broken(view: View) -> Sequence[Action]:
        if view.seen(CLUSTER):
            raise RuntimeError("a step of its own accord")
        return ()

    session = Session(Small(tmp_path).world, (Step("odd", "Odd", "Base", "why", actions=broken),), Answers())
    await session.start()
    try:
        with pytest.raises(RuntimeError, match="own accord"):
            await session.settle(5)
        await until(lambda: _fails(session))
    finally:
        await session.close()


def _fails(session: Session) -> bool:
    try:
        return not session.judged.steps
    except RuntimeError:
        return True
