"""Applying a plan: for each action look, skip if already true, act, look again, report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from cocalc_tui.core.action import (
    NODES,
    Apply,
    Delete,
    Git,
    Helm,
    Label,
    MakeKey,
    Wait,
    WriteFile,
    WriteSecrets,
)
from cocalc_tui.core.findings import State
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import DAEMON_SET, DEPLOYMENT, INGRESS_CLASS, SECRET
from cocalc_tui.core.plan import NOT_SEEN, Left, Planned
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.engine.closing import closing
from cocalc_tui.engine.differing import CHOICE
from cocalc_tui.engine.lease import Holder, LeaseKeeper
from cocalc_tui.engine.progress import Progress
from cocalc_tui.engine.repository import MOVED, act_on, news
from cocalc_tui.engine.session import Session
from cocalc_tui.engine.waiting import wait_for
from cocalc_tui.errors import CocalcError, LeaseHeld, Refused, Stopped

NO_CLUSTER = ("cluster", State.UNKNOWN)

Emit = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an apply ended. `writes` counts what design part 2 calls a write."""

    writes: int
    done: int
    failed: int
    left: tuple[Left, ...]
    exit: int


class Applier:
    """Applies plans of one live session. `stop()` ends it at the next safe point."""

    def __init__(self, session: Session, me: Holder) -> None:
        self.session = session
        self.me = me
        self.stopping = asyncio.Event()
        self.writes = 0
        self._lease = LeaseKeeper(session.world.cluster, session.judged.view.namespace, me, session.clock)

    def stop(self) -> None:
        """Ends the apply before its next action."""
        self.stopping.set()

    async def run(
        self,
        emit: Emit,
        *,
        only: frozenset[str] = frozenset(),
        accepted: frozenset[str] = frozenset(),
        skipped: frozenset[str] = frozenset(),
    ) -> Outcome:
        """Applies the session's present plan. `only` are step ids (all where empty); `accepted` ids of
        actions that may take over someone else's object; `skipped` ids that are left out."""

        def tell(progress: Progress) -> None:
            self.session.journal(progress)
            emit(progress)

        run = _Run(self, tell, only=only, accepted=accepted, skipped=skipped)
        before = self.session.world.cluster.writes
        exit_code = 0
        try:
            await run.all()
        except Stopped:
            exit_code = 130
        except LeaseHeld as error:
            run.say("failed", message=error.message, remedy=error.remedy)
            exit_code = error.exit_code
        finally:
            await self._lease.give_back()
        writes = self.writes + self.session.world.cluster.writes - before
        if not exit_code:
            exit_code = 3 if run.failed else 6 if run.unseen else 4 if run.left else 0
        outcome = Outcome(writes, run.done, run.failed, run.left, exit_code)
        tell(
            Progress(
                "summary",
                self.session.clock(),
                message=closing(outcome.exit, outcome.done, outcome.failed, len(outcome.left), writes),
                writes=writes,
                done=run.done,
                failed=run.failed,
                left=outcome.left,
                exit=exit_code,
            )
        )
        return outcome

    async def secure(self, step: str) -> None:
        """Takes the lease before the first write; while the namespace is absent there is nothing to take."""
        if self._lease.lost:
            raise LeaseHeld("another operator took over while this apply ran", "Look again, then apply.")
        self._lease.step = step
        if not self._lease.held:
            try:
                await self._lease.take()
            except Refused as error:
                if error.code != 404:
                    raise


