"""The connection to a world: opened after the first paint, kept by the app, never by a screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.facts import Facts, Observed, Seen, Unreachable, fold
from cocalc_tui.core.step import Step
from cocalc_tui.errors import CocalcError

if TYPE_CHECKING:
    from cocalc_tui.core.secret import SecretRef
    from cocalc_tui.engine.judging import Judged
    from cocalc_tui.engine.session import Session
    from cocalc_tui.ports import World
    from cocalc_tui.screens.seen import SeenLog

OpenWorld = Callable[[str | None], Awaitable["World"]]
KEEP_AFTER = 1.0
ROUNDS = 4
"""What a step needs may depend on what another need answered."""
Phase = Literal["opening", "open", "failed"]


def _as_given(given: Answers, world: World) -> Answers:
    return given


async def _nothing(session: Session) -> None:
    """Keeps nothing."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the app asks of the outside; `open_world` raises `UsageError` or `Unreached`.

    `complete` adds a world's examples to what was given, `recall` what an earlier run was given, `keep` keeps
    the answers of this one, `redact` masks every secret that this run has revealed.
    """

    open_world: OpenWorld
    complete: Callable[[Answers, World], Answers] = _as_given
    recall: Callable[[Session], Awaitable[None]] = _nothing
    keep: Callable[[Session], Awaitable[None]] = _nothing
    redact: Callable[[str], str] = str


class Live:
    """World, session and the newest judgement. `changed` is called after each change."""

    def __init__(
        self,
        outside: Outside,
        steps: Sequence[Step],
        given: Answers,
        changed: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.outside = outside
        self.steps = tuple(steps)
        self.given = self._from_outside = given
        self.clock = clock
        self.phase: Phase = "opening"
        self.trouble: CocalcError | None = None
        self.world: World | None = None
        self.session: Session | None = None
        self.judged: Judged | None = None
        self.seen: SeenLog | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._changed = changed

    async def open(self, choice: str | None) -> None:
        """Opens a world and begins to look; trouble is kept to be shown, not raised.

        What was typed for another world does not hold for this one.
        """
        if self.world:
            self.given = self._from_outside
        await self.close()
        from cocalc_tui.engine.session import Session  # not before the first paint
        from cocalc_tui.screens.seen import SeenLog

        self.phase, self.trouble = "opening", None
        self.seen = SeenLog()
        self._judge_blind()
        try:
            world = await self.outside.open_world(choice)
        except CocalcError as error:
            self.phase, self.trouble = "failed", error
            self._judge_blind()
            return
        given = self.outside.complete(self.given, world)
        session = Session(world, self.steps, given, clock=self.clock)
        self.world, self.session, self.phase = world, session, "open"
        session.listen(self._told)
        await session.start()
        self._told(session.judged)
        await self.outside.recall(session)

    async def close(self) -> None:
        """Ends the session and the world."""
        session, world = self.session, self.world
        self.session = self.world = None
        unkept, self._keeping = self._keeping, None
        if session:
            if unkept and not unkept.done():
                unkept.cancel()
                await self.outside.keep(session)
            await session.close()
        if world:
            await world.close()

    def answer(self, step: str, field: str, value: Value | None) -> None:
        """A typed answer, or one taken back (None); everything is judged anew before this returns."""
        if self.session:
            self.session.answer(step, field, value)
            self._keep_soon(self.session)
        put, drop = self.given.put, self.given.drop
        you = Source.YOU
        self.given = drop(step, field, you) if value is None else put(step, field, value, you)
        if self.session is None:
            self._judge_blind()

    def _judge_blind(self) -> None:
        """Judges what can be judged without any facts; where there is no cluster the rest is unknown."""
        from cocalc_tui.engine.judging import judge

        facts = Facts()
        judged = judge(self.steps, facts, self.given, self.clock())
        for _ in range(ROUNDS if self.phase == "failed" else 0):
            for need in judged.pending:
                facts = fold(facts, Observed(need, Unreachable("no cluster is open")))
            judged = judge(self.steps, facts, self.given, self.clock())
        self.judged = judged
        self._changed()

    def _keep_soon(self, session: Session) -> None:
        """Keeps the answers once typing has paused."""
        if self._keeping:
            self._keeping.cancel()
        self._keeping = asyncio.create_task(self._keep(session), name="keep answers")

    async def _keep(self, session: Session) -> None:
        await asyncio.sleep(KEEP_AFTER)
        await self.outside.keep(session)

    def remember(self, name: str, value: str) -> SecretRef | None:
        """Keeps a typed secret in this run's memory; None while no world is open."""
        return self.world.vault.remember(name, value) if self.world else None

    @property
    def looking(self) -> bool:
        """Whether first answers are still outstanding."""
        return bool(self.judged and self.judged.pending)

    def stale_since(self) -> float | None:
        """Since when (Unix seconds) something is no longer live; None while all is."""
        if not self.judged:
            return None
        observed = self.judged.view.facts.observed.values()
        return min((o.at for o in observed if isinstance(o, Seen) and o.stale), default=None)

    def _told(self, judged: Judged) -> None:
        self.judged = judged
        if self.seen:
            self.seen.fold(judged, self.clock())
        self._changed()
