"""The connection to a world: opened after the first paint, kept by the app, never by a screen."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.facts import Facts, Seen
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.step import Step
from cocalc_tui.engine.judging import Judged, judge
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import CocalcError
from cocalc_tui.ports import World
from cocalc_tui.screens.seen import SeenLog

OpenWorld = Callable[[str | None], Awaitable[World]]
Phase = Literal["opening", "open", "failed"]


class Live:
    """World, session and the newest judgement. `changed` is called after each change."""

    def __init__(
        self,
        open_world: OpenWorld,
        steps: Sequence[Step],
        given: Answers,
        changed: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._open_world = open_world
        self.steps = tuple(steps)
        self.given = given
        self.clock = clock
        self.phase: Phase = "opening"
        self.trouble: CocalcError | None = None
        self.world: World | None = None
        self.session: Session | None = None
        self.judged: Judged | None = None
        self.seen = SeenLog()
        self._changed = changed

    async def open(self, choice: str | None) -> None:
        """Opens a world and begins to look; trouble is kept to be shown, not raised."""
        await self.close()
        self.phase, self.trouble = "opening", None
        self.judged = judge(self.steps, Facts(), self.given, self.clock())
        self._changed()
        try:
            world = await self._open_world(choice)
        except CocalcError as error:
            self.phase, self.trouble = "failed", error
            self._changed()
            return
        session = Session(world, self.steps, self.given, clock=self.clock)
        self.world, self.session, self.phase = world, session, "open"
        session.listen(self._told)
        await session.start()
        self._told(session.judged)

    async def close(self) -> None:
        """Ends the session and the world."""
        session, world = self.session, self.world
        self.session = self.world = None
        self.seen.clear()
        if session:
            self.given = session.given
            await session.close()
        if world:
            await world.close()

    def answer(self, step: str, field: str, value: Value | None) -> None:
        """A typed answer, or one taken back (None); everything is judged anew before this returns."""
        if self.session:
            self.session.answer(step, field, value)
            return
        put, drop = self.given.put, self.given.drop
        you = Source.YOU
        self.given = drop(step, field, you) if value is None else put(step, field, value, you)
        self.judged = judge(self.steps, Facts(), self.given, self.clock())
        self._changed()

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
        self.seen.fold(judged, self.clock())
        self._changed()
