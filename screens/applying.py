"""A running apply, kept by the app: its task, what it told so far, and how it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from cocalc_tui.engine.applying import Applier, Outcome
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.progress import Progress
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import CocalcError

KEPT = 5000
Listener = Callable[[Progress], None]


class ApplyRun:
    """One apply. `events` are the last that were told, `told` counts all, `spans` has the first and the last
    of each action; listeners hear what comes; `outcome` (or `trouble`, where it could not even end properly)
    is set when it ended. `end_seen` tells whether somebody watched the end."""

    def __init__(
        self,
        session: Session,
        me: Holder,
        only: frozenset[str],
        accepted: frozenset[str],
        skipped: frozenset[str],
    ) -> None:
        self.only = only
        self.accepted = accepted
        self.skipped = skipped
        self.plan = session.judged.plan
        self.started_at = session.clock()
        self.events: deque[Progress] = deque(maxlen=KEPT)
        self.told = 0
        self.spans: dict[str, tuple[Progress, Progress]] = {}
        self.end_seen = False
        self.outcome: Outcome | None = None
        self.trouble: CocalcError | None = None
        self.stopping = False
        self.ended = asyncio.Event()
        self._applier = Applier(session, me)
        self._listeners: list[Listener] = []

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.ended.is_set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls the listener with each event from now on; returns the function that ends it."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def stop(self) -> None:
        """Ends it before its next action."""
        self.stopping = True
        self._applier.stop()

    async def run(self) -> None:
        """Applies; ends when all that can be done is done."""
        try:
            self.outcome = await self._applier.run(
                self._emit, only=self.only, accepted=self.accepted, skipped=self.skipped
            )
        except CocalcError as error:
            self.trouble = error
        finally:
            self.ended.set()

    def _emit(self, event: Progress) -> None:
        self.events.append(event)
        self.told += 1
        if event.action:
            first, _ = self.spans.get(event.action, (event, event))
            self.spans[event.action] = first, event
        for listener in tuple(self._listeners):
            listener(event)