class _Run:
    """One pass over a plan."""

    def __init__(
        self,
        applier: Applier,
        emit: Emit,
        *,
        only: frozenset[str],
        accepted: frozenset[str],
        skipped: frozenset[str],
    ) -> None:
        self.applier = applier
        self.session = applier.session
        self.plan = applier.session.judged.plan
        self.emit = emit
        self.only = only
        self.accepted = accepted
        self.skipped = skipped
        self.done = 0
        self.failed = 0
        self.unseen = False
        self.not_tried: list[Left] = []
        self.broken: dict[str, str] = {}
        self.moved = False

    @property
    def left(self) -> tuple[Left, ...]:
        """What is left for a person now that everything was tried, first what a person has to do."""
        here = [x for x in self.session.judged.plan.left if not self.only or x.step in self.only]
        here += news(self.session.judged.plan) if self.moved else ()
        told = {x.step for x in here}
        return (*here, *(x for x in self.not_tried if x.step not in told))

    def say(self, event: str, planned: Planned | None = None, **more: object) -> None:
        fields: dict[str, object] = {"action": planned.id, "step": planned.step} if planned else {}
        self.emit(Progress(event, self.session.clock(), **{**fields, **more}))  # type: ignore[arg-type]  # typed by Progress itself at run time

    async def all(self) -> None:
        for first in self.plan.actions:
            if self.only and first.step not in self.only:
                continue
            if self.applier.stopping.is_set():
                raise Stopped("stopped at a safe point", "Apply again to continue.")
            await self.one(first)

    async def one(self, first: Planned) -> None:
        planned = next((p for p in self.session.judged.plan.actions if p.id == first.id), None)
        if planned is None:
            return self.say("skipped", first, message="no longer needed")
        if planned.verb == "keep":
            return self.say("skipped", planned, message=f"{planned.action.target} is already so")
        if self.moved and (planned.verb, planned.diff) != (first.verb, first.diff):
            return self.say("skipped", planned, message=MOVED)
        if planned.id in self.skipped:
            self.broken[planned.step] = "left out by you"
            return self.say("skipped", planned, message="left out by you")
        cause = self.blocked_by(planned)
        if cause:
            self.broken.setdefault(planned.step, cause)
            self.not_tried.append(Left(planned.step, f"{planned.action.target} was not tried: {cause}"))
            return self.say("skipped", planned, message=f"not tried: {cause}", cause=cause)
        self.say("started", planned, message=f"{planned.verb} {planned.action.target}")
        try:
            message = await self.act(planned)
        except LeaseHeld:
            raise
        except CocalcError as error:
            if isinstance(error, Stopped):
                raise
            self.failed += 1
            self.broken[planned.step] = f"{planned.action.target} failed"
            return self.say(
                "failed",
                planned,
                message=f"{planned.action.target}: {error.message}",
                cause=error.message,
                remedy=error.remedy or "Mend the cause, then apply again.",
            )
        self.done += 1
        return self.say("finished", planned, message=message)

    def blocked_by(self, planned: Planned) -> str:
        """Why an action cannot be done now, with everything that was done before it; empty if it can."""
        judged = self.session.judged
        step = judged.step(planned.step)
        if planned.step in self.broken:
            return self.broken[planned.step]
        for dep in step.step.after:
            if dep in self.broken:
                return f"after {dep}: {self.broken[dep]}"
            state = judged.step(dep).state
            stuck = state in (State.BROKEN, State.FOREIGN, State.ABSENT) or (dep, state) == NO_CLUSTER
            self.unseen = self.unseen or (dep, state) == NO_CLUSTER
            if stuck or (state is State.PARTIAL and judged.step(dep).people):
                return f"after {dep}: {judged.step(dep).summary}"
        if planned.blocked == CHOICE:
            return "" if planned.id in self.accepted else f"{planned.note}: a person has to choose"
        if planned.blocked.startswith(NOT_SEEN):
            self.unseen = True
            return planned.blocked
        return "" if planned.blocked.startswith("after ") else planned.blocked

    async def act(self, planned: Planned) -> str:
        action = planned.action
        world = self.session.world
        if not isinstance(action, Wait):
            await self.applier.secure(planned.step)
        match action:
            case Apply():
                await world.cluster.apply(action, force=planned.id in self.accepted)
                await self.session.refresh(action.topic)
            case Label():
                await world.cluster.label(action)
                await self.session.refresh(NODES)
            case Delete():
                await world.cluster.delete(action.kind, action.name, action.namespace)
                await self.session.refresh(action.topic)
            case WriteFile():
                await world.files.write(action)
                self.applier.writes += 1
                await self.session.refresh(action.probe)
            case WriteSecrets():
                await world.files.write_secrets(action)
                self.applier.writes += 1
                await self.session.refresh(action.probe)
            case Sql():
                changed = await world.sql.run(action, lambda line: self.ran(planned, line))
                for need in action.seen_by:
                    await self.session.refresh(need)
                await self.session.judge_now()
                return f"{changed} statement{'s' if changed != 1 else ''} run on {action.target}"
            case Helm() | HelmAddon():
                revision = await world.helm.upgrade(
                    action, lambda line: self.say("progress", planned, message=line)
                )
                self.applier.writes += 1
                await self.settle_release()
                return f"release {action.release} is at revision {revision}"
            case MakeKey() | Git():
                self.moved |= isinstance(action, Git)
                self.applier.writes += 1
                await act_on(self.session, action, lambda line: self.say("progress", planned, message=line))
            case Wait():
                return await wait_for(self.session, action, self.applier.stopping, self.waiting(planned))
            case _:
                assert_never(action)
        await self.session.judge_now()
        return f"{planned.verb} {action.target}"

    def ran(self, planned: Planned, statement: str) -> None:
        """Tells a statement that was run, a write even if a later one fails."""
        self.applier.writes += 1
        self.say("progress", planned, message=statement)

    def waiting(self, planned: Planned) -> Callable[[str, str, str, float], None]:
        def say(message: str, cause: str, remedy: str, remaining: float) -> None:
            self.say(
                "waiting", planned, message=message, cause=cause, remedy=remedy, remaining_seconds=remaining
            )

        return say

    async def settle_release(self) -> None:
        for topic in [n for n in self.session.judged.needs if _is_release(n)]:
            await self.session.refresh(topic)
        await self.session.judge_now()


def _is_release(need: Need) -> bool:
    """Helm's records and the workloads: both must be new before the rollout is judged."""
    return isinstance(need, Topic) and (
        need.kind in (DEPLOYMENT, DAEMON_SET, INGRESS_CLASS) or (need.kind == SECRET and need.metadata_only)
    )
